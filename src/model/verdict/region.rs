//! The verdict on a Region: one lamp from many signals, with the reason in words.
//!
//! No single source is believed alone, and sources that disagree are said to; a Region that cannot be seen is
//! never `ok`.

use jiff::Timestamp;

use super::orders::{OrdersVerdict, orders};
use super::role::{Role, role};
use super::routing::drained;
use super::signal::{Core, SignalVerdict, core, core_text, is_judged, signal};
use super::text::{age, change_text, span};
use super::{Dated, Lamp, traffic};
use crate::model::World;
use crate::model::reading::{Freshness, Source};
use crate::model::topology::{Region, RegionSpec, Signal};

/// The family whose signals act as a user does; when all of it is bad, so is the Region.
pub const CANARY: &str = "canary";

/// The family under which orders speak.
const ORDERS: &str = "orders";

/// Families that look at the inside: they can be well while no user is served, so their `ok` contradicts nobody.
const INSIDE: [&str; 6] = ["ecs", "search", "queue", "cache", "s3", "replica"];

/// How many items a reason has at most.
const ITEMS: usize = 3;

/// One Region as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionVerdict {
    /// Which Region.
    pub region: Region,
    /// Its lamp.
    pub lamp: Lamp,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Why, in words without the Region's name: `canary local 41% for 3m10s`; empty when ok.
    pub reason: String,
    /// Families of signals that disagree, in words, when they do: `canary bad, alb ok`.
    pub disagreement: Option<String>,
    /// What it does now.
    pub role: Role,
    /// Its routing control is Off, by a quorum.
    pub drained: bool,
    /// Share of the observed traffic, 0 to 1.
    pub traffic: Option<Dated<f64>>,
}

/// The verdict on a Region, from all its signals, its orders and its writers.
#[must_use]
pub fn region(world: &World, region: &Region, now: Timestamp) -> RegionVerdict {
    let shares = traffic::shares(world, now);
    verdict(world, region, judge(world, region, now), &shares, now)
}

/// The verdict on every Region, in the order of the config; cheaper than one by one.
#[must_use]
pub fn regions(world: &World, now: Timestamp) -> Vec<RegionVerdict> {
    let judged = world.topology().regions.iter().map(|spec| judge(world, &spec.name, now)).collect();
    verdicts(world, judged, now)
}

/// The verdicts on all Regions, each of which was judged, in the order of the config.
pub(super) fn verdicts(world: &World, judged: Vec<Judged>, now: Timestamp) -> Vec<RegionVerdict> {
    let shares = traffic::shares(world, now);
    let specs = world.topology().regions.iter().zip(judged);
    specs.map(|(spec, judged)| verdict(world, &spec.name, judged, &shares, now)).collect()
}

fn verdict(
    world: &World,
    region: &Region,
    judged: Judged,
    shares: &[(Region, Dated<f64>)],
    now: Timestamp,
) -> RegionVerdict {
    let traffic = shares.iter().find(|(of, _)| of == region).map(|(_, share)| share.clone());
    RegionVerdict {
        region: region.clone(),
        lamp: judged.lamp,
        since: judged.since,
        reason: judged.reason(now),
        disagreement: judged.disagreement,
        role: role(world, region, now),
        drained: judged.drained,
        traffic,
    }
}

/// A Region's lamp and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Judged {
    pub(super) lamp: Lamp,
    pub(super) since: Option<Timestamp>,
    pub(super) items: Vec<String>,
    pub(super) disagreement: Option<String>,
    /// Its CloudWatch does not answer, in words.
    pub(super) blind: Option<String>,
    /// Its CloudWatch was asked at least once.
    pub(super) read: bool,
    /// Its routing control is Off, by a quorum.
    pub(super) drained: bool,
}

impl Judged {
    fn reason(&self, now: Timestamp) -> String {
        match (self.lamp, self.items.is_empty(), &self.blind) {
            (Lamp::Ok, ..) => String::new(),
            (_, true, Some(blind)) => blind.clone(),
            (Lamp::Unknown, true, None) if self.read => "no signal is known".to_owned(),
            (Lamp::Unknown, true, None) => "not read yet".to_owned(),
            _ => {
                let lasted = self.since.map(|at| format!(" for {}", span(age(at, now)))).unwrap_or_default();
                format!("{}{lasted}", self.items.join(", "))
            }
        }
    }
}

