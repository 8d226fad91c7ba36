//! Route 53: zones, records, health checks, and changes on their way to the name servers.
//!
//! It must never answer a DNS question: the world's resolvers do.

mod check;
mod record;
mod status;

use super::{Call, Service};
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::dns::{self, Action, ChangeInfo, Zone};

/// Performs a Route 53 operation.
pub(super) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    match call.operation.as_str() {
        "ListHostedZones" => list_zones(world, call),
        "GetHostedZone" => get_zone(world, call),
        "ListResourceRecordSets" => list_records(world, call),
        "ChangeResourceRecordSets" => change_records(world, call),
        "GetChange" => get_change(world, call),
        "ListHealthChecks" => check::list(world, call),
        "GetHealthCheck" => check::get(world, call),
        "UpdateHealthCheck" => check::update(world, call),
        "GetHealthCheckStatus" => status::get(world, call),
        other => Err(call.service.unknown_operation(other)),
    }
}

/// An id as clients may send it, without `/hostedzone/` or `/change/`.
fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

fn not_found(code: &str, words: String) -> Refusal {
    Refusal::new(code, words).status(404)
}

/// The page size asked for, which arrives as text; 100 unless told.
fn most_items(call: &Call, most: usize) -> Result<usize, Refusal> {
    let Some(text) = call.input.text("maxitems") else { return Ok(most) };
    let asked = text.parse::<usize>().ok().filter(|asked| *asked > 0);
    asked
        .map(|asked| asked.min(most))
        .ok_or_else(|| call.service.invalid("MaxItems must be a positive number."))
}

/// A page that starts at the item whose id is `marker`.
fn by_marker(
    call: &Call,
    name: &str,
    item: &'static str,
    all: Vec<(String, Record)>,
) -> Result<Value, Refusal> {
    let most = most_items(call, 100)?;
    let marker = call.input.text("marker").filter(|marker| !marker.is_empty());
    let start = match marker {
        None => 0,
        Some(marker) => all
            .iter()
            .position(|(id, _)| id == bare(marker))
            .ok_or_else(|| call.service.invalid(format!("The marker {marker} is not known.")))?,
    };
    let next = all.get(start + most).map(|(id, _)| id.clone());
    let items = all.into_iter().skip(start).take(most).map(|(_, record)| record);
    Ok(Record::new()
        .list(name, item, items)
        .with("Marker", marker.unwrap_or_default())
        .with("IsTruncated", next.is_some())
        .maybe("NextMarker", next)
        .with("MaxItems", most.to_string())
        .into())
}

fn zone<'a>(world: &'a World, call: &Call, label: &str) -> Result<&'a Zone, Refusal> {
    let id = bare(call.required(label)?);
    let found = world.dns.zone(id);
    found.ok_or_else(|| not_found("NoSuchHostedZone", format!("No hosted zone found with ID: {id}")))
}

fn zone_record(zone: &Zone) -> Record {
    let count = i64::try_from(zone.records.len()).unwrap_or(i64::MAX);
    Record::new()
        .with("Id", format!("/hostedzone/{}", zone.id))
        .with("Name", zone.name.as_str())
        .with("CallerReference", format!("simulated-{}", zone.id))
        .with("Config", Record::new().with("PrivateZone", zone.private))
        .with("ResourceRecordSetCount", count)
}

fn list_zones(world: &World, call: &Call) -> Result<Value, Refusal> {
    let private_only = call.input.text("hostedzonetype") == Some("PrivateHostedZone");
    let zones = world.dns.zones.iter().filter(|zone| zone.private || !private_only);
    by_marker(
        call,
        "HostedZones",
        "HostedZone",
        zones.map(|zone| (zone.id.clone(), zone_record(zone))).collect(),
    )
}

fn get_zone(world: &World, call: &Call) -> Result<Value, Refusal> {
    let zone = zone(world, call, "Id")?;
    let record = Record::new().with("HostedZone", zone_record(zone));
    if zone.private {
        let region = world.regions.first().map_or("us-east-1", |region| region.name.as_str());
        let vpc = Record::new().with("VPCRegion", region).with("VPCId", "vpc-0a1b2c3d4e5f60718");
        return Ok(record.list("VPCs", "VPC", [vpc]).into());
    }
    let servers = [("1", "com"), ("2", "net"), ("3", "org"), ("4", "co.uk")]
        .map(|(number, domain)| format!("ns-{number}.awsdns-0{number}.{domain}"));
    Ok(record.with("DelegationSet", Record::new().list("NameServers", "NameServer", servers)).into())
}

