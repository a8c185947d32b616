//! One home under a manual clock, and a person who consents at a fake provider whose page answers by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use bulla_core::{AppId, Ask, ClientSecret, ConnectionId, ManualClock, ProviderKind, Result};
use bulla_home::providers::Wish;
use bulla_home::providers::consent::{Limits, Pages};
use bulla_home::{AppRequest, ConnectionView, Finished, Home, LoggedIn, LoginRequest, OpenConfig, VaultKind};
use chrono::TimeDelta;
use tempfile::TempDir;

use crate::fake::{Fake, Provider};
use crate::world::beginning;

/// A desk and its clock.
pub struct Seat {
    pub home: Home,
    pub clock: ManualClock,
    pub folder: TempDir,
}

impl Seat {
    /// A new desk with a sealed-file vault.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn new() -> Self {
        let clock = ManualClock::at(beginning());
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = OpenConfig { folder: folder.path().to_owned(), vault: Some(VaultKind::File), role: None };
        let home = Home::open_at(config, Arc::new(clock.clone())).await.expect("the home opens");
        Self { home, clock, folder }
    }

    /// Turns both clocks.
    pub fn advance<P: Provider>(&self, fake: &Fake<P>, by: TimeDelta) {
        use bulla_core::Clock;
        self.clock.advance(by);
        fake.freeze(self.clock.now());
    }

    /// Keeps an app.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn app(&self, provider: ProviderKind, client_id: &str, secret: &str, settings: &[(&str, String)]) -> AppId {
        let settings: BTreeMap<_, _> = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let request = AppRequest {
            label: "App".to_owned(),
            provider,
            client_id: client_id.to_owned(),
            secret: Some(ClientSecret::new(secret.to_owned())),
            settings,
        };
        AppId(self.home.add_app(request).await.expect("the app is kept").id)
    }

    /// A person consents, as fast as their browser follows the provider's page back.
    pub async fn consent(&self, app: AppId, scopes: &[&str], label: &str, renews: Option<ConnectionId>) -> Result<LoggedIn> {
        let request = LoginRequest {
            app,
            wish: Wish { scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(), ..Wish::default() },
            label: label.to_owned(),
            person: None,
            renews,
            pages: Pages::default(),
            limits: Limits::default(),
        };
        let login = self.home.begin_login(request).await?;
        let url = login.url().expose().to_owned();
        let browser = tokio::task::spawn_blocking(move || reqwest::blocking::get(url).map(|page| page.status()));
        let finished = login.finish().await;
        browser.await.expect("no panic").expect("the browser is answered");
        match finished? {
            Finished::Kept(kept) => Ok(*kept),
            Finished::OtherPerson(unkept) => Err(unkept.refused()),
            Finished::NeedsConfirmation(pending) => match pending.confirmed_by_person().await? {
                Finished::Kept(kept) => Ok(*kept),
                other => panic!("{other:?}"),
            },
        }
    }

    /// The token a program gets.
    pub async fn token(&self, id: ConnectionId) -> Result<String> {
        Ok(self.home.token(id, Ask::default()).await?.token.expose().to_owned())
    }

    /// # Panics
    /// When the connection is not there.
    pub async fn view(&self, id: ConnectionId) -> ConnectionView {
        self.home.view(id).await.expect("the connection is there")
    }
}
