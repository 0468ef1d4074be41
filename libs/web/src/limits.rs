//! Limits against guessing and flooding (SEC-43): counters in Redis under `rl:`, each taken
//! in one step, so that parallel tries cannot slip through together. Who is counted is an
//! address or the hash of a login, never a name.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::LazyLock,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderName, request::Parts},
};
use domain::actor::AccountId;
use ipnet::IpNet;
use redis::Script;
use sha2::{Digest as _, Sha256};

use crate::{
    Web,
    device::Device,
    error::{Error, Result},
    session::Signed,
};

/// The header proxies add the address of whoever asked them to, each at the end.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Where a request comes from, as far as it is counted: a /24 of IPv4, a /64 of IPv6.
#[derive(Clone, Copy, Debug)]
pub struct Address(IpAddr);

impl FromRequestParts<Web> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Without a connection (a test) everybody comes from one place.
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| {
            peer.ip()
        });
        Ok(Self(origin(&web.settings.proxies, peer, &parts.headers)))
    }
}

/// Who stands behind our own proxies: of the addresses they added, last to first, the first that is
/// none of theirs. What somebody else wrote before it is not believed (SEC-74).
fn origin(proxies: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let ours = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    let told: Vec<&str> = headers
        .get_all(FORWARDED)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut origin = peer.to_canonical();
    for address in told.iter().rev() {
        if !ours(&origin) {
            break;
        }
        let Ok(address) = address.trim().parse::<IpAddr>() else {
            break;
        };
        origin = address.to_canonical();
    }
    origin
}

impl Address {
    fn prefix(self) -> String {
        match self.0 {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}")
            }
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}")
            }
        }
    }
}

/// One counter: what is counted for whom, how often it may be in how many seconds.
#[derive(Clone, Debug)]
pub struct Limit {
    key: String,
    most: u32,
    seconds: u32,
}

/// The keys of what is counted for an account.
pub(crate) fn keys_of_account(account: i64) -> [String; 5] {
    [UPLOAD, BYTES, EXPORT, EMAIL, CODE].map(|what| account_key(what, account))
}

/// The key of what is counted for a municipality.
pub(crate) fn key_of_municipality(tenant: i32) -> String {
    format!("rl:{BYTES}:of:{tenant}")
}

/// The keys of what is counted for a login.
pub(crate) fn keys_of_login(login: &str) -> [String; 2] {
    [LOGIN, FORGOT].map(|what| login_key(what, login))
}

const UPLOAD: &str = "upload";
const BYTES: &str = "bytes";
const EXPORT: &str = "export";
const EMAIL: &str = "email";
const CODE: &str = "code";
const LOGIN: &str = "login";
const FORGOT: &str = "forgot";
const KNOWN: &str = "login:known";

fn account_key(what: &str, account: i64) -> String {
    format!("rl:{what}:{account}")
}

fn login_key(what: &str, login: &str) -> String {
    let digest = Sha256::digest(login.trim().to_lowercase().as_bytes());
    let hex: String = digest[..12]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("rl:{what}:{hex}")
}

/// A quarter of an hour.
const QUARTER: u32 = 15 * 60;
/// An hour.
const HOUR: u32 = 60 * 60;
/// A day.
const DAY: u32 = 24 * HOUR;
/// What bytes are counted in.
const KILOBYTE: u64 = 1024;

impl Limit {
    /// Failed sign-ins to one account. From a browser it was signed in by they are counted apart:
    /// who guesses elsewhere keeps nobody out of the own account (SEC-43).
    pub fn login_account(web: &Web, device: &Device, login: &str) -> Self {
        match device.mark(web, login) {
            Some(mark) => Self::of_login(KNOWN, mark, web.settings.login_per_account),
            None => Self::of_login(LOGIN, login, web.settings.login_per_account),
        }
    }

