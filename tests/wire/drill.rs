//! FIS and Region switch through the clients and the gate: what is read is what is so, and a start happens once.

use std::time::Duration;

use pointsman::aws::actuator::Hands;
use pointsman::clock::Clock;
use pointsman::ledger::memory::Journal;
use pointsman::model::reading::{ExecutionReading, ExperimentsReading, Reading, Source};
use pointsman::plan::StepId;
use pointsman::plan::event::{Answer, Event, RunId};
use pointsman::plan::operation::{
    ExperimentRef, FisLever, FisStart, FisStop, Operation, Signal, SwitchAction, SwitchRun,
};
use pointsman::plan::run::{Actuator, Ledger};
use pointsman::sim::fault::Fault;
use pointsman::sim::{Sim, handout, scenario};

use super::{BASE_URL, Bench, east, west};

fn bench(text: &str) -> Bench {
    let start = "2026-03-02T09:00:00Z".parse().unwrap();
    let sim = Sim::new(&scenario::parse(text).unwrap(), 7, Clock::starting_at(start, 1));
    sim.advance(Duration::from_mins(5));
    let text = sim.look(|world| handout::config(world, BASE_URL));
    Bench::of(sim, &text)
}

fn experiments() -> Bench {
    bench(include_str!("../sim/fis.toml"))
}

fn plans() -> Bench {
    bench(include_str!("../sim/regionswitch.toml"))
}

impl Bench {
    /// Writes the journal line of an attempt and sends.
    async fn attempt(&self, operation: &Operation, attempt: u32) -> Answer {
        let mut journal = Journal::new();
        let event = Event::Sent { step: StepId(1), attempt, fence: None };
        let receipt = journal.append(&RunId("4f2a9c01".into()), self.sim.now(), &event).unwrap();
        let receipt = receipt.planned_for(self.clients.topology().which());
        Hands::new(self.clients.clone(), 7).send(operation, &receipt).await
    }

    fn experiment(&self, name: &str) -> ExperimentRef {
        self.clients.topology().experiments.iter().find(|e| e.name == name).unwrap().into()
    }

    async fn fis(&self, name: &str) -> ExperimentsReading {
        match self.read(&Source::Experiments(name.into(), east())).await {
            Reading::Experiments(told) => told,
            other => panic!("{other:?}"),
        }
    }

    fn plan(&self, name: &str) -> SwitchRun {
        let plan = self.clients.topology().plans.iter().find(|p| p.name == name).unwrap();
        SwitchRun {
            plan: plan.name.clone(),
            arn: plan.arn.clone(),
            from: east(),
            to: west(),
            action: SwitchAction::Activate,
            ungraceful: false,
        }
    }

    async fn execution(&self, name: &str) -> Option<ExecutionReading> {
        match self.read(&Source::Executions(name.into(), west())).await {
            Reading::Executions(told) => told.newest.map(|newest| *newest),
            other => panic!("{other:?}"),
        }
    }

    fn operations(&self) -> Vec<String> {
        self.sim.writes().into_iter().map(|write| write.operation).collect()
    }
}

fn handle(answer: &Answer) -> String {
    let Answer::Accepted { handle: Some(handle), .. } = answer else { panic!("{answer:?}") };
    handle.clone()
}

#[tokio::test(start_paused = true)]
async fn an_experiment_is_read_with_its_targets_its_actions_and_the_lever() {
    let bench = experiments();
    let start = Operation::FisStart(FisStart(bench.experiment("errors")));
    let id = handle(&bench.attempt(&start, 1).await);
    bench.sim.advance(Duration::from_secs(10));
    let told = bench.fis("errors").await;
    let [own] = told.experiments.as_slice() else { panic!("{told:?}") };
    assert_eq!((own.id.as_str(), own.status.as_str(), own.targets), (id.as_str(), "running", Some(7)));
    let actions: Vec<_> = own.actions.iter().map(|a| (a.name.as_str(), a.status.as_str())).collect();
    assert_eq!(actions, [("transit", "skipped"), ("blackhole", "running"), ("replication", "running")]);
    assert_eq!(told.lever.unwrap().status, "disengaged");
    assert_eq!(bench.fis("nothing").await.others, [id]);
}

