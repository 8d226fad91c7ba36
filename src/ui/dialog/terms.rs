//! What is about to happen, in words, fixed at one moment: the body of the confirmation sheet.
//!
//! It is built from the plan and the world as they were read for it, and never changes: a newer reading makes
//! new terms, which are compared with these.

use std::time::Duration;

use super::page::{Keep, Para};
use super::passes;
use crate::model::reading::{ControlState, Freshness};
use crate::model::topology::{Aurora, Region, Topology, Unit};
use crate::model::verdict::{self, Dated};
use crate::plan::interlock::{self, Interlock, Prepared, Verdict};
use crate::plan::operation::{AuroraTarget, Detach, Failover, Operation, Promote, Switchover};
use crate::plan::{Action, Intent, Plan};
use crate::ui::theme::Role;
use crate::ui::view::Facts;

/// Nobody reads a sheet and types a name sooner.
const TYPING: Duration = Duration::from_secs(10);

/// What the operator agrees to.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// The plan that will run, with every interlock as it stood.
    pub prepared: Prepared,
    /// The environment word.
    pub environment: String,
    /// Account, role, host.
    pub who: String,
    /// What it means that the run is a drill, where it is one.
    pub drill: Option<&'static str>,
    /// What becomes of traffic and of each store.
    pub rows: Vec<Row>,
    /// How many cluster endpoints answer, and how many there are, where there are any.
    pub endpoints: Option<(usize, usize)>,
    /// What cannot be known of wait periods that may outlast the typing of a name.
    pub unknown: Vec<String>,
}

/// What becomes of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `traffic`, or the store.
    pub label: String,
    /// What happens to it.
    pub text: String,
    /// Something of it may be lost.
    pub loses: bool,
}

impl Terms {
    /// Words what was prepared by the world as it stands.
    #[must_use]
    pub fn new(prepared: Prepared, facts: &Facts<'_>) -> Self {
        let topology = facts.world.topology();
        let plan = &prepared.plan;
        let mut rows = vec![traffic(plan, facts)];
        rows.extend(topology.auroras.iter().map(|aurora| aurora_row(plan, aurora, facts)));
        rows.extend(topology.replicas.iter().map(|replica| replica_row(plan, &replica.store, facts)));
        rows.extend(topology.tables.iter().map(|table| follower(&table.store, &plan.intent, facts)));
        let (from, to) = (&plan.intent.from, &plan.intent.to);
        let links = topology.lag_links.iter().filter(|link| &link.from == from && &link.to == to);
        rows.extend(links.map(|link| follower(&link.store, &plan.intent, facts)));
        rows.extend(also(plan));
        let broken = interlock::overridden(plan).into_iter().map(|broken| Row {
            label: format!("rule {}", broken.rule),
            text: format!("is OVERRIDDEN, because {}", broken.reason),
            loses: true,
        });
        rows.splice(1..1, broken);
        let environment = topology.environment.to_uppercase();
        let unknown = interlock::unknown_waits(facts.world, plan, TYPING, facts.now);
        Self {
            environment,
            who: who(&plan.intent, facts),
            drill: drill(facts),
            rows,
            endpoints: endpoints(facts),
            unknown,
            prepared,
        }
    }

    /// An interlock holds: this cannot be confirmed.
    #[must_use]
    pub fn is_held(&self) -> bool {
        !interlock::clear(&self.prepared.interlocks)
    }

    /// How many interlocks hold it back.
    #[must_use]
    pub fn holds(&self) -> usize {
        let verdicts = self.prepared.interlocks.iter().map(|interlock| &interlock.verdict);
        verdicts.filter(|verdict| matches!(verdict, Verdict::Hold(_))).count()
    }

    /// In what the newer terms differ so much that the operator must agree anew; empty when they do not.
    #[must_use]
    pub fn differences(&self, newer: &Self) -> Vec<String> {
        let mut differences = interlock::difference(&self.prepared, &newer.prepared);
        if self.who != newer.who {
            differences.push(format!("who acts: {}", newer.who));
        }
        differences
    }

