//! The one line under the header: what is wrong, where, since when and what it costs.
//!
//! The worst comes first and what does not fit is counted, never silently dropped.

use jiff::Timestamp;

use super::Lamp;
use super::link::{live_lags, worst};
use super::orders::{at_risk, total_rate};
use super::region::{self, Judged};
use super::role::moving;
use super::routing::{ControlCell, ControlVerdict, controls, rules};
use super::text::{age, aged, limit_text, span, value_text};
use crate::model::World;
use crate::model::reading::{Freshness, TroubleKind};
use crate::model::topology::{Region, RuleKind, Unit};

/// The columns that the line has on a screen of 80.
const COLUMNS: usize = 78;

/// What stands between two remarks.
const BREAK: &str = ".  ";

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
    head: String,
    /// What can be left out when room is short, the second first: the first is the worst, the last is orders.
    items: Vec<String>,
    tail: String,
}

impl Remark {
    fn new(rank: u8, lamp: Lamp, text: impl Into<String>) -> Self {
        Self { rank, lamp, head: text.into(), items: Vec::new(), tail: String::new() }
    }

    /// Its text in so many columns, or as near to it as it comes.
    fn text(&self, room: usize) -> String {
        let mut items = self.items.clone();
        loop {
            let text = format!("{}{}{}", self.head, items.join(", "), self.tail);
            if items.len() < 2 || columns(&text) <= room {
                return text;
            }
            items.remove(1);
        }
    }
}

/// Everything said here is one column a character.
fn columns(text: &str) -> usize {
    text.chars().count()
}

/// What is wrong, where, since when and what it costs, in one sentence.
#[must_use]
pub fn situation(world: &World, now: Timestamp) -> Situation {
    let regions = world.topology().regions.iter();
    let judged: Vec<_> = regions.map(|spec| (&spec.name, region::judge(world, &spec.name, now))).collect();
    let mut remarks: Vec<Remark> = credentials(world).into_iter().chain(unread(&judged)).collect();
    remarks.extend(judged.iter().flat_map(|(name, judged)| of_region(name, judged, now)));
    remarks.extend(of_moves(world, now));
    remarks.extend(of_links(world, now));
    remarks.extend(of_routing(world, now));
    remarks.sort_by_key(|remark| remark.rank);
    let lamps = judged.iter().map(|(_, judged)| judged.lamp);
    let lamp = remarks.iter().map(|remark| remark.lamp).chain(lamps).max().unwrap_or(Lamp::Unknown);
    let text = if remarks.is_empty() { well(world, now) } else { tell(world, &remarks, now) };
    Situation { lamp, text }
}

/// Regions of which nothing came yet; all of them at the start.
fn unread(judged: &[(&Region, Judged)]) -> Option<Remark> {
    let unread = judged.iter().filter(|(_, judged)| judged.lamp == Lamp::Unknown && !judged.read);
    let names: Vec<&str> = unread.map(|(name, _)| name.as_str()).collect();
    let text = match names.len() {
        0 if !judged.is_empty() => return None,
        all if all == judged.len() => "reading…".to_owned(),
        _ => format!("reading {}…", names.join(", ")),
    };
    Some(Remark::new(8, Lamp::Unknown, text))
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
    Some(Remark::new(0, Lamp::Unknown, text))
}

fn of_region(name: &Region, judged: &Judged, now: Timestamp) -> Vec<Remark> {
    let (lamp, items) = (judged.lamp, &judged.items);
    let lasted = judged.since.map(|at| format!(" {}", span(age(at, now)))).unwrap_or_default();
    let tail = judged.disagreement.as_ref().map(|words| format!(" ({words})")).unwrap_or_default();
    let because = |rank: u8| {
        let head = format!("{name} {lamp}{lasted}: ");
        Remark { rank, lamp, head, items: items.clone(), tail: tail.clone() }
    };
    let of_lamp = match lamp {
        Lamp::Bad => Some(because(1)),
        Lamp::Look if !items.is_empty() => Some(because(5)),
        Lamp::Unknown if judged.read && judged.blind.is_none() => {
            Some(Remark::new(6, lamp, format!("{name} unknown: no signal is known")))
        }
        _ => None,
    };
    let blind = judged.blind.as_ref().filter(|_| lamp != Lamp::Bad);
    let blind = blind.map(|blind| Remark::new(2, lamp, format!("{name} {blind}")));
    of_lamp.into_iter().chain(blind).collect()
}

