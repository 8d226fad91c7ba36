//! What the run believes may be lost, store by store, and from when to when to look for it.
//!
//! Orders that were taken and may be gone are one thing, orders that never came another; they are never added up.
//! A lag that was not seen is said to be unknown, and never taken for none.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::Goals;
use crate::model::topology::Region;
use crate::model::verdict::Missed;
use crate::plan::event::{Entry, Event};
use crate::plan::operation::Danger;
use crate::plan::progress::{Progress, StepProgress};
use crate::plan::{Rung, Step, StepId};

/// A lag is a metric: what was read may be so old, and while nothing replicates it grows by a second a second.
const MEASURED_AGO: f64 = 120.0;

/// What a run left behind.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Losses {
    /// Stores whose writer moved without waiting for what had not replicated.
    pub stores: Vec<StoreLoss>,
    /// Stores whose writer did not move so: what had not arrived yet arrives when the Region that left is back.
    pub behind: Vec<Behind>,
    /// Orders that did not come; `None` where that was not counted or cannot be known.
    pub missed: Option<Missed>,
}

/// Writes of one store that may be missing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoreLoss {
    /// The store.
    pub store: String,
    /// The Region that wrote before.
    pub from: Region,
    /// The Region that writes now.
    pub to: Region,
    /// The step that moved the writer.
    pub step: u16,
    /// How far the receiver was behind when it was decided, seconds; `None` where that could not be seen.
    pub lag: Option<f64>,
    /// The lag is that of the moment of the move; else it is what was recorded when the run began, and may have grown.
    pub counted: bool,
    /// The longest that is promised, seconds; `None` where no promise is known.
    pub rpo: Option<f64>,
    /// The first moment whose writes may be missing: when the move was sent, less the lag and what it may have grown
    /// since it was measured.
    pub since: Option<Timestamp>,
    /// The last such moment: the new writer was seen; `None` where it never was.
    pub until: Option<Timestamp>,
    /// Orders that were taken meanwhile and may be missing, where they are counted by this store.
    pub orders: Option<f64>,
}

/// How far a copy was behind when the run began.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Behind {
    /// The store.
    pub store: String,
    /// From the Region that left.
    pub from: Region,
    /// To the Region that received.
    pub to: Region,
    /// As it was recorded: `0.8s`, `~3.1s`, `stopped`, `--`.
    pub lag: String,
}

/// One link as a line of the journal has it: `orders us-east-1→us-west-2 8.9s`.
struct Link<'a> {
    store: &'a str,
    from: &'a str,
    to: &'a str,
    lag: &'a str,
}

impl Losses {
    /// What this run left behind.
    pub(super) fn of(run: &Progress, lines: &[Entry], goals: Option<&Goals>) -> Self {
        let links: Vec<Link<'_>> = recorded(lines).iter().filter_map(|text| link(text)).collect();
        let moved = run.plan.steps.iter().filter_map(|step| Some((step, run.steps.get(&step.id)?)));
        let stores: Vec<StoreLoss> =
            moved.filter_map(|(step, at)| store(run, lines, &links, (step, at), goals)).collect();
        let intent = &run.plan.intent;
        let left = links.iter().filter(|link| {
            link.from == intent.from.as_str()
                && link.to == intent.to.as_str()
                && stores.iter().all(|lost| lost.store != link.store)
        });
        let behind = left.map(|link| Behind {
            store: link.store.to_owned(),
            from: Region::new(link.from),
            to: Region::new(link.to),
            lag: link.lag.to_owned(),
        });
        // Where a run was planned, its own steps waited for what was behind.
        let planned = run.plan.intent.playbook.is_planned();
        Self {
            behind: if planned { Vec::new() } else { behind.collect() },
            missed: run.cost.as_ref().and_then(|cost| cost.missed.clone()),
            stores,
        }
    }
}