    /// The terms as the sheet shows them; where they do not all fit, the rows and what passes scroll.
    pub(super) fn paras(&self) -> Vec<Para> {
        let role = if self.environment.starts_with("PROD") { Role::EnvProduction } else { Role::Env };
        let who = Para::default().add(&self.environment, role).add(format!(" {}", self.who), Role::Text);
        let mut paras = vec![who.keep(Keep::Above)];
        if let Some(means) = self.drill {
            let drill = Para::default().add(" DRILL ", Role::ModeDrill).add(format!(" {means}"), Role::Text);
            paras.push(drill.keep(Keep::Above));
        }
        paras.push(Para::blank());
        let longest = self.rows.iter().map(|row| row.label.chars().count()).max().unwrap_or_default();
        paras.extend(self.rows.iter().map(|row| row.para(longest + 3)));
        paras.push(Para::blank());
        let (intent, interlocks) = (&self.prepared.plan.intent, &self.prepared.interlocks);
        for holds in [true, false] {
            let same = interlocks.iter().filter(|i| matches!(i.verdict, Verdict::Hold(_)) == holds);
            let others = same.filter_map(|interlock| not_passing(interlock, intent));
            paras.extend(others.map(|para| para.keep(Keep::Below)));
        }
        let stores: Vec<&str> = self.rows.iter().map(|row| row.label.as_str()).collect();
        paras.extend(passes::para(interlocks, &stores, self.endpoints));
        paras.extend(
            self.unknown.iter().map(|words| Para::default().add(format!("– {words}"), Role::Muted).hang(2)),
        );
        paras.push(Para::blank());
        let usual = self.prepared.plan.usual();
        let basis = if self.prepared.plan.measured.is_empty() {
            String::new()
        } else {
            format!(", {}", self.prepared.plan.basis())
        };
        let time = format!("about {} (p95 {}{basis}); ", verdict::span(usual.p50), verdict::span(usual.p95));
        paras.push(Para::new(time).add(self.way_back(), Role::Danger).keep(Keep::Below));
        paras.extend(self.people().map(|words| Para::new(words).keep(Keep::Below)));
        let guesses = self.prepared.plan.steps.iter().filter_map(|step| step.operation()?.guess());
        paras.extend(guesses.map(|guess| Para::default().add(guess, Role::LampLook).keep(Keep::Below)));
        paras
    }

    /// Who else the run will wait for.
    fn people(&self) -> Option<String> {
        let at = |asks: fn(&Action) -> bool| {
            let steps = self.prepared.plan.steps.iter().filter(|step| asks(&step.action));
            let ids: Vec<String> = steps.map(|step| step.id.to_string()).collect();
            let noun = if ids.len() == 1 { "step" } else { "steps" };
            (!ids.is_empty()).then(|| format!("{noun} {}", ids.join(", ")))
        };
        let second = at(|action| matches!(action, Action::Approve(_)));
        let hands = at(|action| matches!(action, Action::Note { .. }));
        let second = second.map(|steps| format!("a second person at {steps}"));
        let all: Vec<String> =
            second.into_iter().chain(hands.map(|steps| format!("work by hand at {steps}"))).collect();
        (!all.is_empty()).then(|| format!("it waits for {}", all.join(" and for ")))
    }

    fn way_back(&self) -> String {
        let plan = &self.prepared.plan;
        match plan.point_of_no_return() {
            Some(step) => format!("after step {step} the only way back is {}", plan.way_back()),
            None => "every write can be undone".to_owned(),
        }
    }
}

impl Row {
    fn para(&self, width: usize) -> Para {
        let role = if self.loses { Role::Danger } else { Role::Text };
        let label = format!("{:<width$}", self.label);
        Para::default().add(label, Role::Muted).add(&self.text, role).hang(width)
    }
}

