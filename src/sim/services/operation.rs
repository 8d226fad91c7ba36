//! From an HTTP request to an operation's name and input, service by service.
//!
//! It must never look at the world.

use bytes::Bytes;
use http::Method;
use percent_encoding::percent_decode_str;

use super::Service;
use crate::sim::wire::{self, Protocol, Refusal, Value};

const DYNAMODB_TARGET: &str = "DynamoDB_20120810.";
const CLUSTER_TARGET: &str = "ToggleCustomerAPI.";
const CLOUDWATCH_TARGET: &str = "GraniteServiceVersion20100801.";
const REGION_SWITCH_TARGET: &str = "ArcRegionSwitch.";
const REGION_SWITCH_PATH: &str = "/service/ArcRegionSwitch/operation/";
const ECS_TARGET: &str = "AmazonEC2ContainerServiceV20141113.";
const SSM_TARGET: &str = "AmazonSSM.";
const CLOUDWATCH_PATH: &str = "/service/GraniteServiceVersion20100801/operation/";

/// The frame in which `service` answers this request.
pub(super) fn protocol_of(service: Service, request: &http::Request<Bytes>) -> Protocol {
    match service {
        Service::Sts => Protocol::Query { namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
        Service::Rds => Protocol::Query { namespace: "http://rds.amazonaws.com/doc/2014-10-31/" },
        Service::Route53 => Protocol::RestXml { namespace: "https://route53.amazonaws.com/doc/2013-04-01/" },
        Service::Control | Service::Fis | Service::Sso => Protocol::RestJson,
        Service::RegionSwitch => region_switch_protocol(request),
        Service::Cluster => Protocol::AwsJson { version: "1.0", namespace: "", crc32: false },
        Service::DynamoDb => {
            Protocol::AwsJson { version: "1.0", namespace: "com.amazonaws.dynamodb.v20120810", crc32: true }
        }
        Service::Ecs | Service::Ssm => Protocol::AwsJson { version: "1.1", namespace: "", crc32: false },
        Service::CloudWatch => cloudwatch_protocol(request),
    }
}

/// `CloudWatch` is spoken in three ways; the request says which.
fn cloudwatch_protocol(request: &http::Request<Bytes>) -> Protocol {
    let namespace = "com.amazonaws.cloudwatch";
    if request.uri().path().contains("/service/") {
        return Protocol::Cbor { namespace };
    }
    if request.headers().contains_key("x-amz-target") {
        let version = if content_type(request).contains("json-1.1") { "1.1" } else { "1.0" };
        return Protocol::AwsJson { version, namespace, crc32: false };
    }
    Protocol::Query { namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/" }
}

/// Region switch is spoken in CBOR, and in JSON by older clients.
fn region_switch_protocol(request: &http::Request<Bytes>) -> Protocol {
    let namespace = "com.amazonaws.arcregionswitch";
    if request.headers().contains_key("x-amz-target") {
        return Protocol::AwsJson { version: "1.0", namespace, crc32: false };
    }
    Protocol::Cbor { namespace }
}

fn content_type(request: &http::Request<Bytes>) -> &str {
    header(request, "content-type").unwrap_or_default()
}

fn header<'a>(request: &'a http::Request<Bytes>, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// The service an unsigned request seems to be for.
pub(super) fn guess(request: &http::Request<Bytes>) -> Service {
    let path = request.uri().path();
    let target = header(request, "x-amz-target").unwrap_or_default();
    let body = String::from_utf8_lossy(request.body());
    let starts = [
        (target.starts_with(DYNAMODB_TARGET), Service::DynamoDb),
        (target.starts_with(ECS_TARGET), Service::Ecs),
        (target.starts_with(SSM_TARGET), Service::Ssm),
        (target.starts_with(CLUSTER_TARGET) || path.starts_with("/cluster/"), Service::Cluster),
        (target.starts_with(CLOUDWATCH_TARGET) || path.starts_with(CLOUDWATCH_PATH), Service::CloudWatch),
        (
            target.starts_with(REGION_SWITCH_TARGET) || path.starts_with(REGION_SWITCH_PATH),
            Service::RegionSwitch,
        ),
        (FIS_PATHS.iter().any(|start| path.starts_with(start)), Service::Fis),
        (path.starts_with("/2013-04-01/"), Service::Route53),
        (body.contains("Version=2014-10-31"), Service::Rds),
        (body.contains("Version=2010-08-01"), Service::CloudWatch),
        (body.contains("Action="), Service::Sts),
    ];
    starts.into_iter().find(|(fits, _)| *fits).map_or(Service::Control, |(_, service)| service)
}

/// The frame and the operation of a request for a service that is not simulated, as far as it shows them.
pub(super) fn stranger(request: &http::Request<Bytes>) -> (Protocol, String) {
    if let Some(target) = header(request, "x-amz-target") {
        return (Protocol::AwsJson { version: "1.1", namespace: "", crc32: false }, target.to_owned());
    }
    let form = wire::read_query(request.body());
    match form.text("Action") {
        Some(action) => (Protocol::Query { namespace: "urn:simulated" }, action.to_owned()),
        None => (Protocol::RestJson, format!("{} {}", request.method(), request.uri().path())),
    }
}

/// The Region of `/cluster/{region}`, the path prefix of an ARC cluster endpoint.
pub(super) fn endpoint_of(path: &str) -> Option<&str> {
    path.strip_prefix("/cluster/")?.split('/').next().filter(|region| !region.is_empty())
}

/// Scheme and authority by which the caller reached the simulator.
pub(super) fn base_of(request: &http::Request<Bytes>) -> String {
    let scheme = request.uri().scheme_str().unwrap_or("http");
    let authority = request.uri().authority().map(http::uri::Authority::as_str);
    let authority = authority.or_else(|| header(request, "host")).unwrap_or("localhost");
    format!("{scheme}://{authority}")
}

/// The operation and its input.
pub(super) fn read(
    service: Service,
    protocol: Protocol,
    request: &http::Request<Bytes>,
) -> Result<(String, Value), Refusal> {
    let body = wire::body_of(request)?;
    match protocol {
        Protocol::AwsJson { .. } => {
            let operation = target(service, request)?;
            Ok((operation, wire::read_json(&body)?))
        }
        Protocol::Cbor { .. } => {
            let path = request.uri().path();
            let operation = path.split_once("/operation/").map_or(path, |(_, operation)| operation);
            Ok((operation.to_owned(), wire::read_cbor(&body)?))
        }
        Protocol::Query { .. } => read_query(service, request, &body),
        Protocol::RestXml { .. } | Protocol::RestJson => read_rest(service, request, &body),
    }
}

fn target(service: Service, request: &http::Request<Bytes>) -> Result<String, Refusal> {
    let prefix = match service {
        Service::DynamoDb => DYNAMODB_TARGET,
        Service::Cluster => CLUSTER_TARGET,
        Service::RegionSwitch => REGION_SWITCH_TARGET,
        Service::Ecs => ECS_TARGET,
        Service::Ssm => SSM_TARGET,
        _ => CLOUDWATCH_TARGET,
    };
    let target = header(request, "x-amz-target").unwrap_or_default();
    target.strip_prefix(prefix).map(str::to_owned).ok_or_else(|| service.unknown_operation(target))
}

fn read_query(
    service: Service,
    request: &http::Request<Bytes>,
    body: &[u8],
) -> Result<(String, Value), Refusal> {
    let form = match request.uri().query() {
        Some(query) if body.is_empty() => query.as_bytes(),
        _ => body,
    };
    let input = wire::read_query(form);
    let operation = input.text("Action").ok_or_else(|| service.missing("Action"))?;
    Ok((operation.to_owned(), input))
}

/// One operation of a REST service: method, path template, name.
type Route = (Method, &'static str, &'static str);

const ROUTE53: [Route; 9] = [
    (Method::GET, "/2013-04-01/hostedzone", "ListHostedZones"),
    (Method::GET, "/2013-04-01/hostedzone/{Id}", "GetHostedZone"),
    (Method::GET, "/2013-04-01/hostedzone/{HostedZoneId}/rrset", "ListResourceRecordSets"),
    (Method::POST, "/2013-04-01/hostedzone/{HostedZoneId}/rrset", "ChangeResourceRecordSets"),
    (Method::GET, "/2013-04-01/healthcheck", "ListHealthChecks"),
    (Method::GET, "/2013-04-01/healthcheck/{HealthCheckId}", "GetHealthCheck"),
    (Method::POST, "/2013-04-01/healthcheck/{HealthCheckId}", "UpdateHealthCheck"),
    (Method::GET, "/2013-04-01/healthcheck/{HealthCheckId}/status", "GetHealthCheckStatus"),
    (Method::GET, "/2013-04-01/change/{Id}", "GetChange"),
];

const CONTROL: [Route; 8] = [
    (Method::GET, "/cluster", "ListClusters"),
    (Method::GET, "/cluster/{ClusterArn}", "DescribeCluster"),
    (Method::GET, "/controlpanels", "ListControlPanels"),
    (Method::GET, "/controlpanel/{ControlPanelArn}", "DescribeControlPanel"),
    (Method::GET, "/controlpanel/{ControlPanelArn}/routingcontrols", "ListRoutingControls"),
    (Method::GET, "/controlpanel/{ControlPanelArn}/safetyrules", "ListSafetyRules"),
    (Method::GET, "/routingcontrol/{RoutingControlArn}", "DescribeRoutingControl"),
    (
        Method::GET,
        "/routingcontrol/{RoutingControlArn}/associatedRoute53HealthChecks",
        "ListAssociatedRoute53HealthChecks",
    ),
];

/// What the paths of FIS begin with.
const FIS_PATHS: [&str; 2] = ["/experiment", "/safetyLevers"];

const FIS: [Route; 9] = [
    (Method::POST, "/experiments", "StartExperiment"),
    (Method::GET, "/experiments", "ListExperiments"),
    (Method::GET, "/experiments/{id}", "GetExperiment"),
    (Method::DELETE, "/experiments/{id}", "StopExperiment"),
    (Method::GET, "/experiments/{experimentId}/resolvedTargets", "ListExperimentResolvedTargets"),
    (Method::GET, "/experimentTemplates", "ListExperimentTemplates"),
    (Method::GET, "/experimentTemplates/{id}", "GetExperimentTemplate"),
    (Method::GET, "/safetyLevers/{id}", "GetSafetyLever"),
    (Method::PATCH, "/safetyLevers/{id}/state", "UpdateSafetyLeverState"),
];

/// The header that has the token of a sign-in.
const BEARER: &str = "x-amz-sso_bearer_token";

const SSO: [Route; 4] = [
    (Method::POST, "/client/register", "RegisterClient"),
    (Method::POST, "/device_authorization", "StartDeviceAuthorization"),
    (Method::POST, "/token", "CreateToken"),
    (Method::GET, "/federation/credentials", "GetRoleCredentials"),
];

fn read_rest(
    service: Service,
    request: &http::Request<Bytes>,
    body: &[u8],
) -> Result<(String, Value), Refusal> {
    let routes: &[Route] = match service {
        Service::Route53 => &ROUTE53,
        Service::Fis => &FIS,
        Service::Sso => &SSO,
        _ => &CONTROL,
    };
    let path = request.uri().path().trim_end_matches('/');
    let found = routes.iter().find_map(|(method, template, name)| {
        (method == request.method()).then(|| labels(template, path)).flatten().map(|labels| (*name, labels))
    });
    let Some((name, labels)) = found else {
        return Err(service.unknown_operation(&format!("{} {path}", request.method())));
    };
    let input = match service {
        Service::Route53 => wire::read_xml(body)?,
        _ => wire::read_json(body)?,
    };
    let mut input = input.as_record().cloned().unwrap_or_default();
    for (key, value) in labels {
        input.set(&key, Value::Text(value));
    }
    for (key, value) in form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()) {
        input.set(&key, Value::Text(value.into_owned()));
    }
    if let Some(token) = header(request, BEARER).filter(|_| service == Service::Sso) {
        input.set("accessToken", Value::Text(token.to_owned()));
    }
    Ok((name.to_owned(), input.into()))
}

/// It is one of the few operations that nobody signs.
pub(super) fn is_sign_in(request: &http::Request<Bytes>) -> bool {
    SSO.iter().any(|(method, path, _)| method == request.method() && *path == request.uri().path())
}

/// The labels of a path that fits the template; an ARN's slashes arrive percent-encoded.
fn labels(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let mut labels = Vec::new();
    let mut parts = path.split('/');
    for expected in template.split('/') {
        let part = parts.next()?;
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !part.is_empty() => {
                labels.push((name.to_owned(), percent_decode_str(part).decode_utf8().ok()?.into_owned()));
            }
            None if expected == part => {}
            Some(_) | None => return None,
        }
    }
    parts.next().is_none().then_some(labels)
}
