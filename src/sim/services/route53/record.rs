//! A resource record set to and from the wire.
//!
//! It must never accept a routing policy the world cannot act on.

use crate::sim::services::Service;
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::dns::{self, Alias, Geo, Routing};

/// A name with its final dot, in small letters.
pub(super) fn full_name(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    if name.is_empty() || name.ends_with('.') { name } else { format!("{name}.") }
}

/// The record set as it is listed.
pub(super) fn write(record: &dns::Record) -> Record {
    let out = Record::new()
        .with("Name", record.name.as_str())
        .with("Type", record.kind.as_str())
        .maybe("SetIdentifier", record.set_id.as_deref());
    let out = match &record.routing {
        Routing::Simple => out,
        Routing::Weighted(weight) => out.with("Weight", i64::from(*weight)),
        Routing::Latency(region) => out.with("Region", region.as_str()),
        Routing::Failover(first) => out.with("Failover", if *first { "PRIMARY" } else { "SECONDARY" }),
        Routing::Geolocation(geo) => out.with("GeoLocation", write_geo(geo)),
    };
    let values = record.values.iter().map(|value| Record::new().with("Value", value.as_str()));
    let out = out.maybe("TTL", record.ttl);
    let out = match &record.alias {
        None => out.list("ResourceRecords", "ResourceRecord", values),
        Some(alias) => out.with(
            "AliasTarget",
            Record::new()
                .with("HostedZoneId", alias.zone.as_str())
                .with("DNSName", alias.dns_name.as_str())
                .with("EvaluateTargetHealth", alias.evaluate),
        ),
    };
    out.maybe("HealthCheckId", record.health_check.as_deref())
}

fn write_geo(geo: &Geo) -> Record {
    match geo {
        Geo::Default => Record::new().with("CountryCode", "*"),
        Geo::Continent(code) => Record::new().with("ContinentCode", code.as_str()),
        Geo::Country(code) => Record::new().with("CountryCode", code.as_str()),
    }
}

/// The record set of a change.
pub(super) fn read(set: &Value) -> Result<dns::Record, Refusal> {
    let service = Service::Route53;
    let text = |name| set.text(name).ok_or_else(|| service.missing(name));
    let record = dns::Record {
        name: full_name(text("Name")?),
        kind: text("Type")?.to_owned(),
        set_id: set.text("SetIdentifier").map(str::to_owned),
        routing: routing(set)?,
        ttl: set.int("TTL").and_then(|ttl| u32::try_from(ttl).ok()),
        values: set
            .items("ResourceRecords")
            .iter()
            .filter_map(|one| one.text("Value"))
            .map(str::to_owned)
            .collect(),
        alias: set.get("AliasTarget").map(alias).transpose()?,
        health_check: set.text("HealthCheckId").map(str::to_owned),
    };
    let complaint = match (&record.alias, record.ttl, record.values.is_empty()) {
        (Some(_), None, true) | (None, Some(_), false) => None,
        (Some(_), ..) => Some("an alias has neither TTL nor ResourceRecords"),
        (None, ..) => Some("it needs a TTL and ResourceRecords, or an AliasTarget"),
    };
    if let Some(words) = complaint.or_else(|| set_id_complaint(&record)) {
        let what = format!("[Invalid request: {words} (name {}, type {})]", record.name, record.kind);
        return Err(Refusal::new("InvalidInput", what));
    }
    Ok(record)
}

fn set_id_complaint(record: &dns::Record) -> Option<&'static str> {
    match (&record.routing, &record.set_id) {
        (Routing::Simple, Some(_)) => Some("a SetIdentifier needs a routing policy"),
        (Routing::Simple, None) | (_, Some(_)) => None,
        (_, None) => Some("a routing policy needs a SetIdentifier"),
    }
}

fn routing(set: &Value) -> Result<Routing, Refusal> {
    let service = Service::Route53;
    let unknown =
        ["MultiValueAnswer", "CidrRoutingConfig", "GeoProximityLocation", "TrafficPolicyInstanceId"];
    if let Some(name) = unknown.into_iter().find(|name| set.get(name).is_some()) {
        return Err(service.invalid(format!("The simulator does not route by {name}.")));
    }
    let mut found = Vec::new();
    if let Some(weight) = set.int("Weight") {
        let weight = u16::try_from(weight).ok().filter(|weight| *weight <= 255);
        found.push(Routing::Weighted(
            weight.ok_or_else(|| service.invalid("Weight must be between 0 and 255."))?,
        ));
    }
    if let Some(region) = set.text("Region") {
        found.push(Routing::Latency(region.to_owned()));
    }
    if let Some(word) = set.text("Failover") {
        match word {
            "PRIMARY" => found.push(Routing::Failover(true)),
            "SECONDARY" => found.push(Routing::Failover(false)),
            other => return Err(service.invalid(format!("Failover cannot be {other}."))),
        }
    }
    if let Some(geo) = set.get("GeoLocation") {
        found.push(Routing::Geolocation(read_geo(geo)?));
    }
    match found.len() {
        0 => Ok(Routing::Simple),
        1 => Ok(found.remove(0)),
        _ => Err(service.invalid("A record set has one routing policy.")),
    }
}

fn read_geo(geo: &Value) -> Result<Geo, Refusal> {
    match (geo.text("ContinentCode"), geo.text("CountryCode")) {
        (Some(code), None) => Ok(Geo::Continent(code.to_owned())),
        (None, Some("*")) => Ok(Geo::Default),
        (None, Some(code)) => Ok(Geo::Country(code.to_owned())),
        _ => Err(Service::Route53.invalid("A GeoLocation has a ContinentCode or a CountryCode.")),
    }
}

fn alias(target: &Value) -> Result<Alias, Refusal> {
    let missing = |name| Service::Route53.missing(name);
    Ok(Alias {
        dns_name: full_name(target.text("DNSName").ok_or_else(|| missing("DNSName"))?),
        zone: target.text("HostedZoneId").ok_or_else(|| missing("HostedZoneId"))?.to_owned(),
        evaluate: target.flag("EvaluateTargetHealth").ok_or_else(|| missing("EvaluateTargetHealth"))?,
    })
}
