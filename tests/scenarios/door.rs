//! The simulator's door, noting every write that leaves for it and what the journal said at that moment.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use jiff::Timestamp;
use pointsman::model::reading::RecordRouting;
use pointsman::model::topology::ReplicaEngine;
use pointsman::plan::event::Entry;
use pointsman::plan::operation::{Detach, Failover, FisStart, FisStop, Operation, RoutingSet, Switchover};
use pointsman::sim::fault::{Fault, Injection};

use super::book::Book;
use crate::support::InProcess;

/// What reads are called; whatever else leaves is a write.
const READS: [&str; 4] = ["Get", "List", "Describe", "Query"];

/// A write on its way, whether it is taken or not.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    pub(crate) at: Timestamp,
    pub(crate) region: String,
    pub(crate) operation: String,
    pub(crate) body: String,
    /// Every journal line there was, read back at that moment.
    pub(crate) journal: Vec<Entry>,
    /// The Region that really wrote each store.
    pub(crate) writers: BTreeMap<String, Option<String>>,
}

impl Left {
    /// It carries exactly this operation.
    pub(crate) fn carries(&self, operation: &Operation) -> bool {
        if self.operation != operation.api() {
            return false;
        }
        match operation {
            Operation::RoutingSet(RoutingSet { entries, overrides, .. }) => {
                let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
                let list = body["UpdateRoutingControlStateEntries"].as_array().unwrap();
                let sent =
                    list.iter().map(|e| (e["RoutingControlArn"].as_str(), e["RoutingControlState"].as_str()));
                let wanted = entries.iter().map(|e| (e.arn.clone(), e.state.to_string()));
                let broken: Vec<_> = overrides.iter().map(|broken| broken.arn.as_str()).collect();
                let only = match body.get("SafetyRulesToOverride") {
                    None => broken.is_empty() && body.as_object().unwrap().len() == 1,
                    Some(named) => *named == serde_json::json!(broken),
                };
                let sent: Vec<_> =
                    sent.map(|(a, s)| (a.unwrap().to_owned(), s.unwrap().to_owned())).collect();
                only && sent == wanted.collect::<Vec<_>>()
            }
            Operation::AuroraSwitchover(Switchover(target)) => {
                self.region == target.from.as_str() && self.names(&target.global, &target.cluster, None)
            }
            Operation::AuroraFailover(Failover(target)) => {
                self.region == target.to.as_str() && self.names(&target.global, &target.cluster, Some("true"))
            }
            Operation::FisStart(FisStart(of)) => {
                let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
                self.region == of.region.as_str() && body["experimentTemplateId"] == of.template.as_str()
            }
            Operation::FisStop(FisStop(of)) => self.region == of.region.as_str(),
            Operation::FisLever(lever) => {
                let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
                let word = if lever.engage { "engaged" } else { "disengaged" };
                self.region == lever.region.as_str() && body["state"]["status"] == word
            }
            // Its body is CBOR, in which texts stand as they are.
            Operation::SwitchRun(run) => {
                let names = |text: &str| self.body.contains(text);
                self.region == run.to.as_str()
                    && [run.arn.as_str(), run.target().as_str(), run.mode()].into_iter().all(names)
            }
            // Which step, and what of it, is in the same body.
            Operation::SwitchSignal(signal) => {
                self.region == signal.region.as_str() && self.body.contains(&signal.execution)
            }
            Operation::AuroraDetach(Detach(target)) => {
                let of =
                    [("GlobalClusterIdentifier", &*target.global), ("DbClusterIdentifier", &target.cluster)];
                self.region == target.to.as_str() && self.form(&of)
            }
            Operation::ReplicaPromote(promote) => {
                let key = match promote.engine {
                    ReplicaEngine::AuroraBinlog => "DBClusterIdentifier",
                    ReplicaEngine::Rds => "DBInstanceIdentifier",
                };
                self.region == promote.to.as_str() && self.form(&[(key, promote.id())])
            }
            Operation::SnapshotCopy(copy) => {
                let of = [
                    ("SourceDBClusterSnapshotIdentifier", &*copy.source),
                    ("TargetDBClusterSnapshotIdentifier", &copy.target),
                    ("CopyTags", "true"),
                ];
                self.region == copy.region.as_str() && self.form(&of)
            }
            Operation::EcsScale(scale) => {
                let wanted = serde_json::json!({
                    "cluster": scale.cluster, "service": scale.ecs, "desiredCount": scale.desired,
                });
                self.region == scale.region.as_str() && self.json() == wanted
            }
            Operation::SsmRun(run) => {
                self.region == run.region.as_str() && self.json()["DocumentName"] == run.document.as_str()
            }
            Operation::DnsSet(set) => {
                // Of each record the body has the identifier and, in its order, what it shall be.
                let has = |text: &str| self.body.contains(text);
                self.region == "us-east-1"
                    && self.body.matches("<Change>").count() == set.changes.len()
                    && set.changes.iter().all(|change| {
                        let id =
                            change.wanted.id.as_ref().is_none_or(|id| has(&format!("<SetIdentifier>{id}<")));
                        id && match &change.wanted.routing {
                            RecordRouting::Weight(weight) => has(&format!("<Weight>{weight}</Weight>")),
                            _ => true,
                        } && change.wanted.target().split(' ').all(|target| has(&format!(">{target}<")))
                    })
            }
            Operation::HealthCheckInvert(invert) => {
                let inverted = format!("<Inverted>{}</Inverted>", invert.inverted);
                let version = format!("<HealthCheckVersion>{}</HealthCheckVersion>", invert.version);
                self.region == "us-east-1" && self.body.contains(&inverted) && self.body.contains(&version)
            }
            Operation::SsmSignal(signal) => {
                self.region == signal.region.as_str()
                    && self.json()["AutomationExecutionId"] == signal.execution.as_str()
            }
        }
    }

