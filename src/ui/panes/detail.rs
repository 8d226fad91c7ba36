//! All there is to say about one row: what it is, what was read and when, its trend, what acts on it, the
//! equal AWS CLI line.

mod chart;
mod cli;
mod metric;
mod related;
mod step;

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::text::Line;

use chart::Hour;

use super::regions::{self, Label};
use super::traffic::{self, Item};
use crate::model::topology::Unit;
use crate::model::verdict::{self, EndVerdict};
use crate::plan::related::Subject;
use crate::ui::Pen;
use crate::ui::theme::Role;
use crate::ui::view::Pane;
use crate::ui::widgets::paint::Text;
use crate::ui::widgets::say;

/// The lines about one row of a pane.
pub(super) fn lines(pen: &Pen<'_>, pane: Pane, area: Rect, row: usize) -> Vec<Text> {
    match pane {
        Pane::Regions => region(pen, usize::from(area.width.saturating_sub(4)), row),
        Pane::Replication => link(pen, row),
        Pane::Traffic => traffic(pen, row),
        Pane::Orders => orders(pen, row),
        Pane::Plan => step::lines(pen, row),
        Pane::Journal => entry(pen, row),
    }
}

pub(super) fn text(pen: &Pen<'_>, text: impl Into<String>) -> Text {
    Line::from(pen.span(text, Role::Text))
}

pub(super) fn title(pen: &Pen<'_>, text: impl Into<String>) -> Text {
    Line::from(pen.span(text, Role::Title))
}

pub(super) fn muted(pen: &Pen<'_>, text: impl Into<String>) -> Text {
    Line::from(pen.span(text, Role::Muted))
}

fn region(pen: &Pen<'_>, room: usize, row: usize) -> Vec<Text> {
    let label = regions::side_by_side(pen, room).map(|labels| labels.get(row).copied());
    let digests = &pen.digest.regions;
    let sections: Vec<Vec<Text>> = match label {
        Some(Some(Label::Signal(name))) => {
            let signals = digests.iter().filter_map(|digest| Some((digest, digest.signal(name)?)));
            let signals = signals.map(|(digest, signal)| metric::signal(pen, digest, signal));
            signals.chain([related::lines(pen, Subject::Workload)]).collect()
        }
        Some(_) => {
            let regions = digests.iter().map(|digest| metric::region(pen, digest));
            regions.chain([related::lines(pen, Subject::Workload)]).collect()
        }
        None => digests.get(row).map_or_else(Vec::new, |digest| {
            let signals = digest.signals.iter().map(|signal| metric::signal(pen, digest, signal));
            let acts = related::lines(pen, Subject::Region(&digest.spec.name));
            [metric::region(pen, digest), acts].into_iter().chain(signals).collect()
        }),
    };
    let sections: Vec<Vec<Text>> = sections.into_iter().filter(|lines| !lines.is_empty()).collect();
    sections.join(&Line::default())
}

fn link(pen: &Pen<'_>, row: usize) -> Vec<Text> {
    let Some(link) = pen.digest.links.get(row) else { return Vec::new() };
    let mut lines = vec![title(pen, format!("{}: {}→{}", link.store, link.from, link.to))];
    let now = pen.scene.now;
    let [from, to] = link.ends;
    let lags = &pen.scene.world.topology().lag_links;
    let declared = lags.iter().any(|declared| declared.store == link.store);
    let declared = if declared { ", as declared: only its lag is read" } else { "" };
    lines.push(text(pen, format!("{}: {from}; {}: {to}{declared}", link.from, link.to)));
    let ends = verdict::ends(pen.scene.world, &link.store, now);
    let parted = ends.len() > 1 && ends.iter().all(|end| end.reading.source.is_none());
    lines.push(match (&link.lag, link.live) {
        (_, false) if parted => text(pen, "nothing is replicated: each database stands alone"),
        (_, false) => text(pen, "replication runs the other way now"),
        (None, true) if link.stopped.is_some() => text(
            pen,
            "replication is stopped: what is written now does not arrive, and nobody measures how much",
        ),
        (Some(lag), true) => {
            let behind = verdict::dated_text(lag, Unit::Seconds);
            text(
                pen,
                format!("lag {behind}, as of {} ({})", say::clock(lag.at), verdict::age_text(lag.at, now)),
            )
        }
        (None, true) => text(pen, "no lag was measured, which is not zero"),
    });
    lines
        .push(text(pen, format!("RPO {}; worth a look from a quarter of it", verdict::limit_text(link.rpo))));
    lines.extend(ends.iter().map(|end| text(pen, end_words(end, now))));
    lines.extend(link.trouble.as_ref().map(|trouble| text(pen, format!("cannot be seen: {trouble}"))));
    let rpo = link.rpo.as_secs_f64();
    let hour = Hour {
        points: &link.trend,
        unit: Unit::Seconds,
        newest: link.lag.as_ref().map(|lag| lag.at),
        limits: &[rpo / 4.0, rpo],
    };
    lines.extend(chart::lines(pen, &hour));
    lines.extend(related::lines(pen, Subject::Link(&link.store, [&link.from, &link.to])));
    lines.extend(metric::lag(pen, link));
    lines
}

