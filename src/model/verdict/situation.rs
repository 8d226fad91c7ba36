//! The one line under the header: what is wrong, where, since when and what it costs.
//!
//! The worst comes first and what does not fit is counted, never silently dropped.

use jiff::Timestamp;

use super::Lamp;
use super::discord::discords;
use super::link::{LiveLag as Live, live_lags, worst};
use super::orders::{at_risk, total_rate};
use super::region::{self, Evidence, Judged, Standing};
use super::replica::promoting;
use super::role::{claims, moving};
use super::routing::{ControlCell, ControlVerdict, controls, panel_splits, rules};
use super::text::{age, aged, limit_text, span, value_text};
use crate::model::World;
use crate::model::reading::{Freshness, TroubleKind};
use crate::model::topology::{Aurora, Region, Replica, RuleKind, Unit};

/// The columns that the line has on a screen of 80.
const COLUMNS: usize = 78;

/// It is never told in fewer.
const LEAST: usize = 40;

/// What stands between two remarks.
const BREAK: &str = ".  ";

/// The one line under the header.
#[derive(Clone, Debug, PartialEq)]
pub struct Situation {
    /// The worst lamp it speaks of.
    pub lamp: Lamp,
    /// The sentence: `us-east-1 bad 3m10s: canary local 41%, orders −62%.  ~14 orders at risk`.
    pub text: String,
    remarks: Vec<Remark>,
    /// What the first bad one costs.
    cost: Option<String>,
}

impl Situation {
    /// The sentence where there are so many columns for it: as much as fits is told, and the rest counted.
    #[must_use]
    pub fn told(&self, columns: usize) -> String {
        if self.remarks.is_empty() {
            let short = self.text.rsplit_once(" (").filter(|_| self::columns(&self.text) > columns);
            return short.map_or(self.text.as_str(), |(short, _)| short).to_owned();
        }
        tell(&self.remarks, self.cost.as_deref(), columns.max(LEAST))
    }
}

/// One thing to say; the lower the rank, the earlier.
#[derive(Clone, Debug, PartialEq)]
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
    of_judged(world, &judged, now)
}

/// Every Region with what its verdict was made from, and the situation: each verdict is worked out once for both.
#[must_use]
pub fn standing(world: &World, now: Timestamp) -> (Vec<Standing<'_>>, Situation) {
    let specs = &world.topology().regions;
    let evidence: Vec<Evidence<'_>> = specs.iter().map(|spec| Evidence::of(world, spec, now)).collect();
    let judged = specs.iter().zip(&evidence);
    let judged: Vec<_> = judged.map(|(spec, of)| (&spec.name, of.judge(world, &spec.name, now))).collect();
    let situation = of_judged(world, &judged, now);
    let judged = judged.into_iter().map(|(_, judged)| judged).collect();
    let verdicts = specs.iter().zip(region::verdicts(world, judged, now));
    let regions = verdicts.zip(evidence).map(|((spec, verdict), evidence)| {
        let Evidence { signals, orders } = evidence;
        Standing { spec, verdict, signals, orders }
    });
    (regions.collect(), situation)
}

fn of_judged(world: &World, judged: &[(&Region, Judged)], now: Timestamp) -> Situation {
    let mut remarks: Vec<Remark> = credentials(world).into_iter().chain(unread(judged)).collect();
    remarks.extend(judged.iter().flat_map(|(name, judged)| of_region(name, judged, now)));
    remarks.extend(of_moves(world, now));
    remarks.extend(of_replicas(world, now));
    remarks.extend(of_links(world, now));
    remarks.extend(of_routing(world, now));
    remarks.sort_by_key(|remark| remark.rank);
    let lamps = judged.iter().map(|(_, judged)| judged.lamp);
    let lamp = remarks.iter().map(|remark| remark.lamp).chain(lamps).max().unwrap_or(Lamp::Unknown);
    let cost = remarks.iter().any(|remark| remark.lamp == Lamp::Bad).then(|| risk(world, now)).flatten();
    let text = match remarks.as_slice() {
        [] => well(world, judged, now),
        remarks => tell(remarks, cost.as_deref(), COLUMNS),
    };
    Situation { lamp, text, remarks, cost }
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
        TroubleKind::NoCredentials => "no credentials",
        _ => "credentials expired",
    };
    Some(Remark::new(0, Lamp::Unknown, text))
}