/// The order of a zone's records: by name from its last label on, then type, then set identifier.
fn place(record: &dns::Record) -> (Vec<String>, String, String) {
    let labels = record.name.trim_end_matches('.').rsplit('.').map(str::to_owned).collect();
    (labels, record.kind.clone(), record.set_id.clone().unwrap_or_default())
}

fn list_records(world: &World, call: &Call) -> Result<Value, Refusal> {
    let zone = zone(world, call, "HostedZoneId")?;
    let most = most_items(call, 300)?;
    let text = |name| call.input.text(name).unwrap_or_default();
    if call.input.text("type").is_some() && call.input.text("name").is_none() {
        return Err(call.service.invalid("A start type needs a start name."));
    }
    let labels = record::full_name(text("name"));
    let labels = labels.trim_end_matches('.').rsplit('.').filter(|label| !label.is_empty());
    let start = (
        labels.map(str::to_owned).collect::<Vec<_>>(),
        text("type").to_owned(),
        text("identifier").to_owned(),
    );
    let mut records: Vec<&dns::Record> = zone.records.iter().collect();
    records.sort_by_key(|record| place(record));
    let records: Vec<&dns::Record> = records.into_iter().filter(|record| place(record) >= start).collect();
    let next = records.get(most);
    Ok(Record::new()
        .list(
            "ResourceRecordSets",
            "ResourceRecordSet",
            records.iter().take(most).map(|record| record::write(record)),
        )
        .with("IsTruncated", next.is_some())
        .maybe("NextRecordName", next.map(|record| record.name.as_str()))
        .maybe("NextRecordType", next.map(|record| record.kind.as_str()))
        .maybe("NextRecordIdentifier", next.and_then(|record| record.set_id.as_deref()))
        .with("MaxItems", most.to_string())
        .into())
}

fn change_records(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let zone = zone(world, call, "HostedZoneId")?;
    let batch = call.input.get("ChangeBatch").ok_or_else(|| call.service.missing("ChangeBatch"))?;
    let changes = batch.items("Changes");
    if changes.is_empty() {
        return Err(call.service.missing("Changes"));
    }
    let batch =
        changes.iter().map(|change| one_change(world, zone, change)).collect::<Result<Vec<_>, _>>()?;
    let id = zone.id.clone();
    let info = world.change_records(&id, batch).map_err(|error| call.service.refusal(error))?;
    Ok(Record::new().with("ChangeInfo", change_record(&info)).into())
}

fn one_change(world: &World, zone: &Zone, change: &Value) -> Result<(Action, dns::Record), Refusal> {
    let service = Service::Route53;
    let action = match change.text("Action") {
        Some("CREATE") => Action::Create,
        Some("DELETE") => Action::Delete,
        Some("UPSERT") => Action::Upsert,
        Some(other) => {
            return Err(service.invalid(format!("The action {other} is not CREATE, DELETE or UPSERT.")));
        }
        None => return Err(service.missing("Action")),
    };
    let set = change.get("ResourceRecordSet").ok_or_else(|| service.missing("ResourceRecordSet"))?;
    let record = record::read(set)?;
    if !(record.name == zone.name || record.name.ends_with(&format!(".{}", zone.name))) {
        let words = format!("[RRSet with DNS name {} is not permitted in zone {}]", record.name, zone.name);
        return Err(Refusal::new("InvalidChangeBatch", words));
    }
    if let Some(id) =
        record.health_check.as_ref().filter(|id| !world.health_checks.iter().any(|check| check.id == **id))
    {
        return Err(not_found("NoSuchHealthCheck", format!("A health check with id {id} does not exist.")));
    }
    Ok((action, record))
}

fn get_change(world: &World, call: &Call) -> Result<Value, Refusal> {
    let id = bare(call.required("Id")?);
    let info = world
        .dns
        .change(id)
        .ok_or_else(|| not_found("NoSuchChange", format!("Could not find resource with ID: {id}")))?;
    Ok(Record::new().with("ChangeInfo", change_record(info)).into())
}

fn change_record(info: &ChangeInfo) -> Record {
    Record::new()
        .with("Id", format!("/change/{}", info.id))
        .with("Status", info.status())
        .with("SubmittedAt", info.submitted)
}
