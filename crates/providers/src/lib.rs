//! What each provider's HTTP API says and means, how consent is asked for, and what a person's paste holds.
//!
//! The invariants this crate guards:
//! * one call of [`Provider::exchange`] is one POST: no retry, no redirect, no connection that was used before;
//! * `Exchange::NotSent` only when no connection could be made; whatever fails later is `Lost`;
//! * only the callback that carries a consent's own `state` ends that consent;
//! * answers are judged by status and code strings, never by English text, and only in the provider's own envelope;
//!   HighLevel alone has no codes, and one of Feishu's has two meanings that only its words tell apart;
//! * no token in an error, a log or a `Debug`.

mod call;
pub mod consent;
mod consents;
pub mod explain;
pub mod feishu;
mod files;
pub mod google;
pub mod highlevel;
mod hosts;
mod http;
mod huntflow;
mod oauth;
pub mod oidc;
pub mod paste;
#[cfg(test)]
mod raw_server;
mod registered;
mod scrub;
mod static_key;

use std::sync::Arc;

use bulla_core::{ProviderKind, ports::Provider};

pub use consents::{AppCheck, Brought, Consents, Wish};
pub use files::{Contents, FileFormat, file_text};
pub use huntflow::{Huntflow, environment};
pub use static_key::StaticKeyProvider;

/// The provider of a kind. Cheap: the HTTP client behind it is built with the first request and shared by the process.
#[must_use]
pub fn provider(kind: ProviderKind) -> Arc<dyn Provider> {
    match kind {
        ProviderKind::Huntflow => Arc::new(Huntflow::new()),
        ProviderKind::Google => Arc::new(google::Google),
        ProviderKind::Oidc => Arc::new(oidc::Oidc),
        ProviderKind::Feishu => Arc::new(feishu::Feishu::new(feishu::Brand::Feishu)),
        ProviderKind::Lark => Arc::new(feishu::Feishu::new(feishu::Brand::Lark)),
        ProviderKind::HighLevel => Arc::new(highlevel::HighLevel),
        ProviderKind::StaticKey => Arc::new(StaticKeyProvider::new()),
    }
}

/// How consent is asked for at a kind of provider; `None` where there is none to ask for.
#[must_use]
pub fn consents(kind: ProviderKind) -> Option<Arc<dyn Consents>> {
    match kind {
        ProviderKind::Google => Some(Arc::new(google::Google)),
        ProviderKind::Feishu => Some(Arc::new(feishu::Feishu::new(feishu::Brand::Feishu))),
        ProviderKind::Lark => Some(Arc::new(feishu::Feishu::new(feishu::Brand::Lark))),
        ProviderKind::HighLevel => Some(Arc::new(highlevel::HighLevel)),
        ProviderKind::Oidc => Some(Arc::new(oidc::Oidc)),
        ProviderKind::Huntflow | ProviderKind::StaticKey => None,
    }
}