/// A Region as a whole, with all that its verdict was made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing<'a> {
    /// How it is declared.
    pub spec: &'a RegionSpec,
    /// Its verdict.
    pub verdict: RegionVerdict,
    /// Its signals, in the order of the config; also those that are not judged.
    pub signals: Vec<SignalVerdict<'a>>,
    /// Its orders, where they are declared.
    pub orders: Option<OrdersVerdict>,
}

/// What a Region is judged by, with all that a pane shows of it.
pub(super) struct Evidence<'a> {
    pub(super) signals: Vec<SignalVerdict<'a>>,
    pub(super) orders: Option<OrdersVerdict>,
}

impl<'a> Evidence<'a> {
    pub(super) fn of(world: &'a World, spec: &'a RegionSpec, now: Timestamp) -> Self {
        let signals = spec.signals.iter().map(|signal| self::signal(world, signal, now)).collect();
        Self { signals, orders: orders(world, &spec.name, now) }
    }

    pub(super) fn judge(&self, world: &World, region: &Region, now: Timestamp) -> Judged {
        let judged = self.signals.iter().filter(|seen| is_judged(seen.signal));
        let witnesses = judged.map(|seen| Witness { signal: seen.signal, core: Core::of(seen) }).collect();
        judge_by(world, region, (witnesses, self.orders.as_ref()), now)
    }
}

/// Judges one Region without what only a pane needs.
pub(super) fn judge(world: &World, region: &Region, now: Timestamp) -> Judged {
    let signals = world.topology().region(region).map(|spec| spec.signals.as_slice()).unwrap_or_default();
    let judged = signals.iter().filter(|signal| is_judged(signal));
    let witnesses = judged.map(|s| Witness { signal: s, core: core(world, s, now) }).collect();
    judge_by(world, region, (witnesses, orders(world, region, now).as_ref()), now)
}

fn judge_by(
    world: &World,
    region: &Region,
    (witnesses, orders): (Vec<Witness<'_>>, Option<&OrdersVerdict>),
    now: Timestamp,
) -> Judged {
    let orders = orders.filter(|orders| orders.lamp != Lamp::Unknown);
    let families = families(&witnesses, orders);
    let (lamp, disagreement) = lamp(&families);
    let blind = blind(world, region, now);
    let lamp = if lamp == Lamp::Ok && blind.is_some() { Lamp::Look } else { lamp };
    Judged {
        lamp,
        since: started(lamp, &witnesses),
        items: items(&witnesses, orders),
        disagreement,
        blind,
        read: world.feed(&Source::Metrics(region.clone())).is_some(),
        drained: drained(world, region, now),
    }
}

/// A signal and what it comes to.
struct Witness<'a> {
    signal: &'a Signal,
    core: Core,
}

/// The signals of one family, counted by lamp.
struct Family<'a> {
    name: &'a str,
    bad: usize,
    look: usize,
    ok: usize,
    /// The first bad signal, to name it when the family is of two minds.
    first_bad: Option<&'a str>,
}

impl Family<'_> {
    fn all_bad(&self) -> bool {
        self.bad > 0 && self.look == 0 && self.ok == 0
    }

    fn all_ok(&self) -> bool {
        self.ok > 0 && self.look == 0 && self.bad == 0
    }
}

