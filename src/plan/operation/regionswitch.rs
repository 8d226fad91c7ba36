//! ARC Region switch: runs a plan in the Region that is being activated, on that Region's own data plane.
//!
//! No call undoes an execution. It is started with a client token, but a start whose answer was lost is not sent
//! again by itself: the list of executions shows whether it took effect.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Danger, Operation, Plane, Signal, Write};
use crate::model::topology::{Region, Topology};

/// Which of a plan's workflows is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwitchAction {
    /// Activates the receiving Region.
    Activate,
    /// Deactivates the leaving one, of a plan whose Regions both serve.
    Deactivate,
}

impl SwitchAction {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
        }
    }
}

/// Starts an execution of a plan and follows it to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchRun {
    /// The plan's name in the config.
    pub plan: String,
    /// Its ARN.
    pub arn: String,
    /// The Region that leaves.
    pub from: Region,
    /// The Region that is activated; its data plane runs the execution.
    pub to: Region,
    /// Which workflow.
    pub action: SwitchAction,
    /// Time counts more than what has not replicated.
    pub ungraceful: bool,
}

impl SwitchRun {
    /// The Region that the call names.
    #[must_use]
    pub fn target(&self) -> &Region {
        match self.action {
            SwitchAction::Activate => &self.to,
            SwitchAction::Deactivate => &self.from,
        }
    }

    /// The word of its mode.
    #[must_use]
    pub const fn mode(&self) -> &'static str {
        if self.ungraceful { "ungraceful" } else { "graceful" }
    }
}

impl Write for SwitchRun {
    fn kind(&self) -> &'static str {
        "regionswitch.run"
    }

    fn api(&self) -> &'static str {
        "StartPlanExecution"
    }

    fn danger(&self) -> Danger {
        if self.ungraceful { Danger::Loses } else { Danger::Moves }
    }

    fn moves_traffic(&self) -> bool {
        true
    }

    fn telling(&self, handle: &str, say: &Signal) -> Option<Operation> {
        Some(Operation::SwitchSignal(SwitchSignal {
            plan: self.plan.clone(),
            arn: self.arn.clone(),
            region: self.to.clone(),
            execution: handle.to_owned(),
            say: say.clone(),
        }))
    }

    fn plane(&self) -> Plane {
        Plane::Regional(self.to.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        &["arc-region-switch:StartPlanExecution"]
    }

    fn cli(&self, _: &Topology) -> String {
        let Self { arn, to, action, .. } = self;
        format!(
            "aws arc-region-switch start-plan-execution --region {to} --plan-arn {arn} --target-region {} --action {} --mode {} --latest-version true",
            self.target(),
            action.word(),
            self.mode()
        )
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        let Self { arn, to, .. } = self;
        vec![
            format!(
                "aws arc-region-switch list-plan-executions --region {to} --plan-arn {arn} --max-results 1"
            ),
            format!(
                "aws arc-region-switch get-plan-execution --region {to} --plan-arn {arn} --execution-id EXECUTION_ID"
            ),
        ]
    }

    fn subject(&self) -> String {
        self.plan.clone()
    }

    fn doing(&self) -> String {
        format!("running the plan {} in {}", self.plan, self.to)
    }
}

impl fmt::Display for SwitchRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} by the plan {}, {}", self.action.word(), self.target(), self.plan, self.mode())
    }
}

/// Tells an execution what a person says. It is sent once; whether to send it again is for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchSignal {
    /// The plan's name in the config.
    pub plan: String,
    /// Its ARN.
    pub arn: String,
    /// The Region whose data plane runs the execution.
    pub region: Region,
    /// The execution's id.
    pub execution: String,
    /// What is said.
    pub say: Signal,
}

impl Write for SwitchSignal {
    fn kind(&self) -> &'static str {
        "regionswitch.signal"
    }

    fn api(&self) -> &'static str {
        match self.say {
            Signal::Approve { .. } | Signal::Reject { .. } => "ApprovePlanExecutionStep",
            Signal::Skip { .. } | Signal::Ungraceful { step: Some(_) } => "UpdatePlanExecutionStep",
            Signal::Resume { .. } | Signal::Pause | Signal::Ungraceful { step: None } => {
                "UpdatePlanExecution"
            }
            Signal::Stop => "CancelPlanExecution",
        }
    }

    fn is_aside(&self) -> bool {
        true
    }

    fn danger(&self) -> Danger {
        if matches!(self.say, Signal::Ungraceful { .. }) { Danger::Loses } else { Danger::Moves }
    }

    fn plane(&self) -> Plane {
        Plane::Regional(self.region.clone())
    }

    fn iam(&self) -> &'static [&'static str] {
        &[
            "arc-region-switch:ApprovePlanExecutionStep",
            "arc-region-switch:UpdatePlanExecutionStep",
            "arc-region-switch:UpdatePlanExecution",
            "arc-region-switch:CancelPlanExecution",
        ]
    }

    fn cli(&self, _: &Topology) -> String {
        let Self { arn, region, execution, say, .. } = self;
        let to = format!("--region {region} --plan-arn {arn} --execution-id {execution}");
        let line = |call: &str| format!("aws arc-region-switch {call} {to}");
        let (approve, step) = (line("approve-plan-execution-step"), line("update-plan-execution-step"));
        let whole = line("update-plan-execution");
        match say {
            Signal::Approve { step } => format!("{approve} --step-name '{step}' --approval approve"),
            Signal::Reject { step } => format!("{approve} --step-name '{step}' --approval decline"),
            Signal::Skip { step: name, reason } => format!(
                "{step} --step-name '{name}' --action-to-take skip --comment '{}'",
                reason.replace('\'', "’")
            ),
            Signal::Ungraceful { step: Some(name) } => {
                format!(
                    "{step} --step-name '{name}' --action-to-take switchToUngraceful --comment ungraceful"
                )
            }
            Signal::Ungraceful { step: None } => format!("{whole} --action switchToUngraceful"),
            Signal::Resume { .. } => format!("{whole} --action resume"),
            Signal::Pause => format!("{whole} --action pause"),
            Signal::Stop => line("cancel-plan-execution"),
        }
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        let Self { arn, region, execution, .. } = self;
        vec![format!(
            "aws arc-region-switch get-plan-execution --region {region} --plan-arn {arn} --execution-id {execution}"
        )]
    }

    fn subject(&self) -> String {
        self.plan.clone()
    }

    fn doing(&self) -> String {
        format!("telling {} to {}", self.plan, self.say)
    }
}

impl fmt::Display for SwitchSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tell {} in {} to {}", self.plan, self.region, self.say)
    }
}
