//! The table of sections and keys itself.
//!
//! Data only: what a key means together with others is for the readers of the sections.

use super::actors::{EXPERIMENT, PLAN, RUNBOOK, SERVICE};
use super::names::{DNS, RECORD, RESOLVER};
use super::playbooks::{CONDITION, PLAYBOOK, STEP};
use super::screen::{PRODUCTION, SCREEN};
use super::webhook::WEBHOOK;
use super::{Field, Kind, Need, Section};
use crate::config::arn::ArnKind;

pub(super) const fn must(name: &'static str, kind: Kind, means: &'static str) -> Field {
    Field { name, kind, need: Need::Required, means }
}

pub(super) const fn may(name: &'static str, kind: Kind, means: &'static str) -> Field {
    Field { name, kind, need: Need::Optional, means }
}

pub(super) const fn or(name: &'static str, kind: Kind, default: &'static str, means: &'static str) -> Field {
    Field { name, kind, need: Need::Default(default), means }
}

/// The whole file.
pub(in crate::config) static ROOT: Section = Section {
    header: "",
    means: "The sections of the file.",
    fields: &[
        must("workload", Kind::Table(&WORKLOAD), "What is watched, and as whom."),
        must("objectives", Kind::Table(&OBJECTIVES), "What is promised."),
        must("regions", Kind::Tables(&REGION), "The Regions, in the order they are drawn."),
        may("routing", Kind::Table(&ROUTING), "Route 53 ARC routing control."),
        may("aurora", Kind::Tables(&AURORA), "Aurora global databases."),
        may("replicas", Kind::Tables(&REPLICA), "Databases with read replicas in other Regions."),
        may("tables", Kind::Tables(&TABLE), "DynamoDB global tables."),
        may("replication", Kind::Tables(&REPLICATION), "Links of other stores, whose lag is a metric."),
        may("experiments", Kind::Tables(&EXPERIMENT), "FIS experiment templates that drills may start."),
        may("plans", Kind::Tables(&PLAN), "ARC Region switch plans."),
        may("services", Kind::Tables(&SERVICE), "ECS services that answer users."),
        may("runbooks", Kind::Tables(&RUNBOOK), "Automation documents that plans may start."),
        may("dns", Kind::Tables(&DNS), "Names that users resolve."),
        may("resolvers", Kind::Tables(&RESOLVER), "The resolvers that are asked for these names."),
        may("orders", Kind::Table(&ORDERS), "The business metric."),
        may("failback", Kind::Table(&FAILBACK), "When writers and traffic may go home after a failover."),
        may("shared", Kind::Table(&SHARED), "The table that several bastions share."),
        may("webhook", Kind::Table(&WEBHOOK), "Who is told when a run needs a person."),
        may(
            "production",
            Kind::Table(&PRODUCTION),
            "What is production, beside environments that begin with `prod`.",
        ),
        may("screen", Kind::Table(&SCREEN), "How it is drawn."),
    ],
};

/// `[failback]`.
pub(in crate::config) static FAILBACK: Section = Section {
    header: "[failback]",
    means: "When writers and traffic may go home after a failover. Nothing ever takes them there by itself.",
    fields: &[
        or("locked", Kind::Wait, "1h", "So long after a failover it is locked."),
        or(
            "settled",
            Kind::Wait,
            "5m",
            "Replicas must have caught up, and both Regions been healthy, for so long.",
        ),
        may("flaps", Kind::Whole, "With more moves than this within a day it is locked; 3 when left out."),
    ],
};

/// `[workload]`.
pub(in crate::config) static WORKLOAD: Section = Section {
    header: "[workload]",
    means: "What is watched, and as whom.",
    fields: &[
        must("name", Kind::Text, "Its name in the header."),
        must(
            "environment",
            Kind::Text,
            "The environment word that is always on the screen; one that begins with `prod`, or fits a pattern of `[production]`, gets the production look.",
        ),
        may(
            "account",
            Kind::Account,
            "The account, twelve digits in quotes. Credentials and ARNs of another are refused.",
        ),
        may(
            "endpoint_url",
            Kind::Url,
            "A simulator or another emulator in place of every AWS endpoint, but for the five cluster endpoints.",
        ),
        may("profile", Kind::Text, "The profile of the shared AWS config and credentials files."),
        may(
            "aws_folder",
            Kind::Text,
            "The folder of those two files, and of the tokens of sign-ins, in place of `~/.aws`; it may be relative to this file.",
        ),
        may("assume_role", Kind::Arn(ArnKind::Role), "A role to take on; it must be in the account."),
        or(
            "instance_role",
            Kind::Flag,
            "false",
            "This host is an EC2 instance, and its role may be used; without it the metadata service is never asked.",
        ),
        may("home", Kind::Region, "The Region this host stands in, to warn before that Region is left."),
        may(
            "observers",
            Kind::List(&Kind::Region),
            "Regions that serve nothing of the workload but whose CloudWatch holds signals or links.",
        ),
    ],
};