/// Counts the signals by family. What was well when last seen says nothing against what is bad now.
fn families<'a>(witnesses: &'a [Witness<'a>], orders: Option<&OrdersVerdict>) -> Vec<Family<'a>> {
    let mut families: Vec<Family<'a>> = Vec::new();
    let fresh = |dated: &Option<Dated<f64>>| dated.as_ref().is_none_or(|d| d.freshness == Freshness::Fresh);
    let bad_now = witnesses.iter().any(|w| w.core.lamp == Lamp::Bad && fresh(&w.core.value));
    let spoken = |lamp: Lamp, value: &Option<Dated<f64>>| {
        if bad_now && lamp == Lamp::Ok && !fresh(value) { Lamp::Unknown } else { lamp }
    };
    let signals = witnesses
        .iter()
        .map(|w| (w.signal.family.as_str(), w.signal.name.as_str(), spoken(w.core.lamp, &w.core.value)));
    let orders = orders.map(|orders| (ORDERS, ORDERS, spoken(orders.lamp, &orders.rate)));
    for (family, name, lamp) in signals.chain(orders) {
        let at = families.iter().position(|known| known.name == family).unwrap_or_else(|| {
            families.push(Family { name: family, bad: 0, look: 0, ok: 0, first_bad: None });
            families.len() - 1
        });
        let Some(known) = families.get_mut(at) else { continue };
        match lamp {
            Lamp::Ok => known.ok += 1,
            Lamp::Look => known.look += 1,
            Lamp::Bad => {
                known.bad += 1;
                known.first_bad = known.first_bad.or(Some(name));
            }
            Lamp::Unknown => {}
        }
    }
    families
}

/// The rule: two families bad, or all canaries with nobody to contradict them, are bad; less is worth a look.
fn lamp(families: &[Family<'_>]) -> (Lamp, Option<String>) {
    let bad: Vec<&Family<'_>> = families.iter().filter(|family| family.bad > 0).collect();
    match bad.as_slice() {
        [] if families.iter().any(|family| family.look > 0) => (Lamp::Look, None),
        [] if families.iter().any(|family| family.ok > 0) => (Lamp::Ok, None),
        [] => (Lamp::Unknown, None),
        [one] => {
            let disagreement = disagreement(one, families);
            let down = one.name == CANARY && one.all_bad() && disagreement.is_none();
            (if down { Lamp::Bad } else { Lamp::Look }, disagreement)
        }
        _ => (Lamp::Bad, None),
    }
}

fn disagreement(bad: &Family<'_>, families: &[Family<'_>]) -> Option<String> {
    let witness = |family: &&Family<'_>| family.all_ok() && !INSIDE.contains(&family.name);
    let well: Vec<&str> = families.iter().filter(witness).map(|family| family.name).take(2).collect();
    if well.is_empty() {
        return None;
    }
    let who = if bad.all_bad() { bad.name } else { bad.first_bad.unwrap_or(bad.name) };
    Some(format!("{who} bad, {} ok", well.join(" and ")))
}

/// Since the first of the signals that carry the lamp; of the last for `ok`, and of the last word for `unknown`.
fn started(lamp: Lamp, witnesses: &[Witness<'_>]) -> Option<Timestamp> {
    let since = |of: &dyn Fn(Lamp) -> bool| {
        let carriers = witnesses.iter().filter(|w| of(w.core.lamp)).filter_map(|w| w.core.since);
        carriers.collect::<Vec<_>>()
    };
    match lamp {
        Lamp::Bad => since(&|lamp| lamp == Lamp::Bad).into_iter().min(),
        Lamp::Look => since(&|lamp| matches!(lamp, Lamp::Look | Lamp::Bad)).into_iter().min(),
        Lamp::Ok | Lamp::Unknown => since(&|of| of == lamp).into_iter().max(),
    }
}

/// What is wrong in words, worst first: one of each family, then more of them, and orders always when they fell.
fn items(witnesses: &[Witness<'_>], orders: Option<&OrdersVerdict>) -> Vec<String> {
    let orders = orders.filter(|orders| matches!(orders.lamp, Lamp::Look | Lamp::Bad));
    let orders = orders.and_then(|orders| {
        let rate = orders.rate.as_ref()?;
        change_text(rate.value, orders.baseline?).map(|change| format!("{ORDERS} {change}"))
    });
    let room = ITEMS - usize::from(orders.is_some());
    let mut wrong: Vec<(&Witness<'_>, bool)> = Vec::new();
    for lamp in [Lamp::Bad, Lamp::Look] {
        for witness in witnesses.iter().filter(|w| w.core.lamp == lamp) {
            let again = wrong.iter().any(|(known, _)| known.signal.family == witness.signal.family);
            wrong.push((witness, again));
        }
    }
    wrong.sort_by_key(|(witness, again)| (*again, std::cmp::Reverse(witness.core.lamp)));
    wrong.iter().take(room).map(|(witness, _)| item(witness)).chain(orders).collect()
}

/// A label such as `5xx / requests` speaks of its first half here.
fn item(witness: &Witness<'_>) -> String {
    let name = witness.signal.name.split(" / ").next().unwrap_or(&witness.signal.name);
    format!("{name} {}", core_text(witness.signal, &witness.core))
}

/// Why the Region's own CloudWatch tells nothing: its answers are gone, or fail and are no longer fresh.
fn blind(world: &World, region: &Region, now: Timestamp) -> Option<String> {
    let feed = world.feed(&Source::Metrics(region.clone()))?;
    let blind = match feed.freshness(now) {
        Freshness::Fresh => false,
        Freshness::Stale => feed.trouble().is_some(),
        Freshness::Gone => true,
    };
    if !blind {
        return None;
    }
    let seen = feed.seen().map(|(_, at)| format!(" for {}", span(age(at, now)))).unwrap_or_default();
    let why = feed.trouble().map(|(trouble, _)| format!(": {}", trouble.kind)).unwrap_or_default();
    Some(format!("not seen{seen}{why}"))
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::{
        EAST, Scene, WEST, canary, created, east, requests, tasks, two_regions, west,
    };
    use crate::model::reading::{ControlState, TroubleKind};
    use crate::model::topology::{Formula, Metric};

    use super::*;

    fn told(scene: &Scene) -> (Lamp, String, Option<String>) {
        let RegionVerdict { lamp, reason, disagreement, .. } = region(&scene.world, &east(), scene.now);
        (lamp, reason, disagreement)
    }

    fn local(region: &str) -> Metric {
        let Formula::Value(metric) = canary(region, "lcl-rgnl-home", "").formula else { unreachable!() };
        metric
    }

    fn remote(of_other: &str) -> Metric {
        let Formula::Value(metric) = canary(of_other, "rmt-rgnl-home", "").formula else { unreachable!() };
        metric
    }

    /// `canary b alb o` and so on, each letter a signal's lamp.
    fn check(families: &str, expected: Lamp, disagreement: Option<&str>) {
        let words: Vec<&str> = families.split(' ').collect();
        let counted = words.chunks(2).map(|pair| {
            let lamps = pair.get(1).copied().unwrap_or_default();
            let count = |lamp| lamps.chars().filter(|c| *c == lamp).count();
            let (bad, look, ok) = (count('b'), count('l'), count('o'));
            Family { name: pair[0], bad, look, ok, first_bad: (bad > 0).then_some("this one") }
        });
        let counted: Vec<_> = counted.collect();
        let expected = (expected, disagreement.map(ToOwned::to_owned));
        assert_eq!(lamp(&counted), expected, "{families}");
    }

    #[test]
    fn the_rule() {
        check("canary ooo alb o ecs o orders o", Lamp::Ok, None);
        check("canary u alb u", Lamp::Unknown, None);
        check("canary o alb u", Lamp::Ok, None);
        check("canary ol alb o", Lamp::Look, None);
        check("canary l alb l orders l", Lamp::Look, None);
        check("canary bo alb b ecs o", Lamp::Bad, None);
        check("canary bo orders b alb o", Lamp::Bad, None);
        check("canary bbu alb u", Lamp::Bad, None);
        check("canary bb alb l", Lamp::Bad, None);
        check("canary bb ecs o", Lamp::Bad, None);
        check("canary bbl", Lamp::Look, None);
        check("alb b", Lamp::Look, None);
        check("canary bb alb o ecs o orders o", Lamp::Look, Some("canary bad, alb and orders ok"));
        check("canary bo alb o", Lamp::Look, Some("this one bad, alb ok"));
        check("alb b canary o", Lamp::Look, Some("alb bad, canary ok"));
        check("orders b canary oo", Lamp::Look, Some("orders bad, canary ok"));
        check("canary b alb ol", Lamp::Bad, None);
    }

    #[test]
    fn calm() {
        let scene = Scene::calm();
        assert_eq!(told(&scene), (Lamp::Ok, String::new(), None));
        let verdict = region(&scene.world, &east(), scene.now);
        assert_eq!((verdict.role, verdict.drained), (Role::Writer, false));
        let share = verdict.traffic.unwrap().value;
        assert!((share - 390.0 / 586.0).abs() < 1e-9);
        assert_eq!(regions(&scene.world, scene.now)[1], region(&scene.world, &west(), scene.now));
    }

    #[test]
    fn nothing_read() {
        let scene = Scene::new(two_regions());
        assert_eq!(told(&scene), (Lamp::Unknown, "not read yet".to_owned(), None));
    }

    #[test]
    fn the_reason_takes_the_worst_of_each_family_and_orders() {
        let scene = Scene::region_loss();
        let reason = "canary local 41%, 5xx 12.1%, orders −62% for 4m07s".to_owned();
        assert_eq!(told(&scene), (Lamp::Bad, reason, None));
    }

    #[test]
    fn one_canary_alone_is_worth_a_look() {
        let mut scene = Scene::calm();
        scene.tail(&local(EAST), &[41.0]);
        let disagreement = Some("canary local bad, alb and orders ok".to_owned());
        assert_eq!(told(&scene), (Lamp::Look, "canary local 41% for 2m07s".to_owned(), disagreement));
    }

    #[test]
    fn orders_that_fall_alone_are_worth_a_look() {
        let mut scene = Scene::calm();
        scene.tail(&created(EAST), &[100.0]);
        let (lamp, reason, disagreement) = told(&scene);
        assert_eq!((lamp, reason.as_str()), (Lamp::Look, "orders −74%"));
        assert_eq!(disagreement.as_deref(), Some("orders bad, canary and alb ok"));
    }

    #[test]
    fn a_drained_region_without_traffic_is_well() {
        let mut scene = Scene::calm();
        scene.later(240);
        for label in [local(EAST), remote(WEST)] {
            scene.tail(&label, &[100.0]);
        }
        scene.controls_everywhere([ControlState::Off, ControlState::On]);
        scene.tail(&created(EAST), &[0.0]);
        scene.tail(&requests(EAST), &[0.0]);
        let verdict = region(&scene.world, &east(), scene.now);
        assert_eq!((verdict.lamp, verdict.reason.as_str(), verdict.drained), (Lamp::Ok, "", true));
    }

    #[test]
    fn a_region_that_does_not_answer_is_not_ok() {
        let mut scene = Scene::calm();
        for _ in 0..3 {
            scene.later(60);
            scene.fail(Source::Metrics(east()), TroubleKind::TimedOut);
            scene.tail(&remote(WEST), &[100.0]);
        }
        let reason = "not seen for 3m00s: timed out".to_owned();
        assert_eq!(told(&scene), (Lamp::Look, reason, None));
    }

    #[test]
    fn the_healthy_region_testifies_about_the_one_that_is_silent() {
        let mut scene = Scene::calm();
        for _ in 0..7 {
            scene.later(60);
            scene.fail(Source::Metrics(east()), TroubleKind::TimedOut);
            scene.tail(&remote(WEST), &[0.0]);
        }
        assert_eq!(told(&scene), (Lamp::Bad, "canary remote 0% for 8m07s".to_owned(), None));
    }

    #[test]
    fn what_was_well_when_last_seen_contradicts_nobody() {
        let mut scene = Scene::calm();
        for _ in 0..4 {
            scene.later(60);
            scene.fail(Source::Metrics(east()), TroubleKind::TimedOut);
            scene.tail(&remote(WEST), &[0.0]);
        }
        assert_eq!(told(&scene), (Lamp::Bad, "canary remote 0% for 5m07s".to_owned(), None));
    }

    #[test]
    fn all_gone_is_unknown() {
        let mut scene = Scene::calm();
        scene.later(361);
        assert_eq!(told(&scene), (Lamp::Unknown, "not seen for 6m01s".to_owned(), None));
        assert_eq!(region(&scene.world, &east(), scene.now).role, Role::None);
    }

    #[test]
    fn a_signal_without_limits_is_not_judged() {
        let mut topology = two_regions();
        let mut shown = tasks(EAST);
        (shown.look, shown.bad) = (None, None);
        topology.regions[0].signals = vec![shown.clone()];
        let mut scene = Scene::new(topology);
        for metric in shown.formula.metrics() {
            scene.tail(metric, &[1.0]);
        }
        assert_eq!(told(&scene).0, Lamp::Unknown);
    }
}
