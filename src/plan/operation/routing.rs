//! Routing controls: set in one atomic update on ARC's data plane.
//!
//! An update states Off and On together, and names the safety rules that it overrides, if a person said so.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Danger, Operation, Plane, Write};
use crate::model::reading::ControlState;
use crate::model::topology::{self, Endpoint, Topology};

/// By then a routing update is read back, or it is not known: the endpoints answer in seconds.
const READ_BACK: Duration = Duration::from_mins(2);

/// Sets routing controls in one atomic update (ARC data plane, at most ten entries).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingSet {
    /// Control names and their wanted states.
    pub entries: Vec<ControlChange>,
    /// The panel they are all in, where there are several: ARC changes one panel in one transaction
    /// ([`crate::model::topology::Panel`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<String>,
    /// Safety rules that a person said to override, by name and with a reason; none in ordinary times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
}

/// One entry of a routing update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlChange {
    /// The control's name in the config.
    pub control: String,
    /// Its ARN.
    pub arn: String,
    /// Its wanted state.
    pub state: ControlState,
    /// Its state when the plan was made, which is what an undo would set.
    pub was: ControlState,
    /// That state was not read when the plan was made: it is taken to have been so, and an undo says it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
}

/// A safety rule that is overridden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Its name in the config, as it was typed.
    pub rule: String,
    /// Its ARN.
    pub arn: String,
    /// Why.
    pub reason: String,
}

impl RoutingSet {
    /// An update of these controls that overrides nothing.
    #[must_use]
    pub fn of(entries: Vec<ControlChange>) -> Self {
        Self { entries, panel: None, overrides: Vec::new() }
    }

    /// The same of a panel, by its name where there are several.
    #[must_use]
    pub fn in_panel(self, panel: Option<&str>) -> Self {
        Self { panel: panel.map(str::to_owned), ..self }
    }

    /// The name of a control without that of the panel, which the update says itself.
    fn bare<'a>(&self, control: &'a str) -> &'a str {
        self.panel.as_deref().map_or(control, |panel| topology::bare(panel, control))
    }

    /// It overrides the safety rule with this ARN.
    #[must_use]
    pub fn overridden(&self, arn: &str) -> bool {
        self.overrides.iter().any(|broken| broken.arn == arn)
    }

    /// It turns a control On in the same call, so whatever else changes meanwhile, one stays On (law 6).
    fn turns_one_on(&self) -> bool {
        self.entries.iter().any(|c| c.state == ControlState::On)
    }
}

impl Write for RoutingSet {
    fn kind(&self) -> &'static str {
        "routing.set"
    }

    fn api(&self) -> &'static str {
        "UpdateRoutingControlStates"
    }

    fn danger(&self) -> Danger {
        if self.overrides.is_empty() { Danger::Reversible } else { Danger::Overrides }
    }

    fn inverse(&self) -> Option<Operation> {
        let back =
            |c: &ControlChange| ControlChange { state: c.was, was: c.state, guessed: false, ..c.clone() };
        let back = Self::of(self.entries.iter().map(back).collect());
        Some(Operation::RoutingSet(back.in_panel(self.panel.as_deref())))
    }

    fn guess(&self) -> Option<String> {
        let guessed = self.entries.iter().filter(|entry| entry.guessed);
        let words: Vec<String> = guessed.map(|entry| format!("{} {}", entry.control, entry.was)).collect();
        (!words.is_empty())
            .then(|| format!("an undo would set {}, which is a guess: it was not read", words.join(", ")))
    }

    fn is_idempotent(&self) -> bool {
        true
    }

    fn may_go_unread(&self) -> bool {
        self.turns_one_on()
    }

    fn only_takes_out(&self) -> bool {
        !self.turns_one_on()
    }

    fn read_back_within(&self) -> Option<Duration> {
        Some(READ_BACK)
    }

    fn moves_traffic(&self) -> bool {
        true
    }

    fn plane(&self) -> Plane {
        Plane::ClusterEndpoints
    }

    fn iam(&self) -> &'static [&'static str] {
        &["route53-recovery-cluster:UpdateRoutingControlStates"]
    }

    fn cli(&self, topology: &Topology) -> String {
        let endpoint = topology.routing.as_ref().and_then(|r| r.endpoints.first());
        let at =
            endpoint.map_or_else(String::new, |e| format!(" --region {} --endpoint-url {}", e.region, e.url));
        let list: Vec<String> = self
            .entries
            .iter()
            .map(|c| format!("RoutingControlArn={},RoutingControlState={}", c.arn, c.state))
            .collect();
        let mut line = format!(
            "aws route53-recovery-cluster update-routing-control-states{at} --update-routing-control-state-entries {}",
            list.join(" ")
        );
        if !self.overrides.is_empty() {
            let arns: Vec<&str> = self.overrides.iter().map(|o| o.arn.as_str()).collect();
            line = format!("{line} --safety-rules-to-override {}", arns.join(" "));
        }
        line
    }

    fn cli_read_back(&self, topology: &Topology) -> Vec<String> {
        let endpoints = topology.routing.iter().flat_map(|routing| &routing.endpoints);
        let line = |endpoint: &Endpoint, entry: &ControlChange| {
            format!(
                "aws route53-recovery-cluster get-routing-control-state --region {} --endpoint-url {} --routing-control-arn {}",
                endpoint.region, endpoint.url, entry.arn
            )
        };
        endpoints.flat_map(|endpoint| self.entries.iter().map(move |entry| line(endpoint, entry))).collect()
    }

    fn subject(&self) -> String {
        self.panel.as_ref().map_or_else(|| "traffic".to_owned(), |panel| format!("traffic of {panel}"))
    }

    fn doing(&self) -> String {
        format!("moving traffic: {self}")
    }
}

impl fmt::Display for RoutingSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("routing ")?;
        if let Some(panel) = &self.panel {
            write!(f, "{panel} ")?;
        }
        for (at, change) in self.entries.iter().enumerate() {
            let plus = if at == 0 { "" } else { " + " };
            write!(f, "{plus}{} {}", self.bare(&change.control), change.state)?;
        }
        for broken in &self.overrides {
            write!(f, ", overriding {}", broken.rule)?;
        }
        Ok(())
    }
}
