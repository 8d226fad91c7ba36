//! Holds an expectation against the ground truth or, where the simulator cannot know it, against console and runs.

use pointsman::model::World;
use pointsman::model::topology::Region;
use pointsman::model::verdict;
use pointsman::plan::event::RungState;
use pointsman::plan::operation::Operation;
use pointsman::plan::progress::Progress;
use pointsman::sim::Sim;
use pointsman::sim::scenario::{Expect, That};

use super::stage::Came;

/// Checks one expectation; the error says what is so instead.
pub(crate) fn check(expect: &Expect, sim: &Sim, world: &World, came: &[Came]) -> Result<(), String> {
    if let Some(result) = sim.look(|truth| expect.that.check(truth)) {
        return result;
    }
    let of = |run: &usize| came.get(run - 1).ok_or_else(|| format!("run {run} has come to no rest"));
    match &expect.that {
        That::Outcome { run, any } => {
            let came = of(run)?;
            let is = came.outcome();
            if any.iter().any(|o| o == is) { Ok(()) } else { Err(format!("it is {is}: {}", came.says())) }
        }
        That::Says { run, text } => {
            let says = of(run)?.says();
            if says.contains(text) { Ok(()) } else { Err(format!("it says: {says}")) }
        }
        That::Rung { run, rung } => match of(run)? {
            Came::Ran(progress) => rung_proved(progress, rung),
            Came::Refused(why) => Err(format!("it was refused: {why}")),
        },
        That::Lamp { region, any } => {
            let seen = verdict::region(world, &Region::new(region), sim.now());
            let is = seen.lamp.to_string();
            if any.contains(&is) { Ok(()) } else { Err(format!("the lamp is {is}: {:?}", seen.reason)) }
        }
        known => Err(format!("nobody can check {known:?}")),
    }
}

/// The step that moves traffic is proved at this rung.
fn rung_proved(progress: &Progress, rung: &str) -> Result<(), String> {
    let moves = |step: &&pointsman::plan::Step| step.operation().is_some_and(Operation::moves_traffic);
    let step = progress.plan.steps.iter().rev().find(moves).ok_or("no step moves traffic")?;
    let rungs = &progress.steps[&step.id].rungs;
    let proved = |(name, (_, state, _)): (&pointsman::plan::Rung, &(_, RungState, String))| {
        name.to_string() == rung && *state == RungState::Proved
    };
    if rungs.iter().any(proved) { Ok(()) } else { Err(format!("the rungs are {rungs:?}")) }
}
