//! An authenticator as a person's device has one: makes keys for a site and proves them (WebAuthn). What
//! it says can be bent, to see what the site believes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng as _;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Somebody is there.
pub const PRESENT: u8 = 0x01;
/// The device has seen that it is its owner.
pub const VERIFIED: u8 = 0x04;
const WITH_KEY: u8 = 0x40;

/// One key, and what its device says with it.
pub struct Authenticator {
    key: EcdsaKeyPair,
    id: [u8; 32],
    handle: Value,
    /// The page the browser says it is on.
    pub origin: String,
    /// What the device has seen of its owner.
    pub seen: u8,
    /// How often the key was used, as the device counts.
    pub count: u32,
}

impl Authenticator {
    /// A device with a new key, on a page of this origin.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        let rng = SystemRandom::new();
        let how = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(how, &rng).unwrap();
        Self {
            key: EcdsaKeyPair::from_pkcs8(how, pkcs8.as_ref(), &rng).unwrap(),
            id: rand::rng().random(),
            handle: Value::Null,
            origin: origin.to_owned(),
            seen: PRESENT | VERIFIED,
            count: 1,
        }
    }

    /// The answer to a request to make a key.
    pub fn make(&mut self, asked: &str) -> String {
        let asked: Value = serde_json::from_str(asked).unwrap();
        self.handle = asked["user"]["id"].clone();
        let said = self.said("webauthn.create", &asked);
        let mut data = self.data(asked["rp"]["id"].as_str().unwrap(), WITH_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(self.id);
        let point = self.key.public_key().as_ref();
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        data.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 32]);
        data.extend(&point[33..65]);
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        self.answer(&json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(said),
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
            "transports": ["internal"],
        }))
    }

    /// The answer to a request to prove a key; each use is counted.
    pub fn prove(&mut self, asked: &str) -> String {
        let asked: Value = serde_json::from_str(asked).unwrap();
        self.count += 1;
        let said = self.said("webauthn.get", &asked);
        let data = self.data(asked["rpId"].as_str().unwrap(), 0);
        let signed = [&*data, &*Sha256::digest(said.as_bytes())].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.answer(&json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(said),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(signature.as_ref()),
            "userHandle": self.handle,
        }))
    }

    fn said(&self, kind: &str, asked: &Value) -> String {
        json!({
            "type": kind,
            "challenge": asked["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        })
        .to_string()
    }

    fn data(&self, site: &str, with: u8) -> Vec<u8> {
        let mut data = Sha256::digest(site.as_bytes()).to_vec();
        data.push(self.seen | with);
        data.extend(self.count.to_be_bytes());
        data
    }

    fn answer(&self, response: &Value) -> String {
        let id = URL_SAFE_NO_PAD.encode(self.id);
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        })
        .to_string()
    }
}
