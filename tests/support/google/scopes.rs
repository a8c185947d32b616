//! Scopes: which words Google knows, how it spells them in answers, and what they open.

/// What `email` is called in answers (reference, section 5).
pub(super) const EMAIL: &str = "https://www.googleapis.com/auth/userinfo.email";
/// What `profile` is called in answers.
pub(super) const PROFILE: &str = "https://www.googleapis.com/auth/userinfo.profile";
pub(super) const OPENID: &str = "openid";

const PREFIX: &str = "https://www.googleapis.com/auth/";
const ALL_MAIL: &str = "https://mail.google.com/";

/// The scopes of a request as Google spells them, without doubles, in order; or the words it doesn't know, when there
/// are any. Full URLs are wanted: `gmail` or `drive` alone is unknown [googleworkspace/cli#178].
pub(super) fn read(text: &str) -> Result<Vec<String>, Vec<String>> {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let spelled = match word {
            "email" => EMAIL,
            "profile" => PROFILE,
            OPENID | ALL_MAIL => word,
            _ if word.strip_prefix(PREFIX).is_some_and(|rest| !rest.is_empty()) => word,
            _ => {
                unknown.push(word.to_owned());
                continue;
            }
        };
        if !known.iter().any(|s| s == spelled) {
            known.push(spelled.to_owned());
        }
    }
    if unknown.is_empty() { Ok(known) } else { Err(unknown) }
}

/// Signing in, without any data: never a box to untick, and no seven days in Testing (reference, sections 5 and 6).
pub(super) fn is_sign_in(scope: &str) -> bool {
    [EMAIL, PROFILE, OPENID].contains(&scope)
}

/// A new password ends what carries one of these [OVW].
pub(super) fn is_gmail(scope: &str) -> bool {
    scope == ALL_MAIL || scope.starts_with("https://www.googleapis.com/auth/gmail.")
}

/// What opens a spreadsheet (assumed: the scopes named in the method's documentation).
pub(super) fn opens_sheets(scope: &str) -> bool {
    ["spreadsheets", "spreadsheets.readonly", "drive", "drive.readonly", "drive.file"]
        .iter()
        .any(|name| scope.strip_prefix(PREFIX) == Some(name))
}
