//! The keys of every sentence the command says. The words are in `ui/src/i18n/{en,ru,zh}/cli.json`.
//!
//! Each key lists the names its sentence is filled with, in order: a test compares them with all three catalogues.

use bulla_core::{ErrorCode, ProviderKind};
use bulla_home::explain::Who;

/// A sentence of the catalogue and the names in it.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) params: &'static [&'static str],
}

macro_rules! keys {
    ($($constant:ident = $name:literal [$($param:literal),*];)*) => {
        $(pub(crate) const $constant: Key = Key { name: $name, params: &[$($param),*] };)*

        #[cfg(test)]
        const ALL: &[Key] = &[$($constant),*];
    };
}

keys! {
    // Layout of what goes wrong.
    ERROR = "error" ["text"];
    DETAIL = "detail" ["text"];
    HINT = "hint" ["text"];
    WARNING = "warning" ["text"];
    STDOUT_UNWRITABLE = "stdout_unwritable" ["detail"];
    PANICKED = "panicked" ["place"];
    TOO_LONG = "too_long" [];
    NO_HOME = "no_home" ["folder"];

    // Spans and ends.
    SPAN_MINUTES = "span.minutes" ["m"];
    SPAN_HOURS = "span.hours" ["h", "m"];
    SPAN_DAYS = "span.days" ["d", "h"];
    ENDS = "ends" ["date", "left"];
    ENDS_ABOUT = "ends_about" ["date", "left"];
    ENDS_SURE = "ends_sure" ["date", "left"];
    ENDED = "ended" ["date"];

    // `connections` and `server list`.
    COLUMN_LABEL = "column.label" [];
    COLUMN_PERSON = "column.person" [];
    COLUMN_STATE = "column.state" [];
    COLUMN_ACCESS = "column.access" [];
    COLUMN_NEXT = "column.next" [];
    COLUMN_HOLDER = "column.holder" [];
    COLUMN_NAME = "column.name" [];
    COLUMN_FINGERPRINT = "column.fingerprint" [];
    COLUMN_HOLDS = "column.holds" [];
    COLUMN_HEARD = "column.heard" [];
    NO_CONNECTIONS = "no_connections" [];
    NONE_REMOVED = "none_removed" [];
    NO_SERVERS = "no_servers" [];
    NEXT_CHECK = "next.check" ["date"];
    NEXT_CHECK_NOW = "next.check_now" [];
    NEXT_RENEW = "next.renew" ["date"];
    NEXT_RENEW_NOW = "next.renew_now" [];
    NEXT_PROBE = "next.probe" ["date"];
    NEXT_PROBE_NOW = "next.probe_now" [];
    NEXT_PASTE = "next.paste" [];
    NEXT_DEADLINE = "next.deadline" ["date"];
    NEXT_OVERDUE = "next.overdue" ["date"];
    NEXT_ERASED = "next.erased" ["date"];
    HOLDER_UNCONFIRMED = "holder_unconfirmed" ["name"];
    HELD_DESK = "held.desk" [];
    HELD_FILE = "held.file" [];
    HELD_NOBODY = "held.nobody" [];

    // `show`.
    FACT_LABEL = "fact.label" [];
    FACT_ALIASES = "fact.aliases" [];
    FACT_PERSON = "fact.person" [];
    FACT_ACCOUNT = "fact.account" [];
    FACT_ORGANISATIONS = "fact.organisations" [];
    FACT_PROVIDER = "fact.provider" [];
    FACT_ADDRESS = "fact.address" [];
    FACT_ID = "fact.id" [];
    FACT_STATE = "fact.state" [];
    FACT_BECAUSE = "fact.because" [];
    FACT_ACCESS = "fact.access" [];
    FACT_REFRESH = "fact.refresh" [];
    FACT_NEXT = "fact.next" [];
    FACT_OPENS = "fact.opens" [];
    FACT_DEADLINE = "fact.deadline" [];
    FACT_HOLDER = "fact.holder" [];
    FACT_KEY = "fact.key" [];
    FACT_VERSION = "fact.version" [];
    FACT_RENEWED = "fact.renewed" [];
    FACT_USED = "fact.used" [];
    FACT_TESTED = "fact.tested" [];
    FACT_ERROR = "fact.error" [];
    KEY_FALLBACK = "key.fallback" [];
    KEY_IN_USE = "key.in_use" [];
    PROVIDER_HUNTFLOW = "provider.huntflow" [];
    PROVIDER_STATIC = "provider.static" [];

    // `add` and `replace`.
    PROMPT_ACCESS = "prompt.access" [];
    PROMPT_REFRESH = "prompt.refresh" [];
    PROMPT_KEY = "prompt.key" [];
    NEW_FILE_VAULT = "new_file_vault" ["folder", "source"];
    ADDRESS_FOUND = "address_found" ["address"];
    ADDRESS_ASSUMED = "address_assumed" ["address"];
    KEPT = "kept" ["label"];
    REPLACED = "replaced" ["label"];
    BELONGS_TO = "belongs_to" ["account"];
    KEPT_EXPIRED = "kept_expired" [];
    KEPT_UNCHECKED = "kept_unchecked" [];
    AGE_UNKNOWN = "age_unknown" [];

    // `login`, `renew`, `revoke` and `app`.
    BROWSER_OPENED = "browser_opened" ["address"];
    BROWSER_MISSING = "browser_missing" ["address"];
    OPEN_ADDRESS = "open_address" [];
    PASTE_LANDED = "paste_landed" [];
    CONFIRM_CONSENT = "confirm_consent" [];
    YES = "yes" [];
    CONSENTED_AGAIN = "consented_again" ["label"];
    NOT_GRANTED = "not_granted" ["scopes"];
    REVOKED = "revoked" ["label"];
    APP_KEPT = "app_kept" ["label"];
    APP_REGISTER = "app_register" ["address"];
    APP_REMOVED = "app_removed" ["label"];
    NO_APPS = "no_apps" [];
    COLUMN_APP = "column.app" [];
    COLUMN_PROVIDER = "column.provider" [];
    COLUMN_CLIENT = "column.client" [];
    COLUMN_SECRET = "column.secret" [];
    COLUMN_CONNECTIONS = "column.connections" [];
    SECRET_KEPT = "secret_kept" [];
    SECRET_NONE = "secret_none" [];
    PROMPT_SECRET = "prompt.secret" [];
    FACT_APP = "fact.app" [];
    FACT_SCOPES = "fact.scopes" [];
    FACT_MISSING = "fact.missing" [];
    FACT_CONSENTED = "fact.consented" [];
    FACT_CONSENT_ENDS = "fact.consent_ends" [];

    // `test`, `refresh`, `token` and `request`.
    TEST_WORKS = "test.works" ["label", "account"];
    TEST_ENDED = "test.ended" ["label"];
    RENEWED = "renewed" ["label", "date"];
    ALREADY_NEWER = "already_newer" ["label"];
    TOO_EARLY = "too_early" ["label", "date"];
    TOO_EARLY_ABOUT = "too_early_about" ["label", "date"];
    TOO_EARLY_UNKNOWN = "too_early_unknown" ["label"];
    WINDOW_CLOSED = "window_closed" ["label", "date"];
    USED_KEY = "used_key" ["label", "cause"];
    TOKEN_DESPITE = "token_despite" ["label", "cause"];
    STATUS = "status" ["status"];

    // `alias`, `rename`, `remove` and `restore`.
    ALIAS_SET = "alias_set" ["alias", "label"];
    ALIAS_REMOVED = "alias_removed" ["alias"];
    RENAMED = "renamed" ["label"];
    REMOVED = "removed" ["label", "date"];
    RESTORED = "restored" ["label"];

    // Handing over.
    SENDER_NEXT = "sender_next" [];
    SERVER_ADDED = "server_added" ["name", "fingerprint"];
    COMPARE_WITH_SERVER = "compare_with_server" ["name"];
    ENROLLED = "enrolled" ["name"];
    COMPARE_WITH_DESK = "compare_with_desk" [];
    SEALED = "sealed" ["labels", "name", "date"];
    ONLY_HOLDER_RENEWS = "only_holder_renews" ["name"];
    SEALED_NEXT = "sealed_next" ["copy", "open"];
    BUNDLE_UNWRITTEN = "bundle_unwritten" ["date"];
    RECEIPT_APPLIED = "receipt_applied" ["name", "labels"];
    RECALL_DANGER = "recall_danger" [];
    RECALLED = "recalled" ["label", "state"];
    OPENED = "opened" ["labels", "name"];
    TAKEN_BACK = "taken_back" ["labels", "name"];
    SEEN_AGAIN = "seen_again" [];
    RECEIPT_WRITTEN = "receipt_written" ["file"];
    RECEIPT_NEXT = "receipt_next" [];
    RETURNED_NEXT = "returned_next" ["file"];

    // `export`.
    EXPORTED = "exported" ["file"];
    EXPORT_ACCESS_ONLY = "export_access_only" [];
    EXPORT_HANDED_OVER = "export_handed_over" [];

    // `check` and `doctor`.
    CHECK_SUMMARY = "check.summary" ["all", "loud"];
    DOCTOR_OK = "doctor.ok" ["text"];
    DOCTOR_BAD = "doctor.bad" ["text"];
    CLOCK_WRONG = "clock_wrong" [];
    CLOCK_HINT = "clock_hint" [];

    // `explain`.
    EXPLAIN_PASTE = "explain.paste" [];
    EXPLAIN_LONG = "explain.long" [];
    EXPLAIN_NOTHING = "explain.nothing" [];
    EXPLAIN_FOUND = "explain.found" ["found", "provider"];
    EXPLAIN_WHO = "explain.who" ["who"];
    EXPLAIN_ACT = "explain.act" ["text"];
    WHO_NOBODY = "who.nobody" [];
    WHO_YOU = "who.you" [];
    WHO_APP_OWNER = "who.app_owner" [];
    WHO_ADMINISTRATOR = "who.administrator" [];
    WHO_PROGRAM = "who.program" [];
    NAME_HUNTFLOW = "name.huntflow" [];
    NAME_GOOGLE = "name.google" [];
    NAME_FEISHU = "name.feishu" [];
    NAME_LARK = "name.lark" [];
    NAME_HIGHLEVEL = "name.highlevel" [];

    // Doctor subjects.
    SUBJECT_HOME = "doctor.home" [];
    SUBJECT_FOLDER = "doctor.folder" [];
    SUBJECT_VAULT = "doctor.vault" [];
    SUBJECT_JOURNAL = "doctor.journal" [];
    SUBJECT_CLOCK = "doctor.clock" [];
    SUBJECT_LOCK = "doctor.lock" [];
    SUBJECT_CATALOG = "doctor.catalog" [];
    SUBJECT_VERSIONS = "doctor.versions" [];

    // Facts of a refusal.
    ABOUT_LABEL = "about.label" ["value"];
    ABOUT_NAME = "about.name" ["value"];
    ABOUT_MATCHES = "about.matches" ["value"];
    ABOUT_HOLDER = "about.holder" ["value"];
    ABOUT_REASON = "about.reason" ["value"];
    ABOUT_UNTIL = "about.until" ["value"];
    ABOUT_BASE_URL = "about.base_url" ["value"];
    ABOUT_KNOWN = "about.known" ["value"];
    ABOUT_FOUND = "about.found" ["value"];
    ABOUT_VAULT = "about.vault" ["value"];
    ABOUT_ROLE = "about.role" ["value"];
    ABOUT_FILE = "about.file" ["value"];

    // Hints that name commands.
    HINT_PASTE_EMPTY = "hint.paste_empty" [];
    HINT_PASTE_SWAPPED = "hint.paste_swapped" [];
    HINT_BASE_URL_INVALID = "hint.base_url_invalid" [];
    HINT_BAD_REQUEST = "hint.bad_request" [];
    HINT_FILE_UNWRITABLE = "hint.file_unwritable" [];
    HINT_NOT_FOUND = "hint.not_found" [];
    HINT_OTHER_PERSON = "hint.other_person" [];
    HINT_REAUTHORIZATION_REQUIRED = "hint.reauthorization_required" [];
    HINT_EXPIRED = "hint.expired" [];
    HINT_HELD_ELSEWHERE = "hint.held_elsewhere" [];
    HINT_SERVER_NOT_FOUND = "hint.server_not_found" [];
    HINT_BUNDLE_SEEN = "hint.bundle_seen" [];
    HINT_BUNDLE_UNKNOWN_SENDER = "hint.bundle_unknown_sender" [];
    HINT_RECALL_TOO_EARLY = "hint.recall_too_early" [];
    HINT_RECALL_CONFIRMED = "hint.recall_confirmed" [];
    HINT_KEYCHAIN_MISSING = "hint.keychain_missing" [];
    HINT_KEYCHAIN_UNAVAILABLE = "hint.keychain_unavailable" [];
}

