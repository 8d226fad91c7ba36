//! Proof of a change of traffic by what resolvers answer.
//!
//! Until the longest TTL is over every resolver that answers must agree; after that most of them must, because one
//! that keeps answers longer than it may must not hold a run for ever. One that does not answer has no vote.

use std::time::Duration;

use super::shift::Shift;
use super::{Shown, Sight, Stance, Witness};
use crate::model::World;
use crate::model::reading::{Feed, Source};
use crate::model::topology::{DnsName, Region};
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
    witnesses: Vec<Witness>,
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
        return Shown::blind(Rung::Dns, words).by(count.witnesses);
    }
    // Half of two is one: of two resolvers, one that keeps its answer too long must not decide.
    let enough = if lawful { answered } else { answered.div_ceil(2) };
    let shown = if count.unheard == 0 && count.agree > 0 && count.agree >= enough {
        Shown::proved(Rung::Dns, words)
    } else {
        Shown::open(Rung::Dns, words)
    };
    shown.by(count.witnesses)
}

impl Count {
    fn take(&mut self, answer: &Answered<'_>, shift: &Shift, sight: &Sight<'_>) {
        self.all += 1;
        let witness = witness(answer, shift, sight);
        let (who, says) = (&witness.who, &witness.says);
        match witness.stance {
            Stance::Agrees => self.agree += 1,
            Stance::Differs => self.contradict.push(format!("{who} {says}{}", left(witness.left))),
            Stance::Silent => self.silent.push(who.clone()),
            Stance::Unheard => self.unheard += 1,
        }
        self.witnesses.push(witness);
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

/// What a resolver answers, if it was asked since.
fn witness(answer: &Answered<'_>, shift: &Shift, sight: &Sight<'_>) -> Witness {
    let resolver = answer.resolver;
    let Some(seen) = answer.seen.as_ref().filter(|seen| seen.asked > sight.since) else {
        let source = Source::Resolver(answer.name.name.clone(), resolver.to_owned());
        let failed = sight.world.feed(&source).and_then(Feed::failed).filter(|at| *at > sight.since);
        let why = answer.trouble.map(ToString::to_string).unwrap_or_default();
        return failed.map_or_else(
            || Witness::new(resolver, Stance::Unheard, "not asked since"),
            |at| Witness::new(resolver, Stance::Silent, why).at(at),
        );
    };
    let (stance, says) = match seen.leads.iter().find(|region| shift.off.contains(region)) {
        Some(region) => (Stance::Differs, format!("still answers {region}")),
        None if seen.strange => (Stance::Differs, "answers what stands behind no record".to_owned()),
        None if seen.leads.is_empty() => (Stance::Differs, "answers nothing".to_owned()),
        None => {
            let leads: Vec<&str> = seen.leads.iter().map(Region::as_str).collect();
            (Stance::Agrees, format!("answers {}", leads.join(", ")))
        }
    };
    Witness { left: Some(seen.left), ..Witness::new(resolver, stance, says).at(seen.at) }
}

/// How long it may go on answering so.
fn left(left: Option<Duration>) -> String {
    let left = left.filter(|left| !left.is_zero());
    left.map_or_else(String::new, |left| format!(", {} of TTL left", verdict::span(left)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, resolved_names};
    use crate::model::reading::TroubleKind;
    use crate::plan::event::RungState;

    const NAME: &str = "store.example.com";

    /// A scene in which users leave us-east-1, and when they began to.
    fn scene() -> (Scene, Shift, jiff::Timestamp) {
        let mut scene = Scene::new(resolved_names());
        let shift = Shift { off: vec![east()], names: vec![NAME.to_owned()], ..Shift::default() };
        let since = scene.now;
        scene.later(1);
        (scene, shift, since)
    }

    fn told(scene: &Scene, shift: &Shift, since: jiff::Timestamp) -> (RungState, String) {
        let sight = Sight { world: &scene.world, since, now: scene.now, handle: None };
        let shown = dns(shift, &sight);
        assert_eq!(shown.rung, Rung::Dns);
        (shown.state, shown.evidence)
    }

    #[test]
    fn all_must_agree_while_an_answer_may_still_be_held() {
        let (mut scene, shift, since) = scene();
        assert_eq!(told(&scene, &shift, since).0, RungState::Open, "nobody was asked yet");
        scene.resolves("one", &[WEST], 60);
        scene.resolves("two", &[WEST], 20);
        assert_eq!(told(&scene, &shift, since).0, RungState::Open, "one was not asked yet");
        scene.resolves("three", &[EAST], 37);
        let still = "2 of 3 resolvers; three still answers us-east-1, 37s of TTL left".to_owned();
        assert_eq!(told(&scene, &shift, since), (RungState::Open, still));
        let sight = Sight { world: &scene.world, since, now: scene.now, handle: None };
        let left: Vec<_> = dns(&shift, &sight).witnesses.iter().filter_map(|witness| witness.left).collect();
        assert_eq!(left, [60, 20, 37].map(Duration::from_secs));
        scene.later(30);
        scene.resolves("three", &[WEST], 60);
        assert_eq!(told(&scene, &shift, since), (RungState::Proved, "3 of 3 resolvers".to_owned()));
    }

    #[test]
    fn one_that_keeps_its_answer_too_long_holds_nothing_for_ever() {
        let (mut scene, shift, since) = scene();
        scene.later(135);
        for resolver in ["one", "two"] {
            scene.resolves(resolver, &[WEST], 60);
        }
        scene.resolves("three", &[EAST], 500);
        let still = "2 of 3 resolvers; three still answers us-east-1, 8m20s of TTL left".to_owned();
        assert_eq!(told(&scene, &shift, since), (RungState::Proved, still));
        scene.resolves("two", &[EAST], 500);
        assert_eq!(told(&scene, &shift, since).0, RungState::Open, "most still answer the old Region");
    }

    #[test]
    fn who_does_not_answer_has_no_vote_and_when_nobody_does_it_is_blind() {
        let (mut scene, shift, since) = scene();
        let fail = |scene: &mut Scene, resolver: &str| {
            scene.fail(Source::Resolver(NAME.to_owned(), resolver.to_owned()), TroubleKind::TimedOut);
        };
        scene.resolves("one", &[WEST], 60);
        scene.resolves("two", &[WEST], 60);
        fail(&mut scene, "three");
        let words = "2 of 3 resolvers; no answer from three".to_owned();
        assert_eq!(told(&scene, &shift, since), (RungState::Proved, words));
        let later = scene.now;
        scene.later(1);
        for resolver in ["one", "two", "three"] {
            fail(&mut scene, resolver);
        }
        assert_eq!(told(&scene, &shift, later).0, RungState::Blind);
    }

    #[test]
    fn what_is_strange_or_nothing_is_no_agreement() {
        let (mut scene, shift, since) = scene();
        scene.resolves("one", &["eu-west-1"], 5);
        scene.resolves("two", &[], 0);
        scene.resolves("three", &[WEST], 60);
        let (state, words) = told(&scene, &shift, since);
        assert_eq!(state, RungState::Open);
        assert_eq!(
            words,
            "1 of 3 resolvers; one answers what stands behind no record, 5s of TTL left; two answers nothing"
        );
    }

    #[test]
    fn only_names_with_what_stands_behind_them_can_be_proved_by() {
        let (scene, shift, _) = scene();
        assert!(declared(&shift, &scene.world));
        assert_eq!(sources(&shift, &scene.world).len(), 3);
        let mut topology = resolved_names();
        topology.dns[0].records[0].target = None;
        assert!(!declared(&shift, &Scene::new(topology).world));
        let mut topology = resolved_names();
        topology.resolvers.clear();
        assert!(!declared(&shift, &Scene::new(topology).world));
    }
}
