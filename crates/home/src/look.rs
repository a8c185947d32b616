//! What a person pasted, before anybody is asked: is it a pair, what is missing, which environment does it name?

use bulla_core::{BaseUrl, Credential, ErrorCode, ProviderKind, Result};
use bulla_providers::environment as environments;
use bulla_providers::paste::{self, Half, Look};
use zeroize::Zeroizing;

use crate::view::{EnvironmentView, PasteFinding};

/// The four places a person can paste into, wiped when dropped. Empty means untouched.
#[derive(Clone, Default)]
pub struct PasteInput {
    /// Any text that holds both halves.
    pub text: Zeroizing<String>,
    /// The access token's own field.
    pub access: Zeroizing<String>,
    /// The refresh token's own field.
    pub refresh: Zeroizing<String>,
    /// A legacy API key, alone or beside the pair.
    pub api_key: Zeroizing<String>,
}

impl PasteInput {
    fn look(&self) -> Look {
        paste::look(&paste::PasteInput { text: &self.text, access: &self.access, refresh: &self.refresh, api_key: &self.api_key })
    }
}

impl std::fmt::Debug for PasteInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasteInput(****)")
    }
}

/// A preset environment by the word scripts use.
#[must_use]
pub fn preset(env: &str) -> Option<EnvironmentView> {
    environments::preset(env).as_ref().map(environment_view)
}

/// What a pasted text is, without asking anybody. Needs no home.
#[must_use]
pub fn look(input: &PasteInput) -> PasteFinding {
    let look = input.look();
    let problem = look.problem();
    let (access_present, refresh_present) = match &look {
        Look::Pair { .. } | Look::Swapped { .. } | Look::Doubled => (true, true),
        Look::Incomplete { which } => (*which == Half::Access, *which == Half::Refresh),
        Look::Empty | Look::Link { .. } | Look::Address { .. } | Look::Key(_) => (false, false),
    };
    let environment = match &look {
        Look::Link { environment } => environment.as_ref().map(environment_view),
        Look::Address { environment } => Some(environment_view(environment)),
        _ => None,
    };
    PasteFinding { found: look.found().to_owned(), access_present, refresh_present, problem, environment }
}

/// The environment that an address from a browser, or an API address, belongs to. Needs no home.
pub fn environment(text: &str) -> Result<EnvironmentView> {
    match environments::recognise(text) {
        Some(found) => Ok(environment_view(&found)),
        None => {
            let base = BaseUrl::parse(text)?.without_suffix("/v2");
            Ok(environment_view(&environments::of(&base)))
        }
    }
}

/// The address that calls go to.
pub(crate) fn base(text: &str) -> Result<BaseUrl> {
    BaseUrl::parse(&environment(text)?.base_url)
}

/// What was pasted, as a credential, or why it is none.
pub(crate) fn credential_of(input: &PasteInput) -> Result<(ProviderKind, Credential)> {
    let look = input.look();
    if let Some(problem) = look.problem() {
        return Err(problem.into());
    }
    match look {
        Look::Pair { access, refresh, key } => {
            Ok((ProviderKind::Huntflow, Credential::Rotating { access, refresh, fallback: key }))
        }
        Look::Key(key) => Ok((ProviderKind::StaticKey, Credential::Static { key })),
        _ => Err(ErrorCode::PasteIncomplete.into()),
    }
}

fn environment_view(found: &environments::Environment) -> EnvironmentView {
    EnvironmentView { env: found.env.as_str().to_owned(), base_url: found.base_url.as_str().to_owned() }
}
