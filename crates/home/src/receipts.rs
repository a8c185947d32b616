//! What comes after a hand-over: the receipt that confirms it, or the recall of a bundle nobody opened.

use bulla_core::ports::Catalog;
use bulla_core::{
    Connection, ConnectionId, CredentialKind, CustodyKind, Error, ErrorCode, Event, EventKind, RenewalReason, Result, Version,
};
use bulla_seal::{Card, Receipt, SKEW};
use bulla_store::SentBundleRow;

use crate::hand_over::{CONFIRMED, ERASING, SENT};
use crate::view::{AppliedView, ConnectionView};
use crate::{Changed, Home};

impl Home {
    /// Believes a receipt: the holder has what was sent, and this home erases its copies of single-use tokens.
    pub async fn apply_receipt(&self, text: &str) -> Result<AppliedView> {
        let claimed = Receipt::peek(text)?;
        let sent = self.catalog().sent(&claimed.bundle_id).await?.ok_or(ErrorCode::ReceiptUnknown)?;
        let peer = self.catalog().peer(&sent.recipient).await?.ok_or(ErrorCode::ReceiptUnknown)?;
        let receipt = Receipt::verify(text, &Card::parse(&peer.card)?)?;
        if receipt.sha256 != sent.sha256 || receipt.recipient != sent.recipient || !same(&receipt.connections, &sent.connections)
        {
            return Err(ErrorCode::ReceiptMismatch.into());
        }
        if sent.state == SENT {
            self.catalog().set_sent_state(&sent.id, ERASING).await?;
        }
        let labels = self.confirm(&sent).await?;
        if labels.is_empty() {
            return Err(Error::new(ErrorCode::ReceiptMismatch).detail("everything in it was taken back before its receipt came"));
        }
        self.catalog().heard(&sent.recipient, self.now()).await?;
        self.announce(Changed::Servers);
        Ok(AppliedView { labels, from: peer.name })
    }

    /// Erasures that a crash interrupted between the confirmed custody and the vault.
    pub(crate) async fn settle_receipts(&self) -> Result<()> {
        for id in self.catalog().sent_in_state(ERASING).await? {
            if let Some(sent) = self.catalog().sent(&id).await? {
                self.confirm(&sent).await?;
            }
        }
        Ok(())
    }

    async fn confirm(&self, sent: &SentBundleRow) -> Result<Vec<String>> {
        let mut labels = Vec::new();
        for (id, _) in &sent.connections {
            let _alone = self.keeper().exclusive(*id).await?;
            let Some(connection) = self.catalog().get(*id).await? else { continue };
            let copied = connection.kind == CredentialKind::Static;
            let theirs = connection.custody.fingerprint == sent.recipient;
            if theirs && !copied {
                self.confirm_custody(&connection, sent).await?;
                self.vault().remove(*id).await?;
            }
            if theirs || copied {
                labels.push(connection.label.as_str().to_owned());
            }
            self.announce(Changed::Connection(*id));
        }
        self.catalog().set_sent_state(&sent.id, CONFIRMED).await?;
        Ok(labels)
    }

    async fn confirm_custody(&self, connection: &Connection, sent: &SentBundleRow) -> Result<()> {
        if connection.custody.confirmed {
            return Ok(());
        }
        let bundle = sent.id.clone();
        self.catalog()
            .update(
                connection.id,
                Box::new(move |c| {
                    if c.custody.bundle.as_ref().is_some_and(|sent| sent.id == bundle) {
                        c.custody.confirmed = true;
                        c.custody.bundle = None;
                    }
                }),
            )
            .await?;
        self.catalog().record(Event::new(self.now(), connection.id, EventKind::ReceiptArrived)).await
    }

    /// Takes a connection back from a bundle that nobody confirmed, once it cannot be opened any more.
    /// Its token may have been used after all, so it is probed once.
    ///
    /// # Errors
    /// `not_handed_over`, `recall_confirmed`, or `recall_too_early` with the moment, unless forced.
    pub async fn recall(&self, id: ConnectionId, force: bool) -> Result<ConnectionView> {
        let recalled = {
            let _alone = self.keeper().exclusive(id).await?;
            let connection = self.catalog().get(id).await?.ok_or(ErrorCode::NotFound)?;
            let label = connection.label.as_str().to_owned();
            if connection.custody.is(&self.inner.me) {
                return Err(Error::new(ErrorCode::NotHandedOver).with("label", label));
            }
            if connection.custody.kind == CustodyKind::File {
                // A file has no receipt and no end: its pair comes back by pasting the file over the connection.
                return Err(Error::new(ErrorCode::HeldElsewhere).with("label", label).with("holder", &connection.custody.name));
            }
            let Some(sent) = connection.custody.bundle.clone().filter(|_| !connection.custody.confirmed) else {
                return Err(Error::new(ErrorCode::RecallConfirmed).with("label", label).with("holder", &connection.custody.name));
            };
            let safe_from = sent.expires + SKEW;
            if self.now() < safe_from && !force {
                return Err(Error::new(ErrorCode::RecallTooEarly).with("label", label).with("until", safe_from.to_rfc3339()));
            }
            self.hold_again(&connection, true).await?;
            self.catalog().record(Event::new(self.now(), id, EventKind::Recalled).detail(&connection.custody.name)).await?;
            connection
        };
        self.announce(Changed::Servers);
        // The probe's judgement is the connection's health from now on; offline, it is asked again by itself.
        if let Err(error) = self.keeper().renew(id, RenewalReason::Person).await {
            tracing::info!(code = %error.code(), label = recalled.label.as_str(), "the probe after a recall");
        }
        self.view(id).await
    }
}

fn same(claimed: &[(ConnectionId, Version)], sent: &[(ConnectionId, Version)]) -> bool {
    let sorted = |pairs: &[(ConnectionId, Version)]| {
        let mut pairs = pairs.to_vec();
        pairs.sort_unstable();
        pairs
    };
    sorted(claimed) == sorted(sent)
}
