//! The ARC cluster: panels, controls, safety rules, and the five endpoints that change them.
//! It must never know what a control means for traffic: health checks read it.

mod change;
pub mod endpoint;
pub mod safety;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use endpoint::Endpoint;
pub use safety::{Guard, SafetyRule};

/// The state of a routing control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ControlState {
    /// Traffic may go there.
    On,
    /// Traffic may not.
    Off,
}

impl ControlState {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "On",
            Self::Off => "Off",
        }
    }

    /// From the word on the wire.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "On" => Some(Self::On),
            "Off" => Some(Self::Off),
            _ => None,
        }
    }
}

impl fmt::Display for ControlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A routing control.
#[derive(Clone, Debug, Serialize)]
pub struct Control {
    /// Name, unique in its panel.
    pub name: String,
    /// `arn:aws:route53-recovery-control::<account>:controlpanel/<32 hex>/routingcontrol/<16 hex>`.
    pub arn: String,
    /// ARN of its panel.
    pub panel: String,
    /// State as last accepted.
    pub state: ControlState,
    /// State before that, which slower endpoints still show for a moment.
    pub before: ControlState,
    /// When the state was last set to something else.
    pub changed: Option<Timestamp>,
    /// The endpoint that took the last change.
    pub changed_at: Option<String>,
}

/// A control panel.
#[derive(Clone, Debug, Serialize)]
pub struct Panel {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Whether it is the cluster's default panel.
    pub default: bool,
}

/// The cluster with all that is in it.
#[derive(Clone, Debug, Serialize)]
pub struct Cluster {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Panels.
    pub panels: Vec<Panel>,
    /// Controls of all panels, in the order they were made.
    pub controls: Vec<Control>,
    /// Safety rules of all panels.
    pub rules: Vec<SafetyRule>,
    /// The five endpoints.
    pub endpoints: Vec<Endpoint>,
    /// Endpoints taken away in turn for maintenance, if the scenario wants it.
    pub rotation: Option<crate::sim::scenario::Rotation>,
}

impl Cluster {
    /// The control with this ARN.
    #[must_use]
    pub fn control(&self, arn: &str) -> Option<&Control> {
        self.controls.iter().find(|c| c.arn == arn)
    }

    /// The control with this name: `PANEL/NAME`, or a name alone, which is the first panel's.
    #[must_use]
    pub fn control_named(&self, name: &str) -> Option<&Control> {
        let named = |panel: &Panel| name.strip_prefix(&panel.name).and_then(|rest| rest.strip_prefix('/'));
        let found = self.panels.iter().find_map(|panel| Some((panel, named(panel)?)));
        let (panel, name) = found.or_else(|| Some((self.panels.first()?, name)))?;
        self.controls.iter().find(|c| c.panel == panel.arn && c.name == name)
    }

    /// What a control is called among those of all panels.
    #[must_use]
    pub fn called(&self, control: &Control) -> String {
        match self.panel(&control.panel).filter(|_| self.panels.len() > 1) {
            Some(panel) => format!("{}/{}", panel.name, control.name),
            None => control.name.clone(),
        }
    }

    /// The controls of a Region, one of each panel.
    pub fn controls_of(&self, region: &str) -> impl Iterator<Item = &Control> {
        self.controls.iter().filter(move |c| c.name == region)
    }

    /// The panel with this ARN.
    #[must_use]
    pub fn panel(&self, arn: &str) -> Option<&Panel> {
        self.panels.iter().find(|p| p.arn == arn)
    }
}
