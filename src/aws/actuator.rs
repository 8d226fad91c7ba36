//! The one write gate: the only code that sends anything which changes AWS.
//!
//! Nothing leaves without a [`Receipt`] that its `Sent` line is on disk, each receipt is good for one write, and only
//! for one of the workload that these clients are of.
//! It sends once and tells what came of it; whether to send again is for the run or a person.

mod compute;
mod fis;
mod names;
mod regionswitch;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use aws_sdk_route53recoverycluster::types::UpdateRoutingControlStateEntry;
use aws_sdk_sts::operation::RequestId;

use super::error::{Fault, Reach, fault};
use super::{Clients, arc};
use crate::model::reading::{Observation, Source, Trouble, TroubleKind};
use crate::model::topology::{Endpoint, Region, ReplicaEngine, Workload};
use crate::plan::event::{Answer, Entry, Event};
use crate::plan::operation::{
    AuroraTarget, Detach, Failover, FisStart, FisStop, Operation, Plane, Promote, RoutingSet, SnapshotCopy,
    Switchover,
};
use crate::plan::run::{Actuator, Boxed, Receipt};

/// Every AWS API action that can be sent to change something; nothing else in the program can.
#[must_use]
pub fn writes() -> &'static [&'static str] {
    &[
        "UpdateRoutingControlStates",
        "SwitchoverGlobalCluster",
        "FailoverGlobalCluster",
        "StartExperiment",
        "StopExperiment",
        "UpdateSafetyLeverState",
        "StartPlanExecution",
        "ApprovePlanExecutionStep",
        "UpdatePlanExecutionStep",
        "UpdatePlanExecution",
        "CancelPlanExecution",
        "UpdateService",
        "StartAutomationExecution",
        "SendAutomationSignal",
        "StopAutomationExecution",
        "RemoveFromGlobalCluster",
        "PromoteReadReplicaDBCluster",
        "PromoteReadReplica",
        "CopyDBClusterSnapshot",
        "ChangeResourceRecordSets",
        "UpdateHealthCheck",
    ]
}

/// The hands of a run, on the clients that also read.
#[derive(Debug)]
pub struct Hands {
    clients: Clients,
    seed: u64,
    used: Mutex<BTreeSet<u64>>,
}

impl Hands {
    /// Hands on these clients; `seed` spreads where different consoles begin among the cluster endpoints.
    #[must_use]
    pub fn new(clients: Clients, seed: u64) -> Self {
        Self { clients, seed, used: Mutex::default() }
    }

    /// The attempt that a receipt allows, or why it allows none.
    fn allowed(&self, receipt: &Receipt) -> Result<u32, Answer> {
        let Event::Sent { attempt, .. } = receipt.entry().event else {
            return Err(not_sent("the journal line before this write does not say that it is sent"));
        };
        self.is_ours(receipt.workload())?;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if !used.insert(receipt.entry().seq) {
            return Err(not_sent("the journal line before this write was already used for one"));
        }
        Ok(attempt)
    }

    /// These clients are of the workload that a write was planned for. Who one of them is made for never changes.
    fn is_ours(&self, planned: &Workload) -> Result<(), Answer> {
        let ours = self.clients.topology().which();
        if planned.is_same(&ours) {
            return Ok(());
        }
        let planned = if planned.is_known() { planned.to_string() } else { "none that is named".to_owned() };
        Err(not_sent(&format!("this was planned for another workload ({planned}); this is {ours}")))
    }

    async fn perform(&self, operation: &Operation, attempt: u32, entry: &Entry) -> Answer {
        match operation {
            Operation::RoutingSet(set) => self.set_controls(set, self.order(operation, attempt)).await,
            Operation::FisStart(FisStart(of)) => self.start_experiment(of, &token(entry), attempt).await,
            Operation::FisStop(FisStop(of)) => self.stop_experiments(of).await,
            Operation::FisLever(lever) => self.move_lever(lever).await,
            Operation::SwitchSignal(signal) => self.tell_plan(signal).await,
            Operation::SwitchRun(run) => self.run_plan(run, &token(entry), attempt).await,
            Operation::AuroraSwitchover(Switchover(target)) => self.switch_over(target).await,
            Operation::AuroraFailover(Failover(target)) => self.fail_over(target).await,
            Operation::EcsScale(scale) => self.scale(scale).await,
            Operation::SsmRun(run) => self.start(run, entry).await,
            Operation::SsmSignal(signal) => self.signal(signal).await,
            Operation::AuroraDetach(Detach(target)) => self.detach(target).await,
            Operation::ReplicaPromote(promote) => self.promote(promote).await,
            Operation::SnapshotCopy(copy) => self.copy(copy).await,
            Operation::DnsSet(set) => self.set_records(set).await,
            Operation::HealthCheckInvert(invert) => self.invert(invert).await,
        }
    }

