//! Records of a name: weights, or where a record leads, set in one atomic change batch of Route 53.
//!
//! A batch states whole records as they shall be and keeps them as they were, so that it can be undone.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Danger, Operation, Plane, Write};
use crate::model::reading::{Lead, RecordReading, RecordRouting};
use crate::model::topology::{Region, Topology};
use crate::model::verdict::ROUTE53_HOME;

/// By then the name servers have a batch: generally within a minute (aws-facts section 6).
const INSYNC: Duration = Duration::from_mins(5);

/// Sets records of a name in one change batch: all of it, or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsSet {
    /// The name, without its last dot.
    pub name: String,
    /// The hosted zone's id.
    pub zone: String,
    /// `A`, `AAAA` or `CNAME`.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The records that change.
    pub changes: Vec<RecordChange>,
}

/// One record of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordChange {
    /// The Region it leads to afterwards, if that is known.
    pub to: Option<Region>,
    /// The Region it led to before, if that is known.
    pub from: Option<Region>,
    /// The record as it shall be.
    pub wanted: RecordReading,
    /// The record as it was when the plan was made, which is what an undo sets.
    pub was: RecordReading,
}

impl RecordChange {
    /// It takes part in the answers afterwards.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.wanted.routing != RecordRouting::Weight(0)
    }

    fn back(&self) -> Self {
        Self {
            to: self.from.clone(),
            from: self.to.clone(),
            wanted: self.was.clone(),
            was: self.wanted.clone(),
        }
    }

    fn words(&self) -> String {
        let id = self.wanted.id.as_deref().unwrap_or("record");
        match (&self.wanted.routing, &self.to) {
            (RecordRouting::Weight(weight), _) if self.wanted.lead == self.was.lead => {
                format!("{id} {weight}")
            }
            (_, Some(region)) if self.wanted.lead != self.was.lead && id == region.as_str() => {
                format!("{id} leads home")
            }
            (_, Some(region)) if self.wanted.lead != self.was.lead => format!("{id} → {region}"),
            _ => format!("{id} → {}", self.wanted.lead),
        }
    }
}

impl DnsSet {
    /// The Regions that a changed record answers with afterwards.
    #[must_use]
    pub fn receiving(&self) -> Vec<&Region> {
        self.changes
            .iter()
            .filter(|change| change.answers())
            .filter_map(|change| change.to.as_ref())
            .collect()
    }

    /// The Regions that a changed record led to, and none answers with any more.
    #[must_use]
    pub fn leaving(&self) -> Vec<&Region> {
        let receiving = self.receiving();
        let left = self.changes.iter().filter_map(|change| change.from.as_ref());
        left.filter(|region| !receiving.contains(region)).collect()
    }

    /// The batch as the API and the CLI take it.
    #[must_use]
    pub fn batch(&self) -> Value {
        let change = |change: &RecordChange| json!({ "Action": "UPSERT", "ResourceRecordSet": self.record(&change.wanted) });
        json!({ "Changes": self.changes.iter().map(change).collect::<Vec<_>>() })
    }

    fn record(&self, record: &RecordReading) -> Value {
        let mut set = json!({ "Name": format!("{}.", self.name), "Type": self.record_type });
        if let Some(id) = &record.id {
            set["SetIdentifier"] = json!(id);
        }
        match &record.routing {
            RecordRouting::Simple | RecordRouting::Other(_) => {}
            RecordRouting::Weight(weight) => set["Weight"] = json!(weight),
            RecordRouting::Latency(region) => set["Region"] = json!(region),
            RecordRouting::First => set["Failover"] = json!("PRIMARY"),
            RecordRouting::Second => set["Failover"] = json!("SECONDARY"),
            RecordRouting::Place { continent, country, subdivision } => {
                let codes = [
                    ("ContinentCode", continent),
                    ("CountryCode", country),
                    ("SubdivisionCode", subdivision),
                ];
                let codes = codes.into_iter().filter_map(|(key, code)| Some((key, code.as_ref()?)));
                set["GeoLocation"] = codes.map(|(key, code)| (key.to_owned(), json!(code))).collect();
            }
        }
        match &record.lead {
            Lead::Alias { name, zone, evaluate } => {
                set["AliasTarget"] =
                    json!({ "HostedZoneId": zone, "DNSName": name, "EvaluateTargetHealth": evaluate });
            }
            Lead::Values { ttl, values } => {
                set["TTL"] = json!(ttl);
                set["ResourceRecords"] = values.iter().map(|value| json!({ "Value": value })).collect();
            }
        }
        if let Some(check) = &record.health_check {
            set["HealthCheckId"] = json!(check);
        }
        set
    }
}

impl Write for DnsSet {
    fn kind(&self) -> &'static str {
        "dns.set"
    }

    fn api(&self) -> &'static str {
        "ChangeResourceRecordSets"
    }

    fn danger(&self) -> Danger {
        Danger::Reversible
    }

    fn inverse(&self) -> Option<Operation> {
        let changes = self.changes.iter().map(RecordChange::back).collect();
        Some(Operation::DnsSet(Self { changes, ..self.clone() }))
    }

    fn is_idempotent(&self) -> bool {
        true
    }

    fn only_takes_out(&self) -> bool {
        !self.changes.iter().any(RecordChange::answers)
    }

    fn read_back_within(&self) -> Option<Duration> {
        Some(INSYNC)
    }

    fn moves_traffic(&self) -> bool {
        true
    }

    fn plane(&self) -> Plane {
        Plane::Control(Region::new(ROUTE53_HOME))
    }

    fn iam(&self) -> &'static [&'static str] {
        &["route53:ChangeResourceRecordSets"]
    }

    fn cli(&self, _: &Topology) -> String {
        format!(
            "aws route53 change-resource-record-sets --hosted-zone-id {} --change-batch {}",
            self.zone,
            quoted(&self.batch().to_string())
        )
    }

    fn cli_read_back(&self, _: &Topology) -> Vec<String> {
        vec![format!(
            "aws route53 list-resource-record-sets --hosted-zone-id {} --start-record-name {} --start-record-type {} --max-items {}",
            self.zone,
            self.name,
            self.record_type,
            self.changes.len().max(2)
        )]
    }

    fn subject(&self) -> String {
        "traffic".to_owned()
    }

    fn doing(&self) -> String {
        format!("moving traffic: {self}")
    }
}

/// A word of the shell that is taken as it is written.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

impl fmt::Display for DnsSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.changes.iter().map(RecordChange::words).collect();
        write!(f, "{} {}", self.name, words.join(" + "))
    }
}
