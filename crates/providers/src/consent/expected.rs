//! Which callback is believed, and what it says. Pure: the listener and a pasted address ask the same function.

use std::borrow::Cow;

use bulla_core::{AuthorizationCode, ConsentState, Error, ErrorCode, Result};
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use super::authorize_error::authorize_error;
use super::pasted;
use super::redirect::RedirectUri;

/// How the callback's `iss` is taken (RFC 9207 §2.4).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Issuer {
    /// The provider does not say who it is: whatever comes is passed over.
    #[default]
    Unknown,
    /// It may say so, and then exactly this.
    IfSent(String),
    /// It says so always, as `authorization_response_iss_parameter_supported` in its metadata promises.
    Always(String),
}

/// Whether `state` comes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StateReturn {
    /// As RFC 6749 §4.1.2 demands.
    #[default]
    Always,
    /// The provider is not known to return it (HighLevel documents the callback as `?code=…` alone). A code without it
    /// could have been sent by anybody, so a person must confirm it; a wrong one is refused all the same.
    MayBeMissing,
}

/// What one flow waits for.
#[derive(Debug, Clone)]
pub struct Expected {
    redirect: RedirectUri,
    state: ConsentState,
    issuer: Issuer,
    state_return: StateReturn,
}

/// What a callback says that is believed.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The person agreed.
    Code(AuthorizationCode),
    /// A code came without `state`: [`StateReturn::MayBeMissing`].
    NeedsConfirmation(AuthorizationCode),
    /// The provider ended the consent, and why.
    Refused(Error),
}

impl Expected {
    /// Waits for `state` at `redirect`.
    #[must_use]
    pub fn new(redirect: RedirectUri, state: ConsentState, issuer: Issuer, state_return: StateReturn) -> Self {
        Self { redirect, state, issuer, state_return }
    }

    /// Reads a callback's query, without its `?`.
    ///
    /// # Errors
    /// `callback_other_flow` when `state` is wrong or missing, `callback_incomplete` when there is no usable code or a
    /// parameter comes twice, `issuer_mismatch`. A flow outlives all of them: whoever sent this does not end it.
    pub fn read_callback(&self, query: &str) -> Result<Answer> {
        let said = Parameters::read(query)?;
        match &said.state {
            Some(state) if self.is_ours(state) => {}
            // An error is not believed without it: any page could end the flow with a picture's address.
            None if self.state_return == StateReturn::MayBeMissing && said.error.is_none() => {}
            _ => return Err(ErrorCode::CallbackOtherFlow.into()),
        }
        self.check_issuer(said.issuer.as_deref())?;
        match (said.code, said.error) {
            (Some(code), None) if is_code(&code) => {
                let code = AuthorizationCode::new(code.into_owned());
                Ok(if said.state.is_some() { Answer::Code(code) } else { Answer::NeedsConfirmation(code) })
            }
            (None, Some(error)) => {
                Ok(Answer::Refused(authorize_error(&error, said.error_subtype.as_deref(), said.error_description.as_deref())))
            }
            _ => Err(ErrorCode::CallbackIncomplete.into()),
        }
    }

    /// Reads the address a person landed on: whole, without `http://`, or only its query; with quotes or line breaks
    /// that came along.
    ///
    /// # Errors
    /// `callback_not_ours` when it is another address or none, and whatever [`Self::read_callback`] says.
    pub fn read_pasted(&self, text: &str) -> Result<Answer> {
        self.read_callback(&pasted::query(text, &self.redirect)?)
    }

    /// Where the callback comes to.
    #[must_use]
    pub fn redirect(&self) -> &RedirectUri {
        &self.redirect
    }

    /// Takes as long for a state that is nearly right as for any other.
    fn is_ours(&self, state: &str) -> bool {
        let theirs = ConsentState::new(state.to_owned());
        self.state.digest().ct_eq(&theirs.digest()).into()
    }

    /// Plain string comparison, as RFC 9207 §2.4 asks for; for errors as for codes.
    fn check_issuer(&self, sent: Option<&str>) -> Result<()> {
        let right = match (&self.issuer, sent) {
            (Issuer::Unknown, _) | (Issuer::IfSent(_), None) => true,
            (Issuer::IfSent(issuer) | Issuer::Always(issuer), Some(sent)) => issuer == sent,
            (Issuer::Always(_), None) => false,
        };
        if right { Ok(()) } else { Err(ErrorCode::IssuerMismatch.into()) }
    }
}

/// What a callback may say and we read. Parameters without a value count as left out (RFC 6749 §3.1).
#[derive(Default)]
struct Parameters<'a> {
    state: Option<Cow<'a, str>>,
    code: Option<Cow<'a, str>>,
    issuer: Option<Cow<'a, str>>,
    error: Option<Cow<'a, str>>,
    error_subtype: Option<Cow<'a, str>>,
    error_description: Option<Cow<'a, str>>,
}

impl<'a> Parameters<'a> {
    /// Refuses a parameter that comes twice, even without a value: two readers could pick different ones.
    fn read(query: &'a str) -> Result<Self> {
        let mut found = Self::default();
        let mut seen = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match &*name {
                "state" => &mut found.state,
                "code" => &mut found.code,
                "iss" => &mut found.issuer,
                "error" => &mut found.error,
                "error_subtype" => &mut found.error_subtype,
                "error_description" => &mut found.error_description,
                _ => continue,
            };
            if !value.is_empty() {
                *place = Some(value);
            }
            if seen.contains(&name) {
                return Err(ErrorCode::CallbackIncomplete.into());
            }
            seen.push(name);
        }
        Ok(found)
    }
}

/// `1*VSCHAR` (RFC 6749 A.11).
fn is_code(code: &str) -> bool {
    code.bytes().all(|b| (0x20..=0x7e).contains(&b))
}
