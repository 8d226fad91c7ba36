//! What will be done: a plan is a DAG of steps, made from the world and an intent, fixed when it is confirmed.
//!
//! Everything here but [`run`] is pure: it decides and never acts, and it never reads a clock.
//! A plan never moves traffic before the writer (law 7) and never leaves zero Regions on (law 6).

pub mod aftermath;
pub mod condition;
pub mod decide;
pub mod event;
#[cfg(test)]
mod fixture;
pub mod history;
pub mod interlock;
pub mod operation;
pub mod playbook;
pub mod progress;
pub mod proof;
pub mod related;
pub mod rules;
pub mod run;
pub mod script;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::topology::{Region, Topology, Workload};
use condition::Condition;
use operation::{Danger, Operation};

/// What the operator wants: which playbook, what leaves, what receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The playbook that makes the plan.
    pub playbook: Playbook,
    /// The Region that leaves.
    pub from: Region,
    /// The Region that receives; its name is what the operator types.
    pub to: Region,
}

/// A playbook: one that is built in, or one of the workload's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Playbook {
    /// Planned: both Regions serve, nothing is lost.
    Switchover,
    /// The leaving Region is gone or bad; loss is allowed and its size is shown.
    Failover,
    /// Traffic only; no writer moves.
    Evacuate,
    /// Planned, after a failover: writers and traffic go home, once it is safe and nobody hurries.
    Failback,
    /// A Region that was drained takes traffic again, beside those that serve.
    Restore,
    /// One that the workload's own file describes, by its name.
    Own(String),
}

impl Playbook {
    /// Every built-in playbook.
    pub const ALL: [Self; 5] =
        [Self::Switchover, Self::Failover, Self::Evacuate, Self::Failback, Self::Restore];

    /// The playbook of that name: built in, else one of the workload's own.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let built_in = Self::ALL.into_iter().find(|playbook| playbook.word() == name);
        built_in.unwrap_or_else(|| Self::Own(name.to_owned()))
    }

    /// It waits until nothing can be lost, and holds where it cannot know.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        matches!(self, Self::Switchover | Self::Failback)
    }

    /// Of itself it leaves every writer where it is.
    #[must_use]
    pub fn leaves_writers(&self) -> bool {
        matches!(self, Self::Evacuate | Self::Restore)
    }

    /// The word on the command line and in the journal.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Switchover => "switchover",
            Self::Failover => "failover",
            Self::Evacuate => "evacuate",
            Self::Failback => "failback",
            Self::Restore => "restore",
            Self::Own(name) => name,
        }
    }

    /// The verb on the sheet: `FAIL OVER`.
    #[must_use]
    pub fn verb(&self) -> &str {
        match self {
            Self::Switchover => "SWITCH OVER",
            Self::Failover => "FAIL OVER",
            Self::Evacuate => "EVACUATE",
            Self::Failback => "FAIL BACK",
            Self::Restore => "RESTORE",
            Self::Own(name) => name,
        }
    }

    /// What it is for, in the words of whoever wrote it.
    #[must_use]
    pub fn told<'a>(&'a self, topology: &'a Topology) -> &'a str {
        let own = topology.playbooks.iter().find(|recipe| recipe.name == self.word());
        own.map_or_else(|| self.about(), |recipe| &recipe.about)
    }

    /// What it is for, in one sentence.
    #[must_use]
    pub fn about(&self) -> &'static str {
        match self {
            Self::Switchover => {
                "planned: moves writers and traffic while both Regions serve; nothing is lost"
            }
            Self::Failover => {
                "the Region is bad or gone: moves writers and traffic; may lose what had not replicated"
            }
            Self::Evacuate => "moves traffic only; writers stay where they are",
            Self::Failback => {
                "planned, after a failover: writers and traffic go home once it is safe; nothing is lost"
            }
            Self::Restore => "a drained Region takes traffic again beside those that serve; no writer moves",
            Self::Own(_) => "the workload's own playbook",
        }
    }
}

impl fmt::Display for Playbook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A fixed DAG of steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The intent it was made from.
    pub intent: Intent,
    /// The workload whose world it was made from; it is carried out on no other.
    #[serde(default)]
    pub workload: Workload,
    /// When it was made; a sheet built from it expires 30 s later.
    pub made: Timestamp,
    /// Its steps, in an order in which each step's needs come before it.
    pub steps: Vec<Step>,
    /// Steps whose usual time was measured in earlier runs; the others have what the playbook expects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measured: Vec<Measured>,
}

/// How well a step's usual time is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Which step.
    pub step: StepId,
    /// How many earlier runs it was measured in.
    pub runs: usize,
}

/// A step's number in its plan, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u16);

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// One step: what it does, what must come before it, and what proves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// What it does, in a few words: `promote orders`.
    pub title: String,
    /// What it does, as data.
    pub action: Action,
    /// Steps that must be confirmed or skipped first.
    pub needs: Vec<StepId>,
    /// The rung at which it counts as confirmed.
    pub rung: Rung,
    /// How long it usually takes.
    pub usual: Usual,
    /// After this long it holds.
    pub deadline: Duration,
    /// What must hold when its turn comes, besides its needs; nothing of it is done before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interlocks: Vec<Condition>,
    /// What to do when it is in trouble, in the words of whoever wrote the playbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Freezes lag and orders at risk into the journal.
    Record,
    /// One write.
    Operate(Operation),
    /// Waits until a condition holds.
    Wait(Condition),
    /// Waits for the word of a second person.
    Approve(Approval),
    /// Something that a person does by hand and ticks off.
    Note {
        /// What to do.
        text: String,
    },
}

/// Whose word is wanted, and about what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// What is approved, in a sentence.
    pub of: String,
    /// Who may approve; anybody but the one who started the run when it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
}

