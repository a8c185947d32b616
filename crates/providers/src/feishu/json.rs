//! Request bodies with secrets in them.

use bytes::Bytes;
use serde::Serializer as _;
use zeroize::Zeroizing;

/// A JSON object of texts in the order given, in memory that is wiped. Escapes can make a character six bytes; with room
/// for that the text never moves. `None` never happens.
pub(super) fn object(pairs: &[(&str, &str)]) -> Option<Bytes> {
    let room = pairs.iter().map(|(name, value)| 6 + 6 * (name.len() + value.len())).sum::<usize>() + 2;
    let mut body = Zeroizing::new(Vec::with_capacity(room));
    serde_json::Serializer::new(&mut *body).collect_map(pairs.iter().copied()).ok()?;
    Some(Bytes::from_owner(body))
}
