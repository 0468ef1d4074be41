//! Accounts: registration, sign-in, the way to a cabinet. What a person does with the link of
//! an invitation, with its password, address and consent stands beside it in `accounts/…`.

pub mod consent;
pub mod email;
pub mod invitation;
pub mod password;

use db::{
    AuthTx,
    accounts::{self, cabinets},
    events::{Outcome, audit_account, audit_person},
};
use domain::{
    actor::{AccountId, Actor},
    audit::Deed,
    role::Role,
    value::{Fault, Login, Password},
};
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result, passwords::Verdict};

pub use db::accounts::cabinets::{Cabinet, Suspended};

/// A person signed in, in a cabinet or on the way to one.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// The account.
    pub account: AccountId,
    /// Its epoch at sign-in.
    pub epoch: i32,
    /// The request this is done for.
    pub request: Uuid,
}

impl Person {
    /// The person as it acts in one of its cabinets.
    #[must_use]
    pub fn in_cabinet(&self, cabinet: &Cabinet) -> Actor {
        Actor {
            account: self.account,
            epoch: self.epoch,
            role: cabinet.role,
            membership: cabinet.id,
            tenant: cabinet.tenant,
            organisation: cabinet.organisation,
            request: self.request,
        }
    }
}

/// Who has just proved to be whom.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The account.
    pub account: AccountId,
    /// Its epoch: the session is as old as this.
    pub epoch: i32,
    /// The login, as its owner typed it.
    pub login: String,
}

/// What stands between a person and its cabinets.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The login.
    pub login: String,
    /// The address, once known.
    pub email: Option<String>,
    /// Whether the consent that opens cabinets is given (R-ACC-6).
    pub consent: bool,
    /// The cabinets, oldest first.
    pub cabinets: Vec<Cabinet>,
    /// The municipalities whose suspension closes cabinets of the person.
    pub suspended: Vec<Suspended>,
}

/// What the header and the choice say of a cabinet beside its role.
#[must_use]
pub fn title(cabinet: &Cabinet) -> &str {
    match cabinet.role {
        Role::School => &cabinet.organisation_name,
        Role::Operator | Role::Admin => "Центр аттестации",
        _ => &cabinet.municipality,
    }
}

/// Whether the profile of a cabinet is filled in: it opens then (02 §2.1).
#[must_use]
pub fn is_filled(cabinet: &Cabinet) -> bool {
    !cabinet.surname.is_empty()
}

/// What is typed to register.
#[derive(Clone, Debug, Default)]
pub struct NewAccount<'a> {
    /// Имя пользователя.
    pub login: &'a str,
    /// Пароль.
    pub password: &'a str,
    /// Подтверждение пароля.
    pub confirmation: &'a str,
}

impl App {
    /// Registers a person; with the token of an invitation it is accepted in the same
    /// transaction (R-ACC-3, R-ACC-4).
    ///
    /// # Errors
    /// [`Error::Invalid`] for what was typed, a taken login included (R-ACC-2);
    /// [`Error::NotFound`] and [`Error::Illegal`] for an invitation that is no more.
    pub async fn register_account(
        &self,
        typed: NewAccount<'_>,
        invitation: Option<&str>,
    ) -> Result<Entered> {
        let (login, password) = parse(&typed)?;
        let mut tx = self.db.enter_auth().await?;
        if let Some(token) = invitation {
            invitation::open(&mut tx, token).await?;
        }
        tx.about_login(&login.norm()).await?;
        if accounts::by_login(&mut tx).await?.is_some() {
            return Err(taken(&login));
        }
        drop(tx);
        let phc = self.passwords.hash(&password).await?;

        let mut tx = self.db.enter_auth().await?;
        let id = create(&mut tx, &login, Some(&phc)).await?;
        audit_account(&mut tx, Some(id), Deed::RegisterAccount, Outcome::Done).await?;
        if let Some(token) = invitation {
            let email = invitation::accept(&mut tx, token).await?;
            self.first_email(&mut tx, &email).await?;
        }
        tx.commit().await?;
        Ok(Entered {
            account: AccountId(id),
            epoch: 1,
            login: login.to_string(),
        })
    }