fn of_moves(world: &World, now: Timestamp) -> Vec<Remark> {
    let moves = world.topology().auroras.iter().filter_map(|aurora| {
        let moving = moving(world, &aurora.store, now)?;
        let target =
            aurora.clusters.iter().find(|(_, arn)| **arn == moving.to).map(|(region, _)| region.as_str());
        let text = format!("{} {} to {}", aurora.store, moving.status, target.unwrap_or(&moving.to));
        Some(Remark::new(3, Lamp::Look, text))
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
        Some(Remark::new(rank, lamp, text))
    });
    links.collect()
}

fn of_routing(world: &World, now: Timestamp) -> Vec<Remark> {
    let look = |text: String| Remark::new(4, Lamp::Look, text);
    let controls = controls(world, now);
    let split = controls.iter().filter(|control| control.split);
    let split = split.map(|control| look(format!("control {}: endpoints disagree", control.name)));
    let broken = rules(world, now).into_iter().filter(|verdict| {
        matches!(verdict.rule.kind, RuleKind::Assertion { .. }) && verdict.holds == Some(false)
    });
    let broken = broken.map(|verdict| look(format!("rule {} does not hold", verdict.rule.name)));
    split.chain(broken).chain(few_endpoints(&controls, world).map(look)).collect()
}

/// Too few endpoints answer for a control to be known, once they were asked.
fn few_endpoints(controls: &[ControlVerdict], world: &World) -> Option<String> {
    let quorum = world.topology().routing.as_ref()?.quorum();
    let cells = &controls.first()?.cells;
    let fresh = |cell: &&ControlCell| cell.state.as_ref().is_some_and(|s| s.freshness == Freshness::Fresh);
    let answering = cells.iter().filter(fresh).count();
    let failing = cells.iter().filter(|cell| cell.trouble.is_some()).count();
    let few = answering < quorum && failing > cells.len() - quorum;
    few.then(|| format!("only {answering} of {} cluster endpoints answer", cells.len()))
}

/// The first remark, what it costs, and as many more as fit; the rest is counted.
fn tell(world: &World, remarks: &[Remark], now: Timestamp) -> String {
    let Some((first, others)) = remarks.split_first() else { return String::new() };
    let serious = remarks.iter().any(|remark| remark.lamp == Lamp::Bad);
    let risk = at_risk(world, now).filter(|risk| serious && risk.orders >= 0.5);
    let risk =
        risk.map(|risk| format!("{BREAK}~{} orders at risk", value_text(risk.orders.round(), Unit::Count)));
    let risk = risk.unwrap_or_default();
    let more = if others.is_empty() { 0 } else { columns("  +9") };
    let mut line = first.text(COLUMNS - more - columns(&risk)) + &risk;
    for (told, remark) in others.iter().enumerate() {
        let room = COLUMNS.saturating_sub(columns(&line) + columns(BREAK) + more);
        let text = remark.text(room);
        if columns(&text) > room {
            return format!("{line}  +{}", others.len() - told);
        }
        line = line + BREAK + &text;
    }
    line
}

/// Nothing is wrong: what the numbers are.
fn well(world: &World, now: Timestamp) -> String {
    let topology = world.topology();
    let mut parts = vec!["all Regions ok".to_owned()];
    if let Some(rate) = total_rate(world, now) {
        let rate_text = aged(value_text(rate.value.round(), Unit::Count), rate.freshness);
        parts.push(format!("orders {rate_text}/min"));
    }
    if let Some((link, lag)) = worst(live_lags(world, now).into_iter()) {
        let behind = aged(value_text(lag.value, Unit::Seconds), lag.freshness);
        let way = format!("{}→{}", topology.short(&link.from), topology.short(&link.to));
        parts.push(format!("worst lag {behind} ({} {way})", link.store));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::{Scene, two_regions};

    use super::*;

    #[test]
    fn calm() {
        let scene = Scene::calm();
        let situation = situation(&scene.world, scene.now);
        assert_eq!(situation.text, "all Regions ok, orders 586/min, worst lag 0.4s (orders use1→usw2)");
        assert_eq!(situation.lamp, Lamp::Ok);
    }

    #[test]
    fn nothing_read() {
        let scene = Scene::new(two_regions());
        let situation = situation(&scene.world, scene.now);
        assert_eq!(situation.text, "reading…");
        assert_eq!(situation.lamp, Lamp::Unknown);
    }

    #[test]
    fn region_loss() {
        let scene = Scene::region_loss();
        let situation = situation(&scene.world, scene.now);
        assert_eq!(
            situation.text,
            "us-east-1 bad 4m07s: canary local 41%, orders −62%.  ~51 orders at risk  +1"
        );
        assert_eq!(situation.lamp, Lamp::Bad);
    }
}
