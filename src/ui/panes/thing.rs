//! What a row is about, whatever its place: how a mark finds its row again.
//!
//! Two rows of a pane are never about the same thing.

use std::fmt;

use ratatui::layout::Rect;

use super::traffic::{self, Item};
use super::{orders, regions};
use crate::model::topology::Topology;
use crate::plan::Playbook;
use crate::ui::Pen;
use crate::ui::view::Pane;

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A Region, by its name.
    Region(String),
    /// What is told of all Regions side by side: a signal, or `traffic`.
    Told(String),
    /// One direction of replication.
    Link {
        /// The store.
        store: String,
        /// The Region it leads from.
        from: String,
        /// The Region it leads to.
        to: String,
    },
    /// A routing control, by its name.
    Control(String),
    /// How the cluster endpoints answer.
    Endpoints,
    /// A safety rule, by its name.
    Rule(String),
    /// The health checks.
    Checks,
    /// What is told of a name users ask for: its policy, its records, its answers.
    Name(String, &'static str),
    /// The orders of a Region, by its short name.
    Orders(String),
    /// What a playbook is for.
    Playbook(String),
    /// A step of a run: the run's name, the step's number.
    Step(String, u16),
    /// A line of the journal, by its number.
    Line(u64),
}

impl Thing {
    /// It is declared, though perhaps not shown as a row of its own at this width.
    #[must_use]
    pub fn is_declared(&self, topology: &Topology) -> bool {
        match self {
            Self::Region(name) => topology.regions.iter().any(|spec| spec.name.as_str() == name),
            Self::Told(name) => {
                let mut signals = topology.regions.iter().flat_map(|spec| &spec.signals);
                regions::always_told(name) || signals.any(|signal| signal.name == *name)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(name) | Self::Told(name) => f.write_str(name),
            Self::Link { store, from, to } => write!(f, "{store} {from}→{to}"),
            Self::Control(name) => write!(f, "control {name}"),
            Self::Endpoints => f.write_str("the endpoints"),
            Self::Rule(name) => write!(f, "rule {name}"),
            Self::Checks => f.write_str("the health checks"),
            Self::Name(name, what) => write!(f, "{what} of {name}"),
            Self::Orders(region) => write!(f, "orders of {region}"),
            Self::Playbook(word) => f.write_str(word),
            Self::Step(run, step) => {
                write!(f, "step {step} of run {}", run.chars().take(4).collect::<String>())
            }
            Self::Line(seq) => write!(f, "journal line {seq}"),
        }
    }
}

/// What each row of a pane is about, also of those that a filter hides.
pub(super) fn all(pen: &Pen<'_>, pane: Pane, area: Rect) -> Vec<Thing> {
    match pane {
        Pane::Regions => match regions::side_by_side(pen, usize::from(area.width.saturating_sub(4))) {
            Some(labels) => labels.iter().map(|label| Thing::Told(label.word().to_owned())).collect(),
            None => {
                pen.digest.regions.iter().map(|it| Thing::Region(it.spec.name.as_str().to_owned())).collect()
            }
        },
        Pane::Replication => {
            let links = pen.digest.links.iter().map(|link| Thing::Link {
                store: link.store.clone(),
                from: link.from.as_str().to_owned(),
                to: link.to.as_str().to_owned(),
            });
            links.collect()
        }
        Pane::Traffic => traffic::rows(pen).into_iter().map(|item| of_traffic(pen, item)).collect(),
        Pane::Orders => orders::regions(pen).map(|name| Thing::Orders(name.to_owned())).collect(),
        Pane::Plan => match pen.scene.run {
            Some(run) => {
                run.plan.steps.iter().map(|step| Thing::Step(run.run.0.clone(), step.id.0)).collect()
            }
            None => {
                Playbook::ALL.iter().map(|playbook| Thing::Playbook(playbook.word().to_owned())).collect()
            }
        },
        Pane::Journal => pen.scene.journal.iter().map(|entry| Thing::Line(entry.seq)).collect(),
    }
}

fn of_traffic(pen: &Pen<'_>, item: Item) -> Thing {
    let name = |at: usize| {
        pen.scene
            .world
            .topology()
            .dns
            .get(at)
            .map(|dns| format!("{} {}", dns.name, dns.kind))
            .unwrap_or_default()
    };
    match item {
        Item::Control(at) => {
            let control = pen.digest.controls.get(at);
            Thing::Control(control.map(|control| control.name.clone()).unwrap_or_default())
        }
        Item::Endpoints => Thing::Endpoints,
        Item::Rule(at) => {
            let rule = pen.digest.rules.get(at).map(|verdict| verdict.rule);
            Thing::Rule(rule.map(|rule| rule.name.clone()).unwrap_or_default())
        }
        Item::Checks => Thing::Checks,
        Item::Name(at) => Thing::Name(name(at), "policy"),
        Item::Records(at) => Thing::Name(name(at), "records"),
        Item::Answers(at) => Thing::Name(name(at), "answers"),
    }
}
