//! ARC Region switch: the newest execution of a plan, as the data plane of one Region tells it.
//!
//! A Region knows only what it runs itself, so the Region that is activated is asked (aws-facts section 3); the
//! control plane in us-east-1 is never needed.

use aws_sdk_arcregionswitch::Client;
use aws_sdk_arcregionswitch::types;

use super::error::trouble;
use super::time::from_sdk;
use super::{Clients, undeclared};
use crate::model::reading::{
    ExecutionEvent, ExecutionReading, ExecutionStep, ExecutionsReading, Trouble, TroubleKind,
};
use crate::model::topology::{Region, SwitchPlan};

/// A plan as Region switch has it, for `pointsman check`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPlan {
    /// Its Regions.
    pub regions: Vec<String>,
    /// `passed`, `actionRequired`, `pendingEvaluation`, `unknown`.
    pub evaluation: String,
    /// What the evaluation warns of, with the step.
    pub warnings: Vec<String>,
}

impl Clients {
    /// The newest execution of a declared plan that `region` runs.
    pub(super) async fn executions(&self, name: &str, region: &Region) -> Result<ExecutionsReading, Trouble> {
        let arn = &self.plan_of(name)?.arn;
        let client = self.inner.bound.region_switch(region);
        self.inner.tally.call();
        let listed = client.list_plan_executions().plan_arn(arn).send().await.map_err(trouble)?;
        let newest = listed.items().iter().max_by_key(|e| from_sdk(e.start_time()));
        let Some(newest) = newest.map(|e| e.execution_id().to_owned()) else {
            return Ok(ExecutionsReading::default());
        };
        let events = self.execution_events(&client, arn, &newest);
        let (whole, events) = tokio::join!(self.execution(&client, arn, &newest), events);
        let mut whole = whole?;
        // Without its events an execution still tells where it stands.
        whole.events = events.unwrap_or_default();
        Ok(ExecutionsReading { newest: Some(Box::new(whole)) })
    }

    async fn execution(&self, client: &Client, arn: &str, id: &str) -> Result<ExecutionReading, Trouble> {
        let (mut steps, mut token) = (Vec::new(), None);
        loop {
            self.inner.tally.call();
            let request = client.get_plan_execution().plan_arn(arn).execution_id(id).set_next_token(token);
            let page = request.send().await.map_err(trouble)?;
            steps.extend(page.step_states().iter().map(step));
            if let Some(next) = page.next_token {
                token = Some(next);
                continue;
            }
            let started = from_sdk(page.start_time()).ok_or_else(|| Trouble {
                kind: TroubleKind::Faulty,
                text: format!("Region switch answered without the start of {id}"),
                request_id: None,
            })?;
            return Ok(ExecutionReading {
                id: id.to_owned(),
                state: page.execution_state().as_str().to_owned(),
                mode: page.mode().as_str().to_owned(),
                action: page.execution_action().as_str().to_owned(),
                region: page.execution_region().to_owned(),
                started,
                ended: page.end_time().and_then(from_sdk),
                steps,
                events: Vec::new(),
            });
        }
    }

    async fn execution_events(
        &self,
        client: &Client,
        arn: &str,
        id: &str,
    ) -> Result<Vec<ExecutionEvent>, Trouble> {
        let (mut events, mut token) = (Vec::new(), None);
        loop {
            self.inner.tally.call();
            let request = client.list_plan_execution_events().plan_arn(arn).execution_id(id);
            let page = request.set_next_token(token).send().await.map_err(trouble)?;
            events.extend(page.items().iter().filter_map(event));
            token = page.next_token;
            if token.is_none() {
                events.sort_by_key(|event: &ExecutionEvent| event.at);
                return Ok(events);
            }
        }
    }

    /// A declared plan, as the data plane of `region` has it, with its last evaluation.
    ///
    /// # Errors
    /// The trouble of asking.
    pub async fn found_plan(&self, plan: &SwitchPlan, region: &Region) -> Result<FoundPlan, Trouble> {
        self.signer().await?;
        let client = self.inner.bound.region_switch(region);
        self.inner.tally.call();
        let answer = client.get_plan_in_region().arn(&plan.arn).send().await.map_err(trouble)?;
        self.inner.tally.call();
        let evaluated = client.get_plan_evaluation_status().plan_arn(&plan.arn).send().await;
        let evaluated = evaluated.map_err(trouble)?;
        let warning = |w: &types::ResourceWarning| {
            format!("{}: {}", w.step_name().unwrap_or("the plan"), w.warning_message())
        };
        let active = evaluated.warnings().iter().filter(|w| w.warning_status().as_str() == "active");
        Ok(FoundPlan {
            regions: answer.plan().map(|p| p.regions().to_vec()).unwrap_or_default(),
            evaluation: evaluated.evaluation_state().map(|s| s.as_str().to_owned()).unwrap_or_default(),
            warnings: active.map(warning).collect(),
        })
    }

    fn plan_of(&self, name: &str) -> Result<&SwitchPlan, Trouble> {
        let found = self.inner.topology.plans.iter().find(|p| p.name == name);
        found.ok_or_else(|| undeclared(&format!("the Region switch plan {name}")))
    }
}

fn step(step: &types::StepState) -> ExecutionStep {
    ExecutionStep {
        name: step.name().unwrap_or_default().to_owned(),
        status: step.status().map(|s| s.as_str().to_owned()).unwrap_or_default(),
    }
}

fn event(event: &types::ExecutionEvent) -> Option<ExecutionEvent> {
    let words = event.error().filter(|e| !e.is_empty()).or(event.description()).unwrap_or_default();
    Some(ExecutionEvent {
        at: from_sdk(event.timestamp()?)?,
        kind: event.r#type().map(|t| t.as_str().to_owned()).unwrap_or_default(),
        step: event.step_name().map(str::to_owned),
        words: words.to_owned(),
    })
}