/// What a database is now: `us-west-2 replica of us-east-1, available, 12s ago`.
fn end_words(end: &EndVerdict, now: Timestamp) -> String {
    let of = end.of.as_ref().map_or_else(String::new, |of| format!(" of {of}"));
    let stream = end.reading.stream.as_ref().map_or_else(String::new, |stream| format!(", stream {stream}"));
    let age = verdict::age_text(end.at, now);
    let status = &end.reading.status;
    let status = if end.word() == status { String::new() } else { format!(", {status}") };
    format!("{}: {}{of}{status}{stream}, read {age}", end.region, end.word())
}

fn traffic(pen: &Pen<'_>, row: usize) -> Vec<Text> {
    let topology = pen.scene.world.topology();
    match traffic::rows(pen).get(row) {
        Some(Item::Control(at)) => control(pen, *at),
        Some(Item::Endpoints) => {
            let mut lines = vec![title(pen, "cluster endpoints")];
            lines.push(text(
                pen,
                "a change is proved when three of five endpoints show it; one away is normal",
            ));
            lines.extend(pen.digest.controls.iter().flat_map(|c| {
                let name = title(pen, format!("control {}", c.name));
                std::iter::once(name).chain(c.cells.iter().map(|cell| traffic::endpoint(pen, cell)))
            }));
            lines.extend(related::lines(pen, Subject::Endpoints));
            lines
        }
        Some(Item::Rule(at)) => pen.digest.rules.get(*at).map_or_else(Vec::new, |v| {
            let rule = v.rule;
            let mut lines =
                vec![title(pen, format!("rule {}", rule.name)), text(pen, traffic::logic(pen, rule))];
            lines.push(text(pen, format!("wait period {}", verdict::limit_text(rule.wait))));
            lines.extend(related::lines(pen, Subject::Rule(rule)));
            lines.push(muted(pen, rule.arn.clone()));
            lines
        }),
        Some(Item::Checks) => {
            let checks = pen.digest.checks.iter().flat_map(|check| metric::check(pen, check));
            related::lines(pen, Subject::Checks).into_iter().chain(checks).collect()
        }
        Some(Item::Name(at) | Item::Records(at) | Item::Answers(at)) => {
            topology.dns.get(*at).map_or_else(Vec::new, |dns| {
                let mut lines = vec![title(pen, format!("{} {}", dns.name, dns.kind))];
                lines.push(text(
                    pen,
                    format!("{} policy, zone {}, TTL {}", dns.policy, dns.zone, verdict::limit_text(dns.ttl)),
                ));
                lines.extend(dns.records.iter().map(|record| {
                    let check = record.health_check.as_deref().unwrap_or("no health check");
                    text(pen, format!("record {}: {}, {check}", record.id, record.region))
                }));
                lines.extend(pen.digest.records.iter().filter(|record| record.name == dns).map(|one| {
                    let id = one.record.id.as_deref().unwrap_or("the record");
                    text(pen, format!("read {id}: {} → {}", one.record.routing, one.record.lead))
                }));
                let answers = pen.digest.answers.iter().filter(|answer| answer.name == dns);
                lines.extend(answers.map(|one| traffic::answer(pen, one)));
                if let Some(discord) = traffic::discord(pen.digest, dns) {
                    lines.push(Line::from(traffic::discord_words(pen, discord, usize::MAX)));
                    lines.push(text(
                        pen,
                        "after a change old answers may be given for 1m15s, until the name servers have it, and the TTL",
                    ));
                }
                lines.extend(related::lines(pen, Subject::Name(dns)));
                lines.push(muted(pen, cli::records(dns)));
                lines
            })
        }
        None => Vec::new(),
    }
}

