//! The one event table: history, activity and audit read the same lines.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{ConnectionId, ErrorCode};

macro_rules! kinds {
    ($($name:ident = $wire:literal,)*) => {
        /// What happened, as a closed word; the catalogues have the sentence.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum EventKind { $(#[doc = concat!("`", $wire, "`")] #[serde(rename = $wire)] $name,)* }

        impl EventKind {
            /// All kinds, for tests that walk the catalogues.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// As it is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire,)* }
            }
        }
    };
}

kinds! {
    Added = "added",
    Replaced = "replaced",
    Consented = "consented",
    Revoked = "revoked",
    Renewed = "renewed",
    Tested = "tested",
    FoundExpired = "found_expired",
    TooEarly = "too_early",
    RenewFailed = "renew_failed",
    InDoubt = "in_doubt",
    Recovered = "recovered",
    Lost = "lost",
    HandedOver = "handed_over",
    ReceiptArrived = "receipt_arrived",
    Recalled = "recalled",
    TakenBack = "taken_back",
    Returned = "returned",
    Opened = "opened",
    Exported = "exported",
    Copied = "copied",
    Revealed = "revealed",
    Renamed = "renamed",
    Removed = "removed",
    Restored = "restored",
    Erased = "erased",
    AliasSet = "alias_set",
    PersonSet = "person_set",
    UsedStatic = "used_static",
    Probed = "probed",
}

/// One line of history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// About which connection.
    pub connection: ConnectionId,
    /// What happened.
    pub kind: EventKind,
    /// The code of what went wrong, if something did.
    pub code: Option<ErrorCode>,
    /// A name or the provider's words; never a token.
    pub detail: Option<String>,
}

impl Event {
    /// A line with nothing but its kind.
    #[must_use]
    pub fn new(at: DateTime<Utc>, connection: ConnectionId, kind: EventKind) -> Self {
        Self { at, connection, kind, code: None, detail: None }
    }

    /// With the code of what went wrong.
    #[must_use]
    pub fn code(mut self, code: ErrorCode) -> Self {
        self.code = Some(code);
        self
    }

    /// With a name or the provider's words.
    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.detail = Some(text.into());
        self
    }
}
