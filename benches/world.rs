//! Taking in what was seen.

use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::SignedDuration;
use pointsman::model::World;
use pointsman::model::reading::{Observation, Reading};

use crate::fixture::{self, State};

const OBSERVATIONS: usize = 5000;

/// Points of an ordinary read, which reaches back ten minutes.
const POINTS: usize = 10;

#[divan::bench]
fn apply_5000_observations(bencher: Bencher<'_, '_>) {
    let world = fixture::world(fixture::many(4, 5), State::Calm);
    let seen = observations(&world);
    bencher
        .counter(ItemsCount::new(OBSERVATIONS))
        .with_inputs(|| (world.clone(), seen.clone()))
        .bench_local_values(|(mut world, seen)| {
            for observation in seen {
                world.apply(observation);
            }
            world
        });
}

/// What four Regions tell round after round, fifteen seconds apart.
fn observations(world: &World) -> Vec<Observation> {
    let mut all = Vec::with_capacity(OBSERVATIONS);
    let mut at = fixture::now();
    while all.len() < OBSERVATIONS {
        at += SignedDuration::from_secs(15);
        all.extend(fixture::observations(world.topology(), State::Calm, at).into_iter().map(ordinary));
    }
    all.truncate(OBSERVATIONS);
    all
}

fn ordinary(mut observation: Observation) -> Observation {
    if let Ok(Reading::Metrics(batch)) = &mut observation.result {
        for answer in &mut batch.series {
            answer.points.drain(..answer.points.len().saturating_sub(POINTS));
        }
    }
    observation
}