    /// The cluster endpoints in the order of this attempt: it begins at random and the next one begins elsewhere.
    fn order(&self, operation: &Operation, attempt: u32) -> Vec<Endpoint> {
        let routing = self.clients.topology().routing.as_ref();
        let mut endpoints: Vec<Endpoint> = routing.map(|r| r.endpoints.clone()).unwrap_or_default();
        if !endpoints.is_empty() {
            let mut hasher = DefaultHasher::new();
            (self.seed, operation.to_string()).hash(&mut hasher);
            let start = hasher.finish().wrapping_add(u64::from(attempt)) % endpoints.len() as u64;
            endpoints.rotate_left(usize::try_from(start).unwrap_or_default());
        }
        endpoints
    }

    /// Tries one endpoint after the other. A time-out may have taken effect, but setting a state twice is the same
    /// as setting it once, so the next endpoint may be asked; what was lost on the way still colours a refusal.
    async fn set_controls(&self, set: &RoutingSet, endpoints: Vec<Endpoint>) -> Answer {
        let mut tried = Tried::default();
        for endpoint in endpoints {
            match self.set_at(set, &endpoint).await {
                Ok(request_id) => {
                    return Answer::Accepted { endpoint: tried.before(&endpoint), request_id, handle: None };
                }
                Err(fault) if rotates(&fault) => tried.note(&endpoint, &fault),
                Err(fault) => return tried.ended_by(fault),
            }
        }
        tried.gave_up()
    }

    async fn set_at(&self, set: &RoutingSet, endpoint: &Endpoint) -> Result<Option<String>, Fault> {
        let mut states = Vec::with_capacity(set.entries.len());
        for change in &set.entries {
            let entry = UpdateRoutingControlStateEntry::builder()
                .routing_control_arn(&change.arn)
                .routing_control_state(arc::to_sdk(change.state))
                .build();
            states.push(entry.map_err(|e| unbuilt(&e.to_string()))?);
        }
        self.clients.inner.tally.call();
        let request = self.clients.inner.bound.cluster(endpoint).update_routing_control_states();
        let overrides: Vec<String> = set.overrides.iter().map(|broken| broken.arn.clone()).collect();
        let request = request.set_safety_rules_to_override((!overrides.is_empty()).then_some(overrides));
        let answer = request.set_update_routing_control_state_entries(Some(states)).send().await;
        answer.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e))
    }

    async fn switch_over(&self, target: &AuroraTarget) -> Answer {
        self.clients.inner.tally.call();
        let request = self.clients.inner.bound.rds(&target.from).switchover_global_cluster();
        let request =
            request.global_cluster_identifier(&target.global).target_db_cluster_identifier(&target.cluster);
        let sent = request.send().await;
        answer(&target.from, sent.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e)))
    }

    async fn fail_over(&self, target: &AuroraTarget) -> Answer {
        self.clients.inner.tally.call();
        let request = self.clients.inner.bound.rds(&target.to).failover_global_cluster();
        let request = request
            .global_cluster_identifier(&target.global)
            .target_db_cluster_identifier(&target.cluster)
            .allow_data_loss(true);
        let sent = request.send().await;
        answer(&target.to, sent.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e)))
    }

    async fn detach(&self, target: &AuroraTarget) -> Answer {
        self.clients.inner.tally.call();
        let request = self.clients.inner.bound.rds(&target.to).remove_from_global_cluster();
        let request =
            request.global_cluster_identifier(&target.global).db_cluster_identifier(&target.cluster);
        let sent = request.send().await;
        answer(&target.to, sent.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e)))
    }

    async fn promote(&self, promote: &Promote) -> Answer {
        self.clients.inner.tally.call();
        let client = self.clients.inner.bound.rds(&promote.to);
        let sent = match promote.engine {
            ReplicaEngine::AuroraBinlog => {
                let request = client.promote_read_replica_db_cluster();
                let sent = request.db_cluster_identifier(promote.id()).send().await;
                sent.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e))
            }
            ReplicaEngine::Rds => {
                let sent = client.promote_read_replica().db_instance_identifier(promote.id()).send().await;
                sent.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e))
            }
        };
        answer(&promote.to, sent)
    }

    async fn copy(&self, copy: &SnapshotCopy) -> Answer {
        self.clients.inner.tally.call();
        let request = self.clients.inner.bound.rds(&copy.region).copy_db_cluster_snapshot();
        let request = request
            .source_db_cluster_snapshot_identifier(&copy.source)
            .target_db_cluster_snapshot_identifier(&copy.target)
            .copy_tags(true);
        let sent = request.send().await;
        answer(&copy.region, sent.map(|done| done.request_id().map(str::to_owned)).map_err(|e| fault(&e)))
    }
}

