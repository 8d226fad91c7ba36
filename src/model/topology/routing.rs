//! ARC routing control as the config declares it: endpoints, panels, controls and safety rules.
//!
//! Plain values; whether an update is allowed is for the solver, and how a control stands is for the readings.

use std::time::Duration;

use super::Region;

/// ARC routing control: literals only, because the control plane may be away when they are needed.
#[derive(Clone, Debug, PartialEq)]
pub struct Routing {
    /// The cluster's ARN.
    pub cluster: String,
    /// Its control panels, one or several.
    pub panels: Vec<Panel>,
    /// The cluster's five data plane endpoints.
    pub endpoints: Vec<Endpoint>,
    /// The routing controls of all panels, in each one for each Region and possibly gates.
    pub controls: Vec<Control>,
    /// The safety rules that guard them.
    pub rules: Vec<Rule>,
}

impl Routing {
    /// There is more than one panel, so that names need to say theirs.
    #[must_use]
    pub fn has_several_panels(&self) -> bool {
        self.panels.len() > 1
    }

    /// The panel of a control or of a rule, which its ARN names; the only one where there is but one.
    #[must_use]
    pub fn panel_of(&self, arn: &str) -> Option<&Panel> {
        match self.panels.as_slice() {
            [only] => Some(only),
            several => several.iter().find(|panel| panel.holds(arn)),
        }
    }

    /// The panel of this name, where there are several.
    #[must_use]
    pub fn panel(&self, name: &str) -> Option<&Panel> {
        self.panels.iter().find(|panel| panel.name.as_deref() == Some(name))
    }

    /// The controls of one panel.
    pub fn controls_in(&self, panel: &Panel) -> impl Iterator<Item = &Control> {
        self.controls.iter().filter(move |control| self.panel_of(&control.arn) == Some(panel))
    }

    /// The rules of one panel.
    pub fn rules_in(&self, panel: &Panel) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| self.panel_of(&rule.arn) == Some(panel))
    }

    /// The controls that let traffic into a Region, one of each panel that has one, in the order of the config.
    pub fn controls_of(&self, region: &Region) -> impl Iterator<Item = &Control> {
        self.controls.iter().filter(move |c| c.region.as_ref() == Some(region))
    }

    /// A control by name.
    #[must_use]
    pub fn control(&self, name: &str) -> Option<&Control> {
        self.controls.iter().find(|c| c.name == name)
    }

    /// The panels that these changes touch, by the ARNs of their controls.
    #[must_use]
    pub fn touched<'a>(&self, arns: impl Iterator<Item = &'a str>) -> Vec<&Panel> {
        let touched: Vec<Option<&Panel>> = arns.map(|arn| self.panel_of(arn)).collect();
        self.panels.iter().filter(|panel| touched.contains(&Some(*panel))).collect()
    }

    /// How many endpoints must agree before a change counts as read back: three of five.
    #[must_use]
    pub fn quorum(&self) -> usize {
        self.endpoints.len() / 2 + 1
    }
}

/// A control panel: the controls that can be changed together in one transaction, and the rules over them.
///
/// ARC says so of a panel (`ControlPanel` in the reference of its configuration API) and of nothing wider;
/// `UpdateRoutingControlStates` is silent about entries of several panels. So no update of this program has any:
/// each panel gets an update of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panel {
    /// Its name in the config; `None` when there is one and the config does not name it.
    pub name: Option<String>,
    /// Its ARN.
    pub arn: String,
}

impl Panel {
    /// What stands between a panel's name and a control's.
    pub const BREAK: char = '/';

    /// The ARN is that of a control or rule in this panel.
    #[must_use]
    pub fn holds(&self, arn: &str) -> bool {
        arn.strip_prefix(&self.arn).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The name of a control or rule without that of this panel.
    #[must_use]
    pub fn bare<'a>(&self, name: &'a str) -> &'a str {
        self.name.as_deref().map_or(name, |panel| bare(panel, name))
    }
}

/// The name of a control or rule of a panel without the panel's name.
#[must_use]
pub fn bare<'a>(panel: &str, name: &'a str) -> &'a str {
    name.strip_prefix(panel).and_then(|rest| rest.strip_prefix(Panel::BREAK)).unwrap_or(name)
}

/// One of the cluster's data plane endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The Region it stands in, which is also the Region of its signature.
    pub region: Region,
    /// Its URL as `DescribeCluster` gave it.
    pub url: String,
}

/// One routing control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// The name that screens and journals use, unique: where there are several panels it is `PANEL/NAME`.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The Region whose traffic it carries; `None` for a gating control.
    pub region: Option<Region>,
    /// The `RECOVERY_CONTROL` health check that follows it.
    pub health_check: Option<String>,
}

/// A safety rule of a control panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, unique: where there are several panels it is `PANEL/NAME`.
    pub name: String,
    /// Its ARN, needed to override it.
    pub arn: String,
    /// What it guards.
    pub kind: RuleKind,
    /// The logic it applies to its watched controls.
    pub logic: RuleLogic,
    /// The result of the logic is turned round.
    pub inverted: bool,
    /// After a change, how long any other change of the same controls is rejected.
    pub wait: Duration,
}

impl Rule {
    /// Whether its logic holds for the controls it watches, with their states as `is_on` knows them; `None` when an
    /// unknown control decides.
    pub fn holds(&self, watched: &[String], is_on: impl Fn(&str) -> Option<bool>) -> Option<bool> {
        let states: Vec<Option<bool>> = watched.iter().map(|control| is_on(control)).collect();
        let on = states.iter().filter(|state| **state == Some(true)).count();
        let unknown = states.iter().filter(|state| state.is_none()).count();
        let needed = match self.logic {
            RuleLogic::AtLeast(threshold) => threshold,
            RuleLogic::And => watched.len(),
            RuleLogic::Or => 1,
        };
        let met = match (on >= needed, on + unknown >= needed) {
            (true, _) => true,
            (false, false) => false,
            (false, true) => return None,
        };
        Some(met != self.inverted)
    }
}

/// What a rule watches and what it holds back; control names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// After the whole transaction the asserted controls must satisfy the logic.
    Assertion {
        /// The watched controls.
        asserted: Vec<String>,
    },
    /// The targets may be changed only while the gating controls satisfy the logic.
    Gating {
        /// The controls that open the gate.
        gating: Vec<String>,
        /// The controls behind it.
        targets: Vec<String>,
    },
}

/// The logic of a rule over the controls that are On.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleLogic {
    /// At least so many are On.
    AtLeast(usize),
    /// All are On.
    And,
    /// Any is On.
    Or,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_holds_what_its_arn_begins() {
        let panel = |name: &str, arn: &str| Panel { name: Some(name.to_owned()), arn: arn.to_owned() };
        let (store, api) = (panel("store", "arn:panel/a"), panel("api", "arn:panel/ab"));
        assert!(store.holds("arn:panel/a/routingcontrol/1") && !store.holds("arn:panel/ab/routingcontrol/1"));
        assert!(api.holds("arn:panel/ab/safetyrule/1") && !api.holds("arn:panel/ab"));
        assert_eq!((store.bare("store/us-east-1"), store.bare("stores/x")), ("us-east-1", "stores/x"));
    }
}
