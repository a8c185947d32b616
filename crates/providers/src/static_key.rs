//! A legacy static Huntflow API key: the same read calls, nothing to renew.

use async_trait::async_trait;
use bulla_core::{
    ClientSecret, Error, ErrorCode, Exchange, Judgement, RawAnswer, ReadOutcome, RefreshToken, Result, Site,
    ports::{CallAnswer, CallRequest, Provider},
};

use crate::Huntflow;

/// A key that never renews, asked through Huntflow's read calls.
#[derive(Debug, Clone, Default)]
pub struct StaticKeyProvider {
    huntflow: Huntflow,
}

impl StaticKeyProvider {
    /// Sends nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Provider for StaticKeyProvider {
    /// Never sends anything.
    async fn exchange(&self, _: Site<'_>, _: Option<&ClientSecret>, _: &RefreshToken) -> Exchange {
        Exchange::NotSent("a static key is never exchanged".to_owned())
    }

    /// Never a success.
    fn judge(&self, _: &RawAnswer) -> Judgement {
        let error = Error::new(ErrorCode::BadRequest).detail("a static key is never exchanged");
        Judgement::Refused { error, pauses: false, retry_after: None }
    }

    /// A key that "has expired" cannot be renewed: it is not accepted any more.
    async fn read(&self, site: Site<'_>, key: &str) -> ReadOutcome {
        match self.huntflow.read(site, key).await {
            ReadOutcome::Expired => ReadOutcome::NotAccepted(ErrorCode::AccessNotAccepted.into()),
            other => other,
        }
    }

    async fn call(&self, site: Site<'_>, key: &str, request: &CallRequest) -> Result<CallAnswer> {
        self.huntflow.call(site, key, request).await
    }
}
