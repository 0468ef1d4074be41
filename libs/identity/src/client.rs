//! The one HTTP client identity providers are asked with (SEC-54): no redirects, deadlines, a cap
//! on what is read, and no address of an inner network unless the installation allows it. A name
//! is judged by what it resolves to, at the moment it is connected to.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{
    RequestBuilder,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::{Host, Url};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(3);
/// How long a whole answer may take.
const ANSWER: Duration = Duration::from_secs(8);
/// The longest answer read, in bytes.
const LONGEST: usize = 512 * 1024;

/// Which addresses may be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of the open Internet, by https.
    Public,
    /// Those of the installation's own network too, by http too: development, or a provider
    /// that stands inside.
    Inner,
}

/// Why nothing came of a request.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The address is not to be connected to.
    #[error("address of an inner network: {0}")]
    Inner(String),
    /// The answer is longer than any such answer is.
    #[error("the answer is too long")]
    TooLong,
    /// Anything on the way.
    #[error(transparent)]
    Way(#[from] reqwest::Error),
    /// The answer cannot be put together.
    #[error(transparent)]
    Shape(#[from] http::Error),
}

/// Asks providers. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    reach: Reach,
}

impl Client {
    /// A client that reaches as far as this, believing the certificates the machine believes.
    pub(crate) fn new(reach: Reach) -> Result<Self, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls())
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .https_only(reach == Reach::Public);
        if reach == Reach::Public {
            builder = builder.dns_resolver(Arc::new(PublicOnly));
        }
        Ok(Self {
            http: builder.build()?,
            reach,
        })
    }

    /// Sends a request and reads the answer up to its cap.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let request: reqwest::Request = request.try_into()?;
        self.judge(request.url())?;
        let mut answer = RequestBuilder::from_parts(self.http.clone(), request)
            .send()
            .await?;
        let mut response = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > LONGEST {
                return Err(Failure::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(response.body(body)?)
    }

    /// A host written as numbers is asked of no resolver.
    fn judge(&self, url: &Url) -> Result<(), Failure> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            _ => return Ok(()),
        };
        match self.reach == Reach::Inner || is_public(address) {
            true => Ok(()),
            false => Err(Failure::Inner(address.to_string())),
        }
    }
}

impl<'c> AsyncHttpClient<'c> for Client {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

fn tls() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    // The versions are those of the provider itself: there is nothing they could not agree on.
    let builder = builder
        .with_safe_default_protocol_versions()
        .unwrap_or_else(|_| ClientConfig::builder());
    builder.with_root_certificates(roots).with_no_client_auth()
}

/// Resolves names as the machine does and leaves out what is not public.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<_> = found.filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                let words = format!("{} is of an inner network", name.as_str());
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, words).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to the open Internet.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        // Shared by providers, benchmarks, protocol assignments, reserved.
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (b == 18 || b == 19))
        || (a == 192 && b == 0 && c == 0)
        || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Global unicast is 2000::/3; of it, not the documentation's and not what carries an IPv4
    // address inside (6to4, Teredo).
    (0x2000..0x4000).contains(&a) && a != 0x2002 && !(a == 0x2001 && (b == 0x0db8 || b == 0))
}

#[cfg(test)]
mod tests {
    use openidconnect::{DiscoveryError, IssuerUrl, core::CoreProviderMetadata};
    use tokio::{
        io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
        net::TcpListener,
    };

    use super::*;

    fn public(address: &str) -> bool {
        is_public(address.parse().unwrap())
    }

    #[test]
    fn sec_54_inner_addresses_are_known() {
        for inner in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "255.255.255.255",
            "192.0.0.192",
            "::1",
            "::",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
            "2002:a00:1::",
        ] {
            assert!(!public(inner), "{inner}");
        }
        for open in ["8.8.8.8", "213.59.254.7", "2a02:6b8::2:242", "172.32.0.1"] {
            assert!(public(open), "{open}");
        }
    }

    #[tokio::test]
    async fn sec_54_an_inner_host_is_not_asked() {
        let client = Client::new(Reach::Public).unwrap();
        for url in [
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/",
            "https://2130706433/",
        ] {
            let request = http::Request::get(url).body(Vec::new()).unwrap();
            let refused = client.send(request).await.unwrap_err();
            assert!(matches!(refused, Failure::Inner(_)), "{url}: {refused}");
        }
        // A name is refused as it is resolved; plain http before that.
        for url in ["https://localhost/", "http://example.com/"] {
            let request = http::Request::get(url).body(Vec::new()).unwrap();
            let refused = client.send(request).await.unwrap_err();
            assert!(matches!(refused, Failure::Way(_)), "{url}: {refused}");
        }
    }

    #[tokio::test]
    async fn sec_54_a_name_is_judged_by_what_it_resolves_to() {
        for inner in ["localhost", "127.0.0.1", "::1", "10.0.0.1"] {
            let found = PublicOnly.resolve(inner.parse().unwrap()).await;
            let refused = found.err().unwrap();
            let refused = refused.downcast_ref::<io::Error>().unwrap();
            let kind = refused.kind();
            assert_eq!(kind, io::ErrorKind::PermissionDenied, "{inner}: {refused}");
        }
        // What is written as numbers needs no network to be resolved.
        let found = PublicOnly.resolve("8.8.8.8".parse().unwrap()).await;
        let found: Vec<IpAddr> = found.unwrap().map(|found| found.ip()).collect();
        assert_eq!(found, [IpAddr::from([8, 8, 8, 8])]);
    }

    /// A provider whose document is so long: its issuer.
    async fn provider(length: usize) -> IssuerUrl {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let document = serde_json::json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA"],
        })
        .to_string();
        // Blanks after it say nothing.
        let blanks = " ".repeat(length - document.len());
        let document = document + &blanks;
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut stream = BufReader::new(stream);
                let mut asked = String::new();
                // Up to the empty line.
                while stream.read_line(&mut asked).await.unwrap() > 2 {}
                let body = match asked.starts_with("GET /keys ") {
                    true => "{\"keys\":[]}",
                    false => document.as_str(),
                };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                     content-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                // Who has read enough hangs up.
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        IssuerUrl::new(issuer).unwrap()
    }

    #[tokio::test]
    async fn sec_54_an_answer_is_read_up_to_its_cap() {
        let client = Client::new(Reach::Inner).unwrap();
        let read = CoreProviderMetadata::discover_async(provider(LONGEST).await, &client).await;
        assert!(read.is_ok(), "{read:?}");
        let issuer = provider(LONGEST + 1).await;
        let refused = CoreProviderMetadata::discover_async(issuer, &client).await;
        let why = matches!(refused, Err(DiscoveryError::Request(Failure::TooLong)));
        assert!(why, "{refused:?}");
    }
}
