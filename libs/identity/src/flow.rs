//! A sign-in with a provider: authorization code with PKCE, state and nonce (SEC-50), and what
//! the ID token must be to be believed (SEC-51). What is asked of a provider and what it answers
//! is its own; nothing but issuer and subject is taken from it (SEC-52).

use std::error::Error;

use domain::identity::Identity;
use openidconnect::{
    AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, TokenResponse as _,
    core::{
        CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet,
        CoreJwsSigningAlgorithm as Alg, CoreProviderMetadata, CoreResponseType,
    },
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{provider::Provider, signer::Asking};

/// The signatures that are believed: public keys only, never `none` and never a shared secret.
const BELIEVED: [Alg; 6] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::EcdsaP256Sha256,
    Alg::EdDsa,
];

/// Why nobody has been proved to be anybody.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The provider does not answer, or not as one.
    #[error("the provider does not work: {0}")]
    Away(#[source] Box<dyn Error + Send + Sync>),
    /// Its answer is not believed.
    #[error("the answer is not believed: {0}")]
    Refused(String),
}

impl Fault {
    pub(crate) fn away(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Away(error.into())
    }
}

/// What the session of the browser that began a sign-in keeps until the answer. Secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct Attempt {
    /// Comes back with the answer and names the attempt.
    pub state: String,
    nonce: String,
    verifier: String,
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attempt")
    }
}

/// What the provider sent the browser back with.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The code to exchange for a token.
    pub code: &'a str,
    /// Who says it answers, if it says so (RFC 9207).
    pub issuer: Option<&'a str>,
}

impl Provider {
    /// Begins a sign-in: the address to send the browser to, and what its session is to keep.
    /// `redirect` is the address of ours the answer comes to.
    ///
    /// # Errors
    /// [`Fault::Away`] if the provider or the signer of its requests does not answer.
    pub async fn begin(&self, redirect: &str) -> Result<(Url, Attempt), Fault> {
        let metadata = self.metadata().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = CoreClient::from_provider_metadata(
            CoreProviderMetadata::clone(&metadata),
            ClientId::new(self.entry.client_id.clone()),
            None,
        )
        .set_redirect_uri(RedirectUrl::new(redirect.to_owned()).map_err(Fault::away)?);
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in &self.entry.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let (mut url, state, nonce) = request.url();
        let attempt = Attempt {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        };
        let added = self
            .signed("authorize", &attempt.state, redirect, None)
            .await?;
        for (name, value) in added {
            url.query_pairs_mut().append_pair(&name, &value);
        }
        Ok((url, attempt))
    }

    /// Finishes a sign-in: who has proved to be whom.
    ///
    /// # Errors
    /// [`Fault::Refused`] if the answer is not this provider's to this attempt, [`Fault::Away`] if
    /// it does not answer any more.
    pub async fn finish(
        &self,
        attempt: Attempt,
        answer: &Answer<'_>,
        redirect: &str,
    ) -> Result<Identity, Fault> {
        if answer.issuer.is_some_and(|issuer| issuer != self.issuer()) {
            return Err(Fault::Refused("another issuer answers".to_owned()));
        }
        let metadata = self.metadata().await?;
        let nonce = Nonce::new(attempt.nonce.clone());
        let token = self.exchange(&metadata, attempt, answer, redirect).await?;
        let subject = match self.subject(&token, metadata.jwks().clone(), &nonce) {
            // The keys have changed since they were asked for: once more with those of now.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let keys = self.fresh_keys(&metadata).await?;
                self.subject(&token, keys, &nonce)
            }
            outcome => outcome,
        };
        Ok(Identity {
            issuer: self.entry.issuer.clone(),
            subject: subject.map_err(|error| Fault::Refused(chain(&error)))?,
        })
    }

    /// The ID token a code is worth.
    async fn exchange(
        &self,
        metadata: &CoreProviderMetadata,
        attempt: Attempt,
        answer: &Answer<'_>,
        redirect: &str,
    ) -> Result<CoreIdToken, Fault> {
        let secret = self.entry.client_secret.clone().map(ClientSecret::new);
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.entry.client_id.clone()),
            secret,
        )
        .set_auth_type(by(metadata))
        .set_redirect_uri(RedirectUrl::new(redirect.to_owned()).map_err(Fault::away)?);
        let added = self
            .signed("token", &attempt.state, redirect, Some(answer.code))
            .await?;
        let mut request = client
            .exchange_code(AuthorizationCode::new(answer.code.to_owned()))
            .map_err(Fault::away)?
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier));
        for (name, value) in added {
            request = request.add_extra_param(name, value);
        }
        let tokens = request
            .request_async(&self.client)
            .await
            .map_err(|error| match error {
                // What it makes of the code, not that it is away; its words may hold anything.
                RequestTokenError::ServerResponse(said) => {
                    Fault::Refused(format!("the code: {}", said.error()))
                }
                error => Fault::away(chain(&error)),
            })?;
        let token = tokens.id_token().cloned();
        token.ok_or_else(|| Fault::Refused("no ID token".to_owned()))
    }

    /// Whom a token proves, if these keys signed it for us, now and for this attempt.
    fn subject(
        &self,
        token: &CoreIdToken,
        keys: CoreJsonWebKeySet,
        nonce: &Nonce,
    ) -> Result<String, ClaimsVerificationError> {
        let issuer = IssuerUrl::new(self.entry.issuer.clone())
            .map_err(|error| ClaimsVerificationError::Other(error.to_string()))?;
        // As a client without a secret: no signature made with one is ever believed.
        let us = ClientId::new(self.entry.client_id.clone());
        let verifier =
            CoreIdTokenVerifier::new_public_client(us, issuer, keys).set_allowed_algs(BELIEVED);
        let claims = token.claims(&verifier, nonce)?;
        let party = claims.authorized_party().map(|party| party.as_str());
        if party.is_some_and(|party| party != self.entry.client_id) {
            let words = "the token was made for another party".to_owned();
            return Err(ClaimsVerificationError::InvalidAudience(words));
        }
        Ok(claims.subject().to_string())
    }

    /// What the deployment's signer adds to a request; nothing where there is none.
    async fn signed(
        &self,
        step: &'static str,
        state: &str,
        redirect: &str,
        code: Option<&str>,
    ) -> Result<Vec<(String, String)>, Fault> {
        let Some(signer) = &self.signer else {
            return Ok(Vec::new());
        };
        let scopes: Vec<&str> = std::iter::once("openid")
            .chain(self.entry.scopes.iter().map(String::as_str))
            .collect();
        let asking = Asking {
            step,
            client_id: &self.entry.client_id,
            scope: &scopes.join(" "),
            state,
            redirect_uri: redirect,
            code,
        };
        Ok(signer.sign(&asking).await?.into_iter().collect())
    }
}

/// How the provider wants to be told who asks: by the header, unless it knows the body only.
fn by(metadata: &CoreProviderMetadata) -> AuthType {
    let known = metadata.token_endpoint_auth_methods_supported();
    let knows = |method| known.is_some_and(|known| known.contains(&method));
    match knows(CoreClientAuthMethod::ClientSecretPost)
        && !knows(CoreClientAuthMethod::ClientSecretBasic)
    {
        true => AuthType::RequestBody,
        false => AuthType::BasicAuth,
    }
}

/// An error with what caused it: these crates keep the cause out of their words.
fn chain(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
