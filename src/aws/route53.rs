//! Route 53: records, changes and health checks, from its control plane in us-east-1 (aws-facts section 6).

use aws_sdk_route53::types::{
    ChangeStatus as SdkStatus, ResourceRecordSet, ResourceRecordSetFailover, RrType,
};

use super::error::trouble;
use super::{Clients, undeclared};
use crate::model::reading::{
    ChangeStatus, HealthCheckReading, Lead, RecordReading, RecordRouting, Trouble, TroubleKind, same_name,
};
use crate::model::topology::Region;

/// Where Route 53's control plane lives and what its requests are signed for.
const HOME: &str = "us-east-1";

impl Clients {
    /// The records of a declared name and type.
    pub(super) async fn records(&self, name: &str) -> Result<Vec<RecordReading>, Trouble> {
        let found = self.inner.topology.dns.iter().find(|dns| dns.name == name);
        let dns = found.ok_or_else(|| undeclared(&format!("the name {name}")))?;
        let client = self.inner.bound.route53(&Region::new(HOME));
        let mut records = Vec::new();
        let mut next: Option<String> = None;
        loop {
            self.inner.tally.call();
            let page = client
                .list_resource_record_sets()
                .hosted_zone_id(&dns.zone)
                .start_record_name(&dns.name)
                .start_record_type(RrType::from(dns.kind.as_str()))
                .set_start_record_identifier(next.take())
                .send()
                .await
                .map_err(trouble)?;
            let ours = |set: &&ResourceRecordSet| {
                same_name(set.name(), &dns.name) && set.r#type().as_str() == dns.kind
            };
            records.extend(page.resource_record_sets().iter().filter(ours).map(reading));
            // The list goes on through the whole zone; ours ends where another name or type begins.
            let more = page.is_truncated()
                && page.next_record_name().is_some_and(|next| same_name(next, &dns.name))
                && page.next_record_type().is_some_and(|kind| kind.as_str() == dns.kind);
            next = page.next_record_identifier().map(str::to_owned);
            if !more || next.is_none() {
                return Ok(records);
            }
        }
    }

    /// How far a change of records has come.
    pub(super) async fn record_change(&self, id: &str) -> Result<ChangeStatus, Trouble> {
        self.inner.tally.call();
        let client = self.inner.bound.route53(&Region::new(HOME));
        let answer = client.get_change().id(id).send().await.map_err(trouble)?;
        let insync = answer.change_info().is_some_and(|info| *info.status() == SdkStatus::Insync);
        Ok(if insync { ChangeStatus::Insync } else { ChangeStatus::Pending })
    }

    /// The settings of a health check.
    pub(super) async fn health_check(&self, id: &str) -> Result<HealthCheckReading, Trouble> {
        self.inner.tally.call();
        let client = self.inner.bound.route53(&Region::new(HOME));
        let answer = client.get_health_check().health_check_id(id).send().await.map_err(trouble)?;
        let check = answer.health_check().ok_or_else(|| no_settings(id))?;
        let config = check.health_check_config().ok_or_else(|| no_settings(id))?;
        Ok(HealthCheckReading {
            version: check.health_check_version(),
            kind: config.r#type().as_str().to_owned(),
            inverted: config.inverted().unwrap_or_default(),
            disabled: config.disabled().unwrap_or_default(),
        })
    }
}

fn no_settings(id: &str) -> Trouble {
    let text = format!("the answer tells no settings of the health check {id}");
    Trouble { kind: TroubleKind::Faulty, text, request_id: None }
}

fn reading(set: &ResourceRecordSet) -> RecordReading {
    let lead = match set.alias_target() {
        Some(alias) => Lead::Alias {
            name: alias.dns_name().to_owned(),
            zone: alias.hosted_zone_id().to_owned(),
            evaluate: alias.evaluate_target_health(),
        },
        None => Lead::Values {
            ttl: set.ttl().and_then(|ttl| u32::try_from(ttl).ok()).unwrap_or_default(),
            values: set.resource_records().iter().map(|record| record.value().to_owned()).collect(),
        },
    };
    RecordReading {
        id: set.set_identifier().map(str::to_owned),
        routing: routing(set),
        lead,
        health_check: set.health_check_id().map(str::to_owned),
    }
}

fn routing(set: &ResourceRecordSet) -> RecordRouting {
    if let Some(weight) = set.weight() {
        return u8::try_from(weight)
            .map_or_else(|_| RecordRouting::Other(format!("weight {weight}")), RecordRouting::Weight);
    }
    if let Some(region) = set.region() {
        return RecordRouting::Latency(Region::new(region.as_str()));
    }
    if let Some(failover) = set.failover() {
        return match failover {
            ResourceRecordSetFailover::Primary => RecordRouting::First,
            ResourceRecordSetFailover::Secondary => RecordRouting::Second,
            other => RecordRouting::Other(other.as_str().to_owned()),
        };
    }
    if let Some(place) = set.geo_location() {
        let text = |code: Option<&str>| code.map(str::to_owned);
        return RecordRouting::Place {
            continent: text(place.continent_code()),
            country: text(place.country_code()),
            subdivision: text(place.subdivision_code()),
        };
    }
    let others = [
        (set.multi_value_answer() == Some(true), "multivalue"),
        (set.cidr_routing_config().is_some(), "by IP address"),
        (set.geo_proximity_location().is_some(), "geoproximity"),
        (set.traffic_policy_instance_id().is_some(), "by a traffic policy"),
    ];
    let other = others.into_iter().find(|(is, _)| *is);
    other.map_or(RecordRouting::Simple, |(_, words)| RecordRouting::Other(words.to_owned()))
}
