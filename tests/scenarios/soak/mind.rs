//! People and processes at random: decisions on holds, pauses, notes, and crashes with their recoveries.
//!
//! It also holds what the run believes against the ground truth, at the moment it is written down.

use std::time::Duration;

use jiff::Timestamp;
use pointsman::plan::event::{Awaited, Decision, Entry, Event, Outcome};
use pointsman::plan::operation::Operation;
use pointsman::plan::run::Command;
use pointsman::plan::{Plan, StepId};
use pointsman::sim::Sim;

use super::dice::Dice;
use crate::scenarios::ride::{Deed, Mind, held_by};
use crate::scenarios::stage::WHO;

/// After so long nobody decides anything more.
const PATIENCE: Duration = Duration::from_mins(50);

/// Who sits at another console.
const SECOND: &str = "ben";

/// The most decisions of one run.
const DECISIONS: usize = 7;

/// Whoever and whatever disturbs a ride.
pub(super) struct Trickster {
    dice: Dice,
    due: Vec<(Timestamp, Trick)>,
    plan: Option<Plan>,
    to: String,
    held: Option<StepId>,
    pub(super) holds: Vec<String>,
    pub(super) crashes: usize,
    pub(super) decisions: usize,
    /// Decisions that this run may still see.
    left: usize,
    pub(super) believed_wrongly: Vec<String>,
}

#[derive(Clone, Debug)]
enum Trick {
    Crash,
    Ask(Command),
    Decide(StepId),
    /// Another person decides, from another console, by what it showed up to this line.
    Second(StepId, u64),
    Leave,
}

impl Trickster {
    pub(super) fn new(dice: Dice) -> Self {
        Self {
            dice,
            due: Vec::new(),
            plan: None,
            to: String::new(),
            held: None,
            holds: Vec::new(),
            crashes: 0,
            decisions: 0,
            left: 0,
            believed_wrongly: Vec::new(),
        }
    }

    /// What will disturb a run that begins now.
    fn disturb(&mut self, start: Timestamp) {
        let Self { dice, due, .. } = self;
        *due = vec![(start + PATIENCE, Trick::Leave)];
        for _ in 0..dice.below(4) {
            due.push((start + dice.span(Duration::ZERO, Duration::from_mins(7)), Trick::Crash));
        }
        let who = || WHO.to_owned();
        if dice.percent(30) {
            let paused = start + dice.span(Duration::ZERO, Duration::from_mins(5));
            let resumed = paused + dice.span(Duration::from_secs(1), Duration::from_mins(3));
            due.push((paused, Trick::Ask(Command::Pause { who: who() })));
            due.push((resumed, Trick::Ask(Command::Resume { who: who() })));
        }
        if dice.percent(20) {
            let at = start + dice.span(Duration::ZERO, Duration::from_mins(6));
            due.push((at, Trick::Ask(Command::Note { who: who(), text: "seen".to_owned() })));
        }
        if dice.percent(4) {
            let at = start + dice.span(Duration::ZERO, Duration::from_mins(6));
            due.push((at, Trick::Ask(Command::Abort { who: who(), reason: "a false alarm".to_owned() })));
        }
    }

    fn decision(&mut self, step: StepId) -> Decision {
        let typed =
            self.plan.as_ref().and_then(|plan| plan.step(step)?.operation()?.writer().map(|w| w.to.clone()));
        let reason = "it must go on".to_owned();
        match self.dice.below(20) {
            0..=4 => Decision::ReadAgain,
            5..=13 => Decision::Retry,
            14 | 15 => Decision::Undo,
            16 | 17 => Decision::Skip { reason, typed },
            18 => Decision::Skip { reason, typed: None },
            _ => Decision::Abort { reason },
        }
    }

    fn decide_soon(&mut self, step: StepId, now: Timestamp, line: u64) {
        if self.left > 0 {
            self.left -= 1;
            self.decisions += 1;
            let thinks = self.dice.span(Duration::from_secs(2), Duration::from_secs(90));
            self.due.push((now + thinks, Trick::Decide(step)));
            if self.dice.percent(20) {
                let thinks = self.dice.span(Duration::from_secs(2), Duration::from_secs(90));
                self.due.push((now + thinks, Trick::Second(step, line)));
            }
        } else if !self.due.iter().any(|(_, trick)| matches!(trick, Trick::Decide(_))) {
            self.due.retain(|(_, trick)| !matches!(trick, Trick::Leave));
            self.due.push((now + Duration::from_secs(30), Trick::Leave));
        }
    }

