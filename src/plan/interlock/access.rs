//! Conditions on the means: who we are and for how long, and whether the planes that must answer are well.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Interlock, Question, state};
use crate::model::reading::Identity;
use crate::model::topology::Region;
use crate::model::verdict::{self, Credentials, Lamp};
use crate::plan::operation::Plane;

/// Credentials that end within so long of the plan's p95 are worth a word.
const MARGIN: Duration = Duration::from_mins(5);

pub(super) fn credentials(question: &Question<'_>) -> Vec<Interlock> {
    match verdict::credentials(question.world) {
        Credentials::Unread(trouble) => {
            let why = trouble.map_or_else(|| "not read yet".to_owned(), ToString::to_string);
            vec![Interlock::hold("credentials", why)]
        }
        Credentials::Ended(trouble) => vec![Interlock::hold("credentials", trouble.to_string())],
        Credentials::Held(identity, _) => vec![account(question, identity), runway(question, identity)],
    }
}

fn account(question: &Question<'_>, identity: &Identity) -> Interlock {
    let name = "account";
    match &question.world.topology().account {
        Some(declared) if declared != &identity.account => Interlock::hold(
            name,
            format!("these credentials are of {}, the workload is in {declared}", identity.account),
        ),
        Some(_) => Interlock::pass(name),
        None => Interlock::warn(
            name,
            format!("the workload names none; these credentials are of {}", identity.account),
        ),
    }
}

/// Credentials must outlive the plan.
fn runway(question: &Question<'_>, identity: &Identity) -> Interlock {
    let name = "credentials last";
    let Some(expires) = identity.expires else { return Interlock::pass(name) };
    let left = left(question.now, expires);
    let needed = question.plan.usual().p95;
    let words = |than: &str| {
        format!("{} left, {than} the {} the plan may take", verdict::span(left), verdict::span(needed))
    };
    if left < needed {
        Interlock::hold(name, words("less than"))
    } else if left < needed + MARGIN {
        Interlock::warn(name, words("little more than"))
    } else {
        Interlock::pass(name)
    }
}

fn left(now: Timestamp, expires: Timestamp) -> Duration {
    let left = expires.duration_since(now).max(SignedDuration::ZERO);
    Duration::try_from(left).unwrap_or_default()
}

/// A write whose home is impaired may not be answered (law 5), and a console that stands there may go with it.
pub(super) fn planes(question: &Question<'_>) -> Vec<Interlock> {
    let mut homes: Vec<(Region, Vec<&str>)> = Vec::new();
    for step in &question.plan.steps {
        let Some(Plane::Control(home)) = step.operation().map(crate::plan::operation::Operation::plane)
        else {
            continue;
        };
        match homes.iter_mut().find(|(known, _)| *known == home) {
            Some((_, steps)) => steps.push(&step.title),
            None => homes.push((home, vec![&step.title])),
        }
    }
    let mut all: Vec<Interlock> = homes
        .iter()
        .map(|(home, steps)| {
            let name = format!("control plane of {home}");
            let seen = verdict::region(question.world, home, question.now);
            if seen.lamp == Lamp::Bad && !state::may_be_dragged(question, home) {
                let why =
                    format!("{home} is bad, and {} must be answered there: it may not be", steps.join(", "));
                Interlock::warn(name, why)
            } else {
                Interlock::pass(name)
            }
        })
        .collect();
    let from = &question.intent.from;
    if question.world.topology().home.as_ref() == Some(from) {
        let why = format!("this host stands in {from}, the Region that is left");
        all.push(Interlock::warn("this host stands elsewhere", why));
    }
    all
}
