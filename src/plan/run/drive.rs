//! The loop that drives a run: journal line first, then the write; reads while it is proved; a person on trouble.
//!
//! It decides nothing itself: what is next comes from [`decide`], what is allowed from [`Progress::admits`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::ask::{self, Ask, Asked, Inbox, Reply};
use super::leave::{Departure, Granted, Leave, Leaves};
use super::{Actuator, Boxed, Command, Ledger, SET_BACK, Stop, Stopped};
use crate::clock::Clock;
use crate::model::World;
use crate::model::reading::{Observation, Source, Trouble, TroubleKind};
use crate::model::verdict;
use crate::plan::StepId;
use crate::plan::decide::{self, Next};
use crate::plan::event::{Answer, Decision, Entry, Event, Outcome, Pause};
use crate::plan::operation::Operation;
use crate::plan::progress::{IllegalEvent, Progress, StepProgress, StepState};

/// How often time alone is looked at.
const TICK: Duration = Duration::from_secs(1);

/// The same while an attempt waits for its turn.
const SHORT_TICK: Duration = Duration::from_millis(100);

/// An actuator that has not answered by then is taken to have lost the answer.
const SEND: Duration = Duration::from_mins(1);

/// A fresh read that has not answered by then is given up and asked again.
const LOOK: Duration = Duration::from_secs(20);

/// What a run needs from the outside.
pub struct Ports {
    /// Sends and reads.
    pub actuator: Arc<dyn Actuator>,
    /// Writes each line before the next thing happens.
    pub ledger: Box<dyn Ledger>,
    /// Tells the time.
    pub clock: Clock,
    /// What the sampler sees; when it ends, the run goes on by its own reads.
    pub observations: mpsc::Receiver<Observation>,
    /// What people ask for; when it ends, a run on hold returns.
    pub commands: mpsc::Receiver<Command>,
    /// Where people leave asks who do not sit at this process; none, one for the host, one that hosts share.
    pub inboxes: Vec<Box<dyn Inbox>>,
    /// Each line once it is on disk, for whoever watches; nobody has to.
    pub entries: mpsc::UnboundedSender<Entry>,
    /// What to do when the run needs a person.
    pub when_held: WhenHeld,
}

/// What to do when the run needs a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenHeld {
    /// Wait for a command: there is a console.
    Wait,
    /// Return, with the run still open: there is nobody to ask.
    StopThere,
}

/// Drives a run to its end, or to a hold where nobody can be asked.
///
/// # Errors
/// When the journal could not be written: nothing more was sent, and the run can be taken up again from its lines.
pub async fn drive(progress: Progress, world: World, ports: Ports) -> Result<Progress, Stopped> {
    let mut driver = Driver {
        progress,
        world,
        ports,
        sends: FuturesUnordered::new(),
        looks: FuturesUnordered::new(),
        looking: BTreeSet::new(),
        looked: BTreeMap::new(),
        renewed: Timestamp::MIN,
        moved: BTreeMap::new(),
        said_renewed: false,
        said_set_back: false,
        leaves: Leaves::default(),
        orphaned: false,
    };
    match driver.run().await {
        Ok(()) => Ok(driver.progress),
        Err(stop) => Err(Stopped { progress: Box::new(driver.progress), stop }),
    }
}

/// A source that was read afresh, and what it said if it did in time.
type Looked = (Source, Option<Observation>);

struct Driver {
    progress: Progress,
    world: World,
    ports: Ports,
    sends: FuturesUnordered<Boxed<'static, (StepId, u32, Answer)>>,
    looks: FuturesUnordered<Boxed<'static, Looked>>,
    looking: BTreeSet<Source>,
    looked: BTreeMap<Source, Timestamp>,
    /// What was asked before this is not what is to be read now.
    renewed: Timestamp,
    /// The newest line of each step that ended it or decided about it, since this driver began.
    moved: BTreeMap<StepId, u64>,
    /// It was said that a run which paused for its credentials can go on.
    said_renewed: bool,
    /// It was said that the host's clock was set back.
    said_set_back: bool,
    leaves: Leaves,
    orphaned: bool,
}