impl Actuator for Hands {
    fn endpoint(&self, operation: &Operation, attempt: u32) -> String {
        match operation.plane() {
            Plane::Control(region) | Plane::Regional(region) => region.to_string(),
            Plane::ClusterEndpoints => {
                let first = self.order(operation, attempt).first().map(|endpoint| words(&endpoint.region));
                first.unwrap_or_else(|| "no cluster endpoint".to_owned())
            }
        }
    }

    fn send<'a>(&'a self, operation: &'a Operation, receipt: &'a Receipt) -> Boxed<'a, Answer> {
        Box::pin(async move {
            let attempt = match self.allowed(receipt) {
                Ok(attempt) => attempt,
                Err(refusal) => return refusal,
            };
            match self.clients.signer().await {
                Ok(()) => self.perform(operation, attempt, receipt.entry()).await,
                Err(trouble) => Answer::NotSent { trouble },
            }
        })
    }

    fn look<'a>(&'a self, source: &'a Source) -> Boxed<'a, Observation> {
        Box::pin(self.clients.look(source))
    }
}

/// What a service knows a step's write by, so that it does it once: the same for every attempt of the step.
fn token(entry: &Entry) -> String {
    let step = entry.event.step().map_or_else(String::new, |step| format!("-{step}"));
    format!("pointsman-{}{step}", entry.run)
}

fn words(region: &Region) -> String {
    format!("cluster endpoint {region}")
}

fn not_sent(text: &str) -> Answer {
    Answer::NotSent {
        trouble: Trouble { kind: TroubleKind::Refused, text: text.to_owned(), request_id: None },
    }
}

fn unbuilt(text: &str) -> Fault {
    let trouble = Trouble { kind: TroubleKind::Refused, text: text.to_owned(), request_id: None };
    Fault { trouble, reach: Reach::Never, code: None }
}

/// What came of a write that was sent to one place only.
fn answer(region: &Region, sent: Result<Option<String>, Fault>) -> Answer {
    match sent {
        Ok(request_id) => Answer::Accepted { endpoint: region.to_string(), request_id, handle: None },
        Err(fault) => Tried::default().ended_by(fault),
    }
}

/// Whether another endpoint may do better: this one is away, slow, gone or broken. A conflict, a validation, a
/// denial and a throttle are answers and would be the same everywhere.
fn rotates(fault: &Fault) -> bool {
    matches!(
        fault.trouble.kind,
        TroubleKind::EndpointAway | TroubleKind::TimedOut | TroubleKind::Unreachable | TroubleKind::Faulty
    )
}

/// The endpoints that were tried in vain.
#[derive(Default)]
struct Tried {
    said: Vec<String>,
    last: Option<TroubleKind>,
    lost: Option<TroubleKind>,
}

impl Tried {
    fn note(&mut self, endpoint: &Endpoint, fault: &Fault) {
        self.said.push(format!("{}: {}", endpoint.region, fault.trouble));
        self.last = Some(fault.trouble.kind);
        if fault.reach == Reach::Perhaps {
            self.lost = Some(fault.trouble.kind);
        }
    }

    /// The endpoint that said yes, and those before it that did not: all of them stand behind one line of the journal.
    fn before(&self, endpoint: &Endpoint) -> String {
        let endpoint = words(&endpoint.region);
        if self.said.is_empty() { endpoint } else { format!("{endpoint}, after {}", self.said.join("; ")) }
    }

    /// An answer that ends the attempt; after a lost one even a refusal does not show that nothing happened.
    fn ended_by(mut self, fault: Fault) -> Answer {
        let Fault { trouble, reach, code } = fault;
        let lost = self.lost.or((reach == Reach::Perhaps).then_some(trouble.kind));
        if let Some(kind) = lost {
            self.said.push(trouble.text);
            return Answer::Lost { trouble: Trouble { kind, text: self.said.join("; "), ..trouble } };
        }
        match (trouble.kind, code) {
            (TroubleKind::Throttled, _) | (_, None) => Answer::NotSent { trouble },
            (_, Some(code)) => Answer::Refused { code, trouble },
        }
    }

    fn gave_up(self) -> Answer {
        let text = if self.said.is_empty() {
            "the config declares no cluster endpoint".to_owned()
        } else {
            self.said.join("; ")
        };
        if let Some(kind) = self.lost {
            return Answer::Lost { trouble: Trouble { kind, text, request_id: None } };
        }
        let kind = self.last.unwrap_or(TroubleKind::Refused);
        Answer::NotSent { trouble: Trouble { kind, text, request_id: None } }
    }
}
