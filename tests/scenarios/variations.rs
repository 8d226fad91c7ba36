//! Plays that differ from their scenario in one thing.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_route53recoverycluster::types::RoutingControlState;
use jiff::SignedDuration;
use pointsman::ledger::memory::Journal;
use pointsman::plan::event::{Answer, Decision, Event, Outcome, RungState};
use pointsman::plan::history::History;
use pointsman::plan::interlock;
use pointsman::plan::operation::Operation;
use pointsman::plan::progress::{Progress, StepState};
use pointsman::plan::run::{self, Ledger};
use pointsman::plan::{Action, Plan, Rung, Step, StepId};
use pointsman::sim::Sim;
use pointsman::sim::fault::{Fault, Injection};
use pointsman::sim::scenario::{self, Act, Moment, Scenario, That};

use super::door::Left;
use super::stage::{self, Stage};
use super::{Book, SEED, laws};
use crate::support::cluster_config;

/// A scenario with only those of its expectations.
fn expecting(name: &str, keep: fn(&That) -> bool) -> Scenario {
    let mut scenario = scenario::find(name).unwrap();
    scenario.expect.retain(|expect| keep(&expect.that));
    scenario
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_the_config_does_not_name_is_refused_by_arc() {
    let scenario = expecting("safety-rule-blocks", |that| !matches!(that, That::Says { .. }));
    let mut stage = Stage::new(&scenario, SEED, Book::in_memory());
    let rules = &mut Arc::make_mut(&mut stage.config.topology).routing.as_mut().unwrap().rules;
    let unnamed = rules.pop().unwrap();
    assert_eq!(unnamed.name, "both-on-for-the-sale");
    let played = stage.play().await;
    laws::hold(&played);
    assert_eq!(played.left.len(), 1, "ARC's no is an answer: it is sent once");
    let answers = played.journal().into_iter().filter_map(|entry| match entry.event {
        Event::Answered { answer: Answer::Refused { code, trouble }, .. } => Some((code, trouble.text)),
        _ => None,
    });
    let answers: Vec<_> = answers.collect();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].0, "ConflictException");
    assert!(answers[0].1.contains(&unnamed.arn), "it names the rule: {}", answers[0].1);
    assert_eq!(played.run(1).steps[&StepId(2)].state, StepState::Done(Outcome::Refused));
}

/// A third step that must not begin before traffic has moved: it brings it back.
fn and_back(plan: &mut Plan) {
    let there = plan.steps.last().unwrap().clone();
    let back = there.operation().and_then(Operation::inverse).unwrap();
    plan.steps.push(Step {
        id: StepId(3),
        title: "bring it back".to_owned(),
        action: Action::Operate(back),
        needs: vec![there.id],
        ..there
    });
}

#[tokio::test(start_paused = true)]
async fn four_endpoints_down_lock_what_depends_on_the_change() {
    let scenario = scenario::find("endpoints-four-down").unwrap();
    let stage = Stage::new(&scenario, SEED, Book::in_memory()).amending(and_back);
    let played = stage.play().await;
    laws::hold(&played);
    let run = played.run(1);
    assert_eq!(run.steps[&StepId(2)].state, StepState::Done(Outcome::Unknown));
    assert_eq!(run.steps[&StepId(3)].state, StepState::Waiting);
    assert!(run.is_open(), "it holds and waits for a person");
    let there = run.plan.steps[1].operation().unwrap();
    assert!(
        !played.left.is_empty() && played.left.iter().all(|left| left.carries(there)),
        "{:?}",
        played.left
    );
}

/// The scenario with another word to its runbook, without what it then cannot come to.
fn saying(word: &str) -> Scenario {
    let mut scenario = expecting("runbook", |that| matches!(that, That::Writes { .. }));
    scenario.expect.retain(|expect| word == "reject" || !format!("{expect:?}").contains("Signal"));
    word.clone_into(&mut scenario.say[0].word);
    scenario
}

