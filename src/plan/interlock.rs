//! Conditions that must hold before anything is sent, each with its verdict and its reason.
//!
//! All of them are listed, not the first that fails. They are computed from the world and never stored.

mod access;
mod data;
mod routing;
mod state;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Intent, Plan, playbook};
use crate::model::World;
use crate::model::verdict::{self, AtRisk};

/// One condition and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interlock {
    /// What is asked, in a few words: `us-west-2 healthy`.
    pub name: String,
    /// How it stands.
    pub verdict: Verdict,
}

/// How a condition stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", content = "reason", rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not quite hold; the operator must read why and may go on.
    Warn(String),
    /// It does not hold; nothing is sent.
    Hold(String),
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn(_) => "warn",
            Self::Hold(_) => "hold",
        }
    }

    /// Why it does not hold; nothing when it does.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Pass => None,
            Self::Warn(why) | Self::Hold(why) => Some(why),
        }
    }

    fn grade(&self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Warn(_) => 1,
            Self::Hold(_) => 2,
        }
    }
}

impl Interlock {
    fn pass(name: impl Into<String>) -> Self {
        Self { name: name.into(), verdict: Verdict::Pass }
    }

    fn warn(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self { name: name.into(), verdict: Verdict::Warn(why.into()) }
    }

    fn hold(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self { name: name.into(), verdict: Verdict::Hold(why.into()) }
    }
}

/// Every interlock of an intent, as the world stands.
#[must_use]
pub fn check(world: &World, intent: &Intent, now: Timestamp) -> Vec<Interlock> {
    let plan = match playbook::plan(world, intent, now) {
        Ok(plan) => plan,
        Err(why) => return vec![Interlock::hold("a plan", why)],
    };
    let question = Question { world, intent, plan: &plan, now };
    let mut all = state::regions(&question);
    all.extend(data::stores(&question));
    all.extend(routing::controls(&question));
    all.extend(state::headroom(&question));
    all.extend(access::credentials(&question));
    all.extend(access::planes(&question));
    all
}

/// None of them holds the plan back.
#[must_use]
pub fn clear(interlocks: &[Interlock]) -> bool {
    !interlocks.iter().any(|i| matches!(i.verdict, Verdict::Hold(_)))
}

/// What a confirmation sheet shows and what it is compared with when Enter is pressed.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// The plan that would run.
    pub plan: Plan,
    /// How each condition stands.
    pub interlocks: Vec<Interlock>,
    /// Orders that may be lost, if that can be known.
    pub at_risk: Option<AtRisk>,
}

/// Plans an intent and checks its conditions; the error says in one sentence why there is no plan.
///
/// # Errors
/// As [`playbook::plan`].
pub fn prepare(world: &World, intent: &Intent, now: Timestamp) -> Result<Prepared, String> {
    let plan = playbook::plan(world, intent, now)?;
    Ok(Prepared { plan, interlocks: check(world, intent, now), at_risk: verdict::at_risk(world, now) })
}

/// What moved between the sheet and Enter, in words; nothing when what was read there still holds.
///
/// Numbers that drift are no difference, and neither is a condition that got better; a plan that is another one,
/// a condition that got worse and a loss that grew by half are.
#[must_use]
pub fn difference(before: &Prepared, after: &Prepared) -> Vec<String> {
    let mut moved = steps(&before.plan, &after.plan);
    for now in &after.interlocks {
        let then = before.interlocks.iter().find(|i| i.name == now.name);
        let grade = then.map_or(0, |i| i.verdict.grade());
        if now.verdict.grade() > grade {
            moved.push(format!("{}: {}", now.name, now.verdict.reason().unwrap_or_default()));
        }
    }
    moved.extend(loss(before.at_risk.as_ref(), after.at_risk.as_ref()));
    moved
}

fn steps(before: &Plan, after: &Plan) -> Vec<String> {
    let gone = before.steps.iter().filter(|old| !after.steps.iter().any(|new| new.action == old.action));
    let new = after.steps.iter().filter(|new| !before.steps.iter().any(|old| new.action == old.action));
    gone.map(|step| format!("{} is not needed any more, or not as it was", step.title))
        .chain(new.map(|step| format!("{} is a new step, or differs", step.title)))
        .collect()
}

fn loss(before: Option<&AtRisk>, after: Option<&AtRisk>) -> Option<String> {
    match (before, after) {
        (Some(_), None) => Some("orders at risk are not known any more".to_owned()),
        (Some(old), Some(new)) if new.orders > old.orders * 1.5 + 5.0 => {
            Some(format!("orders at risk rose from ~{:.0} to ~{:.0}", old.orders, new.orders))
        }
        _ => None,
    }
}

/// What the conditions are asked about.
struct Question<'a> {
    world: &'a World,
    intent: &'a Intent,
    plan: &'a Plan,
    now: Timestamp,
}
