//! Proof of a routing update by reading the controls back at the cluster endpoints.
//!
//! One endpoint alone is never believed; it takes a quorum of answers asked after the write, or, where too few
//! endpoints answer at all, the word of those that do together with a stronger rung.

use jiff::Timestamp;

use super::shift::Shift;
use super::{Already, Prove, Shown, Sight, Stance, Witness, effect};
use crate::model::World;
use crate::model::reading::{ControlState, Feed, Reading, Source};
use crate::model::topology::Region;
use crate::plan::Rung;
use crate::plan::operation::{ControlChange, RoutingSet};

/// What the endpoints that answered say of the wanted states.
struct Count {
    endpoints: usize,
    quorum: usize,
    agree: usize,
    contradict: Vec<String>,
    silent: Vec<String>,
    unheard: usize,
    witnesses: Vec<Witness>,
}

/// So many endpoints must agree before the others' absence can be covered by a stronger rung.
const WITNESSES: usize = 2;

impl Count {
    fn of(entries: &[ControlChange], world: &World, fresh: impl Fn(Timestamp) -> bool) -> Self {
        let routing = world.topology().routing.as_ref();
        let endpoints = routing.map(|r| r.endpoints.as_slice()).unwrap_or_default();
        let quorum = routing.map_or(usize::MAX, crate::model::topology::Routing::quorum);
        let witnesses = endpoints.iter().map(|endpoint| witness(entries, world, &endpoint.region, &fresh));
        let witnesses: Vec<Witness> = witnesses.collect();
        let of = |stance| witnesses.iter().filter(move |witness| witness.stance == stance);
        let names = |witness: &Witness| witness.who.clone();
        let away = witnesses.iter().filter(|w| matches!(w.stance, Stance::Silent | Stance::Unheard));
        Self {
            endpoints: endpoints.len(),
            quorum,
            agree: of(Stance::Agrees).count(),
            contradict: of(Stance::Differs).map(|w| format!("{} says {}", w.who, w.says)).collect(),
            silent: away.map(names).collect(),
            unheard: of(Stance::Unheard).count(),
            witnesses,
        }
    }

    fn answered(&self) -> usize {
        self.agree + self.contradict.len()
    }

    fn words(&self) -> String {
        let mut words = format!("{} of {} endpoints", self.agree, self.endpoints);
        if let Some(first) = self.contradict.first() {
            words = format!("{words}; {first}");
        }
        if !self.silent.is_empty() && self.agree < self.quorum {
            words = format!("{words}; no answer from {}", self.silent.join(", "));
        }
        words
    }
}

/// What an endpoint says of the wanted states; of those that it shows otherwise, the first.
fn witness(
    entries: &[ControlChange],
    world: &World,
    endpoint: &Region,
    fresh: impl Fn(Timestamp) -> bool,
) -> Witness {
    let feed = world.feed(&Source::Endpoint(endpoint.clone()));
    let answered = feed.filter(|feed| feed.asked().is_some_and(&fresh)).and_then(Feed::seen);
    let Some((Reading::Controls(states), at)) = answered else { return absent(endpoint, feed, fresh) };
    let says = |entry: &ControlChange| {
        let state = states.get(&entry.control).map_or_else(|| "unknown".to_owned(), ControlState::to_string);
        format!("{} {state}", entry.control)
    };
    let wrong = entries.iter().find(|entry| states.get(&entry.control) != Some(&entry.state));
    let said = match wrong {
        Some(entry) => says(entry),
        None => entries.iter().map(says).collect::<Vec<_>>().join(", "),
    };
    let took = feed.and_then(Feed::round_trip);
    Witness { took, ..Witness::new(endpoint.as_str(), Stance::agrees(wrong.is_none()), said).at(at) }
}

/// An endpoint without an answer that counts.
fn absent(endpoint: &Region, feed: Option<&Feed>, fresh: impl Fn(Timestamp) -> bool) -> Witness {
    let Some(failed) = feed.and_then(Feed::failed).filter(|at| fresh(*at)) else {
        return Witness::new(endpoint.as_str(), Stance::Unheard, "not asked since");
    };
    let why = feed.and_then(Feed::trouble).map(|(trouble, _)| trouble.to_string()).unwrap_or_default();
    Witness::new(endpoint.as_str(), Stance::Silent, why).at(failed)
}

impl Prove for RoutingSet {
    fn sources(&self, world: &World, _: Option<&str>) -> Vec<Source> {
        let endpoints = world.topology().routing.iter().flat_map(|r| &r.endpoints);
        endpoints.map(|e| Source::Endpoint(e.region.clone())).collect()
    }

    fn already(&self, sight: &Sight<'_>) -> Already {
        let count = Count::of(&self.entries, sight.world, |asked| asked >= sight.since);
        if count.agree >= count.quorum {
            Already::So(count.words())
        } else if count.answered() >= count.quorum {
            Already::NotSo(count.words())
        } else {
            Already::Unread(count.words())
        }
    }

    fn read_back(&self, sight: &Sight<'_>) -> Shown {
        let count = Count::of(&self.entries, sight.world, |asked| asked > sight.since);
        let shown = if count.agree >= count.quorum {
            Shown::proved(Rung::ReadBack, count.words())
        } else if count.agree >= WITNESSES && count.contradict.is_empty() && count.unheard == 0 {
            Shown::blind(Rung::ReadBack, count.words())
        } else {
            Shown::open(Rung::ReadBack, count.words())
        };
        shown.by(count.witnesses)
    }

    fn above(&self, world: &World) -> Vec<Rung> {
        effect::declared(&Shift::of_controls(self, world), world)
    }

    fn effect(&self, rung: Rung, sight: &Sight<'_>) -> Shown {
        effect::shown(rung, &Shift::of_controls(self, sight.world), sight)
    }
}
