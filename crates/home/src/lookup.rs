//! Finding a connection by what a person or script calls it.

use bulla_core::ports::Catalog;
use bulla_core::{Connection, ConnectionId, Error, ErrorCode, Label, Result};

use crate::Home;

/// Shorter prefixes than this match too much by accident.
const SHORTEST_PREFIX: usize = 3;

impl Home {
    /// The connection that a label, alias, UUID or unique prefix of one of these names.
    ///
    /// # Errors
    /// `not_found`, or `ambiguous` with the labels it could be.
    pub async fn find(&self, text: &str) -> Result<ConnectionId> {
        self.find_among(text, |connection| connection.removed_at.is_none()).await
    }

    /// The same among removed connections, for `restore`.
    pub async fn find_removed(&self, text: &str) -> Result<ConnectionId> {
        self.find_among(text, |connection| connection.removed_at.is_some()).await
    }

    async fn find_among(&self, text: &str, wanted: impl Fn(&Connection) -> bool) -> Result<ConnectionId> {
        let key = Label::key_of(text);
        let not_found = || Error::new(ErrorCode::NotFound).with("name", text);
        if key.is_empty() {
            return Err(not_found());
        }
        if let Ok(uuid) = uuid::Uuid::parse_str(text.trim()) {
            let found = self.catalog().get(ConnectionId(uuid)).await?.filter(|connection| wanted(connection));
            return found.map(|connection| connection.id).ok_or_else(not_found);
        }
        // A program asks by label or alias every time it needs a token: neither reads the whole catalog.
        if let Some(id) = self.catalog().labelled(&key).await?
            && self.catalog().get(id).await?.is_some_and(|connection| wanted(&connection))
        {
            return Ok(id);
        }
        let aliases = self.catalog().aliases().await?;
        let aliased = aliases.iter().find(|(name, _)| Label::key_of(name) == key).map(|(_, id)| *id);
        if let Some(id) = aliased
            && self.catalog().get(id).await?.is_some_and(|connection| wanted(&connection))
        {
            return Ok(id);
        }
        let connections: Vec<_> = self.catalog().all().await?.into_iter().filter(wanted).collect();
        let labelled: Vec<_> = connections.iter().filter(|connection| connection.label.key() == key).collect();
        if let [one] = labelled.as_slice() {
            return Ok(one.id);
        }
        let long_enough = key.chars().count() >= SHORTEST_PREFIX;
        let matches: Vec<_> = connections
            .iter()
            .filter(|connection| {
                let by_name = connection.label.key().starts_with(&key) || connection.id.to_string().starts_with(&key);
                let by_alias = aliases.iter().any(|(name, id)| *id == connection.id && Label::key_of(name).starts_with(&key));
                long_enough && (by_name || by_alias)
            })
            .collect();
        match matches.as_slice() {
            [] => Err(not_found()),
            [one] => Ok(one.id),
            several => {
                let mut names: Vec<_> = several.iter().map(|connection| connection.label.as_str()).collect();
                names.sort_unstable();
                names.truncate(5);
                Err(Error::new(ErrorCode::Ambiguous).with("name", text).with("matches", names.join(", ")))
            }
        }
    }
}
