//! What stands between a call and the world: impaired Regions, endpoints away, throttling, denial, lost answers.
//! It must never change a resource: it says what the door is to do.

use std::collections::BTreeMap;
use std::time::Duration;

use super::error::ApiError;
use super::{World, noise};
use crate::sim::fault::Fault;

/// A call that has arrived.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Region of the signature.
    pub region: &'a str,
    /// Service as signed (`monitoring`, `rds`, `route53`, `dynamodb`, `route53-recovery-cluster`, …).
    pub service: &'a str,
    /// Operation.
    pub operation: &'a str,
    /// Region of the ARC cluster endpoint, when it is a call to one.
    pub endpoint: Option<&'a str>,
}

/// What the door does with a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Fate {
    /// Time to let pass before doing it.
    pub latency: Duration,
    /// What to do then.
    pub then: Then,
}

/// What the door does after the latency.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// Serve it.
    Serve,
    /// Never answer (keep the connection open).
    Hang,
    /// Answer with this error; nothing takes effect.
    Refuse(ApiError),
    /// Serve it and never answer.
    ServeThenDrop,
}

/// Calls counted for quotas and for chance; they have no part in the physics.
#[derive(Clone, Debug, Default)]
pub(super) struct Counters {
    /// Calls of each kind so far.
    seen: BTreeMap<u64, u32>,
    /// The second each quota counts in, and the calls in it.
    quotas: BTreeMap<(&'static str, String), (i64, u32)>,
}

/// Calls a second that an account may make: service, operation (any, when empty), how many.
const QUOTAS: [(&str, &str, u32); 4] = [
    ("route53", "", 5),
    ("monitoring", "GetMetricData", 50),
    ("monitoring", "ListMetrics", 25),
    ("monitoring", "DescribeAlarms", 9),
];

impl World {
    /// What becomes of a call now. Faults that count calls are counted down here, so ask once for each call.
    #[must_use]
    pub fn gate(&mut self, call: &Call<'_>) -> Fate {
        let luck = self.luck(call);
        let latency = self.latency(call, luck);
        let then = self.fate(call, luck);
        Fate { latency, then }
    }

    /// Chance of this call: the same for the nth call of its kind in every run.
    fn luck(&mut self, call: &Call<'_>) -> f64 {
        let key = noise::key(call.service) ^ noise::key(call.operation).rotate_left(7);
        let key = key ^ noise::key(call.endpoint.unwrap_or(call.region)).rotate_left(19);
        let count = self.gates.seen.entry(key).or_insert(0);
        *count += 1;
        noise::unit(self.seed, i64::from(*count), key)
    }

    fn latency(&self, call: &Call<'_>, luck: f64) -> Duration {
        let added: u64 = self
            .faults
            .iter()
            .map(|f| match &f.fault {
                Fault::Latency { region, service, ms }
                    if matches(region.as_deref(), call.region)
                        && matches(service.as_deref(), call.service) =>
                {
                    *ms
                }
                _ => 0,
            })
            .sum();
        let impaired = self.region(call.region).map_or(0.0, |r| r.now.control_plane);
        Duration::from_millis(added) + Duration::from_secs_f64(impaired * (0.5 + 2.0 * luck))
    }

    fn fate(&mut self, call: &Call<'_>, luck: f64) -> Then {
        if let Some(then) = self.endpoint_fate(call) {
            return then;
        }
        if let Some(then) = self.region_fate(call, luck) {
            return then;
        }
        if let Some(error) = self.denial(call) {
            return Then::Refuse(error);
        }
        if self.over_quota(call) || luck < self.throttle_rate(call) {
            return Then::Refuse(throttled(call.service));
        }
        self.counted_fate(call)
    }

    /// ARC endpoints that are down, hang, or have their turn of maintenance.
    fn endpoint_fate(&self, call: &Call<'_>) -> Option<Then> {
        let endpoint = call.endpoint?;
        for active in &self.faults {
            match &active.fault {
                Fault::EndpointHang { endpoint: e } if e == endpoint => return Some(Then::Hang),
                Fault::EndpointDown { endpoint: e } if e == endpoint => return Some(Then::Refuse(away())),
                _ => {}
            }
        }
        (self.rotated().as_deref() == Some(endpoint)).then(|| Then::Refuse(away()))
    }

