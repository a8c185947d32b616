//! What a pasted error means: a log line, an error body, or the text or address of an error page.
//!
//! The rows of [`table`] are data. What is found is said in the rows' own spelling, so nothing that was pasted, such as a
//! token in a log, can come out again. Pure, and made for hostile text: no more than [`MAX_BYTES`] of it are read.

mod reading;
mod table;
#[cfg(test)]
mod tests;
mod who;

use bulla_core::{ErrorCode, ProviderKind};
use serde::Serialize;

use reading::Reading;
use table::{Row, Rows};

pub use who::Who;

/// As much of a text is read; what stands behind is not looked at.
pub const MAX_BYTES: usize = 64 * 1024;

/// Something recognised in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// What it means: the catalogues have its words.
    pub code: ErrorCode,
    /// Whose code it is, where only one provider has it or the text names one.
    pub provider: Option<ProviderKind>,
    /// What was recognised, in the provider's spelling: `99991668`, `invalid_grant + invalid_rapt`.
    pub found: String,
}

impl Explained {
    /// Who has to act.
    #[must_use]
    pub fn who(&self) -> Who {
        who::who(self.code)
    }
}

/// What is recognised in a text, in the order in which it stands there, each meaning once. Empty: nothing.
///
/// Words that every OAuth server says, such as `invalid_grant`, count only where nothing more exact was found.
#[must_use]
pub fn explain(text: &str) -> Vec<Explained> {
    let mut reading = Reading::new(text);
    let found = matches(&mut reading, table::EXACT);
    let mut found = if found.is_empty() { matches(&mut reading, table::GENERAL) } else { found };
    found.sort_by_key(|(at, _)| *at);
    let mut explained: Vec<Explained> = Vec::with_capacity(found.len());
    for (_, row) in found {
        let provider = reading.provider(row.provider);
        if !explained.iter().any(|known| (known.code, known.provider) == (row.code, provider)) {
            explained.push(Explained { code: row.code, provider, found: row.pattern.shown() });
        }
    }
    explained
}

/// The rows that fit, with the place of each.
fn matches(reading: &mut Reading, tables: Rows) -> Vec<(usize, &'static Row)> {
    let rows = tables.iter().flat_map(|table| table.iter());
    rows.filter_map(|row| Some((row.pattern.claim(reading, row.provider)?, row))).collect()
}
