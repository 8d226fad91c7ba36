//! A metric in full: where it comes from, its limits, its newest points, its trend.

use ratatui::text::Line;

use super::chart::{self, Hour};
use super::{cli, muted, text, title};
use crate::model::topology::{Formula, Metric, Threshold, Unit};
use crate::model::verdict::{self, HealthCheckVerdict, Lamp, LinkVerdict, SignalVerdict};
use crate::ui::Pen;
use crate::ui::digest::RegionDigest;
use crate::ui::header::clock;
use crate::ui::theme::Role;
use crate::ui::widgets::paint::Text;
use crate::ui::widgets::say;

/// How many of the newest points are listed.
const POINTS: usize = 6;

/// A Region as a whole.
pub(super) fn region(pen: &Pen<'_>, digest: &RegionDigest<'_>) -> Vec<Text> {
    let (verdict, now) = (&digest.verdict, pen.scene.now);
    let since =
        verdict.since.map_or_else(String::new, |at| format!(" for {}", verdict::span(verdict::age(at, now))));
    let mut lines = vec![Line::from(vec![
        pen.span(format!("{} ", digest.spec.name), Role::Title),
        say::lamp(pen, verdict.lamp),
        pen.span(format!("{since}, {}", verdict.role), Role::Text),
    ])];
    if !verdict.reason.is_empty() {
        lines.push(text(pen, verdict.reason.clone()));
    }
    if pen.digest.decision.as_ref().is_some_and(|decision| decision.region == digest.spec.name) {
        lines.extend(clock::lines(pen));
    }
    lines.extend(verdict.disagreement.iter().map(|d| text(pen, format!("sources disagree: {d}"))));
    if let Some(traffic) = &verdict.traffic {
        let share = say::share(traffic.value);
        lines.push(text(
            pen,
            format!("carries {share} of the traffic ({})", verdict::age_text(traffic.at, now)),
        ));
    }
    if let Some((needed, capacity)) = digest.headroom {
        lines.push(text(
            pen,
            format!("receiving everything means {needed:.0} orders/min; it can carry {capacity:.0}"),
        ));
    }
    let services = verdict::services(pen.scene.world, &digest.spec.name, now);
    lines.extend(services.into_iter().map(|service| text(pen, service.to_string())));
    lines
}

/// A signal of a Region.
pub(super) fn signal(pen: &Pen<'_>, digest: &RegionDigest<'_>, signal: &SignalVerdict<'_>) -> Vec<Text> {
    let (spec, now) = (signal.signal, pen.scene.now);
    let mut lines = vec![Line::from(vec![
        pen.span(format!("{} in {}: {} ", spec.name, digest.spec.name, signal.text()), Role::Title),
        say::lamp(pen, signal.lamp),
    ])];
    if let Some(since) = signal.since.filter(|_| signal.lamp != Lamp::Ok) {
        lines.push(text(pen, format!("for {}", verdict::span(verdict::age(since, now)))));
    }
    if let Some(value) = &signal.value {
        lines.push(text(
            pen,
            format!("as of {} ({})", say::clock(value.at), verdict::age_text(value.at, now)),
        ));
    }
    lines.extend(signal.trouble.iter().map(|trouble| text(pen, format!("cannot be seen: {trouble}"))));
    let limits = [("look", spec.look), ("bad", spec.bad)];
    let limits: Vec<String> = limits
        .iter()
        .filter_map(|(word, limit)| Some(format!("{word} {}", threshold((*limit)?, spec.unit))))
        .collect();
    if !limits.is_empty() {
        lines.push(text(pen, limits.join(", ")));
    }
    let limits: Vec<f64> = [spec.look, spec.bad].into_iter().flatten().map(level).collect();
    let newest = signal.value.as_ref().map(|value| value.at);
    lines
        .extend(chart::lines(pen, &Hour { points: &signal.trend, unit: spec.unit, newest, limits: &limits }));
    if let Formula::Alarm { region, name } = &spec.formula {
        lines.push(muted(pen, cli::alarm(region.as_str(), name)));
    }
    for metric in spec.formula.metrics() {
        lines.extend(definition(pen, metric));
        lines.extend(points(
            pen,
            metric,
            if matches!(spec.formula, Formula::Value(_)) { spec.unit } else { Unit::Count },
        ));
    }
    lines
}

