//! A tiny identity provider of a test: discovery, keys, and the exchange of codes for ID tokens it
//! can be made to spoil. What a certified provider does is tried by the journeys; here is what no
//! certified one ever says.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Form, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::{any, get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::Utc;
use openidconnect::{
    JsonWebKeyId, PrivateSigningKey as _,
    core::{CoreEdDsaPrivateSigningKey, CoreHmacKey, CoreJsonWebKey, CoreJwsSigningAlgorithm},
};
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::task::JoinHandle;
use uuid::Uuid;
use web::identity::{Providers, Reach};

/// The client the tests' pages are.
pub const CLIENT: &str = "attest";

/// A provider that answers on a port of this machine while the value lives.
pub struct Issuer {
    address: SocketAddr,
    at: Arc<Mutex<At>>,
    server: JoinHandle<()>,
}

struct At {
    issuer: String,
    // What discovery says of itself, if not the truth.
    claimed: Option<String>,
    keys: Vec<Key>,
    // How often the keys were asked for.
    asked: usize,
    // How often somebody went where its redirects lead.
    followed: usize,
    away: Option<StatusCode>,
    codes: HashMap<String, Grant>,
    // What was asked to be signed, and what came with the last code.
    signed: Vec<Value>,
    exchanged: HashMap<String, String>,
}

struct Key {
    private: CoreEdDsaPrivateSigningKey,
    id: String,
}

struct Grant {
    challenge: String,
    token: String,
}

/// An ID token before it is signed.
pub struct Token {
    /// Its header.
    pub header: Value,
    /// Its claims.
    pub claims: Value,
    /// How it is signed.
    pub sign: Sign,
}

/// How a token is signed.
pub enum Sign {
    /// By the newest key.
    Key,
    /// Not at all.
    Nothing,
    /// By a secret: the public key, which everybody knows.
    PublicKeyAsSecret,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Issuer {
    /// Starts one with a key.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let at = Arc::new(Mutex::new(At {
            issuer: format!("http://{address}"),
            claimed: None,
            keys: vec![Key::new()],
            asked: 0,
            followed: 0,
            away: None,
            codes: HashMap::new(),
            signed: Vec::new(),
            exchanged: HashMap::new(),
        }));
        let pages = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(exchange))
            .route("/sign", post(sign))
            .route("/elsewhere", any(elsewhere))
            .with_state(Arc::clone(&at));
        let server = tokio::spawn(async move { axum::serve(listener, pages).await.unwrap() });
        Self {
            address,
            at,
            server,
        }
    }

    /// Its name in tokens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its entry in the file of providers, with these fields besides.
    #[must_use]
    pub fn entry(&self, slug: &str, name: &str, more: Value) -> Value {
        let mut entry = json!({
            "slug": slug, "name": name, "issuer": self.url(), "client_id": CLIENT,
            "client_secret": "a secret of the tests",
        });
        if let (Value::Object(entry), Value::Object(more)) = (&mut entry, more) {
            entry.extend(more);
        }
        entry
    }

    /// Says of itself in discovery that it is somebody else.
    pub fn claim(&self, issuer: &str) {
        self.at().claimed = Some(issuer.to_owned());
    }

    /// Answers everything with this status, a redirect elsewhere included.
    pub fn go_away(&self, status: StatusCode) {
        self.at().away = Some(status);
    }

    /// Comes back.
    pub fn come_back(&self) {
        self.at().away = None;
    }

    /// Signs by a new key from now on; the old one is gone.
    pub fn rotate(&self) {
        self.at().keys = vec![Key::new()];
    }

    /// What a signer of requests beside it was asked to sign, and what came with the last code.
    #[must_use]
    pub fn signed(&self) -> (Vec<Value>, HashMap<String, String>) {
        let at = self.at();
        (at.signed.clone(), at.exchanged.clone())
    }

    /// How often its keys have been asked for.
    #[must_use]
    pub fn keys_asked(&self) -> usize {
        self.at().asked
    }

    /// How often somebody has gone where it redirects to, where its document lies as well.
    #[must_use]
    pub fn followed(&self) -> usize {
        self.at().followed
    }

    /// What the person does at the provider: signs in as `subject`. `asked` is where the browser
    /// was sent; returns where it is sent back to.
    ///
    /// # Panics
    /// If it was not asked as a provider must be (SEC-50).
    #[must_use]
    pub fn grant(&self, asked: &str, subject: &str, spoil: impl FnOnce(&mut Token)) -> String {
        let asked = Url::parse(asked).unwrap();
        let asked: HashMap<String, String> = asked.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["client_id"], CLIENT);
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        assert!(asked["state"].len() >= 16 && asked["nonce"].len() >= 16);
        let now = now();
        let mut token = Token {
            header: json!({"alg": "EdDSA", "typ": "JWT"}),
            claims: json!({
                "iss": self.url(), "aud": CLIENT, "sub": subject, "nonce": asked["nonce"],
                "iat": now, "exp": now + 300,
            }),
            sign: Sign::Key,
        };
        let mut at = self.at();
        token.header["kid"] = at.keys[0].id.clone().into();
        spoil(&mut token);
        let grant = Grant {
            challenge: asked["code_challenge"].clone(),
            token: at.keys[0].sign(&token),
        };
        let code = Uuid::new_v4().to_string();
        at.codes.insert(code.clone(), grant);
        let back = Url::parse(&asked["redirect_uri"]).unwrap();
        format!("{}?code={code}&state={}", back.path(), asked["state"])
    }

    fn at(&self) -> MutexGuard<'_, At> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The providers of these entries, on this machine.