    /// The form has these fields and no others, but for those that every one has.
    fn form(&self, fields: &[(&str, &str)]) -> bool {
        let form = form_urlencoded::parse(self.body.as_bytes()).into_owned();
        let own: BTreeMap<String, String> =
            form.filter(|(key, _)| !["Action", "Version"].contains(&key.as_str())).collect();
        own == fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn names(&self, global: &str, cluster: &str, loss: Option<&str>) -> bool {
        let form: BTreeMap<_, _> = form_urlencoded::parse(self.body.as_bytes()).into_owned().collect();
        let is = |key: &str, value: Option<&str>| form.get(key).map(String::as_str) == value;
        is("GlobalClusterIdentifier", Some(global))
            && is("TargetDbClusterIdentifier", Some(cluster))
            && is("AllowDataLoss", loss)
            && is("Switchover", None)
    }
}

/// The door.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    inner: InProcess,
    book: Book,
    left: Arc<Mutex<Vec<Left>>>,
    calls: Arc<AtomicUsize>,
    mischief: Arc<Mutex<Option<(usize, Mischief)>>>,
}

/// What one write meets on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mischief {
    /// The service says no.
    Refused,
    /// It takes effect and its answer never comes.
    Lost,
    /// Its answer comes so late.
    Late(Duration),
}

impl Watched {
    pub(crate) fn new(inner: InProcess, book: Book) -> Self {
        Self { inner, book, left: Arc::default(), calls: Arc::default(), mischief: Arc::default() }
    }

    /// The write with this number, from 1, meets this.
    pub(crate) fn trouble(&self, write: usize, mischief: Mischief) {
        *self.mischief.lock().unwrap() = Some((write, mischief));
    }

    /// Every write that left so far.
    pub(crate) fn left(&self) -> Vec<Left> {
        self.left.lock().unwrap().clone()
    }

