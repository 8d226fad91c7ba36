//! FIS: experiment templates, the experiments started from them, and the safety lever of each Region.
//! It must never leave an effect behind: what an action did ends with the action, however the experiment ends.

mod effect;
mod request;
mod run;
mod target;

use jiff::Timestamp;
use serde::Serialize;

use super::noise::hex;
use crate::sim::scenario::world as spec;

/// Where an experiment or one of its actions is; the words are those of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Accepted.
    Pending,
    /// Targets are being found.
    Initiating,
    /// Effects hold.
    Running,
    /// It came to its own end.
    Completed,
    /// It is being ended.
    Stopping,
    /// It was ended.
    Stopped,
    /// It could not be done.
    Failed,
    /// It was never begun.
    Cancelled,
    /// An action without anything to act on.
    Skipped,
}

impl Status {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Initiating => "initiating",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }

    /// Whether nothing more comes of it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Stopped | Self::Failed | Self::Cancelled | Self::Skipped)
    }
}

/// An experiment template.
#[derive(Clone, Debug, Serialize)]
pub struct Template {
    /// Id (`EXT…`).
    pub id: String,
    /// ARN.
    pub arn: String,
    /// When it was made.
    pub created: Timestamp,
    /// What it holds.
    pub spec: spec::Experiment,
}

/// A resource that a target came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Resolved {
    /// The target's name, which is its action's.
    pub target: String,
    /// Resource type.
    pub kind: String,
    /// ARN.
    pub arn: String,
}

/// An action of an experiment.
#[derive(Clone, Debug, Serialize)]
pub struct ActionRun {
    /// What it is.
    pub spec: spec::Action,
    /// Where it is.
    pub status: Status,
    /// Why, in words.
    pub reason: String,
    /// Since when its effect holds.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Faults that hold on its account, by id.
    pub(super) held: Vec<u32>,
    /// Clusters that cannot be written to on its account, by ARN.
    pub(super) down: Vec<String>,
}

/// An experiment.
#[derive(Clone, Debug, Serialize)]
pub struct Experiment {
    /// Id (`EXP…`).
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Id of its template.
    pub template: String,
    /// The Region it runs in.
    pub region: String,
    /// The token it was started with.
    pub token: String,
    /// Where it is.
    pub status: Status,
    /// Why, in words.
    pub reason: String,
    /// Code of the error it failed with.
    pub error: Option<&'static str>,
    /// When it was accepted.
    pub created: Timestamp,
    /// When its first action started.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Actions, in the order of the template.
    pub actions: Vec<ActionRun>,
    /// What its targets came to.
    pub resolved: Vec<Resolved>,
    /// Alarms that stop it, by name.
    pub stop: Vec<String>,
    /// What becomes of an action without a target.
    pub empty: spec::Empty,
    /// Since when it is where it is.
    pub(super) since: Timestamp,
}

/// Where a safety lever is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LeverState {
    /// Experiments may run.
    Disengaged,
    /// Running experiments are being stopped.
    Engaging,
    /// No experiment runs, none may start.
    Engaged,
}

impl LeverState {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disengaged => "disengaged",
            Self::Engaging => "engaging",
            Self::Engaged => "engaged",
        }
    }
}

/// The safety lever of a Region.
#[derive(Clone, Debug, Serialize)]
pub struct Lever {
    /// The Region.
    pub region: String,
    /// ARN.
    pub arn: String,
    /// Where it is.
    pub state: LeverState,
    /// Why, in the words of who moved it.
    pub reason: String,
}

/// All of FIS.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Fis {
    /// Templates.
    pub templates: Vec<Template>,
    /// Experiments, oldest first.
    pub experiments: Vec<Experiment>,
    /// Levers, one a Region.
    pub levers: Vec<Lever>,
}

impl Fis {
    /// The service as a scenario has it.
    #[must_use]
    pub fn new(w: &spec::World, made: Timestamp) -> Self {
        let template = |spec: &spec::Experiment| {
            let id = format!("EXT{}", hex(&format!("experiment {} {}", spec.region, spec.name), 17));
            Template {
                arn: format!("arn:aws:fis:{}:{}:experiment-template/{id}", spec.region, w.account),
                id,
                created: made,
                spec: spec.clone(),
            }
        };
        let lever = |region: &spec::Region| Lever {
            region: region.name.clone(),
            arn: format!("arn:aws:fis:{}:{}:safety-lever/default", region.name, w.account),
            state: LeverState::Disengaged,
            reason: "The safety lever is disengaged.".to_owned(),
        };
        Self {
            templates: w.experiments.iter().map(template).collect(),
            experiments: Vec::new(),
            levers: w.regions.iter().map(lever).collect(),
        }
    }

    /// The template of a Region.
    #[must_use]
    pub fn template(&self, region: &str, id: &str) -> Option<&Template> {
        self.templates.iter().find(|t| t.id == id && t.spec.region == region)
    }

    /// The experiment of a Region.
    #[must_use]
    pub fn experiment(&self, region: &str, id: &str) -> Option<&Experiment> {
        self.experiments.iter().find(|e| e.id == id && e.region == region)
    }

    /// The lever of a Region.
    #[must_use]
    pub fn lever(&self, region: &str) -> Option<&Lever> {
        self.levers.iter().find(|l| l.region == region)
    }
}
