//! All there is to say about one row: what it is, what was read and when, its trend, the equal AWS CLI line.

mod cli;
mod metric;

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::regions::{self, Label};
use super::traffic::{self, Item};
use crate::model::topology::Unit;
use crate::model::verdict;
use crate::ui::Stage;
use crate::ui::theme::Role;
use crate::ui::view::Pane;
use crate::ui::widgets::paint::Text;
use crate::ui::widgets::say;

/// The lines about one row of a pane.
pub(super) fn lines(stage: &Stage<'_>, pane: Pane, area: Rect, row: usize) -> Vec<Text> {
    match pane {
        Pane::Regions => region(stage, usize::from(area.width.saturating_sub(4)), row),
        Pane::Replication => link(stage, row),
        Pane::Traffic => traffic(stage, row),
        Pane::Orders => orders(stage, row),
        Pane::Plan => step(stage, row),
        Pane::Journal => entry(stage, row),
    }
}

pub(super) fn text(stage: &Stage<'_>, text: impl Into<String>) -> Text {
    Line::from(stage.span(text, Role::Text))
}

pub(super) fn title(stage: &Stage<'_>, text: impl Into<String>) -> Text {
    Line::from(stage.span(text, Role::Title))
}

pub(super) fn muted(stage: &Stage<'_>, text: impl Into<String>) -> Text {
    Line::from(stage.span(text, Role::Muted))
}

fn region(stage: &Stage<'_>, room: usize, row: usize) -> Vec<Text> {
    let label = regions::side_by_side(stage, room).map(|labels| labels.get(row).copied());
    let digests = &stage.digest.regions;
    let mut lines = Vec::new();
    match label {
        Some(Some(Label::Signal(name))) => {
            for (digest, signal) in digests.iter().filter_map(|d| Some((d, d.signal(name)?))) {
                lines.extend(metric::signal(stage, digest, signal));
            }
        }
        Some(_) => lines.extend(digests.iter().flat_map(|digest| metric::region(stage, digest))),
        None => {
            if let Some(digest) = digests.get(row) {
                lines.extend(metric::region(stage, digest));
                lines.extend(digest.signals.iter().flat_map(|signal| metric::signal(stage, digest, signal)));
            }
        }
    }
    lines
}

fn link(stage: &Stage<'_>, row: usize) -> Vec<Text> {
    let Some(link) = stage.digest.links.get(row) else { return Vec::new() };
    let mut lines = vec![title(stage, format!("{}: {}→{}", link.store, link.from, link.to))];
    let now = stage.scene.now;
    lines.push(match (&link.lag, link.live) {
        (_, false) => text(stage, "replication runs the other way now"),
        (Some(lag), true) => {
            let behind = verdict::dated_text(lag, Unit::Seconds);
            text(
                stage,
                format!("lag {behind}, as of {} ({})", say::clock(lag.at), verdict::age_text(lag.at, now)),
            )
        }
        (None, true) => text(stage, "no lag was measured, which is not zero"),
    });
    lines.push(text(
        stage,
        format!("RPO {}; worth a look from a quarter of it", verdict::limit_text(link.rpo)),
    ));
    lines.extend(link.trouble.as_ref().map(|trouble| text(stage, format!("cannot be seen: {trouble}"))));
    lines.extend(metric::trend(stage, &link.trend, Unit::Seconds));
    lines.extend(metric::lag(stage, link));
    lines
}

fn traffic(stage: &Stage<'_>, row: usize) -> Vec<Text> {
    let topology = stage.scene.world.topology();
    match traffic::items(stage).get(row) {
        Some(Item::Control(at)) => control(stage, *at),
        Some(Item::Endpoints) => {
            let mut lines = vec![title(stage, "cluster endpoints")];
            lines.push(text(
                stage,
                "a change is proved when three of five endpoints show it; one away is normal",
            ));
            lines.extend(stage.digest.controls.iter().flat_map(|c| {
                let name = title(stage, format!("control {}", c.name));
                std::iter::once(name).chain(c.cells.iter().map(|cell| traffic::endpoint(stage, cell)))
            }));
            lines
        }
        Some(Item::Rule(at)) => stage.digest.rules.get(*at).map_or_else(Vec::new, |v| {
            let rule = v.rule;
            let mut lines =
                vec![title(stage, format!("rule {}", rule.name)), text(stage, traffic::logic(rule))];
            lines.push(text(stage, format!("wait period {}", verdict::limit_text(rule.wait))));
            lines.push(muted(stage, rule.arn.clone()));
            lines
        }),
        Some(Item::Checks) => {
            stage.digest.checks.iter().flat_map(|check| metric::check(stage, check)).collect()
        }
        Some(Item::Name(at)) => topology.dns.get(*at).map_or_else(Vec::new, |dns| {
            let mut lines = vec![title(stage, format!("{} {}", dns.name, dns.kind))];
            lines.push(text(
                stage,
                format!("{} policy, zone {}, TTL {}", dns.policy, dns.zone, verdict::limit_text(dns.ttl)),
            ));
            lines.extend(dns.records.iter().map(|record| {
                let check = record.health_check.as_deref().unwrap_or("no health check");
                text(stage, format!("record {}: {}, {check}", record.id, record.region))
            }));
            lines.push(muted(stage, cli::records(dns)));
            lines
        }),
        None => Vec::new(),
    }
}

