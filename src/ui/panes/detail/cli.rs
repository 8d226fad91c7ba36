//! The AWS CLI lines that read what a row shows.

use crate::model::topology::{Control, DnsName, Metric, Routing};

/// Reads one metric's last hour.
pub(super) fn metric(metric: &Metric) -> String {
    let dimensions: Vec<String> =
        metric.dimensions.iter().map(|(name, value)| format!("Name={name},Value={value}")).collect();
    let dimensions =
        if dimensions.is_empty() { String::new() } else { format!(" --dimensions {}", dimensions.join(" ")) };
    let statistic = match &*metric.statistic {
        percentile if percentile.starts_with('p') => format!("--extended-statistics {percentile}"),
        plain => format!("--statistics {plain}"),
    };
    format!(
        "aws cloudwatch get-metric-statistics --region {} --namespace {} --metric-name {}{dimensions} {statistic} --period {} --start-time $(date -u -d '-1 hour' +%FT%TZ) --end-time $(date -u +%FT%TZ)",
        metric.region, metric.namespace, metric.name, metric.period
    )
}

/// Reads an alarm's state.
pub(super) fn alarm(region: &str, name: &str) -> String {
    format!("aws cloudwatch describe-alarms --region {region} --alarm-names '{name}'")
}

/// Reads a control at each endpoint.
pub(super) fn control<'a>(
    routing: &'a Routing,
    control: &'a Control,
) -> impl Iterator<Item = String> + use<'a> {
    routing.endpoints.iter().map(|endpoint| {
        format!(
            "aws route53-recovery-cluster get-routing-control-state --region {} --endpoint-url {} --routing-control-arn {}",
            endpoint.region, endpoint.url, control.arn
        )
    })
}

/// Lists the records of a name.
pub(super) fn records(dns: &DnsName) -> String {
    format!(
        "aws route53 list-resource-record-sets --hosted-zone-id {} --start-record-name {} --start-record-type {}",
        dns.zone, dns.name, dns.kind
    )
}
