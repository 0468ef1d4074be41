//! Passwords (R-ACC-5, SEC-45): a forgotten one, a one-time link by login and what it opens; and
//! how a new one is read, wherever it is typed.

use chrono::Duration;
use db::{
    accounts::{
        self, letters,
        tokens::{self, TokenKind},
    },
    events::{Outcome, audit_account},
};
use domain::{
    actor::AccountId,
    audit::Deed,
    letter::LetterKind,
    value::{Fault, Login, Password},
};

use super::{Person, identity::tell};
use crate::{App, Error, FieldFault, Result, links, passwords::Verdict};

/// How long the link lives.
pub(crate) const LIFE: Duration = Duration::minutes(30);

impl App {
    /// Sends the link to the account's address, if there is such an account with an address that
    /// was not corrected by somebody else within a day: a coordinator who may not start a reset then
    /// may not by knowing the login either (R-ACC-5). Whoever asked is told the same either way (SEC-44).
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_password(&self, login: &str) -> Result<()> {
        let Ok(login) = Login::parse(login) else {
            return Ok(());
        };
        let mut tx = self.db.enter_auth().await?;
        tx.about_login(&login.norm()).await?;
        let Some(account) = accounts::by_login(&mut tx).await? else {
            return Ok(());
        };
        if !account.active || account.email.is_none() {
            return Ok(());
        }
        tx.about(AccountId(account.id)).await?;
        // Of two that ask at once the second ends the link of the first.
        accounts::hold(&mut tx).await?;
        let outcome = if tokens::corrected_lately(&mut tx).await? {
            Outcome::Refused
        } else {
            let (token, _) = self.issue(&mut tx, TokenKind::Password, None, LIFE).await?;
            letters::queue(&mut tx, LetterKind::PasswordReset, Some(token)).await?;
            Outcome::Done
        };
        audit_account(&mut tx, Some(account.id), Deed::ForgetPassword, outcome).await?;
        Ok(tx.commit().await?)
    }

    /// Whose password a link sets: the login. Looking does not use the link.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that is used, expired or was never sent.
    pub async fn password_link(&self, token: &str) -> Result<Login> {
        let mut tx = self.db.enter_auth().await?;
        tx.about_token(&links::hash(token)).await?;
        let found = tokens::find(&mut tx, TokenKind::Password)
            .await?
            .ok_or(Error::NotFound)?;
        tx.about(AccountId(found.account_id)).await?;
        let account = accounts::own(&mut tx).await?.ok_or(Error::NotFound)?;
        Login::parse(&account.login).map_err(|_| Error::NotFound)
    }

    /// Whether the person can prove anew, by its password, to be itself (SEC-48).
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is another password, or the account has none.
    pub async fn prove(&self, person: Person, password: &str) -> Result<()> {
        let mut tx = self.enter_account(person).await?;
        let account = accounts::own(&mut tx).await?.ok_or(Error::SignedOut)?;
        drop(tx);
        let typed = Password::typed(password);
        let verdict = self.passwords.verify(account.password, &typed).await?;
        let outcome = match verdict {
            Verdict::Wrong => Outcome::Refused,
            Verdict::Right | Verdict::Outgrown(_) => Outcome::Done,
        };
        let mut tx = self.enter_account(person).await?;
        audit_account(&mut tx, Some(account.id), Deed::ProveOneself, outcome).await?;
        tx.commit().await?;
        match outcome {
            Outcome::Done => Ok(()),
            Outcome::Refused => Err(Error::field("password", "Неверный пароль")),
        }
    }

    /// Changes the password of a person who knows the old one; every session ends, and the person
    /// is told by letter. Returns the epoch from which new sessions are.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what was typed: the field `old` for another password than the old one.
    pub async fn change_password(
        &self,
        person: Person,
        old: &str,
        password: &str,
        confirmation: &str,
    ) -> Result<i32> {
        let mut tx = self.enter_account(person).await?;
        let account = accounts::own(&mut tx).await?.ok_or(Error::SignedOut)?;
        drop(tx);
        let login = Login::parse(&account.login).ok();
        let password =
            new_password(password, confirmation, login.as_ref()).map_err(Error::Invalid)?;
        let typed = Password::typed(old);
        let right = self.passwords.verify(account.password, &typed).await? != Verdict::Wrong;
        let phc = self.passwords.hash(&password).await?;
        let mut tx = self.enter_account(person).await?;
        let (account, deed) = (Some(account.id), Deed::ChangePassword);
        if !right {
            audit_account(&mut tx, account, deed, Outcome::Refused).await?;
            tx.commit().await?;
            return Err(Error::field("old", "Неверный пароль"));
        }
        let epoch = accounts::set_password(&mut tx, &phc).await?;
        tell(&mut tx, LetterKind::EmailChanged).await?;
        audit_account(&mut tx, account, deed, Outcome::Done).await?;
        tx.commit().await?;
        Ok(epoch)
    }

    /// Ends every session of the person («Выйти везде»). Returns the epoch from which new ones are.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed.
    pub async fn end_sessions(&self, person: Person) -> Result<i32> {
        let mut tx = self.enter_account(person).await?;
        let epoch = accounts::end_sessions(&mut tx).await?;
        let account = Some(person.account.0);
        audit_account(&mut tx, account, Deed::EndSessions, Outcome::Done).await?;
        tx.commit().await?;
        Ok(epoch)
    }

    /// Sets the password by a link: of parallel tries one does, every session ends, the
    /// person is told by letter and not signed in (SEC-45).
    ///
    /// # Errors
    /// As [`App::password_link`]; [`Error::Invalid`] for what was typed.
    pub async fn reset_password(
        &self,
        token: &str,
        password: &str,
        confirmation: &str,
    ) -> Result<()> {
        let login = self.password_link(token).await?;
        let password =
            new_password(password, confirmation, Some(&login)).map_err(Error::Invalid)?;
        let phc = self.passwords.hash(&password).await?;
        let mut tx = self.db.enter_auth().await?;
        tx.about_token(&links::hash(token)).await?;
        let found = tokens::find(&mut tx, TokenKind::Password)
            .await?
            .ok_or(Error::NotFound)?;
        tx.about(AccountId(found.account_id)).await?;
        accounts::hold(&mut tx).await?;
        let spent = tokens::spend(&mut tx, TokenKind::Password)
            .await?
            .ok_or(Error::NotFound)?;
        accounts::set_password(&mut tx, &phc).await?;
        tell(&mut tx, LetterKind::EmailChanged).await?;
        audit_account(
            &mut tx,
            Some(spent.account_id),
            Deed::SetPassword,
            Outcome::Done,
        )
        .await?;
        Ok(tx.commit().await?)
    }
}

/// Reads a new password and its confirmation. A login that could not be read cannot be
/// looked for in the password.
pub(crate) fn new_password(
    password: &str,
    confirmation: &str,
    login: Option<&Login>,
) -> Result<Password, Vec<FieldFault>> {
    let parsed = match login {
        Some(login) => Password::parse(password, login),
        None => match password.is_empty() {
            true => Err(Fault::Empty),
            false => Ok(Password::typed(password)),
        },
    };
    let differs = (password != confirmation)
        .then(|| FieldFault::new("confirmation", "Пароль и подтверждение не совпадают"));
    match (parsed, differs) {
        (Ok(password), None) => Ok(password),
        (parsed, differs) => Err(parsed
            .err()
            .map(|fault| FieldFault::new("password", fault.to_string()))
            .into_iter()
            .chain(differs)
            .collect()),
    }
}
