//! The operators' own playbooks: a recipe of the config and an intent make a plan.
//!
//! It plans what is written and nothing else; what the world does not tell yet, or what is not declared, it says in
//! words. A step that would change nothing is planned all the same: it is confirmed without a write.

use std::time::Duration;

use jiff::Timestamp;

use super::{DEADLINE, capacity, change, control, states};
use crate::model::World;
use crate::model::reading::{ControlState, Reading, Source};
use crate::model::recipe::{Params, Recipe, RecipeStep, place};
use crate::model::topology::{Aurora, Panel, Region};
use crate::model::verdict;
use crate::plan::condition::{Condition, Limit};
use crate::plan::operation::{
    AuroraTarget, Detach, EcsScale, ExperimentRef, Failover, FisLever, FisStart, FisStop, HealthCheckInvert,
    Operation, Promote, RoutingSet, SnapshotCopy, SwitchAction, SwitchRun, Switchover,
};
use crate::plan::{Action, Approval, Intent, Playbook, Rung, Step, StepId, Usual, proof};

/// A step that only waits, or waits for people, holds after this.
const PATIENCE: Duration = Duration::from_hours(1);

/// The steps of a recipe for an intent.
pub(super) fn steps(
    world: &World,
    recipe: &Recipe,
    intent: &Intent,
    now: Timestamp,
) -> Result<Vec<Step>, String> {
    let cook = Cook { world, recipe, intent, now };
    let mut steps: Vec<Step> = Vec::new();
    for written in &recipe.steps {
        let id = super::next_id(&steps);
        let needs = recipe.steps.iter().enumerate().filter(|(_, other)| written.needs.contains(&other.id));
        let needs = needs.filter_map(|(at, _)| Some(StepId(u16::try_from(at + 1).ok()?))).collect();
        let step = cook.step(written, id, needs);
        steps.push(step.map_err(|why| format!("step {} of {}: {why}", written.id, recipe.name))?);
    }
    Ok(steps)
}

/// What a step is made from.
struct Cook<'a> {
    world: &'a World,
    recipe: &'a Recipe,
    intent: &'a Intent,
    now: Timestamp,
}