fn control(pen: &Pen<'_>, at: usize) -> Vec<Text> {
    let Some(control) = pen.digest.controls.get(at) else { return Vec::new() };
    let routing = pen.scene.world.topology().routing.as_ref();
    let declared = routing.and_then(|r| r.control(&control.name));
    let state = control.state.map_or_else(|| "unknown".to_owned(), |state| state.to_string());
    let mut lines = vec![title(pen, format!("control {}: {state}", control.name))];
    if control.split {
        lines.push(Line::from(pen.span("fresh answers contradict each other", Role::LampLook)));
    }
    lines.extend(control.cells.iter().map(|cell| traffic::endpoint(pen, cell)));
    lines.extend(related::lines(pen, Subject::Control(&control.name)));
    if let Some((routing, declared)) = routing.zip(declared) {
        lines.push(muted(pen, declared.arn.clone()));
        lines.extend(cli::control(routing, declared).map(|line| muted(pen, line)));
    }
    lines
}

fn orders(pen: &Pen<'_>, row: usize) -> Vec<Text> {
    let all: Vec<_> = pen.digest.regions.iter().filter_map(|r| Some((r, r.orders.as_ref()?))).collect();
    let Some((region, orders)) = all.get(row) else { return Vec::new() };
    let mut lines = vec![title(pen, format!("orders in {}", region.spec.name))];
    if let Some(rate) = &orders.rate {
        let age = verdict::age_text(rate.at, pen.scene.now);
        let rate_text = verdict::dated_text(rate, Unit::Count);
        lines.push(text(pen, format!("{rate_text} a minute, minute to {} ({age})", say::clock(rate.at))));
    }
    let base = orders.baseline.map_or_else(|| "not known yet".to_owned(), say::rate);
    lines.push(text(pen, format!("usual rate {base}: the median of the older two thirds of the last hour")));
    lines.push(text(pen, "look under 80% of it, bad under 50%"));
    if let Some(risk) = &pen.digest.at_risk {
        let lag = verdict::value_text(risk.lag, Unit::Seconds);
        lines.push(text(
            pen,
            format!(
                "at risk now: {:.0} a minute × {lag} lag of {} = {:.0} orders",
                risk.rate, risk.store, risk.orders
            ),
        ));
    }
    let limits: Vec<f64> = orders.baseline.into_iter().flat_map(|usual| [usual * 0.5, usual * 0.8]).collect();
    let hour = Hour {
        points: &orders.trend,
        unit: Unit::Count,
        newest: orders.rate.as_ref().map(|rate| rate.at),
        limits: &limits,
    };
    lines.extend(chart::lines(pen, &hour));
    lines.extend(related::lines(pen, Subject::Region(&region.spec.name)));
    let spec = pen.scene.world.topology().orders.as_ref();
    if let Some(metric) = spec.and_then(|spec| spec.series.get(&region.spec.name)) {
        lines.extend(metric::definition(pen, metric));
        lines.extend(metric::points(pen, metric, Unit::Count));
    }
    lines
}

fn entry(pen: &Pen<'_>, row: usize) -> Vec<Text> {
    let Some(entry) = pen.scene.journal.get(row) else { return Vec::new() };
    let step = entry.event.step().map_or_else(String::new, |step| format!(", step {step}"));
    let mut lines = vec![title(pen, format!("line {} of run {}{step}", entry.seq, entry.run))];
    lines.push(text(pen, format!("{} UTC", entry.at.strftime("%Y-%m-%d %H:%M:%S%.3f"))));
    lines.push(text(pen, format!("{}  {}", entry.event.word(), entry.event.detail())));
    if let crate::plan::event::Event::Intended { operation: Some(operation), .. } = &entry.event {
        lines.push(muted(pen, operation.cli(pen.scene.world.topology())));
    }
    lines.push(muted(pen, format!("hash {}", entry.hash)));
    lines.push(muted(pen, format!("after {}", entry.previous)));
    lines
}
