//! The simulated services: which one a request is for, how it is framed, and who answers it.
//!
//! One file a service. A service reads and writes the world and returns a tree; it must never frame bytes,
//! sleep, or inject a fault: the wire and the gate do.

mod cloudwatch;
mod cluster;
mod common;
mod control;
mod dynamodb;
mod ecs;
mod fis;
mod operation;
mod page;
mod rds;
mod regionswitch;
mod route53;
mod ssm;
mod sso;
mod sts;

use bytes::Bytes;

use super::wire::{self, Protocol, Refusal, Scope, Unsigned, Value};
use super::world::{World, gate};

/// A service of the simulator, by its signing name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// Security token service.
    Sts,
    /// Metrics and alarms.
    CloudWatch,
    /// ARC routing control states: the data plane of five endpoints.
    Cluster,
    /// ARC routing control configuration.
    Control,
    /// Aurora.
    Rds,
    /// Tables.
    DynamoDb,
    /// DNS.
    Route53,
    /// Fault injection.
    Fis,
    /// ARC Region switch.
    RegionSwitch,
    /// Services and their tasks.
    Ecs,
    /// Automation.
    Ssm,
    /// Signing in.
    Sso,
}

/// One request, understood: what is asked of whom.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The service.
    pub(crate) service: Service,
    /// The operation's name in the model.
    pub(crate) operation: String,
    /// Its input.
    pub(crate) input: Value,
    /// The Region that was signed for.
    pub(crate) region: String,
    /// The ARC endpoint's Region, on the ARC data plane.
    pub(crate) endpoint: Option<String>,
    /// Where the caller reached the simulator: scheme and authority.
    pub(crate) base: String,
    /// The frame of the answer.
    pub(crate) protocol: Protocol,
}

/// A request that is refused before it is understood.
pub(crate) struct Misread {
    /// The frame of the answer.
    pub(crate) protocol: Protocol,
    /// Why.
    pub(crate) refusal: Refusal,
}

impl Service {
    /// All services.
    pub(crate) const ALL: [Self; 12] = [
        Self::Sts,
        Self::CloudWatch,
        Self::Cluster,
        Self::Control,
        Self::Rds,
        Self::DynamoDb,
        Self::Route53,
        Self::Fis,
        Self::RegionSwitch,
        Self::Ecs,
        Self::Ssm,
        Self::Sso,
    ];

    /// Its name in a credential scope.
    pub(crate) const fn signing_name(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::CloudWatch => "monitoring",
            Self::Cluster => "route53-recovery-cluster",
            Self::Control => "route53-recovery-control-config",
            Self::Rds => "rds",
            Self::DynamoDb => "dynamodb",
            Self::Route53 => "route53",
            Self::Fis => "fis",
            Self::RegionSwitch => "arc-region-switch",
            Self::Ecs => "ecs",
            Self::Ssm => "ssm",
            Self::Sso => "sso",
        }
    }

    /// The service of that signing name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.signing_name() == name)
    }

    /// The Region of a global service's one endpoint, whatever its caller's own Region is.
    fn home(self, operation: &str) -> Option<&'static str> {
        match self {
            Self::Route53 => Some("us-east-1"),
            Self::RegionSwitch if regionswitch::is_control_plane(operation) => {
                Some(regionswitch::CONTROL_PLANE)
            }
            Self::Control => Some("us-west-2"),
            _ => None,
        }
    }

    /// Performs the operation on the world.
    fn perform(self, world: &mut World, call: &Call) -> Result<Value, Refusal> {
        match self {
            Self::Sts => sts::perform(world, call),
            Self::CloudWatch => cloudwatch::perform(world, call),
            Self::Cluster => cluster::perform(world, call),
            Self::Control => control::perform(world, call),
            Self::Rds => rds::perform(world, call),
            Self::Route53 => route53::perform(world, call),
            Self::DynamoDb => dynamodb::perform(world, call),
            Self::Fis => fis::perform(world, call),
            Self::RegionSwitch => regionswitch::perform(world, call),
            Self::Ecs => ecs::perform(world, call),
            Self::Ssm => ssm::perform(world, call),
            Self::Sso => sso::perform(world, call),
        }
    }
}

