//! Declarations of what other services hold ready: FIS experiment templates and ARC Region switch plans.

use super::Region;

/// A FIS experiment template that a drill may start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiment {
    /// Its name on the screen and in playbooks.
    pub name: String,
    /// The Region whose FIS has it.
    pub region: Region,
    /// The template's id (`EXT…`).
    pub template: String,
    /// What it is for, in words: what it hurts and what should follow.
    pub about: String,
}

/// An ARC Region switch plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchPlan {
    /// Its name on the screen and in playbooks.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its Regions; an execution is run by the data plane of the one that is activated.
    pub regions: Vec<Region>,
}
