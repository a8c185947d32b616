//! Token types that cannot be printed, logged or serialised by accident.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

macro_rules! secrets {
    ($($(#[$meta:meta])* $name:ident,)*) => {$(
        $(#[$meta])*
        ///
        /// ```compile_fail
        #[doc = concat!("let token = bulla_core::", stringify!($name), "::new(\"planted\".to_owned());")]
        /// serde_json::to_string(&token); // does not implement Serialize
        /// ```
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Takes the text over; the caller's `String` is moved, not copied.
            #[must_use]
            pub fn new(text: String) -> Self {
                Self(SecretString::from(text))
            }

            /// The token itself, for the vault, the journal and the provider's request only.
            #[must_use]
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }

            /// SHA-256 of the token, to compare two without showing either.
            #[must_use]
            pub fn digest(&self) -> [u8; 32] {
                Sha256::digest(self.expose().as_bytes()).into()
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.digest() == other.digest()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(****)"))
            }
        }
    )*};
}

secrets! {
    /// What a program sends with each API call.
    AccessToken,
    /// What buys the next pair, once.
    RefreshToken,
    /// A legacy API key that never renews.
    StaticKey,
    /// What a consent's callback brings: with the verifier it buys the first tokens, once, within minutes.
    AuthorizationCode,
    /// What proves at the token endpoint that the same program redeems a code as asked for it (RFC 7636 §4.1).
    CodeVerifier,
    /// What ties a callback to the consent that was asked for (RFC 6749 §10.12).
    ConsentState,
    /// What an app proves itself with at the token endpoint.
    ClientSecret,
    /// A signed statement about a person, which other programs may take as proof of who is there.
    IdToken,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_type_only() {
        assert_eq!(format!("{:?}", RefreshToken::new("planted".to_owned())), "RefreshToken(****)");
    }
}
