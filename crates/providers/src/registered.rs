//! Redirect addresses at providers that compare them whole, port and all: few fixed ones, which a person registers once.

use bulla_core::{App, Error, ErrorCode, Result};

use crate::consent::{LoopbackHost, Ports, Redirect};
use crate::consents::Wish;

/// What an app's settings may say otherwise: `redirect_ports` (or `redirect_port`), `redirect_host` and `redirect_path`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usual {
    pub(crate) host: LoopbackHost,
    /// Tried in order.
    pub(crate) ports: &'static [u16],
    pub(crate) path: &'static str,
}

impl Usual {
    /// The redirect of one consent. Only a port that a person names this time stands before the app's own.
    ///
    /// # Errors
    /// `app_details_invalid`, whose `field` is `redirect`.
    pub(crate) fn redirect(&self, app: &App, wish: &Wish) -> Result<Redirect> {
        let host = match app.setting("redirect_host") {
            None => self.host,
            Some("localhost") => LoopbackHost::Localhost,
            Some("127.0.0.1") => LoopbackHost::V4,
            Some("[::1]" | "::1") => LoopbackHost::V6,
            Some(other) => return Err(invalid(other)),
        };
        let ports = match (wish.port, app.setting("redirect_ports").or(app.setting("redirect_port"))) {
            (Some(port), _) => vec![port],
            (None, Some(text)) => listed(text)?,
            (None, None) => self.ports.to_vec(),
        };
        Redirect::new(host, Ports::Registered(ports), app.setting("redirect_path").unwrap_or(self.path))
    }
}

/// Ports with commas or spaces between them.
fn listed(text: &str) -> Result<Vec<u16>> {
    let ports = text.split([',', ' ']).filter(|port| !port.is_empty());
    ports.map(|port| port.parse().map_err(|_| invalid(text))).collect()
}

fn invalid(text: &str) -> Error {
    Error::new(ErrorCode::AppDetailsInvalid).with("field", "redirect").detail(text)
}
