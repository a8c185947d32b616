use super::*;

const KEY: [u8; 32] = *b"\x00\xff\xfe\x01\x02\x93\x84\x75\x66\x57\x48\x39\x2a\x1b\x0c\xfd\xee\xdf\xc0\xb1\xa2\x93\x84\x75\x66\x57\x48\x39\x2a\x1b\x0c\xfd";

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn find(variables: &[(&str, &str)], home: &Path, existing: bool) -> Result<VaultKey> {
    VaultKey::find(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()), home, existing)
}

fn set_mode(path: &Path, mode: u32) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("set");
}

#[test]
fn both_alphabets_with_and_without_padding() {
    let home = home();
    let standard = STANDARD.encode(KEY);
    let url = base64::engine::general_purpose::URL_SAFE.encode(KEY);
    assert_ne!(standard, url, "the key tells the alphabets apart");
    for text in [standard.as_str(), standard.trim_end_matches('='), &url, url.trim_end_matches('='), &format!(" {url}\n")] {
        let key = find(&[("ENCRYPTION_KEY", text)], home.path(), true).expect(text);
        assert_eq!(*key.key, KEY);
        assert_eq!(key.source(), &KeySource::Environment);
    }
}

#[test]
fn what_is_not_a_key_is_refused_without_being_shown() {
    let home = home();
    let passphrase = "correct horse battery staple 123";
    let short = STANDARD.encode([9; 31]);
    let long = STANDARD.encode([9; 33]);
    for bad in [
        "",
        passphrase,
        "\u{e0}\u{e1}\u{e2}\u{e3}\u{e4}\u{e5}\u{e6}\u{e7}\u{e8}\u{e9}\u{ea}\u{eb}\u{ec}\u{ed}\u{ee}\u{ef}",
        &STANDARD.encode([0; 32]),
        &STANDARD.encode([7; 32]),
        &STANDARD.encode(passphrase.as_bytes()),
        &short,
        &long,
        &hex(&KEY),
    ] {
        let error = find(&[("ENCRYPTION_KEY", bad)], home.path(), false).expect_err(bad);
        assert_eq!(error.code(), ErrorCode::VaultKeyWrong);
        assert!(bad.is_empty() || !error.to_string().contains(bad), "{error}");
    }
    assert!(!home.path().join(HOME_FILE).exists(), "a wrong key makes no new one");
}

#[test]
fn the_first_source_that_is_set_decides() {
    let home = home();
    let other = home.path().join("credentials");
    fs::create_dir(&other).expect("made");
    let folder = other.to_str().expect("text");
    fs::write(other.join("file"), STANDARD.encode(KEY)).expect("written");
    set_mode(&other.join("file"), 0o600);
    let file = other.join("file").display().to_string();
    let variables = [("CREDENTIALS_DIRECTORY", folder), ("BULLA_KEY_FILE", &file), ("ENCRYPTION_KEY", "nonsense")];

    assert_eq!(find(&variables, home.path(), true).expect("the file").source(), &KeySource::File(other.join("file")));
    fs::write(other.join("bulla-key"), KEY).expect("raw bytes");
    let credential = find(&variables, home.path(), true).expect("the credential");
    assert_eq!(credential.source(), &KeySource::Credential(other.join("bulla-key")));
    assert_eq!(find(&variables[2..], home.path(), true).expect_err("nonsense").code(), ErrorCode::VaultKeyWrong);

    let gone = [("BULLA_KEY_FILE", "/nowhere/key"), ("ENCRYPTION_KEY", "nonsense")];
    assert_eq!(find(&gone, home.path(), false).expect_err("named, not there").code(), ErrorCode::VaultKeyMissing);
}

#[test]
fn a_key_is_made_once_and_only_for_a_new_vault() {
    let home = home();
    let path = home.path().join(HOME_FILE);
    assert_eq!(find(&[], home.path(), true).expect_err("data exists").code(), ErrorCode::VaultKeyMissing);
    assert!(!path.exists());

    let made = find(&[], home.path(), false).expect("made");
    assert_eq!(made.source(), &KeySource::Created(path.clone()));
    let again = find(&[], home.path(), true).expect("found");
    assert_eq!(again.source(), &KeySource::HomeFile(path));
    assert_eq!(again.key, made.key);
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused() {
    let home = home();
    find(&[], home.path(), false).expect("made");
    let path = home.path().join(HOME_FILE);
    for mode in [0o640, 0o604, 0o620, 0o601] {
        set_mode(&path, mode);
        assert_eq!(find(&[], home.path(), true).expect_err("shared").code(), ErrorCode::VaultKeyWrong, "{mode:o}");
    }
    set_mode(&path, 0o400);
    find(&[], home.path(), true).expect("private");
}

#[test]
fn purposes_have_different_keys() {
    let key = VaultKey::from_bytes(Zeroizing::new(KEY), KeySource::Environment).expect("a key");
    assert_eq!(key.sub_key("a"), key.sub_key("a"));
    assert_ne!(key.sub_key("a"), key.sub_key("b"));
    assert_ne!(*key.sub_key("a"), KEY);
    assert_eq!(format!("{key:?}"), "VaultKey(****, Environment)");
}
