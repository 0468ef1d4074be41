//! The second factor (SEC-47): a code of the person's own device by the clock (RFC 6238), or one of
//! the recovery codes it was given once. A code is good once. Who has to have one is the
//! region's setting; where the code is asked for is the pages'.

mod seal;

use db::{
    AuthTx,
    accounts::{self, factor},
    events::{Outcome, audit_account},
};
use domain::{audit::Deed, letter::LetterKind, role::Role, setting::Setting};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};
use totp_rs::{Builder, Secret, Totp};

use super::{Person, identity::tell};
use crate::{App, Error, Result};

/// How many recovery codes are given at once.
const CODES: usize = 10;
/// What they are written with: no letter that looks like another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

const WRONG: &str = "Неверный код. Введите код, который приложение показывает сейчас: каждый код действует один раз";

/// The second factor of an account, as its owner sees it.
#[derive(Clone, Debug)]
pub enum Factor {
    /// There is none.
    Off,
    /// A secret is shown and no code of it has been typed yet.
    Begun {
        /// The secret to be typed into an application.
        secret: String,
        /// The same as an address, to be drawn.
        address: String,
    },
    /// It is asked for at every sign-in.
    On {
        /// How many recovery codes are left.
        codes: usize,
    },
}

impl App {
    /// The second factor of the person.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed.
    pub async fn factor(&self, person: Person) -> Result<Factor> {
        let mut tx = self.enter_account(person).await?;
        let account = accounts::own(&mut tx).await?.ok_or(Error::SignedOut)?;
        Ok(match factor::own(&mut tx).await? {
            None => Factor::Off,
            Some(kept) if kept.confirmed => Factor::On {
                codes: kept.recovery.len(),
            },
            Some(kept) => {
                let totp = self.totp(person, &kept.sealed, &account.login)?;
                Factor::Begun {
                    secret: totp.secret().to_base32(),
                    address: totp.to_url().map_err(internal)?,
                }
            }
        })
    }

    /// Begins one: a new secret, in the place of one that was not confirmed.
    ///
    /// # Errors
    /// [`Error::Illegal`] if one is on already.
    pub async fn begin_factor(&self, person: Person) -> Result<()> {
        let mut tx = self.enter_account(person).await?;
        let secret: [u8; 20] = rand::rng().random();
        let sealed = seal::seal(&self.links, person.account, &secret).ok_or_else(sealing)?;
        if !factor::begin(&mut tx, &sealed).await? {
            return Err(Error::Illegal("Второй фактор уже включён.".to_owned()));
        }
        let account = Some(person.account.0);
        audit_account(&mut tx, account, Deed::BeginFactor, Outcome::Done).await?;
        Ok(tx.commit().await?)
    }