/// `[objectives]`.
pub(in crate::config) static OBJECTIVES: Section = Section {
    header: "[objectives]",
    means: "What is promised when a Region is lost.",
    fields: &[
        must("rto", Kind::Span, "The longest time to serve again."),
        must(
            "rpo",
            Kind::Span,
            "The longest span of writes that may be lost, where a store does not say otherwise.",
        ),
    ],
};

/// `[[regions]]`.
pub(in crate::config) static REGION: Section = Section {
    header: "[[regions]]",
    means: "A Region that serves the workload; at least two.",
    fields: &[
        must(
            "name",
            Kind::Region,
            "Its full name; every other mention of a Region must be one of these names.",
        ),
        may("short", Kind::Text, "Its name where space is short; left out, `us-east-1` is `use1`."),
        may("capacity", Kind::Number, "The orders a minute that it was measured to carry."),
        may("signals", Kind::Tables(&SIGNAL), "Its health sources, in the order they are drawn."),
    ],
};

/// `[[regions.signals]]`.
pub(in crate::config) static SIGNAL: Section = Section {
    header: "[[regions.signals]]",
    means: "A health source of the Region: a preset, or any CloudWatch metric by `namespace` and `metric`. \
        A preset may be several signals; `name` and the other keys are then for its first, and `others` for the rest.",
    fields: &[
        may("preset", Kind::Preset, "One of the presets below."),
        may("name", Kind::Text, "The label of the row, unique in the Region; left out, the preset's."),
        may("from", Kind::Region, "The Region whose CloudWatch holds it; left out, this Region."),
        may(
            "dimensions",
            Kind::Map(&Kind::Text),
            "Names and values, all of them exactly as they are published.",
        ),
        may("namespace", Kind::Text, "Without a preset: the metric's namespace."),
        may("metric", Kind::Text, "Without a preset: the metric's name."),
        may(
            "whole",
            Kind::Text,
            "Without a preset: a second metric of the same namespace; the value is then `metric` as a percentage of it.",
        ),
        may(
            "desired",
            Kind::Text,
            "Without a preset: a second metric of the same namespace; the value is then drawn as `4/6`, \
             and the limits are on the percentage.",
        ),
        may(
            "statistic",
            Kind::Statistic,
            "`Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or a percentile; \
            left out, the preset's, else `Sum` with `whole` and `Average` without.",
        ),
        may("period", Kind::Period, "Whole minutes; left out, the preset's or `60s`."),
        may("look", Kind::Limit, "From here on it is worth a look: `< 95`, `> 5`, or `never`."),
        may("bad", Kind::Limit, "From here on it is bad; it lies beyond `look` on the same side."),
        may("unit", Kind::Choice(UNITS), "How the value is written; left out, the preset's or `count`."),
        may(
            "missing",
            Kind::Choice(MISSING),
            "What it means when nothing was published; left out, the preset's or `unknown`.",
        ),
        may(
            "family",
            Kind::Text,
            "Signals of different families may disagree; left out, the preset's or the name.",
        ),
        may("without", Kind::List(&Kind::Text), "Signals of the preset that are not wanted, by their keys."),
        may("others", Kind::Named(&OTHER), "Limits of the preset's further signals, by their keys."),
    ],
};

/// `[regions.signals.others.KEY]`.
pub(in crate::config) static OTHER: Section = Section {
    header: "[regions.signals.others.KEY]",
    means: "Limits of a further signal of the preset.",
    fields: &[
        may("name", Kind::Text, "The label of its row."),
        may("look", Kind::Limit, "As in the signal."),
        may("bad", Kind::Limit, "As in the signal."),
    ],
};

/// `[routing]`.
pub(in crate::config) static ROUTING: Section = Section {
    header: "[routing]",
    means: "Route 53 ARC routing control. All of it is literal, because the control plane may be away when it is \
        needed: note it down from `DescribeCluster` while all is well.",
    fields: &[
        must("cluster", Kind::Arn(ArnKind::Cluster), "The cluster; it may be shared by another account."),
        may("panel", Kind::Arn(ArnKind::Panel), "The control panel that holds the controls and rules."),
        may(
            "panels",
            Kind::Tables(&PANEL),
            "The control panels in place of `panel`, where there are several.",
        ),
        must("endpoints", Kind::Tables(&ENDPOINT), "The cluster's data plane endpoints, five at AWS."),
        must("controls", Kind::Tables(&CONTROL), "The routing controls."),
        may("rules", Kind::Tables(&RULE), "The safety rules."),
    ],
};

