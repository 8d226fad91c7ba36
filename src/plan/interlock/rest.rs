//! Conditions on going on with a run that was cut off: it is the same world, and what has not left may still leave.
//!
//! They never judge what has left already: that is proved by reads and by nothing else.

use super::{Interlock, Question, access, data, names, routing, state};
use crate::model::World;
use crate::model::verdict;
use crate::plan::operation::Operation;
use crate::plan::progress::Progress;
use jiff::Timestamp;

/// Every interlock of what a run that was cut off has not sent yet. `simulated` is whether this world is simulated.
#[must_use]
pub fn rest(world: &World, progress: &Progress, simulated: bool, now: Timestamp) -> Vec<Interlock> {
    let mut all = vec![same_world(progress, simulated), same_account(world, progress)];
    let plan = progress.unsent();
    if plan.steps.is_empty() {
        return all;
    }
    let question = Question { world, intent: &plan.intent, plan: &plan, now };
    all.extend(state::regions(&question));
    all.extend(data::promoted(&question));
    all.extend(routing::controls(&question));
    all.extend(names::names(&question));
    if plan.steps.iter().any(|step| step.operation().is_some_and(Operation::moves_traffic)) {
        all.extend(state::headroom(&question));
    }
    all.extend(access::credentials(&question));
    all.extend(access::planes(&question));
    all
}

fn same_world(progress: &Progress, simulated: bool) -> Interlock {
    let name = "the world of the run";
    let word = |simulated| if simulated { "a simulated" } else { "the real" };
    if progress.start.simulated == simulated {
        return Interlock::pass(name);
    }
    let (began, here) = (word(progress.start.simulated), word(simulated));
    Interlock::hold(name, format!("the run began in {began} world, and this is {here} one"))
}

fn same_account(world: &World, progress: &Progress) -> Interlock {
    let name = "the account of the run";
    match (&progress.start.account, verdict::identity(world)) {
        (None, _) => Interlock::pass(name),
        (Some(began), None) => Interlock::hold(
            name,
            format!("the run began in {began}, and these credentials were not read yet"),
        ),
        (Some(began), Some(identity)) if *began == identity.account => Interlock::pass(name),
        (Some(began), Some(identity)) => {
            let why = format!("the run began in {began}, and these credentials are of {}", identity.account);
            Interlock::hold(name, why)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{Scene, west};
    use crate::model::reading::{Identity, Reading, Source};
    use crate::plan::event::Outcome;
    use crate::plan::fixture::begun;
    use crate::plan::progress::StepState;
    use crate::plan::{Playbook, StepId};

    const ACCOUNT: &str = "111122223333";

    fn scene(account: &str) -> Scene {
        let mut scene = Scene::calm();
        let arn = format!("arn:aws:sts::{account}:assumed-role/ops-failover/maria");
        let identity = Identity { account: account.to_owned(), arn, expires: None, ..Identity::default() };
        scene.see(Source::Identity(west()), Ok(Reading::Identity(identity)));
        scene
    }

    /// A switchover that began in this account and was cut off before its first step.
    fn cut_off(scene: &Scene, account: &str) -> Progress {
        begun(scene, Playbook::Switchover, Some(account))
    }

    fn holds(scene: &Scene, run: &Progress, simulated: bool) -> Vec<String> {
        let all = rest(&scene.world, run, simulated, scene.now);
        let held = all.into_iter().filter(|i| matches!(i.verdict, super::super::Verdict::Hold(_)));
        held.map(|i| format!("{}: {}", i.name, i.verdict.reason().unwrap_or_default())).collect()
    }

    #[test]
    fn a_run_goes_on_in_its_own_account_and_world_only() {
        let scene = scene(ACCOUNT);
        assert_eq!(holds(&scene, &cut_off(&scene, ACCOUNT), true), Vec::<String>::new());
        let other = holds(&scene, &cut_off(&scene, "999988887777"), true);
        assert_eq!(
            other,
            [
                "the account of the run: the run began in 999988887777, and these credentials are of 111122223333"
            ]
        );
        let real = holds(&scene, &cut_off(&scene, ACCOUNT), false);
        assert_eq!(
            real,
            ["the world of the run: the run began in a simulated world, and this is the real one"]
        );
        let unread = Scene::calm();
        assert!(holds(&unread, &cut_off(&unread, ACCOUNT), true)[0].contains("were not read yet"));
    }

    #[test]
    fn what_has_left_is_judged_no_more() {
        let scene = scene(ACCOUNT);
        let mut run = cut_off(&scene, ACCOUNT);
        assert_eq!(run.may_send().len(), run.unsent().steps.len());
        let named = |run: &Progress, text: &str| {
            rest(&scene.world, run, true, scene.now).iter().any(|i| i.name.contains(text))
        };
        assert!(named(&run, "writer of orders") && named(&run, "control states known"));
        let writes: Vec<StepId> = run.unsent().steps.iter().map(|step| step.id).collect();
        for id in &writes[..writes.len() - 1] {
            run.steps.get_mut(id).unwrap().state = StepState::Done(Outcome::Confirmed);
        }
        assert!(!named(&run, "writer of orders") && named(&run, "control states known"));
        run.steps.get_mut(writes.last().unwrap()).unwrap().state = StepState::Sent;
        assert!(!named(&run, "control states known"));
        assert_eq!(run.may_send().len(), 1, "its answer is lost, so it may be sent again");
        run.steps.get_mut(writes.last().unwrap()).unwrap().state = StepState::Done(Outcome::Unknown);
        assert_eq!(run.may_send().len(), 0, "a person is asked first");
    }
}
