//! One consent, from the address to open until its one outcome.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bulla_core::{AuthorizationCode, CodeVerifier, ErrorCode, Result};
use tokio::sync::oneshot;
use tokio::time::Sleep;

use super::Limits;
use super::expected::{Answer, Expected};
use super::listener::Listener;
use super::page::Pages;
use super::redirect::RedirectUri;
use super::request::{Asking, AuthorizationRequest, AuthorizationUrl};

/// A consent that is waited for. Dropping it ends it and closes its port.
#[derive(Debug)]
pub struct Flow {
    url: AuthorizationUrl,
    verifier: CodeVerifier,
    listener: Listener,
    expected: Arc<Expected>,
    pages: Arc<Pages>,
    limits: Limits,
    handle: FlowHandle,
    told: oneshot::Receiver<Told>,
    deadline: Pin<Box<Sleep>>,
}

/// What the person said in Bulla rather than in the browser.
#[derive(Debug)]
enum Told {
    Pasted(Answer),
    Cancelled,
}

/// How a consent ended well.
#[derive(Debug)]
pub enum Outcome {
    /// The code can be redeemed.
    Consented(Consent),
    /// A code came that anybody could have sent; a person must say that it was they who agreed just now.
    NeedsConfirmation(Unconfirmed),
}

/// What the token endpoint wants to see. Nothing of it is printed.
#[derive(Debug)]
pub struct Consent {
    /// Good for minutes, once.
    pub code: AuthorizationCode,
    /// Belongs to this code only.
    pub verifier: CodeVerifier,
    /// Sent again byte for byte (RFC 6749 §4.1.3).
    pub redirect: RedirectUri,
}

/// A consent nobody has vouched for yet.
#[derive(Debug)]
pub struct Unconfirmed(Consent);

impl Unconfirmed {
    /// To be called when a person has confirmed, after being shown whose account it would be.
    #[must_use]
    pub fn confirmed_by_person(self) -> Consent {
        self.0
    }
}

impl Flow {
    /// Takes a port, makes state and verifier, and starts the clock of [`Limits::flow`]. To be called within a tokio
    /// runtime; open [`Self::url`] afterwards.
    ///
    /// # Errors
    /// `app_details_invalid`, `callback_port_taken`.
    pub fn open(request: &AuthorizationRequest, pages: Pages, limits: Limits) -> Result<Self> {
        request.check()?;
        let listener = Listener::open(&request.redirect)?;
        let redirect = listener.redirect_uri().clone();
        let Asking { url, state, verifier } = request.ask(&redirect)?;
        let expected = Arc::new(Expected::new(redirect, state, request.issuer.clone(), request.state_return));
        let (tell, told) = oneshot::channel();
        let handle = FlowHandle { expected: expected.clone(), tell: Arc::new(Mutex::new(Some(tell))) };
        let deadline = Box::pin(tokio::time::sleep(limits.flow));
        Ok(Self { url, verifier, listener, expected, pages: Arc::new(pages), limits, handle, told, deadline })
    }

    /// The address for the person's browser.
    #[must_use]
    pub fn url(&self) -> &AuthorizationUrl {
        &self.url
    }

    /// Where the browser comes back to.
    #[must_use]
    pub fn redirect(&self) -> &RedirectUri {
        self.expected.redirect()
    }

    /// For whoever may end the flow from outside while it is waited for.
    #[must_use]
    pub fn handle(&self) -> FlowHandle {
        self.handle.clone()
    }

    /// Waits for the browser, the person or the deadline, whichever comes first; then the port is closed.
    ///
    /// # Errors
    /// `consent_timed_out`, `consent_cancelled`, or what the provider said: `consent_declined`,
    /// `consent_scope_refused`, `consent_app_refused`, `consent_unavailable`, `consent_refused`.
    pub async fn outcome(self) -> Result<Outcome> {
        let Self { verifier, listener, expected, pages, limits, handle, mut told, mut deadline, .. } = self;
        let redirect = expected.redirect().clone();
        let answer = tokio::select! {
            biased;
            said = &mut told => match said {
                Ok(Told::Pasted(answer)) => answer,
                Ok(Told::Cancelled) | Err(_) => return Err(ErrorCode::ConsentCancelled.into()),
            },
            answer = listener.answer(expected, pages, limits) => answer,
            () = &mut deadline => return Err(ErrorCode::ConsentTimedOut.into()),
        };
        // Whoever pastes from now on is told that it is over.
        handle.end();
        let (code, confirmed) = match answer {
            Answer::Code(code) => (code, true),
            Answer::NeedsConfirmation(code) => (code, false),
            Answer::Refused(error) => return Err(error),
        };
        let consent = Consent { code, verifier, redirect };
        Ok(if confirmed { Outcome::Consented(consent) } else { Outcome::NeedsConfirmation(Unconfirmed(consent)) })
    }
}

/// Ends a flow from another task. Harmless once the flow is over.
#[derive(Debug, Clone)]
pub struct FlowHandle {
    expected: Arc<Expected>,
    tell: Arc<Mutex<Option<oneshot::Sender<Told>>>>,
}

impl FlowHandle {
    /// Completes the flow with the address the browser landed on. Works once; a refused text costs nothing.
    ///
    /// # Errors
    /// Those of [`Expected::read_pasted`], or `consent_over`.
    pub fn paste(&self, text: &str) -> Result<()> {
        let answer = self.expected.read_pasted(text)?;
        self.tell(Told::Pasted(answer)).map_err(|()| ErrorCode::ConsentOver.into())
    }

    /// The person stopped waiting.
    pub fn cancel(&self) {
        let _ = self.tell(Told::Cancelled);
    }

    fn tell(&self, what: Told) -> Result<(), ()> {
        self.take().ok_or(())?.send(what).map_err(|_| ())
    }

    fn end(&self) {
        drop(self.take());
    }

    fn take(&self) -> Option<oneshot::Sender<Told>> {
        self.tell.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