#[tokio::test(start_paused = true)]
async fn a_runbook_that_is_rejected_or_stopped_holds_the_run_and_no_traffic_moves() {
    for (word, says) in [("reject", "Failed, 0 of 3 steps"), ("stop", "Cancelled, 0 of 3 steps")] {
        let played = Stage::new(&saying(word), SEED, Book::in_memory()).play().await;
        laws::hold(&played);
        let run = played.run(1);
        let book = run.plan.steps.iter().find(|step| step.operation().is_some_and(|o| o.kind() == "ssm.run"));
        let at = &run.steps[&book.unwrap().id];
        assert_eq!(at.state, StepState::Done(Outcome::Unknown), "{word}");
        assert!(at.why.starts_with(says), "{word}: {}", at.why);
        assert!(!played.left.iter().any(|left| left.operation == "UpdateRoutingControlStates"), "{word}");
    }
}

/// Wherever a run is cut off around a person's word, what the journal tells is where it goes on: a word that had not
/// left is sent once, and one that had is never sent again without another decision.
#[tokio::test(start_paused = true)]
async fn a_word_to_a_runbook_survives_the_cut() {
    let scenario = scenario::find("runbook").unwrap();
    let played = Stage::new(&scenario, SEED, Book::in_memory()).play().await;
    let lines = played.journal();
    let at = lines
        .iter()
        .position(|line| matches!(&line.event, Event::Decided { decision: Decision::Tell { .. }, .. }));
    let at = at.unwrap();
    let step = lines[at].event.step().unwrap();
    let states: Vec<(bool, StepState)> = (at..at + 4)
        .map(|cut| {
            let run = Progress::replay(&lines[..=cut]).unwrap();
            let now = &run.steps[&step];
            assert!(
                now.handle.is_some() && now.operation.as_ref() == run.plan.step(step).unwrap().operation()
            );
            (now.aside.is_some(), now.state.clone())
        })
        .collect();
    let told = |state: &StepState| matches!(state, StepState::Deciding(Decision::Tell { .. }));
    assert!(told(&states[0].1) && !states[0].0);
    assert_eq!(states[1..3], [(true, StepState::Intended), (true, StepState::Sent)]);
    assert_eq!(states[3], (false, StepState::Proving), "its answer ends it, and the runbook is proved on");
    let mut ledger = Journal::new();
    for line in &lines[..=at + 2] {
        ledger.append(&line.run, line.at, &line.event).unwrap();
    }
    let kept = ledger.entries(&lines[0].run).unwrap();
    let resumed = run::resume(&kept, "maria", &mut ledger, played.sim.clock()).unwrap();
    let now = &resumed.steps[&step];
    assert_eq!((&now.state, &now.aside), (&StepState::Proving, &None), "a lost answer sends nothing again");
    assert!(now.told.last().unwrap().1.contains("cut off"), "{:?}", now.told);
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_gets_no_tasks_holds_the_run_and_no_traffic_moves() {
    let mut scenario = expecting("pilot-light", |that| matches!(that, That::Writes { .. }));
    let fault = Fault::NoCapacity { region: "us-west-2".to_owned() };
    let fault = Injection { lasts: None, fault };
    scenario.timeline.push(Moment { at: Duration::from_secs(30), fault, note: None });
    let played = Stage::new(&scenario, SEED, Book::in_memory()).play().await;
    laws::hold(&played);
    let run = played.run(1);
    let scale = run.plan.steps.iter().find(|step| step.operation().is_some_and(|o| o.kind() == "ecs.scale"));
    let at = &run.steps[&scale.unwrap().id];
    assert_eq!(at.state, StepState::Done(Outcome::Unknown));
    assert!(at.why.contains("2 of 8 tasks run, 6 pending"), "{}", at.why);
    assert!(at.told.iter().any(|(_, text)| text.contains("unable to place a task")), "{:?}", at.told);
    assert!(!played.left.iter().any(|left| left.operation == "UpdateRoutingControlStates"));
}

/// Promotions are on their way when the token ends; nothing can be read or sent for the time that it takes to renew it.
fn token_ends(lasts: Option<Duration>) -> Scenario {
    let mut scenario = scenario::find("three-regions").unwrap();
    let fault = Injection { lasts, fault: Fault::ExpiredToken {} };
    scenario.timeline.push(Moment { at: Duration::from_secs(310), fault, note: None });
    scenario
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_mid_run_pauses_it_until_it_is_renewed_and_resumed() {
    let scenario = token_ends(Some(Duration::from_secs(40)));
    let played = Stage::new(&scenario, SEED, Book::in_memory()).resuming().play().await;
    laws::hold(&played);
    assert_eq!(played.left.len(), 3, "two promotions and one routing change, each sent once");
    let words: Vec<String> = played.journal().iter().map(|entry| entry.event.to_string()).collect();
    let place = |begins: &str| {
        let at = words.iter().position(|line| line.starts_with(begins));
        at.unwrap_or_else(|| panic!("no `{begins}` in {words:#?}"))
    };
    let paused = place("paused   by pointsman: credentials: ");
    let renewed = place("note     pointsman: the credentials are renewed");
    assert!(paused < renewed && renewed < place("resumed"), "{words:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_nobody_renews_leaves_the_run_open_and_paused() {
    let mut scenario = token_ends(None);
    scenario.expect.clear();
    let played = Stage::new(&scenario, SEED, Book::in_memory()).play().await;
    let run = played.run(1);
    assert_eq!(played.left.len(), 2, "the promotions had left, and nothing after them");
    assert!(run.is_open() && run.paused, "it waits for a person");
    assert!(run.why_paused.text().ends_with("Renew them, then resume the run"), "{}", run.why_paused);
    assert!(run.held().is_empty(), "nothing is called unknown for want of credentials");
}

#[tokio::test(start_paused = true)]
async fn another_seed_plays_otherwise_and_ends_the_same() {
    let scenario = scenario::find("throttled").unwrap();
    let mut journals = Vec::new();
    for seed in [1, 2] {
        let played = Stage::new(&scenario, seed, Book::in_memory()).play().await;
        laws::hold(&played);
        journals.push(laws::told(&played.book));
    }
    assert_ne!(journals[0], journals[1]);
}

/// Whatever else goes bad with it, a Region that is lost can be left at any time.
#[tokio::test(start_paused = true)]
async fn a_failover_can_begin_whenever_the_region_is_bad() {
    for name in ["region-loss", "region-gone", "denied"] {
        let scenario = scenario::find(name).unwrap();
        let stage = Stage::new(&scenario, SEED, Book::in_memory());
        let intent = stage::intent(&scenario.act[0]);
        let mut console = stage.console();
        let start = stage.sim.now();
        for minute in 3..=12 {
            console.until(start.checked_add(Duration::from_mins(minute)).unwrap()).await;
            let now = console.clock.now();
            let held = match interlock::prepare(&console.world, &History::default(), &intent, now) {
                Ok(prepared) => interlock::holds(&prepared.interlocks).join("; "),
                Err(why) => why,
            };
            assert_eq!(held, "", "{name} after {minute} minutes");
        }
    }
}

/// The laws are no use if nothing breaks them.
#[tokio::test(start_paused = true)]
async fn a_write_without_its_line_or_outside_the_plan_is_seen() {
    let scenario = scenario::find("denied").unwrap();
    let played = Stage::new(&scenario, SEED, Book::in_memory()).play().await;
    let left = &played.left[0];
    assert!(laws::awaited(left).is_some());
    let is_sent = |event: &Event| matches!(event, Event::Sent { .. });
    let mut unwritten = left.clone();
    unwritten.journal.retain(|entry| !is_sent(&entry.event));
    assert!(laws::awaited(&unwritten).is_none(), "its line was not there");
    let answered = Left { journal: played.journal(), ..left.clone() };
    assert!(laws::awaited(&answered).is_none(), "its line was used up by an answer");
    let other = Left { body: left.body.replace("us-west-2", "eu-west-1"), ..left.clone() };
    assert!(laws::awaited(&other).is_none(), "the plan holds no such write");
}

/// Somebody else sets a control through the cluster, past this console.
async fn set_elsewhere(sim: &Sim, name: &str, state: RoutingControlState) {
    let client = aws_sdk_route53recoverycluster::Client::new(&cluster_config(sim, "us-west-2"));
    let arn = sim.look(|world| world.arc.control_named(name).unwrap().arn.clone());
    let request = client.update_routing_control_state().routing_control_arn(arn).routing_control_state(state);
    request.send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_run_lets_a_wait_period_pass_that_it_knows_of() {
    let mut scenario = scenario::find("calm").unwrap();
    (scenario.expect, scenario.scenario.length) = (Vec::new(), Duration::from_mins(14));
    let (from, to) = ("us-east-1".to_owned(), "us-west-2".to_owned());
    scenario.act = vec![Act { at: Duration::from_mins(3), playbook: "evacuate".to_owned(), from, to }];
    let stage = Stage::new(&scenario, SEED, Book::in_memory());
    let sim = stage.sim.clone();
    let turned = tokio::spawn(async move {
        // Off for so long that it is seen: what nobody looked at while it lasted, nobody knows of.
        sim.clock().sleep(Duration::from_millis(138_800)).await;
        set_elsewhere(&sim, "us-west-2", RoutingControlState::Off).await;
        sim.clock().sleep(Duration::from_secs(40)).await;
        set_elsewhere(&sim, "us-west-2", RoutingControlState::On).await;
        sim.now()
    });
    let played = stage.play().await;
    let turned = turned.await.unwrap();
    assert_eq!(played.came[0].outcome(), "confirmed", "{}", laws::told(&played.book));
    assert_eq!(played.left.len(), 1, "it was sent once, and not into the wait period");
    let waited = played.left[0].at.duration_since(turned);
    assert!(waited >= SignedDuration::from_secs(5) && waited < SignedDuration::from_secs(12), "{waited:?}");
}

/// A resolver that keeps its answer for ten minutes, and one that is gone with its Region.
#[tokio::test(start_paused = true)]
async fn resolvers_prove_the_weights_and_a_stubborn_one_holds_nothing_for_ever() {
    let scenario = expecting("dns-weights", |that| matches!(that, That::Outcome { .. }));
    let played = Stage::new(&scenario, SEED, Book::in_memory()).play().await;
    laws::hold(&played);
    let run = played.run(1);
    let step =
        run.plan.steps.iter().find(|step| step.operation().is_some_and(Operation::moves_traffic)).unwrap();
    let climbed: Vec<(String, RungState)> = played
        .journal()
        .into_iter()
        .filter_map(|entry| match entry.event {
            Event::Climbed { step: of, rung: Rung::Dns, state, evidence } if of == step.id => {
                Some((evidence, state))
            }
            _ => None,
        })
        .collect();
    let (evidence, state) = climbed.last().unwrap();
    assert_eq!(*state, RungState::Proved, "{climbed:?}");
    assert!(evidence.contains("of 5 resolvers"), "{climbed:?}");
    let (read_back, _, words) = &run.steps[&step.id].rungs[&Rung::ReadBack];
    assert!(words.starts_with("INSYNC"), "{read_back} {words}");
}

/// Health checks that a playbook turns round are read, though routing controls move the other traffic.
#[tokio::test(start_paused = true)]
async fn a_check_is_turned_round_beside_routing_controls() {
    let mut scenario = scenario::find("inverted-check").unwrap();
    scenario.world.arc = true;
    let played = Stage::new(&scenario, SEED, Book::in_memory()).play().await;
    laws::hold(&played);
}