/// What `doctor` looked at.
pub(crate) fn subject(subject: &str) -> Option<&'static Key> {
    Some(match subject {
        "home" => &SUBJECT_HOME,
        "folder" => &SUBJECT_FOLDER,
        "vault" => &SUBJECT_VAULT,
        "journal" => &SUBJECT_JOURNAL,
        "clock" => &SUBJECT_CLOCK,
        "lock" => &SUBJECT_LOCK,
        "catalog" => &SUBJECT_CATALOG,
        "versions" => &SUBJECT_VERSIONS,
        _ => return None,
    })
}

/// What a provider is called; a kind that stands for many has no name.
pub(crate) fn provider(kind: ProviderKind) -> Option<&'static Key> {
    Some(match kind {
        ProviderKind::Huntflow => &NAME_HUNTFLOW,
        ProviderKind::Google => &NAME_GOOGLE,
        ProviderKind::Feishu => &NAME_FEISHU,
        ProviderKind::Lark => &NAME_LARK,
        ProviderKind::HighLevel => &NAME_HIGHLEVEL,
        ProviderKind::Oidc | ProviderKind::StaticKey => return None,
    })
}

/// Who has to act.
pub(crate) fn who(who: Who) -> &'static Key {
    match who {
        Who::Nobody => &WHO_NOBODY,
        Who::You => &WHO_YOU,
        Who::AppOwner => &WHO_APP_OWNER,
        Who::Administrator => &WHO_ADMINISTRATOR,
        Who::Program => &WHO_PROGRAM,
    }
}

