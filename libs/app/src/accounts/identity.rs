//! Accounts and identities at providers (SEC-52, SEC-53): whose account an identity is, how the two
//! are linked and unlinked. What a provider's answer proves is judged before it comes here.

use db::{
    AuthTx,
    accounts::{self, identities, letters, passkeys},
    events::{Outcome, audit_account},
};
use domain::{actor::AccountId, audit::Deed, identity::Identity, letter::LetterKind, value::Login};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Entered, Entry, Person, invitation, passkey::Passkey, registration, sign_in::admit};
use crate::{App, Error, FieldFault, Result};

pub use db::accounts::identities::Linked;

const TAKEN: &str = "Этот вход уже привязан к другой учётной записи. Войдите через него и, если она не нужна, отвяжите его там.";
const LAST: &str = "Это единственный способ войти в Вашу учётную запись. Сначала задайте пароль: «Забыли пароль?» на странице входа.";

/// How an account can be signed in to.
#[derive(Clone, Debug)]
pub struct Ways {
    /// Whether it has a password.
    pub password: bool,
    /// Its identities, oldest first.
    pub linked: Vec<Linked>,
    /// Its passkeys, oldest first.
    pub passkeys: Vec<Passkey>,
}

impl App {
    /// Signs in the person a provider has proved; `None` if the identity is linked to no
    /// account. Nothing but the identity is looked at: an e-mail proves nobody (SEC-52).
    ///
    /// # Errors
    /// [`Error::Invalid`] with why the account is not let in here.
    pub async fn sign_in_through(
        &self,
        identity: &Identity,
        entry: Entry<'_>,
    ) -> Result<Option<Entered>> {
        let mut tx = self.db.enter_auth().await?;
        tx.about_token(&key(identity)).await?;
        let Some(account) = identities::owner(&mut tx).await? else {
            return Ok(None);
        };
        tx.about(account).await?;
        let account = accounts::own(&mut tx).await?.ok_or(Error::NotFound)?;
        admit(tx, account, &entry).await.map(Some)
    }

    /// How the person can sign in.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed.
    pub async fn ways_in(&self, person: Person) -> Result<Ways> {
        let mut tx = self.enter_account(person).await?;
        ways(&mut tx).await
    }

    /// Links an identity to the account of a person who has proved both, and tells the person
    /// by letter. Linked to it already, nothing happens.
    ///
    /// # Errors
    /// [`Error::Illegal`] if it is another account's.
    pub async fn link_identity(&self, person: Person, identity: &Identity) -> Result<()> {
        let mut tx = self.enter_account(person).await?;
        tx.about_token(&key(identity)).await?;
        match identities::owner(&mut tx).await? {
            Some(owner) if owner == person.account => return Ok(()),
            Some(_) => return Err(Error::Illegal(TAKEN.to_owned())),
            None => link(&mut tx, identity).await?,
        }
        let account = Some(person.account.0);
        audit_account(&mut tx, account, Deed::LinkIdentity, Outcome::Done).await?;
        tell(&mut tx, LetterKind::IdentityLinked).await?;
        Ok(tx.commit().await?)
    }

    /// Unlinks an identity, but never the last way to sign in, and tells the person by letter.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not the person's, [`Error::Illegal`] if nothing would be left.
    pub async fn unlink_identity(&self, person: Person, id: Uuid) -> Result<()> {
        let mut tx = self.enter_account(person).await?;
        ensure_other_way(&mut tx).await?;
        if !identities::unlink(&mut tx, id).await? {
            return Err(Error::NotFound);
        }
        let account = Some(person.account.0);
        audit_account(&mut tx, account, Deed::UnlinkIdentity, Outcome::Done).await?;
        tell(&mut tx, LetterKind::IdentityUnlinked).await?;
        Ok(tx.commit().await?)
    }

    /// Registers a person whom a provider has proved: the account has no password. With the
    /// token of an invitation it is accepted in the same transaction (R-ACC-4).
    ///
    /// # Errors
    /// As [`App::register_account`]; [`Error::Illegal`] if the identity is another account's by now.
    pub async fn register_through(
        &self,
        identity: &Identity,
        login: &str,
        invitation: Option<&str>,
    ) -> Result<Entered> {
        let login = Login::parse(login)
            .map_err(|fault| Error::Invalid(vec![FieldFault::new("login", fault.to_string())]))?;
        let mut tx = self.db.enter_auth().await?;
        let account = AccountId(registration::create(&mut tx, &login, None).await?);
        let registered = Deed::RegisterAccount;
        audit_account(&mut tx, Some(account.0), registered, Outcome::Done).await?;
        if let Some(token) = invitation {
            let email = invitation::accept(&mut tx, &self.db.policy(), token).await?;
            self.first_email(&mut tx, &email).await?;
        }
        link(&mut tx, identity).await?;
        audit_account(&mut tx, Some(account.0), Deed::LinkIdentity, Outcome::Done).await?;
        tx.commit().await?;
        Ok(Entered {
            account,
            epoch: 1,
            login: login.to_string(),
        })
    }
}

async fn ways(tx: &mut AuthTx) -> Result<Ways> {
    let account = accounts::own(tx).await?.ok_or(Error::SignedOut)?;
    Ok(Ways {
        password: account.password.is_some(),
        linked: identities::list(tx).await?,
        passkeys: passkeys::list(tx).await?,
    })
}

/// Holds the account while one of its ways in is taken from it, and sees that it is not the only
/// one (SEC-53).
pub(super) async fn ensure_other_way(tx: &mut AuthTx) -> Result<()> {
    accounts::hold(tx).await?;
    let ways = ways(tx).await?;
    if !ways.password && ways.linked.len() + ways.passkeys.len() < 2 {
        return Err(Error::Illegal(LAST.to_owned()));
    }
    Ok(())
}

/// Links to the account the scope is about.
async fn link(tx: &mut AuthTx, identity: &Identity) -> Result<()> {
    tx.about_token(&key(identity)).await?;
    identities::link(tx, &identity.issuer)
        .await
        .map_err(|error| match error.is_constraint(identities::TAKEN) {
            true => Error::Illegal(TAKEN.to_owned()),
            false => error.into(),
        })
}

/// Tells the account by letter. Only who has an address can be told; `ctl` may make accounts without one.
pub(crate) async fn tell(tx: &mut AuthTx, kind: LetterKind) -> Result<()> {
    let account = accounts::own(tx).await?;
    if account.is_some_and(|account| account.email.is_some()) {
        letters::queue(tx, kind, None).await?;
    }
    Ok(())
}

/// What the database knows an identity by. The length keeps one issuer's subjects from being
/// another's.
fn key(identity: &Identity) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update((identity.issuer.len() as u64).to_be_bytes());
    hash.update(identity.issuer.as_bytes());
    hash.update(identity.subject.as_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_52_an_identity_is_issuer_and_subject() {
        let key = |issuer: &str, subject: &str| {
            key(&Identity {
                issuer: issuer.to_owned(),
                subject: subject.to_owned(),
            })
        };
        assert_eq!(key("https://a", "1"), key("https://a", "1"));
        assert_ne!(key("https://a", "1"), key("https://b", "1"));
        assert_ne!(key("https://a", "12"), key("https://a1", "2"));
    }
}