impl Driver {
    async fn run(&mut self) -> Result<(), Stop> {
        let mut watched = true;
        loop {
            self.settle()?;
            if !self.progress.is_open() || self.is_left_alone() {
                return Ok(());
            }
            self.look();
            let tick = if self.waits_for_a_turn() { SHORT_TICK } else { TICK };
            // People come first, then answers; always in this order, so that the same world gives the same run.
            tokio::select! {
                biased;
                command = self.ports.commands.recv(), if !self.orphaned => match command {
                    Some(command) => drop(self.obey(command)?),
                    None => self.orphaned = true,
                },
                (from, asked) = ask::next(&mut self.ports.inboxes) => self.attend(from, asked)?,
                (write, leave) = self.leaves.next() => self.take_leave(write, leave)?,
                Some((step, attempt, answer)) = self.sends.next() => {
                    self.write(&Event::Answered { step, attempt, answer })?;
                }
                Some(looked) = self.looks.next() => self.take_looks(looked),
                seen = self.ports.observations.recv(), if watched => match seen {
                    Some(seen) => self.take_in(seen),
                    None => watched = false,
                },
                () = self.ports.clock.sleep(tick) => {}
            }
        }
    }

    /// Writes and sends whatever is next until nothing is, one thing at a time: each may change what comes after.
    fn settle(&mut self) -> Result<(), Stop> {
        loop {
            let now = self.ports.clock.now();
            self.say_renewed(now)?;
            self.say_set_back()?;
            let next = decide::decide(&self.progress, &self.world, now);
            let waits = |next: &Next| matches!(next, Next::Send { step, attempt, .. } if self.leaves.waits(*step, *attempt));
            match next.into_iter().find(|next| !waits(next)) {
                Some(Next::Write(event)) => self.write(&event)?,
                Some(Next::Send { step, attempt, operation }) => self.send(step, attempt, operation)?,
                None => return Ok(()),
            }
            if !self.progress.is_open() {
                return Ok(());
            }
        }
    }

    /// Says once that a run which paused for its credentials can go on; a person resumes it.
    fn say_renewed(&mut self, now: Timestamp) -> Result<(), Stop> {
        let waits = self.progress.paused && self.progress.why_paused.is_for_credentials();
        if !waits || decide::ended(&self.progress, &self.world, now).is_some() {
            self.said_renewed &= waits;
            return Ok(());
        }
        if std::mem::replace(&mut self.said_renewed, true) {
            return Ok(());
        }
        let last = verdict::identity(&self.world).and_then(|identity| identity.expires);
        let last =
            last.map_or_else(String::new, |end| format!(" and last until {}", end.strftime("%H:%M UTC")));
        let text = format!("the credentials are renewed{last}: the run can go on when it is resumed");
        self.write(&Event::Noted { who: decide::ITSELF.to_owned(), text })
    }

    /// Says once that the host's time of day was set back under the run; nothing waits for it.
    fn say_set_back(&mut self) -> Result<(), Stop> {
        let ahead = self.ports.clock.ahead();
        let set_back = ahead >= SET_BACK;
        if std::mem::replace(&mut self.said_set_back, set_back) || !set_back {
            return Ok(());
        }
        let ahead = verdict::span(ahead);
        let text = format!(
            "the host's clock was set back by {ahead}: the times here run on, slower, until it has come up"
        );
        self.write(&Event::Noted { who: decide::ITSELF.to_owned(), text })
    }

    /// One line on disk, then in the state, then to whoever watches.
    fn write(&mut self, event: &Event) -> Result<(), Stop> {
        self.append(event).map(|_| ())
    }

    fn append(&mut self, event: &Event) -> Result<super::Receipt, Stop> {
        self.progress.admits(event).map_err(|why| IllegalEvent { seq: 0, why })?;
        let receipt = self.ports.ledger.append(&self.progress.run, self.ports.clock.now(), event)?;
        self.progress.apply(receipt.entry())?;
        let renews = matches!(
            event,
            Event::Answered { .. }
                | Event::Ended { .. }
                | Event::Decided { .. }
                | Event::Resumed { .. }
                | Event::TakenUp { .. }
        );
        if let Event::Ended { step, .. } | Event::Decided { step, .. } = event {
            self.moved.insert(*step, receipt.entry().seq);
        }
        if renews {
            self.looked.clear();
            self.renewed = receipt.entry().at;
        }
        if let Event::Resumed { .. } = event {
            self.leaves.lift();
        }
        // Nobody has to watch; the line is on disk.
        let _ = self.ports.entries.send(receipt.entry().clone());
        Ok(receipt)
    }

