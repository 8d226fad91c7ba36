//! `GetHealthCheckStatus`: what each checker saw last.
//!
//! It must never be quicker than DNS: it shows what DNS acts on.

use std::time::Duration;

use super::check;
use crate::sim::services::Call;
use crate::sim::wire::{Record, Refusal, Value};
use crate::sim::world::World;
use crate::sim::world::health::{HealthCheck, Probe};

/// The Regions of the checkers, and one checker's address in each.
const CHECKERS: [(&str, &str); 8] = [
    ("ap-northeast-1", "54.248.220.41"),
    ("ap-southeast-1", "54.255.254.12"),
    ("ap-southeast-2", "54.252.254.200"),
    ("eu-west-1", "54.228.16.7"),
    ("sa-east-1", "54.232.40.103"),
    ("us-east-1", "54.243.31.228"),
    ("us-west-1", "54.241.32.88"),
    ("us-west-2", "54.245.168.42"),
];

/// Answers `GetHealthCheckStatus`.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, Refusal> {
    let check = check::find(world, call)?;
    let observations = CHECKERS.iter().zip(0_u64..).map(|((region, address), at)| {
        let words = match world.checker_sees(check, region) {
            Some(good) => endpoint_words(check, good),
            None => words(check),
        };
        let checked = world.now.saturating_sub(Duration::from_secs(1 + at)).unwrap_or(world.now);
        let report = Record::new().with("Status", words).with("CheckedTime", checked);
        Record::new().with("Region", *region).with("IPAddress", *address).with("StatusReport", report)
    });
    Ok(Record::new().list("HealthCheckObservations", "HealthCheckObservation", observations).into())
}

fn endpoint_words(check: &HealthCheck, good: bool) -> &'static str {
    match (&check.probe, good) {
        (_, false) => "Failure: HTTP Status Code 503, Service Unavailable",
        (Probe::Endpoint { search: Some(_), .. }, true) => {
            "Success: HTTP Status Code 200, OK. The response body contains the search string"
        }
        (_, true) => "Success: HTTP Status Code 200, OK",
    }
}

fn words(check: &HealthCheck) -> &'static str {
    match (&check.probe, check.healthy) {
        (Probe::RecoveryControl { .. }, true) => "Success: the routing control state is On",
        (Probe::RecoveryControl { .. }, false) => "Failure: the routing control state is Off",
        (_, true) => "Success: the health check is healthy",
        (_, false) => "Failure: the health check is unhealthy",
    }
}