///
/// # Panics
/// With everything that is wrong with them.
#[must_use]
pub fn providers(entries: &[Value]) -> Providers {
    let text = Value::from(entries.to_vec()).to_string();
    Providers::read(&text, Reach::Inner).unwrap()
}

impl Key {
    fn new() -> Self {
        let id = Uuid::new_v4().to_string();
        // An Ed25519 key as PKCS #8 writes it: a fixed beginning and 32 random bytes.
        let mut der = vec![
            0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
        ];
        der.extend(rand::random::<[u8; 32]>());
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der)
        );
        let kid = Some(JsonWebKeyId::new(id.clone()));
        let private = CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, kid).unwrap();
        Self { private, id }
    }

    fn public(&self) -> CoreJsonWebKey {
        self.private.as_verification_key()
    }

    fn sign(&self, token: &Token) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&token.header), part(&token.claims));
        let message = signed.as_bytes();
        let signature = match token.sign {
            Sign::Key => self.private.sign(&CoreJwsSigningAlgorithm::EdDsa, message),
            Sign::Nothing => Ok(Vec::new()),
            Sign::PublicKeyAsSecret => {
                let public = serde_json::to_value(self.public()).unwrap();
                let x = public["x"].as_str().unwrap();
                CoreHmacKey::new(URL_SAFE_NO_PAD.decode(x).unwrap())
                    .sign(&CoreJwsSigningAlgorithm::HmacSha256, message)
            }
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.unwrap()))
    }
}

fn written(value: &Value) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        value.to_string(),
    )
        .into_response()
}

type Shared = State<Arc<Mutex<At>>>;

/// What it answers while it is away.
fn away(at: &At) -> Option<Response> {
    let status = at.away?;
    Some(match status.is_redirection() {
        true => Redirect::temporary(&format!("{}/elsewhere", at.issuer)).into_response(),
        false => status.into_response(),
    })
}

async fn discovery(State(at): Shared) -> Response {
    let at = at.lock().unwrap_or_else(PoisonError::into_inner);
    away(&at).unwrap_or_else(|| written(&document(&at)))
}

/// What it says of itself.
fn document(at: &At) -> Value {
    let issuer = &at.issuer;
    json!({
        "issuer": at.claimed.as_ref().unwrap_or(issuer),
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    })
}

async fn elsewhere(State(at): Shared) -> Response {
    let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
    at.followed += 1;
    written(&document(&at))
}

async fn keys(State(at): Shared) -> Response {
    let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
    at.asked += 1;
    let keys: Vec<CoreJsonWebKey> = at.keys.iter().map(Key::public).collect();
    away(&at).unwrap_or_else(|| written(&json!({"keys": keys})))
}

async fn sign(State(at): Shared, asked: String) -> Response {
    let asked: Value = serde_json::from_str(&asked).unwrap();
    let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
    let signature = format!("signature of {}", asked["step"].as_str().unwrap());
    at.signed.push(asked);
    written(&json!({"client_secret": signature, "timestamp": "2026.11.22 12:00:00 +0000"}))
}

async fn exchange(State(at): Shared, Form(sent): Form<HashMap<String, String>>) -> Response {
    let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(away) = away(&at) {
        return away;
    }
    let verifier = sent.get("code_verifier").map_or("", String::as_str);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    at.exchanged.clone_from(&sent);
    let grant = sent.get("code").and_then(|code| at.codes.remove(code));
    match grant.filter(|grant| grant.challenge == challenge) {
        Some(grant) => written(&json!({
            "access_token": "of no use", "token_type": "Bearer", "id_token": grant.token,
        })),
        None => (
            StatusCode::BAD_REQUEST,
            written(&json!({"error": "invalid_grant"})),
        )
            .into_response(),
    }
}

/// The machine's clock, in seconds since the epoch.
#[expect(
    clippy::disallowed_methods,
    reason = "what checks a token, and how long a sign-in may take, goes by the machine's clock"
)]
#[must_use]
pub fn now() -> i64 {
    Utc::now().timestamp()
}
