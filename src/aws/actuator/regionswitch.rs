//! The writes of ARC Region switch, on the data plane of the Region that is activated.

use aws_sdk_arcregionswitch::operation::RequestId;
use aws_sdk_arcregionswitch::types::{
    Approval, ExecutionAction, ExecutionMode, UpdatePlanExecutionAction, UpdatePlanExecutionStepAction,
};

use super::{Hands, Tried, answer};
use crate::aws::error::{Fault, fault};
use crate::plan::event::Answer;
use crate::plan::operation::{Signal, SwitchAction, SwitchRun, SwitchSignal};

/// What stands as the comment where a person gave no reason; the journal says who it was.
const COMMENT: &str = "decided by a person in pointsman";

impl Hands {
    /// Starts an execution. The token keeps a request that arrives twice from being two executions.
    pub(super) async fn run_plan(&self, run: &SwitchRun, token: &str, attempt: u32) -> Answer {
        let action = match run.action {
            SwitchAction::Activate => ExecutionAction::Activate,
            SwitchAction::Deactivate => ExecutionAction::Deactivate,
        };
        let mode = if run.ungraceful { ExecutionMode::Ungraceful } else { ExecutionMode::Graceful };
        self.clients.inner.tally.call();
        let request = self.clients.inner.bound.region_switch(&run.to).start_plan_execution();
        let request = request.plan_arn(&run.arn).target_region(run.target().as_str()).action(action);
        let request = request.mode(mode).latest_version("true").comment("started by pointsman");
        let sent = request.client_token(format!("{token}-{attempt}")).send().await;
        match sent {
            Err(e) => Tried::default().ended_by(fault(&e)),
            Ok(done) => Answer::Accepted {
                endpoint: run.to.to_string(),
                request_id: done.request_id().map(str::to_owned),
                handle: done.execution_id().map(str::to_owned),
            },
        }
    }

    /// Tells an execution what a person said, as the one call that says it.
    pub(super) async fn tell_plan(&self, signal: &SwitchSignal) -> Answer {
        self.clients.inner.tally.call();
        let sent = match &signal.say {
            Signal::Approve { step } => self.approve(signal, step, Approval::Approve).await,
            Signal::Reject { step } => self.approve(signal, step, Approval::Decline).await,
            Signal::Skip { step, reason } => {
                let reason = if reason.is_empty() { COMMENT } else { reason };
                self.change(signal, step, UpdatePlanExecutionStepAction::Skip, reason).await
            }
            Signal::Ungraceful { step: Some(step) } => {
                self.change(signal, step, UpdatePlanExecutionStepAction::SwitchToUngraceful, COMMENT).await
            }
            Signal::Ungraceful { step: None } => {
                self.update(signal, UpdatePlanExecutionAction::SwitchToUngraceful).await
            }
            Signal::Resume { .. } => self.update(signal, UpdatePlanExecutionAction::Resume).await,
            Signal::Pause => self.update(signal, UpdatePlanExecutionAction::Pause).await,
            Signal::Stop => self.cancel(signal).await,
        };
        answer(&signal.region, sent)
    }

    async fn approve(
        &self,
        signal: &SwitchSignal,
        step: &str,
        approval: Approval,
    ) -> Result<Option<String>, Fault> {
        let client = self.clients.inner.bound.region_switch(&signal.region);
        let request = client.approve_plan_execution_step().plan_arn(&signal.arn);
        let request = request.execution_id(&signal.execution).step_name(step).approval(approval);
        let done = request.comment(COMMENT).send().await.map_err(|e| fault(&e))?;
        Ok(done.request_id().map(str::to_owned))
    }

    async fn change(
        &self,
        signal: &SwitchSignal,
        step: &str,
        action: UpdatePlanExecutionStepAction,
        comment: &str,
    ) -> Result<Option<String>, Fault> {
        let client = self.clients.inner.bound.region_switch(&signal.region);
        let request = client.update_plan_execution_step().plan_arn(&signal.arn);
        let request = request.execution_id(&signal.execution).step_name(step).action_to_take(action);
        let done = request.comment(comment).send().await.map_err(|e| fault(&e))?;
        Ok(done.request_id().map(str::to_owned))
    }

    async fn update(
        &self,
        signal: &SwitchSignal,
        action: UpdatePlanExecutionAction,
    ) -> Result<Option<String>, Fault> {
        let client = self.clients.inner.bound.region_switch(&signal.region);
        let request = client.update_plan_execution().plan_arn(&signal.arn);
        let request = request.execution_id(&signal.execution).action(action).comment(COMMENT);
        let done = request.send().await.map_err(|e| fault(&e))?;
        Ok(done.request_id().map(str::to_owned))
    }

    async fn cancel(&self, signal: &SwitchSignal) -> Result<Option<String>, Fault> {
        let client = self.clients.inner.bound.region_switch(&signal.region);
        let request = client.cancel_plan_execution().plan_arn(&signal.arn);
        let done = request.execution_id(&signal.execution).comment(COMMENT).send().await;
        done.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e))
    }
}
