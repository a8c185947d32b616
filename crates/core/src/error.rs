//! The closed list of everything that can be refused or go wrong, by code.
//!
//! Codes are decided on; words are looked up in the catalogues by code when something is shown.

use std::collections::BTreeMap;
use std::fmt;

/// What a fallible function of Bulla returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $wire:literal,)*) => {
        /// Every code, `snake_case` on the wire. A code is added only when something acts on it or says it in words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
        pub enum ErrorCode { $($(#[$meta])* #[serde(rename = $wire)] $name,)* }

        impl ErrorCode {
            /// All codes, for tests that walk the catalogues.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as scripts and catalogues spell it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire,)* }
            }
        }
    };
}

codes! {
    /// Nothing was pasted.
    PasteEmpty = "paste_empty",
    /// The text is a link to the page that shows the pair, not the pair.
    PasteIsLink = "paste_is_link",
    /// Only one half of a pair was found.
    PasteIncomplete = "paste_incomplete",
    /// The two halves look swapped.
    PasteSwapped = "paste_swapped",
    /// Both halves are the same token.
    PasteDoubled = "paste_doubled",
    /// Not an address we can use.
    BaseUrlInvalid = "base_url_invalid",
    /// Plain http is for loopback only.
    BaseUrlNotHttps = "base_url_not_https",
    /// A label is needed.
    LabelEmpty = "label_empty",
    /// Another connection has this label.
    LabelTaken = "label_taken",
    /// The label is too long or has control characters.
    LabelInvalid = "label_invalid",
    /// The alias is empty, too long, taken as a label, or has characters scripts choke on.
    AliasInvalid = "alias_invalid",
    /// No such connection.
    NotFound = "not_found",
    /// Several connections match.
    Ambiguous = "ambiguous",
    /// This pair is kept already.
    AlreadyKept = "already_kept",
    /// The pair belongs to another person than the connection.
    OtherPerson = "other_person",
    /// The provider says the access token has expired.
    TokenExpired = "token_expired",
    /// The provider does not know the access token.
    AccessNotAccepted = "access_not_accepted",
    /// The provider refuses to renew before the access token has expired.
    RefreshTooEarly = "refresh_too_early",
    /// The provider does not know the refresh token, or it has been used.
    RefreshNotFound = "refresh_not_found",
    /// The answer to a renewal was lost, and the token is gone.
    RefreshLost = "refresh_lost",
    /// The refresh token outlived its life unused.
    RefreshExpired = "refresh_expired",
    /// The provider's licence or tariff.
    PaymentRequired = "payment_required",
    /// The account's role lacks the permission.
    AccessDenied = "access_denied",
    /// Too many requests.
    RateLimited = "rate_limited",
    /// The provider answered with a server error or a page that is not its API.
    ProviderUnavailable = "provider_unavailable",
    /// An answer that cannot be read.
    AnswerUnreadable = "answer_unreadable",
    /// The request was sent and no whole answer came.
    NoAnswer = "no_answer",
    /// The provider could not be reached at all.
    Offline = "offline",
    /// The provider found our request malformed.
    BadRequest = "bad_request",
    /// The access token has expired and renewing was not asked for or not possible now.
    Expired = "expired",
    /// A person must give a new pair or consent.
    ReauthorizationRequired = "reauthorization_required",
    /// No such app.
    AppNotFound = "app_not_found",
    /// Connections still belong to the app.
    AppInUse = "app_in_use",
    /// The file is no client file of an app.
    ClientFileUnreadable = "client_file_unreadable",
    /// A client for a web site, which cannot send a person back to this machine.
    ClientFileWeb = "client_file_web",
    /// A service account's key, where an app's client file was asked for.
    ClientFileServiceAccount = "client_file_service_account",
    /// Tokens that were issued already, where an app's client file was asked for.
    ClientFileTokens = "client_file_tokens",
    /// The provider does not take the app's id or secret.
    AppRefused = "app_refused",
    /// The app was deleted, disabled or not installed at the provider.
    AppDisabled = "app_disabled",
    /// The consent brought no refresh token, so nothing could be kept alive.
    NoRefreshToken = "no_refresh_token",
    /// Less was granted than was asked for; `missing` names what.
    ScopesMissing = "scopes_missing",
    /// The provider has no way to end a grant from here.
    RevokeNotPossible = "revoke_not_possible",
    /// Other connections end with this grant; `matches` names them.
    RevokeEndsOthers = "revoke_ends_others",
    /// There is nothing to consent to: tokens of this connection were pasted.
    ConsentNotPossible = "consent_not_possible",
    /// A person has ended the grant at the provider.
    Revoked = "revoked",
    /// The provider has no call that tests a token of this connection.
    TestNotPossible = "test_not_possible",
    /// The server's own description could not be read.
    DiscoveryFailed = "discovery_failed",
    /// The person's consent ends by the provider's rule, however often it is renewed.
    ConsentEndsSoon = "consent_ends_soon",
    /// The app is published for testing only: its consents end after seven days.
    AppInTesting = "app_in_testing",
    /// The organisation's rules ask the person to sign in again.
    SignInAgain = "sign_in_again",
    /// The account was deleted or suspended at the provider.
    AccountGone = "account_gone",
    /// The app is not open to this person: its availability at the provider leaves them out.
    AppNotForPerson = "app_not_for_person",
    /// The token or code was issued to another app.
    AppMismatch = "app_mismatch",
    /// A Feishu app was used with Lark, or a Lark app with Feishu.
    BrandMismatch = "brand_mismatch",
    /// The app may not renew: a switch in its settings at the provider is off.
    RefreshNotEnabled = "refresh_not_enabled",
    /// The provider's security rules want a person to confirm something there first.
    SecurityCheck = "security_check",
    /// The app takes calls from listed internet addresses only, and this computer's is not listed.
    IpNotAllowed = "ip_not_allowed",
    /// The location at the provider is switched off: its subscription is paused or has ended.
    LocationInactive = "location_inactive",
    /// The redirect address is not exactly the one the provider expects of this app.
    RedirectNotRegistered = "redirect_not_registered",
    /// The provider warns that it has not verified the app.
    AppNotVerified = "app_not_verified",
    /// The app is in testing, and this account is not among its testers.
    NotATestUser = "not_a_test_user",
    /// The app is only for accounts of the organisation that runs it.
    AppInternalOnly = "app_internal_only",
    /// The organisation's administrator has not allowed this app or permission.
    BlockedByAdmin = "blocked_by_admin",
    /// The provider's page was opened inside a program instead of in a browser.
    EmbeddedBrowserRefused = "embedded_browser_refused",
    /// The permission is not switched on for the app.
    ScopeNotEnabled = "scope_not_enabled",
    /// The token lacks a permission that the person has not granted.
    ScopeNotGranted = "scope_not_granted",
    /// The API is not switched on in the app's project.
    ApiNotEnabled = "api_not_enabled",
    /// The sign-in's code was used, has ended or does not fit its verifier.
    CodeNotAccepted = "code_not_accepted",
    /// The token has ended, or the call wants a token of the other kind.
    WrongTokenKind = "wrong_token_kind",
    /// The request carried no token, or something that is no whole token.
    TokenNotSent = "token_not_sent",
    /// The token is for another location.
    OtherLocation = "other_location",
    /// The service account's key does not verify.
    KeyNotAccepted = "key_not_accepted",
    /// The service account may not act for people of the organisation, or not with these scopes.
    DelegationMissing = "delegation_missing",
    /// The person a service account should act for does not exist.
    SubjectInvalid = "subject_invalid",
    /// The request's times do not fit: a clock is wrong.
    ClockOff = "clock_off",
    /// An app's authorization address, client id or redirect address cannot be used; `field` names which.
    AppDetailsInvalid = "app_details_invalid",
    /// None of the redirect address's ports could be opened; `ports` names them.
    CallbackPortTaken = "callback_port_taken",
    /// Not the address to which this consent comes back.
    CallbackNotOurs = "callback_not_ours",
    /// The callback belongs to another consent, or to none.
    CallbackOtherFlow = "callback_other_flow",
    /// The callback lacks its code, or says something twice.
    CallbackIncomplete = "callback_incomplete",
    /// The callback names another issuer than the provider asked, or none although it should.
    IssuerMismatch = "issuer_mismatch",
    /// The person declined, or their provider did on their behalf.
    ConsentDeclined = "consent_declined",
    /// The provider does not grant one of the scopes asked for.
    ConsentScopeRefused = "consent_scope_refused",
    /// The provider does not let this app ask.
    ConsentAppRefused = "consent_app_refused",
    /// The provider cannot ask the person just now.
    ConsentUnavailable = "consent_unavailable",
    /// The provider ended the consent for a reason of its own.
    ConsentRefused = "consent_refused",
    /// Nobody answered in time.
    ConsentTimedOut = "consent_timed_out",
    /// The person stopped waiting.
    ConsentCancelled = "consent_cancelled",
    /// This consent has ended already.
    ConsentOver = "consent_over",
    /// Another home, server or file holds it.
    HeldElsewhere = "held_elsewhere",
    /// The keychain is locked.
    KeychainLocked = "keychain_locked",
    /// There is no default keychain collection.
    KeychainMissing = "keychain_missing",
    /// No keychain service answers.
    KeychainUnavailable = "keychain_unavailable",
    /// The keychain did not answer in time; a prompt may be open.
    KeychainTimeout = "keychain_timeout",
    /// The keychain is open and the entry is not there.
    KeychainEntryMissing = "keychain_entry_missing",
    /// A sealed-file vault exists and no key was given.
    VaultKeyMissing = "vault_key_missing",
    /// The key given does not open this vault, or is not a key.
    VaultKeyWrong = "vault_key_wrong",
    /// A row of the vault does not decrypt.
    VaultDamaged = "vault_damaged",
    /// The command is for the other role (desk or agent).
    HomeRole = "home_role",
    /// The home uses the other kind of vault.
    HomeVaultKind = "home_vault_kind",
    /// The home folder cannot be written.
    HomeUnwritable = "home_unwritable",
    /// The home was written by a newer Bulla.
    HomeNewer = "home_newer",
    /// The catalog cannot be read.
    CatalogDamaged = "catalog_damaged",
    /// The journal cannot be written or read.
    JournalUnwritable = "journal_unwritable",
    /// Over the size cap.
    BundleTooLarge = "bundle_too_large",
    /// Not a bundle, or damaged on the way.
    BundleDamaged = "bundle_damaged",
    /// Sealed for another identity.
    BundleNotForMe = "bundle_not_for_me",
    /// A passphrase file; those are refused.
    BundlePassphrase = "bundle_passphrase",
    /// The signature does not verify.
    BundleSignature = "bundle_signature",
    /// Signed by somebody not enrolled here.
    BundleUnknownSender = "bundle_unknown_sender",
    /// A format this Bulla does not know.
    BundleVersion = "bundle_version",
    /// Too old to be opened.
    BundleExpired = "bundle_expired",
    /// Opened here before.
    BundleSeen = "bundle_seen",
    /// Holds something older than what is here.
    BundleOlder = "bundle_older",
    /// Not a card, or damaged.
    CardDamaged = "card_damaged",
    /// A card format this Bulla does not know.
    CardVersion = "card_version",
    /// This home's own card.
    CardOwn = "card_own",
    /// A known name with another key: a hard stop.
    CardChanged = "card_changed",
    /// A desk's card where a server's is needed, or the reverse.
    CardWrongRole = "card_wrong_role",
    /// Not a receipt, or damaged.
    ReceiptDamaged = "receipt_damaged",
    /// A receipt for a bundle this home did not write.
    ReceiptUnknown = "receipt_unknown",
    /// A receipt not signed by the holder.
    ReceiptSignature = "receipt_signature",
    /// A receipt that names other connections or another file than was sent.
    ReceiptMismatch = "receipt_mismatch",
    /// A renewal's outcome is unknown; wait for the probe.
    InDoubt = "in_doubt",
    /// Nothing was handed over.
    NotHandedOver = "not_handed_over",
    /// The bundle may still be opened.
    RecallTooEarly = "recall_too_early",
    /// The holder has confirmed: take back instead.
    RecallConfirmed = "recall_confirmed",
    /// The seven days of undo are over.
    UndoExpired = "undo_expired",
    /// A file could not be read.
    FileUnreadable = "file_unreadable",
    /// A file could not be written.
    FileUnwritable = "file_unwritable",
    /// The program the file is for cannot use such a connection.
    ExportFormatWrong = "export_format_wrong",
    /// Only connections with a single-use refresh token are handed over.
    NotRotating = "not_rotating",
    /// No such server.
    ServerNotFound = "server_not_found",
    /// Another Bulla is busy with this connection.
    Busy = "busy",
    /// A fault of Bulla's own.
    Internal = "internal",
}

