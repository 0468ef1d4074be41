//! Sessions in Redis (SEC-20…25): what a signed-in person's browser holds the key to. The
//! key under which a session lies is the hash of the cookie, so that a dump of Redis holds no
//! usable cookie. Nothing that must last is kept here.

use async_trait::async_trait;
use domain::{
    actor::{AccountId, TenantId},
    role::Role,
};
use futures::TryStreamExt as _;
use redis::{
    AsyncCommands as _, ExistenceCheck, RedisError, ScanOptions, SetExpiry, SetOptions,
    aio::ConnectionManager,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::{
        SameSite,
        time::{Duration, OffsetDateTime},
    },
    session::{Id, Record},
    session_store::Error,
};
use uuid::Uuid;

use crate::{Web, limits};

/// Who is signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signed {
    /// The account.
    pub account: AccountId,
    /// Its epoch at sign-in; the database ends what is older.
    pub epoch: i32,
    /// The login, as shown.
    pub login: String,
    /// The cabinet in use; `None` until consent and profile are there and one is chosen.
    pub cabinet: Option<Cabinet>,
    /// Whether there is another cabinet to change to.
    pub several: bool,
    /// The municipality whose own page was used to sign in: its cabinet is the first in use.
    pub door: Option<Door>,
    /// Whether «Запомнить меня» was ticked.
    pub remember: bool,
    /// When the person signed in, seconds since the epoch: the absolute limit counts from it.
    pub since: i64,
    /// When the person last proved to be itself, by signing in or by `/profile/confirm`.
    #[serde(default)]
    pub proved: i64,
    /// The device, in words.
    #[serde(default)]
    pub device: String,
    /// Whether the person signed in by a passkey, which counts as both factors (SEC-47).
    #[serde(default)]
    pub passkey: bool,
}

/// How long a proof of oneself is good for changing how one signs in (SEC-48).
const LATELY: Duration = Duration::minutes(5);

impl Signed {
    /// Whether the person has proved to be itself lately enough to change how it signs in.
    #[must_use]
    pub fn proved_lately(&self) -> bool {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        now - self.proved <= LATELY.whole_seconds()
    }
}

/// A municipality, as the page of its own that was used remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    /// The tenant.
    pub tenant: TenantId,
    /// The id in forms.
    pub municipality: Uuid,
}

/// The cabinet in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cabinet {
    /// The membership, or the institute member.
    pub membership: i64,
    /// The role.
    pub role: Role,
    /// The municipality; `None` for the institute's.
    pub tenant: Option<TenantId>,
    /// The organisation, where the role has one.
    pub organisation: Option<i64>,
    /// What the header says: municipality or organisation.
    pub title: String,
}

/// A cabinet that was in use before: its forms may still stand open in another tab (SEC-13).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Former {
    /// The role whose pages they are.
    pub role: Role,
    /// The token they carry.
    pub csrf: String,
}

/// How many former cabinets a session remembers, the latest.
pub const FORMER_KEPT: usize = 8;

/// Key of [`Signed`] in a session.
pub const SIGNED: &str = "signed";
/// Key of the token forms send back.
pub const CSRF: &str = "csrf";
/// Key of the [`Former`] cabinets of the session.
pub const FORMER: &str = "former";
/// Key of the sign-ins with a provider that are under way.
pub const ATTEMPTS: &str = "attempts";
/// Key of somebody who has yet to type a code of the second factor.
pub const HALF: &str = "half";
/// Key of what a passkey was asked at sign-in.
pub const PASSKEY: &str = "passkey";
/// Key of what was asked of a passkey that is to be added.
pub const NEW_PASSKEY: &str = "new_passkey";
/// Key of an identity that was proved and waits for its account.
pub const STRANGER: &str = "stranger";
/// Key of the warning for the next page.
pub const WARNING: &str = "warning";
/// Key of the notice for the next page.
pub const NOTICE: &str = "notice";

/// How long a session of this role lives without a request (02 §2.1).
#[must_use]
pub const fn idle(role: Option<Role>, remember: bool) -> Duration {
    match role {
        Some(Role::Operator | Role::Admin) => Duration::minutes(15),
        Some(Role::Municipal | Role::Expert) => Duration::minutes(30),
        Some(Role::Teacher | Role::School) if remember => Duration::days(30),
        Some(Role::Teacher | Role::School) | None => Duration::hours(8),
    }
}

/// How long a session of this role lives at most, from sign-in.
#[must_use]
pub const fn absolute(role: Option<Role>, remember: bool) -> Duration {
    match role {
        Some(Role::Operator | Role::Admin | Role::Municipal | Role::Expert) => Duration::hours(12),
        _ if remember => Duration::days(30),
        _ => Duration::hours(8),
    }
}

