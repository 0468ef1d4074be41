//! Passkeys (SEC-47): a key of the person's own device or key ring, which asks for a PIN or a finger
//! itself and therefore counts as both factors. What an answer proves is `ceremony`'s; that what
//! was asked is answered once, and in the session it was asked in, is the pages'.

mod ceremony;

use db::{
    AuthTx,
    accounts::{
        self,
        passkeys::{self, New},
    },
    events::{Outcome, audit_account},
};
use domain::{actor::AccountId, audit::Deed, letter::LetterKind};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use self::ceremony::{Answer, Fault};
use super::{
    Entered, Entry, Person,
    identity::{ensure_other_way, tell},
    sign_in::{admit, refuse},
};
use crate::{App, Error, Result};

pub use self::ceremony::{Asked, Site};
pub use db::accounts::passkeys::Passkey;

/// How many passkeys one account may have.
const MOST: usize = 20;
/// How long a name may be, in letters.
const NAME: usize = 60;

const NOT_MADE: &str = "Ключ доступа не добавлен: ответ устройства не подошёл или пришёл слишком поздно. Попробуйте ещё раз.";
const NOT_PROVED: &str =
    "Войти с этим ключом доступа не удалось. Попробуйте ещё раз или введите имя и пароль";

impl App {
    /// Asks for a new passkey of the person.
    ///
    /// # Errors
    /// [`Error::Illegal`] if there are too many.
    pub async fn ask_for_passkey(&self, person: Person, site: &Site) -> Result<Asked> {
        let mut tx = self.enter_account(person).await?;
        let account = accounts::own(&mut tx).await?.ok_or(Error::SignedOut)?;
        let known = passkeys::list(&mut tx).await?;
        if known.len() >= MOST {
            return Err(Error::Illegal(format!(
                "Ключей доступа уже {MOST}. Удалите те, которыми не пользуетесь."
            )));
        }
        let known = known.into_iter().map(|it| (it.credential, it.transports));
        let (login, whose) = (&account.login, account.public_id);
        ceremony::ask_for_new(site, login, whose, known.collect()).ok_or_else(impossible)
    }

    /// Keeps the passkey an answer to [`App::ask_for_passkey`] proves, and tells the person by letter.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it proves none, or the name is none.
    pub async fn add_passkey(
        &self,
        person: Person,
        site: &Site,
        asked: &[u8],
        answer: &str,
        name: &str,
    ) -> Result<()> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::field("name", "Введите название"));
        }
        if name.chars().count() > NAME || name.chars().any(char::is_control) {
            return Err(Error::field("name", "Не более 60 знаков"));
        }
        let mut tx = self.enter_account(person).await?;
        let account = accounts::own(&mut tx).await?.ok_or(Error::SignedOut)?;
        let made = ceremony::made(site, account.public_id, asked, answer).ok_or_else(not_made)?;
        tx.about_token(&key(&made.credential)).await?;
        let new = New {
            name,
            credential: &made.credential,
            transports: made.transports,
            key: &made.key,
            state: &made.state,
        };
        passkeys::add(&mut tx, &new).await.map_err(|error| {
            match error.is_constraint(passkeys::TAKEN) {
                true => not_made(),
                false => error.into(),
            }
        })?;
        let account = Some(person.account.0);
        audit_account(&mut tx, account, Deed::AddPasskey, Outcome::Done).await?;
        tell(&mut tx, LetterKind::PasskeyAdded).await?;
        Ok(tx.commit().await?)
    }

    /// Removes a passkey, but never the last way to sign in (SEC-53), and tells the person by letter.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not the person's, [`Error::Illegal`] if nothing would be left.
    pub async fn remove_passkey(&self, person: Person, id: Uuid) -> Result<()> {
        let mut tx = self.enter_account(person).await?;
        ensure_other_way(&mut tx).await?;
        if !passkeys::remove(&mut tx, id).await? {
            return Err(Error::NotFound);
        }
        let account = Some(person.account.0);
        audit_account(&mut tx, account, Deed::RemovePasskey, Outcome::Done).await?;
        tell(&mut tx, LetterKind::PasskeyRemoved).await?;
        Ok(tx.commit().await?)
    }

    /// Asks whoever comes for a passkey: no login is asked for, so none is told (SEC-44).
    ///
    /// # Errors
    /// If there can be none for this site.
    pub fn ask_passkey(&self, site: &Site) -> Result<Asked> {
        ceremony::ask(site).ok_or_else(impossible)
    }

    /// Signs in the person whose passkey has answered what [`App::ask_passkey`] asked.
    ///
    /// # Errors
    /// [`Error::Invalid`] alike for a key nobody has and for an answer that proves nothing
    /// (SEC-44); with why, where it proves an account that is not let in here.
    pub async fn sign_in_by_passkey(
        &self,
        site: &Site,
        asked: &[u8],
        answer: &str,
        entry: Entry<'_>,
    ) -> Result<Entered> {
        let mut tx = self.db.enter_auth().await?;
        let Some(answer) = Answer::parse(answer) else {
            refuse(tx).await?;
            return Err(not_proved());
        };
        tx.about_token(&key(&answer.credential())).await?;
        let Some(kept) = passkeys::find(&mut tx).await? else {
            refuse(tx).await?;
            return Err(not_proved());
        };
        tx.about(AccountId(kept.account)).await?;
        let account = accounts::own(&mut tx).await?.ok_or(Error::NotFound)?;
        match answer.judge(site, asked, account.public_id, &kept.key, &kept.state) {
            // Of two answers judged by one state the later one counts as an old one.
            Ok(state) if passkeys::used(&mut tx, &kept.state, &state).await? => {
                admit(tx, account, &entry).await
            }
            Ok(_) | Err(Fault::Regress) => {
                regressed(&mut tx, account.id).await?;
                refuse(tx).await?;
                Err(not_proved())
            }
            Err(Fault::Other) => {
                refuse(tx).await?;
                Err(not_proved())
            }
        }
    }
}

/// Leaves in the audit that a passkey may have been copied.
async fn regressed(tx: &mut AuthTx, account: i64) -> Result<()> {
    let deed = Deed::RegressPasskey;
    Ok(audit_account(tx, Some(account), deed, Outcome::Refused).await?)
}

/// What the database knows a credential by.
fn key(credential: &[u8]) -> [u8; 32] {
    Sha256::digest(credential).into()
}

fn not_made() -> Error {
    Error::field("", NOT_MADE)
}

fn not_proved() -> Error {
    Error::field("", NOT_PROVED)
}

fn impossible() -> Error {
    Error::Internal("no passkey can be asked for".into())
}