    /// Failed sign-ins from one address.
    pub fn login_address(web: &Web, from: Address) -> Self {
        Self {
            key: format!("rl:login:from:{}", from.prefix()),
            most: web.settings.login_per_address,
            seconds: QUARTER,
        }
    }

    /// Registrations from one address.
    pub fn register(web: &Web, from: Address) -> Self {
        Self {
            key: format!("rl:register:from:{}", from.prefix()),
            most: web.settings.register_per_hour,
            seconds: HOUR,
        }
    }

    /// Files uploaded by one account.
    pub fn upload(web: &Web, account: AccountId) -> Self {
        Self {
            key: account_key(UPLOAD, account.0),
            most: web.settings.upload_per_hour,
            seconds: HOUR,
        }
    }

    /// Kilobytes uploaded in a day by a municipality, or by an account that stands in none (SEC-61).
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn bytes(web: &Web, signed: &Signed) -> Result<Self> {
        let tenant = signed.cabinet.as_ref().and_then(|cabinet| cabinet.tenant);
        let megabytes = web.app.day_limit().await?;
        Ok(Self {
            key: match tenant {
                Some(tenant) => key_of_municipality(tenant.0),
                None => account_key(BYTES, signed.account.0),
            },
            most: u32::try_from(megabytes.saturating_mul(KILOBYTE)).unwrap_or(u32::MAX),
            seconds: DAY,
        })
    }

    /// Files taken away with all rows of a list, by one account.
    pub fn export(web: &Web, account: AccountId) -> Self {
        Self {
            key: account_key(EXPORT, account.0),
            most: web.settings.exports_per_hour,
            seconds: HOUR,
        }
    }

    /// Letters with a link for a password, to one account.
    pub fn forgot_account(web: &Web, login: &str) -> Self {
        Self::of_login(FORGOT, login, web.settings.login_per_account)
    }

    /// The same, from one address.
    pub fn forgot_address(web: &Web, from: Address) -> Self {
        Self {
            key: format!("rl:forgot:from:{}", from.prefix()),
            most: web.settings.login_per_address,
            seconds: QUARTER,
        }
    }

    /// Other addresses one account asks to be sent a link: each is a letter to somebody.
    pub fn email(web: &Web, account: AccountId) -> Self {
        Self {
            key: account_key(EMAIL, account.0),
            most: web.settings.login_per_account,
            seconds: QUARTER,
        }
    }

    /// Codes of the second factor typed wrong for one account.
    pub fn code(web: &Web, account: AccountId) -> Self {
        Self {
            key: account_key(CODE, account.0),
            most: web.settings.login_per_account,
            seconds: QUARTER,
        }
    }

    /// The one answer there may be to a sign-in with a provider (SEC-50).
    pub fn answer(state: &str) -> Self {
        let digest = Sha256::digest(state.as_bytes());
        let hex: String = digest[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            key: format!("rl:answer:{hex}"),
            most: 1,
            seconds: QUARTER,
        }
    }

    fn of_login(what: &str, login: &str, most: u32) -> Self {
        Self {
            key: login_key(what, login),
            most,
            seconds: QUARTER,
        }
    }

    /// Counts one more.
    ///
    /// # Errors
    /// [`Error::TooMany`] if there were as many as may be; then it is not counted.
    pub async fn take(&self, web: &Web) -> Result<()> {
        match self.count(web, 1).await? {
            0 => Ok(()),
            seconds => Err(Error::TooMany {
                minutes: seconds.div_ceil(60),
            }),
        }
    }

    /// Counts these bytes.
    ///
    /// # Errors
    /// [`Error::DayFull`] if they are more than may still be; then they are not counted.
    pub async fn take_bytes(&self, web: &Web, bytes: u64) -> Result<()> {
        match self.count(web, bytes.div_ceil(KILOBYTE)).await? {
            0 => Ok(()),
            seconds => Err(Error::DayFull {
                hours: seconds.div_ceil(60 * 60),
            }),
        }
    }

