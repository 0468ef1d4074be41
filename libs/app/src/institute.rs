//! Who and what `ctl` brings in, with the host's trust and no person's: the institute's
//! people, municipalities with their first coordinators (03 §3.6).

use chrono::Duration;
use db::{
    accounts::{
        institute,
        invitation::{self, First},
        letters,
        tokens::TokenKind,
    },
    events::{self, Outcome},
};
use domain::{
    actor::TenantId,
    audit::Deed,
    letter::LetterKind,
    role::Role,
    value::{Email, Line, Login, Password},
};
use uuid::Uuid;

use crate::{
    App, Error, FieldFault, Result,
    accounts::create,
    links::{self, LinkKind},
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

    /// Adds a municipality (or finds the one with this slug) and, with an address, invites its
    /// coordinator: the answer is the path of the invitation, whose letter goes, too.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what was given, a taken name included.
    pub async fn add_municipality(
        &self,
        slug: &str,
        name: &str,
        coordinator_email: Option<&str>,
    ) -> Result<Option<String>> {
        let mut faults = Vec::new();
        let name = kept(Line::parse(name, 200), "name", &mut faults);
        let email = coordinator_email
            .map(|email| kept(Email::parse(email), "coordinator-email", &mut faults));
        let (Some(name), true) = (name, faults.is_empty()) else {
            return Err(Error::Invalid(faults));
        };
        let mut tx = self.db.enter_ctl().await?;
        let tenant = db::municipalities::add(&mut tx, slug.trim(), name.as_str(), "")
            .await
            .map_err(refused)?;
        let here = Some(TenantId(tenant));
        events::audit_system(&mut tx, Deed::AddMunicipality, here, None).await?;
        let link = match email.flatten() {
            Some(email) => {
                let (public_id, nonce) = (Uuid::now_v7(), Uuid::new_v4());
                let token = self.links.token(LinkKind::Invitation, public_id, nonce);
                let first = First {
                    tenant: TenantId(tenant),
                    public_id,
                    nonce,
                    sha256: &links::hash(&token),
                    email: email.as_str(),
                    expires_at: tx.now() + LIFE,
                };
                let id = invitation::invite_first(&mut tx, first).await?;
                events::audit_system(&mut tx, Deed::InviteFirst, here, Some(id)).await?;
                Some(LinkKind::Invitation.path(&token))
            }
            None => None,
        };
        tx.commit().await?;
        Ok(link)
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

fn refused(error: db::Error) -> Error {
    if error.is_constraint("municipality_slug_check") {
        Error::field(
            "slug",
            "От 2 до 40 строчных латинских букв, цифр и дефисов, первая — буква",
        )
    } else if error.is_constraint("municipality_name_key") {
        Error::field("name", "Муниципалитет с таким названием уже есть")
    } else {
        error.into()
    }
}
