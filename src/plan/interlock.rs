//! Conditions that must hold before anything is sent, each with its verdict and its reason.
//!
//! All of them are listed, not the first that fails. They are computed from the world and never stored.

mod access;
mod afresh;
mod data;
mod glass;
mod home;
mod lift;
mod names;
mod own;
mod replica;
mod rest;
mod routing;
mod state;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::history::History;
use super::{Intent, Plan, playbook};
use crate::model::World;
use crate::model::verdict::{self, AtRisk};

pub use afresh::rests_on;
pub use glass::{break_glass, overridable, overridden, override_of};
pub use rest::rest;
pub use routing::unknown_waits;

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
    match playbook::plan(world, intent, now) {
        Ok(plan) => conditions(&Question { world, intent, plan: &plan, now }),
        Err(why) => vec![Interlock::hold("a plan", why)],
    }
}

fn conditions(question: &Question<'_>) -> Vec<Interlock> {
    let mut all = state::regions(question);
    all.extend(data::stores(question));
    all.extend(routing::controls(question));
    all.extend(names::names(question));
    all.extend(state::headroom(question));
    all.extend(access::credentials(question));
    all.extend(access::planes(question));
    all.extend(own::leans(question));
    all
}

/// What holds the plan back, each with its name and its reason.
#[must_use]
pub fn holds(interlocks: &[Interlock]) -> Vec<String> {
    let held = interlocks.iter().filter_map(|interlock| match &interlock.verdict {
        Verdict::Hold(why) => Some(format!("{}: {why}", interlock.name)),
        Verdict::Pass | Verdict::Warn(_) => None,
    });
    held.collect()
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

/// Plans an intent, with the times that its steps took in earlier runs, and checks its conditions; the error says in
/// one sentence why there is no plan.
///
/// # Errors
/// As [`playbook::plan`].
pub fn prepare(
    world: &World,
    history: &History,
    intent: &Intent,
    now: Timestamp,
) -> Result<Prepared, String> {
    let plan = history.timed(playbook::plan(world, intent, now)?);
    let question = Question { world, intent, plan: &plan, now };
    let mut interlocks = conditions(&question);
    interlocks.extend(home::guard(&question, history));
    Ok(Prepared { plan, interlocks, at_risk: verdict::at_risk(world, now) })
}

/// The same, and what the first writes rest on must have been read since `asked`: each store's RDS in the Region that
/// receives, the cluster endpoints, and who we are. What was not holds the plan back.
///
/// # Errors
/// As [`playbook::plan`].
pub fn prepare_afresh(
    world: &World,
    history: &History,
    intent: &Intent,
    (asked, now): (Timestamp, Timestamp),
) -> Result<Prepared, String> {
    let mut prepared = prepare(world, history, intent, now)?;
    let afresh = afresh::conditions(&Question { world, intent, plan: &prepared.plan, now }, asked);
    prepared.interlocks.extend(afresh);
    Ok(prepared)
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

#[cfg(test)]
mod tests;
