//! Sign-in and sign-out (SEC-44): who has proved to be whom, and on which page. The session is
//! the caller's.

use db::{
    AuthTx,
    accounts::{self, Account, cabinets},
    events::{Outcome, audit_account},
};
use domain::{
    actor::AccountId,
    audit::Deed,
    role::Role,
    value::{Login, Password},
};

use super::{Cabinet, Entered, title};
use crate::{App, Error, Result, passwords::Verdict};

/// Where a person comes in, and who is let in there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entry<'a> {
    /// The slug of the municipality whose own door it is: it lets in only its people and those
    /// who have no cabinet yet (02 §2.1).
    pub municipality: Option<&'a str>,
    /// What the provider is called, where one proved the person.
    pub provider: &'a str,
    /// The roles one of which a person with cabinets must have; empty for any.
    pub roles: &'a [Role],
}

impl App {
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
            .verify(phc.clone(), &Password::typed(password))
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
        if let (Verdict::Outgrown(stronger), Some(former)) = (verdict, phc) {
            accounts::rehash(&mut tx, &former, &stronger).await?;
        }
        let entry = Entry {
            municipality,
            ..Entry::default()
        };
        admit(tx, account, &entry).await
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
}

/// Lets a person in that has proved to be the owner of the account, or tells why not; the audit
/// has either.
pub(super) async fn admit(mut tx: AuthTx, account: Account, entry: &Entry<'_>) -> Result<Entered> {
    let refusal = if account.active {
        let cabinets = cabinets::list(&mut tx).await?;
        let fits = |cabinet: &Cabinet| entry.roles.contains(&cabinet.role);
        if !entry.roles.is_empty() && !cabinets.is_empty() && !cabinets.iter().any(fits) {
            let names: Vec<&str> = entry.roles.iter().map(|role| role.name()).collect();
            Some(format!(
                "Через {} входят только пользователи с ролью: {}. Войдите по имени и паролю",
                entry.provider,
                names.join(", ")
            ))
        } else if let Some(slug) = entry.municipality {
            stranger(&mut tx, slug).await?
        } else {
            None
        }
    } else {
        Some("Учётная запись заблокирована. Обратитесь к муниципальному координатору или в Центр аттестации".to_owned())
    };
    if let Some(words) = refusal {
        refuse(tx).await?;
        return Err(Error::field("login", words));
    }
    audit_account(&mut tx, Some(account.id), Deed::SignIn, Outcome::Done).await?;
    tx.commit().await?;
    Ok(Entered {
        account: AccountId(account.id),
        epoch: account.epoch,
        login: account.login,
    })
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

/// Leaves the refusal in the audit, of the account the scope is about, if it is about one.
pub(super) async fn refuse(mut tx: AuthTx) -> Result<()> {
    let account = accounts::own(&mut tx).await?.map(|account| account.id);
    audit_account(&mut tx, account, Deed::SignIn, Outcome::Refused).await?;
    Ok(tx.commit().await?)
}
