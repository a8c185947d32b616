//! A person's consent, from the address to open until what it brought is kept.
//!
//! Everything that could refuse it afterwards is looked at before the browser opens: the label, the app, the vault.
//! The code is redeemed in a task of its own, so that whoever stops waiting does not lose what was granted.

use std::sync::Arc;

use bulla_core::{
    App, AppId, BaseUrl, ClientSecret, ConnectionId, Error, ErrorCode, Exchange, Identity, Label, RawAnswer, ReadOutcome, Result,
    Site,
};
use bulla_providers::consent::{AuthorizationUrl, Consent, Flow, FlowHandle, Limits, Outcome, Pages, Unconfirmed};
use bulla_providers::{Brought, Consents, Wish, consents, provider};
use chrono::{DateTime, Utc};

use crate::Home;
use crate::granted::{Place, Unkept};
use crate::view::ConnectionView;

/// What a person wants to consent to, and what shall become of it.
#[derive(Debug)]
pub struct LoginRequest {
    /// Which app asks.
    pub app: AppId,
    /// For what.
    pub wish: Wish,
    /// Label of a new connection; ignored when renewing.
    pub label: String,
    /// The person it works for; ignored when renewing.
    pub person: Option<String>,
    /// Consent again for this connection.
    pub renews: Option<ConnectionId>,
    /// What the browser shows at the end.
    pub pages: Pages,
    /// How long to wait.
    pub limits: Limits,
}

/// A consent that is waited for.
#[derive(Debug)]
pub struct Login {
    flow: Flow,
    asker: Asker,
}

/// A person has answered; nothing is redeemed yet.
#[derive(Debug)]
pub enum Answered {
    /// The code can be redeemed.
    Consented(Box<Redeemable>),
    /// A code came that anybody could have sent: a person must say that it was they who agreed just now.
    NeedsConfirmation(Box<PendingLogin>),
}

/// A code that waits to be redeemed.
#[derive(Debug)]
pub struct Redeemable {
    consent: Consent,
    asker: Asker,
}

impl Redeemable {
    /// Redeems the code and keeps what was granted, in a task of its own: whoever stops waiting loses nothing.
    ///
    /// # Errors
    /// As [`Login::finish`].
    pub async fn redeem(self) -> Result<Finished> {
        self.asker.redeem(self.consent).await
    }
}

/// How a consent ended well.
#[derive(Debug)]
pub enum Finished {
    /// It is kept.
    Kept(Box<LoggedIn>),
    /// A code came that anybody could have sent: a person must say that it was they who agreed just now.
    NeedsConfirmation(Box<PendingLogin>),
    /// It is another person's than the connection's: kept only if a person wants that.
    OtherPerson(Box<Unkept>),
}

/// What was kept.
#[derive(Debug)]
pub struct LoggedIn {
    /// The connection.
    pub view: ConnectionView,
    /// It existed before.
    pub renewed: bool,
    /// Asked for and not granted.
    pub missing: Vec<String>,
    /// Granted now and not before, when renewing.
    pub added: Vec<String>,
}

/// A consent nobody has vouched for yet.
#[derive(Debug)]
pub struct PendingLogin {
    unconfirmed: Unconfirmed,
    asker: Asker,
}

impl PendingLogin {
    /// A person has confirmed that they agreed just now.
    ///
    /// # Errors
    /// As [`Login::finish`].
    pub async fn confirmed_by_person(self) -> Result<Finished> {
        self.asker.redeem(self.unconfirmed.confirmed_by_person()).await
    }
}

impl Home {
    /// Prepares a consent: takes its port and makes the address to open.
    ///
    /// # Errors
    /// `app_not_found`, `label_*`, `not_found`, `held_elsewhere`, `callback_port_taken`, `app_details_invalid`, or a
    /// vault code: nothing is asked of a person that could not be kept.
    pub async fn begin_login(&self, request: LoginRequest) -> Result<Login> {
        let app = self.catalog().app(request.app).await?.ok_or(ErrorCode::AppNotFound)?;
        let consents = consents(app.provider).ok_or(ErrorCode::AppDetailsInvalid)?;
        let place = match request.renews {
            Some(id) => Place::Renews(self.renewable(id).await?),
            None => Place::New { label: self.free(&request.label).await?, person: request.person },
        };
        self.vault().ready().await?;
        let secret = self.inner.apps.secret_of(&app).await?;
        let flow = Flow::open(&consents.request(&app, &request.wish)?, request.pages, request.limits)?;
        let asker = Asker { home: self.clone(), app, secret, consents, wish: request.wish, place };
        Ok(Login { flow, asker })
    }

