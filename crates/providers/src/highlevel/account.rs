//! Whose tokens a connection has, a location's or an agency's, and which call tests them.

use std::collections::BTreeMap;

use bulla_core::{App, Error, ErrorCode, Result};

/// In a connection's data, and in an app's settings: `Location` or `Company`.
pub const USER_TYPE: &str = "user_type";
/// In a connection's data: the location's id, without which its tokens cannot be tested.
pub const LOCATION_ID: &str = "location_id";
/// In a connection's data: the agency's id.
pub const COMPANY_ID: &str = "company_id";
/// Which of [`TESTS`] the granted scopes allow; `none` when they allow none. Absent: nobody knows.
pub(super) const TEST: &str = "test";
pub(super) const NO_TEST: &str = "none";

/// Whose tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UserType {
    /// A sub-account.
    Location,
    /// An agency with its sub-accounts.
    Company,
}

impl UserType {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Location => "Location",
            Self::Company => "Company",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Location, Self::Company].into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text.trim()))
    }

    /// What a connection's data says, else what its app says; a location's, as the official SDK assumes.
    ///
    /// # Errors
    /// `app_details_invalid` for a word that is neither.
    pub(super) fn of(data: &BTreeMap<String, String>, app: Option<&App>) -> Result<Self> {
        let said = data.get(USER_TYPE).map(String::as_str).or(app.and_then(|app| app.setting(USER_TYPE)));
        let invalid = |text| Error::new(ErrorCode::AppDetailsInvalid).with("field", USER_TYPE).detail(text);
        said.map_or(Ok(Self::Location), |text| Self::parse(text).ok_or_else(|| invalid(text)))
    }
}

/// A cheap read call, and the scope it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) name: &'static str,
    pub(super) of: UserType,
    pub(super) scope: &'static str,
    /// Around the account's id.
    pub(super) path: (&'static str, &'static str),
}

/// The one that tells most stands first (apps/locations.json, medias.json, companies.json).
pub(super) const TESTS: &[Test] = &[
    Test { name: "location", of: UserType::Location, scope: "locations.readonly", path: ("/locations/", "") },
    Test {
        name: "medias",
        of: UserType::Location,
        scope: "medias.readonly",
        path: ("/medias/files?sortBy=createdAt&sortOrder=asc&type=file&altType=location&altId=", "&limit=1"),
    },
    Test { name: "company", of: UserType::Company, scope: "companies.readonly", path: ("/companies/", "") },
];

/// An account and the call that tests its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tested<'a> {
    pub(super) test: &'static Test,
    pub(super) id: &'a str,
}

impl Tested<'_> {
    pub(super) fn path(&self) -> String {
        let (before, after) = self.test.path;
        format!("{before}{}{after}", self.id)
    }
}

/// How a connection is tested; `None` when its scopes allow no test, or nobody knows whose account it is.
pub(super) fn tested(data: &BTreeMap<String, String>) -> Option<Tested<'_>> {
    let id = |name: &str| data.get(name).map(String::as_str).filter(|id| is_id(id));
    let (location, company) = (id(LOCATION_ID), id(COMPANY_ID));
    let of = data.get(USER_TYPE).and_then(|text| UserType::parse(text));
    let (of, id) = match (of, location, company) {
        (Some(UserType::Location) | None, Some(id), _) => (UserType::Location, id),
        (Some(UserType::Company) | None, _, Some(id)) => (UserType::Company, id),
        _ => return None,
    };
    let named = data.get(TEST).map(String::as_str);
    let test = TESTS.iter().find(|test| test.of == of && named.is_none_or(|name| name == test.name))?;
    Some(Tested { test, id })
}

/// The name of the test that granted scopes allow.
pub(super) fn test_for(of: UserType, scopes: &[String]) -> &'static str {
    let allowed = |test: &&Test| test.of == of && scopes.iter().any(|scope| scope == test.scope);
    TESTS.iter().find(allowed).map_or(NO_TEST, |test| test.name)
}

/// Ids are letters and digits; anything else has no place in a path.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}