/// How a name or date that comes with a refusal is told.
pub(crate) fn fact(name: &str) -> Option<&'static Key> {
    Some(match name {
        "label" => &ABOUT_LABEL,
        "name" => &ABOUT_NAME,
        "matches" => &ABOUT_MATCHES,
        "holder" => &ABOUT_HOLDER,
        "reason" => &ABOUT_REASON,
        "until" | "opens_at" => &ABOUT_UNTIL,
        "base_url" => &ABOUT_BASE_URL,
        "known" => &ABOUT_KNOWN,
        "found" => &ABOUT_FOUND,
        "vault" => &ABOUT_VAULT,
        "role" => &ABOUT_ROLE,
        "file" => &ABOUT_FILE,
        _ => return None,
    })
}

/// A hint that names a command, where the window's would name a button.
pub(crate) fn hint(code: ErrorCode) -> Option<&'static Key> {
    Some(match code {
        ErrorCode::PasteEmpty => &HINT_PASTE_EMPTY,
        ErrorCode::PasteSwapped => &HINT_PASTE_SWAPPED,
        ErrorCode::BaseUrlInvalid => &HINT_BASE_URL_INVALID,
        ErrorCode::BadRequest => &HINT_BAD_REQUEST,
        ErrorCode::FileUnwritable => &HINT_FILE_UNWRITABLE,
        ErrorCode::NotFound => &HINT_NOT_FOUND,
        ErrorCode::OtherPerson => &HINT_OTHER_PERSON,
        ErrorCode::ReauthorizationRequired => &HINT_REAUTHORIZATION_REQUIRED,
        ErrorCode::Expired => &HINT_EXPIRED,
        ErrorCode::HeldElsewhere => &HINT_HELD_ELSEWHERE,
        ErrorCode::ServerNotFound => &HINT_SERVER_NOT_FOUND,
        ErrorCode::BundleSeen => &HINT_BUNDLE_SEEN,
        ErrorCode::BundleUnknownSender => &HINT_BUNDLE_UNKNOWN_SENDER,
        ErrorCode::RecallTooEarly => &HINT_RECALL_TOO_EARLY,
        ErrorCode::RecallConfirmed => &HINT_RECALL_CONFIRMED,
        ErrorCode::KeychainMissing => &HINT_KEYCHAIN_MISSING,
        ErrorCode::KeychainUnavailable => &HINT_KEYCHAIN_UNAVAILABLE,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const CATALOGUES: [(&str, &str); 3] = [
        ("en", include_str!("../../../ui/src/i18n/en/cli.json")),
        ("ru", include_str!("../../../ui/src/i18n/ru/cli.json")),
        ("zh", include_str!("../../../ui/src/i18n/zh/cli.json")),
    ];

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn every_catalogue_has_exactly_these_keys_and_placeholders() {
        let wanted: BTreeMap<_, BTreeSet<_>> = ALL.iter().map(|key| (key.name, key.params.iter().copied().collect())).collect();
        assert_eq!(wanted.len(), ALL.len(), "a key is named twice");
        for (language, json) in CATALOGUES {
            let words: BTreeMap<String, String> = serde_json::from_str(json).expect("a flat object");
            let found: BTreeMap<_, _> = words.iter().map(|(key, text)| (key.as_str(), placeholders(text))).collect();
            assert_eq!(found, wanted, "{language}");
            assert!(words.values().all(|text| !text.trim().is_empty()), "{language}");
        }
    }
}
