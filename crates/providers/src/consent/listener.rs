//! Waits on loopback for the one genuine callback.
//!
//! Everything else that knocks is answered and forgotten: pages of the web that try ports, programs that scan,
//! browsers' early connections and icons. None of it ends the wait, and none of it can keep the genuine one out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bulla_core::Result;
use tokio::task::{AbortHandle, JoinSet};

use super::Limits;
use super::connection::Connection;
use super::expected::{Answer, Expected};
use super::page::Pages;
use super::redirect::{Redirect, RedirectUri};
use super::sockets::Sockets;

/// When the system has no file for another connection, some must end first.
const OUT_OF_FILES: Duration = Duration::from_millis(50);

/// Listens from its making on; its port is closed when it is dropped.
#[derive(Debug)]
pub struct Listener {
    sockets: Sockets,
    redirect: RedirectUri,
}

impl Listener {
    /// Takes a port. Connections that come before [`Self::answer`] wait in the system's queue. To be called within a
    /// tokio runtime.
    ///
    /// # Errors
    /// `callback_port_taken`, with the `ports` tried.
    pub fn open(redirect: &Redirect) -> Result<Self> {
        let (sockets, port) = Sockets::open(redirect.host(), redirect.ports())?;
        Ok(Self { sockets, redirect: redirect.at(port) })
    }

    /// The redirect address with the port that was free.
    #[must_use]
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect
    }

    /// Waits for the genuine callback, for as long as the future lives. The port is closed before the browser gets its
    /// page, so that whoever repeats the callback finds nobody; the page is written before this returns.
    pub async fn answer(self, expected: Arc<Expected>, pages: Arc<Pages>, limits: Limits) -> Answer {
        let Self { sockets, .. } = self;
        let mut open = JoinSet::new();
        let mut oldest_first: VecDeque<AbortHandle> = VecDeque::new();
        let (mut browser, answer) = loop {
            tokio::select! {
                accepted = sockets.accept() => match accepted {
                    Ok(stream) => {
                        oldest_first.retain(|one| !one.is_finished());
                        // The genuine browser speaks at once; who has waited longest in silence is not it.
                        if oldest_first.len() >= limits.connections && let Some(oldest) = oldest_first.pop_front() {
                            oldest.abort();
                        }
                        let (expected, pages) = (expected.clone(), pages.clone());
                        let serve = async move { Connection::new(stream).serve(&expected, &pages, &limits).await };
                        oldest_first.push_back(open.spawn(serve));
                    }
                    Err(_) => tokio::time::sleep(OUT_OF_FILES).await,
                },
                Some(ended) = open.join_next() => if let Ok(Some(genuine)) = ended {
                    break genuine;
                },
            }
        };
        drop(sockets);
        drop(open);
        browser.finish(&answer, &pages, &limits).await;
        // Nobody waits for the browser to hang up.
        tokio::spawn(browser.part(limits.farewell));
        answer
    }
}
