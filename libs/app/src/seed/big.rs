//! The big region: as many applications as a country has, to measure on. Made by SQL in minutes, each
//! with its card, history, documents and line of the journal; every document is one file.

use bytes::Bytes;
use domain::value::Password;

use super::{DOMAIN, PASSWORD, cases::DOCUMENT};
use crate::{App, Error, Result};

/// The key of the one file: of no municipality, so none takes it along.
const KEY: &str = "seed/document.pdf";

/// The account made last.
const LAST: &str = "operator";

/// How big.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many municipalities there are in the end, those of the reference data among them.
    pub municipalities: u32,
    /// How many applications, by half as many teachers.
    pub applications: u32,
    /// The same number makes the same region.
    pub number: u32,
}

impl App {
    /// Makes a big region in a database with the reference data and nobody in it, by the login
    /// that owns the private cluster. Everybody's password is [`PASSWORD`]; there are `operator`,
    /// `coordinator1`…, `expert1`…, `teacher1`….
    ///
    /// # Errors
    /// [`Error::Illegal`] in words if anybody is there already, or if that login may not do it.
    pub async fn seed_big(&self, superuser_url: &str, size: Size) -> Result<()> {
        if self.ours_only(LAST).await?.ours {
            return Err(Error::Illegal(
                "Вымышленный регион уже создан: для другого очистите базу".to_owned(),
            ));
        }
        let bytes = Bytes::from_static(DOCUMENT);
        let stored = self.store.put_bytes(KEY, "application/pdf", bytes).await?;
        let region = db::seed::Region {
            municipalities: size.municipalities,
            applications: size.applications,
            number: size.number,
            today: self.zone().date_of(self.db.now()),
            password: &self.passwords.hash(&Password::typed(PASSWORD)).await?,
            domain: DOMAIN,
            document: db::seed::Document {
                key: KEY,
                size: stored.size,
                sha256: stored.sha256,
            },
        };
        Ok(db::seed::region(superuser_url, &region).await?)
    }
}
