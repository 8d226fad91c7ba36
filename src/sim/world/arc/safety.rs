//! Safety rules: what a change of controls may not leave behind, and what it may not touch.
//! It must never share code with the console's own solver, which it is there to test.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ControlState;

/// How many of the controls have to be On.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleType {
    /// At least the threshold.
    #[serde(rename = "ATLEAST")]
    AtLeast,
    /// All of them.
    #[serde(rename = "AND")]
    And,
    /// One of them.
    #[serde(rename = "OR")]
    Or,
}

impl RuleType {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast => "ATLEAST",
            Self::And => "AND",
            Self::Or => "OR",
        }
    }
}

/// What the rule binds; ARNs of controls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Guard {
    /// These must satisfy the rule after a change that touches one of them.
    Assertion {
        /// The asserted controls.
        asserted: Vec<String>,
    },
    /// The targets may change only while the gates satisfy the rule.
    Gating {
        /// The controls that are evaluated.
        gates: Vec<String>,
        /// The controls that are held.
        targets: Vec<String>,
    },
}

/// A safety rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SafetyRule {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// ARN of its panel.
    pub panel: String,
    /// What it binds.
    pub guard: Guard,
    /// How many have to be On.
    pub rule: RuleType,
    /// For `ATLEAST`.
    pub threshold: u32,
    /// Whether the evaluation is turned round.
    pub inverted: bool,
    /// Time after a change in which the held controls take no other.
    pub wait: Duration,
}

impl SafetyRule {
    /// The controls whose change the rule looks at.
    #[must_use]
    pub fn held(&self) -> &[String] {
        match &self.guard {
            Guard::Assertion { asserted } => asserted,
            Guard::Gating { targets, .. } => targets,
        }
    }

    /// The controls that it counts.
    #[must_use]
    pub fn counted(&self) -> &[String] {
        match &self.guard {
            Guard::Assertion { asserted } => asserted,
            Guard::Gating { gates, .. } => gates,
        }
    }

    /// Whether these states (of the counted controls, by ARN) satisfy the rule.
    pub fn satisfied(&self, state: impl Fn(&str) -> ControlState) -> bool {
        let counted = self.counted();
        let on = counted.iter().filter(|arn| state(arn) == ControlState::On).count();
        let need = match self.rule {
            RuleType::AtLeast => usize::try_from(self.threshold).unwrap_or(usize::MAX),
            RuleType::And => counted.len(),
            RuleType::Or => 1,
        };
        (on >= need) != self.inverted
    }
}
