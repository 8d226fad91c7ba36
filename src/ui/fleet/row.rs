//! What the fleet view says of one workload.

use std::time::Duration;

use crate::model::reading::Freshness;
use crate::model::topology::Workload;
use crate::model::verdict::{self, Dated, Lamp};
use crate::plan::progress::{Progress, StepState};
use crate::ui::Scene;

/// One workload as it was at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Which.
    pub workload: Workload,
    /// It is the real thing: its environment word says production.
    pub production: bool,
    /// Its world is simulated.
    pub simulated: bool,
    /// Each Region's short name and lamp.
    pub regions: Vec<(String, Lamp)>,
    /// The worst lamp of its Regions, or of its situation.
    pub worst: Lamp,
    /// What is wrong, in words.
    pub situation: String,
    /// Orders a minute in all Regions.
    pub orders: Option<Dated<f64>>,
    /// What they usually are.
    pub usual: Option<f64>,
    /// The run that has not ended, in words: `failover 3/9 held`.
    pub run: Option<String>,
    /// How long ago anything of it was last seen.
    pub age: Option<Duration>,
    /// Calls an hour at its cadence now.
    pub calls_per_hour: f64,
    /// Dollars a month at its cadence now.
    pub dollars_per_month: f64,
}

impl Row {
    /// What a console's scene comes to.
    #[must_use]
    pub fn of(scene: &Scene<'_>) -> Self {
        let (world, now, console) = (scene.world, scene.now, scene.console);
        let topology = world.topology();
        let lamps: Vec<Lamp> = verdict::regions(world, now).iter().map(|region| region.lamp).collect();
        let regions = topology.regions.iter().map(|spec| spec.short.clone()).zip(lamps).collect::<Vec<_>>();
        let situation = verdict::situation(world, now);
        let usual =
            topology.regions.iter().filter_map(|spec| verdict::orders(world, &spec.name, now)?.baseline);
        let seen = world.feeds().filter_map(|(_, feed)| feed.seen().map(|(_, at)| verdict::age(at, now)));
        Self {
            workload: topology.which(),
            production: topology.is_production(),
            simulated: console.simulated,
            worst: regions
                .iter()
                .map(|(_, lamp)| *lamp)
                .chain([situation.lamp])
                .max()
                .unwrap_or(Lamp::Unknown),
            regions,
            situation: situation.text,
            orders: verdict::total_rate(world, now).filter(|rate| rate.freshness != Freshness::Gone),
            usual: usual.reduce(|sum, one| sum + one),
            run: scene.run.filter(|run| run.is_open()).map(words),
            age: seen.min(),
            calls_per_hour: console.calls_per_hour,
            dollars_per_month: console.dollars_per_month,
        }
    }

    /// The environment word, and whether anything real is behind it.
    #[must_use]
    pub fn environment(&self) -> String {
        let word = self.workload.environment.to_uppercase();
        if self.simulated && word != "SIMULATED" { format!("{word} SIMULATED") } else { word }
    }

    /// What a filter goes by: its name, its environment and its account.
    pub(super) fn words(&self) -> String {
        let Workload { name, account, .. } = &self.workload;
        [name.as_str(), &self.environment(), account.as_deref().unwrap_or_default()].join("\n")
    }
}

/// The playbook, how many of its steps are done, and whether it waits for a person.
fn words(run: &Progress) -> String {
    let all = run.plan.steps.len();
    let done = run.steps.values().filter(|step| matches!(step.state, StepState::Done(_))).count();
    let drill = if run.start.drill { "drill " } else { "" };
    let held = if !run.held().is_empty() {
        " HELD"
    } else if run.paused {
        " paused"
    } else {
        ""
    };
    format!("{drill}{} {done}/{all}{held}", run.plan.intent.playbook)
}
