//! The table of presets.
//!
//! Metric and dimension names are those of each service's own CloudWatch documentation; nothing here is invented.

use super::{Dimensions, Preset, PresetSignal, Shape};
use crate::model::topology::{Missing, Threshold, Unit};

const fn above(look: f64, bad: f64) -> [Option<Threshold>; 2] {
    [Some(Threshold::Above(look)), Some(Threshold::Above(bad))]
}

const fn below(look: f64, bad: f64) -> [Option<Threshold>; 2] {
    [Some(Threshold::Below(look)), Some(Threshold::Below(bad))]
}

const fn dims(required: &'static [&'static str], detail: &'static [&'static str]) -> Dimensions {
    Dimensions { required, either: &[], detail, fixed: &[] }
}

const fn signal(
    key: &'static str,
    label: &'static str,
    shape: Shape<'static>,
    read: (&'static str, Unit),
    limits: [Option<Threshold>; 2],
) -> PresetSignal {
    let [look, bad] = limits;
    let (statistic, unit) = read;
    PresetSignal { key, label, shape, statistic, unit, look, bad, missing: Missing::Unknown, when: None }
}

const fn sparse(signal: PresetSignal) -> PresetSignal {
    PresetSignal { missing: Missing::Zero, ..signal }
}

const fn when(dimension: &'static str, signal: PresetSignal) -> PresetSignal {
    PresetSignal { when: Some(dimension), ..signal }
}

const fn preset(
    name: &'static str,
    family: &'static str,
    namespace: &'static str,
    dimensions: Dimensions,
    signals: &'static [PresetSignal],
) -> Preset {
    Preset { name, family, means: "", namespace, dimensions, region: None, signals, lag: false }
}

const fn told(means: &'static str, preset: Preset) -> Preset {
    Preset { means, ..preset }
}

const fn only_in(region: &'static str, preset: Preset) -> Preset {
    Preset { region: Some(region), ..preset }
}

const fn lag(preset: Preset) -> Preset {
    Preset { lag: true, ..preset }
}

const SHARE: (&str, Unit) = ("Sum", Unit::Percent);
const MEAN: (&str, Unit) = ("Average", Unit::Percent);
const MOST: (&str, Unit) = ("Maximum", Unit::Count);
const LAG: (&str, Unit) = ("Maximum", Unit::Seconds);
const STATE: (&str, Unit) = ("Minimum", Unit::State);
const BAD_BELOW_ONE: [Option<Threshold>; 2] = [None, Some(Threshold::Below(1.0))];
const BAD_ABOVE_NONE: [Option<Threshold>; 2] = [None, Some(Threshold::Above(0.0))];
const LOOK_ABOVE_NONE: [Option<Threshold>; 2] = [Some(Threshold::Above(0.0)), None];

/// Every preset, in the order of the docs.
pub(in crate::config) static PRESETS: &[Preset] = &[
    told(
        "A CloudWatch Synthetics canary. It is published where the canary runs, which need not be the Region it \
         tests: a canary of the other Region is the better witness (`from`).",
        preset(
            "canary",
            "canary",
            "CloudWatchSynthetics",
            dims(&["CanaryName"], &["StepName"]),
            &[signal("success", "canary", Shape::Value("SuccessPercent"), MEAN, below(95.0, 80.0))],
        ),
    ),
    told(
        "An Application Load Balancer. It publishes nothing while no request flows, and no count that is zero; with \
         a `TargetGroup` everything is of that group, and its healthy hosts are a signal.",
        preset(
            "alb",
            "alb",
            "AWS/ApplicationELB",
            dims(&["LoadBalancer"], &["TargetGroup"]),
            &[
                sparse(signal(
                    "5xx",
                    "5xx / requests",
                    Shape::Share("HTTPCode_Target_5XX_Count", "RequestCount"),
                    SHARE,
                    above(1.0, 5.0),
                )),
                signal(
                    "latency",
                    "latency",
                    Shape::Value("TargetResponseTime"),
                    ("p99", Unit::Seconds),
                    above(1.0, 3.0),
                ),
                when(
                    "TargetGroup",
                    signal(
                        "hosts",
                        "healthy hosts",
                        Shape::Value("HealthyHostCount"),
                        ("Minimum", Unit::Count),
                        BAD_BELOW_ONE,
                    ),
                ),
            ],
        ),
    ),
    told(
        "A stage of an API Gateway REST API.",
        preset(
            "api-gateway-rest",
            "api",
            "AWS/ApiGateway",
            dims(&["ApiName", "Stage"], &["Method", "Resource"]),
            &[
                sparse(signal("5xx", "api 5xx", Shape::Share("5XXError", "Count"), SHARE, above(1.0, 5.0))),
                signal(
                    "latency",
                    "api latency",
                    Shape::Value("Latency"),
                    ("p99", Unit::Milliseconds),
                    above(1000.0, 3000.0),
                ),
            ],
        ),
    ),
    told(
        "A stage of an API Gateway HTTP API.",
        preset(
            "api-gateway-http",
            "api",
            "AWS/ApiGateway",
            dims(&["ApiId", "Stage"], &["Route"]),
            &[
                sparse(signal("5xx", "api 5xx", Shape::Share("5xx", "Count"), SHARE, above(1.0, 5.0))),
                signal(
                    "latency",
                    "api latency",
                    Shape::Value("Latency"),
                    ("p99", Unit::Milliseconds),
                    above(1000.0, 3000.0),
                ),
            ],
        ),
    ),
    told(
        "An ECS service's use of what it reserved.",
        preset(
            "ecs-service",
            "ecs",
            "AWS/ECS",
            dims(&["ClusterName", "ServiceName"], &[]),
            &[
                signal("cpu", "cpu", Shape::Value("CPUUtilization"), MEAN, above(80.0, 95.0)),
                signal("memory", "memory", Shape::Value("MemoryUtilization"), MEAN, above(80.0, 95.0)),
            ],
        ),
    ),
    told(
        "An ECS service's tasks, running of desired; the cluster must have Container Insights.",
        preset(
            "ecs-container-insights",
            "ecs",
            "ECS/ContainerInsights",
            dims(&["ClusterName", "ServiceName"], &[]),
            &[signal(
                "tasks",
                "tasks",
                Shape::Of("RunningTaskCount", "DesiredTaskCount"),
                MEAN,
                below(100.0, 50.0),
            )],
        ),
    ),
    told(
        "S3 replication by a rule with metrics or Replication Time Control; published in the destination's Region.",
        lag(preset(
            "s3-replication",
            "s3",
            "AWS/S3",
            dims(&["SourceBucket", "DestinationBucket", "RuleId"], &[]),
            &[signal("lag", "s3 lag", Shape::Value("ReplicationLatency"), LAG, above(300.0, 900.0))],
        )),
    ),
    told(
        "An ElastiCache node (Redis OSS or Valkey).",
        preset(
            "elasticache",
            "cache",
            "AWS/ElastiCache",
            dims(&["CacheClusterId"], &["CacheNodeId"]),
            &[
                signal("cpu", "cache cpu", Shape::Value("EngineCPUUtilization"), MEAN, above(80.0, 95.0)),
                signal(
                    "memory",
                    "cache memory",
                    Shape::Value("DatabaseMemoryUsagePercentage"),
                    MEAN,
                    above(80.0, 95.0),
                ),
            ],
        ),
    ),
    told(
        "An ElastiCache global datastore's lag; published in the secondary Region.",
        lag(preset(
            "elasticache-global",
            "cache",
            "AWS/ElastiCache",
            dims(&["CacheClusterId"], &["CacheNodeId"]),
            &[signal(
                "lag",
                "cache lag",
                Shape::Value("GlobalDatastoreReplicationLag"),
                LAG,
                above(5.0, 30.0),
            )],
        )),
    ),
    told(
        "An OpenSearch Service domain; `ClientId` is the account.",
        preset(
            "opensearch",
            "search",
            "AWS/ES",
            dims(&["DomainName", "ClientId"], &[]),
            &[
                signal("red", "search red", Shape::Value("ClusterStatus.red"), MOST, BAD_ABOVE_NONE),
                signal(
                    "yellow",
                    "search yellow",
                    Shape::Value("ClusterStatus.yellow"),
                    MOST,
                    LOOK_ABOVE_NONE,
                ),
                signal(
                    "blocked",
                    "search writes blocked",
                    Shape::Value("ClusterIndexWritesBlocked"),
                    MOST,
                    BAD_ABOVE_NONE,
                ),
            ],
        ),
    ),
    told(
        "An Amazon MQ broker for RabbitMQ; with `VirtualHost` and `Queue`, one queue of it.",
        preset(
            "amazon-mq",
            "queue",
            "AWS/AmazonMQ",
            dims(&["Broker"], &["VirtualHost", "Queue"]),
            &[
                signal("depth", "queue depth", Shape::Value("MessageCount"), MOST, above(1000.0, 10_000.0)),
                signal(
                    "consumers",
                    "consumers",
                    Shape::Value("ConsumerCount"),
                    ("Minimum", Unit::Count),
                    BAD_BELOW_ONE,
                ),
            ],
        ),
    ),
    told(
        "A CloudFront distribution, which is in no Region; published in us-east-1.",
        only_in(
            "us-east-1",
            preset(
                "cloudfront",
                "edge",
                "AWS/CloudFront",
                Dimensions { fixed: &[("Region", "Global")], ..dims(&["DistributionId"], &[]) },
                &[signal("5xx", "edge 5xx", Shape::Value("5xxErrorRate"), MEAN, above(1.0, 5.0))],
            ),
        ),
    ),
    told(
        "A read replica in another Region: an Aurora MySQL binlog replica by its cluster, or an RDS one by its \
         instance; published in the replica's Region. A negative lag means that replication is broken.",
        lag(preset(
            "replica-lag",
            "replica",
            "AWS/RDS",
            Dimensions { either: &["DBClusterIdentifier", "DBInstanceIdentifier"], ..dims(&[], &["Role"]) },
            &[
                when(
                    "DBClusterIdentifier",
                    signal(
                        "lag",
                        "replica lag",
                        Shape::Value("AuroraBinlogReplicaLag"),
                        LAG,
                        above(10.0, 30.0),
                    ),
                ),
                when(
                    "DBInstanceIdentifier",
                    signal("lag", "replica lag", Shape::Value("ReplicaLag"), LAG, above(10.0, 30.0)),
                ),
            ],
        )),
    ),
    told(
        "A Lambda function; with `Resource`, one version or alias of it.",
        preset(
            "lambda",
            "lambda",
            "AWS/Lambda",
            dims(&["FunctionName"], &["Resource"]),
            &[
                sparse(signal(
                    "errors",
                    "lambda errors",
                    Shape::Share("Errors", "Invocations"),
                    SHARE,
                    above(1.0, 5.0),
                )),
                sparse(signal(
                    "throttles",
                    "lambda throttles",
                    Shape::Value("Throttles"),
                    ("Sum", Unit::Count),
                    LOOK_ABOVE_NONE,
                )),
            ],
        ),
    ),
    told(
        "A Route 53 health check, as its checkers see it; published in us-east-1.",
        only_in(
            "us-east-1",
            preset(
                "route53-health-check",
                "health check",
                "AWS/Route53",
                dims(&["HealthCheckId"], &[]),
                &[signal("status", "health check", Shape::Value("HealthCheckStatus"), STATE, BAD_BELOW_ONE)],
            ),
        ),
    ),
    told(
        "A CloudWatch alarm, by its name as `AlarmName`. Its state is read, not a metric: `OK` is 1, `ALARM` is 0, \
         and `INSUFFICIENT_DATA` is unknown.",
        preset(
            "cloudwatch-alarm",
            "alarm",
            "",
            dims(&["AlarmName"], &[]),
            &[signal("state", "alarm", Shape::Alarm, STATE, BAD_BELOW_ONE)],
        ),
    ),
];
