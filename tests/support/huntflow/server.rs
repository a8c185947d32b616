//! The running fake and everything a test can do with it.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::oneshot;

use super::clock::Clock;
use super::connection;
use super::hold::{Gate, Held};
use super::knob::{HoldGate, Knob, Route};
use super::ledger::{Delivery, Exchange, Ledger, LedgerPair, Origin, Pair};
use super::options::Options;
use super::people::{Organisation, Person};
use super::rate::RateLimit;
use super::shared::{Lives, Shared};

/// A Huntflow on 127.0.0.1, on a thread and runtime of its own. It stops when it is dropped.
pub struct FakeHuntflow {
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Life and address.
impl FakeHuntflow {
    pub fn options() -> Options {
        Options::default()
    }

    /// Starts with production's lives and limits, real time, and any free port.
    pub fn start() -> Self {
        Options::default().start()
    }

    pub(super) fn serve(port: u16, clock: Clock, options: &Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::new(clock, base_url, options.control, options.lives, options.limit));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serving = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("fake-huntflow".to_owned())
            .spawn(move || runtime.block_on(accept(serving, listener, stopped)))?;
        Ok(Self { shared, stop: Some(stop), thread: Some(thread) })
    }

    /// `http://127.0.0.1:PORT`, as the official client wants it: without `/v2`, without a slash.
    pub fn base_url(&self) -> String {
        self.shared.base_url.clone()
    }

    /// `http://127.0.0.1:PORT/v2`.
    pub fn api_url(&self) -> String {
        format!("{}/v2", self.shared.base_url)
    }
}

async fn accept(shared: Arc<Shared>, listener: TcpListener, mut stopped: oneshot::Receiver<()>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is bound and non-blocking");
    loop {
        tokio::select! {
            _ = &mut stopped => return,
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    tokio::spawn(connection::serve(Arc::clone(&shared), stream));
                }
            }
        }
    }
}

impl Drop for FakeHuntflow {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed by its own thread.
            let _ = thread.join();
        }
    }
}

/// The clock.
impl FakeHuntflow {
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

    /// Moves the clock to the moment from which this pair can be refreshed: its access token's end.
    pub fn expire_access(&self, pair: &Pair) {
        let end = self.known(pair).access_exp;
        self.advance(end - self.now());
    }
}

/// People and pairs.
impl FakeHuntflow {
    /// A new pair, as the settings page makes it. The person is made when nobody has that name.
    pub fn issue_pair(&self, person: &str) -> Pair {
        self.issue_pair_aged(person, TimeDelta::zero())
    }

    /// A pair that was made a while ago.
    pub fn issue_pair_aged(&self, person: &str, age: TimeDelta) -> Pair {
        let began = self.now() - age;
        self.shared.change(|state| {
            state.person(person);
            state.add_pair(person, Origin::Issued, Delivery::ByHand, began).pair
        })
    }

    /// A new pair with these very values, to look for them in logs and files.
    pub fn issue_planted(&self, person: &str, pair: Pair) -> Pair {
        self.shared.change(|state| state.planted.push_front(pair));
        self.issue_pair(person)
    }

    /// The next pair that is made (by a refresh, or by hand) gets these values.
    pub fn plant_next(&self, pair: Pair) {
        self.shared.change(|state| state.planted.push_back(pair));
    }

    /// Deletes a pair in the settings: reads answer 401 `Invalid access token`, a refresh 404 (assumed, both).
    pub fn revoke(&self, pair: &Pair) {
        let serial = self.known(pair).serial;
        self.shared.change(|state| state.ledger.pairs[serial].revoked = true);
    }

    /// Puts a person in the place of the one with the same name, or adds them.
    pub fn set_person(&self, person: Person) {
        self.shared.change(|state| {
            let place = state.person(&person.name);
            *place = person;
        });
    }

    pub fn person(&self, name: &str) -> Person {
        self.shared.change(|state| state.person(name).clone())
    }

    pub fn set_organisations(&self, person: &str, organisations: Vec<Organisation>) {
        self.shared.change(|state| state.person(person).organisations = organisations);
    }

    /// Lives of pairs made from now on.
    pub fn set_lives(&self, access: TimeDelta, refresh: TimeDelta) {
        self.shared.change(|state| state.lives = Lives { access, refresh });
    }

    pub fn set_rate_limit(&self, limit: RateLimit) {
        self.shared.change(|state| state.limit = limit);
    }
}

/// Getting in the way.
impl FakeHuntflow {
    /// The next request of this route meets this knob. Knobs of one route queue up, one for each request.
    pub fn next(&self, route: Route, knob: Knob) {
        self.next_n(route, 1, knob);
    }

    pub fn next_n(&self, route: Route, times: usize, knob: Knob) {
        let knobs = std::iter::repeat_n(knob, times);
        self.shared.change(|state| state.knobs.entry(route).or_default().extend(knobs));
    }

    /// Forgets the knobs that no request has met.
    pub fn clear_knobs(&self) {
        self.shared.change(|state| state.knobs.clear());
    }

    /// The next request of this route is committed, and its answer waits for a word.
    pub fn hold_next_answer(&self, route: Route) -> Held {
        let gate = Gate::new();
        self.next(route, Knob::HoldAfter(HoldGate(Arc::clone(&gate))));
        Held::new(gate)
    }

    /// The next request of this route waits before anything is decided about it.
    pub fn hold_next_request(&self, route: Route) -> Held {
        let gate = Gate::new();
        self.next(route, Knob::HoldBefore(HoldGate(Arc::clone(&gate))));
        Held::new(gate)
    }
}

/// Looking back.
impl FakeHuntflow {
    /// A copy of the books as they are now. On a connection that stays open, a client can have its answer a moment
    /// before the books say `Written`: then [`Self::wait_for`] it.
    pub fn ledger(&self) -> Ledger {
        self.shared.read(|state| state.ledger.clone())
    }

    /// Blocks until the books fulfil a condition, and returns them.
    ///
    /// # Panics
    /// When they don't within 30 s.
    pub fn wait_for(&self, condition: impl Fn(&Ledger) -> bool) -> Ledger {
        self.shared.wait_for(condition)
    }

    /// The same for async tests.
    ///
    /// # Panics
    /// When they don't within 30 s.
    pub async fn until(&self, condition: impl Fn(&Ledger) -> bool) -> Ledger {
        self.shared.until(condition).await
    }

    pub fn exchange_attempts(&self) -> Vec<Exchange> {
        self.ledger().exchanges
    }

    pub fn exchanges_ok(&self) -> Vec<Exchange> {
        self.ledger().exchanges_ok().into_iter().cloned().collect()
    }

    pub fn double_spends(&self) -> Vec<Exchange> {
        self.ledger().double_spends().into_iter().cloned().collect()
    }

    /// The youngest pair of a person.
    ///
    /// # Panics
    /// When the person has none.
    pub fn latest_pair_of(&self, person: &str) -> LedgerPair {
        self.ledger().latest_pair_of(person).cloned().unwrap_or_else(|| panic!("{person} has no pair"))
    }

    /// Where the rotations that began with this pair have led.
    ///
    /// # Panics
    /// When the pair isn't from here.
    pub fn latest_pair_from(&self, pair: &Pair) -> LedgerPair {
        self.ledger().latest_pair_from(pair).cloned().unwrap_or_else(|| panic!("{pair:?} isn't from here"))
    }

    fn known(&self, pair: &Pair) -> LedgerPair {
        self.ledger().pair(&pair.refresh).cloned().unwrap_or_else(|| panic!("{pair:?} isn't from here"))
    }
}
