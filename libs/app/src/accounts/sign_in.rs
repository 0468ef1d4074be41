//! Sign-in and sign-out (SEC-44): who has proved to be whom, and on which page. The session is
//! the caller's.

use db::{
    AuthTx,
    accounts::{self, cabinets},
    events::{Outcome, audit_account},
};
use domain::{
    actor::AccountId,
    audit::Deed,
    value::{Login, Password},
};

use super::{Cabinet, Entered, title};
use crate::{App, Error, Result, passwords::Verdict};

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
