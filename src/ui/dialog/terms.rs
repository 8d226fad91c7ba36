//! What is about to happen, in words, fixed at one moment: the body of the confirmation sheet.
//!
//! It is built from the plan and the world as they were read for it, and never changes: a newer reading makes
//! new terms, which are compared with these.

use std::time::Duration;

use jiff::Timestamp;

use super::page::Para;
use crate::model::reading::ControlState;
use crate::model::topology::{Aurora, Region, Topology};
use crate::model::verdict;
use crate::plan::interlock::{Interlock, Verdict};
use crate::plan::operation::{AuroraTarget, ControlChange, Operation};
use crate::plan::{Action, Intent, Plan};
use crate::ui::theme::Role;
use crate::ui::view::Facts;

/// What the operator agrees to.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// The plan that will run.
    pub plan: Plan,
    /// Every interlock, as it stood.
    pub interlocks: Vec<Interlock>,
    /// The environment word.
    pub environment: String,
    /// Account, role, host.
    pub who: String,
    /// What becomes of traffic and of each store.
    pub rows: Vec<Row>,
    /// Orders at risk, if they could be known.
    pub at_risk: Option<f64>,
    /// The world's time of all this.
    pub read: Timestamp,
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

/// Column at which the text of the rows begins.
const INDENT: usize = 12;

impl Terms {
    /// Words the plan by the world as it stands.
    #[must_use]
    pub fn new(plan: Plan, interlocks: Vec<Interlock>, facts: &Facts<'_>) -> Self {
        let topology = facts.world.topology();
        let mut rows = vec![traffic(&plan, facts)];
        rows.extend(topology.auroras.iter().map(|aurora| aurora_row(&plan, aurora, facts)));
        rows.extend(topology.tables.iter().map(|table| follower(&table.store, &plan.intent, facts)));
        let (from, to) = (&plan.intent.from, &plan.intent.to);
        let links = topology.lag_links.iter().filter(|link| &link.from == from && &link.to == to);
        rows.extend(links.map(|link| follower(&link.store, &plan.intent, facts)));
        Self {
            environment: topology.environment.to_uppercase(),
            who: who(&plan.intent, facts),
            at_risk: verdict::at_risk(facts.world, facts.now).map(|risk| risk.orders),
            read: facts.now,
            plan,
            interlocks,
            rows,
        }
    }

    /// An interlock holds: this cannot be confirmed.
    #[must_use]
    pub fn is_held(&self) -> bool {
        !crate::plan::interlock::clear(&self.interlocks)
    }

    /// In what the newer terms differ so much that the operator must agree anew; empty when they do not.
    #[must_use]
    pub fn differences(&self, newer: &Self) -> Vec<String> {
        let mut differences = steps_differ(&self.plan, &newer.plan);
        differences.extend(interlocks_differ(&self.interlocks, &newer.interlocks));
        if self.who != newer.who {
            differences.push(format!("who acts: {}", newer.who));
        }
        match (self.at_risk, newer.at_risk) {
            // A rate that breathes is no news; twice the loss is.
            (Some(old), Some(new)) if new > old * 2.0 + 10.0 => {
                differences.push(format!("about {new:.0} orders may be lost, it was about {old:.0}"));
            }
            (Some(_), None) => differences.push("how many orders may be lost is no longer known".to_owned()),
            _ => {}
        }
        differences
    }

    /// The terms as the sheet shows them.
    pub(super) fn paras(&self) -> Vec<Para> {
        let role = if self.environment.starts_with("PROD") { Role::EnvProduction } else { Role::Env };
        let who = Para::default().add(&self.environment, role).add(format!(" {}", self.who), Role::Text);
        let mut paras = vec![who, Para::blank()];
        paras.extend(self.rows.iter().map(Row::para));
        paras.push(Para::blank());
        paras.extend(interlock_paras(&self.interlocks));
        let usual = self.plan.usual();
        let time = format!("about {} (p95 {}); ", spoken(usual.p50), spoken(usual.p95));
        paras.push(Para::new(time).add(self.way_back(), Role::Danger));
        paras
    }

    fn way_back(&self) -> String {
        match self.plan.point_of_no_return() {
            Some(step) => format!("after step {step} the only way back is failback"),
            None => "every write can be undone".to_owned(),
        }
    }
}

impl Row {
    fn para(&self) -> Para {
        let role = if self.loses { Role::Danger } else { Role::Text };
        let label = format!("{:<width$} ", self.label, width = INDENT - 3);
        Para::default().add(format!("{label}  "), Role::Muted).add(&self.text, role).hang(INDENT)
    }
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
    let entries = plan.steps.iter().find_map(|step| match step.operation() {
        Some(Operation::RoutingSet { entries }) => Some(entries),
        _ => None,
    });
    let text = match entries {
        Some(entries) => traffic_moves(entries, plan, facts),
        None => "stays where it is".to_owned(),
    };
    Row { label: "traffic".to_owned(), text, loses: false }
}

fn traffic_moves(entries: &[ControlChange], plan: &Plan, facts: &Facts<'_>) -> String {
    let topology = facts.world.topology();
    let of = |state: ControlState| {
        let changed = entries.iter().filter(move |entry| entry.state == state);
        changed.filter_map(|entry| region_of(topology, &entry.control)).collect::<Vec<_>>()
    };
    let mut parts = Vec::new();
    for region in of(ControlState::Off) {
        let share = verdict::region(facts.world, &region, facts.now).traffic;
        let share = share.map_or_else(String::new, |share| format!(" ({:.0}%)", share.value * 100.0));
        parts.push(format!("LEAVES {region}{share}"));
    }
    let to = &plan.intent.to;
    let all = if topology.regions.len() == 2 { " all" } else { "" };
    let load = verdict::headroom(facts.world, to, facts.now)
        .map_or_else(String::new, |(needed, capacity)| format!(", {needed:.0} orders/min of {capacity:.0}"));
    parts.push(format!("{to} RECEIVES{all}{load}"));
    parts.join("; ")
}

