//! What is known of a server, as it is kept with the app.

use std::collections::BTreeMap;

use bulla_core::App;

use crate::consent::ClientAuth;

/// Whether refresh tokens of a server last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RefreshTokens {
    /// Each works once: what is assumed of a server nobody knows.
    #[default]
    SingleUse,
    /// One works again and again.
    Reusable,
}

/// A server's addresses and ways.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSettings {
    /// Who it says it is; the address of its description.
    pub issuer: Option<String>,
    /// Where a person consents.
    pub authorization_endpoint: String,
    /// Where codes and refresh tokens are exchanged.
    pub token_endpoint: String,
    /// RFC 7009.
    pub revocation_endpoint: Option<String>,
    /// OpenID Connect Core §5.3: what a test asks.
    pub userinfo_endpoint: Option<String>,
    /// RFC 8628.
    pub device_authorization_endpoint: Option<String>,
    /// Callbacks always name the issuer (RFC 9207).
    pub names_issuer: bool,
    /// How the app proves itself.
    pub client_auth: ClientAuth,
    /// Whether refresh tokens last.
    pub refresh_tokens: RefreshTokens,
    /// Where programs' calls go, when it is not the issuer.
    pub api: Option<String>,
    /// RFC 8707.
    pub resource: Option<String>,
    /// As some servers want it instead.
    pub audience: Option<String>,
    /// What else the authorization endpoint wants.
    pub extra: Vec<(String, String)>,
}

/// Extra parameters stand in the settings under their name with this in front.
const EXTRA: &str = "extra.";

impl ServerSettings {
    /// As kept with an app.
    #[must_use]
    pub fn of(app: &App) -> Self {
        let text = |name: &str| app.setting(name).map(str::to_owned);
        let extra = app.settings.iter().filter_map(|(name, value)| Some((name.strip_prefix(EXTRA)?.to_owned(), value.clone())));
        Self {
            issuer: text("issuer"),
            authorization_endpoint: text("authorization_endpoint").unwrap_or_default(),
            token_endpoint: text("token_endpoint").unwrap_or_default(),
            revocation_endpoint: text("revocation_endpoint"),
            userinfo_endpoint: text("userinfo_endpoint"),
            device_authorization_endpoint: text("device_authorization_endpoint"),
            names_issuer: app.setting("names_issuer").is_some(),
            client_auth: if app.setting("client_auth") == Some("body") { ClientAuth::Body } else { ClientAuth::Basic },
            refresh_tokens: match app.setting("refresh_tokens") {
                Some("reusable") => RefreshTokens::Reusable,
                _ => RefreshTokens::SingleUse,
            },
            api: text("api"),
            resource: text("resource"),
            audience: text("audience"),
            extra: extra.collect(),
        }
    }

    /// To be kept with an app.
    #[must_use]
    pub fn into_settings(self) -> BTreeMap<String, String> {
        let named = [
            ("issuer", self.issuer),
            ("authorization_endpoint", Some(self.authorization_endpoint)),
            ("token_endpoint", Some(self.token_endpoint)),
            ("revocation_endpoint", self.revocation_endpoint),
            ("userinfo_endpoint", self.userinfo_endpoint),
            ("device_authorization_endpoint", self.device_authorization_endpoint),
            ("names_issuer", self.names_issuer.then(|| "true".to_owned())),
            ("client_auth", (self.client_auth == ClientAuth::Body).then(|| "body".to_owned())),
            ("refresh_tokens", (self.refresh_tokens == RefreshTokens::Reusable).then(|| "reusable".to_owned())),
            ("api", self.api),
            ("resource", self.resource),
            ("audience", self.audience),
        ];
        let extra = self.extra.into_iter().map(|(name, value)| (format!("{EXTRA}{name}"), value));
        let named = named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        named.chain(extra).filter(|(_, value)| !value.is_empty()).collect()
    }

    /// What goes with every form to the token endpoint (RFC 8707 §2.2).
    pub(super) fn token_extra(&self) -> Vec<(String, String)> {
        self.resource.clone().map(|resource| ("resource".to_owned(), resource)).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use bulla_core::{AppId, Label, ProviderKind};
    use chrono::DateTime;

    use super::*;

    #[test]
    fn settings_survive_being_kept() {
        let settings = ServerSettings {
            issuer: Some("https://a.example".to_owned()),
            authorization_endpoint: "https://a.example/auth".to_owned(),
            token_endpoint: "https://a.example/token".to_owned(),
            revocation_endpoint: Some("https://a.example/revoke".to_owned()),
            userinfo_endpoint: Some("https://a.example/me".to_owned()),
            device_authorization_endpoint: Some("https://a.example/device".to_owned()),
            names_issuer: true,
            client_auth: ClientAuth::Body,
            refresh_tokens: RefreshTokens::Reusable,
            api: Some("https://api.a.example".to_owned()),
            resource: Some("https://r.example".to_owned()),
            audience: Some("aud".to_owned()),
            extra: vec![("acr_values".to_owned(), "mfa".to_owned()), ("ui".to_owned(), "x".to_owned())],
        };
        let app = App {
            id: AppId::random(),
            label: Label::parse("a").expect("a label"),
            provider: ProviderKind::Oidc,
            client_id: "c".to_owned(),
            settings: settings.clone().into_settings(),
            has_secret: false,
            refused: None,
            created_at: DateTime::UNIX_EPOCH,
        };
        assert_eq!(ServerSettings::of(&app), settings);
        let bare = App { settings: BTreeMap::new(), ..app };
        assert_eq!(ServerSettings::of(&bare).refresh_tokens, RefreshTokens::SingleUse);
        assert_eq!(ServerSettings::of(&bare).client_auth, ClientAuth::Basic);
    }
}