/// `[[routing.panels]]`.
pub(in crate::config) static PANEL: Section = Section {
    header: "[[routing.panels]]",
    means: "A control panel. A control and a rule belong to the panel in their ARN; each panel is changed by a call of \
        its own, and in each a Region stays On. With several, a control is called `PANEL/NAME` outside its own panel.",
    fields: &[
        must("name", Kind::Text, "Its name on the screen, one word without a slash."),
        must("arn", Kind::Arn(ArnKind::Panel), "Its ARN."),
    ],
};

/// `[[routing.endpoints]]`.
pub(in crate::config) static ENDPOINT: Section = Section {
    header: "[[routing.endpoints]]",
    means: "A data plane endpoint of the cluster.",
    fields: &[
        must("region", Kind::Region, "Where it stands; its calls are signed for that Region."),
        must("url", Kind::Url, "Its URL as `DescribeCluster` gives it."),
    ],
};

/// `[[routing.controls]]`.
pub(in crate::config) static CONTROL: Section = Section {
    header: "[[routing.controls]]",
    means: "A routing control.",
    fields: &[
        must("name", Kind::Text, "Its name on the screen and in rules, unique in its panel."),
        must("arn", Kind::Arn(ArnKind::Control), "Its ARN, in the panel."),
        may("region", Kind::Region, "The Region whose traffic it carries; only a gating control has none."),
        may(
            "health_check",
            Kind::HealthCheck,
            "The id of the `RECOVERY_CONTROL` health check that follows it.",
        ),
    ],
};

/// `[[routing.rules]]`.
pub(in crate::config) static RULE: Section = Section {
    header: "[[routing.rules]]",
    means: "A safety rule as it is in the panel: an assertion (`assert`) or a gate (`gating` and `target`).",
    fields: &[
        must("name", Kind::Text, "Its name."),
        must("arn", Kind::Arn(ArnKind::Rule), "Its ARN, in the panel."),
        may("assert", Kind::List(&Kind::Text), "Controls that must satisfy the rule after every change."),
        may("gating", Kind::List(&Kind::Text), "Controls that open the gate."),
        may("target", Kind::List(&Kind::Text), "Controls that can be changed only while the gate is open."),
        must(
            "type",
            Kind::Choice(LOGIC),
            "How many of the watched controls must be On: so many, all, or any.",
        ),
        may("threshold", Kind::Whole, "How many, for `ATLEAST`; of no meaning otherwise."),
        or("inverted", Kind::Flag, "false", "The result is turned round."),
        or("wait", Kind::Wait, "5s", "After a change, how long further changes are rejected."),
    ],
};

/// `[[aurora]]`.
pub(in crate::config) static AURORA: Section = Section {
    header: "[[aurora]]",
    means: "An Aurora global database. Its lag is read without being asked for.",
    fields: &[
        must("store", Kind::Text, "Its name on the screen, unique among all stores."),
        must("global", Kind::Text, "The global cluster's identifier."),
        must(
            "clusters",
            Kind::Map(&Kind::Arn(ArnKind::RdsCluster)),
            "The member cluster's ARN in each of its Regions; at least two.",
        ),
        may(
            "rpo",
            Kind::Span,
            "The longest span of its writes that may be lost; left out, `objectives.rpo`.",
        ),
    ],
};

/// `[[replicas]]`.
pub(in crate::config) static REPLICA: Section = Section {
    header: "[[replicas]]",
    means: "A database with a read replica in each of the other Regions, to be promoted for good. Which one is the \
        source is read, because it changes. Its lag is read without being asked for.",
    fields: &[
        must("store", Kind::Text, "Its name on the screen, unique among all stores."),
        must(
            "engine",
            Kind::Choice(ENGINES),
            "Aurora MySQL clusters by binary log, or RDS instances with read replicas.",
        ),
        must(
            "databases",
            Kind::Map(&Kind::Text),
            "The ARN of the database in each of its Regions, at least two: of a cluster for `aurora-binlog`, of an \
             instance for `rds`.",
        ),
        may(
            "rpo",
            Kind::Span,
            "The longest span of its writes that may be lost; left out, `objectives.rpo`.",
        ),
    ],
};

/// `[[tables]]`.
pub(in crate::config) static TABLE: Section = Section {
    header: "[[tables]]",
    means: "A DynamoDB global table. Its lag is read without being asked for.",
    fields: &[
        must("store", Kind::Text, "Its name on the screen, unique among all stores."),
        must("table", Kind::Text, "The table's name."),
        must("regions", Kind::List(&Kind::Region), "The Regions of its replicas; at least two."),
        may(
            "rpo",
            Kind::Span,
            "The longest span of its writes that may be lost; left out, `objectives.rpo`.",
        ),
    ],
};