impl ErrorCode {
    /// The vault as a whole does not answer or does not open: whatever needs a credential has to wait.
    #[must_use]
    pub const fn is_vault_shut(self) -> bool {
        matches!(
            self,
            Self::KeychainLocked
                | Self::KeychainMissing
                | Self::KeychainUnavailable
                | Self::KeychainTimeout
                | Self::VaultKeyMissing
                | Self::VaultKeyWrong
        )
    }

    /// The vault answers, and what it should hold is gone or unreadable.
    #[must_use]
    pub const fn is_credential_gone(self) -> bool {
        matches!(self, Self::KeychainEntryMissing | Self::VaultDamaged)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal or failure: a closed code, names for the sentence's placeholders, and a detail for a second line.
///
/// The detail is the provider's or the system's own text. It never decides anything and never holds a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    code: ErrorCode,
    params: BTreeMap<String, String>,
    detail: Option<String>,
}

impl Error {
    /// An error with nothing but its code.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self { code, params: BTreeMap::new(), detail: None }
    }

    /// Adds the text of a detail line, cut to 300 characters and freed of control characters.
    #[must_use]
    pub fn detail(mut self, text: impl fmt::Display) -> Self {
        self.detail = Some(plain_line(&text.to_string()));
        self
    }

    /// Names something for the sentence, such as the label of the connection that has the pair.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    /// The code to decide by.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// Values for the sentence's placeholders.
    #[must_use]
    pub fn params(&self) -> &BTreeMap<String, String> {
        &self.params
    }

    /// The provider's or system's own words.
    #[must_use]
    pub fn detail_text(&self) -> Option<&str> {
        self.detail.as_deref()
    }
}

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// One line of printable text: strangers' text must not move the cursor, colour a terminal or fill a log.
fn plain_line(text: &str) -> String {
    const MAX_CHARS: usize = 300;
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_CHARS).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests;