/// The layer that finds the session of a request and keeps what a handler changed in it.
pub fn layer(web: &Web) -> SessionManagerLayer<RedisStore> {
    let secure = web.settings.secure;
    SessionManagerLayer::new(RedisStore(web.redis.clone()))
        .with_name(if secure { "__Host-sid" } else { "sid" })
        .with_secure(secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(Duration::hours(1)))
}

/// Sessions as Redis keys `sess:{sha256 of the cookie}` with a time to live.
#[derive(Clone)]
pub struct RedisStore(pub(crate) ConnectionManager);

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisStore")
    }
}

/// A session, as its owner lists it.
#[derive(Debug)]
pub(crate) struct Own {
    /// Its key in Redis.
    pub(crate) key: String,
    /// When it was used last, seconds since the epoch.
    pub(crate) used: i64,
    /// Who is signed in by it, since when and from where.
    pub(crate) signed: Signed,
}

/// The longest any session lives.
const LONGEST: Duration = Duration::days(30);

/// The key of the list of an account's sessions, by when each ends. Only the sessions themselves
/// are believed: the list may name what is gone.
pub(crate) fn key_of_sessions(account: i64) -> String {
    format!("sess:of:{account}")
}

/// The key a session lies under.
pub(crate) fn key(id: &Id) -> String {
    let digest = Sha256::digest(id.to_string().as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sess:{hex}")
}

impl RedisStore {
    /// The session under this key, if it lives; without its id, which is the cookie and is kept nowhere.
    pub(crate) async fn at(&self, key: &str) -> Result<Option<Record>> {
        let mut redis = self.0.clone();
        let value: Option<String> = redis.get(key).await.map_err(backend)?;
        value
            .map(|value| serde_json::from_str(&value).map_err(|e| Error::Decode(e.to_string())))
            .transpose()
    }

    async fn write(&self, record: &Record, if_there: ExistenceCheck) -> Result<()> {
        let nameless = Record {
            id: Id(0),
            ..record.clone()
        };
        let stored = serde_json::to_string(&nameless).map_err(|e| Error::Encode(e.to_string()))?;
        let how = SetOptions::default()
            .conditional_set(if_there)
            .with_expiration(SetExpiry::EX(seconds_left(record)));
        let key = key(&record.id);
        let mut pipe = redis::pipe();
        pipe.set_options(&key, stored, how).ignore();
        if let Some(signed) = value::<Signed>(record, SIGNED) {
            let of = key_of_sessions(signed.account.0);
            let now = OffsetDateTime::now_utc().unix_timestamp();
            pipe.zadd(&of, &key, record.expiry_date.unix_timestamp())
                .ignore()
                .zrembyscore(&of, "-inf", now)
                .ignore()
                .expire(&of, LONGEST.whole_seconds())
                .ignore();
        }
        pipe.query_async(&mut self.0.clone()).await.map_err(backend)
    }

    /// The sessions of an account that live, the latest used first.
    pub(crate) async fn of(&self, account: AccountId) -> Result<Vec<Own>> {
        let mut redis = self.0.clone();
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let keys: Vec<String> = redis
            .zrangebyscore(key_of_sessions(account.0), now, "+inf")
            .await
            .map_err(backend)?;
        let mut own = Vec::new();
        for key in keys {
            let Some(record) = self.at(&key).await? else {
                continue;
            };
            let signed = value::<Signed>(&record, SIGNED);
            if let Some(signed) = signed.filter(|signed| signed.account == account) {
                let role = signed.cabinet.as_ref().map(|cabinet| cabinet.role);
                let used = record.expiry_date - idle(role, signed.remember);
                own.push(Own {
                    key,
                    used: used.unix_timestamp(),
                    signed,
                });
            }
        }
        own.sort_by_key(|own| std::cmp::Reverse(own.used));
        Ok(own)
    }

    /// Ends those sessions of an account that are of what was erased (R-DEL-1), and forgets what was
    /// counted for the account with these `logins`: none as long as it is there.
    pub(crate) async fn end(
        &self,
        account: AccountId,
        logins: &[&str],
        is_gone: impl Fn(&Signed) -> bool,
    ) -> Result<()> {
        let own = self.of(account).await?;
        let gone = own.into_iter().filter(|own| is_gone(&own.signed));
        let mut keys: Vec<String> = gone.map(|own| own.key).collect();
        if !logins.is_empty() {
            keys.extend(limits::keys_of_account(account.0));
            keys.extend(logins.iter().flat_map(|login| limits::keys_of_login(login)));
            keys.push(key_of_sessions(account.0));
        }
        let mut redis = self.0.clone();
        for key in keys {
            redis.del::<_, ()>(key).await.map_err(backend)?;
        }
        Ok(())
    }
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

fn seconds_left(record: &Record) -> u64 {
    let left = record.expiry_date.unix_timestamp() - OffsetDateTime::now_utc().unix_timestamp();
    u64::try_from(left).unwrap_or(0).max(1)
}

type Result<T, E = Error> = std::result::Result<T, E>;

#[async_trait]
impl SessionStore for RedisStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // An id is 128 random bits: a clash is not a case, a broken generator would be.
        self.write(record, ExistenceCheck::NX).await
    }

    // Only what is still there: a request that was under way when its session was ended must
    // not bring it back (SEC-22).
    async fn save(&self, record: &Record) -> Result<()> {
        self.write(record, ExistenceCheck::XX).await
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = self.at(&key(id)).await?;
        Ok(found.map(|record| Record { id: *id, ..record }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let mut redis = self.0.clone();
        redis.del::<_, ()>(key(id)).await.map_err(backend)
    }
}

/// Whether the session's absolute limit has passed by the real clock.
#[must_use]
pub fn outlived(signed: &Signed, now: i64) -> bool {
    let role = signed.cabinet.as_ref().map(|cabinet| cabinet.role);
    now - signed.since > absolute(role, signed.remember).whole_seconds()
}

/// Ends what Redis keeps of a municipality that was removed (SEC-106): sessions in a cabinet
/// of it, sessions and counters of the accounts erased with it. Walks all sessions: for `ctl`.
///
/// # Errors
/// If Redis does not answer; what is not forgotten yet is by calling it again.
pub async fn forget(
    redis_url: &str,
    municipality: i32,
    accounts: &[i64],
    logins: &[String],
) -> Result<(), RedisError> {
    let client = redis::Client::open(redis_url)?;
    let mut redis = client.get_multiplexed_async_connection().await?;
    let of_accounts = accounts.iter().flat_map(|&id| limits::keys_of_account(id));
    let of_logins = logins.iter().flat_map(|login| limits::keys_of_login(login));
    let of_lists = accounts.iter().map(|&id| key_of_sessions(id));
    let of_all = std::iter::once(limits::key_of_municipality(municipality));
    for key in of_accounts.chain(of_logins).chain(of_lists).chain(of_all) {
        redis.del::<_, ()>(key).await?;
    }
    for key in keys(&mut redis, "sess:[0-9a-f]*").await? {
        let value: Option<String> = redis.get(&key).await?;
        let signed = value.as_deref().and_then(signed_of);
        if signed.is_some_and(|signed| {
            accounts.contains(&signed.account.0)
                || signed.cabinet.and_then(|cabinet| cabinet.tenant) == Some(TenantId(municipality))
        }) {
            redis.del::<_, ()>(key).await?;
        }
    }
    // What forms remember for their repeats leads to pages of nobody knows whom: all of it goes,
    // a quarter of an hour's worth. A claim without an outcome is of a form still running.
    for key in keys(&mut redis, "once:*").await? {
        if redis.strlen::<_, usize>(&key).await? > 0 {
            redis.del::<_, ()>(key).await?;
        }
    }
    Ok(())
}

/// All keys of a pattern.
async fn keys(
    redis: &mut redis::aio::MultiplexedConnection,
    pattern: &str,
) -> Result<Vec<String>, RedisError> {
    let options = ScanOptions::default()
        .with_pattern(pattern)
        .with_count(1000);
    redis
        .scan_options::<String>(options)
        .await?
        .try_collect()
        .await
}

/// Who is signed in by a session as it is stored.
fn signed_of(stored: &str) -> Option<Signed> {
    value(&serde_json::from_str(stored).ok()?, SIGNED)
}

/// What lies in a session under this key of its own.
pub(crate) fn value<T: DeserializeOwned>(record: &Record, key: &str) -> Option<T> {
    T::deserialize(record.data.get(key)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(role: Option<Role>, remember: bool) -> Signed {
        Signed {
            account: AccountId(1),
            epoch: 1,
            login: "u".to_owned(),
            cabinet: role.map(|role| Cabinet {
                membership: 1,
                role,
                tenant: None,
                organisation: None,
                title: String::new(),
            }),
            several: false,
            door: None,
            remember,
            since: 1_000_000,
            proved: 0,
            device: String::new(),
            passkey: false,
        }
    }

    /// SEC-22, 02 §2.1: to the second, by a clock of the test's own.
    #[test]
    fn sec_22_a_session_is_outlived_when_its_time_since_signing_in_has_passed() {
        for role in Role::ALL.into_iter().map(Some).chain([None]) {
            for remember in [false, true] {
                let hours = match (role, remember) {
                    (None | Some(Role::Teacher | Role::School), true) => 30 * 24,
                    (None | Some(Role::Teacher | Role::School), false) => 8,
                    _ => 12,
                };
                let signed = signed(role, remember);
                let end = signed.since + hours * 60 * 60;
                let outlived = [end, end + 1].map(|now| outlived(&signed, now));
                assert_eq!(outlived, [false, true], "{role:?} {remember}");
            }
        }
    }
}
