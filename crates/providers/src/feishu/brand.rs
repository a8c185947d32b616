//! The two brands of one platform, and where each of them is. An app registered with one is unknown to the other.

use bulla_core::{App, BaseUrl, CredentialKind, ProviderKind, Result, Rules, rules};

use crate::hosts::own_or_loopback;

/// Settings of an app that lead to a server of one's own on this machine.
pub(super) const API_BASE: &str = "api_base";
pub(super) const ACCOUNTS_BASE: &str = "accounts_base";

/// Who runs the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brand {
    /// In China.
    Feishu,
    /// Everywhere else.
    Lark,
}

impl Brand {
    /// As it stands in a connection's data.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.kind().as_str()
    }

    /// The provider it is to core.
    #[must_use]
    pub const fn kind(self) -> ProviderKind {
        match self {
            Self::Feishu => ProviderKind::Feishu,
            Self::Lark => ProviderKind::Lark,
        }
    }

    /// The API, then the consent page with the newer token endpoints.
    pub(super) const fn hosts(self) -> [&'static str; 2] {
        match self {
            Self::Feishu => ["open.feishu.cn", "accounts.feishu.cn"],
            Self::Lark => ["open.larksuite.com", "accounts.larksuite.com"],
        }
    }

    pub(super) const fn rules(self) -> &'static Rules {
        rules(self.kind(), CredentialKind::Rotating)
    }
}

/// All addresses that one app's connections use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoints {
    pub(super) api: BaseUrl,
    pub(super) accounts: BaseUrl,
}

impl Endpoints {
    /// # Errors
    /// `app_details_invalid` when the app's settings lead elsewhere than to the brand or to this machine.
    pub(super) fn of(brand: Brand, app: Option<&App>) -> Result<Self> {
        let [api, accounts] = brand.hosts();
        let base = |setting: &str, host: &str| {
            let text = app.and_then(|app| app.setting(setting)).map_or_else(|| format!("https://{host}"), str::to_owned);
            own_or_loopback(&text, &brand.hosts())
        };
        Ok(Self { api: base(API_BASE, api)?, accounts: base(ACCOUNTS_BASE, accounts)? })
    }

    pub(super) fn authorize(&self) -> String {
        format!("{}/open-apis/authen/v1/authorize", self.accounts.as_str())
    }

    pub(super) fn revoke(&self) -> String {
        format!("{}/oauth/v1/revoke", self.accounts.as_str())
    }
}