impl Cook<'_> {
    fn step(&self, written: &RecipeStep, id: StepId, needs: Vec<StepId>) -> Result<Step, String> {
        let action = self.action(&written.kind, &written.with)?;
        let interlocks = written.interlocks.iter().map(|(kind, with)| self.condition(kind, with));
        let interlocks = interlocks.collect::<Result<Vec<_>, _>>()?;
        let strongest = match &action {
            Action::Operate(operation) if self.leaves_in_part(operation) => {
                proof::highest(operation, self.world).min(Rung::Dns)
            }
            Action::Operate(operation) => proof::highest(operation, self.world),
            _ => Rung::ReadBack,
        };
        let rung = written.proof.as_deref().and_then(rung).map_or(strongest, |asked| asked.min(strongest));
        let waits = !matches!(action, Action::Operate(_) | Action::Record);
        let p50 = written.usual.unwrap_or(Duration::from_mins(1));
        Ok(Step {
            id,
            title: written.title.clone().unwrap_or_else(|| titled(&action)),
            action,
            needs,
            rung,
            usual: Usual { p50, p95: p50 * 2 },
            deadline: written.deadline.unwrap_or(if waits { PATIENCE } else { DEADLINE }),
            interlocks,
            advice: written.on_trouble.clone(),
        })
    }

    fn action(&self, kind: &str, with: &Params) -> Result<Action, String> {
        let text = |key: &str| with.text(key).unwrap_or_default().to_owned();
        Ok(match kind {
            "record" => Action::Record,
            "approve" => Action::Approve(Approval { of: text("of"), by: with.texts("by").to_vec() }),
            "note" => Action::Note { text: text("text") },
            kind if kind.starts_with("wait.") => Action::Wait(self.condition(kind, with)?),
            kind => Action::Operate(self.operation(kind, with)?),
        })
    }

    fn operation(&self, kind: &str, with: &Params) -> Result<Operation, String> {
        match kind {
            "routing.set" => self.routing(with),
            "aurora.switchover" => Ok(Operation::AuroraSwitchover(Switchover(self.target(with)?))),
            "aurora.failover" => Ok(Operation::AuroraFailover(Failover(self.target(with)?))),
            "aurora.detach" => Ok(Operation::AuroraDetach(Detach(self.target(with)?))),
            "replica.promote" => self.promote(with),
            "snapshot.copy" => self.snapshot(with),
            "dns.set" => self.records(with),
            "healthcheck.invert" => self.check(with),
            "ecs.scale" => self.scale(with),
            "ssm.run" => self.runbook(with),
            "fis.start" => Ok(Operation::FisStart(FisStart(self.experiment(with)?))),
            "fis.stop" => Ok(Operation::FisStop(FisStop(self.experiment(with)?))),
            "fis.lever" => Ok(Operation::FisLever(FisLever {
                region: self.region(with, "region"),
                engage: with.whole("engage") != Some(0),
                reason: with.text("reason").unwrap_or_default().to_owned(),
            })),
            "regionswitch.run" => self.switch(with),
            other => Err(format!("there is no kind {other}")),
        }
    }

    fn region(&self, with: &Params, key: &str) -> Region {
        let Intent { from, to, .. } = self.intent;
        with.region(key, from, to).unwrap_or_else(|| to.clone())
    }

    /// A Region is left by one panel while another, which no step of the recipe sets, goes on sending users there: what
    /// arrives in the Region then proves nothing, but the answers of the panel's own names do.
    fn leaves_in_part(&self, operation: &Operation) -> bool {
        let (Operation::RoutingSet(set), Some(routing)) = (operation, &self.world.topology().routing) else {
            return false;
        };
        let sets = |panel: &Panel| {
            let mut steps = self.recipe.steps.iter().filter(|step| step.kind == "routing.set");
            steps.any(|step| step.with.text("panel") == panel.name.as_deref())
        };
        let off = set.entries.iter().filter(|entry| entry.state == ControlState::Off);
        let mut regions = off.filter_map(|entry| routing.control(&entry.control)?.region.as_ref());
        let others = |region| {
            routing
                .controls_of(region)
                .any(|control| routing.panel_of(&control.arn).is_some_and(|p| !sets(p)))
        };
        routing.has_several_panels() && regions.any(others)
    }

    fn routing(&self, with: &Params) -> Result<Operation, String> {
        let routing = self.world.topology().routing.as_ref();
        let routing = routing.ok_or("no routing controls are declared")?;
        let panel = match (with.text("panel"), routing.panels.as_slice()) {
            (Some(name), _) => routing.panel(name).ok_or_else(|| format!("{name} is no control panel"))?,
            (None, [only]) => only,
            (None, _) => return Err("it must say its panel, because there are several".to_owned()),
        };
        let known = states(self.world, self.now);
        let mut entries = Vec::new();
        for (key, state) in [("off", ControlState::Off), ("on", ControlState::On)] {
            for word in with.texts(key) {
                let region = place(word, &self.intent.from, &self.intent.to);
                entries.push(change(control(routing, panel, &region)?, &known, state));
            }
        }
        if entries.is_empty() {
            return Err("neither `on` nor `off` names a Region".to_owned());
        }
        let name = panel.name.as_deref().filter(|_| routing.has_several_panels());
        Ok(Operation::RoutingSet(RoutingSet::of(entries).in_panel(name)))
    }

    fn aurora(&self, with: &Params) -> Result<&Aurora, String> {
        let store = with.text("store").unwrap_or_default();
        let found = self.world.topology().auroras.iter().find(|aurora| aurora.store == store);
        found.ok_or_else(|| format!("{store} is no Aurora global database"))
    }

    fn target(&self, with: &Params) -> Result<AuroraTarget, String> {
        let (aurora, to) = (self.aurora(with)?, self.region(with, "to"));
        let cluster =
            aurora.clusters.get(&to).ok_or_else(|| format!("{} has no cluster in {to}", aurora.store))?;
        let writer = verdict::writer(self.world, &aurora.store, self.now).map(|writer| writer.value);
        Ok(AuroraTarget {
            store: aurora.store.clone(),
            global: aurora.global.clone(),
            from: writer.filter(|writer| *writer != to).unwrap_or_else(|| self.other(&to)),
            to,
            cluster: cluster.clone(),
        })
    }

    /// The Region of the run that a step does not lead to.
    fn other(&self, to: &Region) -> Region {
        let Intent { from, to: receives, .. } = self.intent;
        if to == from { receives.clone() } else { from.clone() }
    }

    fn promote(&self, with: &Params) -> Result<Operation, String> {
        let (store, to) = (with.text("store").unwrap_or_default(), self.region(with, "to"));
        let replica = self.world.topology().replicas.iter().find(|replica| replica.store == store);
        let replica = replica.ok_or_else(|| format!("{store} has no read replicas"))?;
        let database =
            replica.databases.get(&to).ok_or_else(|| format!("{store} has no database in {to}"))?;
        Ok(Operation::ReplicaPromote(Promote {
            store: store.to_owned(),
            engine: replica.engine,
            from: self.other(&to),
            database: database.clone(),
            to,
            lossless: with.whole("lossless") == Some(1),
        }))
    }

    fn snapshot(&self, with: &Params) -> Result<Operation, String> {
        let (aurora, region) = (self.aurora(with)?, self.region(with, "region"));
        let left = verdict::left_behind(self.world, self.now).into_iter();
        let mut ours = left.filter(|(store, there, _)| *store == aurora.store && *there == region);
        let id = ours.next().map(|(_, _, id)| id).ok_or_else(|| {
            format!("no snapshot of {} that a failover left in {region} was read", aurora.store)
        })?;
        Ok(Operation::SnapshotCopy(SnapshotCopy::of(&aurora.store, &region, &id)))
    }

    fn records(&self, with: &Params) -> Result<Operation, String> {
        let name = with.text("name").unwrap_or_default();
        let dns = self.world.topology().dns.iter().find(|dns| dns.name == name);
        let dns = dns.ok_or_else(|| format!("{name} is no name of the workload"))?;
        let to = self.region(with, "to");
        // A planned move leaves the second of failover records to name the standby.
        let moved = Intent { playbook: Playbook::Switchover, from: self.other(&to), to };
        let set = super::names::operation(self.world, dns, &moved)?;
        set.ok_or_else(|| format!("{name} leads to {} already, or no record of it can be moved", moved.to))
    }

    fn check(&self, with: &Params) -> Result<Operation, String> {
        let (name, region) = (with.text("name").unwrap_or_default(), self.region(with, "region"));
        let dns = self.world.topology().dns.iter().find(|dns| dns.name == name);
        let mut records = dns.into_iter().flat_map(|dns| &dns.records);
        let check =
            records.find(|record| record.region == region).and_then(|record| record.health_check.clone());
        let check = check.ok_or_else(|| format!("{name} has no health check for {region}"))?;
        let seen = self.world.seen(&Source::HealthCheck(check.clone()));
        let Some((Reading::HealthCheck(settings), _)) = seen else {
            return Err(format!("the health check {check} was not read yet"));
        };
        let inverted = with.whole("back") != Some(1);
        Ok(Operation::HealthCheckInvert(HealthCheckInvert {
            check,
            region,
            inverted,
            version: settings.version,
        }))
    }

    fn scale(&self, with: &Params) -> Result<Operation, String> {
        let (name, region) = (with.text("service").unwrap_or_default(), self.region(with, "region"));
        let service = self.world.topology().services.iter().find(|service| service.name == name);
        let service = service.ok_or_else(|| format!("{name} is no service of the workload"))?;
        let here = service.regions.get(&region).ok_or_else(|| format!("{name} does not run in {region}"))?;
        let needed = with.whole("tasks").map(|tasks| (tasks, None));
        let needed = needed.or_else(|| capacity::needed(self.world, service, &self.other(&region), &region));
        let (desired, sum) =
            needed.ok_or_else(|| format!("how many tasks {name} needs in {region} is not known"))?;
        let was = capacity::seen(self.world, service, &region).map_or(desired, |reading| reading.desired);
        Ok(Operation::EcsScale(EcsScale {
            service: name.to_owned(),
            cluster: here.cluster.clone(),
            ecs: here.service.clone(),
            region,
            desired,
            was,
            sum,
        }))
    }

    fn runbook(&self, with: &Params) -> Result<Operation, String> {
        let name = with.text("runbook").unwrap_or_default();
        let book = self.world.topology().runbooks.iter().find(|book| book.name == name);
        book.map(|book| Operation::SsmRun(capacity::started(book)))
            .ok_or_else(|| format!("{name} is no runbook of the workload"))
    }

    fn experiment(&self, with: &Params) -> Result<ExperimentRef, String> {
        let name = with.text("experiment").unwrap_or_default();
        let found = self.world.topology().experiments.iter().find(|experiment| experiment.name == name);
        found.map(ExperimentRef::from).ok_or_else(|| format!("{name} is no experiment of the workload"))
    }

    fn switch(&self, with: &Params) -> Result<Operation, String> {
        let name = with.text("plan").unwrap_or_default();
        let plan = self.world.topology().plans.iter().find(|plan| plan.name == name);
        let plan = plan.ok_or_else(|| format!("{name} is no Region switch plan of the workload"))?;
        let deactivates = with.text("action") == Some("deactivate");
        Ok(Operation::SwitchRun(SwitchRun {
            plan: name.to_owned(),
            arn: plan.arn.clone(),
            from: self.intent.from.clone(),
            to: self.intent.to.clone(),
            action: if deactivates { SwitchAction::Deactivate } else { SwitchAction::Activate },
            ungraceful: with.whole("ungraceful") == Some(1),
        }))
    }

    fn condition(&self, kind: &str, with: &Params) -> Result<Condition, String> {
        let window = with.span("for").unwrap_or_default();
        match kind {
            "wait.lag" => {
                let Intent { from, to, .. } = self.intent;
                Ok(Condition::Lag {
                    store: with.text("store").unwrap_or_default().to_owned(),
                    from: with.region("from", from, to).unwrap_or_else(|| from.clone()),
                    to: self.region(with, "to"),
                    below: with.span("below").unwrap_or_default(),
                    window,
                })
            }
            "wait.metric" => Ok(Condition::Signal {
                region: self.region(with, "region"),
                signal: with.text("signal").unwrap_or_default().to_owned(),
                keeps: with.text("keeps").map(limit).transpose()?,
                window,
            }),
            "wait.canary" => Ok(Condition::Canary { region: self.region(with, "region"), window }),
            "wait.dns" => Ok(Condition::Dns {
                name: with.text("name").unwrap_or_default().to_owned(),
                to: self.region(with, "to"),
                least: with.whole("least").and_then(|least| usize::try_from(least).ok()),
            }),
            other => Err(format!("{other} is no condition")),
        }
    }
}

/// `< 95` or `> 5`, as the config has checked it.
fn limit(text: &str) -> Result<Limit, String> {
    let wrong = || format!("\"{text}\" is no limit");
    let (side, number) = text.split_at_checked(1).ok_or_else(wrong)?;
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    match side {
        "<" => Ok(Limit::Below(number)),
        ">" => Ok(Limit::Above(number)),
        _ => Err(wrong()),
    }
}

fn rung(word: &str) -> Option<Rung> {
    Some(match word {
        "read back" => Rung::ReadBack,
        "health check" => Rung::HealthCheck,
        "dns" => Rung::Dns,
        "traffic" => Rung::Traffic,
        "canary" => Rung::Canary,
        "orders" => Rung::Orders,
        _ => return None,
    })
}

fn titled(action: &Action) -> String {
    match action {
        Action::Record => "record lag and orders at risk".to_owned(),
        Action::Operate(operation) => operation.to_string(),
        Action::Wait(condition) => condition.to_string(),
        Action::Approve(approval) => format!("approval: {}", approval.of),
        Action::Note { text } => text.clone(),
    }
}