    /// Signs a person in. `municipality` is the one whose own page was used, by its slug: it
    /// lets in only its people and those who have no cabinet yet (02 §2.1).
    ///
    /// # Errors
    /// [`Error::Invalid`] alike for an unknown login and a wrong password (SEC-44).
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        municipality: Option<&str>,
    ) -> Result<Entered> {
        let mut tx = self.db.enter_auth().await?;
        let account = match Login::parse(login) {
            Ok(login) => {
                tx.about_login(&login.norm()).await?;
                accounts::by_login(&mut tx).await?
            }
            Err(_) => None,
        };
        drop(tx);
        let phc = account
            .as_ref()
            .and_then(|account| account.password.clone());
        let verdict = self
            .passwords
            .verify(phc, &Password::typed(password))
            .await?;

        let mut tx = self.db.enter_auth().await?;
        let known = match account {
            Some(account) => {
                tx.about(AccountId(account.id)).await?;
                (verdict != Verdict::Wrong).then_some(account).ok_or(())
            }
            None => Err(()),
        };
        let Ok(account) = known else {
            refuse(tx).await?;
            return Err(Error::field(
                "password",
                "Неверное имя пользователя или пароль",
            ));
        };
        if !account.active {
            refuse(tx).await?;
            return Err(Error::field(
                "login",
                "Учётная запись заблокирована. Обратитесь к муниципальному координатору или в Центр аттестации",
            ));
        }
        if let Some(slug) = municipality
            && let Some(words) = stranger(&mut tx, slug).await?
        {
            refuse(tx).await?;
            return Err(Error::field("login", words));
        }
        if let Verdict::Outgrown(phc) = verdict {
            accounts::rehash(&mut tx, &phc).await?;
        }
        audit_account(&mut tx, Some(account.id), Deed::SignIn, Outcome::Done).await?;
        tx.commit().await?;
        Ok(Entered {
            account: AccountId(account.id),
            epoch: account.epoch,
            login: account.login,
        })
    }

    /// Leaves in the audit that the person signs out. The session itself is the caller's.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn sign_out(&self, account: AccountId) -> Result<()> {
        let mut tx = self.db.enter_auth().await?;
        tx.about(account).await?;
        audit_account(&mut tx, Some(account.0), Deed::SignOut, Outcome::Done).await?;
        Ok(tx.commit().await?)
    }

    /// Leaves in the audit that the person puts this cabinet in use (SEC-82). The session
    /// itself is the caller's.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed or its password was set anew.
    pub async fn switch_cabinet(&self, person: Person, cabinet: &Cabinet) -> Result<()> {
        let mut tx = self.enter_account(person).await?;
        let actor = person.in_cabinet(cabinet);
        audit_person(&mut tx, &actor, Deed::SwitchCabinet, Outcome::Done).await?;
        Ok(tx.commit().await?)
    }

    /// Leaves in the audit that the person asked for a page its cabinet does not have (SEC-82).
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn other_cabinet(&self, actor: &Actor) -> Result<()> {
        let mut tx = self.db.enter_auth().await?;
        tx.about(actor.account).await?;
        audit_person(&mut tx, actor, Deed::OtherCabinet, Outcome::Refused).await?;
        Ok(tx.commit().await?)
    }

    /// What stands between the person and its cabinets.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed or its password was set anew.
    pub async fn standing(&self, person: Person) -> Result<Standing> {
        let mut tx = self.enter_account(person).await?;
        standing(&mut tx).await
    }

    /// The scope of an account, if it may still act.
    pub(crate) async fn enter_account(&self, person: Person) -> Result<AuthTx> {
        let mut tx = self.db.enter_auth().await?;
        tx.about(person.account).await?;
        if accounts::is_open(&mut tx, person.epoch).await? {
            Ok(tx)
        } else {
            Err(Error::SignedOut)
        }
    }
}