/// How long something usually takes: from earlier runs, else what the playbook expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usual {
    /// Half of the runs take at most this.
    pub p50: Duration,
    /// Past this a step is `late`.
    pub p95: Duration,
}

/// One level of proof that a step took effect, from weakest to strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// The request left.
    Sent,
    /// The service said yes.
    Accepted,
    /// The service's own state shows it: three of five endpoints, or the global cluster's writer.
    ReadBack,
    /// Route 53's health check follows it.
    HealthCheck,
    /// Resolvers answer it.
    Dns,
    /// Users' requests arrive where they should.
    Traffic,
    /// Canaries of the receiving Region succeed.
    Canary,
    /// Orders are back at their baseline.
    Orders,
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::ReadBack => "read back",
            Self::HealthCheck => "health check",
            Self::Dns => "DNS",
            Self::Traffic => "traffic",
            Self::Canary => "canary",
            Self::Orders => "orders",
        })
    }
}

impl Plan {
    /// A step by its number.
    #[must_use]
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.iter().find(|s| s.id == id)
    }

    /// The first eight hex digits of its SHA-256: an approval or a confirmation of another version is refused.
    #[must_use]
    pub fn version(&self) -> String {
        // A plan is plain data, so writing it cannot fail; an empty text would still be one version.
        let text = serde_json::to_vec(self).unwrap_or_default();
        let digest = Sha256::digest(text);
        let first = digest.iter().take(4).fold(0, |sum: u32, byte| (sum << 8) | u32::from(*byte));
        format!("{first:08x}")
    }

    /// The steps that a step waits for: those that it needs, and those that they need.
    #[must_use]
    pub fn before(&self, step: &Step) -> BTreeSet<StepId> {
        let mut before = BTreeSet::new();
        let mut open = step.needs.clone();
        while let Some(need) = open.pop() {
            if before.insert(need) {
                open.extend(self.step(need).into_iter().flat_map(|step| step.needs.iter().copied()));
            }
        }
        before
    }

    /// Steps that can run at the same time, wave after wave.
    #[must_use]
    pub fn waves(&self) -> Vec<Vec<StepId>> {
        let mut waves: Vec<Vec<StepId>> = Vec::new();
        for step in &self.steps {
            let wave = wave_of(step, &waves);
            if wave == waves.len() {
                waves.push(Vec::new());
            }
            waves[wave].push(step.id);
        }
        waves
    }

    /// The time the longest chain of steps usually takes.
    #[must_use]
    pub fn usual(&self) -> Usual {
        Usual { p50: self.longest(|u| u.p50), p95: self.longest(|u| u.p95) }
    }

    fn longest(&self, of: impl Fn(&Usual) -> Duration) -> Duration {
        let mut ends: Vec<(StepId, Duration)> = Vec::new();
        for step in &self.steps {
            let ready = ends.iter().filter(|(id, _)| step.needs.contains(id)).map(|(_, end)| *end).max();
            ends.push((step.id, ready.unwrap_or_default() + of(&step.usual)));
        }
        ends.into_iter().map(|(_, end)| end).max().unwrap_or_default()
    }

    /// How many earlier runs a step's usual time was measured in; `None` where it is only what the playbook expects.
    #[must_use]
    pub fn runs(&self, step: StepId) -> Option<usize> {
        self.measured.iter().find(|measured| measured.step == step).map(|measured| measured.runs)
    }

    /// Where the plan's usual time comes from, in words: `of 7 runs` where every step was measured in so many or
    /// more, `expected` where none was.
    #[must_use]
    pub fn basis(&self) -> String {
        let fewest = self.measured.iter().map(|measured| measured.runs).min();
        match fewest {
            None => "expected".to_owned(),
            Some(runs) if self.measured.len() == self.steps.len() => format!("of {runs} runs"),
            Some(_) => {
                format!("{} of {} steps measured", self.measured.len(), self.steps.len())
            }
        }
    }

    /// The first step after which the only way back is another playbook; `None` when every write has an inverse.
    #[must_use]
    pub fn point_of_no_return(&self) -> Option<StepId> {
        self.steps.iter().find(|s| s.is_irreversible()).map(|s| s.id)
    }

    /// What leads back from beyond that step.
    #[must_use]
    pub fn way_back(&self) -> &'static str {
        match self.intent.playbook {
            Playbook::Switchover | Playbook::Failback => "a switchover",
            Playbook::Failover => "failback",
            Playbook::Evacuate | Playbook::Restore | Playbook::Own(_) => "another playbook",
        }
    }
}

impl Step {
    /// The write it makes, if it makes one.
    #[must_use]
    pub fn operation(&self) -> Option<&Operation> {
        match &self.action {
            Action::Operate(operation) => Some(operation),
            Action::Record | Action::Wait(_) | Action::Approve(_) | Action::Note { .. } => None,
        }
    }

    /// The conditions that it waits for or is interlocked by.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let waited = match &self.action {
            Action::Wait(condition) => Some(condition),
            _ => None,
        };
        self.interlocks.iter().chain(waited)
    }

    /// It writes and nothing can undo it, nor does it only add something beside what is there.
    #[must_use]
    pub fn is_irreversible(&self) -> bool {
        self.operation().is_some_and(|o| o.inverse().is_none() && o.danger() != Danger::Reversible)
    }
}

/// A step comes one wave after the last of its needs.
fn wave_of(step: &Step, waves: &[Vec<StepId>]) -> usize {
    let after = |need: &StepId| waves.iter().position(|w| w.contains(need)).map_or(0, |at| at + 1);
    step.needs.iter().map(after).max().unwrap_or(0)
}
