//! One client's connection: read, get in its way as the knobs say, decide, answer, and note how far the answer got.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::time::sleep;

use super::answer::{self, Canned};
use super::control;
use super::hold::Decision;
use super::knob::{Knob, Route};
use super::ledger::{Arrival, Delivery, Exchange, Outcome};
use super::rules;
use super::shared::Shared;
use super::wire::{self, Request};

pub(super) async fn serve(shared: Arc<Shared>, mut stream: TcpStream) {
    let mut unread = Vec::new();
    loop {
        let request = match wire::read(&mut stream, &mut unread).await {
            Ok(Some(request)) => request,
            Ok(None) => return,
            Err(e) => {
                let refusal = answer::envelope(400, "value_error", &e.to_string(), None);
                // The client broke the protocol; whether it hears so doesn't matter.
                let _ = wire::write(&mut stream, &refusal, shared.clock.now(), true).await;
                return;
            }
        };
        let close = request.wants_close();
        let stay = Exchanged::new(&shared, &request, &mut stream, close).run().await;
        if close || !stay {
            return;
        }
    }
}

/// One request on its way through the server.
struct Exchanged<'a> {
    shared: &'a Shared,
    request: &'a Request,
    stream: &'a mut TcpStream,
    close: bool,
    arrival: usize,
    /// The place in the ledger's exchanges, once there is one.
    exchange: Option<usize>,
}

impl<'a> Exchanged<'a> {
    fn new(shared: &'a Shared, request: &'a Request, stream: &'a mut TcpStream, close: bool) -> Self {
        let arrival = shared.change(|state| {
            state.ledger.arrivals.push(Arrival {
                method: request.method.clone(),
                path: request.target.clone(),
                user_agent: request.header("user-agent").map(str::to_owned),
                authorization: request.header("authorization").map(str::to_owned),
                body: String::from_utf8_lossy(&request.body).into_owned(),
                status: None,
            });
            state.ledger.arrivals.len() - 1
        });
        Self { shared, request, stream, close, arrival, exchange: None }
    }

    /// Returns whether the connection may live on.
    async fn run(mut self) -> bool {
        let path = self.request.path();
        if self.shared.control && path.starts_with("/_fake/") {
            let answer = control::answer(self.shared, self.request);
            return self.send(&answer, Delivery::Written).await;
        }
        match Route::at(path) {
            None => self.send(&answer::no_such_path(), Delivery::Written).await,
            Some(route) if route.method() != self.request.method => self.send(&answer::wrong_method(), Delivery::Written).await,
            Some(route) => self.with_knob(route).await,
        }
    }

    async fn with_knob(&mut self, route: Route) -> bool {
        let knob = self.shared.change(|state| state.next_knob(route));
        match &knob {
            Knob::Delay(pause) => sleep(*pause).await,
            Knob::HoldBefore(gate) if gate.0.pass().await == Decision::Drop => return self.drop_before(route),
            Knob::DropBeforeCommit => return self.drop_before(route),
            Knob::Instead(answer) => {
                self.note_uncommitted(route, Outcome::Canned(answer.status));
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

    fn commit(&mut self, route: Route) -> Canned {
        let (request, now) = (self.request, self.shared.clock.now());
        let (answer, exchange) = self.shared.change(|state| match route {
            Route::Refresh => {
                let answer = rules::exchange(state, request, now);
                (answer, Some(state.ledger.exchanges.len() - 1))
            }
            Route::Me | Route::Accounts => (rules::read(state, route, request, now), None),
        });
        self.exchange = exchange;
        answer
    }

    /// An attempt that a knob kept from the rules still was one.
    fn note_uncommitted(&mut self, route: Route, outcome: Outcome) {
        if route != Route::Refresh {
            return;
        }
        let refresh = rules::refresh_token_in(self.request).ok();
        let at = self.shared.clock.now();
        self.exchange = Some(self.shared.change(|state| {
            let used = |token: &String| state.ledger.pairs.iter().any(|p| p.pair.refresh == *token && p.used);
            let double_spend = refresh.as_ref().is_some_and(used);
            state.ledger.exchanges.push(Exchange { at, refresh, outcome, double_spend, delivery: Delivery::Pending });
            state.ledger.exchanges.len() - 1
        }));
    }

    fn drop_before(&mut self, route: Route) -> bool {
        self.note_uncommitted(route, Outcome::DroppedBeforeCommit);
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
            let ledger = &mut state.ledger;
            ledger.arrivals[self.arrival].status = status;
            let Some(exchange) = self.exchange.map(|at| &mut ledger.exchanges[at]) else { return };
            exchange.delivery = delivery.clone();
            if let Outcome::Rotated { to, .. } = exchange.outcome {
                ledger.pairs[to].delivery = delivery.clone();
            }
        });
    }
}
