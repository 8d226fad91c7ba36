//! The work of one step in one second, block by block, on the same world that every caller changes.
//! It must never be written into the log of writes: nobody sent it.

use super::{Block, Direction, Mode};
use crate::sim::world::World;
use crate::sim::world::arc::ControlState;
use crate::sim::world::aurora::ChangeKind;

/// Seconds after which a routing control block looks whether its update holds.
const ROUTED: i64 = 3;

/// What a second of work comes to.
pub(super) enum Work {
    /// It goes on.
    Going,
    /// Done.
    Done(String),
    /// Left out, as ungraceful mode has it.
    Skipped(String),
    /// It did not work.
    Failed(String),
}

impl World {
    /// One second of a step that runs.
    pub(super) fn work_on(&mut self, at: usize, n: usize) -> Work {
        let execution = &self.switch.executions[at];
        let step = &execution.steps[n];
        let ungraceful = step.mode == Mode::Ungraceful;
        let age = step.started.map_or(0, |s| self.now.as_second() - s.as_second());
        match step.block.clone() {
            Block::Aurora { store, failover, ungraceful: may } => {
                self.move_writer(at, n, &store, failover || (ungraceful && may))
            }
            Block::RoutingControls {} => self.route(at, n, age),
            Block::EcsScaling { percent } => self.scale_out(at, n, percent),
            Block::Custom { ungraceful: true, .. } if ungraceful => {
                Work::Skipped("Ungraceful mode leaves the function out.".to_owned())
            }
            Block::Custom { takes, fails, .. } => {
                match (age >= i64::try_from(takes.as_secs()).unwrap_or(i64::MAX), fails) {
                    (false, _) => Work::Going,
                    (true, false) => Work::Done("The function returned.".to_owned()),
                    (true, true) => Work::Failed("The function returned an error.".to_owned()),
                }
            }
            Block::Approval {} | Block::Parallel { .. } => Work::Going,
        }
    }

    /// The Region that is activated, by index.
    fn activated(&self, at: usize) -> Option<usize> {
        self.region_ix(&self.switch.executions[at].runs_in)
    }

    fn move_writer(&mut self, at: usize, n: usize, store: &str, failover: bool) -> Work {
        let Some(to) = self.activated(at) else { return Work::Failed("No such Region.".to_owned()) };
        let Some(global) = self.aurora.globals.iter().find(|g| g.store == store) else {
            return Work::Failed(format!("There is no global database for {store}."));
        };
        let id = global.id.clone();
        let called = self.switch.executions[at].steps[n].called;
        if global.change.is_some() && called {
            return Work::Going;
        }
        if global.writer().is_some_and(|w| w.region == to) && global.change.is_none() {
            return Work::Done(format!("{id} writes in {}.", self.regions[to].name));
        }
        if called {
            return Work::Failed(format!("The change of writer of {id} did not succeed."));
        }
        let Some(target) = global.member_in(to).map(|m| m.cluster.clone()) else {
            return Work::Failed(format!("{id} has no member in the Region."));
        };
        let home = if failover { Some(to) } else { global.writer().map(|w| w.region) };
        let (kind, home) =
            (if failover { ChangeKind::Failover } else { ChangeKind::Switchover }, home.unwrap_or(to));
        if !failover && self.cut(home, to) {
            return Work::Failed(format!(
                "{} cannot be reached for a switchover of {id}.",
                self.regions[home].name
            ));
        }
        let home = self.regions[home].name.clone();
        match self.start_change(&home, &id, &target, kind) {
            Ok(()) => {
                self.switch.executions[at].steps[n].called = true;
                Work::Going
            }
            Err(error) => Work::Failed(error.message),
        }
    }

    fn route(&mut self, at: usize, n: usize, age: i64) -> Work {
        let execution = &self.switch.executions[at];
        let plan = self.switch.plan(&execution.plan);
        let off = plan.and_then(|p| p.other(&execution.runs_in)).map(str::to_owned);
        let both = plan.is_some_and(|p| p.spec.approach == super::Approach::ActiveActive)
            && execution.direction == Direction::Activate;
        let mut wanted = vec![(execution.runs_in.clone(), ControlState::On)];
        wanted.extend(off.filter(|_| !both).map(|region| (region, ControlState::Off)));
        let entries: Vec<_> = wanted
            .into_iter()
            .flat_map(|(region, state)| {
                let controls = self.arc.controls_of(&region);
                controls.map(|control| (control.arn.clone(), state)).collect::<Vec<_>>()
            })
            .collect();
        if execution.steps[n].called {
            let held =
                entries.iter().all(|(arn, state)| self.arc.control(arn).is_some_and(|c| c.state == *state));
            return match (age >= ROUTED, held) {
                (false, _) => Work::Going,
                (true, true) => Work::Done("The routing controls are set.".to_owned()),
                (true, false) => {
                    Work::Failed("The routing controls were set otherwise meanwhile.".to_owned())
                }
            };
        }
        let endpoint = self.arc.endpoints.iter().map(|e| e.region.clone()).next().unwrap_or_default();
        // Each panel by an update of its own, as everybody must.
        let panels: Vec<String> = self.arc.panels.iter().map(|panel| format!("{}/", panel.arn)).collect();
        let turned = panels.iter().try_for_each(|panel| {
            let own: Vec<_> = entries.iter().filter(|(arn, _)| arn.starts_with(panel)).cloned().collect();
            if own.is_empty() { Ok(()) } else { self.turn_controls(&endpoint, &own, &[]) }
        });
        match turned {
            Ok(()) => {
                self.switch.executions[at].steps[n].called = true;
                Work::Going
            }
            Err(error) => Work::Failed(error.message),
        }
    }

    fn scale_out(&mut self, at: usize, n: usize, percent: u32) -> Work {
        let Some(to) = self.activated(at) else { return Work::Failed("No such Region.".to_owned()) };
        let called = self.switch.executions[at].steps[n].called;
        let region = &self.regions[to];
        let wanted = (region.tasks * percent).div_ceil(100).max(region.ecs.desired);
        if !called {
            self.want_tasks(to, wanted);
            self.switch.executions[at].steps[n].called = true;
            return Work::Going;
        }
        let region = &self.regions[to];
        if region.ecs.up < wanted {
            return Work::Going;
        }
        Work::Done(format!("{} tasks run in {}.", region.ecs.up, region.name))
    }
}
