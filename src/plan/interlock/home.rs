//! Conditions on going home after a failover: time has passed, both Regions have been well for a while, there is room,
//! and nobody flaps.
//!
//! They guard a failback and warn before a switchover that is one by another name. Nothing here ever starts one.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Interlock, Question};
use crate::model::topology::Region;
use crate::model::verdict::{self, Lamp};
use crate::plan::Playbook;
use crate::plan::history::{Flip, History};

/// Moves are counted over a day.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A failover that lies this far ahead of the clock shows that the clock was set back since.
const AHEAD: Duration = Duration::from_mins(1);

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
    let ahead = verdict::age(question.now, last.at);
    if ahead >= AHEAD {
        let ahead = verdict::span(ahead);
        let why = "nobody knows how long ago it was; set the clock right";
        return Interlock::hold(name, format!("by this clock the last failover is {ahead} ahead: {why}"));
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{Scene, east, west};
    use crate::plan::event::{Answer, Entry, Event, Outcome};
    use crate::plan::history::Ground;
    use crate::plan::{Intent, Plan, StepId, fixture};

    /// A failover that sent its first write at the scene's time.
    fn failed_over(scene: &Scene) -> History {
        let begun = fixture::begun(scene, Playbook::Failover, None);
        let operation = begun.plan.step(StepId(2)).unwrap().operation().cloned();
        let (record, step, text) = (StepId(1), StepId(2), String::new);
        let answer = Answer::Accepted { endpoint: text(), request_id: None, handle: None };
        let events = [
            Event::Started { plan: begun.plan.clone(), start: begun.start.clone() },
            Event::Intended { step: record, attempt: 1, operation: None, endpoint: text() },
            Event::Recorded { step: record, at_risk: None, links: Vec::new() },
            Event::Ended { step: record, outcome: Outcome::Confirmed, why: text() },
            Event::Intended { step, attempt: 1, operation, endpoint: text() },
            Event::Sent { step, attempt: 1, fence: None },
            Event::Answered { step, attempt: 1, answer },
        ];
        let entry = |(seq, event)| {
            let (run, previous, hash) = (begun.run.clone(), text(), text());
            Entry { seq, run, at: scene.now, event, previous, hash }
        };
        let lines: Vec<Entry> = (1..).zip(events).map(entry).collect();
        History::of(Ground::of(&begun.start), &lines)
    }

    #[test]
    fn going_home_is_locked_for_a_while_and_where_the_clock_was_set_back() {
        let scene = Scene::calm();
        let history = failed_over(&scene);
        let intent = Intent { playbook: Playbook::Failback, from: west(), to: east() };
        let (workload, steps) = (scene.world.topology().which(), Vec::new());
        let plan = Plan { intent: intent.clone(), workload, made: scene.now, steps, measured: Vec::new() };
        let lock = i64::try_from(scene.world.topology().failback.locked.as_secs()).unwrap();
        let after = |seconds: i64| {
            let now = scene.now + SignedDuration::from_secs(seconds);
            let question = Question { world: &scene.world, intent: &intent, plan: &plan, now };
            locked(&question, &history).verdict.reason().map(str::to_owned)
        };
        assert_eq!(after(lock), None);
        assert!(
            after(lock - 1).unwrap().starts_with("locked for 1s more: us-east-1 failed over to us-west-2")
        );
        assert!(after(-30).unwrap().starts_with("locked for"), "two clocks never quite agree");
        let ahead = "by this clock the last failover is 1h00m ahead: nobody knows how long ago it was; set the clock right";
        assert_eq!(after(-3600).unwrap(), ahead);
    }
}
