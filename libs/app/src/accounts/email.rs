//! The address of an account (R-ACC-6): the first one counts at once and gets a link that
//! confirms it; a later one takes effect by the link sent to it, and both addresses are told.

use chrono::Duration;
use db::{
    AuthTx,
    accounts::{
        self, letters,
        tokens::{self, NewToken, TokenKind},
    },
    events::{Outcome, audit_account},
};
use domain::{actor::AccountId, audit::Deed, letter::LetterKind};
use uuid::Uuid;

use crate::{
    App, Error, Result,
    links::{self, LinkKind},
};

/// How long a link that confirms an address lives.
pub(crate) const LIFE: Duration = Duration::days(3);

impl App {
    /// Sets the first address, with the letter «регистрация».
    pub(crate) async fn first_email(&self, tx: &mut AuthTx, email: &str) -> Result<()> {
        accounts::set_email(tx, email).await?;
        let token = self.issue(tx, TokenKind::Email, None, LIFE).await?.0;
        letters::queue(tx, LetterKind::Registration, Some(token)).await?;
        Ok(())
    }

    /// Begins the change to another address: a link to the new one, word to the old one.
    pub(crate) async fn change_email(&self, tx: &mut AuthTx, email: &str) -> Result<()> {
        let token = self.issue(tx, TokenKind::Email, Some(email), LIFE).await?.0;
        letters::queue(tx, LetterKind::EmailChanged, Some(token)).await?;
        letters::queue(tx, LetterKind::EmailChanged, None).await?;
        Ok(())
    }

    /// Makes a link of an account: its number, and the token it is opened by.
    pub(crate) async fn issue(
        &self,
        tx: &mut AuthTx,
        kind: TokenKind,
        new_email: Option<&str>,
        life: Duration,
    ) -> Result<(i64, String)> {
        let public_id = Uuid::new_v4();
        let token = self.links.account_token(
            match kind {
                TokenKind::Password => LinkKind::Password,
                TokenKind::Email => LinkKind::Email,
            },
            public_id,
        );
        let new = NewToken {
            public_id,
            kind,
            sha256: &links::hash(&token),
            new_email,
            expires_at: tx.now() + life,
        };
        Ok((tokens::issue(tx, new).await?, token))
    }

    /// The address that opening a link would confirm: the new one, if it changes one.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that is used, expired or was never sent.
    pub async fn email_link(&self, token: &str) -> Result<Option<String>> {
        let mut tx = self.db.enter_auth().await?;
        tx.about_token(&links::hash(token)).await?;
        let found = tokens::find(&mut tx, TokenKind::Email).await?;
        Ok(found.ok_or(Error::NotFound)?.new_email)
    }

    /// Confirms an address by its link.
    ///
    /// # Errors
    /// As [`App::email_link`].
    pub async fn confirm_email(&self, token: &str) -> Result<()> {
        let mut tx = self.db.enter_auth().await?;
        tx.about_token(&links::hash(token)).await?;
        let found = tokens::find(&mut tx, TokenKind::Email)
            .await?
            .ok_or(Error::NotFound)?;
        tx.about(AccountId(found.account_id)).await?;
        accounts::hold(&mut tx).await?;
        let spent = tokens::spend(&mut tx, TokenKind::Email)
            .await?
            .ok_or(Error::NotFound)?;
        accounts::confirm_email(&mut tx, spent.new_email.as_deref()).await?;
        audit_account(
            &mut tx,
            Some(spent.account_id),
            Deed::ConfirmEmail,
            Outcome::Done,
        )
        .await?;
        Ok(tx.commit().await?)
    }
}
