//! What a write does to traffic, whatever it does it by: the Regions that are left and those that receive.

use crate::model::World;
use crate::model::reading::ControlState;
use crate::model::topology::{DnsName, Region, Routing};
use crate::plan::operation::{DnsSet, HealthCheckInvert, RoutingSet, SwitchRun};

/// The effect that a change of traffic must have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shift {
    /// Regions that users must be out of.
    pub(super) off: Vec<Region>,
    /// Regions that users are let into.
    pub(super) on: Vec<Region>,
    /// Ids of health checks, and whether each must be healthy.
    pub(super) checks: Vec<(String, bool)>,
    /// The names that must be answered so.
    pub(super) names: Vec<String>,
}

impl Shift {
    /// Controls turned On and Off, and the health checks that follow them.
    pub(super) fn of_controls(set: &RoutingSet, world: &World) -> Self {
        let Some(routing) = &world.topology().routing else { return Self::default() };
        let mut shift = Self { names: names(world, |name| follows(routing, set, name)), ..Self::default() };
        for change in &set.entries {
            let Some(control) = routing.control(&change.control) else { continue };
            let on = change.state == ControlState::On;
            shift.checks.extend(control.health_check.clone().map(|id| (id, on)));
            if let Some(region) = &control.region {
                if on { &mut shift.on } else { &mut shift.off }.push(region.clone());
            }
        }
        shift
    }

    /// A Region switch plan that leaves one Region for another; its own health checks are not known here.
    pub(super) fn of_switch(run: &SwitchRun, world: &World) -> Self {
        Self {
            off: vec![run.from.clone()],
            on: vec![run.to.clone()],
            checks: Vec::new(),
            names: names(world, |_| true),
        }
    }

    /// Regions that no changed record answers with any more are left; those that one answers with receive.
    pub(super) fn of_records(set: &DnsSet) -> Self {
        Self {
            off: set.leaving().into_iter().cloned().collect(),
            on: set.receiving().into_iter().cloned().collect(),
            names: vec![set.name.clone()],
            checks: Vec::new(),
        }
    }

    /// A sound Region whose check is turned round is left; one whose check is turned back receives.
    pub(super) fn of_check(invert: &HealthCheckInvert, world: &World) -> Self {
        let decides = |name: &DnsName| {
            name.records.iter().any(|record| record.health_check.as_deref() == Some(&invert.check))
        };
        let mut shift = Self { names: names(world, decides), ..Self::default() };
        shift.checks.push((invert.check.clone(), !invert.inverted));
        if invert.inverted { &mut shift.off } else { &mut shift.on }.push(invert.region.clone());
        shift
    }
}

/// The name is answered by what the panel of an update decides: none of its records follows a control of another.
fn follows(routing: &Routing, set: &RoutingSet, name: &DnsName) -> bool {
    let changed = routing.touched(set.entries.iter().map(|entry| entry.arn.as_str()));
    let other = |check: &String| {
        let mut all = routing.controls.iter().filter(|control| control.health_check.as_ref() == Some(check));
        all.any(|control| routing.panel_of(&control.arn).is_none_or(|panel| !changed.contains(&panel)))
    };
    !name.records.iter().filter_map(|record| record.health_check.as_ref()).any(other)
}

fn names(world: &World, of: impl Fn(&DnsName) -> bool) -> Vec<String> {
    world.topology().dns.iter().filter(|name| of(name)).map(|name| name.name.clone()).collect()
}
