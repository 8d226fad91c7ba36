//! FIS: what became of a template's experiments, with what their targets came to, and the Region's safety lever.

use aws_sdk_fis::types::{
    ExperimentAction, ExperimentStatus, ExperimentSummary, ExperimentTemplate, SafetyLever,
};
use futures::future::join_all;

use super::error::trouble;
use super::time::from_sdk;
use super::{Clients, undeclared};
use crate::model::reading::{
    ActionReading, ExperimentReading, ExperimentsReading, LeverReading, Trouble, TroubleKind,
};
use crate::model::topology::{Experiment, Region};

/// The one safety lever of a Region.
pub(super) const LEVER: &str = "default";
/// So many experiments of a template are read whole.
const WHOLE: usize = 3;

/// A template as FIS has it, for `pointsman check`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTemplate {
    /// Alarms that stop its experiments; none means that nothing does.
    pub stops: Vec<String>,
    /// Names of its actions.
    pub actions: Vec<String>,
}

impl Clients {
    /// The experiments of a declared template, the lever, and what else runs in the Region.
    pub(super) async fn experiments(
        &self,
        name: &str,
        region: &Region,
    ) -> Result<ExperimentsReading, Trouble> {
        let template = &self.experiment_of(name)?.template;
        let (listed, lever) = tokio::join!(self.experiment_list(region), self.lever(region));
        let (own, others): (Vec<_>, Vec<_>) =
            listed?.into_iter().partition(|e| e.experiment_template_id() == Some(template.as_str()));
        let mut own: Vec<&str> = own.iter().filter_map(ExperimentSummary::id).collect();
        own.truncate(WHOLE);
        let whole = join_all(own.into_iter().map(|id| self.experiment(id, region))).await;
        let active = others.iter().filter(|e| !is_over(e));
        Ok(ExperimentsReading {
            experiments: whole.into_iter().collect::<Result<_, _>>()?,
            others: active.filter_map(|e| e.id().map(str::to_owned)).collect(),
            lever: lever.ok(),
        })
    }

    /// All experiments of a Region: those that are not over first, then the newest.
    async fn experiment_list(&self, region: &Region) -> Result<Vec<ExperimentSummary>, Trouble> {
        let client = self.inner.bound.fis(region);
        let (mut all, mut token) = (Vec::new(), None);
        loop {
            self.inner.tally.call();
            let page = client.list_experiments().set_next_token(token).send().await.map_err(trouble)?;
            all.extend(page.experiments().iter().cloned());
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        all.sort_by_key(|e| (is_over(e), std::cmp::Reverse(e.creation_time().and_then(from_sdk))));
        Ok(all)
    }

    async fn experiment(&self, id: &str, region: &Region) -> Result<ExperimentReading, Trouble> {
        let client = self.inner.bound.fis(region);
        self.inner.tally.call();
        let whole = async { client.get_experiment().id(id).send().await.map_err(trouble) };
        let (whole, targets) = tokio::join!(whole, self.targets(id, region));
        let whole = whole?;
        let Some((experiment, created)) =
            whole.experiment().and_then(|e| Some((e, from_sdk(e.creation_time()?)?)))
        else {
            let text = format!("FIS answered without the experiment {id}");
            return Err(Trouble { kind: TroubleKind::Faulty, text, request_id: None });
        };
        let state = experiment.state();
        let mut actions: Vec<ActionReading> =
            experiment.actions().into_iter().flatten().map(|(name, action)| reading(name, action)).collect();
        actions.sort_by(|a, b| (a.started, &a.name).cmp(&(b.started, &b.name)));
        Ok(ExperimentReading {
            id: id.to_owned(),
            status: state.and_then(|s| s.status()).map(|s| s.as_str().to_owned()).unwrap_or_default(),
            reason: state.and_then(|s| s.reason()).unwrap_or_default().to_owned(),
            created,
            ended: experiment.end_time().and_then(from_sdk),
            targets,
            actions,
        })
    }

    /// How many resources the targets came to; `None` when that cannot be read, which is not none.
    async fn targets(&self, id: &str, region: &Region) -> Option<usize> {
        let client = self.inner.bound.fis(region);
        let (mut count, mut token) = (0, None);
        loop {
            self.inner.tally.call();
            let request = client.list_experiment_resolved_targets().experiment_id(id);
            let page = request.set_next_token(token).send().await.ok()?;
            count += page.resolved_targets().len();
            token = page.next_token;
            if token.is_none() {
                return Some(count);
            }
        }
    }

    /// The safety lever of a Region.
    pub(super) async fn lever(&self, region: &Region) -> Result<LeverReading, Trouble> {
        self.inner.tally.call();
        let answer = self.inner.bound.fis(region).get_safety_lever().id(LEVER).send().await;
        let answer = answer.map_err(trouble)?;
        let state = answer.safety_lever().and_then(SafetyLever::state);
        Ok(LeverReading {
            status: state.and_then(|s| s.status()).map(|s| s.as_str().to_owned()).unwrap_or_default(),
            reason: state.and_then(|s| s.reason()).unwrap_or_default().to_owned(),
        })
    }

    /// Ids of a template's experiments that are not over.
    pub(super) async fn active_experiments(
        &self,
        template: &str,
        region: &Region,
    ) -> Result<Vec<String>, Trouble> {
        let all = self.experiment_list(region).await?;
        let own = all.iter().filter(|e| e.experiment_template_id() == Some(template) && !is_over(e));
        Ok(own.filter_map(|e| e.id().map(str::to_owned)).collect())
    }

    /// A declared template, as FIS has it.
    ///
    /// # Errors
    /// The trouble of asking.
    pub async fn found_template(&self, experiment: &Experiment) -> Result<FoundTemplate, Trouble> {
        self.signer().await?;
        self.inner.tally.call();
        let request = self.inner.bound.fis(&experiment.region).get_experiment_template();
        let answer = request.id(&experiment.template).send().await.map_err(trouble)?;
        let template = answer.experiment_template();
        let stops = template.into_iter().flat_map(ExperimentTemplate::stop_conditions);
        let mut actions: Vec<String> =
            template.and_then(|t| t.actions()).into_iter().flatten().map(|(name, _)| name.clone()).collect();
        actions.sort();
        Ok(FoundTemplate { stops: stops.filter_map(|s| s.value().map(str::to_owned)).collect(), actions })
    }

    fn experiment_of(&self, name: &str) -> Result<&Experiment, Trouble> {
        let found = self.inner.topology.experiments.iter().find(|e| e.name == name);
        found.ok_or_else(|| undeclared(&format!("the experiment {name}")))
    }
}

fn is_over(experiment: &ExperimentSummary) -> bool {
    let status = experiment.state().and_then(|s| s.status()).map(ExperimentStatus::as_str);
    matches!(status, Some("completed" | "stopped" | "failed" | "cancelled"))
}

fn reading(name: &str, action: &ExperimentAction) -> ActionReading {
    let state = action.state();
    ActionReading {
        name: name.to_owned(),
        status: state.and_then(|s| s.status()).map(|s| s.as_str().to_owned()).unwrap_or_default(),
        reason: state.and_then(|s| s.reason()).unwrap_or_default().to_owned(),
        started: action.start_time().and_then(from_sdk),
        ended: action.end_time().and_then(from_sdk),
    }
}
