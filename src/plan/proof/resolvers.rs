//! Proof of a change of traffic by what resolvers answer.
//!
//! Until the longest TTL is over every resolver that answers must agree; after that most of them must, because one
//! that keeps answers longer than it may must not hold a run for ever. One that does not answer has no vote.

use std::time::Duration;

use super::shift::Shift;
use super::{Shown, Sight};
use crate::model::World;
use crate::model::reading::{Feed, Source};
use crate::model::topology::DnsName;
use crate::model::verdict::{self, Answered};
use crate::plan::Rung;

/// The name servers have a change by then, and act on a health check (aws-facts section 6).
const SYNC: Duration = Duration::from_secs(75);

/// How many of those that do not agree are named.
const NAMED: usize = 2;

/// Whether the workload declares resolvers, and what stands behind the records of a name that must be answered so.
pub(super) fn declared(shift: &Shift, world: &World) -> bool {
    !world.topology().resolvers.is_empty() && names(shift, world).next().is_some()
}

/// The resolvers' answers for these names.
pub(super) fn sources(shift: &Shift, world: &World) -> Vec<Source> {
    let resolvers = &world.topology().resolvers;
    let of = |name: &DnsName| {
        let name = name.name.clone();
        resolvers.iter().map(move |resolver| Source::Resolver(name.clone(), resolver.name.clone()))
    };
    names(shift, world).flat_map(of).collect()
}

fn names<'a>(shift: &'a Shift, world: &'a World) -> impl Iterator<Item = &'a DnsName> {
    let known = |name: &&DnsName| name.records.iter().all(|record| record.target.is_some());
    world.topology().dns.iter().filter(|name| shift.names.contains(&name.name)).filter(known)
}

/// What the resolvers that were asked since the write answer.
#[derive(Default)]
struct Count {
    all: usize,
    agree: usize,
    /// What those answer that do not agree.
    contradict: Vec<String>,
    silent: Vec<String>,
    unheard: usize,
}

pub(super) fn dns(shift: &Shift, sight: &Sight<'_>) -> Shown {
    let (mut count, mut longest) = (Count::default(), Duration::ZERO);
    for answer in verdict::answers(sight.world, sight.now) {
        if names(shift, sight.world).any(|name| name == answer.name) {
            longest = longest.max(answer.name.ttl);
            count.take(&answer, shift, sight);
        }
    }
    let lawful = sight.since.saturating_add(longest + SYNC).is_ok_and(|end| sight.now <= end);
    let answered = count.agree + count.contradict.len();
    let words = count.words();
    if count.unheard == 0 && answered == 0 {
        return Shown::blind(Rung::Dns, words);
    }
    // Half of two is one: of two resolvers, one that keeps its answer too long must not decide.
    let enough = if lawful { answered } else { answered.div_ceil(2) };
    if count.unheard == 0 && count.agree > 0 && count.agree >= enough {
        Shown::proved(Rung::Dns, words)
    } else {
        Shown::open(Rung::Dns, words)
    }
}

impl Count {
    fn take(&mut self, answer: &Answered<'_>, shift: &Shift, sight: &Sight<'_>) {
        self.all += 1;
        let resolver = answer.resolver;
        let Some(seen) = answer.seen.as_ref().filter(|seen| seen.asked > sight.since) else {
            let source = Source::Resolver(answer.name.name.clone(), resolver.to_owned());
            let failed = sight.world.feed(&source).and_then(Feed::failed);
            if failed.is_some_and(|at| at > sight.since) {
                self.silent.push(resolver.to_owned());
            } else {
                self.unheard += 1;
            }
            return;
        };
        let left = left(seen.left);
        match seen.leads.iter().find(|region| shift.off.contains(region)) {
            Some(region) => self.contradict.push(format!("{resolver} still answers {region}{left}")),
            None if seen.strange => {
                self.contradict.push(format!("{resolver} answers what stands behind no record{left}"));
            }
            None if seen.leads.is_empty() => self.contradict.push(format!("{resolver} answers nothing")),
            None => self.agree += 1,
        }
    }

    fn words(&self) -> String {
        let mut words = format!("{} of {} resolvers", self.agree, self.all);
        for one in self.contradict.iter().take(NAMED) {
            words = format!("{words}; {one}");
        }
        if let Some(more) = self.contradict.len().checked_sub(NAMED).filter(|more| *more > 0) {
            words = format!("{words}; {more} more");
        }
        if !self.silent.is_empty() {
            words = format!("{words}; no answer from {}", self.silent.join(", "));
        }
        words
    }
}

/// How long it may go on answering so.
fn left(left: Duration) -> String {
    if left.is_zero() { String::new() } else { format!(", {} of TTL left", verdict::span(left)) }
}
