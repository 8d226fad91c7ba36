//! What IAM must allow: every API action that reads, what it reads, and the ARNs that both reads and writes are on.
//!
//! It sends nothing and asks nobody; what a write needs is said by the write itself. A test holds the table against
//! the calls that are made.

mod page;

use crate::model::reading::Source;

pub use page::page;

/// One API action that reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    /// The IAM action: `rds:DescribeGlobalClusters`.
    pub action: &'static str,
    /// What it can be limited to; `*` where the service has nothing narrower.
    pub on: &'static [&'static str],
    /// When it is asked.
    pub when: When,
    /// What is read by it.
    pub reads: &'static str,
}

/// When something is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// Always, where the config declares such a thing.
    Watching,
    /// By `pointsman check` alone, of control planes.
    Checking,
    /// Where bastions share a table.
    Sharing,
}

const ANY: &[&str] = &["*"];
const GLOBAL: &str = "arn:aws:rds::ACCOUNT:global-cluster:GLOBAL";
const CLUSTER: &str = "arn:aws:rds:REGION:ACCOUNT:cluster:CLUSTER";
const INSTANCE: &str = "arn:aws:rds:REGION:ACCOUNT:db:INSTANCE";
const SNAPSHOT: &str = "arn:aws:rds:REGION:ACCOUNT:cluster-snapshot:*";
const TABLE: &str = "arn:aws:dynamodb:REGION:ACCOUNT:table/TABLE";
const SHARED: &str = "arn:aws:dynamodb:REGION:ACCOUNT:table/SHARED-TABLE";
const SERVICE: &str = "arn:aws:ecs:REGION:ACCOUNT:service/CLUSTER/SERVICE";
const DOCUMENT: &str = "arn:aws:ssm:REGION:ACCOUNT:document/DOCUMENT";
const DEFINITION: &str = "arn:aws:ssm:REGION:ACCOUNT:automation-definition/DOCUMENT:*";
const EXECUTION: &str = "arn:aws:ssm:REGION:ACCOUNT:automation-execution/*";
const EXPERIMENT: &str = "arn:aws:fis:REGION:ACCOUNT:experiment/*";
const TEMPLATE: &str = "arn:aws:fis:REGION:ACCOUNT:experiment-template/TEMPLATE";
const LEVER: &str = "arn:aws:fis:REGION:ACCOUNT:safety-lever/*";
const SWITCH: &str = "arn:aws:arc-region-switch::ACCOUNT:plan/PLAN:*";
const ZONE: &str = "arn:aws:route53:::hostedzone/ZONE";
const CHANGE: &str = "arn:aws:route53:::change/*";
const CHECK: &str = "arn:aws:route53:::healthcheck/CHECK";
const CONTROL: &str = "arn:aws:route53-recovery-control::ACCOUNT:controlpanel/PANEL/routingcontrol/*";
const ARC_CLUSTER: &str = "arn:aws:route53-recovery-control::ACCOUNT:cluster/CLUSTER";
const ROLE: &str = "arn:aws:iam::ACCOUNT:role/AUTOMATION-ROLE";

/// Every API action that reads.
pub const READS: &[Permit] = &[
    watching("sts:GetCallerIdentity", ANY, "who the console is; IAM never denies it"),
    watching("cloudwatch:GetMetricData", ANY, "signals, lag, orders, traffic, health checks' state"),
    watching("cloudwatch:DescribeAlarms", ANY, "signals that are alarms"),
    watching("route53-recovery-cluster:ListRoutingControls", ANY, "controls, at each cluster endpoint"),
    watching("rds:DescribeGlobalClusters", &[GLOBAL], "who writes in an Aurora global database"),
    watching("rds:DescribeDBClusters", &[CLUSTER], "members of Aurora, and binlog replicas"),
    watching("rds:DescribeDBInstances", &[INSTANCE], "RDS read replicas"),
    watching("rds:DescribeEvents", ANY, "what RDS tells of a promotion on its way"),
    watching("rds:DescribeDBClusterSnapshots", &[CLUSTER, SNAPSHOT], "snapshots that a failover left behind"),
    watching("dynamodb:DescribeTable", &[TABLE], "replicas of a global table"),
    watching("ecs:DescribeServices", &[SERVICE], "running and desired tasks"),
    watching("route53:ListResourceRecordSets", &[ZONE], "records that playbooks change"),
    watching("route53:GetChange", &[CHANGE], "whether a change of records is in sync"),
    watching("route53:GetHealthCheck", &[CHECK], "a health check's settings, before it is turned round"),
    watching("ssm:GetAutomationExecution", &[EXECUTION], "how far a runbook is"),
    watching("fis:ListExperiments", ANY, "which experiments run"),
    watching("fis:GetExperiment", &[EXPERIMENT], "an experiment's state"),
    watching("fis:ListExperimentResolvedTargets", &[EXPERIMENT], "whether its targets resolved"),
    watching("fis:GetSafetyLever", &[LEVER], "whether the safety lever is engaged"),
    watching("arc-region-switch:ListPlanExecutions", &[SWITCH], "executions of a Region switch plan"),
    watching("arc-region-switch:GetPlanExecution", &[SWITCH], "how far an execution is"),
    watching("arc-region-switch:ListPlanExecutionEvents", &[SWITCH], "what it tells on its way"),
    checking("ssm:DescribeDocument", &[DOCUMENT], "parameters of a runbook"),
    checking("fis:GetExperimentTemplate", &[TEMPLATE], "stop conditions of an experiment"),
    checking("arc-region-switch:GetPlanInRegion", &[SWITCH], "the plan, as a Region has it"),
    checking("arc-region-switch:GetPlanEvaluationStatus", &[SWITCH], "warnings about the plan"),
    checking("route53-recovery-control-config:DescribeCluster", &[ARC_CLUSTER], "the cluster's endpoints"),
    checking("route53-recovery-control-config:ListRoutingControls", ANY, "controls that are not declared"),
    checking("route53-recovery-control-config:ListSafetyRules", ANY, "rules that are not declared"),
    sharing("dynamodb:DescribeTable", "whether the table can hold a lease"),
    sharing("dynamodb:GetItem", "the conch"),
    sharing("dynamodb:Query", "runs, their lines and what is asked of them"),
];

