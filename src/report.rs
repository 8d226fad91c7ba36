//! A run from its journal, for those who were not there: what happened, who did what, how long it took against what
//! was promised, and what may be lost.
//!
//! It is read from the lines alone, so it says the same on every day and host; it never looks at the world as it is
//! now, and where the lines do not tell something it says that and guesses nothing.

mod html;
mod lost;
mod markdown;
mod page;
mod steps;
mod times;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::ledger::{self, RunSummary};
use crate::model::topology::Topology;
use crate::plan::event::{Entry, Event, line};
use crate::plan::progress::{IllegalEvent, Progress};

pub use lost::{Behind, Losses, StoreLoss};
pub use steps::{Climb, StepReport};
pub use times::{Milestone, Promise};

/// What the workload promises; none of it is in a journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goals {
    /// Longest time to serve again.
    pub rto: Duration,
    /// Longest span of writes that may be lost, where a store has none of its own.
    pub rpo: Duration,
    /// The same of each store that has its own.
    pub stores: BTreeMap<String, Duration>,
}

impl Goals {
    /// What a workload declares.
    #[must_use]
    pub fn of(topology: &Topology) -> Self {
        let stores = topology.auroras.iter().map(|aurora| (aurora.store.clone(), aurora.rpo));
        Self { rto: topology.objectives.rto, rpo: topology.objectives.rpo, stores: stores.collect() }
    }

    /// The longest span of writes of this store that may be lost.
    #[must_use]
    pub fn rpo_of(&self, store: &str) -> Duration {
        self.stores.get(store).copied().unwrap_or(self.rpo)
    }
}

/// One run, told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What it was, who began it and how it stands.
    pub summary: RunSummary,
    /// The version of the plan; `None` for a run that was refused before it began.
    pub plan: Option<String>,
    /// Everybody whose name is in its lines, with the words for what they did, in order.
    pub people: Vec<(String, Vec<String>)>,
    /// The moments that count, in order.
    pub milestones: Vec<Milestone>,
    /// What was promised and what became of it; empty where no promise is known.
    pub promises: Vec<Promise>,
    /// Each step of the plan.
    pub steps: Vec<StepReport>,
    /// What may be lost and where to look for it.
    pub losses: Losses,
    /// What people wrote down, decided and approved.
    pub notes: Vec<Moment>,
    /// Every line.
    pub timeline: Vec<Moment>,
    /// The hash of its last line, hex.
    pub hash: String,
    /// The chain of its journal holds; `None` where nobody looked.
    pub whole: Option<bool>,
}

/// One line of the journal in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moment {
    /// Its number in the journal.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The step it is about.
    pub step: Option<u16>,
    /// What it says.
    pub text: String,
}

/// Lines that are no run.
#[derive(Debug, thiserror::Error)]
pub enum Untold {
    /// There is no line that begins one.
    #[error("these lines do not begin a run")]
    NoRun,
    /// They do not follow each other.
    #[error(transparent)]
    Illegal(#[from] IllegalEvent),
}

impl Report {
    /// Tells a run from all its lines, oldest first, against what is promised, if that is known.
    ///
    /// # Errors
    /// When the lines are not those of one run, or one of them cannot follow.
    pub fn of(lines: &[Entry], goals: Option<&Goals>) -> Result<Self, Untold> {
        let summary = ledger::summary(lines).ok_or(Untold::NoRun)?;
        let begun = summary.start.is_some();
        let run = if begun { Some(Progress::replay(lines)?) } else { None };
        let run = run.as_ref();
        let losses = run.map(|run| Losses::of(run, lines, goals)).unwrap_or_default();
        let milestones = run.map(|run| times::milestones(run, lines)).unwrap_or_default();
        let promises = run.zip(goals).map(|(run, goals)| times::promises(run, &losses, goals));
        Ok(Self {
            plan: run.map(|run| run.plan.version()),
            people: people(lines),
            milestones,
            promises: promises.unwrap_or_default(),
            steps: run.map(steps::steps).unwrap_or_default(),
            losses,
            notes: moments(lines, by_hand),
            timeline: moments(lines, |_| true),
            hash: lines.last().map(|entry| entry.hash.clone()).unwrap_or_default(),
            whole: None,
            summary,
        })
    }

    /// The same, with whether the chain of its journal holds.
    #[must_use]
    pub fn checked(self, whole: bool) -> Self {
        Self { whole: Some(whole), ..self }
    }

    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown::write(&page::page(self))
    }

    /// As one HTML file that needs no other and runs nothing.
    #[must_use]
    pub fn html(&self) -> String {
        html::write(&page::page(self))
    }

    /// As JSON, with all that the pages say; spans are in seconds.
    ///
    /// # Errors
    /// When a number cannot be written as JSON.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

fn moments(lines: &[Entry], which: impl Fn(&Event) -> bool) -> Vec<Moment> {
    let told = lines.iter().enumerate().filter(|(_, entry)| which(&entry.event));
    let moment = |(at, entry): (usize, &Entry)| Moment {
        seq: entry.seq,
        at: entry.at,
        step: entry.event.step().map(|step| step.0),
        text: line(entry, &lines[..at]),
    };
    told.map(moment).collect()
}

/// What a person did or said after the start.
fn by_hand(event: &Event) -> bool {
    matches!(
        event,
        Event::Noted { .. }
            | Event::Decided { .. }
            | Event::Approved { .. }
            | Event::Ticked { .. }
            | Event::Paused { .. }
            | Event::Resumed { .. }
            | Event::TakenUp { .. }
            | Event::Adopted { .. }
    )
}

/// Whoever is named by an event as having done it.
fn who(event: &Event) -> Option<&str> {
    match event {
        Event::ConfirmationRefused { who, .. }
        | Event::Approved { who, .. }
        | Event::Ticked { who, .. }
        | Event::Decided { who, .. }
        | Event::Paused { who, .. }
        | Event::Resumed { who }
        | Event::TakenUp { who }
        | Event::Conch { who, .. }
        | Event::Adopted { who, .. }
        | Event::Noted { who, .. } => Some(who),
        Event::Started { start, .. } => Some(&start.who),
        _ => None,
    }
}

fn people(lines: &[Entry]) -> Vec<(String, Vec<String>)> {
    let mut people: Vec<(String, Vec<String>)> = Vec::new();
    for event in lines.iter().map(|entry| &entry.event) {
        let Some(name) = who(event) else { continue };
        let deed = event
            .step()
            .map_or_else(|| event.word().to_owned(), |step| format!("{} step {step}", event.word()));
        match people.iter_mut().find(|(known, _)| known == name) {
            Some((_, deeds)) => deeds.push(deed),
            None => people.push((name.to_owned(), vec![deed])),
        }
    }
    people
}