/// What may be missing because of this step; `None` for one that left alone what could be lost.
fn store(
    run: &Progress,
    lines: &[Entry],
    links: &[Link<'_>],
    (step, at): (&Step, &StepProgress),
    goals: Option<&Goals>,
) -> Option<StoreLoss> {
    let operation = step.operation().filter(|operation| operation.danger() == Danger::Loses)?;
    let moved = operation.writer()?;
    let sent = first_sent(lines, step.id)?;
    at.maybe.or(at.sent.filter(|_| at.answer.is_none()))?;
    let from = run.plan.intent.from.clone();
    let counted = run.cost.as_ref().and_then(|cost| cost.behind.as_ref());
    let counted = counted.filter(|risk| risk.store == moved.store);
    let risk = counted.or(run.at_risk.as_ref().filter(|risk| risk.store == moved.store));
    let way = |link: &&Link<'_>| {
        (link.store, link.from, link.to) == (moved.store, from.as_str(), moved.to.as_str())
    };
    let lag = risk.map(|risk| risk.lag).or_else(|| seconds(links.iter().find(way)?.lag));
    Some(StoreLoss {
        store: moved.store.to_owned(),
        to: moved.to.clone(),
        step: step.id.0,
        lag,
        counted: counted.is_some(),
        rpo: goals.map(|goals| goals.rpo_of(moved.store).as_secs_f64()),
        since: lag.and_then(|lag| before(sent, lag + MEASURED_AGO)),
        until: at.rungs.get(&Rung::ReadBack).filter(|_| at.proved(Rung::ReadBack)).map(|(at, ..)| *at),
        orders: risk.map(|risk| risk.orders),
        from,
    })
}

fn first_sent(lines: &[Entry], of: StepId) -> Option<Timestamp> {
    let sent = |entry: &&Entry| matches!(entry.event, Event::Sent { step, .. } if step == of);
    lines.iter().find(sent).map(|entry| entry.at)
}

/// The links as they were recorded last before anything was sent.
fn recorded(lines: &[Entry]) -> &[String] {
    let sent = lines.iter().position(|entry| matches!(entry.event, Event::Sent { .. }));
    let before = &lines[..sent.unwrap_or(lines.len())];
    let links = before.iter().rev().find_map(|entry| match &entry.event {
        Event::Recorded { links, .. } => Some(links.as_slice()),
        _ => None,
    });
    links.unwrap_or_default()
}

fn link(text: &str) -> Option<Link<'_>> {
    let (rest, lag) = text.rsplit_once(' ')?;
    let (store, way) = rest.rsplit_once(' ')?;
    let (from, to) = way.split_once('→')?;
    Some(Link { store, from, to, lag })
}

/// The seconds of a lag as it was written down; `None` for one that was not known.
fn seconds(lag: &str) -> Option<f64> {
    let span: SignedDuration = lag.trim_start_matches('~').parse().ok()?;
    Some(Duration::try_from(span).ok()?.as_secs_f64())
}

/// So many seconds before, down to the whole second: one too many to look through is better than one too few.
fn before(at: Timestamp, seconds: f64) -> Option<Timestamp> {
    let lag = Duration::try_from_secs_f64(seconds).ok()?;
    let since = at.checked_sub(lag).ok()?;
    Timestamp::from_second(since.as_second()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_lag_is_read_as_it_was_written() {
        for (text, lag) in [
            ("8.9s", Some(8.9)),
            ("~8.9s", Some(8.9)),
            ("52ms", Some(0.052)),
            ("2m10s", Some(130.0)),
            ("1h05m", Some(3900.0)),
            ("stopped", None),
            ("--", None),
        ] {
            assert_eq!(seconds(text), lag, "{text}");
        }
    }

    #[test]
    fn a_recorded_link_has_four_parts() {
        let link = link("orders us-east-1→us-west-2 8.9s").unwrap();
        assert_eq!((link.store, link.from, link.to, link.lag), ("orders", "us-east-1", "us-west-2", "8.9s"));
    }

    #[test]
    fn the_time_to_look_from_is_never_too_late() {
        let at: Timestamp = "2026-11-20T14:02:07.4Z".parse().unwrap();
        assert_eq!(before(at, 8.9).unwrap().to_string(), "2026-11-20T14:01:58Z");
    }
}
