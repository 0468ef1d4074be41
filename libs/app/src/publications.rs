//! What anyone may see without a session: municipalities' contacts, published schedules and
//! results and what they can be filtered by. Publishing them is in [`schedule`] and [`results`].

pub(crate) mod results;
pub(crate) mod schedule;

use db::{
    municipalities,
    publications::{self, Narrowed, PAGE, Row},
    reference::{self, Item},
};
use domain::municipality::Slug;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use db::{
    municipalities::Municipality,
    publications::{PublicExpert, Published, ResultRow, ScheduleRow, Teacher, schedule::Version},
};

use crate::{App, Result, places::Choice};

/// A page of what is published.
#[derive(Clone, Debug)]
pub struct Publications<R> {
    /// The publications, the latest first.
    pub rows: Vec<Published<R>>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<i64>,
}

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

    /// A page of published schedules or results, from behind the publication `after` on: of one
    /// period by its public id, of one municipality by its slug, or of all. What there is not
    /// narrows nothing.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn published<R: Row>(
        &self,
        period: Option<Uuid>,
        municipality: &str,
        after: Option<i64>,
    ) -> Result<Publications<R>> {
        let mut tx = self.db.enter_public().await?;
        let by = Narrowed {
            period: match period {
                Some(id) => publications::period(&mut tx, id).await?,
                None => None,
            },
            municipality: match Slug::parse(municipality) {
                Ok(slug) => municipalities::by_slug(&mut tx, slug.as_str())
                    .await?
                    .map(|municipality| municipality.id),
                Err(_) => None,
            },
        };
        let mut rows = publications::page(&mut tx, by, after).await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().filter(|_| more).map(|published| published.id);
        Ok(Publications { rows, next })
    }
}

/// Whether the region publishes the names of teachers; it does not until it says so (R-SCH-5).
async fn names_teachers(scope: &mut db::Scope) -> Result<bool> {
    Ok(reference::setting(scope, "publish_teachers").await? == "yes")
}

/// A teacher as it is published.
fn teacher(named: bool, name: &str, position: &str, organisation: &str) -> Teacher {
    Teacher {
        name: if named { name } else { "" }.to_owned(),
        position: position.to_owned(),
        organisation: organisation.to_owned(),
    }
}

/// The SHA-256 of `parts`, one after another, in hex.
fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().to_vec()
}
