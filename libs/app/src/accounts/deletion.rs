//! «Удаление регистрации» (R-DEL-1): the link of the notice in hand. Looking erases nothing; what is
//! allowed is asked again when the button is pressed.

use db::accounts::deletion;

pub use db::accounts::deletion::{Deleted, Deletion, State};

use crate::{App, Error, Result, links};

impl App {
    /// What a link would erase, and whether it still may.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link nobody sent or one that was replaced.
    pub async fn deletion_link(&self, token: &str) -> Result<Deletion> {
        let mut tx = self.db.enter_auth().await?;
        tx.about_token(&links::hash(token)).await?;
        deletion::find(&mut tx).await?.ok_or(Error::NotFound)
    }

    /// Erases what a link offers: what its municipality holds of the person as a teacher, and the
    /// account too if it never had another cabinet. What it stood for when the button was pressed is
    /// told: nothing is done but for [`State::Open`], and of parallel presses one does it.
    ///
    /// # Errors
    /// As [`App::deletion_link`].
    pub async fn delete_registration(&self, token: &str) -> Result<Deleted> {
        let mut tx = self.db.enter_auth().await?;
        tx.about_token(&links::hash(token)).await?;
        let deleted = deletion::delete(&mut tx).await?.ok_or(Error::NotFound)?;
        tx.commit().await?;
        Ok(deleted)
    }
}
