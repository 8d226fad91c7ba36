//! FIS: start an experiment, stop it, and the safety lever that stops them all.
//!
//! A start carries a client token made from its run and step, so a start whose answer was lost can be sent again
//! and is still one experiment. A stop names the template, because the id of an experiment that was started
//! otherwise is not in the plan.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Danger, Operation, Plane, Write};
use crate::model::topology::{Experiment, Region, Topology};

/// A declared experiment template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperimentRef {
    /// Its name in the config.
    pub experiment: String,
    /// The Region whose FIS has it.
    pub region: Region,
    /// The template's id.
    pub template: String,
}

impl From<&Experiment> for ExperimentRef {
    fn from(declared: &Experiment) -> Self {
        let Experiment { name, region, template, .. } = declared;
        Self { experiment: name.clone(), region: region.clone(), template: template.clone() }
    }
}

impl ExperimentRef {
    fn cli_read_back(&self) -> Vec<String> {
        let Self { region, template, .. } = self;
        vec![
            format!(
                "aws fis list-experiments --region {region} --experiment-template-id {template} --query 'experiments[].[id,state.status,state.reason]'"
            ),
            format!(
                "aws fis list-experiment-resolved-targets --region {region} --experiment-id EXPERIMENT_ID"
            ),
        ]
    }
}

/// Starts an experiment from a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FisStart(pub ExperimentRef);

impl Write for FisStart {
    fn kind(&self) -> &'static str {
        "fis.start"
    }

    fn api(&self) -> &'static str {
        "StartExperiment"
    }

    fn danger(&self) -> Danger {
        Danger::Reversible
    }

    fn inverse(&self) -> Option<Operation> {
        Some(Operation::FisStop(FisStop(self.0.clone())))
    }

    fn is_idempotent(&self) -> bool {
        true
    }

    fn plane(&self) -> Plane {
        Plane::Control(self.0.region.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        &["fis:StartExperiment"]
    }

    fn cli(&self, _: &Topology) -> String {
        let ExperimentRef { region, template, .. } = &self.0;
        format!("aws fis start-experiment --region {region} --experiment-template-id {template}")
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        self.0.cli_read_back()
    }

    fn subject(&self) -> String {
        self.0.experiment.clone()
    }

    fn doing(&self) -> String {
        format!("starting the experiment {} in {}", self.0.experiment, self.0.region)
    }
}

impl fmt::Display for FisStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "start the experiment {} in {}", self.0.experiment, self.0.region)
    }
}

/// Stops whatever runs of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FisStop(pub ExperimentRef);

impl Write for FisStop {
    fn kind(&self) -> &'static str {
        "fis.stop"
    }

    fn api(&self) -> &'static str {
        "StopExperiment"
    }

    fn danger(&self) -> Danger {
        Danger::Reversible
    }

    fn inverse(&self) -> Option<Operation> {
        Some(Operation::FisStart(FisStart(self.0.clone())))
    }

    fn is_idempotent(&self) -> bool {
        true
    }

    fn plane(&self) -> Plane {
        Plane::Control(self.0.region.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        &["fis:ListExperiments", "fis:StopExperiment"]
    }

    fn cli(&self, _: &Topology) -> String {
        let ExperimentRef { region, template, .. } = &self.0;
        let running = format!(
            "aws fis list-experiments --region {region} --experiment-template-id {template} --query \"experiments[?state.status=='running'].id\" --output text"
        );
        format!("{running} | xargs -n1 aws fis stop-experiment --region {region} --id")
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        self.0.cli_read_back().into_iter().take(1).collect()
    }

    fn subject(&self) -> String {
        self.0.experiment.clone()
    }

    fn doing(&self) -> String {
        format!("stopping the experiment {} in {}", self.0.experiment, self.0.region)
    }
}

impl fmt::Display for FisStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stop the experiment {} in {}", self.0.experiment, self.0.region)
    }
}

/// Moves the safety lever of a Region's FIS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FisLever {
    /// The Region.
    pub region: Region,
    /// Whether it is to be engaged: what runs is stopped, and nothing starts.
    pub engage: bool,
    /// Why, as FIS keeps it.
    pub reason: String,
}

impl FisLever {
    const fn word(&self) -> &'static str {
        if self.engage { "engaged" } else { "disengaged" }
    }
}

impl Write for FisLever {
    fn kind(&self) -> &'static str {
        "fis.lever"
    }

    fn api(&self) -> &'static str {
        "UpdateSafetyLeverState"
    }

    fn danger(&self) -> Danger {
        Danger::Reversible
    }

    fn inverse(&self) -> Option<Operation> {
        let reason = format!("undo of: {}", self.reason);
        Some(Operation::FisLever(Self { engage: !self.engage, reason, region: self.region.clone() }))
    }

    fn is_idempotent(&self) -> bool {
        true
    }

    /// The lever only ever takes faults away when it is engaged, so that needs no reading first.
    fn may_go_unread(&self) -> bool {
        self.engage
    }

    fn plane(&self) -> Plane {
        Plane::Control(self.region.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        &["fis:UpdateSafetyLeverState"]
    }

    fn cli(&self, _: &Topology) -> String {
        let (word, reason) = (self.word(), self.reason.replace('\'', "’"));
        format!(
            "aws fis update-safety-lever-state --region {} --id default --state 'status={word},reason=\"{reason}\"'",
            self.region
        )
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        vec![format!("aws fis get-safety-lever --region {} --id default", self.region)]
    }

    fn subject(&self) -> String {
        "safety lever".to_owned()
    }

    fn doing(&self) -> String {
        let verb = if self.engage { "engaging" } else { "disengaging" };
        format!("{verb} the safety lever of {}", self.region)
    }
}

impl fmt::Display for FisLever {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.engage { "engage" } else { "disengage" };
        write!(f, "{verb} the safety lever of {}", self.region)
    }
}
