//! What is asked of an authenticator and what its answer proves (WebAuthn): all that is known of the
//! crate that checks it. An answer of another site, an old one, one without the person's own
//! consent (a PIN, a finger) proves nothing.

use uuid::Uuid;
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
    bin::{Decode as _, Encode as _},
    request::{
        AsciiDomain, PublicKeyCredentialDescriptor, RpId,
        auth::AuthenticationVerificationOptions,
        register::{
            CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions,
            UserHandle16, Username,
        },
    },
    response::{
        AuthTransports, CredentialId, Origin,
        auth::{DiscoverableAuthentication16, error::AuthCeremonyErr},
        register::{CompressedPubKey, DynamicState, StaticState},
    },
};

use url::{Host, Url};

/// A public key as it is kept.
type Key = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// The site people's keys are for: its host, and the addresses its pages may have.
#[derive(Clone, Debug)]
pub struct Site {
    host: String,
    base: Url,
    /// Whether `{slug}.` before the host is the site as well.
    hosts: bool,
}

/// Something asked of an authenticator.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What the browser is told, as JSON.
    pub options: String,
    /// What the answer is compared with.
    pub state: Vec<u8>,
}

/// A key that was made.
pub(super) struct Made {
    pub(super) credential: Vec<u8>,
    pub(super) transports: i16,
    pub(super) key: Vec<u8>,
    pub(super) state: Vec<u8>,
}

/// Why an answer is not believed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The authenticator's counter did not grow: there may be two of it.
    Regress,
    /// Anything else.
    Other,
}

impl Site {
    /// The site at this base address; `None` where browsers have no keys for it: an address
    /// without a name, or one anybody on the way could speak for.
    #[must_use]
    pub fn of(base_url: &str, hosts: bool) -> Option<Self> {
        let base = Url::parse(base_url).ok()?;
        let Some(Host::Domain(host)) = base.host() else {
            return None;
        };
        let host = host.to_owned();
        (base.scheme() == "https" || host == "localhost").then_some(Self { host, base, hosts })
    }

    fn id(&self) -> Option<RpId> {
        AsciiDomain::try_from(self.host.clone())
            .ok()
            .map(RpId::Domain)
    }

    /// Whether a page of this origin is the site's.
    fn has(&self, origin: &str) -> bool {
        let Ok(origin) = Url::parse(origin) else {
            return false;
        };
        let host = origin.host_str().unwrap_or_default();
        let label = host
            .strip_suffix(&self.host)
            .and_then(|label| label.strip_suffix('.'));
        let ours = host == self.host
            || (self.hosts && label.is_some_and(|it| !it.is_empty() && !it.contains('.')));
        ours && origin.scheme() == self.base.scheme()
            && origin.port_or_known_default() == self.base.port_or_known_default()
    }
}

impl PartialEq<Origin<'_>> for Site {
    fn eq(&self, origin: &Origin<'_>) -> bool {
        self.has(&origin.0)
    }
}

/// Asks for a new key of the account `whose`, on none of the authenticators that hold one of
/// `known` (its id and transports).
pub(super) fn ask_for_new(
    site: &Site,
    login: &str,
    whose: Uuid,
    known: Vec<(Vec<u8>, i16)>,
) -> Option<Asked> {
    let id = site.id()?;
    let handle = UserHandle16::decode(whose.into_bytes()).ok()?;
    let user = PublicKeyCredentialUserEntity {
        name: Username::try_from(login).ok()?,
        id: &handle,
        display_name: None,
    };
    let known = known.into_iter().filter_map(|(credential, transports)| {
        Some(PublicKeyCredentialDescriptor {
            id: CredentialId::<Vec<u8>>::decode(credential).ok()?,
            transports: AuthTransports::decode(u8::try_from(transports).ok()?).ok()?,
        })
    });
    let mut asked = PublicKeyCredentialCreationOptions::passkey(&id, user, known.collect());
    // The owner's consent is asked for at each use anyway; devices that cannot promise to insist on
    // it themselves would make no key.
    asked.extensions.cred_protect = CredProtect::None;
    let (state, options) = asked.start_ceremony().ok()?;
    Some(Asked {
        options: serde_json::to_string(&options).ok()?,
        state: state.encode().ok()?,
    })
}

