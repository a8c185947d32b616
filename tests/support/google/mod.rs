//! Google's sign-in, token endpoint and two of its APIs on 127.0.0.1, as far as a keeper of tokens can see them. All hosts
//! of Google (accounts, oauth2, openidconnect, gmail, sheets) are one origin here; their paths don't meet.
//!
//! Sources, by the tags of the project's reference on Google:
//! - [NAT]: "OAuth 2.0 for desktop apps"; [OVW]: the OAuth overview; [GRAN]: granular permissions;
//! - [GA], [GAO]: google-auth 2.62.2 and google-auth-oauthlib 1.5.0; [EXP n]: these clients against a local fake;
//! - [GAM]: GAM's list of token errors; [MOCK]: a public mock checked against Google on 2026-09-29;
//! - owner/repo#n: a GitHub thread; "reference, section n": what the reference gathers there from several sources;
//! - "assumed": nobody has said it; the most plausible answer was taken.
//!
//! Not modelled: sign-in itself (everybody is signed in), cookies, the delay before revocation and delegation take effect,
//! quotas, DPoP, and the page for embedded webviews, which can be shown with
//! `Knob::Instead(error_page(403, "disallowed_useragent", …))`.
//!
//! ```text
//! use support::google::{Answer, FakeGoogle, Person};
//!
//! let fake = FakeGoogle::start();
//! let client = fake.add_desktop_client("crm");
//! fake.set_person(Person::new("anna@example.com"));
//! fake.answer_consents(Some(Answer::Allow("anna@example.com".to_owned())));
//! fake.write_client_secret(folder, &client);
//! // … the program under test opens the authorization page, exchanges the code, refreshes …
//! assert_eq!(fake.exchanges_ok().len(), 1);
//! ```

mod answer;
mod api;
mod assertion;
mod authorize;
mod cloud;
mod consent;
mod desk;
mod identity;
mod ledger;
mod people;
mod provider;
mod scopes;
mod signing;
mod token;

pub use answer::{
    api_error, bad_grant, error_page, expired_or_revoked, internal_failure, invalid_client, invalid_rapt, token_error,
    unauthorized_client,
};
pub use assertion::AUDIENCE;
pub use authorize::Answer;
pub use cloud::{Audience, Client, ClientKind, ClientState, Project, ServiceAccount};
pub use desk::Issued;
pub use ledger::{AccessToken, Consent, Holder, Ledger, RefreshToken, Revocation, WhyDead};
pub use people::{AccountState, Person};
pub use provider::{Google, Route};
pub use signing::RsaKey;
pub use token::REFRESH_LIMIT;

/// A Google on 127.0.0.1. It stops when it is dropped.
pub type FakeGoogle = crate::fake::Fake<Google>;

/// The grant of service accounts (RFC 7523).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