fn control(stage: &Stage<'_>, at: usize) -> Vec<Text> {
    let Some(control) = stage.digest.controls.get(at) else { return Vec::new() };
    let routing = stage.scene.world.topology().routing.as_ref();
    let declared = routing.and_then(|r| r.control(&control.name));
    let state = control.state.map_or_else(|| "unknown".to_owned(), |state| state.to_string());
    let mut lines = vec![title(stage, format!("control {}: {state}", control.name))];
    if control.split {
        lines.push(Line::from(stage.span("fresh answers contradict each other", Role::LampLook)));
    }
    lines.extend(control.cells.iter().map(|cell| traffic::endpoint(stage, cell)));
    if let Some((routing, declared)) = routing.zip(declared) {
        lines.push(muted(stage, declared.arn.clone()));
        lines.extend(cli::control(routing, declared).map(|line| muted(stage, line)));
    }
    lines
}

fn orders(stage: &Stage<'_>, row: usize) -> Vec<Text> {
    let all: Vec<_> = stage.digest.regions.iter().filter_map(|r| Some((r, r.orders.as_ref()?))).collect();
    let Some((region, orders)) = all.get(row) else { return Vec::new() };
    let mut lines = vec![title(stage, format!("orders in {}", region.spec.name))];
    if let Some(rate) = &orders.rate {
        let age = verdict::age_text(rate.at, stage.scene.now);
        let rate_text = verdict::dated_text(rate, Unit::Count);
        lines.push(text(stage, format!("{rate_text} a minute, minute to {} ({age})", say::clock(rate.at))));
    }
    let base = orders.baseline.map_or_else(|| "not known yet".to_owned(), say::rate);
    lines
        .push(text(stage, format!("usual rate {base}: the median of the older two thirds of the last hour")));
    lines.push(text(stage, "look under 80 % of it, bad under 50 %"));
    if let Some(risk) = &stage.digest.at_risk {
        let lag = verdict::value_text(risk.lag, Unit::Seconds);
        lines.push(text(
            stage,
            format!(
                "at risk now: {:.0} a minute × {lag} lag of {} = {:.0} orders",
                risk.rate, risk.store, risk.orders
            ),
        ));
    }
    lines.extend(metric::trend(stage, &orders.trend, Unit::Count));
    let spec = stage.scene.world.topology().orders.as_ref();
    if let Some(metric) = spec.and_then(|spec| spec.series.get(&region.spec.name)) {
        lines.extend(metric::definition(stage, metric));
        lines.extend(metric::points(stage, metric, Unit::Count));
    }
    lines
}

fn step(stage: &Stage<'_>, row: usize) -> Vec<Text> {
    let Some(run) = stage.scene.run else { return Vec::new() };
    let Some(step) = run.plan.steps.get(row) else { return Vec::new() };
    let mut lines = vec![title(stage, format!("step {}: {}", step.id, step.title))];
    lines.push(text(stage, format!("counts as confirmed at: {}", step.rung)));
    if let Some(operation) = step.operation() {
        lines.push(text(stage, format!("{} ({}), {}", operation.api(), operation.kind(), operation.plane())));
        lines.push(muted(stage, operation.cli(stage.scene.world.topology())));
    }
    let usual = step.usual;
    let limit = verdict::limit_text;
    lines.push(text(
        stage,
        format!(
            "usually {} (95 %: {}), holds after {}",
            limit(usual.p50),
            limit(usual.p95),
            limit(step.deadline)
        ),
    ));
    let Some(progress) = run.steps.get(&step.id) else { return lines };
    if progress.attempts > 0 {
        lines.push(text(stage, format!("attempts: {}", progress.attempts)));
    }
    lines.extend(progress.sent.map(|at| text(stage, format!("sent {}", say::clock(at)))));
    for (rung, (at, state, evidence)) in &progress.rungs {
        let state = match state {
            crate::plan::event::RungState::Open => "open",
            crate::plan::event::RungState::Proved => "proved",
            crate::plan::event::RungState::Blind => "cannot be seen",
        };
        lines.push(text(stage, format!("{} {rung}: {state}  {evidence}", say::clock(*at))));
    }
    lines.extend(progress.told.iter().map(|(at, told)| text(stage, format!("{} {told}", say::clock(*at)))));
    if !progress.why.is_empty() {
        lines.push(text(stage, progress.why.clone()));
    }
    lines
}

fn entry(stage: &Stage<'_>, row: usize) -> Vec<Text> {
    let Some(entry) = stage.scene.journal.get(row) else { return Vec::new() };
    let step = entry.event.step().map_or_else(String::new, |step| format!(", step {step}"));
    let mut lines = vec![title(stage, format!("line {} of run {}{step}", entry.seq, entry.run))];
    lines.push(text(stage, format!("{} UTC", entry.at.strftime("%Y-%m-%d %H:%M:%S%.3f"))));
    lines.push(text(stage, format!("{}  {}", entry.event.word(), entry.event.detail())));
    if let crate::plan::event::Event::Intended { operation: Some(operation), .. } = &entry.event {
        lines.push(muted(stage, operation.cli(stage.scene.world.topology())));
    }
    lines.push(muted(stage, format!("hash {}", entry.hash)));
    lines.push(muted(stage, format!("after {}", entry.previous)));
    lines
}