    /// Counts these bytes no longer: they never came.
    ///
    /// # Errors
    /// If Redis does not answer.
    pub async fn give_back_bytes(&self, web: &Web, bytes: u64) -> Result<()> {
        self.uncount(web, bytes / KILOBYTE).await
    }

    /// Counts so many more; otherwise how many seconds to wait.
    async fn count(&self, web: &Web, more: u64) -> Result<u64> {
        static TAKE: LazyLock<Script> = LazyLock::new(|| {
            Script::new(
                "local used = redis.call('INCRBY', KEYS[1], ARGV[3])
                 if used == tonumber(ARGV[3]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
                 if used <= tonumber(ARGV[1]) then return 0 end
                 redis.call('DECRBY', KEYS[1], ARGV[3])
                 return math.max(redis.call('TTL', KEYS[1]), 1)",
            )
        });
        Ok(TAKE
            .key(&self.key)
            .arg(self.most)
            .arg(self.seconds)
            .arg(more)
            .invoke_async(&mut web.redis.clone())
            .await?)
    }

    /// Takes one back that need not have been counted: a sign-in that succeeded.
    ///
    /// # Errors
    /// If Redis does not answer.
    pub async fn give_back(&self, web: &Web) -> Result<()> {
        self.uncount(web, 1).await
    }

    async fn uncount(&self, web: &Web, fewer: u64) -> Result<()> {
        static GIVE: LazyLock<Script> = LazyLock::new(|| {
            Script::new(
                "local used = tonumber(redis.call('GET', KEYS[1]) or '0')
                 if used > 0 then redis.call('DECRBY', KEYS[1], math.min(used, tonumber(ARGV[1]))) end",
            )
        });
        let _: () = GIVE
            .key(&self.key)
            .arg(fewer)
            .invoke_async(&mut web.redis.clone())
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_counted_together() {
        let prefix =
            |address: &str| Address(address.parse::<IpAddr>().unwrap().to_canonical()).prefix();
        assert_eq!(prefix("192.0.2.7"), prefix("192.0.2.250"));
        assert_ne!(prefix("192.0.2.7"), prefix("192.0.3.7"));
        assert_eq!(prefix("::ffff:192.0.2.7"), "192.0.2");
        assert_eq!(prefix("2001:db8:1:2:3::4"), prefix("2001:db8:1:2:ffff::1"));
        assert_ne!(prefix("2001:db8:1:2::1"), prefix("2001:db8:1:3::1"));
    }

    #[test]
    fn sec_74_only_our_proxies_are_believed() {
        let ours: Vec<IpNet> = vec!["10.42.0.0/16".parse().unwrap()];
        for (peer, told, from) in [
            ("203.0.113.9", &[][..], "203.0.113.9"),
            // Nobody's word but a proxy's counts.
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("10.42.0.7", &[], "10.42.0.7"),
            ("10.42.0.7", &["198.51.100.1"], "198.51.100.1"),
            // What the person wrote stands before what the proxies added.
            ("10.42.0.7", &["192.0.2.1, 198.51.100.1"], "198.51.100.1"),
            (
                "10.42.0.7",
                &["192.0.2.1", "198.51.100.1, 10.42.9.9"],
                "198.51.100.1",
            ),
            ("10.42.0.7", &["nonsense"], "10.42.0.7"),
            ("::ffff:10.42.0.7", &["2001:db8::1"], "2001:db8::1"),
        ] {
            let mut headers = HeaderMap::new();
            for value in told {
                headers.append(FORWARDED, value.parse().unwrap());
            }
            let found = origin(&ours, peer.parse().unwrap(), &headers);
            assert_eq!(found, from.parse::<IpAddr>().unwrap(), "{peer} {told:?}");
        }
    }

    #[test]
    fn a_login_is_counted_whatever_its_case() {
        let key = |login| Limit::of_login("login", login, 5).key;
        assert_eq!(key(" Olesya10"), key("olesya10"));
        assert!(!key("olesya10").contains("olesya"));
    }
}
