//! A receipt as somebody pasted it, and any JSON that its holder signed.
#![no_main]

use bulla_fuzz::check;
use bulla_fuzz::people::{RECEIPT, THE_DESK, THE_SERVER};
use bulla_seal::Receipt;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    verify(&text);
    verify(&THE_SERVER.sign(RECEIPT, data));
    let foreign = Receipt::verify(&THE_DESK.sign(RECEIPT, data), &THE_SERVER.card).expect_err("signed by somebody else");
    check::family(&foreign, "receipt_");
});

fn verify(text: &str) {
    let claimed = Receipt::peek(text);
    match Receipt::verify(text, &THE_SERVER.card) {
        Ok(receipt) => {
            let claimed = claimed.expect("what can be verified can be looked at");
            assert_eq!((claimed.bundle_id, claimed.recipient), (receipt.bundle_id.clone(), receipt.recipient.clone()));
            assert_eq!(receipt.recipient, THE_SERVER.identity.fingerprint());
            let again = receipt.sign(&THE_SERVER.identity);
            assert_eq!(Receipt::verify(&again, &THE_SERVER.card).as_ref(), Ok(&receipt));
        }
        Err(error) => {
            check::family(&error, "receipt_");
            claimed.err().iter().for_each(|error| check::family(error, "receipt_"));
        }
    }
}