pub(crate) async fn standing(tx: &mut AuthTx) -> Result<Standing> {
    let account = accounts::own(tx).await?.ok_or(Error::SignedOut)?;
    Ok(Standing {
        login: account.login,
        email: account.email,
        consent: accounts::consents::given(tx, accounts::consents::ConsentKind::PersonalData)
            .await?,
        cabinets: cabinets::list(tx).await?,
        suspended: cabinets::suspended(tx).await?,
    })
}

/// Creates the account and tells the scope that it is about it from now on.
pub(crate) async fn create(tx: &mut AuthTx, login: &Login, phc: Option<&str>) -> Result<i64> {
    tx.about_login(&login.norm()).await?;
    let id = accounts::create(tx, login, phc).await.map_err(|error| {
        match error.is_constraint(accounts::LOGIN_TAKEN) {
            true => taken(login),
            false => error.into(),
        }
    })?;
    tx.about(AccountId(id)).await?;
    Ok(id)
}

/// Where an account goes that has cabinets, but none in this municipality. Told only to whom
/// has proved to be the person.
async fn stranger(tx: &mut AuthTx, slug: &str) -> Result<Option<String>> {
    let here = db::municipalities::by_slug(tx, slug)
        .await?
        .ok_or(Error::NotFound)?;
    let open = cabinets::list(tx).await?;
    let closed = cabinets::suspended(tx).await?;
    let mut tenants = open
        .iter()
        .filter_map(|cabinet| cabinet.tenant)
        .chain(closed.iter().map(|row| row.tenant));
    let nobody = open.is_empty() && closed.is_empty();
    if nobody || tenants.any(|tenant| tenant.0 == here.id) {
        return Ok(None);
    }
    let mut names: Vec<&str> = open
        .iter()
        .map(title_of_municipality)
        .chain(closed.iter().map(|row| row.municipality.as_str()))
        .collect();
    names.sort_unstable();
    names.dedup();
    Ok(Some(format!(
        "Здесь входят только пользователи муниципалитета «{}». Ваш кабинет: {}. Войдите на общей странице входа",
        here.name,
        names.join(", ")
    )))
}

/// Where a cabinet is: its municipality, or the institute.
fn title_of_municipality(cabinet: &Cabinet) -> &str {
    match cabinet.role.is_institute() {
        true => title(cabinet),
        false => &cabinet.municipality,
    }
}

/// Leaves the refusal in the audit.
async fn refuse(mut tx: AuthTx) -> Result<()> {
    let account = accounts::own(&mut tx).await?.map(|account| account.id);
    audit_account(&mut tx, account, Deed::SignIn, Outcome::Refused).await?;
    Ok(tx.commit().await?)
}

fn taken(login: &Login) -> Error {
    Error::field("login", format!("Имя {login} уже занято."))
}

/// Reads login, password and confirmation; all faults at once.
fn parse(typed: &NewAccount<'_>) -> Result<(Login, Password)> {
    let login = Login::parse(typed.login);
    let password = new_password(typed.password, typed.confirmation, login.as_ref().ok());
    match (login, password) {
        (Ok(login), Ok(password)) => Ok((login, password)),
        (login, password) => {
            let login = login
                .err()
                .map(|fault| FieldFault::new("login", fault.to_string()));
            Err(Error::Invalid(
                login
                    .into_iter()
                    .chain(password.err().unwrap_or_default())
                    .collect(),
            ))
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(login: &str, password: &str, confirmation: &str) -> Vec<&'static str> {
        let typed = NewAccount {
            login,
            password,
            confirmation,
        };
        match parse(&typed) {
            Err(Error::Invalid(faults)) => faults.iter().map(|fault| fault.field).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let good = "лошадь скрепка батарея";
        assert!(faults("Olesya10", good, good).is_empty());
        assert_eq!(faults("", "", ""), ["login", "password"]);
        assert_eq!(faults("Олеся", good, ""), ["login", "confirmation"]);
        assert_eq!(faults("Olesya10", "короткий", "короткий"), ["password"]);
        assert_eq!(
            faults("Olesya10", "короткий", "другой"),
            ["password", "confirmation"]
        );
    }
}