/// Understands a request, or says how to refuse it.
pub(crate) fn understand(request: &http::Request<Bytes>) -> Result<Call, Box<Misread>> {
    // Whoever signs in has nothing to sign with.
    let scope = if operation::is_sign_in(request) {
        Scope { key: String::new(), region: String::new(), service: Service::Sso.signing_name().to_owned() }
    } else {
        wire::scope_of(request.headers()).map_err(|why| unsigned(request, why))?
    };
    let Some(service) = Service::named(&scope.service) else {
        let (protocol, operation) = operation::stranger(request);
        let words = format!("The simulator does not speak for {}, so it has no {operation}.", scope.service);
        let refusal = Refusal::new("UnknownOperationException", words).status(404);
        return Err(Box::new(Misread { protocol, refusal }));
    };
    let protocol = operation::protocol_of(service, request);
    let endpoint = operation::endpoint_of(request.uri().path()).filter(|_| service == Service::Cluster);
    let misread = |refusal| Box::new(Misread { protocol, refusal });
    match service {
        Service::Cluster => check_endpoint(&scope, endpoint).map_err(misread)?,
        Service::Control => check_home(&scope).map_err(misread)?,
        _ => {}
    }
    let (operation, input) = operation::read(service, protocol, request).map_err(misread)?;
    Ok(Call {
        service,
        region: service.home(&operation).map_or(scope.region, str::to_owned),
        operation,
        input,
        base: operation::base_of(request),
        endpoint: endpoint.map(str::to_owned),
        protocol,
    })
}

/// The signature of the ARC data plane is for the endpoint's own Region.
fn check_endpoint(scope: &Scope, endpoint: Option<&str>) -> Result<(), Refusal> {
    match endpoint {
        Some(endpoint) if endpoint == scope.region => Ok(()),
        Some(endpoint) => {
            let words = format!(
                "Credential should be scoped to a valid Region, not {}; this endpoint is in {endpoint}.",
                scope.region
            );
            Err(Refusal::new("InvalidSignatureException", words).status(403))
        }
        None => {
            let words = "An ARC cluster answers on its own endpoints: {base}/cluster/{region}";
            Err(Refusal::new("UnknownEndpointException", words).status(404))
        }
    }
}

/// The ARC configuration has one endpoint, in us-west-2; no other Region's signature is good there.
fn check_home(scope: &Scope) -> Result<(), Refusal> {
    if scope.region == "us-west-2" {
        return Ok(());
    }
    let words = format!(
        "Credential should be scoped to us-west-2, not {}: the only home of this service.",
        scope.region
    );
    Err(Refusal::new("InvalidSignatureException", words).status(403))
}

fn unsigned(request: &http::Request<Bytes>, why: Unsigned) -> Box<Misread> {
    let service = operation::guess(request);
    let protocol = operation::protocol_of(service, request);
    let refusal = service.unsigned(why);
    Box::new(Misread { protocol, refusal })
}

/// Performs an understood call on the world.
pub(crate) fn perform(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    call.service.perform(world, call)
}

impl Call {
    /// The call as the gate sees it.
    pub(crate) fn arrival(&self) -> gate::Call<'_> {
        gate::Call {
            region: &self.region,
            service: self.service.signing_name(),
            operation: &self.operation,
            endpoint: self.endpoint.as_deref(),
        }
    }

    /// The required string member `name`, or the service's validation error.
    pub(crate) fn required<'a>(&'a self, name: &str) -> Result<&'a str, Refusal> {
        self.input.text(name).ok_or_else(|| self.service.missing(name))
    }
}
