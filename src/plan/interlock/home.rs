//! Conditions on going home after a failover: time has passed, both Regions have been well for a while, there is room,
//! and nobody flaps.
//!
//! They guard a failback and warn before a switchover that is one by another name. Nothing here ever starts one.

use jiff::{SignedDuration, Timestamp};

use super::{Interlock, Question};
use crate::model::topology::Region;
use crate::model::verdict::{self, Lamp};
use crate::plan::Playbook;
use crate::plan::history::{Flip, History};

/// Moves are counted over a day.
const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn guard(question: &Question<'_>, history: &History) -> Vec<Interlock> {
    match question.intent.playbook {
        Playbook::Failback => {
            let mut all = vec![locked(question, history), flaps(question, history)];
            all.extend([&question.intent.to, &question.intent.from].map(|region| settled(question, region)));
            all.extend(room(question));
            all
        }
        Playbook::Switchover => by_another_name(question, history).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// For a while after a failover nobody goes home: what was lost is looked for first, and what broke may break again.
fn locked(question: &Question<'_>, history: &History) -> Interlock {
    let name = "failback unlocked";
    let lock = question.world.topology().failback.locked;
    let Some(last) = history.last_failover() else { return Interlock::pass(name) };
    let age = verdict::age(last.at, question.now);
    if age >= lock {
        return Interlock::pass(name);
    }
    let left = verdict::span(lock.saturating_sub(age));
    Interlock::hold(
        name,
        format!(
            "locked for {left} more: {} failed over to {} {} ago",
            last.from,
            last.to,
            verdict::span(age)
        ),
    )
}

fn flaps(question: &Question<'_>, history: &History) -> Interlock {
    let name = "nobody flaps";
    let most = question.world.topology().failback.flaps;
    let since = question.now.saturating_sub(DAY).unwrap_or(Timestamp::MIN);
    let moves = history.flips_since(since).len();
    if moves <= most {
        return Interlock::pass(name);
    }
    Interlock::hold(name, format!("the workload moved {moves} times in the last day; find out why first"))
}

/// A Region has been ok for long enough.
fn settled(question: &Question<'_>, region: &Region) -> Interlock {
    let wanted = question.world.topology().failback.settled;
    let name = format!("{region} ok for {}", verdict::limit_text(wanted));
    let seen = verdict::region(question.world, region, question.now);
    if seen.lamp != Lamp::Ok {
        return Interlock::hold(name, format!("it is {}: {}", seen.lamp, seen.reason));
    }
    match seen.since.map(|since| verdict::age(since, question.now)) {
        Some(age) if age < wanted => Interlock::hold(name, format!("only for {}", verdict::span(age))),
        _ => Interlock::pass(name),
    }
}

/// Going home is planned, so there is time to make room first.
fn room(question: &Question<'_>) -> Option<Interlock> {
    let to = &question.intent.to;
    let (needed, capacity) = verdict::headroom(question.world, to, question.now)?;
    let name = format!("capacity of {to} is back");
    if capacity >= needed {
        return Some(Interlock::pass(name));
    }
    Some(Interlock::hold(name, format!("it can carry {capacity:.0} orders/min and would get {needed:.0}")))
}

fn by_another_name(question: &Question<'_>, history: &History) -> Option<Interlock> {
    let lock = question.world.topology().failback.locked;
    let way_back = |flip: &&Flip| flip.from == question.intent.to && flip.to == question.intent.from;
    let last = history.last_failover().filter(way_back)?;
    let age = verdict::age(last.at, question.now);
    (age < lock).then(|| {
        let why = format!(
            "{} failed over to {} {} ago: this leads back; `failback` checks more and is locked for {} after",
            last.from,
            last.to,
            verdict::span(age),
            verdict::limit_text(lock)
        );
        Interlock::warn("not a failback by another name", why)
    })
}
