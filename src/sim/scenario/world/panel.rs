//! Control panels as a scenario says them; `world::build` makes controls, rules, health checks and names of them.
//! It must never say what a panel of AWS could not hold: the quotas are held here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Rule, World};
use crate::sim::world::arc::ControlState;

/// Panels of a cluster (ARC quota).
const PANELS: usize = 50;
/// Controls of a panel (ARC quota).
const CONTROLS: usize = 100;
/// Controls of a cluster (ARC quota).
const ALL_CONTROLS: usize = 300;
/// Safety rules of a panel (ARC quota).
const RULES: usize = 20;

/// A control panel. The first decides on the name of the clients; each other one decides on a name of its own beside
/// that, which the same clients use as much.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// Name; that of its DNS name too, but for the first.
    pub name: String,
    /// Its controls that are Off at the start, or not named as a Region; those of the world when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controls: Option<BTreeMap<String, ControlState>>,
    /// Its safety rules; those of the world when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<Rule>>,
}

impl World {
    /// The panels there are: the usual one when the scenario says none.
    #[must_use]
    pub fn panels(&self) -> Vec<Panel> {
        let usual = || Panel { name: "retail-store-panel".to_owned(), controls: None, rules: None };
        if self.panels.is_empty() { vec![usual()] } else { self.panels.clone() }
    }

    /// The names of a panel's controls: the Regions, then those that are no Region.
    #[must_use]
    pub fn controls_of(&self, panel: &Panel) -> Vec<String> {
        let own = panel.controls.as_ref().unwrap_or(&self.controls);
        let mut names: Vec<String> =
            self.regions.iter().filter(|_| self.arc).map(|region| region.name.clone()).collect();
        names.extend(own.keys().filter(|name| !self.regions.iter().any(|r| r.name == **name)).cloned());
        names
    }

    /// The state of a panel's control at the start.
    #[must_use]
    pub fn initial(&self, panel: &Panel, control: &str) -> ControlState {
        let own = panel.controls.as_ref().unwrap_or(&self.controls);
        own.get(control).copied().unwrap_or(ControlState::On)
    }

    /// The safety rules of a panel.
    #[must_use]
    pub fn rules_of<'a>(&'a self, panel: &'a Panel) -> &'a [Rule] {
        if self.arc { panel.rules.as_ref().unwrap_or(&self.rules) } else { &[] }
    }

    /// What ARC would not hold of this, by its quotas.
    ///
    /// # Errors
    /// The first quota that is exceeded.
    pub(in crate::sim::scenario) fn within_quotas(&self) -> Result<(), String> {
        let panels = self.panels();
        let most = |what: &str, is: usize, most: usize| {
            if is > most { Err(format!("{is} {what}, and ARC holds {most}")) } else { Ok(()) }
        };
        most("control panels", panels.len(), PANELS)?;
        let mut all = 0;
        for panel in &panels {
            let controls = self.controls_of(panel).len();
            most(&format!("controls in panel {}", panel.name), controls, CONTROLS)?;
            most(&format!("safety rules in panel {}", panel.name), self.rules_of(panel).len(), RULES)?;
            all += controls;
        }
        most("controls in the cluster", all, ALL_CONTROLS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panels(count: usize, controls: usize, rules: usize) -> Result<(), String> {
        let name = |at: usize| (format!("c{at}"), ControlState::On);
        let rule = super::super::usual::rules().remove(0);
        let panel = |at: usize| Panel {
            name: format!("p{at}"),
            controls: Some((2..controls).map(name).collect()),
            rules: Some(vec![rule.clone(); rules]),
        };
        World { panels: (0..count).map(panel).collect(), ..World::default() }.within_quotas()
    }

    #[test]
    fn a_cluster_holds_no_more_than_arc_lets_it() {
        assert_eq!(panels(50, 6, 20), Ok(()));
        assert_eq!(panels(51, 2, 1), Err("51 control panels, and ARC holds 50".to_owned()));
        assert_eq!(panels(2, 101, 1), Err("101 controls in panel p0, and ARC holds 100".to_owned()));
        assert_eq!(panels(4, 100, 1), Err("400 controls in the cluster, and ARC holds 300".to_owned()));
        assert_eq!(panels(1, 2, 21), Err("21 safety rules in panel p0, and ARC holds 20".to_owned()));
    }
}