#[tokio::test(start_paused = true)]
async fn a_start_whose_answer_was_lost_is_one_experiment_when_it_is_sent_again() {
    let bench = experiments();
    bench.inject(Fault::LostAnswer { service: "fis".into(), operation: "StartExperiment".into(), times: 1 });
    let start = Operation::FisStart(FisStart(bench.experiment("errors")));
    assert!(matches!(bench.attempt(&start, 1).await, Answer::Lost { .. }));
    let id = handle(&bench.attempt(&start, 2).await);
    assert_eq!(bench.operations(), ["StartExperiment"]);
    assert_eq!(bench.fis("errors").await.experiments.len(), 1);
    // Once it is over, a person who says again means another one, and that one too is started once.
    bench.sim.advance(Duration::from_mins(15));
    let again = handle(&bench.attempt(&start, 3).await);
    assert_ne!(again, id);
    assert_eq!(handle(&bench.attempt(&start, 4).await), again);
    assert_eq!(bench.operations().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_what_runs_and_the_lever_is_moved_with_its_reason() {
    let bench = experiments();
    let of = bench.experiment("errors");
    let stop = Operation::FisStop(FisStop(of.clone()));
    assert!(matches!(bench.attempt(&stop, 1).await, Answer::NotSent { .. }), "nothing runs");
    let id = handle(&bench.attempt(&Operation::FisStart(FisStart(of)), 1).await);
    bench.sim.advance(Duration::from_secs(10));
    assert_eq!(handle(&bench.attempt(&stop, 1).await), id);
    bench.sim.advance(Duration::from_secs(30));
    assert_eq!(bench.fis("errors").await.experiments[0].status, "stopped");

    let lever = FisLever { region: east(), engage: true, reason: "a real incident".into() };
    assert!(matches!(bench.attempt(&Operation::FisLever(lever), 1).await, Answer::Accepted { .. }));
    let Reading::Lever(lever) = bench.read(&Source::Lever(east())).await else { panic!() };
    assert_eq!((lever.status.as_str(), lever.reason.as_str()), ("engaged", "a real incident"));
}

#[tokio::test(start_paused = true)]
async fn an_execution_is_started_in_the_region_that_is_activated_and_read_there() {
    let bench = plans();
    assert_eq!(bench.execution("retail").await, None);
    let run = Operation::SwitchRun(bench.plan("retail"));
    let answer = bench.attempt(&run, 1).await;
    let Answer::Accepted { endpoint, .. } = &answer else { panic!("{answer:?}") };
    assert_eq!(endpoint, "us-west-2");
    bench.sim.advance(Duration::from_secs(5));
    let execution = bench.execution("retail").await.unwrap();
    assert_eq!((&execution.id, execution.state.as_str()), (&handle(&answer), "pendingManualApproval"));
    assert_eq!((execution.action.as_str(), execution.region.as_str()), ("activate", "us-west-2"));
    assert_eq!(execution.steps_in("pendingApproval").collect::<Vec<_>>(), ["go"]);
    assert_eq!(execution.events[0].kind, "executionPending");
    let second = bench.attempt(&run, 2).await;
    assert!(
        matches!(second, Answer::Refused { ref code, .. } if code == "IllegalStateException"),
        "{second:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_execution_is_told_each_word_as_a_call_of_its_own() {
    let bench = plans();
    let run = bench.plan("fragile");
    let id = handle(&bench.attempt(&Operation::SwitchRun(run.clone()), 1).await);
    let tell = async |say: Signal| {
        let word = Operation::SwitchRun(run.clone()).telling(&id, &say).unwrap();
        let answer = bench.attempt(&word, 1).await;
        assert!(matches!(answer, Answer::Accepted { .. }), "{word}: {answer:?}");
        assert_eq!(bench.operations().last().map(String::as_str), Some(word.api()), "{word}");
    };
    let state = async || bench.execution("fragile").await.unwrap().state;
    bench.sim.advance(Duration::from_secs(3));
    tell(Signal::Pause).await;
    bench.sim.advance(Duration::from_secs(25));
    assert_eq!(state().await, "pausedByOperator");
    tell(Signal::Resume { step: "verify".into() }).await;
    bench.sim.advance(Duration::from_secs(20));
    assert_eq!(state().await, "pausedByFailedStep");
    tell(Signal::Skip { step: "verify".into(), reason: "known to be broken".into() }).await;
    bench.sim.advance(Duration::from_secs(5));
    assert_eq!(state().await, "inProgress");
    tell(Signal::Ungraceful { step: None }).await;
    tell(Signal::Stop).await;
    bench.sim.advance(Duration::from_mins(4));
    assert_eq!(state().await, "canceled");
}

#[tokio::test(start_paused = true)]
async fn the_plan_and_the_templates_are_what_the_services_have() {
    let bench = plans();
    let plan = &bench.clients.topology().plans[0];
    let found = bench.clients.found_plan(plan, &west()).await.unwrap();
    assert_eq!((found.regions.len(), found.evaluation.as_str(), found.warnings.len()), (2, "passed", 0));
    let bench = experiments();
    let declared = &bench.clients.topology().experiments[0];
    let found = bench.clients.found_template(declared).await.unwrap();
    assert_eq!(found.actions, ["blackhole", "replication", "transit"]);
    assert!(found.stops[0].ends_with(":alarm:orders-created-zero-use1"));
}
