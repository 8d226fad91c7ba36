//! Why a key is off, here and now, in words that help to get it on.

use std::time::Duration;

use super::Action;
use crate::model::verdict::{self, Credentials};
use crate::plan::StepId;
use crate::plan::event::Decision;
use crate::plan::progress::Progress;
use crate::ui::Mode;
use crate::ui::conch::{Conch, Driver};
use crate::ui::dialog::{waiting, wanted};
use crate::ui::view::{Facts, Pane, View};

/// Why an action does nothing now; `None` when it works.
#[must_use]
pub fn why_off(facts: &Facts<'_>, view: &View, action: Action) -> Option<String> {
    if let Some(decision) = decision(action) {
        return decision_off(facts, view, &decision);
    }
    if let Some(driver) = driven_abroad(facts, view).filter(|_| action == Action::Act) {
        return Some(driver);
    }
    let said = |why: &str| Some(why.to_owned());
    match action {
        Action::SignIn => sign_in_off(facts),
        Action::Act => act_off(facts, view),
        Action::Arm => arm_off(facts, view),
        // Whoever drives it at another bastion may be asked to pause too.
        Action::Pause if facts.console.conch.run().is_some() => None,
        Action::Pause => undriven(facts, view),
        Action::Tell => tell_off(facts, view),
        Action::Approve => approve_off(facts, view),
        Action::Fleet if !view.in_fleet => said("the config has one workload; a folder may have several"),
        Action::Note if facts.run.is_none() => said("no run is shown to write about"),
        Action::NextMark if view.marks.is_empty() => {
            Some(format!("no row is marked; {} marks one", view.keymap.spoken(Action::Mark)))
        }
        Action::Earlier if view.oldest.is_none() => said("nothing older is kept yet"),
        Action::Later if view.still.is_none() => said("this is now"),
        Action::NextProblem | Action::PreviousProblem if view.problems(facts).is_empty() => {
            said("nothing is wrong that can be seen")
        }
        Action::Files if view.complaints().is_empty() => said("every file is taken as it is"),
        _ => None,
    }
}

/// The held step that the decision keys are about: the selected one in the Plan pane, else the first.
#[must_use]
pub fn held_step(facts: &Facts<'_>, view: &View) -> Option<StepId> {
    let run = facts.run.filter(|run| run.is_open())?;
    let held = run.held();
    let chosen = view.rows.get(&Pane::Plan).and_then(|row| run.plan.steps.get(*row));
    chosen
        .map(|step| step.id)
        .filter(|id| view.pane == Pane::Plan && held.contains(id))
        .or(held.first().copied())
}

/// The run that is shown has not ended and nobody drives it: it was cut off.
#[must_use]
pub fn cut_off<'a>(facts: &Facts<'a>) -> Option<&'a Progress> {
    facts.run.filter(|run| run.is_open() && facts.console.mode != Mode::Running)
}

/// Who drives the run of another host that is shown, and how long nobody else can take it over.
fn driven_abroad(facts: &Facts<'_>, view: &View) -> Option<String> {
    let Driver::Drives { by } = &facts.console.abroad.as_ref()?.driver else { return None };
    facts.run.filter(|run| run.is_open())?;
    Some(match &facts.console.conch {
        Conch::Other { who, until, .. } => {
            let lasts = verdict::span(verdict::age(facts.now, *until));
            format!("{who} drives it; to be taken over if silent for {lasts} more")
        }
        _ => format!("{by} drives it; {} pauses it", view.keymap.spoken(Action::Pause)),
    })
}

/// Credentials that last less than this are worth renewing.
const SOON: Duration = Duration::from_mins(15);

/// Nobody is signed in, or not for long any more.
#[must_use]
pub fn wants_sign_in(facts: &Facts<'_>) -> bool {
    match verdict::credentials(facts.world) {
        Credentials::Unread(trouble) => trouble.is_some_and(|trouble| trouble.kind.is_for_credentials()),
        Credentials::Held(identity, _) => {
            identity.expires.is_some_and(|end| verdict::age(facts.now, end) < SOON)
        }
        Credentials::Ended(_) => true,
    }
}

fn sign_in_off(facts: &Facts<'_>) -> Option<String> {
    match verdict::credentials(facts.world) {
        Credentials::Held(identity, _) if identity.expires.is_none() => {
            Some("there are credentials, and they do not run out".to_owned())
        }
        _ => None,
    }
}

/// Why a run cannot be steered; `None` when one is in flight.
fn undriven(facts: &Facts<'_>, view: &View) -> Option<String> {
    if cut_off(facts).is_some() {
        let act = view.keymap.spoken(Action::Act);
        return Some(format!(
            "the run was cut off and nobody drives it; {act} takes it up again or closes it"
        ));
    }
    (facts.console.mode != Mode::Running).then(|| "no run is in flight".to_owned())
}

fn approve_off(facts: &Facts<'_>, view: &View) -> Option<String> {
    undriven(facts, view).or_else(|| match facts.run.and_then(wanted) {
        Some(_) => None,
        None => Some("no step waits for a person's word".to_owned()),
    })
}

fn arm_off(facts: &Facts<'_>, view: &View) -> Option<String> {
    if cut_off(facts).is_some() {
        let act = view.keymap.spoken(Action::Act);
        return Some(format!("a run was cut off; {act} takes it up again or closes it"));
    }
    in_flight(facts, view)
}

fn act_off(facts: &Facts<'_>, view: &View) -> Option<String> {
    let few = || {
        (facts.world.topology().regions.len() < 2).then_some("the workload declares fewer than two Regions")
    };
    in_flight(facts, view).or_else(|| few().map(str::to_owned))
}

fn in_flight(facts: &Facts<'_>, view: &View) -> Option<String> {
    let pause = || format!("a run is in flight; {} pauses it", view.keymap.spoken(Action::Pause));
    (facts.console.mode == Mode::Running).then(pause)
}

/// The decision that an action leads to; its reason is asked for later.
fn decision(action: Action) -> Option<Decision> {
    let reason = "asked for later".to_owned();
    Some(match action {
        Action::ReadAgain => Decision::ReadAgain,
        Action::Retry => Decision::Retry,
        Action::Undo => Decision::Undo,
        Action::Skip => Decision::Skip { reason, typed: None },
        Action::Abort => Decision::Abort { reason },
        _ => return None,
    })
}

fn decision_off(facts: &Facts<'_>, view: &View, decision: &Decision) -> Option<String> {
    if let Some(why) = undriven(facts, view) {
        return Some(why);
    }
    let run = facts.run?;
    let Some(step) = held_step(facts, view) else { return Some("no step is held".to_owned()) };
    run.may_decide(step, decision).err()
}

fn tell_off(facts: &Facts<'_>, view: &View) -> Option<String> {
    let waits = facts.run.and_then(waiting).is_some();
    let nothing = || (!waits).then(|| "nothing that a step started waits for a person".to_owned());
    undriven(facts, view).or_else(nothing)
}
