//! Route 53: the records of one name, from its control plane in us-east-1 (aws-facts section 6).

use aws_sdk_route53::types::{GeoLocation, ResourceRecord, ResourceRecordSet, RrType};

use super::error::trouble;
use super::{Clients, undeclared};
use crate::model::reading::{RecordReading, Trouble};
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
}

fn same_name(one: &str, other: &str) -> bool {
    one.trim_end_matches('.').eq_ignore_ascii_case(other.trim_end_matches('.'))
}

fn reading(set: &ResourceRecordSet) -> RecordReading {
    let target = set.alias_target().map_or_else(
        || set.resource_records().iter().map(ResourceRecord::value).collect::<Vec<_>>().join(" "),
        |alias| alias.dns_name().to_owned(),
    );
    RecordReading {
        id: set.set_identifier().map(str::to_owned),
        routing: routing(set),
        target,
        ttl: set.ttl().and_then(|ttl| u64::try_from(ttl).ok()),
        health_check: set.health_check_id().map(str::to_owned),
    }
}

fn routing(set: &ResourceRecordSet) -> String {
    if let Some(weight) = set.weight() {
        return format!("weight {weight}");
    }
    if let Some(region) = set.region() {
        return format!("latency {}", region.as_str());
    }
    if let Some(failover) = set.failover() {
        return failover.as_str().to_owned();
    }
    if let Some(place) = set.geo_location() {
        return format!("geolocation {}", geolocation(place));
    }
    if set.multi_value_answer() == Some(true) {
        return "multivalue".to_owned();
    }
    "simple".to_owned()
}

fn geolocation(place: &GeoLocation) -> String {
    let parts = [place.continent_code(), place.country_code(), place.subdivision_code()];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "*".to_owned() } else { parts.join("-") }
}