    /// The endpoint whose turn of maintenance it is.
    #[must_use]
    pub fn rotated(&self) -> Option<String> {
        let rotation = self.arc.rotation?;
        let every = i64::try_from(rotation.every.as_secs()).unwrap_or(i64::MAX).max(1);
        let away = i64::try_from(rotation.away.as_secs()).unwrap_or(0);
        let since = self.now.as_second() - self.start.as_second();
        if since < 0 || since.rem_euclid(every) >= away {
            return None;
        }
        let turn = usize::try_from(since.div_euclid(every)).unwrap_or(0) % self.arc.endpoints.len().max(1);
        self.arc.endpoints.get(turn).map(|e| e.region.clone())
    }

    /// A Region whose own API is in trouble: lost ones never answer, impaired ones now and then.
    fn region_fate(&self, call: &Call<'_>, luck: f64) -> Option<Then> {
        let now = self.region(call.endpoint.unwrap_or(call.region))?.now;
        if now.lost {
            return Some(Then::Hang);
        }
        if luck < now.control_plane * 0.4 {
            return Some(Then::Hang);
        }
        (luck < now.control_plane * 0.8).then(|| Then::Refuse(broken(call.service)))
    }

    fn denial(&self, call: &Call<'_>) -> Option<ApiError> {
        for active in &self.faults {
            match &active.fault {
                // Whoever signs in again has no session to be over.
                Fault::ExpiredToken {} if call.service != "sso" => return Some(expired(call.service)),
                Fault::AccessDenied { service, operation, region }
                    if service == call.service
                        && matches(operation.as_deref(), call.operation)
                        && matches(region.as_deref(), call.region) =>
                {
                    return Some(self.denied(call));
                }
                _ => {}
            }
        }
        None
    }

    fn denied(&self, call: &Call<'_>) -> ApiError {
        let action = format!("{}:{}", action_prefix(call.service), call.operation);
        let message = format!(
            "User: arn:aws:sts::{}:assumed-role/ops-failover/pointsman is not authorized to perform: {action} \
             because no identity-based policy allows the {action} action",
            self.account
        );
        match family(call.service) {
            Family::Query | Family::RestXml => ApiError::new(403, "AccessDenied", message),
            Family::Json10 | Family::Json11 | Family::Cbor => {
                ApiError::new(400, "AccessDeniedException", message)
            }
            Family::RestJson => ApiError::new(403, "AccessDeniedException", message),
        }
    }

    fn throttle_rate(&self, call: &Call<'_>) -> f64 {
        let rates = self.faults.iter().filter_map(|f| match &f.fault {
            Fault::Throttle { service, region, rate }
                if service == call.service && matches(region.as_deref(), call.region) =>
            {
                Some(*rate)
            }
            _ => None,
        });
        rates.fold(0.0, f64::max)
    }

    fn over_quota(&mut self, call: &Call<'_>) -> bool {
        let second = self.now.as_second();
        let quota =
            QUOTAS.iter().find(|(s, o, _)| *s == call.service && (o.is_empty() || *o == call.operation));
        let Some((_, operation, most)) = quota else { return false };
        // Route 53 counts for the account, CloudWatch for each Region.
        let place = if call.service == "route53" { String::new() } else { call.region.to_owned() };
        let key = if operation.is_empty() { "route53" } else { operation };
        let entry = self.gates.quotas.entry((key, place)).or_insert((second, 0));
        if entry.0 != second {
            *entry = (second, 0);
        }
        entry.1 += 1;
        entry.1 > *most
    }

