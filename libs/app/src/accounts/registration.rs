//! Registration (R-ACC-2…4): a login that is nobody's yet, a password, and the invitation in
//! hand, if there is one.

use db::{
    AuthTx, accounts,
    events::{Outcome, audit_account},
};
use domain::{
    actor::AccountId,
    audit::Deed,
    value::{Login, Password},
};

use super::{Entered, invitation, password::new_password};
use crate::{App, Error, FieldFault, Result};

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
            invitation::open(&mut tx, &self.db.policy(), token).await?;
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
            let email = invitation::accept(&mut tx, &self.db.policy(), token).await?;
            self.first_email(&mut tx, &email).await?;
        }
        tx.commit().await?;
        Ok(Entered {
            account: AccountId(id),
            epoch: 1,
            login: login.to_string(),
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(login: &str, password: &str, confirmation: &str) -> Vec<String> {
        let typed = NewAccount {
            login,
            password,
            confirmation,
        };
        match parse(&typed) {
            Err(Error::Invalid(faults)) => faults
                .into_iter()
                .map(|fault| fault.field.into_owned())
                .collect(),
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
