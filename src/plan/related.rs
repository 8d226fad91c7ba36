//! What could be done about one thing: the intents whose plans touch it, with how each stands now.
//!
//! It asks the playbooks themselves, so what is told here is what the sheet would hold; it decides nothing.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::history::History;
use super::interlock::{self, Interlock, Prepared, Verdict};
use super::operation::{ControlChange, Operation};
use super::{Intent, Plan, Playbook, Step};
use crate::model::World;
use crate::model::topology::{Control, DnsName, Region, Rule, RuleKind, Topology};

/// How many intents are planned to answer one question: a screen asks it with each frame.
const PLANNED: usize = 8;

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Subject<'a> {
    /// All of the workload.
    Workload,
    /// A Region.
    Region(&'a Region),
    /// A routing control, by its name.
    Control(&'a str),
    /// The endpoints that every routing control is set at.
    Endpoints,
    /// A safety rule.
    Rule(&'a Rule),
    /// A store, between two Regions.
    Link(&'a str, [&'a Region; 2]),
    /// A name that users resolve.
    Name(&'a DnsName),
    /// The health checks of all names.
    Checks,
}

/// An intent that touches the subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Related {
    /// What would be done.
    pub intent: Intent,
    /// The kinds of the writes that touch it, in the order of the plan; none where there is no plan.
    pub kinds: Vec<&'static str>,
    /// How it stands.
    pub standing: Standing,
}

/// How an intent stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can be begun.
    Free,
    /// It can be begun by whoever has read this, the first of so many.
    Warned(Interlock, usize),
    /// It is held back by this, the first of so many.
    Held(Interlock, usize),
    /// There is no plan, and why.
    Off(String),
}

/// Those of the intents that touch the subject, in their order, as the world stands; and whether more of them were not
/// looked at.
#[must_use]
pub fn related(
    (world, history): (&World, &History),
    subject: Subject<'_>,
    intents: Vec<Intent>,
    now: Timestamp,
) -> (Vec<Related>, bool) {
    let topology = world.topology();
    let near: Vec<Intent> = intents.into_iter().filter(|intent| is_near(topology, subject, intent)).collect();
    let more = near.len() > PLANNED;
    let asked = near.into_iter().take(PLANNED).filter_map(|intent| {
        match interlock::prepare(world, history, &intent, now) {
            Ok(Prepared { plan, interlocks, .. }) => {
                let touching = touching(topology, &plan, subject);
                let kinds = unique(touching.iter().filter_map(|step| Some(step.operation()?.kind())));
                let standing = Standing::of(&interlocks);
                (!kinds.is_empty()).then_some(Related { intent, kinds, standing })
            }
            Err(why) if might(topology, subject, &intent.playbook) => {
                Some(Related { intent, kinds: Vec::new(), standing: Standing::Off(why) })
            }
            Err(_) => None,
        }
    });
    (asked.collect(), more)
}

/// The steps of a plan whose writes touch the subject.
#[must_use]
pub fn touching<'p>(topology: &Topology, plan: &'p Plan, subject: Subject<'_>) -> Vec<&'p Step> {
    let touches = |step: &&Step| step.operation().is_some_and(|write| touches(topology, write, subject));
    plan.steps.iter().filter(touches).collect()
}

impl Standing {
    fn of(interlocks: &[Interlock]) -> Self {
        let all = |is: fn(&Verdict) -> bool| -> Vec<&Interlock> {
            interlocks.iter().filter(|one| is(&one.verdict)).collect()
        };
        let held = all(|verdict| matches!(verdict, Verdict::Hold(_)));
        let warned = all(|verdict| matches!(verdict, Verdict::Warn(_)));
        match (held.as_slice(), warned.as_slice()) {
            ([first, ..], _) => Self::Held((*first).clone(), held.len()),
            ([], [first, ..]) => Self::Warned((*first).clone(), warned.len()),
            ([], []) => Self::Free,
        }
    }
}

fn unique(kinds: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut seen = BTreeSet::new();
    kinds.filter(|kind| seen.insert(*kind)).collect()
}

/// By its Regions it may touch the subject; what is far need not be planned.
fn is_near(topology: &Topology, subject: Subject<'_>, intent: &Intent) -> bool {
    let at = |region: &Region| intent.from == *region || intent.to == *region;
    match subject {
        Subject::Region(region) => at(region),
        Subject::Control(name) => control(topology, name).is_none_or(|c| c.region.as_ref().is_none_or(at)),
        Subject::Link(_, ends) => ends.into_iter().all(at),
        _ => true,
    }
}

/// A playbook of which there is no plan now could touch the subject at another time.
fn might(topology: &Topology, subject: Subject<'_>, playbook: &Playbook) -> bool {
    match (subject, playbook) {
        (Subject::Workload | Subject::Region(_), _) => true,
        (_, Playbook::Own(_)) => false,
        (Subject::Link(store, _), playbook) => {
            let moves = |own: &str| own == store;
            let writes = topology.auroras.iter().any(|aurora| moves(&aurora.store))
                || topology.replicas.iter().any(|replica| moves(&replica.store));
            writes && !playbook.leaves_writers()
        }
        _ => true,
    }
}