/// `[[replication]]`.
pub(in crate::config) static REPLICATION: Section = Section {
    header: "[[replication]]",
    means: "One direction of replication of another store, whose lag is a metric: a preset that measures a lag, \
        or any metric by `namespace` and `metric`.",
    fields: &[
        must(
            "store",
            Kind::Text,
            "Its name on the screen; a store may have a link for each pair of Regions.",
        ),
        must("from", Kind::Region, "Where the data comes from."),
        must("to", Kind::Region, "Where it goes."),
        may(
            "rpo",
            Kind::Span,
            "The longest span of its writes that may be lost; left out, `objectives.rpo`.",
        ),
        may("preset", Kind::Preset, "A preset that measures a lag."),
        may(
            "dimensions",
            Kind::Map(&Kind::Text),
            "Names and values, all of them exactly as they are published.",
        ),
        may("region", Kind::Region, "The Region whose CloudWatch holds the lag; left out, `to`."),
        may("namespace", Kind::Text, "Without a preset: the metric's namespace."),
        may("metric", Kind::Text, "Without a preset: the metric's name."),
        may("statistic", Kind::Statistic, "Left out, the preset's or `Maximum`."),
        may("period", Kind::Period, "Whole minutes; left out, the preset's or `60s`."),
        may(
            "unit",
            Kind::Choice(LAG_UNITS),
            "What the metric counts in; left out, the preset's or `seconds`.",
        ),
    ],
};

/// `[orders]`.
pub(in crate::config) static ORDERS: Section = Section {
    header: "[orders]",
    means: "The business metric, which every Region publishes in its own CloudWatch.",
    fields: &[
        must("namespace", Kind::Text, "The metric's namespace."),
        must("metric", Kind::Text, "The metric's name."),
        or("statistic", Kind::Statistic, "Sum", "Its statistic."),
        or("period", Kind::Period, "60s", "Whole minutes."),
        may(
            "dimensions",
            Kind::Map(&Kind::Text),
            "Names and values; `{region}` in a value stands for each Region's name.",
        ),
        may(
            "store",
            Kind::Text,
            "The Aurora store that orders are written to; its lag tells how many are at risk. \
            Left out, the one called `orders`, if there is one.",
        ),
    ],
};

/// `[shared]`.
pub(in crate::config) static SHARED: Section = Section {
    header: "[shared]",
    means: "The DynamoDB table that says who may act and keeps a copy of the journal, for more than one bastion. Without \
            it each host is on its own.",
    fields: &[
        must("table", Kind::Text, "Its name. Its keys are `pk` and `sk`, both texts."),
        may(
            "region",
            Kind::Region,
            "The one Region in which it is used; it may be a Region that serves nothing.",
        ),
        may(
            "regions",
            Kind::List(&Kind::Region),
            "The Regions in which it is used, for a global table with multi-Region strong consistency. An ordinary \
             global table is refused: its Regions could disagree about who may act.",
        ),
    ],
};

/// Words of `state`.
pub(in crate::config) const STATES: &[&str] = &["On", "Off"];
/// Words of `unit`.
pub(in crate::config) const UNITS: &[&str] =
    &["percent", "count", "seconds", "milliseconds", "bytes", "state"];
/// Words of `unit` of a lag.
pub(in crate::config) const LAG_UNITS: &[&str] = &["seconds", "milliseconds"];
/// Words of `missing`.
pub(in crate::config) const MISSING: &[&str] = &["unknown", "zero"];
/// Words of a rule's `type`.
pub(in crate::config) const ENGINES: &[&str] = &["aurora-binlog", "rds"];

pub(in crate::config) const LOGIC: &[&str] = &["ATLEAST", "AND", "OR"];
/// Words of a record's `type`.
pub(in crate::config) const RECORD_TYPES: &[&str] = &["A", "AAAA", "CNAME"];
/// Words of `policy`.
pub(in crate::config) const POLICIES: &[&str] = &["latency", "weighted", "failover", "geolocation", "simple"];

/// Every section, in the order of the docs.
pub(in crate::config) static SECTIONS: &[&Section] = &[
    &ROOT,
    &WORKLOAD,
    &OBJECTIVES,
    &REGION,
    &SIGNAL,
    &OTHER,
    &ROUTING,
    &PANEL,
    &ENDPOINT,
    &CONTROL,
    &RULE,
    &AURORA,
    &REPLICA,
    &TABLE,
    &REPLICATION,
    &SERVICE,
    &RUNBOOK,
    &DNS,
    &RECORD,
    &EXPERIMENT,
    &PLAN,
    &RESOLVER,
    &ORDERS,
    &FAILBACK,
    &SHARED,
    &WEBHOOK,
    &PRODUCTION,
    &SCREEN,
    &PLAYBOOK,
    &STEP,
    &CONDITION,
];
