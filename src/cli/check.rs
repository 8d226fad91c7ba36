//! `pointsman check`: the config, and everything it names: what is there, what differs, what is missing.
//!
//! It asks control planes, so it is for quiet times; it sends only reads.

use std::fmt::Display;
use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::setup::{Reader, load};
use super::{Common, exit, say};
use crate::clock::Clock;
use crate::model::topology::Topology;
use crate::sampler::survey::{Finding, State, survey};

/// How bad a finding is, from the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Fine,
    Look,
    Unseen,
    Wrong,
}

impl Weight {
    fn of(state: &State) -> Self {
        match state {
            State::Fine(_) => Self::Fine,
            State::Noted(_) => Self::Look,
            State::Blind(_) => Self::Unseen,
            State::Differs(_) | State::Missing(_) => Self::Wrong,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Look => "look",
            Self::Unseen => "unseen",
            Self::Wrong => "WRONG",
        }
    }

    fn code(self) -> ExitCode {
        match self {
            Self::Fine => ExitCode::SUCCESS,
            Self::Look => exit::LOOK.into(),
            Self::Unseen => exit::UNKNOWN.into(),
            Self::Wrong => exit::BAD.into(),
        }
    }
}

/// Looks at everything once; exit 0 all as declared, 10 something to know, 20 something wrong, 30 something unseen.
pub(super) async fn check(common: &Common) -> Result<ExitCode> {
    let reader = Reader::new(load(common)?, Clock::wall());
    let mut weights = Vec::new();
    for finding in survey(&reader.clients, &reader.clock).await {
        weights.push(tell(Weight::of(&finding.state), &finding));
    }
    for note in gaps(&reader.config.topology) {
        weights.push(Weight::Look);
        say::out(format_args!("{:<7} {note}", Weight::Look.word()));
    }
    say::out(counts(&weights));
    Ok(weights.into_iter().max().unwrap_or(Weight::Fine).code())
}

fn tell(weight: Weight, Finding { what, state }: &Finding) -> Weight {
    let text: &dyn Display = match state {
        State::Fine(text) | State::Noted(text) | State::Differs(text) | State::Missing(text) => text,
        State::Blind(trouble) => trouble,
    };
    say::out(format_args!("{:<7} {what}: {text}", weight.word()));
    weight
}

/// What a config may leave out, and what is lost by it.
fn gaps(topology: &Topology) -> Vec<&'static str> {
    let mut gaps = Vec::new();
    match &topology.routing {
        None => gaps.push("routing: not declared, so traffic cannot be moved"),
        Some(routing) if routing.rules.is_empty() => {
            gaps.push(
                "safety rules: none is declared, so only pointsman keeps every Region from being turned off",
            );
        }
        Some(_) => {}
    }
    if topology.orders.is_none() {
        gaps.push(
            "orders: not declared, so what is at risk is not known and a run is proved by canaries at most",
        );
    }
    gaps
}

fn counts(weights: &[Weight]) -> String {
    let words = [Weight::Wrong, Weight::Unseen, Weight::Look, Weight::Fine].map(|kind| {
        let count = weights.iter().filter(|weight| **weight == kind).count();
        (count > 0).then(|| format!("{count} {}", kind.word()))
    });
    format!("\n{}", words.into_iter().flatten().collect::<Vec<_>>().join(", "))
}