fn drill(facts: &Facts<'_>) -> Option<&'static str> {
    let means = if facts.console.simulated {
        "The run is marked as one."
    } else {
        "The run is marked as one; its writes are as real as any."
    };
    facts.console.drill.then_some(means)
}

fn who(intent: &Intent, facts: &Facts<'_>) -> String {
    let topology = facts.world.topology();
    let identity = facts.console.identity.as_ref();
    let account = identity.map_or_else(
        || "account not known".to_owned(),
        |identity| format!("account {}, as {}", tail(&identity.account), identity.role()),
    );
    let host = match &topology.home {
        Some(home) if *home == intent.from => format!(", from a host in {home}, which LEAVES"),
        Some(home) => format!(", from a host in {home}"),
        None => String::new(),
    };
    format!("{account}{host}")
}

/// The last four digits of an account.
fn tail(account: &str) -> String {
    let skip = account.chars().count().saturating_sub(4);
    format!("…{}", account.chars().skip(skip).collect::<String>())
}

fn traffic(plan: &Plan, facts: &Facts<'_>) -> Row {
    let left = plan.steps.iter().find_map(|step| left_by(step.operation()?, facts));
    let text = match left {
        Some(left) => traffic_moves(left, plan, facts),
        None => "stays where it is".to_owned(),
    };
    Row { label: "traffic".to_owned(), text, loses: false }
}

/// The Regions that a write takes traffic out of; `None` when it moves none.
fn left_by(operation: &Operation, facts: &Facts<'_>) -> Option<Vec<Region>> {
    match operation {
        Operation::RoutingSet(set) => {
            let off = set.entries.iter().filter(|entry| entry.state == ControlState::Off);
            Some(off.filter_map(|entry| region_of(facts.world.topology(), &entry.control)).collect())
        }
        Operation::DnsSet(set) => Some(set.leaving().into_iter().cloned().collect()),
        Operation::HealthCheckInvert(invert) => {
            Some(if invert.inverted { vec![invert.region.clone()] } else { Vec::new() })
        }
        _ => None,
    }
}

fn traffic_moves(left: Vec<Region>, plan: &Plan, facts: &Facts<'_>) -> String {
    let topology = facts.world.topology();
    let mut parts = Vec::new();
    for region in left {
        let share = verdict::region(facts.world, &region, facts.now).traffic.and_then(known);
        let share = share.map_or_else(String::new, |(share, freshness)| {
            format!(" ({})", verdict::aged(format!("{:.0}%", share * 100.0), freshness))
        });
        parts.push(format!("LEAVES {region}{share}"));
    }
    let to = &plan.intent.to;
    if parts.is_empty() {
        return format!("{to} RECEIVES its share again; nobody leaves");
    }
    let all = if topology.regions.len() == 2 { " all" } else { "" };
    let load = verdict::headroom(facts.world, to, facts.now)
        .map_or_else(String::new, |(needed, capacity)| format!(": {needed:.0}/min, room {capacity:.0}"));
    parts.push(format!("{to} RECEIVES{all}{load}"));
    parts.join("; ")
}

/// What the plan writes besides traffic and stores: nothing that is sent goes unnamed.
fn also(plan: &Plan) -> impl Iterator<Item = Row> {
    let operations = plan.steps.iter().filter_map(|step| step.operation());
    let others = operations
        .filter(|o| !o.moves_traffic() && o.writer().is_none() || matches!(o, Operation::SwitchRun(_)));
    others.map(|operation| Row {
        label: "also".to_owned(),
        text: operation.to_string(),
        loses: matches!(operation, Operation::FisStart(_)),
    })
}

fn region_of(topology: &Topology, control: &str) -> Option<Region> {
    topology.routing.as_ref()?.control(control)?.region.clone()
}

fn aurora_row(plan: &Plan, aurora: &Aurora, facts: &Facts<'_>) -> Row {
    let operation = plan
        .steps
        .iter()
        .filter_map(|step| step.operation())
        .find(|operation| operation.target().is_some_and(|target| target.store == aurora.store));
    let (text, loses) = match operation {
        Some(Operation::AuroraFailover(Failover(target))) => (fails_over(target, facts), true),
        Some(Operation::AuroraSwitchover(Switchover(target))) => {
            (format!("writer MOVES to {}; nothing is lost, writes pause meanwhile", target.to), false)
        }
        Some(Operation::AuroraDetach(Detach(AuroraTarget { to, from, .. }))) => {
            (format!("{to} LEAVES its global database and writes alone; {from} is not fenced"), true)
        }
        _ => (stays(&aurora.store, facts), false),
    };
    Row { label: aurora.store.clone(), text, loses }
}

fn replica_row(plan: &Plan, store: &str, facts: &Facts<'_>) -> Row {
    let operations = plan.steps.iter().filter_map(|step| step.operation());
    let promote = operations.into_iter().find_map(|operation| match operation {
        Operation::ReplicaPromote(promote) if promote.store == store => Some(promote),
        _ => None,
    });
    let (text, loses) = match promote {
        None => (stays(store, facts), false),
        Some(Promote { to, lossless: true, .. }) => {
            (format!("replica in {to} is PROMOTED for good, once nothing is behind"), false)
        }
        Some(Promote { to, from, .. }) => {
            let loss = match (lag(store, from, to, facts), stopped(store, from, to, facts)) {
                (Some(lag), _) => format!("may lose {lag}{}", orders_at_risk(store, facts)),
                (None, Some(ago)) => {
                    format!("loses what was written since replication stopped, {ago} or longer")
                }
                (None, None) => "how much is lost is not known".to_owned(),
            };
            (format!("replica in {to} is PROMOTED for good; {loss}"), true)
        }
    };
    Row { label: store.to_owned(), text, loses }
}

fn orders_at_risk(store: &str, facts: &Facts<'_>) -> String {
    verdict::at_risk(facts.world, facts.now)
        .filter(|risk| risk.store == *store && risk.freshness != Freshness::Gone)
        .map_or_else(String::new, |risk| {
            format!(", about {} orders", verdict::aged(format!("{:.0}", risk.orders), risk.freshness))
        })
}

fn fails_over(target: &AuroraTarget, facts: &Facts<'_>) -> String {
    let to = &target.to;
    let Some(lag) = lag(&target.store, &target.from, to, facts) else {
        return format!("writer MOVES to {to}; how much may be lost is not known: there is no lag reading");
    };
    let orders = orders_at_risk(&target.store, facts);
    format!("writer MOVES to {to}; may lose {lag}{orders}")
}

fn stays(store: &str, facts: &Facts<'_>) -> String {
    match verdict::writer(facts.world, store, facts.now).and_then(known) {
        Some((writer, Freshness::Fresh)) => format!("writer stays in {writer}"),
        Some((writer, _)) => format!("nothing is moved; {writer} wrote when last read"),
        None => "nothing is moved; which Region writes is not known".to_owned(),
    }
}

fn follower(store: &str, intent: &Intent, facts: &Facts<'_>) -> Row {
    let behind = lag(store, &intent.from, &intent.to, facts)
        .map_or_else(|| "how far it is behind is not known".to_owned(), |lag| format!("{lag} behind"));
    Row { label: store.to_owned(), text: format!("nothing to promote; {behind}"), loses: false }
}

fn lag(store: &str, from: &Region, to: &Region, facts: &Facts<'_>) -> Option<String> {
    let links = verdict::links(facts.world, facts.now);
    let link = links.into_iter().find(|l| l.store == store && &l.from == from && &l.to == to)?;
    let (lag, freshness) = link.lag.and_then(known)?;
    Some(verdict::aged(verdict::value_text(lag, Unit::Seconds), freshness))
}

/// Since when replication is known to be stopped.
fn stopped(store: &str, from: &Region, to: &Region, facts: &Facts<'_>) -> Option<String> {
    let links = verdict::links(facts.world, facts.now);
    let link = links.into_iter().find(|l| l.store == store && &l.from == from && &l.to == to)?;
    link.stopped.map(|since| verdict::age_text(since, facts.now))
}

/// A value that may still be shown, with what it must be marked by; one that is gone is not known.
fn known<T>(dated: Dated<T>) -> Option<(T, Freshness)> {
    (dated.freshness != Freshness::Gone).then_some((dated.value, dated.freshness))
}

/// A span as the sheet says it: `40 s`, `2 min 10 s`, `1 h 5 min`.
pub(super) fn spoken(span: Duration) -> String {
    let all = span.as_secs();
    let (hours, minutes, seconds) = (all / 3600, all / 60 % 60, all % 60);
    match (hours, minutes, seconds) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// One that does not pass, with its reason, and what would lift it where it holds.
fn not_passing(interlock: &Interlock, intent: &Intent) -> Option<Para> {
    let (shape, role) = match &interlock.verdict {
        Verdict::Pass => return None,
        Verdict::Warn(_) => ("▲", Role::LampLook),
        Verdict::Hold(_) => ("■", Role::LampBad),
    };
    let reason = interlock.verdict.reason().unwrap_or_default();
    let lift = interlock.lift(intent).map_or_else(String::new, |lift| format!(". To lift it: {lift}"));
    let text = format!(" {}{reason}", asked(&interlock.name));
    Some(Para::default().add(shape, role).add(text, Role::Text).add(lift, Role::Muted).hang(2))
}

/// A condition that does not hold, before its reason: it reads as the question that it answers.
pub(in crate::ui) fn asked(name: &str) -> String {
    let says = name.starts_with("rule ") || name.starts_with("what ");
    if says { format!("{name}: ") } else { format!("{name}? ") }
}

/// How many cluster endpoints answer now, of how many.
fn endpoints(facts: &Facts<'_>) -> Option<(usize, usize)> {
    let controls = verdict::controls(facts.world, facts.now);
    let cells = &controls.first()?.cells;
    let fresh = |state: &verdict::Dated<ControlState>| state.freshness == Freshness::Fresh;
    let answer = cells.iter().filter(|cell| cell.trouble.is_none() && cell.state.as_ref().is_some_and(fresh));
    Some((answer.count(), cells.len()))
}
