//! Cards: this home's own, and the other homes it knows. One copy each way, and eight words to compare.

use bulla_core::{Error, ErrorCode, Fingerprint, Result};
use bulla_seal::Card;
use bulla_store::Peer;

use crate::view::{CardInspection, EnrolView, ServerView};
use crate::{Changed, Home, Role};

/// What an agent shows after it has been enrolled.
#[derive(Debug)]
pub struct Enrolled {
    /// This server's card, to be pasted at the desk.
    pub card: String,
    /// The eight words; the desk must show the same.
    pub words: Vec<String>,
    /// The desk's name.
    pub desk: String,
}

const META_NAME: &str = "name";
/// The last card this agent printed, so that asking twice does not make the desk's words wrong.
const META_CARD: &str = "card_for_";

impl Home {
    /// What this home calls itself on its card: what was chosen, else the computer's name.
    pub async fn name(&self) -> Result<String> {
        Ok(self.catalog().meta(META_NAME).await?.unwrap_or_else(computer_name))
    }

    /// This desk's card.
    pub async fn card(&self, name: Option<&str>) -> Result<String> {
        self.be(Role::Desk).await?;
        if let Some(name) = name {
            self.catalog().set_meta(META_NAME, name.trim()).await?;
        }
        Ok(self.identity().await?.card(bulla_seal::Role::Desk, &self.name().await?).to_text())
    }

    /// The one command that enrols a server.
    pub async fn enrol_command(&self) -> Result<EnrolView> {
        let card = self.card(None).await?;
        Ok(EnrolView { command: format!("bulla agent enrol --sender {card}"), card })
    }

    /// Enrols this home as an agent of the desk whose card this is, and makes the card to paste there.
    pub async fn enrol_agent(&self, sender_card: &str, name: Option<&str>) -> Result<Enrolled> {
        let desk = Card::parse(sender_card)?;
        if desk.fingerprint() == self.inner.me {
            return Err(ErrorCode::CardOwn.into());
        }
        if desk.role != bulla_seal::Role::Desk {
            return Err(ErrorCode::CardWrongRole.into());
        }
        self.refuse_changed(&desk).await?;
        self.be(Role::Agent).await?;
        if let Some(name) = name {
            self.catalog().set_meta(META_NAME, name.trim()).await?;
        }
        let key = format!("{META_CARD}{}", desk.fingerprint());
        let text = match self.catalog().meta(&key).await?.filter(|_| name.is_none()) {
            Some(text) => text,
            None => self.identity().await?.reply_card(&self.name().await?, &desk)?.to_text(),
        };
        self.catalog().set_meta(&key, &text).await?;
        let card = Card::parse(&text)?;
        let words = owned_words(bulla_seal::words(&desk, &card)?);
        self.pin(&desk, &words).await?;
        Ok(Enrolled { card: text, words, desk: desk.name })
    }

    /// Reads a server's card without trusting it yet.
    pub async fn inspect_card(&self, text: &str) -> Result<CardInspection> {
        let (card, words) = self.read_server_card(text).await?;
        let known = self.peers_named(&card).await?;
        Ok(CardInspection {
            name: card.name.clone(),
            fingerprint: card.fingerprint().to_string(),
            words,
            known_fingerprint: known.map(|peer| peer.fingerprint.to_string()),
        })
    }

    /// Pins a server: bundles can be sealed for it and its receipts are believed.
    ///
    /// # Errors
    /// `card_changed`, with both fingerprints, when a server of this name is known with another key.
    pub async fn add_server(&self, text: &str) -> Result<ServerView> {
        self.be(Role::Desk).await?;
        let (card, words) = self.read_server_card(text).await?;
        self.refuse_changed(&card).await?;
        self.pin(&card, &words).await?;
        self.announce(Changed::Servers);
        let fingerprint = card.fingerprint();
        let servers = self.servers().await?;
        servers.into_iter().find(|server| server.fingerprint == fingerprint.as_str()).ok_or_else(|| ErrorCode::Internal.into())
    }