/// What changes the table that bastions share; it holds nothing of the workload.
const SHARES: &[&str] = &["dynamodb:PutItem"];

/// What the writes can be limited to, by their IAM action.
const WRITES: &[(&str, &[&str])] = &[
    ("route53-recovery-cluster:UpdateRoutingControlStates", &[CONTROL]),
    ("rds:SwitchoverGlobalCluster", &[GLOBAL, CLUSTER]),
    ("rds:FailoverGlobalCluster", &[GLOBAL, CLUSTER]),
    ("rds:RemoveFromGlobalCluster", &[GLOBAL, CLUSTER]),
    ("rds:PromoteReadReplicaDBCluster", &[CLUSTER]),
    ("rds:PromoteReadReplica", &[INSTANCE]),
    ("rds:CopyDBClusterSnapshot", &[SNAPSHOT]),
    ("ecs:UpdateService", &[SERVICE]),
    ("ssm:StartAutomationExecution", &[DOCUMENT, DEFINITION]),
    ("ssm:SendAutomationSignal", &[EXECUTION]),
    ("ssm:StopAutomationExecution", &[EXECUTION]),
    ("iam:PassRole", &[ROLE]),
    ("fis:StartExperiment", &[TEMPLATE, EXPERIMENT]),
    ("fis:StopExperiment", &[EXPERIMENT]),
    ("fis:UpdateSafetyLeverState", &[LEVER]),
    ("arc-region-switch:StartPlanExecution", &[SWITCH]),
    ("arc-region-switch:ApprovePlanExecutionStep", &[SWITCH]),
    ("arc-region-switch:UpdatePlanExecutionStep", &[SWITCH]),
    ("arc-region-switch:UpdatePlanExecution", &[SWITCH]),
    ("arc-region-switch:CancelPlanExecution", &[SWITCH]),
    ("route53:ChangeResourceRecordSets", &[ZONE]),
    ("route53:UpdateHealthCheck", &[CHECK]),
];

const fn watching(action: &'static str, on: &'static [&'static str], reads: &'static str) -> Permit {
    Permit { action, on, when: When::Watching, reads }
}

const fn checking(action: &'static str, on: &'static [&'static str], reads: &'static str) -> Permit {
    Permit { action, on, when: When::Checking, reads }
}

const fn sharing(action: &'static str, reads: &'static str) -> Permit {
    Permit { action, on: &[SHARED], when: When::Sharing, reads }
}

/// What an IAM action can be limited to; `None` for one that nothing here uses.
#[must_use]
pub fn on(action: &str) -> Option<&'static [&'static str]> {
    let write = WRITES.iter().find(|(name, _)| *name == action).map(|(_, on)| *on);
    write.or_else(|| READS.iter().find(|permit| permit.action == action).map(|permit| permit.on))
}

/// The IAM actions that reading a source needs; none for a resolver, which is no part of AWS.
#[must_use]
pub fn needs(source: &Source) -> &'static [&'static str] {
    match source {
        Source::Metrics(_) => &["cloudwatch:GetMetricData"],
        Source::Endpoint(_) => &["route53-recovery-cluster:ListRoutingControls"],
        Source::Aurora(..) => &["rds:DescribeGlobalClusters", "rds:DescribeDBClusters"],
        Source::AuroraEvents(..) => &["rds:DescribeEvents"],
        Source::Replica(..) => &["rds:DescribeDBClusters", "rds:DescribeDBInstances"],
        Source::Snapshots(..) => &["rds:DescribeDBClusterSnapshots", "rds:DescribeEvents"],
        Source::Table(..) => &["dynamodb:DescribeTable"],
        Source::Experiments(..) => {
            &["fis:ListExperiments", "fis:GetExperiment", "fis:ListExperimentResolvedTargets"]
        }
        Source::Lever(_) => &["fis:GetSafetyLever"],
        Source::Executions(..) => &[
            "arc-region-switch:ListPlanExecutions",
            "arc-region-switch:GetPlanExecution",
            "arc-region-switch:ListPlanExecutionEvents",
        ],
        Source::Service(..) => &["ecs:DescribeServices"],
        Source::Automation(..) => &["ssm:GetAutomationExecution"],
        Source::Records(_) => &["route53:ListResourceRecordSets"],
        Source::RecordChange(_) => &["route53:GetChange"],
        Source::HealthCheck(_) => &["route53:GetHealthCheck"],
        Source::Resolver(..) => &[],
        Source::Alarms(_) => &["cloudwatch:DescribeAlarms"],
        Source::Identity(_) => &["sts:GetCallerIdentity"],
    }
}

#[cfg(test)]
mod tests;
