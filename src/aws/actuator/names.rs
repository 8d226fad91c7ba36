//! Writes to Route 53's control plane in us-east-1: records in one batch, and a health check turned round.
//!
//! What a record is made of comes from the operation alone; nothing is read here.

use aws_sdk_route53::error::BuildError;
use aws_sdk_route53::types::{
    AliasTarget, Change, ChangeAction, ChangeBatch, GeoLocation, ResourceRecord, ResourceRecordSet,
    ResourceRecordSetFailover, ResourceRecordSetRegion, RrType,
};
use aws_sdk_sts::operation::RequestId;

use super::super::error::{Fault, fault};
use super::{Hands, Tried, unbuilt};
use crate::model::reading::{Lead, RecordReading, RecordRouting};
use crate::model::topology::Region;
use crate::model::verdict::ROUTE53_HOME;
use crate::plan::event::Answer;
use crate::plan::operation::{DnsSet, HealthCheckInvert};

impl Hands {
    /// One change batch; its id is the handle.
    pub(super) async fn set_records(&self, set: &DnsSet) -> Answer {
        let sent = async {
            let batch = batch(set).map_err(|error| unbuilt(&error.to_string()))?;
            self.clients.inner.tally.call();
            let request = self.clients.inner.bound.route53(&home()).change_resource_record_sets();
            let answer = request.hosted_zone_id(&set.zone).change_batch(batch).send().await;
            let done = answer.map_err(|error| fault(&error))?;
            let handle = done.change_info().map(|info| bare(info.id()).to_owned());
            Ok((done.request_id().map(str::to_owned), handle))
        };
        answered(sent.await)
    }

    /// Names the version that was read, so that a check which somebody else has changed is left alone.
    pub(super) async fn invert(&self, invert: &HealthCheckInvert) -> Answer {
        self.clients.inner.tally.call();
        let request = self.clients.inner.bound.route53(&home()).update_health_check();
        let request = request
            .health_check_id(&invert.check)
            .health_check_version(invert.version)
            .inverted(invert.inverted);
        let sent = request.send().await;
        answered(sent.map(|done| (done.request_id().map(str::to_owned), None)).map_err(|error| fault(&error)))
    }
}

fn home() -> Region {
    Region::new(ROUTE53_HOME)
}

/// An id as Route 53 takes it, without `/change/`.
fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

fn answered(sent: Result<(Option<String>, Option<String>), Fault>) -> Answer {
    match sent {
        Ok((request_id, handle)) => {
            Answer::Accepted { endpoint: ROUTE53_HOME.to_owned(), request_id, handle }
        }
        Err(fault) => Tried::default().ended_by(fault),
    }
}

fn batch(set: &DnsSet) -> Result<ChangeBatch, BuildError> {
    let mut changes = Vec::with_capacity(set.changes.len());
    for change in &set.changes {
        let record = record(set, &change.wanted)?;
        changes.push(Change::builder().action(ChangeAction::Upsert).resource_record_set(record).build()?);
    }
    ChangeBatch::builder().set_changes(Some(changes)).build()
}

fn record(set: &DnsSet, record: &RecordReading) -> Result<ResourceRecordSet, BuildError> {
    let new = ResourceRecordSet::builder()
        .name(&set.name)
        .r#type(RrType::from(set.record_type.as_str()))
        .set_set_identifier(record.id.clone())
        .set_health_check_id(record.health_check.clone());
    let new = match &record.routing {
        RecordRouting::Weight(weight) => new.weight(i64::from(*weight)),
        RecordRouting::Latency(region) => new.region(ResourceRecordSetRegion::from(region.as_str())),
        RecordRouting::First => new.failover(ResourceRecordSetFailover::Primary),
        RecordRouting::Second => new.failover(ResourceRecordSetFailover::Secondary),
        RecordRouting::Place { continent, country, subdivision } => new.geo_location(
            GeoLocation::builder()
                .set_continent_code(continent.clone())
                .set_country_code(country.clone())
                .set_subdivision_code(subdivision.clone())
                .build(),
        ),
        RecordRouting::Simple | RecordRouting::Other(_) => new,
    };
    match &record.lead {
        Lead::Alias { name, zone, evaluate } => {
            let alias =
                AliasTarget::builder().dns_name(name).hosted_zone_id(zone).evaluate_target_health(*evaluate);
            new.alias_target(alias.build()?).build()
        }
        Lead::Values { ttl, values } => {
            let values = values.iter().map(|value| ResourceRecord::builder().value(value).build());
            let values = values.collect::<Result<Vec<_>, _>>()?;
            new.ttl(i64::from(*ttl)).set_resource_records(Some(values)).build()
        }
    }
}
