//! What anyone may see without a session: municipalities' contacts and what open pages can be
//! filtered by. Nothing here knows a person.

use db::{municipalities, publications, reference::Item};

pub use db::municipalities::Municipality;

use crate::{App, Result, places::Choice};

impl App {
    /// The municipality of a slug; a suspended one says so.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] if there is none.
    pub async fn municipality(&self, slug: &str) -> Result<Municipality> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        if !slug.bytes().all(plain) {
            return Err(crate::Error::NotFound);
        }
        let mut tx = self.db.enter_public().await?;
        municipalities::by_slug(&mut tx, slug)
            .await?
            .ok_or(crate::Error::NotFound)
    }

    /// The municipalities an open page can be filtered by.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn public_municipalities(&self) -> Result<Vec<Choice>> {
        let mut tx = self.db.enter_public().await?;
        Ok(municipalities::active(&mut tx)
            .await?
            .into_iter()
            .map(|municipality| Item {
                code: municipality.slug,
                name: municipality.name,
            })
            .collect())
    }

    /// The periods an open page can be filtered by, latest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn public_periods(&self) -> Result<Vec<Choice>> {
        let mut tx = self.db.enter_public().await?;
        Ok(publications::periods(&mut tx).await?)
    }
}