fn threshold(limit: Threshold, unit: Unit) -> String {
    let word = if matches!(limit, Threshold::Below(_)) { "below" } else { "above" };
    format!("{word} {}", verdict::value_text(level(limit), unit))
}

fn level((Threshold::Below(value) | Threshold::Above(value)): Threshold) -> f64 {
    value
}

/// A health check of the DNS records.
pub(super) fn check(pen: &Pen<'_>, check: &HealthCheckVerdict) -> Vec<Text> {
    let word = match &check.healthy {
        None => "not seen".to_owned(),
        Some(healthy) => {
            let word = if healthy.value { "healthy" } else { "unhealthy" };
            format!(
                "{word}, as of {} ({})",
                say::clock(healthy.at),
                verdict::age_text(healthy.at, pen.scene.now)
            )
        }
    };
    let mut lines = vec![title(pen, format!("health check of {}: {word}", check.region))];
    lines.push(muted(pen, check.id.clone()));
    lines.extend(definition(pen, &verdict::health_check_metric(&check.id)));
    lines
}

/// The lag metric of a link.
pub(super) fn lag(pen: &Pen<'_>, link: &LinkVerdict) -> Vec<Text> {
    let topology = pen.scene.world.topology();
    let aurora = topology.auroras.iter().find(|a| a.store == link.store);
    let replica = topology.replicas.iter().find(|r| r.store == link.store);
    let table = topology.tables.iter().find(|t| t.store == link.store);
    let other =
        topology.lag_links.iter().find(|l| l.store == link.store && l.from == link.from && l.to == link.to);
    let metric = aurora
        .and_then(|aurora| verdict::aurora_lag_metric(aurora, &link.from, &link.to))
        .or_else(|| replica.and_then(|replica| verdict::replica_lag_metric(replica, &link.to)))
        .or_else(|| table.map(|table| verdict::table_lag_metric(table, &link.from, &link.to)))
        .or_else(|| other.map(|other| other.metric.clone()));
    let usual = if replica.is_some() { Unit::Seconds } else { Unit::Milliseconds };
    let unit = other.map_or(usual, |other| other.unit);
    metric.map_or_else(Vec::new, |metric| {
        definition(pen, &metric).into_iter().chain(points(pen, &metric, unit)).collect()
    })
}

/// Where a metric comes from and how to read it by hand.
pub(super) fn definition(pen: &Pen<'_>, metric: &Metric) -> Vec<Text> {
    let dimensions: Vec<String> =
        metric.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let dimensions = if dimensions.is_empty() { "no dimensions".to_owned() } else { dimensions.join(", ") };
    vec![
        text(
            pen,
            format!(
                "{} {} ({}, {} s) of {}",
                metric.namespace, metric.name, metric.statistic, metric.period, metric.region
            ),
        ),
        text(pen, dimensions),
        muted(pen, cli::metric(metric)),
    ]
}

/// The newest points, the newest first.
pub(super) fn points(pen: &Pen<'_>, metric: &Metric, unit: Unit) -> Vec<Text> {
    let Some(series) = pen.scene.world.series(metric) else {
        return vec![muted(pen, "never answered yet")];
    };
    let points = series.points().iter().rev().take(POINTS);
    let points: Vec<String> = points
        .map(|p| format!("{} {}", p.at.strftime("%H:%M"), verdict::value_text(p.value, unit)))
        .collect();
    if points.is_empty() {
        return vec![muted(pen, "no points in the last hour")];
    }
    vec![text(pen, points.join("   "))]
}
