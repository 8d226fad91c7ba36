//! Every preset, as the page about the file tells of it, can be written and read.

use pointsman::config;
use pointsman::model::topology::{Formula, Signal};

/// The start of a file whose first Region takes one more signal.
const START: &str = "\
[workload]
name = \"shop\"
environment = \"test\"
[objectives]
rto = \"10m\"
rpo = \"30s\"
[[regions]]
name = \"us-west-2\"
[[regions]]
name = \"eu-west-1\"
";

/// Each preset of the issue with the dimensions it needs, and the metrics it must come to: Region, namespace, names.
const PRESETS: &[(&str, &str, &str, &[&str])] = &[
    ("canary", "CanaryName", "eu-west-1 CloudWatchSynthetics", &["SuccessPercent"]),
    (
        "alb",
        "LoadBalancer",
        "eu-west-1 AWS/ApplicationELB",
        &["HTTPCode_Target_5XX_Count", "RequestCount", "TargetResponseTime"],
    ),
    ("api-gateway-rest", "ApiName Stage", "eu-west-1 AWS/ApiGateway", &["5XXError", "Count", "Latency"]),
    ("api-gateway-http", "ApiId Stage", "eu-west-1 AWS/ApiGateway", &["5xx", "Count", "Latency"]),
    ("ecs-service", "ClusterName ServiceName", "eu-west-1 AWS/ECS", &["CPUUtilization", "MemoryUtilization"]),
    (
        "ecs-container-insights",
        "ClusterName ServiceName",
        "eu-west-1 ECS/ContainerInsights",
        &["RunningTaskCount", "DesiredTaskCount"],
    ),
    ("s3-replication", "SourceBucket DestinationBucket RuleId", "eu-west-1 AWS/S3", &["ReplicationLatency"]),
    (
        "elasticache",
        "CacheClusterId",
        "eu-west-1 AWS/ElastiCache",
        &["EngineCPUUtilization", "DatabaseMemoryUsagePercentage"],
    ),
    ("elasticache-global", "CacheClusterId", "eu-west-1 AWS/ElastiCache", &["GlobalDatastoreReplicationLag"]),
    (
        "opensearch",
        "DomainName ClientId",
        "eu-west-1 AWS/ES",
        &["ClusterStatus.red", "ClusterStatus.yellow", "ClusterIndexWritesBlocked"],
    ),
    ("amazon-mq", "Broker", "eu-west-1 AWS/AmazonMQ", &["MessageCount", "ConsumerCount"]),
    ("cloudfront", "DistributionId", "us-east-1 AWS/CloudFront", &["5xxErrorRate"]),
    ("replica-lag", "DBClusterIdentifier", "eu-west-1 AWS/RDS", &["AuroraBinlogReplicaLag"]),
    ("replica-lag", "DBInstanceIdentifier", "eu-west-1 AWS/RDS", &["ReplicaLag"]),
    ("lambda", "FunctionName", "eu-west-1 AWS/Lambda", &["Errors", "Invocations", "Throttles"]),
    ("route53-health-check", "HealthCheckId", "us-east-1 AWS/Route53", &["HealthCheckStatus"]),
    ("cloudwatch-alarm", "AlarmName", "eu-west-1 alarm", &["x"]),
];

fn signals(preset: &str, dimensions: &str) -> Vec<Signal> {
    let pairs: Vec<String> = dimensions.split(' ').map(|name| format!("{name} = \"x\"")).collect();
    let pairs = pairs.join(", ");
    let text = format!("{START}[[regions.signals]]\npreset = \"{preset}\"\ndimensions = {{ {pairs} }}\n");
    super::read(&text).topology.regions[1].signals.clone()
}

#[test]
fn every_preset_comes_to_its_metrics() {
    for (preset, dimensions, place, names) in PRESETS {
        let mut found = Vec::new();
        for signal in signals(preset, dimensions) {
            if let Formula::Alarm { region, name } = &signal.formula {
                assert_eq!(*place, format!("{region} alarm"), "{preset}");
                found.push(name.clone());
            }
            for metric in signal.formula.metrics() {
                assert_eq!(*place, format!("{} {}", metric.region, metric.namespace), "{preset}");
                assert!(dimensions.split(' ').all(|name| metric.dimensions[name] == "x"), "{preset}");
                found.push(metric.name.to_string());
            }
        }
        assert_eq!(found, *names, "{preset}");
    }
}

#[test]
fn the_page_knows_the_same_presets() {
    let page = config::docs();
    let told: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    let mut known: Vec<&str> = PRESETS.iter().map(|(preset, ..)| *preset).collect();
    known.dedup();
    assert_eq!(told, known);
}

#[test]
fn a_cloudfront_metric_always_has_its_region_dimension() {
    let signals = signals("cloudfront", "DistributionId");
    assert_eq!(signals[0].formula.metrics()[0].dimensions["Region"], "Global");
}

#[test]
fn the_details_of_a_target_group_bring_its_hosts() {
    let names = |signals: Vec<Signal>| signals.into_iter().map(|signal| signal.name).collect::<Vec<_>>();
    assert_eq!(names(signals("alb", "LoadBalancer")), ["5xx / requests", "latency"]);
    assert_eq!(
        names(signals("alb", "LoadBalancer TargetGroup")),
        ["5xx / requests", "latency", "healthy hosts"]
    );
}

#[test]
fn further_signals_are_named_after_the_first() {
    let text = format!(
        "{START}[[regions.signals]]\npreset = \"alb\"\nname = \"shop\"\ndimensions = {{ LoadBalancer = \"app/x/1\" }}\n"
    );
    let config = super::read(&text);
    let names: Vec<&str> =
        config.topology.regions[1].signals.iter().map(|signal| signal.name.as_str()).collect();
    assert_eq!(names, ["shop", "shop latency"]);
}