    /// How many requests there were so far, reads too.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    fn note(&self, operation: &str, request: &HttpRequest) {
        let sim = &self.inner.0;
        let signed = request.headers().get("authorization").unwrap_or_default();
        let region = signed.split(['/', ',']).nth(2).unwrap_or_default().to_owned();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let writers = sim.look(|world| {
            let of =
                |member: &pointsman::sim::world::aurora::Member| world.regions[member.region].name.clone();
            // One that was taken out of its global database is what its Region writes to from then on.
            let alone = |store: &str| {
                let mut own = world.aurora.clusters.iter().filter(|c| c.global.is_none() && c.writable);
                let own = own.find(|c| c.id.starts_with(&format!("{store}-")))?;
                Some(world.regions[own.region].name.clone())
            };
            let writer = |g: &pointsman::sim::world::aurora::GlobalCluster| {
                alone(&g.store).or_else(|| g.writer().map(of))
            };
            world.aurora.globals.iter().map(|g| (g.store.clone(), writer(g))).collect()
        });
        let (operation, journal) = (operation.to_owned(), self.book.lines());
        self.left.lock().unwrap().push(Left { at: sim.now(), region, operation, body, journal, writers });
    }
}

impl HttpClient for Watched {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Watched {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let Some(operation) = write_of(&request) else { return self.inner.call(request) };
        self.note(&operation, &request);
        let number = self.left.lock().unwrap().len();
        let meets = self.mischief.lock().unwrap().filter(|(write, _)| *write == number).map(|(_, what)| what);
        if meets == Some(Mischief::Refused) {
            let service = service_of(&request);
            let code =
                if service == "rds" { "InvalidGlobalClusterStateFault" } else { "AccessDeniedException" };
            let fault = Fault::Refuse { service, operation, times: 1, code: code.to_owned() };
            self.inner.0.inject(&Injection { lasts: None, fault });
        }
        // What has left arrives, also when the process that sent it is gone.
        let arrives = tokio::spawn(self.inner.call(request));
        let clock = self.inner.0.clock().clone();
        HttpConnectorFuture::new(async move {
            let answer = arrives.await.map_err(|gone| ConnectorError::other(gone.into(), None))?;
            match meets {
                Some(Mischief::Lost) => return Err(ConnectorError::io("the connection broke".into())),
                Some(Mischief::Late(by)) => clock.sleep(by).await,
                Some(Mischief::Refused) | None => {}
            }
            answer
        })
    }
}

/// The service that a request is signed for.
fn service_of(request: &HttpRequest) -> String {
    let signed = request.headers().get("authorization").unwrap_or_default();
    signed.split(['/', ',']).nth(3).unwrap_or_default().to_owned()
}

/// The operation of a request that is no read.
fn write_of(request: &HttpRequest) -> Option<String> {
    let operation = operation(request);
    (!READS.iter().any(|read| operation.starts_with(read))).then_some(operation)
}

/// Its name, as each protocol carries it: in a header, in the body, in the path, or as method and path.
fn operation(request: &HttpRequest) -> String {
    if let Some(target) = request.headers().get("x-amz-target") {
        return target.rsplit('.').next().unwrap_or_default().to_owned();
    }
    let body = request.body().bytes().unwrap_or_default();
    if let Some((_, action)) = form_urlencoded::parse(body).find(|(key, _)| key == "Action") {
        return action.into_owned();
    }
    if let Some((_, operation)) = request.uri().rsplit_once("/operation/") {
        return operation.to_owned();
    }
    let path = request.uri().splitn(4, '/').nth(3).unwrap_or_default();
    let records = path.trim_end_matches('/').ends_with("/rrset");
    let by_path = match (request.method(), path.split('/').next().unwrap_or_default()) {
        ("GET", _) => "GetByPath",
        ("POST", "2013-04-01") if records => "ChangeResourceRecordSets",
        ("POST", "2013-04-01") => "UpdateHealthCheck",
        ("POST", "experiments") => "StartExperiment",
        ("DELETE", "experiments") => "StopExperiment",
        ("PATCH", "safetyLevers") => "UpdateSafetyLeverState",
        (method, _) => return format!("{method} {}", request.uri()),
    };
    by_path.to_owned()
}