    /// Faults that meet a number of calls.
    fn counted_fate(&mut self, call: &Call<'_>) -> Then {
        let hit = self.faults.iter_mut().find(|f| {
            let meets = match &f.fault {
                Fault::LostAnswer { service, operation, .. } | Fault::Refuse { service, operation, .. } => {
                    service == call.service && operation == call.operation
                }
                _ => false,
            };
            meets && f.left.is_some_and(|left| left > 0)
        });
        let Some(active) = hit else { return Then::Serve };
        active.left = active.left.map(|left| left - 1);
        let then = match &active.fault {
            Fault::Refuse { code, .. } => Then::Refuse(refusal(code)),
            _ => Then::ServeThenDrop,
        };
        self.faults.retain(|f| f.left != Some(0));
        then
    }
}

fn matches(wanted: Option<&str>, is: &str) -> bool {
    wanted.is_none_or(|w| w == is)
}

/// How a service spells its common errors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Query,
    RestXml,
    Json10,
    Json11,
    Cbor,
    RestJson,
}

fn family(service: &str) -> Family {
    match service {
        "rds" | "sts" => Family::Query,
        "route53" => Family::RestXml,
        "monitoring" | "arc-region-switch" => Family::Cbor,
        "route53-recovery-control-config" | "fis" | "sso" => Family::RestJson,
        "ecs" | "ssm" => Family::Json11,
        _ => Family::Json10,
    }
}

/// The prefix of a service's IAM actions.
fn action_prefix(service: &str) -> &str {
    match service {
        "monitoring" => "cloudwatch",
        other => other,
    }
}

fn away() -> ApiError {
    let message = "The cluster endpoint isn't available. Try another cluster endpoint.";
    ApiError::new(400, "EndpointTemporarilyUnavailableException", message)
}

fn throttled(service: &str) -> ApiError {
    match family(service) {
        Family::Query | Family::RestXml => ApiError::new(400, "Throttling", "Rate exceeded"),
        Family::Cbor | Family::Json11 => ApiError::new(400, "ThrottlingException", "Rate exceeded"),
        Family::RestJson => ApiError::new(429, "ThrottlingException", "Rate exceeded"),
        Family::Json10 if service == "dynamodb" => ApiError::new(400, "ThrottlingException", "Rate exceeded"),
        Family::Json10 => {
            ApiError::new(400, "ThrottlingException", "Rate exceeded").with("retryAfterSeconds", 1)
        }
    }
}

fn expired(service: &str) -> ApiError {
    let message = "The security token included in the request is expired";
    match family(service) {
        Family::Query | Family::RestXml => ApiError::new(403, "ExpiredToken", message),
        Family::RestJson => ApiError::new(403, "ExpiredTokenException", message),
        Family::Json10 | Family::Json11 | Family::Cbor => {
            ApiError::new(400, "ExpiredTokenException", message)
        }
    }
}

fn broken(service: &str) -> ApiError {
    let message = "The request processing has failed because of an unknown error.";
    match family(service) {
        Family::Query | Family::RestXml => ApiError::new(503, "ServiceUnavailable", message),
        Family::Cbor if service == "arc-region-switch" => {
            ApiError::new(500, "InternalServerException", message)
        }
        Family::Cbor => ApiError::new(500, "InternalServiceFault", message),
        Family::Json11 if service == "ecs" => ApiError::new(500, "ServerException", message),
        Family::Json11 => ApiError::new(500, "InternalServerError", message),
        Family::Json10 if service == "dynamodb" => ApiError::new(500, "InternalServerError", message),
        Family::Json10 => ApiError::new(500, "InternalServerException", message).with("retryAfterSeconds", 1),
        Family::RestJson => ApiError::new(500, "InternalServerException", message),
    }
}

fn refusal(code: &str) -> ApiError {
    let status = match code {
        "HealthCheckVersionMismatch" => 409,
        "GlobalClusterNotFoundFault"
        | "DBClusterNotFoundFault"
        | "NoSuchHostedZone"
        | "NoSuchHealthCheck" => 404,
        "AccessDenied" | "ExpiredToken" => 403,
        "InternalServerException" | "InternalServerError" | "InternalFailure" | "ServerException" => 500,
        "ServiceUnavailable" => 503,
        _ => 400,
    };
    ApiError::new(status, code, format!("Injected: {code}"))
}