    /// Turns it on by a first code of it. Returns the recovery codes, which are told this once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong code, [`Error::Illegal`] if none was begun.
    pub async fn confirm_factor(&self, person: Person, code: &str) -> Result<Vec<String>> {
        let mut tx = self.enter_account(person).await?;
        let kept = factor::own(&mut tx).await?.filter(|kept| !kept.confirmed);
        let kept = kept.ok_or_else(|| Error::Illegal("Начните включение заново.".to_owned()))?;
        let totp = self.totp(person, &kept.sealed, "")?;
        let step = self.step(&totp, code).ok_or_else(wrong)?;
        let codes: Vec<String> = (0..CODES).map(|_| recovery_code()).collect();
        let hashes: Vec<Vec<u8>> = codes.iter().map(|code| hash(person, code)).collect();
        factor::confirm(&mut tx, step, &hashes).await?;
        let account = Some(person.account.0);
        audit_account(&mut tx, account, Deed::TurnFactorOn, Outcome::Done).await?;
        tell(&mut tx, LetterKind::FactorChanged).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Turns it off, whether on or only begun.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed.
    pub async fn drop_factor(&self, person: Person) -> Result<()> {
        let mut tx = self.enter_account(person).await?;
        if factor::drop(&mut tx).await? {
            tell(&mut tx, LetterKind::FactorChanged).await?;
        }
        let account = Some(person.account.0);
        audit_account(&mut tx, account, Deed::TurnFactorOff, Outcome::Done).await?;
        Ok(tx.commit().await?)
    }

    /// Whether a person who has proved itself otherwise has to type a code as well.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed.
    pub async fn wants_code(&self, person: Person) -> Result<bool> {
        let mut tx = self.enter_account(person).await?;
        has(&mut tx).await
    }

    /// Takes a code at sign-in, of the device or a recovery one, once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong one or one that was taken before.
    pub async fn take_code(&self, person: Person, code: &str) -> Result<()> {
        let mut tx = self.enter_account(person).await?;
        let kept = factor::own(&mut tx).await?.ok_or_else(wrong)?;
        let taken = match self.totp(person, &kept.sealed, "") {
            Ok(totp) => match self.step(&totp, code) {
                Some(step) => factor::take_step(&mut tx, step).await?,
                None => factor::take_recovery(&mut tx, &hash(person, code)).await?,
            },
            // Sealed by another key: what it was is lost, the recovery codes are not.
            Err(_) => factor::take_recovery(&mut tx, &hash(person, code)).await?,
        };
        let outcome = match taken {
            true => Outcome::Done,
            false => Outcome::Refused,
        };
        audit_account(&mut tx, Some(person.account.0), Deed::TypeCode, outcome).await?;
        tx.commit().await?;
        match taken {
            true => Ok(()),
            false => Err(wrong()),
        }
    }

    /// Whether a cabinet of this role stays closed to the person until it has a second factor.
    ///
    /// # Errors
    /// [`Error::SignedOut`] if the account is closed.
    pub async fn lacks_factor(&self, person: Person, role: Role) -> Result<bool> {
        let said = self.db.region_setting(Setting::SecondFactor.code()).await?;
        let obliged = match said.as_str() {
            "all" => true,
            "institute" => role.is_institute(),
            _ => false,
        };
        Ok(obliged && !self.wants_code(person).await?)
    }

    fn totp(&self, person: Person, sealed: &[u8], login: &str) -> Result<Totp> {
        let secret = seal::open(&self.links, person.account, sealed).ok_or_else(sealing)?;
        Builder::new()
            .with_secret(Secret::from(secret))
            .with_account_name(login)
            .with_issuer(Some("Attestation"))
            .build()
            .map_err(internal)
    }

    /// The step a code is of, if it is of now or of a step beside it.
    fn step(&self, totp: &Totp, code: &str) -> Option<i64> {
        let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let now = u64::try_from(self.db.now().timestamp()).ok()?;
        i64::try_from(totp.check(&typed, now)?).ok()
    }
}

async fn has(tx: &mut AuthTx) -> Result<bool> {
    Ok(factor::own(tx).await?.is_some_and(|kept| kept.confirmed))
}

/// A recovery code: 80 bits in four groups.
fn recovery_code() -> String {
    let mut rng = rand::rng();
    let groups: Vec<String> = (0..4)
        .map(|_| {
            let letters = (0..4).map(|_| LETTERS[usize::from(rng.random::<u8>() & 31)]);
            letters.map(char::from).collect()
        })
        .collect();
    groups.join("-")
}

/// What the database keeps of a recovery code, however it was typed.
fn hash(person: Person, code: &str) -> Vec<u8> {
    let typed: String = code
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .flat_map(char::to_lowercase)
        .collect();
    let mut hash = Sha256::new();
    hash.update(person.account.0.to_be_bytes());
    hash.update(typed.as_bytes());
    hash.finalize().to_vec()
}

fn wrong() -> Error {
    Error::field("code", WRONG)
}

fn sealing() -> Error {
    internal("a second factor cannot be sealed or opened")
}

fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Internal(error.into())
}