    /// What waits for a word mostly gets one.
    fn tell_soon(&mut self, step: StepId, awaited: &Awaited, now: Timestamp) {
        let answers = awaited.answers();
        let say = if self.dice.percent(70) { answers[0].clone() } else { self.dice.pick(&answers) };
        let thinks = self.dice.span(Duration::from_secs(2), Duration::from_mins(3));
        let decision = Decision::Tell { say };
        if self.dice.percent(90) {
            let asked = Command::Decide { step, decision, who: WHO.to_owned() };
            self.due.push((now + thinks, Trick::Ask(asked)));
        }
    }

    /// A move that is confirmed has happened: the store's one writer is where the run says.
    fn believes(&mut self, step: StepId, sim: &Sim) {
        let Some(operation) = self.plan.as_ref().and_then(|plan| plan.step(step)?.operation()) else {
            return;
        };
        if let Some(writer) = operation.writer() {
            let truth = &sim.truth()["stores"][writer.store];
            // Of a store with read replicas each writes that was promoted, beside the one it was copied from.
            let moved = match truth["kind"].as_str() {
                Some("replica") => truth["ends"][&self.to]["writable"] == true,
                _ => truth["writer"] == self.to.as_str(),
            };
            if !moved {
                let wrong = format!("step {step} is confirmed, and of {} it is so: {truth}", writer.store);
                self.believed_wrongly.push(wrong);
            }
        }
        if let Operation::RoutingSet(set) = operation {
            for entry in &set.entries {
                let truth = &sim.truth()["controls"][&entry.control];
                if truth.as_str() != Some(&entry.state.to_string()) {
                    self.believed_wrongly
                        .push(format!("step {step} is confirmed and {} is {truth}", entry.control));
                }
            }
        }
    }
}

impl Mind for Trickster {
    fn next(&self) -> Option<Timestamp> {
        self.due.iter().map(|(at, _)| *at).min()
    }

    fn act(&mut self, sim: &Sim) -> Deed {
        let now = sim.now();
        let Some(first) = self.next().filter(|at| *at <= now) else { return Deed::Nothing };
        let at = self.due.iter().position(|(at, _)| *at == first).unwrap();
        match self.due.remove(at).1 {
            Trick::Crash => {
                self.crashes += 1;
                Deed::Crash(self.dice.span(Duration::from_millis(200), Duration::from_secs(90)))
            }
            Trick::Ask(asked) => Deed::Asks(asked),
            Trick::Decide(step) => {
                let decision = self.decision(step);
                Deed::Asks(Command::Decide { step, decision, who: WHO.to_owned() })
            }
            Trick::Second(step, seen) => {
                let decision = self.decision(step);
                Deed::AsksAfar(Command::Decide { step, decision, who: SECOND.to_owned() }, seen)
            }
            Trick::Leave => {
                // Whoever leaves does not leave it paused; both are asked for in this order.
                self.due = vec![(now, Trick::Ask(Command::Leave))];
                Deed::Asks(Command::Resume { who: WHO.to_owned() })
            }
        }
    }

    fn begun(&mut self, plan: &Plan, sim: &Sim) {
        self.to = plan.intent.to.to_string();
        self.plan = Some(plan.clone());
        (self.held, self.left) = (None, DECISIONS);
        self.disturb(sim.now());
    }

    fn heard(&mut self, entry: &Entry, sim: &Sim) {
        if let Event::Ended { step, outcome: Outcome::Confirmed, .. } = entry.event {
            self.believes(step, sim);
        }
        if let (Some((step, outcome)), Event::Ended { why, .. }) = (held_by(entry), &entry.event) {
            let kind = self
                .plan
                .as_ref()
                .and_then(|plan| plan.step(step)?.operation())
                .map_or("record", |o| o.kind());
            self.holds.push(format!("{kind} {outcome}: {}", cause(why)));
            self.held = Some(step);
            self.decide_soon(step, sim.now(), entry.seq);
        }
        match &entry.event {
            Event::Noted { who, text } if text.starts_with("asked for ") && who == WHO => {
                if let Some(step) = self.held {
                    self.decide_soon(step, sim.now(), entry.seq);
                }
            }
            Event::Awaits { step, at: Some(awaited) } => self.tell_soon(*step, awaited, sim.now()),
            Event::Closed { .. } => self.due.clear(),
            _ => {}
        }
    }
}

/// The reason without its numbers and names, so that like ones are counted together.
fn cause(why: &str) -> String {
    let words = why.split([':', ';', '(']).next().unwrap_or_default();
    let plain = words.split_whitespace().filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    plain.take(9).collect::<Vec<_>>().join(" ")
}
