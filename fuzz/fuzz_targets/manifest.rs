//! What a sender who is trusted, or somebody with his key, can put into a bundle.
#![no_main]

use bulla_core::Label;
use bulla_fuzz::check;
use bulla_fuzz::people::{BUNDLE, THE_DESK, THE_SERVER, encrypted, open};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| {
    let Some(opened) = open(&encrypted(THE_DESK.sign(BUNDLE, json).as_bytes())) else { return };
    let manifest = opened.manifest;
    for sealed in &manifest.connections {
        let (connection, stored) = (&sealed.connection, &sealed.stored);
        assert_eq!((connection.version, connection.kind), (stored.version, stored.credential.kind()));
        check::label(&connection.label);
        check::address(&connection.base_url);
        check::can_be_told(connection);
        assert_eq!(Label::parse(connection.label.as_str()).as_ref(), Ok(&connection.label));
    }
    let again = bulla_seal::seal(&THE_DESK.identity, &THE_SERVER.card, &manifest).expect("what was opened can be sealed");
    assert_eq!(open(&again.bytes).expect("what was sealed can be opened").manifest, manifest);
});
