//! The gate's writes to ECS and to Automation.
//!
//! Each sends once; a runbook's client token follows from the run and the step, so that a write that got no answer
//! may go again and starts nothing twice.

use std::collections::HashMap;
use std::fmt::Write as _;

use aws_sdk_ecs::operation::RequestId as _;
use aws_sdk_ssm::types::{SignalType, StopType};
use sha2::{Digest, Sha256};

use super::super::error::{Fault, fault};
use super::{Hands, answer};
use crate::plan::event::{Answer, Entry, Event};
use crate::plan::operation::{EcsScale, Signal, SsmRun, SsmSignal};

impl Hands {
    pub(super) async fn scale(&self, scale: &EcsScale) -> Answer {
        self.clients.inner.tally.call();
        let Ok(desired) = i32::try_from(scale.desired) else {
            return super::not_sent("so many tasks are not a number that ECS takes");
        };
        let request = self.clients.inner.bound.ecs(&scale.region).update_service();
        let request = request.cluster(&scale.cluster).service(&scale.ecs).desired_count(desired);
        let sent = request.send().await;
        answer(&scale.region, sent.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e)))
    }

    pub(super) async fn start(&self, run: &SsmRun, entry: &Entry) -> Answer {
        self.clients.inner.tally.call();
        let parameters: HashMap<String, Vec<String>> =
            run.parameters.iter().map(|(name, value)| (name.clone(), vec![value.clone()])).collect();
        let request = self.clients.inner.bound.ssm(&run.region).start_automation_execution();
        let request = request
            .document_name(&run.document)
            .set_parameters((!parameters.is_empty()).then_some(parameters))
            .client_token(token(entry, run.again));
        let sent = request.send().await;
        let started = sent.as_ref().ok().and_then(|done| done.automation_execution_id().map(str::to_owned));
        let came =
            answer(&run.region, sent.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e)));
        match came {
            Answer::Accepted { endpoint, request_id, .. } => {
                Answer::Accepted { endpoint, request_id, handle: started }
            }
            other => other,
        }
    }

    pub(super) async fn signal(&self, signal: &SsmSignal) -> Answer {
        self.clients.inner.tally.call();
        let sent = match &signal.say {
            Signal::Stop => self.stop(signal).await,
            Signal::Approve { .. } => self.say(signal, SignalType::Approve, None).await,
            Signal::Reject { .. } => self.say(signal, SignalType::Reject, None).await,
            Signal::Resume { step } => self.say(signal, SignalType::Resume, Some(step)).await,
            other => return super::not_sent(&format!("Automation takes no signal to {other}")),
        };
        answer(&signal.region, sent)
    }

    async fn say(
        &self,
        signal: &SsmSignal,
        kind: SignalType,
        step: Option<&String>,
    ) -> Result<Option<String>, Fault> {
        let request = self.clients.inner.bound.ssm(&signal.region).send_automation_signal();
        let request = request.automation_execution_id(&signal.execution).signal_type(kind);
        let request = match step {
            Some(step) => request.payload("StepName", vec![step.clone()]),
            None => request,
        };
        request.send().await.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e))
    }

    async fn stop(&self, signal: &SsmSignal) -> Result<Option<String>, Fault> {
        let request = self.clients.inner.bound.ssm(&signal.region).stop_automation_execution();
        let request = request.automation_execution_id(&signal.execution).r#type(StopType::Cancel);
        request.send().await.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e))
    }
}

/// A UUID that is the same for the same run, step and try.
fn token(entry: &Entry, again: u32) -> String {
    let step = match &entry.event {
        Event::Sent { step, .. } => step.to_string(),
        _ => String::new(),
    };
    let digest = Sha256::digest(format!("{} {step} {again}", entry.run));
    let mut hex = String::new();
    for byte in digest.iter().take(16) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default().to_owned();
    format!("{}-{}-4{}-a{}-{}", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32))
}
