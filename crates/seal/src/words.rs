//! Eight words that a person compares once, to know that both screens show the same two cards.

use bulla_core::{Error, ErrorCode, Result};

use crate::encoding::Frame;
use crate::{Card, Role};

/// The first 88 bits of SHA-256 over both cards and the server's nonce, as words of the BIP 39 list.
///
/// Whoever stands between the two must settle for his desk's card before the server makes its nonce, so that he
/// has one try in 2⁸⁸ and no time to search. `card_wrong_role` unless the server's card answers this desk's.
pub fn words(desk: &Card, server: &Card) -> Result<[&'static str; 8]> {
    let wrong = |detail: &str| Error::new(ErrorCode::CardWrongRole).detail(detail);
    if desk.role != Role::Desk || server.role != Role::Server {
        return Err(wrong("a desk's card and a server's card are needed"));
    }
    let nonce = server.nonce.as_ref().ok_or_else(|| wrong("the server's card is not an answer"))?;
    if server.reply_to.as_ref() != Some(&desk.fingerprint()) {
        return Err(wrong("the server's card answers another desk"));
    }
    let digest =
        Frame::new("bulla/words/v1").field(desk.frame().as_bytes()).field(server.frame().as_bytes()).field(nonce).digest();
    let list = bip39::Language::English.word_list();
    Ok(std::array::from_fn(|word| list[eleven_bits(&digest, word * 11)]))
}

fn eleven_bits(digest: &[u8; 32], from: usize) -> usize {
    (from..from + 11).fold(0, |bits, at| bits << 1 | usize::from(digest[at / 8] >> (7 - at % 8) & 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_read_from_the_left() {
        let mut digest = [0; 32];
        digest[..3].copy_from_slice(&[0b1010_0000, 0b0110_0000, 0b0000_0100]);
        assert_eq!(eleven_bits(&digest, 0), 0b101_0000_0011);
        assert_eq!(eleven_bits(&digest, 11), 1);
    }
}
