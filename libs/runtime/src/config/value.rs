//! What a setting may be, each with the words for when it is something else.

use std::{fmt, net::SocketAddr, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ipnet::IpNet;
use tracing_subscriber::EnvFilter;
use url::Url;

/// Something a setting's text can be read as.
pub trait Value: Sized {
    /// Reads the text.
    ///
    /// # Errors
    /// What is wanted instead, in Russian in the accusative («адрес и порт»), without the text.
    fn parse(text: &str) -> Result<Self, &'static str>;
}

impl Value for String {
    fn parse(text: &str) -> Result<Self, &'static str> {
        Ok(text.to_owned())
    }
}

impl Value for PathBuf {
    fn parse(text: &str) -> Result<Self, &'static str> {
        Ok(Self::from(text))
    }
}

/// A whole number above zero: every count of ours would switch something off at zero.
impl Value for u32 {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let number = text.parse().ok().filter(|number| *number > 0);
        number.ok_or("целое число больше нуля")
    }
}

impl Value for bool {
    fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err("on или off"),
        }
    }
}

impl Value for SocketAddr {
    fn parse(text: &str) -> Result<Self, &'static str> {
        text.parse().map_err(|_| "адрес и порт")
    }
}

/// Networks, separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(pub Vec<IpNet>);

impl Value for Networks {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let networks = text.split(',').map(|network| network.trim().parse());
        let networks: Result<_, _> = networks.collect();
        networks.map(Self).map_err(|_| "сети через запятую")
    }
}

/// Text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for whoever signs in with it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Value for Secret {
    fn parse(text: &str) -> Result<Self, &'static str> {
        Ok(Self(text.to_owned()))
    }
}

/// How to connect to Postgres; never printed, for the password stands in it.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address with its password.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Value for DatabaseUrl {
    fn parse(text: &str) -> Result<Self, &'static str> {
        match text.split_once("://") {
            Some(("postgres" | "postgresql", _)) if Url::parse(text).is_ok() => {
                Ok(Self(text.to_owned()))
            }
            _ => Err("адрес вида postgres://…"),
        }
    }
}

/// How to connect to Redis; never printed, for the password stands in it.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl(String);

impl RedisUrl {
    /// The address with its password.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Value for RedisUrl {
    fn parse(text: &str) -> Result<Self, &'static str> {
        match text.split_once("://") {
            Some(("redis" | "rediss", _)) if Url::parse(text).is_ok() => Ok(Self(text.to_owned())),
            _ => Err("адрес вида redis://… или rediss://…"),
        }
    }
}

/// A key of at least 32 bytes, given as hex or base64; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl Key {
    /// The key itself, 32 bytes or more.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Value for Key {
    fn parse(text: &str) -> Result<Self, &'static str> {
        // Hex first: every text of hex digits is also base64 of other bytes.
        let bytes = hex(text).or_else(|| STANDARD.decode(text).ok());
        let bytes = bytes.filter(|bytes| bytes.len() >= 32);
        bytes.map(Self).ok_or("не меньше 32 байт в hex или base64")
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let (pairs, []) = digits.as_deref()?.as_chunks::<2>() else {
        return None;
    };
    Some(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// Where people open the system: `http(s)://host[:port]` and nothing behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// The address without a slash at its end: `{base}/path` is a link.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Host name without the port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Whether cookies may and must be `__Host-` and `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl Value for BaseUrl {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let wanted = "адрес вида https://имя без пути";
        let url = Url::parse(text).map_err(|_| wanted)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let nobody = url.username().is_empty() && url.password().is_none();
        match url.scheme() {
            "http" | "https" if bare && nobody => Ok(Self(url)),
            _ => Err(wanted),
        }
    }
}

/// Where letters go.
#[derive(Clone, PartialEq, Eq)]
pub enum Relay {
    /// A mail server, by the address `lettre` understands, with the password in it.
    Smtp(Secret),
    /// A directory where every letter becomes a file: development.
    Directory(PathBuf),
}

impl Value for Relay {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let wanted = "адрес вида smtp://…, smtps://… или file:///папка";
        let url = Url::parse(text).map_err(|_| wanted)?;
        match url.scheme() {
            "smtp" | "smtps" if url.has_host() => Ok(Self::Smtp(Secret(text.to_owned()))),
            "file" => url.to_file_path().map(Self::Directory).map_err(|()| wanted),
            _ => Err(wanted),
        }
    }
}

/// Where the antivirus listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Antivirus {
    /// A host and a port.
    Tcp(String),
    /// A socket on this machine.
    Unix(PathBuf),
}

