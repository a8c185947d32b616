//! Google's scopes: full addresses, with short names for people.

const PREFIX: &str = "https://www.googleapis.com/auth/";
const MAIL: &str = "https://mail.google.com/";

/// A group of scopes that people want together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// As catalogues and commands name it.
    pub name: &'static str,
    /// Short names.
    pub scopes: &'static [&'static str],
    /// Google asks public apps that want it for a review (support.google.com/cloud/answer/9110914, "restricted").
    pub restricted: bool,
}

/// What the picker offers.
pub const PRESETS: &[Preset] = &[
    Preset { name: "gmail_read", scopes: &["gmail.readonly"], restricted: true },
    Preset { name: "gmail_send", scopes: &["gmail.send"], restricted: false },
    Preset { name: "gmail_modify", scopes: &["gmail.modify"], restricted: true },
    Preset { name: "sheets_read", scopes: &["spreadsheets.readonly"], restricted: false },
    Preset { name: "sheets", scopes: &["spreadsheets"], restricted: false },
    Preset { name: "drive_file", scopes: &["drive.file"], restricted: false },
    Preset { name: "drive_read", scopes: &["drive.readonly"], restricted: true },
    Preset { name: "drive", scopes: &["drive"], restricted: true },
];

/// As the request names them: `email` by its standard name, which Google grants under its long one.
pub(super) fn requested(wish: &[String]) -> Vec<String> {
    let short = |scope: String| if scope == full("email") { "email".to_owned() } else { scope };
    asked(wish).into_iter().map(short).collect()
}

/// What is asked for: the wish in full spelling, and always who the person is.
pub(super) fn asked(wish: &[String]) -> Vec<String> {
    let mut scopes = vec!["openid".to_owned(), full("email")];
    for scope in wish.iter().map(|scope| full(scope.trim())) {
        if !scope.is_empty() && !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes
}

/// One spelling for one scope: Google grants `email` under its long name.
pub(super) fn full(scope: &str) -> String {
    match scope {
        "" | "openid" | MAIL => scope.to_owned(),
        "email" | "profile" => format!("{PREFIX}userinfo.{scope}"),
        "mail.google.com" => MAIL.to_owned(),
        address if address.contains("://") => address.to_owned(),
        short => format!("{PREFIX}{short}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_spelt_out_once_and_the_person_is_always_asked_for() {
        let wish = ["gmail.send", "email", " https://www.googleapis.com/auth/gmail.send", "https://mail.google.com/"];
        let wish: Vec<String> = wish.iter().map(|scope| (*scope).to_owned()).collect();
        let email = "https://www.googleapis.com/auth/userinfo.email";
        assert_eq!(asked(&wish), ["openid", email, "https://www.googleapis.com/auth/gmail.send", MAIL]);
        assert_eq!(asked(&[]), ["openid", email]);
        assert_eq!(requested(&[]), ["openid", "email"]);
    }
}
