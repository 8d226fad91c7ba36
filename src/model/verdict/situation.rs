//! The one line under the header: what is wrong, where, since when and what it costs.
//!
//! The worst comes first and what does not fit is counted, never silently dropped.

use jiff::Timestamp;

use super::super::World;
use super::super::reading::{Freshness, TroubleKind};
use super::super::topology::Unit;
use super::Lamp;
use super::link::live_lags;
use super::orders::{at_risk, total_rate};
use super::region::{self, Judged};
use super::role::moving;
use super::routing::{controls, rules};
use super::text::{age, aged, limit_text, span, value_text};

/// The columns that the line has on a screen of 80.
const COLUMNS: usize = 78;

/// The one line under the header.
#[derive(Clone, Debug, PartialEq)]
pub struct Situation {
    /// The worst lamp it speaks of.
    pub lamp: Lamp,
    /// The sentence: `us-east-1 bad 3m10s: canary local 41%, orders −62%.  ~14 orders at risk`.
    pub text: String,
}

/// One thing to say; the lower the rank, the earlier.
struct Remark {
    rank: u8,
    lamp: Lamp,
    text: String,
}

/// What is wrong, where, since when and what it costs, in one sentence.
#[must_use]
pub fn situation(world: &World, now: Timestamp) -> Situation {
    if world.feeds().all(|(_, feed)| feed.seen().is_none() && feed.trouble().is_none()) {
        return Situation { lamp: Lamp::Unknown, text: "reading…".to_owned() };
    }
    let mut remarks: Vec<Remark> = credentials(world).into_iter().collect();
    let judged =
        world.topology().regions.iter().map(|spec| (&spec.name, region::judge(world, &spec.name, now)));
    let judged: Vec<_> = judged.collect();
    remarks.extend(judged.iter().filter_map(|(name, judged)| of_region(name.as_str(), judged, now)));
    remarks.extend(of_moves(world, now));
    remarks.extend(of_links(world, now));
    remarks.extend(of_routing(world, now));
    remarks.sort_by_key(|remark| remark.rank);
    let lamps = judged.iter().map(|(_, judged)| judged.lamp);
    let lamp = remarks.iter().map(|remark| remark.lamp).chain(lamps).max().unwrap_or(Lamp::Unknown);
    let text = if remarks.is_empty() { well(world, lamp, now) } else { tell(world, &remarks, now) };
    Situation { lamp, text }
}

/// Without credentials every other remark is only a consequence.
fn credentials(world: &World) -> Option<Remark> {
    let troubles = world.feeds().filter_map(|(_, feed)| feed.trouble());
    let ended = |kind| matches!(kind, TroubleKind::Expired | TroubleKind::NoCredentials);
    let trouble = troubles.map(|(trouble, _)| trouble).find(|trouble| ended(trouble.kind))?;
    let text = match trouble.kind {
        TroubleKind::NoCredentials => "no credentials: nothing can be read",
        _ => "credentials expired: what is shown grows old",
    };
    Some(Remark { rank: 0, lamp: Lamp::Unknown, text: text.to_owned() })
}

fn of_region(name: &str, judged: &Judged, now: Timestamp) -> Option<Remark> {
    let lasted = judged.since.map(|at| format!(" {}", span(age(at, now)))).unwrap_or_default();
    let items = judged.items.join(", ");
    let (rank, text) = match (judged.lamp, &judged.disagreement, &judged.blind) {
        (Lamp::Bad, ..) => (1, format!("{name} bad{lasted}: {items}")),
        (Lamp::Look, Some(disagreement), _) => (5, format!("{name} look{lasted}: {items} ({disagreement})")),
        (Lamp::Look, ..) if !items.is_empty() => (5, format!("{name} look{lasted}: {items}")),
        (_, _, Some(blind)) => (2, format!("{name} {blind}")),
        (Lamp::Unknown, ..) => (6, format!("{name} unknown: no signal is known")),
        _ => return None,
    };
    Some(Remark { rank, lamp: judged.lamp, text })
}