fn touches(topology: &Topology, write: &Operation, subject: Subject<'_>) -> bool {
    let changes: &[ControlChange] = match write {
        Operation::RoutingSet(set) => &set.entries,
        _ => &[],
    };
    let sets = |name: &str| changes.iter().any(|change| change.control == name);
    let checks = |name: &DnsName, id: Option<&String>| {
        id.is_some() && name.records.iter().any(|record| record.health_check.as_ref() == id)
    };
    match subject {
        Subject::Workload | Subject::Region(_) => true,
        Subject::Control(name) => sets(name),
        Subject::Endpoints => !changes.is_empty(),
        Subject::Rule(rule) => watched(rule).any(|name| sets(name)),
        Subject::Link(store, _) => match write {
            Operation::SnapshotCopy(copy) => copy.store == store,
            write => write.writer().is_some_and(|moved| moved.store == store),
        },
        Subject::Name(name) => match write {
            Operation::DnsSet(set) => set.name == name.name,
            Operation::HealthCheckInvert(invert) => checks(name, Some(&invert.check)),
            _ => changes.iter().any(|change| {
                control(topology, &change.control).is_some_and(|c| checks(name, c.health_check.as_ref()))
            }),
        },
        Subject::Checks => {
            let followed = |change: &ControlChange| {
                control(topology, &change.control).is_some_and(|control| control.health_check.is_some())
            };
            matches!(write, Operation::HealthCheckInvert(_)) || changes.iter().any(followed)
        }
    }
}

fn control<'t>(topology: &'t Topology, name: &str) -> Option<&'t Control> {
    topology.routing.as_ref()?.control(name)
}

/// The controls that a rule looks at, and those that it guards.
fn watched(rule: &Rule) -> impl Iterator<Item = &String> {
    let (first, second): (&[String], &[String]) = match &rule.kind {
        RuleKind::Assertion { asserted } => (asserted, &[]),
        RuleKind::Gating { gating, targets } => (gating, targets),
    };
    first.iter().chain(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{Scene, east, resolved_names, west};

    fn intent(playbook: Playbook) -> Intent {
        Intent { playbook, from: east(), to: west() }
    }

    /// `failover aurora.failover routing.set` and so on, of the two that leave us-east-1.
    fn told(scene: &Scene, subject: Subject<'_>) -> Vec<String> {
        let intents = vec![intent(Playbook::Failover), intent(Playbook::Evacuate)];
        let (all, more) = related((&scene.world, &History::default()), subject, intents, scene.now);
        assert!(!more);
        let words = |one: &Related| {
            let kinds = one.kinds.iter().map(|kind| format!(" {kind}"));
            std::iter::once(one.intent.playbook.to_string()).chain(kinds).collect::<String>()
        };
        all.iter().map(words).collect()
    }

    #[test]
    fn each_thing_has_the_playbooks_that_touch_it() {
        let scene = Scene::calm();
        let topology = scene.world.topology();
        let rule = &topology.routing.as_ref().unwrap().rules[0];
        let (from, to) = (east(), west());
        let routing = ["failover routing.set", "evacuate routing.set"];
        assert_eq!(told(&scene, Subject::Control(from.as_str())), routing);
        assert_eq!(told(&scene, Subject::Endpoints), routing);
        assert_eq!(told(&scene, Subject::Rule(rule)), routing);
        assert_eq!(told(&scene, Subject::Link("orders", [&from, &to])), ["failover aurora.failover"]);
        assert_eq!(told(&scene, Subject::Link("carts", [&from, &to])), Vec::<String>::new());
        let all = ["failover aurora.failover routing.set", "evacuate routing.set"];
        assert_eq!(told(&scene, Subject::Region(&to)), all);
        assert_eq!(told(&scene, Subject::Workload), all);
        assert_eq!(told(&scene, Subject::Region(&"eu-west-1".into())), Vec::<String>::new());
    }

    #[test]
    fn a_name_is_touched_through_the_health_checks_of_its_records() {
        let mut topology = resolved_names();
        for control in &mut topology.routing.as_mut().unwrap().controls {
            control.health_check = None;
        }
        let mut bare = Scene::calm();
        bare.world = World::new(topology.clone().into());
        let name = topology.dns[0].clone();
        bare.controls_everywhere([crate::model::reading::ControlState::On; 2]);
        assert_eq!(told(&bare, Subject::Name(&name)), Vec::<String>::new());
        for control in &mut topology.routing.as_mut().unwrap().controls {
            control.health_check = Some(format!("check-{}", control.name));
        }
        let mut scene = Scene::new(topology);
        scene.controls_everywhere([crate::model::reading::ControlState::On; 2]);
        let routing = ["failover routing.set", "evacuate routing.set"];
        assert_eq!(told(&scene, Subject::Name(&name)), routing);
        assert_eq!(told(&scene, Subject::Checks), routing);
    }

    #[test]
    fn it_is_said_how_each_stands() {
        let scene = Scene::calm();
        let standing = |intent: Intent| {
            let (mut all, _) =
                related((&scene.world, &History::default()), Subject::Workload, vec![intent], scene.now);
            all.remove(0).standing
        };
        let to_itself = Intent { playbook: Playbook::Evacuate, from: east(), to: east() };
        assert_eq!(
            standing(to_itself),
            Standing::Off("us-east-1 cannot leave and receive at once".to_owned())
        );
        let Standing::Held(first, count) = standing(intent(Playbook::Evacuate)) else { panic!() };
        assert!(count >= 1 && first.verdict.reason().is_some(), "{first:?}");
    }

    #[test]
    fn no_more_is_planned_than_a_frame_can_wait_for() {
        let scene = Scene::calm();
        let intents = vec![intent(Playbook::Evacuate); PLANNED + 1];
        let (all, more) = related((&scene.world, &History::default()), Subject::Workload, intents, scene.now);
        assert_eq!((all.len(), more), (PLANNED, true));
    }
}