    async fn free(&self, label: &str) -> Result<Label> {
        let label = Label::parse(label)?;
        match self.catalog().labelled(&label.key()).await? {
            Some(_) => Err(Error::new(ErrorCode::LabelTaken).with("label", label.as_str())),
            None => Ok(label),
        }
    }
}

impl Login {
    /// The address for the person's browser.
    #[must_use]
    pub fn url(&self) -> &AuthorizationUrl {
        self.flow.url()
    }

    /// Where the browser comes back to.
    #[must_use]
    pub fn redirect(&self) -> &str {
        self.flow.redirect().as_str()
    }

    /// For whoever may end it from outside while it is waited for.
    #[must_use]
    pub fn handle(&self) -> FlowHandle {
        self.flow.handle()
    }

    /// Waits for the person, then redeems and keeps what was granted.
    ///
    /// # Errors
    /// How a consent can end (`consent_*`), `app_refused`, `no_refresh_token`, `offline`, `no_answer`,
    /// `provider_unavailable`, `answer_unreadable`, or a vault code.
    pub async fn finish(self) -> Result<Finished> {
        match self.answered().await? {
            Answered::Consented(redeemable) => redeemable.redeem().await,
            Answered::NeedsConfirmation(pending) => Ok(Finished::NeedsConfirmation(pending)),
        }
    }

    /// Only waits for the person; its port is closed when this returns.
    ///
    /// # Errors
    /// How a consent can end (`consent_*`).
    pub async fn answered(self) -> Result<Answered> {
        let asker = self.asker;
        Ok(match self.flow.outcome().await? {
            Outcome::Consented(consent) => Answered::Consented(Box::new(Redeemable { consent, asker })),
            Outcome::NeedsConfirmation(unconfirmed) => Answered::NeedsConfirmation(Box::new(PendingLogin { unconfirmed, asker })),
        })
    }
}

/// Who asks, and for what.
#[derive(Clone)]
struct Asker {
    home: Home,
    app: App,
    secret: Option<ClientSecret>,
    consents: Arc<dyn Consents>,
    wish: Wish,
    place: Place,
}

impl std::fmt::Debug for Asker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asker").field("app", &self.app.label).field("place", &self.place).finish_non_exhaustive()
    }
}

impl Asker {
    async fn redeem(self, consent: Consent) -> Result<Finished> {
        let redeeming = tokio::spawn(async move {
            let asked_at = self.home.now();
            let answer = answered(self.consents.redeem(&self.app, self.secret.as_ref(), &consent).await)?;
            let answered_at = self.home.now();
            let brought = self.consents.brought(&self.app, &self.wish, &answer, answered_at)?;
            self.keep(brought, asked_at, answered_at).await
        });
        redeeming.await.unwrap_or_else(|_| Err(ErrorCode::Internal.into()))
    }

    async fn keep(self, brought: Brought, asked_at: DateTime<Utc>, answered_at: DateTime<Utc>) -> Result<Finished> {
        let base_url = BaseUrl::parse(&self.consents.base_url(&self.app)?)?;
        let identity = match brought.identity.clone() {
            Some(identity) if identity.email.is_some() || identity.name.is_some() => Some(identity),
            // Many servers put no more than an id into the answer; a person wants to see a name.
            said => self.ask_who(&base_url, &brought).await.or(said),
        };
        let asked = self.consents.scopes(&self.wish);
        let missing = self.consents.missing(&asked, &brought.scopes);
        let (home, app) = (self.home, self.app);
        let unkept = Unkept { home, app, place: self.place, base_url, brought, identity, asked, missing, asked_at, answered_at };
        if unkept.is_another_person() { Ok(Finished::OtherPerson(Box::new(unkept))) } else { unkept.keep().await.map(kept) }
    }

    /// Where the answer does not say whose account it is, a read call does. Not knowing is no reason to lose a consent.
    async fn ask_who(&self, base: &BaseUrl, brought: &Brought) -> Option<Identity> {
        let site = Site { base, app: Some(&self.app), data: &brought.data };
        match provider(self.app.provider).read(site, brought.access.expose()).await {
            ReadOutcome::Alive(identity) => Some(identity),
            _ => None,
        }
    }
}

fn kept(logged_in: LoggedIn) -> Finished {
    Finished::Kept(Box::new(logged_in))
}

fn answered(exchange: Exchange) -> Result<RawAnswer> {
    match exchange {
        Exchange::Answered(answer) => Ok(answer),
        Exchange::NotSent(text) => Err(Error::new(ErrorCode::Offline).detail(text)),
        Exchange::Lost(text) => Err(Error::new(ErrorCode::NoAnswer).detail(text)),
    }
}
