//! What the window and `--json` show: plain facts with no secret in them.
//!
//! Every type here may cross to the web view, so none of them can hold a token: the secret types of
//! `bulla-core` do not implement `Serialize`, and the compiler refuses a field of theirs.

use bulla_core::{ErrorCode, Health, Severity};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Marks a type for the generated TypeScript when the `bindings` feature is on.
macro_rules! views {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize)]
        #[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
        pub struct $name { $($body)* }
    )*};
}

views! {
    /// Whose account a provider says this is.
    #[derive(PartialEq, Eq, Deserialize)]
    pub struct IdentityView {
        pub name: Option<String>,
        pub email: Option<String>,
        pub organisations: Vec<String>,
    }

    /// Who alone may refresh a connection.
    pub struct CustodyView {
        /// `desk`, `server`, `file` or `nobody`.
        pub kind: String,
        pub name: String,
        pub fingerprint: String,
        /// The holder's signed receipt has come back.
        pub confirmed: bool,
    }

    /// The last thing that went wrong, until something goes right again.
    pub struct LastErrorView {
        pub code: ErrorCode,
        pub at: DateTime<Utc>,
        /// The provider's own words, for a detail line only.
        pub detail: Option<String>,
    }

    /// One connection: a row of the list, the head of its screen, and the object of `show --json`.
    pub struct ConnectionView {
        pub id: Uuid,
        pub label: String,
        pub person: Option<String>,
        /// `huntflow` or `static`.
        pub provider: String,
        pub base_url: String,
        pub identity: Option<IdentityView>,
        pub aliases: Vec<String>,
        pub health: Health,
        pub severity: Severity,
        /// A program can use its token now.
        pub valid: bool,
        pub issues: Vec<ErrorCode>,
        /// When a person must have acted; null when nothing needs one.
        pub deadline: Option<DateTime<Utc>>,
        /// What Bulla does next by itself: `check`, `renew`, `probe`, or null.
        pub next_step: Option<String>,
        pub next_step_at: Option<DateTime<Utc>>,
        pub access_expires_at: Option<DateTime<Utc>>,
        pub refresh_expires_at: Option<DateTime<Utc>>,
        /// The two dates above are estimates: the age of a pasted pair is not known.
        pub estimated: bool,
        /// "Renew now" would be refused by the provider before this moment.
        pub renew_opens_at: Option<DateTime<Utc>>,
        pub custody: CustodyView,
        /// A legacy API key is kept: `alone`, `fallback` (kept beside the pair), `in_use` (the pair is dead), or null.
        pub static_key: Option<String>,
        /// Single-use refresh token: handed over, never copied.
        pub rotating: bool,
        /// Something renews it; false for a key.
        pub renews: bool,
        /// It began with a person's consent to an app; consent can be given again.
        pub consented: bool,
        pub epoch: u64,
        #[serde(rename = "gen")]
        #[cfg_attr(feature = "bindings", ts(rename = "gen"))]
        pub generation: u64,
        pub last_renewed_at: Option<DateTime<Utc>>,
        pub last_used_at: Option<DateTime<Utc>>,
        pub last_tested_at: Option<DateTime<Utc>>,
        pub last_error: Option<LastErrorView>,
        /// Removed, and still to be undone until this moment.
        pub removed_until: Option<DateTime<Utc>>,
    }

    /// One line of a connection's history.
    pub struct EventView {
        pub at: DateTime<Utc>,
        /// A closed word such as `added`, `renewed`, `tested`, `handed_over`; the catalogues have the sentence.
        pub kind: String,
        pub code: Option<ErrorCode>,
        pub detail: Option<String>,
    }

    /// A connection's own screen.
    pub struct ConnectionDetail {
        pub connection: ConnectionView,
        /// What a person granted; null where nothing is consented to.
        pub grant: Option<GrantView>,
        /// Newest first, at most 100.
        pub history: Vec<EventView>,
    }

    /// A client registration that connections share.
    pub struct AppView {
        pub id: Uuid,
        pub label: String,
        pub provider: String,
        pub client_id: String,
        /// A secret is kept for it.
        pub has_secret: bool,
        /// The provider does not take it any more, and why.
        pub refused: Option<ErrorCode>,
        /// Labels of its connections.
        pub connections: Vec<String>,
        /// The addresses to register with the provider; port 0 stands for any port.
        pub redirects: Vec<String>,
        /// Endpoints and the like; nothing secret.
        pub settings: std::collections::BTreeMap<String, String>,
        pub created_at: DateTime<Utc>,
    }

    /// A consent that is waited for. Its address is opened and copied by the program itself.
    pub struct ConsentView {
        pub id: Uuid,
        /// Where the browser comes back to.
        pub redirect: String,
        /// When it gives up.
        pub ends_at: DateTime<Utc>,
        /// The person's browser could be opened.
        pub opened: bool,
    }

    /// How a consent ended.
    pub struct ConsentEnd {
        /// `kept`; `other_person` and `confirm` wait for the person's decision; `failed`.
        pub state: String,
        pub connection: Option<ConnectionView>,
        /// Asked for and not granted.
        pub missing: Vec<String>,
        /// Granted now and not before, when renewing.
        pub added: Vec<String>,
        /// Whose account the connection is, when another person has consented.
        pub known: Option<IdentityView>,
        pub found: Option<IdentityView>,
        pub error: Option<ErrorView>,
    }

    /// What a person has granted to an app.
    pub struct GrantView {
        pub app: Uuid,
        pub app_label: String,
        pub scopes: Vec<String>,
        /// Asked for and not granted.
        pub missing: Vec<String>,
        pub consented_at: Option<DateTime<Utc>>,
        /// When the person must consent again, however often it is renewed.
        pub consent_ends_at: Option<DateTime<Utc>>,
        /// The app is published for testing only.
        pub testing: bool,
    }

    /// A server this desk hands tokens to (or, on a server, the desk it takes them from).
    pub struct ServerView {
        pub name: String,
        pub fingerprint: String,
        pub added_at: DateTime<Utc>,
        /// Labels of the connections it holds.
        pub holds: Vec<String>,
        /// The eight words both sides showed at enrolment.
        pub words: Vec<String>,
        /// The last moment something signed by it arrived.
        pub last_heard_at: Option<DateTime<Utc>>,
    }

    /// A server's card, read but not yet trusted.
    pub struct CardInspection {
        pub name: String,
        pub fingerprint: String,
        pub words: Vec<String>,
        /// A server of this name is known with another key: both fingerprints are shown and nothing is added.
        pub known_fingerprint: Option<String>,
    }

    /// A bundle that has been written.
    pub struct SealedView {
        pub bundle_id: String,
        pub path: String,
        pub server: String,
        pub labels: Vec<String>,
        pub expires: DateTime<Utc>,
        /// A line that copies the file to the server, to be edited and run by the person.
        pub copy_command: String,
        /// The line that opens it there.
        pub open_command: String,
    }

    /// What a receipt or a bundle changed.
    pub struct AppliedView {
        pub labels: Vec<String>,
        pub from: String,
    }

    /// What the paste desk made of the text, without asking anybody.
    pub struct PasteFinding {
        /// `empty`, `pair`, `incomplete`, `swapped`, `doubled`, `link`, `address`, `key`.
        pub found: String,
        pub access_present: bool,
        pub refresh_present: bool,
        /// A problem to say in words, or null when the pair can be checked.
        pub problem: Option<ErrorCode>,
        /// The environment named by an address or link in the text.
        pub environment: Option<EnvironmentView>,
    }

    /// A Huntflow environment.
    #[derive(PartialEq, Eq)]
    pub struct EnvironmentView {
        /// `prod`, `prod-ai`, `sandbox`, `dedicated` or `custom`.
        pub env: String,
        /// Normalised: no trailing slash, no `/v2`.
        pub base_url: String,
    }

    /// Whose pair it is, found out by reading; the refresh token is never spent for this.
    pub struct PasteCheck {
        /// `alive`, `expired`, `not_accepted` or `unreachable`.
        pub access: String,
        pub identity: Option<IdentityView>,
        /// Label of the connection that keeps this pair already.
        pub kept_by: Option<String>,
        /// When replacing: the connection belongs to this other person.
        pub other_person: Option<IdentityView>,
        pub problem: Option<ErrorCode>,
        pub detail: Option<String>,
    }

    /// What this home is.
    pub struct HomeView {
        pub home_id: Uuid,
        /// `desk` or `agent`.
        pub role: String,
        /// `keychain` or `file`.
        pub vault: String,
        pub fingerprint: String,
        pub version: String,
        pub folder: String,
    }

    /// What the person chose.
    #[derive(PartialEq, Eq, Deserialize)]
    pub struct SettingsView {
        /// `system`, `en`, `ru` or `zh`.
        pub language: String,
        /// `system`, `light` or `dark`.
        pub theme: String,
    }

    /// Whether the vault answers.
    pub struct VaultView {
        /// `ready`, `waiting` (a prompt may be open), or `failed`.
        pub state: String,
        pub problem: Option<ErrorCode>,
    }

    /// The first answer a window asks for.
    pub struct Snapshot {
        /// The program's own clock; the window counts from it.
        pub now: DateTime<Utc>,
        pub home: HomeView,
        pub settings: SettingsView,
        pub vault: VaultView,
        /// What needs a person first; the first 200 of `total`.
        pub rows: Vec<ConnectionView>,
        pub total: u32,
        pub servers: Vec<ServerView>,
        /// The desktop's language and appearance, for `system` settings.
        pub system_language: String,
        pub system_dark: bool,
    }

    /// The command that enrols a server, with this desk's card in it.
    pub struct EnrolView {
        pub command: String,
        pub card: String,
    }

    /// A refused request: the catalogues have the words for `code`.
    pub struct ErrorView {
        pub code: ErrorCode,
        /// Names and dates for the sentence's placeholders.
        pub params: std::collections::BTreeMap<String, String>,
        pub detail: Option<String>,
    }
}
