//! Whatever bytes come in, they are taken whole up to the limit, and nothing is made of them that was not there.

use std::io::Write;

use bulla_core::ErrorCode;
use bulla_home::words::Language;
use proptest::prelude::*;

use crate::argv_props::hold;
use crate::input;
use crate::output::Output;

const PASTE_MAX: usize = 16 * 1024;
/// The byte order mark that editors on Windows put in front.
const MARK: char = '\u{feff}';

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("written");
    file
}

/// Bytes of all sorts, and lengths around the limit of a paste.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let around = (PASTE_MAX - 3..PASTE_MAX + 4, any::<u8>()).prop_map(|(length, byte)| vec![byte; length]);
    let text = any::<String>().prop_map(String::into_bytes);
    let marked = any::<String>().prop_map(|text| format!("{MARK}{text}").into_bytes());
    prop_oneof![prop::collection::vec(any::<u8>(), 0..300), text, marked, around]
}

#[test]
fn a_secret_is_taken_whole_or_refused() {
    let out = Output::standard(false, Language::En);
    hold(400, &bytes(), |bytes| {
        let read = input::secret_file(file(&bytes).path(), &out);
        if bytes.len() > PASTE_MAX {
            prop_assert_eq!(read.err().map(|error| error.code()), Some(ErrorCode::PasteIncomplete));
            return Ok(());
        }
        let secret = read.expect("short enough");
        prop_assert!(!secret.starts_with(MARK));
        let whole = String::from_utf8_lossy(&bytes);
        prop_assert!(whole.ends_with(secret.as_str()));
        prop_assert!(whole[..whole.len() - secret.len()].chars().all(|c| c == MARK));
        Ok(())
    });
}

#[test]
fn a_document_is_taken_as_it_is() {
    hold(400, &bytes(), |bytes| {
        let read = input::document(file(&bytes).path()).expect("a file");
        prop_assert_eq!(read.as_slice(), bytes.as_slice());
        Ok(())
    });
}

#[test]
fn public_text_is_its_argument() {
    hold(400, &any::<String>(), |argument| {
        // `-` alone is standard input.
        if argument != "-" {
            prop_assert_eq!(input::public_text(&argument), Ok(argument));
        }
        Ok(())
    });
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let out = Output::standard(false, Language::En);
    let folder = tempfile::tempdir().expect("a folder");
    hold(100, &"[a-z-]{1,20}", |name| {
        let path = folder.path().join(name);
        for refused in [input::document(&path).err(), input::secret_file(&path, &out).err()] {
            let refused = refused.expect("nothing there");
            prop_assert_eq!(refused.code(), ErrorCode::FileUnreadable);
            prop_assert_eq!(&refused.params()["file"], &path.display().to_string());
        }
        Ok(())
    });
}