    /// The intent on disk, then leave to send, then the line that says so, then the write.
    fn send(&mut self, step: StepId, attempt: u32, operation: Operation) -> Result<(), Stop> {
        let intended = self.progress.steps.get(&step).is_some_and(|s| {
            s.state == StepState::Intended
                && s.attempts == attempt
                && (s.answer.is_none() || s.aside.is_some())
        });
        let endpoint = self.ports.actuator.endpoint(&operation, attempt);
        if !intended {
            let (operation, endpoint) = (Some(operation.clone()), endpoint.clone());
            self.write(&Event::Intended { step, attempt, operation, endpoint })?;
        }
        let now = self.ports.clock.now();
        if let Some(Granted { fence }) = self.leaves.used((step, attempt), now) {
            return self.dispatch((step, attempt), operation, fence);
        }
        let run = self.progress.run.clone();
        let departure = Departure { run, step, attempt, endpoint, operation: operation.clone() };
        let asking = self.ports.actuator.leave(departure);
        match self.leaves.ask((step, attempt), asking) {
            Some(Leave::Go { fence }) => self.dispatch((step, attempt), operation, fence),
            Some(stay) => self.take_leave((step, attempt), stay),
            None => Ok(()),
        }
    }

    /// What may leave is decided afresh: the world may have moved while leave was asked for. What may not, pauses the
    /// run.
    fn take_leave(&mut self, write: (StepId, u32), leave: Leave) -> Result<(), Stop> {
        match leave {
            Leave::Go { fence } => self.leaves.grant(write, fence, self.ports.clock.now()),
            Leave::Stay { who, why } => {
                self.leaves.bar();
                if self.progress.is_open() && !self.progress.paused {
                    self.write(&Event::Paused { who, why: Pause::Conch { text: why } })?;
                }
            }
        }
        Ok(())
    }

    fn dispatch(
        &mut self,
        (step, attempt): (StepId, u32),
        operation: Operation,
        fence: Option<u64>,
    ) -> Result<(), Stop> {
        let receipt = self.append(&Event::Sent { step, attempt, fence })?;
        let receipt = receipt.planned_for(self.progress.plan.workload.clone());
        let (actuator, clock) = (Arc::clone(&self.ports.actuator), self.ports.clock.clone());
        self.sends.push(Box::pin(async move {
            let answer = tokio::select! {
                biased;
                answer = actuator.send(&operation, &receipt) => answer,
                () = clock.sleep(SEND) => silence(),
            };
            (step, attempt, answer)
        }));
        Ok(())
    }

    /// Reads afresh what the steps on their way are judged by, each source on its own and never twice at once.
    fn look(&mut self) {
        let now = self.ports.clock.now();
        for source in decide::sources(&self.progress, &self.world) {
            let due = self.looked.get(&source).is_none_or(|at| verdict::age(*at, now) >= every(&source));
            if !due || !self.looking.insert(source.clone()) {
                continue;
            }
            self.looked.insert(source.clone(), now);
            let (actuator, clock) = (Arc::clone(&self.ports.actuator), self.ports.clock.clone());
            self.looks.push(Box::pin(async move {
                let seen = tokio::select! {
                    biased;
                    seen = actuator.look(&source) => Some(seen),
                    () = clock.sleep(LOOK) => None,
                };
                (source, seen)
            }));
        }
    }

    /// One fresh read and every other that is there already: what came together is judged together.
    fn take_looks(&mut self, looked: Looked) {
        let mut next = Some(looked);
        while let Some((source, seen)) = next {
            self.looking.remove(&source);
            if let Some(seen) = seen {
                self.world.apply(seen);
            }
            next = self.looks.next().now_or_never().flatten();
        }
    }

    /// One observation and whatever else has come meanwhile.
    fn take_in(&mut self, seen: Observation) {
        let mut next = Some(seen);
        while let Some(seen) = next {
            // What the sampler has just shown need not be read a second time.
            if seen.result.is_ok() && seen.asked >= self.renewed {
                let looked = self.looked.entry(seen.source.clone()).or_insert(seen.asked);
                *looked = seen.asked.max(*looked);
            }
            self.world.apply(seen);
            next = self.ports.observations.try_recv().ok();
        }
    }

    fn obey(&mut self, command: Command) -> Result<Reply, Stop> {
        let event = match command {
            Command::Decide { step, decision, who } => Event::Decided { step, decision, who },
            Command::Pause { who } => Event::Paused { who, why: Pause::Asked },
            Command::Resume { .. } if !self.progress.paused => return Ok(Reply::Taken),
            Command::Resume { who } => Event::Resumed { who },
            Command::Approve { step, version, who, host } => Event::Approved { step, who, host, version },
            Command::Tick { step, who } => Event::Ticked { step, who },
            Command::Note { who, text } => Event::Noted { who, text },
            Command::Act { who, host, right } => Event::Conch { who, host, right },
            Command::Leave => {
                self.ports.when_held = WhenHeld::StopThere;
                return Ok(Reply::Taken);
            }
            Command::Abort { who, reason } => return self.abort(who, reason),
        };
        match self.progress.may_ask(&event) {
            Ok(()) => self.write(&event).map(|()| Reply::Taken),
            Err(why) => self.refuse(&refusal(&event, &why), why),
        }
    }

