//! Feishu or Lark on 127.0.0.1, as far as a keeper of tokens can see it. The brands differ by their hosts alone, so one fake
//! serves both; the API's host and the accounts' host are two origins here, as they are there.
//!
//! Sources, by the tags of the project's reference on Feishu:
//! - [V]: an official document or official source says so (MIR, V3DOC, LARKDOC, LARKREDIR: copies of the documents; CLI:
//!   larksuite/cli); [P]: a third party's live probe or report; [?] and "reference, section n": what is gathered there;
//! - the descriptions of token errors: the error tables of "get" and "refresh user_access_token", as published 2025-06;
//! - "assumed": nobody has said it; the most plausible answer was taken.
//!
//! Where official texts disagree there is a switch ([`OldAccess`], the code of a used refresh token, `code` as text).
//! Not modelled: store apps and tickets, the device flow, client credentials at v3, messages, app versions and sessions.
//!
//! ```text
//! use support::feishu::{App, FakeFeishu, Family, Route};
//! use support::fake::Knob;
//!
//! let fake = FakeFeishu::start();
//! let app = fake.set_app(App::new("crm", &["http://127.0.0.1:14520/callback"]));
//! let pair = fake.issue(&app, "anna", Family::V2);
//! fake.next(Route::TokenV2, Knob::DropAfterCommit);
//! // … the program under test refreshes at `fake.open_url()` …
//! assert_eq!(fake.refreshes_ok().len(), 1);
//! ```

mod apis;
mod app_token;
mod authorize;
mod codes;
mod console;
mod desk;
mod ledger;
mod oidc;
mod provider;
mod token;

pub use authorize::Answer;
pub use codes::{error_page, gateway_error, plain_error, security_policy, token_error, too_many};
pub use console::{App, Brand, Person, PersonState};
pub use ledger::{AppToken, Consent, Family, Ledger, LedgerPair};
pub use provider::{Feishu, OldAccess, Route};

/// A Feishu or Lark on 127.0.0.1. It stops when it is dropped.
pub type FakeFeishu = crate::fake::Fake<Feishu>;