    /// The servers of a desk, or the desks of an agent, and what each holds.
    pub async fn servers(&self) -> Result<Vec<ServerView>> {
        use bulla_core::ports::Catalog;
        let peers = self.catalog().peers().await?;
        // Most desks have none, and the window asks at its start.
        let mut connections = if peers.is_empty() { Vec::new() } else { self.catalog().all().await? };
        connections.sort_by_cached_key(|connection| connection.label.key());
        let mut servers: Vec<_> = peers
            .into_iter()
            .map(|peer| ServerView {
                holds: connections
                    .iter()
                    .filter(|c| c.removed_at.is_none() && c.custody.fingerprint == peer.fingerprint)
                    .map(|c| c.label.as_str().to_owned())
                    .collect(),
                name: peer.name,
                fingerprint: peer.fingerprint.to_string(),
                added_at: peer.added_at,
                words: peer.words,
                last_heard_at: peer.last_heard_at,
            })
            .collect();
        servers.sort_by_key(|server| server.name.to_lowercase());
        Ok(servers)
    }

    /// The server that a name, fingerprint or unique prefix names.
    pub async fn find_server(&self, text: &str) -> Result<Fingerprint> {
        let text = text.trim();
        let peers = self.catalog().peers().await?;
        if let Some(exact) = peers.iter().find(|peer| peer.name == text || peer.fingerprint.as_str() == text) {
            return Ok(exact.fingerprint.clone());
        }
        let folded = text.to_lowercase();
        let starts =
            |peer: &&Peer| peer.name.to_lowercase().starts_with(&folded) || peer.fingerprint.as_str().starts_with(&folded);
        let matches: Vec<_> = peers.iter().filter(starts).collect();
        match matches.as_slice() {
            [one] if !text.is_empty() => Ok(one.fingerprint.clone()),
            _ => Err(Error::new(ErrorCode::ServerNotFound).with("name", text)),
        }
    }

    /// The cards of every home pinned here.
    pub(crate) async fn pinned(&self) -> Result<Vec<Card>> {
        self.catalog().peers().await?.iter().map(|peer| Card::parse(&peer.card)).collect()
    }

    async fn read_server_card(&self, text: &str) -> Result<(Card, Vec<String>)> {
        let card = Card::parse(text)?;
        if card.fingerprint() == self.inner.me {
            return Err(ErrorCode::CardOwn.into());
        }
        // The server answered the card with the name this desk had then: the words are over what it saw.
        let mine = self.identity().await?.card(bulla_seal::Role::Desk, &self.name().await?);
        let words = owned_words(bulla_seal::words(&mine, &card)?);
        Ok((card, words))
    }

    async fn refuse_changed(&self, card: &Card) -> Result<()> {
        match self.peers_named(card).await? {
            Some(known) => Err(Error::new(ErrorCode::CardChanged)
                .with("name", &card.name)
                .with("known", &known.fingerprint)
                .with("found", card.fingerprint())),
            None => Ok(()),
        }
    }

    /// A peer of this card's name that has another key.
    async fn peers_named(&self, card: &Card) -> Result<Option<Peer>> {
        let fingerprint = card.fingerprint();
        let peers = self.catalog().peers().await?;
        Ok(peers.into_iter().find(|peer| peer.name == card.name && peer.fingerprint != fingerprint))
    }

    async fn pin(&self, card: &Card, words: &[String]) -> Result<()> {
        let peer = Peer {
            name: card.name.clone(),
            fingerprint: card.fingerprint(),
            role: card.role.as_str().to_owned(),
            card: card.to_text(),
            words: words.to_vec(),
            nonce: String::new(),
            added_at: self.now(),
            last_heard_at: None,
        };
        self.catalog().put_peer(&peer).await
    }
}

fn owned_words(words: [&'static str; 8]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn computer_name() -> String {
    let from_file = std::fs::read_to_string("/etc/hostname").ok();
    let name = from_file.or_else(|| std::env::var("COMPUTERNAME").ok()).or_else(|| std::env::var("HOSTNAME").ok());
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "bulla".to_owned())
}
