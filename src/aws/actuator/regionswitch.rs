//! The writes of ARC Region switch, on the data plane of the Region that is activated.

use aws_sdk_arcregionswitch::operation::RequestId;
use aws_sdk_arcregionswitch::types::{ExecutionAction, ExecutionMode};

use super::{Hands, Tried};
use crate::aws::error::fault;
use crate::plan::event::Answer;
use crate::plan::operation::{SwitchAction, SwitchRun};

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
}
