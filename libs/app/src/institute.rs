//! Whom `ctl` brings in, with the host's trust and no person's: the institute's people
//! (03 §3.6). What it shares with the console stands with its noun.

use chrono::Duration;
use db::{
    accounts::{self, cabinets, factor, institute, letters, passkeys, tokens::TokenKind},
    events::{self, Outcome},
};
use domain::{
    actor::AccountId,
    audit::Deed,
    letter::LetterKind,
    role::Role,
    value::{Email, Login, Password},
};

use crate::{
    App, Error, FieldFault, Result,
    access::NO_FACTOR,
    accounts::{create, identity::tell},
    links::LinkKind,
};

/// How long a link that `ctl` prints lives: as an invitation's (R-ACC-4).
const LIFE: Duration = Duration::hours(24);

impl App {
    /// Adds an operator or an administrator. Without a password the answer is the path of the
    /// one-time link that sets it; the letter with it goes to `email`, too.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what was given, a taken login included; [`Error::Forbidden`]
    /// for a role that is not of the institute.
    pub async fn add_institute_member(
        &self,
        role: Role,
        login: &str,
        email: &str,
        password: Option<&str>,
    ) -> Result<Option<String>> {
        if !role.is_institute() {
            return Err(Error::Forbidden);
        }
        let mut faults = Vec::new();
        let login = kept(Login::parse(login), "login", &mut faults);
        let email = kept(Email::parse(email), "email", &mut faults);
        let password = match (&login, password) {
            (Some(login), Some(password)) => {
                kept(Password::parse(password, login), "password", &mut faults)
            }
            _ => None,
        };
        let (Some(login), Some(email), true) = (login, email, faults.is_empty()) else {
            return Err(Error::Invalid(faults));
        };
        let phc = match &password {
            Some(password) => Some(self.passwords.hash(password).await?),
            None => None,
        };
        let mut tx = self.db.enter_auth().await?;
        let id = create(&mut tx, &login, phc.as_deref()).await?;
        events::audit_account(&mut tx, Some(id), Deed::RegisterAccount, Outcome::Done).await?;
        let link = if phc.is_some() {
            self.first_email(&mut tx, email.as_str()).await?;
            None
        } else {
            db::accounts::set_email(&mut tx, email.as_str()).await?;
            let (letter, token) = self.issue(&mut tx, TokenKind::Password, None, LIFE).await?;
            letters::queue(&mut tx, LetterKind::PasswordReset, Some(letter)).await?;
            Some(LinkKind::Password.path(&token))
        };
        tx.commit().await?;
        let mut tx = self.db.enter_ctl().await?;
        institute::add(&mut tx, id, role).await?;
        tx.commit().await?;
        Ok(link)
    }

    /// Takes a lost second factor off somebody of this role in the institute, ends its sessions and
    /// tells it by letter (R-ACC-5): of administrators nobody else may.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there is no such account of that role, [`Error::Illegal`] if it has
    /// no second factor.
    pub async fn reset_member_factor(&self, role: Role, login: &str) -> Result<()> {
        let nobody = || Error::field("login", "Такой учётной записи с этой ролью нет");
        let login = Login::parse(login).map_err(|_| nobody())?;
        let mut tx = self.db.enter_auth().await?;
        tx.about_login(&login.norm()).await?;
        let found = accounts::by_login(&mut tx).await?.ok_or_else(nobody)?;
        tx.about(AccountId(found.id)).await?;
        let held = cabinets::list(&mut tx).await?;
        if !held.iter().any(|cabinet| cabinet.role == role) {
            return Err(nobody());
        }
        if !factor::drop(&mut tx).await? {
            return Err(Error::Illegal(NO_FACTOR.to_owned()));
        }
        passkeys::remove_all(&mut tx).await?;
        accounts::end_sessions(&mut tx).await?;
        tell(&mut tx, LetterKind::FactorReset).await?;
        let deed = Deed::ResetFactor;
        events::audit_account(&mut tx, Some(found.id), deed, Outcome::Done).await?;
        Ok(tx.commit().await?)
    }
}

/// The value, or `None` with its fault noted.
fn kept<T>(
    parsed: Result<T, domain::value::Fault>,
    field: &'static str,
    faults: &mut Vec<FieldFault>,
) -> Option<T> {
    parsed
        .map_err(|fault| faults.push(FieldFault::new(field, fault.to_string())))
        .ok()
}
