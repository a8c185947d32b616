//! The running fake and everything a test can do with any of them.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::clock::Clock;
use super::connection;
use super::hold::{Gate, Held};
use super::knob::{HoldGate, Knob};
use super::options::Options;
use super::provider::Provider;
use super::shared::Shared;

/// A provider on 127.0.0.1, on a thread and runtime of its own. It stops when it is dropped.
pub struct Fake<P: Provider> {
    pub(crate) shared: Arc<Shared<P>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Life and address.
impl<P: Provider> Fake<P> {
    pub fn options() -> Options<P>
    where
        P: Default,
    {
        Options::default()
    }

    /// Starts with production's lives and limits, real time, and any free port.
    pub fn start() -> Self
    where
        P: Default,
    {
        Options::default().start()
    }

    pub(crate) fn serve(port: u16, clock: Clock, control: bool, provider: P) -> io::Result<Self> {
        let listeners = (0..P::SITES)
            .map(|site| {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, if site == 0 { port } else { 0 }))?;
                listener.set_nonblocking(true)?;
                Ok(listener)
            })
            .collect::<io::Result<Vec<_>>>()?;
        let origin = |listener: &TcpListener| Ok(format!("http://{}", listener.local_addr()?));
        let origins = listeners.iter().map(origin).collect::<io::Result<Vec<_>>>()?;
        let shared = Arc::new(Shared::new(clock, origins, control, provider));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serving = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name(format!("fake-{}", P::NAME))
            .spawn(move || runtime.block_on(accept(serving, listeners, stopped)))?;
        Ok(Self { shared, stop: Some(stop), thread: Some(thread) })
    }

    /// `http://127.0.0.1:PORT` of the first origin, without a slash.
    pub fn base_url(&self) -> String {
        self.origin(0)
    }

    /// The same for the origin with this number; each provider names its own.
    pub(crate) fn origin(&self, site: usize) -> String {
        self.shared.origins[site].clone()
    }
}

async fn accept<P: Provider>(shared: Arc<Shared<P>>, listeners: Vec<TcpListener>, stopped: oneshot::Receiver<()>) {
    let mut sites = JoinSet::new();
    for (site, listener) in listeners.into_iter().enumerate() {
        let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is bound and non-blocking");
        let shared = Arc::clone(&shared);
        sites.spawn(async move {
            loop {
                if let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(connection::serve(Arc::clone(&shared), site, stream));
                }
            }
        });
    }
    // Told to stop or forgotten by its test: both are the end.
    let _ = stopped.await;
}

impl<P: Provider> Drop for Fake<P> {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed by its own thread.
            let _ = thread.join();
        }
    }
}

/// The clock.
impl<P: Provider> Fake<P> {
    pub fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now()
    }

    /// Turns the clock, also back. With a clock file, the file turns with it.
    pub fn advance(&self, by: TimeDelta) {
        self.shared.clock.advance(by);
    }

    /// Sets the clock, which then goes on.
    pub fn set(&self, now: DateTime<Utc>) {
        self.shared.clock.set(now);
    }

    /// Stops the clock at this moment. `advance` still moves it, `set` lets it run again.
    pub fn freeze(&self, now: DateTime<Utc>) {
        self.shared.clock.freeze(now);
    }
}

/// Getting in the way.
impl<P: Provider> Fake<P> {
    /// The next request of this route meets this knob. Knobs of one route queue up, one for each request.
    pub fn next(&self, route: P::Route, knob: Knob) {
        self.next_n(route, 1, knob);
    }

    pub fn next_n(&self, route: P::Route, times: usize, knob: Knob) {
        let knobs = std::iter::repeat_n(knob, times);
        self.shared.change(|state| state.knobs.entry(route).or_default().extend(knobs));
    }

    /// Forgets the knobs that no request has met.
    pub fn clear_knobs(&self) {
        self.shared.change(|state| state.knobs.clear());
    }

    /// The next request of this route is committed, and its answer waits for a word.
    pub fn hold_next_answer(&self, route: P::Route) -> Held {
        let gate = Gate::new();
        self.next(route, Knob::HoldAfter(HoldGate(Arc::clone(&gate))));
        Held::new(gate)
    }

    /// The next request of this route waits before anything is decided about it.
    pub fn hold_next_request(&self, route: P::Route) -> Held {
        let gate = Gate::new();
        self.next(route, Knob::HoldBefore(HoldGate(Arc::clone(&gate))));
        Held::new(gate)
    }
}

/// Looking back.
impl<P: Provider> Fake<P> {
    /// A copy of the books as they are now. On a connection that stays open, a client can have its answer a moment
    /// before the books say `Written`: then [`Self::wait_for`] it.
    pub fn ledger(&self) -> P::Ledger {
        self.shared.read(|state| state.provider.ledger().clone())
    }

    /// Blocks until the books fulfil a condition, and returns them.
    ///
    /// # Panics
    /// When they don't within 30 s.
    pub fn wait_for(&self, condition: impl Fn(&P::Ledger) -> bool) -> P::Ledger {
        self.shared.wait_for(condition)
    }

    /// The same for async tests.
    ///
    /// # Panics
    /// When they don't within 30 s.
    pub async fn until(&self, condition: impl Fn(&P::Ledger) -> bool) -> P::Ledger {
        self.shared.until(condition).await
    }
}

/// The provider's state, for the methods that only one provider has.
impl<P: Provider> Fake<P> {
    pub(crate) fn alter<T>(&self, act: impl FnOnce(&mut P) -> T) -> T {
        self.shared.change(|state| act(&mut state.provider))
    }
}