fn of_region(name: &Region, judged: &Judged, now: Timestamp) -> Vec<Remark> {
    let (lamp, items) = (judged.lamp, &judged.items);
    let lasted = judged.since.map(|at| format!(" {}", span(age(at, now)))).unwrap_or_default();
    let aside = judged.disagreement.as_deref().or_else(|| judged.drained.then_some("drained"));
    let tail = aside.map(|words| format!(" ({words})")).unwrap_or_default();
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

/// Stores with read replicas: two that stand alone, or one that is being promoted.
fn of_replicas(world: &World, now: Timestamp) -> Vec<Remark> {
    let remark = |replica: &Replica| {
        let store = &replica.store;
        let claims = claims(world, store, now);
        if claims.len() > 1 {
            let text = format!("{store} has {} writers: {}", claims.len(), claims.join(", "));
            return Some(Remark::new(1, Lamp::Bad, text));
        }
        let end = promoting(world, store, now)?;
        Some(Remark::new(3, Lamp::Look, format!("{store} {} in {}", end.reading.status, end.region)))
    };
    world.topology().replicas.iter().filter_map(remark).collect()
}

fn of_moves(world: &World, now: Timestamp) -> Vec<Remark> {
    let stores = world.topology().auroras.iter();
    let remark = |aurora: &Aurora| {
        let claims = claims(world, &aurora.store, now);
        if claims.len() > 1 {
            let text = format!("{} has {} writers: {}", aurora.store, claims.len(), claims.join(", "));
            return Some(Remark::new(1, Lamp::Bad, text));
        }
        let moving = moving(world, &aurora.store, now)?;
        let target = aurora.clusters.iter().find(|(_, arn)| **arn == moving.to);
        let target = target.map_or(moving.to.as_str(), |(region, _)| region.as_str());
        Some(Remark::new(3, Lamp::Look, format!("{} {} to {target}", aurora.store, moving.status)))
    };
    stores.filter_map(remark).collect()
}

fn of_links(world: &World, now: Timestamp) -> Vec<Remark> {
    let topology = world.topology();
    let links = live_lags(world, now).into_iter().filter_map(|Live { link, lamp, lag, stopped }| {
        let rank = match lamp {
            Lamp::Bad => 3,
            Lamp::Look => 7,
            Lamp::Ok | Lamp::Unknown => return None,
        };
        if let Some(since) = stopped {
            let way = format!("{}→{}", topology.short(&link.from), topology.short(&link.to));
            let text = format!("{} {way} replication stopped {}", link.store, span(age(since, now)));
            return Some(Remark::new(rank, lamp, text));
        }
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
    let parted = panel_splits(world, now).into_iter().map(|split| look(split.to_string()));
    let several = world.topology().dns.len() > 1;
    let discords = discords(world, now).into_iter().filter(|discord| discord.lamp() != Lamp::Ok);
    let discords = discords.map(|discord| {
        let name = if several { format!("{}: ", discord.name.name) } else { String::new() };
        look(format!("{name}{discord}"))
    });
    split
        .chain(broken)
        .chain(parted)
        .chain(discords)
        .chain(few_endpoints(&controls, world).map(look))
        .collect()
}

/// Too few endpoints answer for a control to be known, once they were asked.
fn few_endpoints(controls: &[ControlVerdict], world: &World) -> Option<String> {
    let quorum = world.topology().routing.as_ref()?.quorum();
    let cells = &controls.first()?.cells;
    let fresh = |cell: &&ControlCell| cell.state.as_ref().is_some_and(|s| s.freshness == Freshness::Fresh);
    let answering = cells.iter().filter(fresh).count();
    let failing = cells.iter().filter(|cell| cell.trouble.is_some()).count();
    let few = answering < quorum && failing > cells.len().saturating_sub(quorum);
    few.then(|| format!("only {answering} of {} cluster endpoints answer", cells.len()))
}

/// As many remarks as fit, the first in any case; what the first bad one costs where there is room; the rest counted.
fn tell(remarks: &[Remark], cost: Option<&str>, width: usize) -> String {
    let mut risk = cost;
    let mut line = String::new();
    for (told, remark) in remarks.iter().enumerate() {
        let left = remarks.len() - told;
        let gap = if told == 0 { "" } else { BREAK };
        let more = if left > 1 { columns("  +9") } else { 0 };
        let room = width.saturating_sub(columns(&line) + columns(gap) + more);
        let cost = if remark.lamp == Lamp::Bad { risk.take().unwrap_or_default() } else { "" };
        let both = remark.text(room.saturating_sub(columns(cost))) + cost;
        let text = if columns(&both) > room { remark.text(room) } else { both };
        if told > 0 && columns(&text) > room {
            return format!("{line}  +{left}");
        }
        line = line + gap + &text;
    }
    line
}

/// What it would cost to lose the writer now, if it is an order or more.
fn risk(world: &World, now: Timestamp) -> Option<String> {
    let orders = at_risk(world, now)?.orders.round();
    (orders >= 1.0).then(|| format!("{BREAK}~{} orders at risk", value_text(orders, Unit::Count)))
}

/// Nothing is wrong: what the numbers are, and which link is the slowest where there is room for it.
fn well(world: &World, judged: &[(&Region, Judged)], now: Timestamp) -> String {
    let topology = world.topology();
    let mut parts = vec!["all Regions ok".to_owned()];
    let drained = judged.iter().filter(|(_, judged)| judged.drained);
    parts.extend(drained.map(|(name, _)| format!("{} drained", topology.short(name))));
    if let Some(rate) = total_rate(world, now) {
        let rate_text = aged(value_text(rate.value.round(), Unit::Count), rate.freshness);
        parts.push(format!("orders {rate_text}/min"));
    }
    let Some((link, lag)) = worst(live_lags(world, now).into_iter()) else { return parts.join(", ") };
    let behind = aged(value_text(lag.value, Unit::Seconds), lag.freshness);
    parts.push(format!("worst lag {behind}"));
    let told = parts.join(", ");
    let way = format!(" ({} {}→{})", link.store, topology.short(&link.from), topology.short(&link.to));
    if columns(&told) + columns(&way) <= COLUMNS { told + &way } else { told }
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::{EAST, Scene, WEST, canary, east, two_regions, west};
    use crate::model::reading::{ControlState, Source};
    use crate::model::topology::Formula;

    use super::*;

    fn told(scene: &Scene) -> (Lamp, String) {
        let Situation { lamp, text, .. } = situation(&scene.world, scene.now);
        (lamp, text)
    }

    fn check(scene: &Scene, lamp: Lamp, text: &str) {
        assert_eq!(told(scene), (lamp, text.to_owned()));
        assert!(columns(text) <= COLUMNS, "{} columns: {text}", columns(text));
    }

    #[test]
    fn calm() {
        let text = "all Regions ok, orders 586/min, worst lag 0.4s (orders use1→usw2)";
        check(&Scene::calm(), Lamp::Ok, text);
    }

    #[test]
    fn nothing_read() {
        let mut scene = Scene::new(two_regions());
        check(&scene, Lamp::Unknown, "reading…");
        scene.controls_everywhere([ControlState::On, ControlState::On]);
        check(&scene, Lamp::Unknown, "reading…");
    }

    #[test]
    fn one_region_read() {
        let mut scene = Scene::calm();
        let mut fresh = Scene::new(two_regions());
        std::mem::swap(&mut scene.world, &mut fresh.world);
        let Formula::Value(local) = canary(WEST, "lcl-rgnl-home", "").formula else { unreachable!() };
        scene.tail(&local, &[100.0]);
        check(&scene, Lamp::Unknown, "reading us-east-1…");
    }

    #[test]
    fn region_loss() {
        let text = "us-east-1 bad 4m07s: canary local 41%, orders −62%.  ~51 orders at risk  +1";
        check(&Scene::region_loss(), Lamp::Bad, text);
    }

    #[test]
    fn a_region_is_not_seen() {
        let mut scene = Scene::calm();
        scene.later(130);
        scene.fail(Source::Metrics(east()), TroubleKind::Unreachable);
        let Formula::Value(remote) = canary(WEST, "lcl-rgnl-home", "").formula else { unreachable!() };
        scene.tail(&remote, &[100.0]);
        check(&scene, Lamp::Look, "us-east-1 not seen for 2m10s: unreachable");
    }

    #[test]
    fn no_region_is_seen() {
        let mut scene = Scene::new(two_regions());
        for region in [east(), west()] {
            scene.fail(Source::Metrics(region), TroubleKind::TimedOut);
        }
        check(&scene, Lamp::Unknown, "us-east-1 not seen: timed out.  us-west-2 not seen: timed out");
    }

    #[test]
    fn credentials_come_first() {
        let mut scene = Scene::region_loss();
        scene.fail(Source::Identity(west()), TroubleKind::Expired);
        let text = "credentials expired.  us-east-1 bad 4m07s: canary local 41%, orders −62%  +1";
        check(&scene, Lamp::Bad, text);
    }

    #[test]
    fn a_lag_over_its_rpo_costs_orders() {
        let mut scene = Scene::calm();
        scene.lag("orders", &[45_000.0]);
        check(&scene, Lamp::Bad, "orders use1→usw2 45.0s behind, RPO 30s.  ~440 orders at risk");
    }

    #[test]
    fn a_lag_worth_a_look() {
        let mut scene = Scene::calm();
        scene.lag("catalog", &[8_900.0]);
        check(&scene, Lamp::Look, "catalog use1→usw2 8.9s behind, RPO 30s");
    }

    #[test]
    fn a_move_is_told() {
        let mut scene = Scene::calm();
        scene.later(1);
        scene.moving("orders", &[EAST]);
        check(&scene, Lamp::Look, "orders failing-over to us-west-2");
    }

    #[test]
    fn two_writers_are_the_worst() {
        let mut scene = Scene::calm();
        scene.later(1);
        scene.moving("orders", &[EAST, WEST]);
        let text = "orders has 2 writers: us-east-1, us-west-2.  ~4 orders at risk";
        check(&scene, Lamp::Bad, text);
    }

    #[test]
    fn a_drained_region_is_named() {
        let mut scene = Scene::calm();
        scene.later(1);
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        check(&scene, Lamp::Ok, "all Regions ok, use1 drained, orders 586/min, worst lag 0.4s");
    }

    #[test]
    fn endpoints_and_rules() {
        let mut scene = Scene::calm();
        scene.later(1);
        scene.controls(EAST, [ControlState::Off, ControlState::On]);
        check(&scene, Lamp::Look, "control us-east-1: endpoints disagree");
        scene.later(1);
        scene.controls_everywhere([ControlState::Off, ControlState::Off]);
        check(&scene, Lamp::Look, "rule at-least-one-on does not hold");
    }

    #[test]
    fn too_few_endpoints() {
        let mut scene = Scene::calm();
        scene.later(21);
        for endpoint in ["eu-west-1", "ap-northeast-1", "ap-southeast-2"] {
            scene.fail(Source::Endpoint(endpoint.into()), TroubleKind::TimedOut);
        }
        for endpoint in [EAST, WEST] {
            scene.controls(endpoint, [ControlState::On, ControlState::On]);
        }
        check(&scene, Lamp::Look, "only 2 of 5 cluster endpoints answer");
    }

    #[test]
    fn sources_disagree() {
        let mut scene = Scene::calm();
        let Formula::Value(local) = canary(EAST, "lcl-rgnl-home", "").formula else { unreachable!() };
        scene.tail(&local, &[41.0]);
        let text = "us-east-1 look 2m07s: canary local 41% (canary local bad, alb and orders ok)";
        check(&scene, Lamp::Look, text);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut scene = Scene::region_loss();
        let Formula::Value(local) = canary(WEST, "lcl-rgnl-home", "").formula else { unreachable!() };
        let Formula::Value(remote) = canary(EAST, "rmt-rgnl-home", "").formula else { unreachable!() };
        scene.tail(&local, &[90.0]);
        scene.tail(&remote, &[90.0]);
        let text = "us-east-1 bad 4m07s: canary local 41%, orders −62%.  ~51 orders at risk  +2";
        check(&scene, Lamp::Bad, text);
    }

    #[test]
    fn more_is_told_where_there_is_room() {
        let scene = Scene::region_loss();
        let (regions, told) = standing(&scene.world, scene.now);
        let verdicts: Vec<_> = regions.iter().map(|region| region.verdict.clone()).collect();
        assert_eq!(verdicts, super::super::regions(&scene.world, scene.now));
        for (region, signal) in regions.iter().flat_map(|r| r.signals.iter().map(move |signal| (r, signal))) {
            assert_eq!(*signal, super::super::signal(&scene.world, signal.signal, scene.now));
            assert_eq!(region.orders, super::super::orders(&scene.world, &region.spec.name, scene.now));
        }
        assert_eq!(told, situation(&scene.world, scene.now));
        assert_eq!(told.told(78), told.text);
        let narrow = "us-east-1 bad 4m07s: canary local 41%, orders −62%  +1";
        assert_eq!(told.told(58), narrow);
        assert_eq!(told.told(20), "us-east-1 bad 4m07s: canary local 41%  +1", "never less");
        let wide = told.told(200);
        assert!(!wide.contains("  +") && wide.contains(".  ") && wide.len() > told.text.len(), "{wide}");
    }

    #[test]
    fn where_all_is_well_the_slowest_link_goes_first() {
        let scene = Scene::calm();
        let told = situation(&scene.world, scene.now);
        assert_eq!(told.told(58), "all Regions ok, orders 586/min, worst lag 0.4s");
        assert_eq!(told.told(78), told.text);
    }

    #[test]
    fn a_remark_gives_up_its_middle_first() {
        let items = ["canary local 41%", "5xx 12.1%", "orders −62%"].map(ToOwned::to_owned).to_vec();
        let remark = Remark { items, ..Remark::new(1, Lamp::Bad, "us-east-1 bad: ") };
        assert_eq!(remark.text(80), "us-east-1 bad: canary local 41%, 5xx 12.1%, orders −62%");
        assert_eq!(remark.text(54), "us-east-1 bad: canary local 41%, orders −62%");
        assert_eq!(remark.text(10), "us-east-1 bad: canary local 41%");
    }
}
