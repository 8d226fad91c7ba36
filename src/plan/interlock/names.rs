//! Conditions on a change of names: what it was planned on is of now, and Route 53 would answer with what receives.

use super::{Interlock, Question};
use crate::model::reading::{Feed, Freshness, Source};
use crate::model::verdict::{self, HealthCheckVerdict};
use crate::plan::operation::{DnsSet, HealthCheckInvert, Operation};

pub(super) fn names(question: &Question<'_>) -> Vec<Interlock> {
    let operations = question.plan.steps.iter().filter_map(|step| step.operation());
    let of = |operation: &Operation| match operation {
        Operation::DnsSet(set) => vec![
            read(question, &Source::Records(set.name.clone()), format!("records of {} known", set.name)),
            answered(question, set),
        ],
        Operation::HealthCheckInvert(invert) => vec![
            read(
                question,
                &Source::HealthCheck(invert.check.clone()),
                format!("health check of {} known", invert.region),
            ),
            drains(question, invert),
        ],
        _ => Vec::new(),
    };
    operations.flat_map(of).collect()
}

/// An old reading may be true still; the write itself refuses what it does not find as it was planned on.
fn read(question: &Question<'_>, source: &Source, name: String) -> Interlock {
    let feed = question.world.feed(source);
    match (feed.map(|feed| feed.freshness(question.now)), feed.and_then(Feed::trouble)) {
        (Some(Freshness::Fresh), None) => Interlock::pass(name),
        (None | Some(Freshness::Gone), None) => Interlock::hold(name, "not read"),
        (Some(Freshness::Gone) | None, Some((trouble, _))) => Interlock::hold(name, trouble.to_string()),
        (_, Some((trouble, _))) => Interlock::warn(name, trouble.to_string()),
        (_, None) => Interlock::warn(name, "read a while ago"),
    }
}

fn checks(question: &Question<'_>) -> Vec<HealthCheckVerdict> {
    verdict::health_checks(question.world, question.now)
}

fn is_sick(check: &HealthCheckVerdict) -> bool {
    check.healthy.as_ref().is_some_and(|healthy| !healthy.value && healthy.freshness != Freshness::Gone)
}

/// A record whose health check fails is not answered while another is healthy.
fn answered(question: &Question<'_>, set: &DnsSet) -> Interlock {
    let name = format!("{} would be answered with {}", set.name, question.intent.to);
    let checks = checks(question);
    let sick = set.changes.iter().filter(|change| change.answers()).find_map(|change| {
        let id = change.wanted.health_check.as_ref()?;
        let to = change.to.as_ref().filter(|to| **to == question.intent.to)?;
        checks.iter().find(|check| check.id == *id && is_sick(check)).map(|_| (change, to))
    });
    match sick {
        // Where every changed record leads there, another one that is healthy does too.
        Some((change, _)) if change.was.lead == change.wanted.lead => {
            let id = change.wanted.id.as_deref().unwrap_or("the record");
            Interlock::hold(name, format!("the health check of {id} is unhealthy, so Route 53 leaves it out"))
        }
        _ => Interlock::pass(name),
    }
}

/// A check that fails already turns healthy when it is turned round; and with none left healthy, all are answered.
fn drains(question: &Question<'_>, invert: &HealthCheckInvert) -> Interlock {
    let name = format!("{} is drained by it", invert.region);
    if !invert.inverted {
        return Interlock::pass(format!("{} is let in by it", invert.region));
    }
    let checks = checks(question);
    match checks.iter().find(|check| check.id == invert.check) {
        Some(own) if is_sick(own) => {
            Interlock::hold(name, "its health check is unhealthy already: turned round it would let users in")
        }
        _ if checks.iter().filter(|check| check.id != invert.check).all(is_sick) && checks.len() > 1 => {
            Interlock::hold(
                name,
                "no other health check is healthy, and then Route 53 answers with all of them",
            )
        }
        Some(own) if own.healthy.is_none() => Interlock::warn(name, "its status is not seen"),
        _ => Interlock::pass(name),
    }
}