impl Value for Antivirus {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let wanted = "адрес вида tcp://имя:порт или unix:///путь";
        let url = Url::parse(text).map_err(|_| wanted)?;
        match (url.scheme(), url.host_str(), url.port()) {
            ("tcp", Some(host), Some(port)) => Ok(Self::Tcp(format!("{host}:{port}"))),
            ("unix", None, None) if url.path().len() > 1 => Ok(Self::Unix(url.path().into())),
            _ => Err(wanted),
        }
    }
}

/// How much is logged, in the words of `tracing-subscriber`: `info,app=debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for LogFilter {
    fn parse(text: &str) -> Result<Self, &'static str> {
        EnvFilter::try_new(text)
            .map_err(|_| "уровень и, если нужно, уровни частей через запятую")?;
        Ok(Self(text.to_owned()))
    }
}

/// In which form it is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line: for machines.
    Json,
    /// One short line: for a terminal.
    Compact,
}

impl Value for LogFormat {
    fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "json" => Ok(Self::Json),
            "compact" => Ok(Self::Compact),
            _ => Err("json или compact"),
        }
    }
}

/// Where a collector of traces and metrics takes OTLP by gRPC. Inside the cluster, in the open:
/// what leaves holds no personal data, and a collector of the cluster's own may encrypt what it
/// passes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collector(String);

impl Collector {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for Collector {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).ok().filter(|url| {
            url.scheme() == "http"
                && url.has_host()
                && url.username().is_empty()
                && matches!(url.path(), "" | "/")
                && url.query().is_none()
        });
        url.map(|_| Self(text.to_owned()))
            .ok_or("адрес вида http://сервер:4317")
    }
}

macro_rules! hidden {
    ($($type:ident),*) => {$(
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($type), "(скрыто)"))
            }
        }
    )*};
}

hidden!(Secret, DatabaseUrl, RedisUrl, Key);

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp(url) => f.debug_tuple("Smtp").field(url).finish(),
            Self::Directory(path) => f.debug_tuple("Directory").field(path).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_hex_or_base64_of_at_least_32_bytes() {
        assert_eq!(Key::parse(&"0F".repeat(32)).unwrap().bytes(), [15; 32]);
        assert_eq!(
            Key::parse(&STANDARD.encode([7; 40])).unwrap().bytes(),
            [7; 40]
        );
        for wrong in [
            "0f".repeat(31),
            STANDARD.encode([7; 31]),
            "0".repeat(65),
            "ключ".repeat(20),
        ] {
            assert!(Key::parse(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_secret_is_printed() {
        let printed = [
            format!("{:?}", Secret::parse("hunter2").unwrap()),
            format!(
                "{:?}",
                DatabaseUrl::parse("postgres://u:hunter2@h/d").unwrap()
            ),
            format!("{:?}", RedisUrl::parse("redis://u:hunter2@h").unwrap()),
            format!("{:?}", Relay::parse("smtp://u:hunter2@h").unwrap()),
            format!("{:?}", Key::parse(&"37".repeat(32)).unwrap()),
        ];
        for text in printed {
            assert!(text.contains("скрыто"), "{text}");
            assert!(
                !text.contains("hunter2") && !text.contains("37") && !text.contains("55"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_base_address_has_no_path() {
        let base = BaseUrl::parse("http://localhost:8080/").unwrap();
        assert_eq!(base.as_str(), "http://localhost:8080");
        assert_eq!((base.host(), base.is_https()), ("localhost", false));
        for wrong in [
            "localhost:8080",
            "https://a.ru/path",
            "https://u@a.ru",
            "ftp://a.ru",
            "https://a.ru?x",
        ] {
            assert!(BaseUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn letters_go_to_a_server_or_a_directory() {
        let directory = Relay::parse("file:///srv/mail").unwrap();
        assert_eq!(directory, Relay::Directory("/srv/mail".into()));
        assert!(matches!(Relay::parse("smtps://u:p@h"), Ok(Relay::Smtp(_))));
        for wrong in ["/srv/mail", "smtp:", "http://h", "file://host/mail"] {
            assert!(Relay::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_collector_is_an_address_without_path_and_password() {
        let collector = Collector::parse("http://collector:4317").unwrap();
        assert_eq!(collector.as_str(), "http://collector:4317");
        for wrong in [
            "collector:4317",
            "https://c:4317",
            "http://u:p@c",
            "http://c/v1/traces",
        ] {
            assert!(Collector::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_count_of_zero_is_refused() {
        assert_eq!(u32::parse("50"), Ok(50));
        for wrong in ["0", "-1", "1.5", "", "50 МБ"] {
            assert!(u32::parse(wrong).is_err(), "{wrong}");
        }
    }
}