    /// What was asked for and cannot be done is written down too (law 2).
    fn refuse(&mut self, note: &Event, why: String) -> Result<Reply, Stop> {
        self.write(note)?;
        Ok(Reply::Refused { why })
    }

    /// Does what was asked from outside, or writes down why not, and tells the store which it was.
    fn attend(&mut self, from: usize, Asked { id, ask }: Asked) -> Result<(), Stop> {
        let reply = match self.declined(&ask) {
            Some(why) => {
                let text = format!("asked for {} and was refused: {why}", ask.command.word());
                self.refuse(&Event::Noted { who: ask.command.who().to_owned(), text }, why)?
            }
            None => self.obey(ask.command)?,
        };
        if let Some(inbox) = self.ports.inboxes.get_mut(from) {
            inbox.reply(&id, &reply);
        }
        Ok(())
    }

    /// Why an ask is not even tried: it is for another run, for the driver alone, or about what its screen did not show.
    fn declined(&self, ask: &Ask) -> Option<String> {
        if ask.run != self.progress.run {
            return Some(format!("it is about run {} and this is {}", ask.run, self.progress.run));
        }
        match &ask.command {
            Command::Leave | Command::Act { .. } => {
                Some("only the process that drives the run may say so".to_owned())
            }
            Command::Decide { step, .. } => {
                let (moved, seen) = self.moved.get(step).zip(ask.seen)?;
                let stale = *moved > seen;
                stale.then(|| format!("step {step} has moved on since line {seen}; look again"))
            }
            _ => None,
        }
    }

    /// An abort is a decision about the first step that is not finished, held or not.
    fn abort(&mut self, who: String, reason: String) -> Result<Reply, Stop> {
        let finished =
            |s: &StepProgress| matches!(s.state, StepState::Done(Outcome::Confirmed | Outcome::Skipped));
        let held = self.progress.held().first().copied();
        let open = self.progress.steps.iter().find(|(_, s)| !finished(s)).map(|(id, _)| *id);
        let Some(step) = held.or(open) else {
            return Ok(Reply::Refused { why: "there is nothing left to abort".to_owned() });
        };
        self.obey(Command::Decide { step, decision: Decision::Abort { reason }, who })
    }

    /// It needs a person and there is none.
    fn is_left_alone(&self) -> bool {
        let alone = self.orphaned || self.ports.when_held == WhenHeld::StopThere;
        let alone = alone && !self.ports.inboxes.iter().any(|inbox| inbox.is_attended());
        alone && (decide::is_on_hold(&self.progress) || self.is_paused_still())
    }

    fn is_paused_still(&self) -> bool {
        // What cannot be read cannot be proved: then only an answer that is still awaited keeps the run here.
        let blind = decide::ended(&self.progress, &self.world, self.ports.clock.now()).is_some();
        let busy = |s: &StepProgress| s.state == StepState::Sent || (s.state == StepState::Proving && !blind);
        self.progress.paused && !self.progress.steps.values().any(busy)
    }

    fn waits_for_a_turn(&self) -> bool {
        let turned_away = |s: &StepProgress| {
            matches!(s.answer, Some(Answer::Refused { .. } | Answer::NotSent { .. } | Answer::Lost { .. }))
        };
        let waits =
            |s: &StepProgress| matches!(s.state, StepState::Intended | StepState::Proving) && turned_away(s);
        self.progress.steps.values().any(waits)
    }
}

/// How old the newest reading of a source may get while a step is on its way. A sampler that works shows it a little
/// sooner, so that nothing is asked twice.
fn every(source: &Source) -> Duration {
    match source {
        Source::AuroraEvents(..) => Duration::from_secs(6),
        _ => Duration::from_secs(4),
    }
}

fn silence() -> Answer {
    let text = format!("no answer within {}", verdict::limit_text(SEND));
    Answer::Lost { trouble: Trouble { kind: TroubleKind::TimedOut, text, request_id: None } }
}

/// The line for a command that cannot be done.
fn refusal(event: &Event, why: &str) -> Event {
    let who = match event {
        Event::Decided { who, .. }
        | Event::Paused { who, .. }
        | Event::Resumed { who }
        | Event::Approved { who, .. }
        | Event::Ticked { who, .. }
        | Event::Noted { who, .. } => who.clone(),
        _ => String::new(),
    };
    Event::Noted { who, text: format!("asked for {} and was refused: {why}", event.word()) }
}
