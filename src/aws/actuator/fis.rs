//! The writes of FIS: one experiment for each start, however often it is sent; a stop of whatever runs.

use aws_sdk_fis::operation::RequestId;
use aws_sdk_fis::types::{SafetyLeverStatusInput, UpdateSafetyLeverStateInput};

use super::{Hands, Tried, answer, not_sent, unbuilt};
use crate::aws::error::{Fault, fault};
use crate::aws::fis::LEVER;
use crate::plan::event::Answer;
use crate::plan::operation::{ExperimentRef, FisLever};

/// What came back: the request id, and the experiment's id.
type Started = (Option<String>, Option<String>);

impl Hands {
    /// Starts an experiment with a token of the step. An experiment that bears it already is the one that was asked
    /// for, unless it is over: then a person has said to try again, and the next token is due.
    pub(super) async fn start_experiment(&self, of: &ExperimentRef, token: &str, attempt: u32) -> Answer {
        let mut last = (None, None);
        for nth in 1..=attempt.max(1) {
            match self.start_with(of, &format!("{token}-{nth}")).await {
                Err(fault) => return Tried::default().ended_by(fault),
                Ok((started, over)) => {
                    last = started;
                    if !over {
                        break;
                    }
                }
            }
        }
        let (request_id, handle) = last;
        Answer::Accepted { endpoint: of.region.to_string(), request_id, handle }
    }

    async fn start_with(&self, of: &ExperimentRef, token: &str) -> Result<(Started, bool), Fault> {
        self.clients.inner.tally.call();
        let request = self.clients.inner.bound.fis(&of.region).start_experiment();
        let sent = request.experiment_template_id(&of.template).client_token(token).send().await;
        let done = sent.map_err(|e| fault(&e))?;
        let request_id = done.request_id().map(str::to_owned);
        let experiment = done.experiment();
        let status = experiment.and_then(|e| e.state()?.status().map(|s| s.as_str().to_owned()));
        let over = matches!(status.as_deref(), Some("completed" | "stopped" | "failed" | "cancelled"));
        Ok(((request_id, experiment.and_then(|e| e.id().map(str::to_owned))), over))
    }

    /// Stops every experiment of the template that is not over; it takes a read to know which.
    pub(super) async fn stop_experiments(&self, of: &ExperimentRef) -> Answer {
        let active = match self.clients.active_experiments(&of.template, &of.region).await {
            Ok(active) => active,
            Err(trouble) => return Answer::NotSent { trouble },
        };
        if active.is_empty() {
            return not_sent("no experiment of the template is active");
        }
        let (mut request_id, client) = (None, self.clients.inner.bound.fis(&of.region));
        for id in &active {
            self.clients.inner.tally.call();
            match client.stop_experiment().id(id).send().await {
                Ok(done) => request_id = done.request_id().map(str::to_owned),
                Err(e) => return Tried::default().ended_by(fault(&e)),
            }
        }
        Answer::Accepted { endpoint: of.region.to_string(), request_id, handle: Some(active.join(", ")) }
    }

    pub(super) async fn move_lever(&self, lever: &FisLever) -> Answer {
        let status =
            if lever.engage { SafetyLeverStatusInput::Engaged } else { SafetyLeverStatusInput::Disengaged };
        let state = UpdateSafetyLeverStateInput::builder().status(status).reason(&lever.reason).build();
        let state = match state {
            Ok(state) => state,
            Err(e) => return Tried::default().ended_by(unbuilt(&e.to_string())),
        };
        self.clients.inner.tally.call();
        let request = self.clients.inner.bound.fis(&lever.region).update_safety_lever_state();
        let sent = request.id(LEVER).state(state).send().await;
        answer(&lever.region, sent.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e)))
    }
}
