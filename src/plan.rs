//! What will be done: a plan is a DAG of steps, made from the world and an intent, fixed when it is confirmed.
//!
//! Everything here but [`run`] is pure: it decides and never acts, and it never reads a clock.
//! A plan never moves traffic before the writer (law 7) and never leaves zero Regions on (law 6).

pub mod aftermath;
pub mod decide;
pub mod event;
pub mod interlock;
pub mod operation;
pub mod playbook;
pub mod progress;
pub mod proof;
pub mod rules;
pub mod run;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::topology::Region;
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

/// The playbooks that are built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Playbook {
    /// Planned: both Regions serve, nothing is lost.
    Switchover,
    /// The leaving Region is gone or bad; loss is allowed and its size is shown.
    Failover,
    /// Traffic only; no writer moves.
    Evacuate,
}

impl Playbook {
    /// Every built-in playbook.
    pub const ALL: [Self; 3] = [Self::Switchover, Self::Failover, Self::Evacuate];

    /// The word on the command line and in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Switchover => "switchover",
            Self::Failover => "failover",
            Self::Evacuate => "evacuate",
        }
    }

    /// The verb on the sheet: `FAIL OVER`.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::Switchover => "SWITCH OVER",
            Self::Failover => "FAIL OVER",
            Self::Evacuate => "EVACUATE",
        }
    }

    /// What it is for, in one sentence.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Switchover => {
                "planned: moves writers and traffic while both Regions serve; nothing is lost"
            }
            Self::Failover => {
                "the Region is bad or gone: moves writers and traffic; may lose what had not replicated"
            }
            Self::Evacuate => "moves traffic only; writers stay where they are",
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
    /// When it was made; a sheet built from it expires 30 s later.
    pub made: Timestamp,
    /// Its steps, in an order in which each step's needs come before it.
    pub steps: Vec<Step>,
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
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Freezes lag and orders at risk into the journal.
    Record,
    /// One write.
    Operate(Operation),
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

    /// The first step after which the only way back is another playbook; `None` when every write has an inverse.
    #[must_use]
    pub fn point_of_no_return(&self) -> Option<StepId> {
        self.steps.iter().find(|s| s.is_irreversible()).map(|s| s.id)
    }
}

impl Step {
    /// The write it makes, if it makes one.
    #[must_use]
    pub fn operation(&self) -> Option<&Operation> {
        match &self.action {
            Action::Operate(operation) => Some(operation),
            Action::Record => None,
        }
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