fn region_of(topology: &Topology, control: &str) -> Option<Region> {
    topology.routing.as_ref()?.control(control)?.region.clone()
}

fn aurora_row(plan: &Plan, aurora: &Aurora, facts: &Facts<'_>) -> Row {
    let operation = plan.steps.iter().filter_map(|step| step.operation()).find(|operation| {
        matches!(operation,
            Operation::AuroraSwitchover(target) | Operation::AuroraFailover(target) if target.store == aurora.store)
    });
    let (text, loses) = match operation {
        Some(Operation::AuroraFailover(target)) => (fails_over(target, facts), true),
        Some(Operation::AuroraSwitchover(target)) => {
            (format!("writer MOVES to {}; nothing is lost, writes stop while it moves", target.to), false)
        }
        _ => (stays(&aurora.store, facts), false),
    };
    Row { label: aurora.store.clone(), text, loses }
}

fn fails_over(target: &AuroraTarget, facts: &Facts<'_>) -> String {
    let to = &target.to;
    let Some(lag) = lag(&target.store, &target.from, to, facts) else {
        return format!("writer MOVES to {to}; how much may be lost is not known: there is no lag reading");
    };
    let orders = verdict::at_risk(facts.world, facts.now)
        .filter(|risk| risk.store == target.store)
        .map_or_else(String::new, |risk| format!(", about {:.0} orders", risk.orders));
    format!("writer MOVES to {to}; may lose {lag}{orders}")
}

fn stays(store: &str, facts: &Facts<'_>) -> String {
    match verdict::writer(facts.world, store, facts.now) {
        Some(writer) => format!("writer stays in {}", writer.value),
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
    link.lag.map(|lag| seconds(lag.value))
}

/// Seconds as the sheet says them: `8.9 s`, `2 min 10 s`.
fn seconds(seconds: f64) -> String {
    if seconds < 60.0 { format!("{seconds:.1} s") } else { spoken(Duration::from_secs_f64(seconds.min(1e9))) }
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

/// Those that pass side by side, each other one on a line of its own with its reason.
fn interlock_paras(interlocks: &[Interlock]) -> Vec<Para> {
    let mut passing = Para::default().add(format!("{:<INDENT$}", "interlocks"), Role::Muted).hang(INDENT);
    let mut passes = 0;
    let mut others = Vec::new();
    for interlock in interlocks {
        let (shape, role, reason) = match &interlock.verdict {
            Verdict::Pass => ("●", Role::LampOk, None),
            Verdict::Warn(reason) => ("▲", Role::LampLook, Some(reason)),
            Verdict::Hold(reason) => ("■", Role::LampBad, Some(reason)),
        };
        // The parts of one interlock stay together, so its spaces do not break.
        let name = interlock.name.replace(' ', "\u{a0}");
        let Some(reason) = reason else {
            let gap = if passes == 0 { "" } else { "   " };
            passing = passing.add(gap, Role::Text).add(shape, role).add(format!("\u{a0}{name}"), Role::Text);
            passes += 1;
            continue;
        };
        let line = Para::default().add(" ".repeat(INDENT), Role::Text).add(shape, role);
        others.push(line.add(format!(" {}: {reason}", interlock.name), Role::Text).hang(INDENT + 2));
    }
    if interlocks.is_empty() {
        passing = passing.add("none", Role::Text);
    } else if passes == 0 {
        passing = passing.add("none of them passes", Role::Text);
    }
    std::iter::once(passing).chain(others).collect()
}

fn steps_differ(old: &Plan, new: &Plan) -> Vec<String> {
    let gone =
        old.steps.iter().filter(|step| !has(new, &step.action)).map(|s| format!("no longer: {}", s.title));
    let come =
        new.steps.iter().filter(|step| !has(old, &step.action)).map(|s| format!("now also: {}", s.title));
    let mut differences: Vec<String> = gone.chain(come).collect();
    let order = |plan: &Plan| plan.steps.iter().map(|s| (s.id, s.needs.clone(), s.rung)).collect::<Vec<_>>();
    if differences.is_empty() && order(old) != order(new) {
        differences.push("the steps are in another order".to_owned());
    }
    differences
}

fn has(plan: &Plan, action: &Action) -> bool {
    plan.steps.iter().any(|step| &step.action == action)
}

fn interlocks_differ(old: &[Interlock], new: &[Interlock]) -> Vec<String> {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Pass => 0,
        Verdict::Warn(_) => 1,
        Verdict::Hold(_) => 2,
    };
    let worse = |now: &&Interlock| {
        let before = old.iter().find(|i| i.name == now.name).map_or(0, |i| rank(&i.verdict));
        rank(&now.verdict) > before
    };
    new.iter().filter(worse).map(said).collect()
}

fn said(interlock: &Interlock) -> String {
    match &interlock.verdict {
        Verdict::Pass => format!("{}: passes", interlock.name),
        Verdict::Warn(reason) => format!("{}: {reason}", interlock.name),
        Verdict::Hold(reason) => format!("{} holds it back: {reason}", interlock.name),
    }
}
