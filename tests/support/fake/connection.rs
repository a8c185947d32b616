//! One client's connection: read, get in its way as the knobs say, decide, answer, and note how far the answer got.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::time::sleep;

use super::answer::Canned;
use super::control;
use super::delivery::{Arrival, Delivery};
use super::hold::Decision;
use super::knob::Knob;
use super::provider::{Provider, Untouched};
use super::shared::Shared;
use super::wire::{self, Request};

/// Serves a connection that came to the origin with this number.
pub(crate) async fn serve<P: Provider>(shared: Arc<Shared<P>>, site: usize, mut stream: TcpStream) {
    let mut unread = Vec::new();
    loop {
        let mut request = match wire::read(&mut stream, &mut unread).await {
            Ok(Some(request)) => request,
            Ok(None) => return,
            Err(e) => {
                let refusal = P::unreadable(&e.to_string());
                // The client broke the protocol; whether it hears so doesn't matter.
                let _ = wire::write(&mut stream, &refusal, shared.clock.now(), true).await;
                return;
            }
        };
        request.site = site;
        let close = request.wants_close();
        let stay = Exchanged::new(&shared, &request, &mut stream, close).run().await;
        if close || !stay {
            return;
        }
    }
}

/// One request on its way through the server.
struct Exchanged<'a, P: Provider> {
    shared: &'a Shared<P>,
    request: &'a Request,
    stream: &'a mut TcpStream,
    close: bool,
    arrival: usize,
    /// The place in the provider's books, once there is one.
    entry: Option<usize>,
}

impl<'a, P: Provider> Exchanged<'a, P> {
    fn new(shared: &'a Shared<P>, request: &'a Request, stream: &'a mut TcpStream, close: bool) -> Self {
        let arrival = shared.change(|state| {
            let arrivals = state.provider.arrivals();
            arrivals.push(Arrival {
                site: request.site,
                method: request.method.clone(),
                path: request.target.clone(),
                user_agent: request.header("user-agent").map(str::to_owned),
                authorization: request.header("authorization").map(str::to_owned),
                body: String::from_utf8_lossy(&request.body).into_owned(),
                status: None,
            });
            arrivals.len() - 1
        });
        Self { shared, request, stream, close, arrival, entry: None }
    }

    /// Returns whether the connection may live on.
    async fn run(mut self) -> bool {
        if self.shared.control && self.request.path().starts_with("/_fake/") {
            let answer = control::answer(self.shared, self.request);
            return self.send(&answer, Delivery::Written).await;
        }
        match P::route(self.request) {
            Err(refusal) => self.send(&refusal, Delivery::Written).await,
            Ok(route) => self.with_knob(route).await,
        }
    }

    async fn with_knob(&mut self, route: P::Route) -> bool {
        let knob = self.shared.change(|state| state.next_knob(route));
        match &knob {
            Knob::Delay(pause) => sleep(*pause).await,
            Knob::HoldBefore(gate) if gate.0.pass().await == Decision::Drop => return self.drop_before(route),
            Knob::DropBeforeCommit => return self.drop_before(route),
            Knob::Instead(answer) => {
                self.note_untouched(route, Untouched::Canned(answer.status));
                return self.send(answer, Delivery::Written).await;
            }
            _ => {}
        }
        let answer = self.commit(route);
        self.after_commit(&knob, answer).await
    }

    async fn after_commit(&mut self, knob: &Knob, mut answer: Canned) -> bool {
        match knob {
            Knob::DelayAfterCommit(pause) => sleep(*pause).await,
            Knob::HoldAfter(gate) if gate.0.pass().await == Decision::Drop => return self.drop_after(),
            Knob::DropAfterCommit => return self.drop_after(),
            Knob::CutAfterCommit => return self.cut(&answer).await,
            Knob::AfterCommit(other) => return self.send(other, Delivery::Replaced).await,
            Knob::EditBody(edit) if answer.status == 200 => {
                edit.apply(&mut answer);
                return self.send(&answer, Delivery::Edited).await;
            }
            _ => {}
        }
        self.send(&answer, Delivery::Written).await
    }

    fn commit(&mut self, route: P::Route) -> Canned {
        let (request, now) = (self.request, self.shared.clock.now());
        let committed = self.shared.change(|state| state.provider.commit(route, request, now));
        self.entry = committed.entry;
        committed.answer
    }

    /// An attempt that a knob kept from the rules still was one.
    fn note_untouched(&mut self, route: P::Route, how: Untouched) {
        let (request, now) = (self.request, self.shared.clock.now());
        self.entry = self.shared.change(|state| state.provider.untouched(route, request, how, now));
    }

    fn drop_before(&mut self, route: P::Route) -> bool {
        self.note_untouched(route, Untouched::Dropped);
        self.drop_after()
    }

    fn drop_after(&mut self) -> bool {
        self.note(None, &Delivery::Dropped);
        false
    }

    async fn cut(&mut self, answer: &Canned) -> bool {
        let delivery = match wire::write_half(self.stream, answer, self.shared.clock.now()).await {
            Ok(sent) => Delivery::Cut { sent, of: answer.body.len() },
            Err(e) => Delivery::Failed(e.to_string()),
        };
        self.note(Some(answer.status), &delivery);
        false
    }

    async fn send(&mut self, answer: &Canned, delivery: Delivery) -> bool {
        let written: io::Result<()> = wire::write(self.stream, answer, self.shared.clock.now(), self.close).await;
        let delivery = written.map_or_else(|e| Delivery::Failed(e.to_string()), |()| delivery);
        let failed = matches!(delivery, Delivery::Failed(_));
        self.note(Some(answer.status), &delivery);
        !failed
    }

    fn note(&self, status: Option<u16>, delivery: &Delivery) {
        self.shared.change(|state| {
            state.provider.arrivals()[self.arrival].status = status;
            if let Some(entry) = self.entry {
                state.provider.delivered(entry, delivery);
            }
        });
    }
}
