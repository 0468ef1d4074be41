//! Pictures of documents' pages for the viewer: looked at by whoever may read the document, under
//! the same rights and in the same log of openings (R-AUD-1, SEC-63); made by the worker, which
//! draws them. How a document becomes pictures is the worker's.

use std::path::Path;

use bytes::Bytes;
use db::{
    events, files,
    previews::{self, Preview, has_pages, key},
    work::previews as work,
};
use domain::actor::Actor;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

pub use db::{previews::Unshown, work::previews::Wanted};

use crate::{App, Error, Result, files::Opened};

/// Seconds of the hour an opening that is logged holds for the pages behind the first.
const HOUR: i64 = 3600;

/// The content type of every page.
const PICTURE: &str = "image/jpeg";

/// A document in the viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// Its pages are being made pictures of.
    Waiting,
    /// There are no pictures of it; none says that of this kind of file there never are.
    Unshown(Option<Unshown>),
    /// The pages there are pictures of, of how many. `opened` says that the opening is in the log:
    /// the pages are asked for with it.
    Pages {
        /// With pictures.
        pages: u32,
        /// In the document.
        total: u32,
        /// To be sent along.
        opened: String,
    },
}

impl App {
    /// Looks at a document page by page: how many there are, and whether they are drawn yet. The
    /// opening is logged when there is something to see, unless `opened` proves that it was.
    ///
    /// # Errors
    /// As [`App::open_file`].
    pub async fn look(&self, actor: &Actor, file: Uuid, opened: &str) -> Result<Look> {
        let (mut tx, permit, found) = self.readable(actor, file).await?;
        if !has_pages(&found.content_type) {
            return Ok(Look::Unshown(None));
        }
        match previews::of(&mut tx, &permit, &found).await? {
            Preview::Unasked => {
                previews::ask(&mut tx, &permit, &found).await?;
                tx.commit().await?;
                Ok(Look::Waiting)
            }
            Preview::Open => Ok(Look::Waiting),
            Preview::Unshown(why) => Ok(Look::Unshown(Some(why))),
            Preview::Done { pages, total, .. } => {
                if !self.is_opening(actor, file, opened) {
                    files::viewed(&mut tx, &permit, &found).await?;
                    events::audit(&mut tx, Some(found.id)).await?;
                    tx.commit().await?;
                }
                Ok(Look::Pages {
                    pages,
                    total,
                    opened: self.opening(actor, file, 0),
                })
            }
        }
    }

    /// The picture of a page, from 1. An opening that `opened` does not prove to be in the log is
    /// logged before a byte leaves.
    ///
    /// # Errors
    /// As [`App::open_file`]; [`Error::NotFound`] also where there is no picture of such a page.
    pub async fn open_page(
        &self,
        actor: &Actor,
        file: Uuid,
        page: u32,
        opened: &str,
    ) -> Result<Opened> {
        // As with a file, the store is asked between two transactions.
        let (mut tx, permit, found) = self.readable(actor, file).await?;
        let folder = match previews::of(&mut tx, &permit, &found).await? {
            Preview::Done { folder, pages, .. } if (1..=pages).contains(&page) => folder,
            _ => return Err(Error::NotFound),
        };
        drop(tx);
        let key = folder.map(|folder| key(&folder, page));
        let object = self.served(key.as_deref(), found.state).await?;
        let (mut tx, permit, found) = self.readable(actor, file).await?;
        if !self.is_opening(actor, file, opened) {
            files::viewed(&mut tx, &permit, &found).await?;
            events::audit(&mut tx, Some(found.id)).await?;
            tx.commit().await?;
        }
        Ok(Opened {
            content_type: PICTURE.to_owned(),
            size: object.size,
            body: object.body,
        })
    }

    fn opening(&self, actor: &Actor, file: Uuid, hours_ago: i64) -> String {
        let hour = self.db.now().timestamp().div_euclid(HOUR) - hours_ago;
        let (account, role) = (actor.account.0, actor.role.code());
        self.links.opening(file, account, role, hour)
    }

    /// Whether `opened` was given out for this file to this person in this or the last hour.
    fn is_opening(&self, actor: &Actor, file: Uuid, opened: &str) -> bool {
        (0..2).any(|hours_ago| {
            let known = self.opening(actor, file, hours_ago);
            known.as_bytes().ct_eq(opened.as_bytes()).into()
        })
    }

    /// Claims a document to be made pictures of; none if there is none.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn claim_preview(&self) -> Result<Option<Wanted>> {
        let mut tx = self.db.enter_worker(None).await?;
        let wanted = work::claim(&mut tx).await?;
        tx.commit().await?;
        Ok(wanted)
    }

    /// Writes the document to `file`.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not given out or the store has no such object; if the store does
    /// not answer or the disk does not take it.
    pub async fn fetch_previewed(&self, wanted: &Wanted, file: &Path) -> Result<()> {
        let mut tx = self.db.enter_worker(Some(wanted.tenant)).await?;
        let key = work::source(&mut tx, wanted).await?;
        drop(tx);
        let key = key.ok_or(Error::NotFound)?;
        self.fetch(&key, file).await?.ok_or(Error::NotFound)?;
        Ok(())
    }

    /// Puts the picture of a page, from 1, into the store.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn keep_page(&self, wanted: &Wanted, page: u32, picture: Bytes) -> Result<()> {
        let key = key(&wanted.folder, page);
        self.store.put_bytes(&key, PICTURE, picture).await?;
        Ok(())
    }

    /// Says that the pictures are there: of the first `pages` pages, of `total`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn preview_done(&self, wanted: &Wanted, pages: u32, total: u32) -> Result<()> {
        let mut tx = self.db.enter_worker(Some(wanted.tenant)).await?;
        work::done(&mut tx, wanted, pages, total).await?;
        Ok(tx.commit().await?)
    }

    /// Says that there is nothing to show of it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn preview_unshown(&self, wanted: &Wanted, why: Unshown) -> Result<()> {
        let mut tx = self.db.enter_worker(Some(wanted.tenant)).await?;
        work::unshown(&mut tx, wanted, why).await?;
        Ok(tx.commit().await?)
    }

    /// Puts off what this machine could not draw now.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn preview_later(&self, wanted: &Wanted) -> Result<()> {
        let mut tx = self.db.enter_worker(Some(wanted.tenant)).await?;
        work::later(&mut tx, wanted).await?;
        Ok(tx.commit().await?)
    }
}