fn of_moves(world: &World, now: Timestamp) -> Vec<Remark> {
    let moves = world.topology().auroras.iter().filter_map(|aurora| {
        let moving = moving(world, &aurora.store, now)?;
        let target =
            aurora.clusters.iter().find(|(_, arn)| **arn == moving.to).map(|(region, _)| region.as_str());
        let text = format!("{} {} to {}", aurora.store, moving.status, target.unwrap_or(&moving.to));
        Some(Remark { rank: 3, lamp: Lamp::Look, text })
    });
    moves.collect()
}

fn of_links(world: &World, now: Timestamp) -> Vec<Remark> {
    let topology = world.topology();
    let links = live_lags(world, now).into_iter().filter_map(|(link, lamp, lag)| {
        let rank = match lamp {
            Lamp::Bad => 3,
            Lamp::Look => 7,
            Lamp::Ok | Lamp::Unknown => return None,
        };
        let lag = lag?;
        let behind = aged(value_text(lag.value, Unit::Seconds), lag.freshness);
        let way = format!("{}→{}", topology.short(&link.from), topology.short(&link.to));
        let text = format!("{} {way} {behind} behind, RPO {}", link.store, limit_text(link.rpo));
        Some(Remark { rank, lamp, text })
    });
    links.collect()
}

fn of_routing(world: &World, now: Timestamp) -> Vec<Remark> {
    let split = controls(world, now).into_iter().filter(|control| control.split);
    let split = split.map(|control| Remark {
        rank: 4,
        lamp: Lamp::Look,
        text: format!("control {}: endpoints disagree", control.name),
    });
    let broken = rules(world, now).into_iter().filter(|verdict| {
        let asserts = matches!(verdict.rule.kind, super::super::topology::RuleKind::Assertion { .. });
        asserts && verdict.holds == Some(false)
    });
    let broken = broken.map(|verdict| Remark {
        rank: 4,
        lamp: Lamp::Look,
        text: format!("rule {} does not hold", verdict.rule.name),
    });
    split.chain(broken).collect()
}

/// The first remark, what it costs, and as many more as fit.
fn tell(world: &World, remarks: &[Remark], now: Timestamp) -> String {
    let mut parts: Vec<String> = Vec::new();
    let serious = remarks.iter().any(|remark| remark.lamp == Lamp::Bad);
    let risk = at_risk(world, now).filter(|risk| serious && risk.orders >= 0.5);
    let risk = risk.map(|risk| format!("~{} orders at risk", value_text(risk.orders.round(), Unit::Count)));
    let mut texts = remarks.iter().map(|remark| remark.text.clone());
    parts.extend(texts.next());
    parts.extend(risk);
    let mut left = 0;
    for text in texts {
        let line = parts.join(".  ");
        if left == 0 && line.chars().count() + 3 + text.chars().count() <= COLUMNS - 4 {
            parts.push(text);
        } else {
            left += 1;
        }
    }
    let line = parts.join(".  ");
    if left == 0 { line } else { format!("{line}  +{left}") }
}

/// Nothing is wrong: what the numbers are.
fn well(world: &World, lamp: Lamp, now: Timestamp) -> String {
    if lamp != Lamp::Ok {
        return "reading…".to_owned();
    }
    let topology = world.topology();
    let mut parts = vec!["all Regions ok".to_owned()];
    if let Some(rate) = total_rate(world, now) {
        let rate_text = aged(value_text(rate.value.round(), Unit::Count), rate.freshness);
        parts.push(format!("orders {rate_text}/min"));
    }
    let lags = live_lags(world, now).into_iter().filter_map(|(link, _, lag)| Some((link, lag?)));
    let known = lags.filter(|(_, lag)| lag.freshness != Freshness::Gone);
    if let Some((link, lag)) = known.max_by(|(_, one), (_, other)| one.value.total_cmp(&other.value)) {
        let behind = aged(value_text(lag.value, Unit::Seconds), lag.freshness);
        let way = format!("{}→{}", topology.short(&link.from), topology.short(&link.to));
        parts.push(format!("worst lag {behind} ({} {way})", link.store));
    }
    parts.join(", ")
}
