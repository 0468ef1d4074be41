//! Hashing of passwords: argon2id, never on an async thread, never more at once than there
//! are cores, never a longer queue than can be served (SEC-40, SEC-41). What a password must
//! be like is `domain`'s, where its hash lies is `db`'s.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString},
};
use domain::value::Password;
use rand::Rng as _;
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// Memory of one hash, KiB: the floor of SEC-40.
const MEMORY: u32 = 19_456;
/// Passes over it.
const PASSES: u32 = 2;
/// How many may wait for each that is being hashed.
const WAITING: usize = 64;

/// The hasher of a process. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Passwords {
    /// Hashes at work.
    working: Arc<Semaphore>,
    /// Hashes at work and those waiting for them.
    admitted: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            working: Arc::new(Semaphore::new(cores)),
            admitted: Arc::new(Semaphore::new(cores * (1 + WAITING))),
        }
    }
}

/// How a typed password stands to a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not the one.
    Wrong,
    /// The one.
    Right,
    /// The one, and its hash was made with lesser parameters: this is to replace it.
    Outgrown(String),
}

impl Passwords {
    /// The hash of a password, to be kept.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String> {
        let password = password.clone();
        self.run(move || hash(&password)).await?
    }

    /// Compares a typed password with a hash. Without one, the same work is done for nothing:
    /// an unknown login answers no faster than a wrong password (SEC-44).
    pub(crate) async fn verify(&self, phc: Option<String>, typed: &Password) -> Result<Verdict> {
        let typed = typed.clone();
        self.run(move || match phc {
            Some(phc) => verify(&phc, &typed),
            None => hash(&typed).map(|_| Verdict::Wrong),
        })
        .await?
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let Ok(admitted) = self.admitted.clone().try_acquire_owned() else {
            return Err(Error::TooMany { minutes: 1 });
        };
        let working = self
            .working
            .clone()
            .acquire_owned()
            .await
            .map_err(internal)?;
        // The permits go along: a request given up does not let another one in too early.
        tokio::task::spawn_blocking(move || {
            let _permits = (admitted, working);
            work()
        })
        .await
        .map_err(internal)
    }
}

fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Internal(error.into())
}

#[cfg(test)]
thread_local! {
    /// Hashes this thread has made: two answers cost the same if they took as many.
    static MADE: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// What one hash is made with.
fn argon2() -> Result<Argon2<'static>> {
    #[cfg(test)]
    MADE.set(MADE.get() + 1);
    let params = Params::new(MEMORY, PASSES, 1, None).map_err(internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &Password) -> Result<String> {
    let bytes: [u8; 16] = rand::rng().random();
    let salt = SaltString::encode_b64(&bytes).map_err(internal)?;
    Ok(argon2()?
        .hash_password(password.expose().as_bytes(), &salt)
        .map_err(internal)?
        .to_string())
}

fn verify(phc: &str, typed: &Password) -> Result<Verdict> {
    let kept = PasswordHash::new(phc).map_err(internal)?;
    if argon2()?
        .verify_password(typed.expose().as_bytes(), &kept)
        .is_err()
    {
        return Ok(Verdict::Wrong);
    }
    let params = Params::try_from(&kept).map_err(internal)?;
    if params.m_cost() < MEMORY || params.t_cost() < PASSES {
        return Ok(Verdict::Outgrown(hash(typed)?));
    }
    Ok(Verdict::Right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sec_42_only_the_password_itself_is_right() {
        let passwords = Passwords::default();
        let password = Password::typed("лошадь скрепка батарея");
        let phc = passwords.hash(&password).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        let other = Password::typed("лошадь скрепка батарей");
        for (phc, typed, verdict) in [
            (Some(phc.clone()), &password, Verdict::Right),
            (Some(phc), &other, Verdict::Wrong),
            (None, &password, Verdict::Wrong),
        ] {
            assert_eq!(passwords.verify(phc, typed).await.unwrap(), verdict);
        }
    }

    #[tokio::test]
    async fn sec_40_a_weaker_hash_is_replaced() {
        let typed = Password::typed("лошадь скрепка батарея");
        let weak = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8, 1, 1, None).unwrap(),
        );
        let salt = SaltString::encode_b64(&[7; 16]).unwrap();
        let phc = weak
            .hash_password(typed.expose().as_bytes(), &salt)
            .unwrap()
            .to_string();
        let verdict = verify(&phc, &typed).unwrap();
        let Verdict::Outgrown(stronger) = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!(verify(&stronger, &typed).unwrap(), Verdict::Right);
    }

    #[test]
    fn sec_44_nobody_costs_as_many_hashes_as_somebody() {
        // One thread hashes, and stays: what it has counted is this test's own.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(1)
            .thread_keep_alive(std::time::Duration::from_secs(60 * 60))
            .build()
            .unwrap();
        runtime.block_on(async {
            let made = async || {
                let taken = tokio::task::spawn_blocking(|| MADE.take()).await;
                taken.unwrap()
            };
            let passwords = Passwords::default();
            let typed = Password::typed("лошадь скрепка батарея");
            let other = Password::typed("лошадь скрепка батарей");
            let phc = passwords.hash(&typed).await.unwrap();
            assert_eq!(made().await, 1);
            for (phc, typed) in [
                (Some(phc.clone()), &typed),
                (Some(phc), &other),
                (None, &typed),
            ] {
                let verdict = passwords.verify(phc, typed).await.unwrap();
                assert_eq!(made().await, 1, "{verdict:?}");
            }
        });
    }

    #[tokio::test]
    async fn sec_41_a_flood_is_turned_away() {
        let passwords = Passwords {
            working: Arc::new(Semaphore::new(1)),
            admitted: Arc::new(Semaphore::new(3)),
        };
        let typed = Password::typed("лошадь скрепка батарея");
        let flood = (0..12).map(|_| passwords.hash(&typed));
        let answers = futures::future::join_all(flood).await;
        let hashed = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(hashed, 3, "one at work, two waiting");
        let turned_away = |answer: &&Result<String>| matches!(answer, Err(Error::TooMany { .. }));
        assert_eq!(answers.iter().filter(turned_away).count(), 9);
        // What was turned away is taken once the flood is over.
        assert!(passwords.hash(&typed).await.is_ok());
    }
}