/// The key that was made for the account `whose`, if the answer proves it.
pub(super) fn made(site: &Site, whose: Uuid, state: &[u8], answer: &str) -> Option<Made> {
    let state = RegistrationServerState::<16>::decode(state).ok()?;
    let answer = Registration::from_json_relaxed(answer.as_bytes()).ok()?;
    let allowed = [site.clone()];
    let options = RegistrationVerificationOptions::<Site, Site> {
        allowed_origins: &allowed,
        error_on_unsolicited_extensions: false,
        ..RegistrationVerificationOptions::default()
    };
    let made = state.verify(&site.id()?, &answer, &options).ok()?;
    if made.user_id().encode().ok()? != whose.into_bytes() {
        return None;
    }
    Some(Made {
        credential: made.id().encode().ok()?.to_vec(),
        transports: made.transports().encode().ok()?.into(),
        key: made.static_state().encode().ok()?,
        state: made.dynamic_state().encode().ok()?.to_vec(),
    })
}

/// Asks whoever comes for a key of the site, whichever it has.
pub(super) fn ask(site: &Site) -> Option<Asked> {
    let id = site.id()?;
    let asked = DiscoverableCredentialRequestOptions::passkey(&id);
    let (state, options) = asked.start_ceremony().ok()?;
    Some(Asked {
        options: serde_json::to_string(&options).ok()?,
        state: state.encode().ok()?.to_vec(),
    })
}

/// An answer to [`ask`] that has yet to be compared with the key it names.
pub(super) struct Answer(DiscoverableAuthentication16);

impl Answer {
    /// The answer a browser sent; `None` for nonsense.
    pub(super) fn parse(answer: &str) -> Option<Self> {
        DiscoverableAuthentication16::from_json_relaxed(answer.as_bytes())
            .ok()
            .map(Self)
    }

    /// The id of the credential it is of.
    pub(super) fn credential(&self) -> Vec<u8> {
        self.0.raw_id().into_inner().to_vec()
    }

    /// What the authenticator has counted, if the answer proves the account `whose` by this key.
    pub(super) fn judge(
        &self,
        site: &Site,
        asked: &[u8],
        whose: Uuid,
        key: &[u8],
        state: &[u8],
    ) -> Result<Vec<u8>, Fault> {
        let id = site.id().ok_or(Fault::Other)?;
        let asked = DiscoverableAuthenticationServerState::decode(asked).map_err(other)?;
        let whose = UserHandle16::decode(whose.into_bytes()).map_err(other)?;
        let state: [u8; 7] = state.try_into().map_err(other)?;
        let mut kept = AuthenticatedCredential::new(
            self.0.raw_id(),
            &whose,
            StaticState::<Key>::decode(key).map_err(other)?,
            DynamicState::decode(state).map_err(other)?,
        )
        .map_err(other)?;
        let allowed = [site.clone()];
        let options = AuthenticationVerificationOptions::<Site, Site> {
            allowed_origins: &allowed,
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        asked
            .verify(&id, &self.0, &mut kept, &options)
            .map_err(|error| match error {
                AuthCeremonyErr::SignatureCounter => Fault::Regress,
                _ => Fault::Other,
            })?;
        let state = kept.dynamic_state();
        Ok(state.encode().map_err(other)?.to_vec())
    }
}

fn other<T>(_: T) -> Fault {
    Fault::Other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_its_name_and_where_it_says_so_the_municipalities_before_it() {
        let has = |base: &str, hosts, origin| Site::of(base, hosts).unwrap().has(origin);
        assert!(has("https://a.ru", false, "https://a.ru"));
        assert!(has("https://a.ru", true, "https://tomsk.a.ru"));
        assert!(has(
            "http://localhost:8080",
            true,
            "http://tomsk.localhost:8080"
        ));
        for (base, hosts, origin) in [
            ("https://a.ru", false, "https://tomsk.a.ru"),
            ("https://a.ru", true, "https://x.tomsk.a.ru"),
            ("https://a.ru", true, "https://evila.ru"),
            ("https://a.ru", true, "https://.a.ru"),
            ("https://a.ru", true, "http://a.ru"),
            ("https://a.ru", true, "https://a.ru:8443"),
            ("https://a.ru", true, "https://a.ru.evil.org"),
            ("https://a.ru", true, "null"),
        ] {
            assert!(!has(base, hosts, origin), "{origin}");
        }
        for base in ["http://a.ru", "https://127.0.0.1", "https://[::1]", "a.ru"] {
            assert!(Site::of(base, true).is_none(), "{base}");
        }
    }
}
