//! Changing records: a batch is checked as a whole, then the control plane has it and the name servers later.
//! It must never let a part of a batch through.

use jiff::SignedDuration;
use serde_json::json;

use super::{Action, ChangeInfo, Record, Zone};
use crate::sim::world::error::ApiError;
use crate::sim::world::{World, noise};

/// Records one batch may touch; an UPSERT counts twice (Route 53 quota).
const MOST_RECORDS: usize = 1000;
/// How long a zone takes no further batch.
const BUSY: SignedDuration = SignedDuration::from_millis(400);

impl World {
    /// `ChangeResourceRecordSets`: the whole batch or nothing.
    ///
    /// # Errors
    /// `NoSuchHostedZone`, `NoSuchHealthCheck`, `PriorRequestNotComplete`, `InvalidChangeBatch` with all that is
    /// wrong.
    pub fn change_records(
        &mut self,
        zone: &str,
        batch: Vec<(Action, Record)>,
    ) -> Result<ChangeInfo, ApiError> {
        let now = self.now;
        let Some(at) = self.dns.zones.iter().position(|z| z.id == zone) else {
            return Err(ApiError::new(
                404,
                "NoSuchHostedZone",
                format!("No hosted zone found with ID: {zone}"),
            ));
        };
        for id in batch.iter().filter_map(|(_, r)| r.health_check.as_ref()) {
            if !self.health_checks.iter().any(|c| c.id == *id) {
                let message = format!("A health check with id {id} does not exist.");
                return Err(ApiError::new(404, "NoSuchHealthCheck", message));
            }
        }
        let counted: usize = batch.iter().map(|(a, _)| if *a == Action::Upsert { 2 } else { 1 }).sum();
        if batch.is_empty() || counted > MOST_RECORDS {
            return Err(invalid(&["The number of records in the batch is out of bounds".to_owned()]));
        }
        let busy = |c: &&ChangeInfo| c.zone == zone && now.duration_since(c.submitted) < BUSY;
        if self.dns.changes.iter().rfind(|c| c.zone == zone).as_ref().is_some_and(busy) {
            let message = "The request was rejected because Route 53 was still processing a prior request.";
            return Err(ApiError::new(400, "PriorRequestNotComplete", message));
        }
        let mut records = self.dns.zones[at].records.clone();
        let applied = batch.iter().map(|(action, record)| apply(&mut records, *action, record));
        let mut wrong: Vec<String> = applied.filter_map(Result::err).collect();
        wrong.extend(mixed_policy(&self.dns.zones[at], &records));
        if !wrong.is_empty() {
            return Err(invalid(&wrong));
        }
        self.dns.zones[at].records = records;
        let id =
            format!("C{}", noise::hex(&format!("change{}{zone}", self.dns.changes.len()), 19).to_uppercase());
        let takes = noise::between(self.seed, now.as_second(), noise::key(&id), 20.0, 55.0);
        #[expect(clippy::cast_possible_truncation, reason = "under a minute")]
        let takes = SignedDuration::from_millis((takes * 1000.0) as i64);
        let change = ChangeInfo {
            id,
            zone: zone.to_owned(),
            submitted: now,
            insync: now.saturating_add(takes).unwrap_or(now),
            batch,
            applied: false,
        };
        self.dns.changes.push(change.clone());
        let detail = json!({ "zone": zone, "change": change.id, "batch": change.batch });
        self.record("us-east-1", "route53", "ChangeResourceRecordSets", detail);
        Ok(change)
    }

    /// Gives the name servers what is due.
    pub(in crate::sim::world) fn sync_changes(&mut self) {
        for change in self.dns.changes.iter_mut().filter(|c| !c.applied && c.insync <= self.now) {
            change.applied = true;
            let Some(zone) = self.dns.zones.iter_mut().find(|z| z.id == change.zone) else { continue };
            for (action, record) in &change.batch {
                // The control plane has checked it.
                let _checked = apply(&mut zone.live, *action, record);
            }
        }
    }
}

fn apply(records: &mut Vec<Record>, action: Action, record: &Record) -> Result<(), String> {
    let at = records.iter().position(|r| r.same(record));
    let set = record.set_id.as_ref().map_or_else(String::new, |id| format!(", set identifier='{id}'"));
    let what = format!("resource record set [name='{}', type='{}'{set}]", record.name, record.kind);
    match (action, at) {
        (Action::Create, Some(_)) => return Err(format!("Tried to create {what} but it already exists")),
        (Action::Delete, Some(at)) if records[at] == *record => {
            records.remove(at);
        }
        (Action::Delete, Some(_)) => {
            return Err(format!(
                "Tried to delete {what} but the values provided do not match the current values"
            ));
        }
        (Action::Delete, None) => return Err(format!("Tried to delete {what} but it was not found")),
        (Action::Upsert, Some(at)) => records[at] = record.clone(),
        (Action::Create | Action::Upsert, None) => records.push(record.clone()),
    }
    Ok(())
}

/// Records of one name and type share one routing policy, and a name has a CNAME or other records; what breaks that.
fn mixed_policy(zone: &Zone, records: &[Record]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (at, a) in records.iter().enumerate() {
        let mut twins = records[at + 1..].iter().filter(|b| a.name == b.name);
        let clash = twins.find_map(|b| {
            let policy = std::mem::discriminant(&a.routing) != std::mem::discriminant(&b.routing);
            match a.kind == b.kind {
                true if policy => Some("mixes routing policies"),
                false if a.kind == "CNAME" || b.kind == "CNAME" => Some("has a CNAME beside other records"),
                _ => None,
            }
        });
        wrong
            .extend(clash.map(|what| format!("RRSet with DNS name {} in zone {} {what}", a.name, zone.name)));
    }
    wrong.dedup();
    wrong
}

/// All that is wrong with a batch, as one answer tells it.
fn invalid(messages: &[String]) -> ApiError {
    ApiError::new(400, "InvalidChangeBatch", format!("[{}]", messages.join(", ")))
}
