//! RS256: the keys of service accounts and of the fake itself, and JSON Web Tokens made and checked with them.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use uuid::Uuid;

/// An RSA key of 2048 bits with a name.
#[derive(Clone, Debug)]
pub struct RsaKey {
    /// 40 lower-case hex characters, as Google's `private_key_id` and `kid`.
    pub id: String,
    pair: Arc<KeyPair>,
}

impl RsaKey {
    pub fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("an RSA key");
        let id = format!("{}{}", Uuid::new_v4().simple(), &Uuid::new_v4().simple().to_string()[..8]);
        Self { id, pair: Arc::new(pair) }
    }

    /// The key with which every fake Google of this process signs its id_tokens.
    pub(super) fn of_google() -> Self {
        static KEY: OnceLock<RsaKey> = OnceLock::new();
        KEY.get_or_init(Self::generate).clone()
    }

    /// PKCS#8 in PEM, lines of 64 characters, as in a key file.
    pub fn pem(&self) -> String {
        let der = AsDer::<Pkcs8V1Der<'static>>::as_der(&*self.pair).expect("the key as PKCS#8");
        let coded = STANDARD.encode(der.as_ref());
        let mut text = "-----BEGIN PRIVATE KEY-----\n".to_owned();
        for line in coded.as_bytes().chunks(64) {
            text.push_str(&String::from_utf8_lossy(line));
            text.push('\n');
        }
        text + "-----END PRIVATE KEY-----\n"
    }

    /// A signed token with `alg`, `typ` and `kid` in its head.
    pub fn sign(&self, claims: &Value) -> String {
        let head = json!({ "alg": "RS256", "kid": self.id, "typ": "JWT" });
        let signed = format!("{}.{}", coded(&head), coded(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = SystemRandom::new();
        self.pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).expect("a signature");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub(super) fn verifies(&self, token: &UnverifiedToken) -> bool {
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key().as_ref());
        token.head["alg"] == "RS256" && key.verify(token.signed.as_bytes(), &token.signature).is_ok()
    }

    /// The public half as one member of a JSON Web Key set.
    pub(super) fn jwk(&self) -> Value {
        let public = self.pair.public_key();
        let modulus = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let exponent = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        json!({
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.id,
            "n": modulus, "e": exponent,
        })
    }
}

/// A token taken apart, which nobody has vouched for.
#[derive(Debug)]
pub(super) struct UnverifiedToken {
    head: Value,
    pub(super) claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl UnverifiedToken {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        let part = |coded: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(coded).ok()?).ok();
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Self { head: part(head)?, claims: part(claims)?, signed: signed.to_owned(), signature })
    }
}

fn coded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
