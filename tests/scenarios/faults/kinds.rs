//! The writes that only some worlds have: names, services, replicas, runbooks, snapshots and members.

use std::time::Duration;

use jiff::Timestamp;
use pointsman::config::PlaybookFile;
use pointsman::plan::event::{Answer, Decision, Entry, Event};
use pointsman::plan::run::Command;
use pointsman::sim::Sim;
use pointsman::sim::fault::{Fault, Injection};
use pointsman::sim::scenario::{self, Act, Moment, Scenario};

use super::{Mischief, disturbed, shows};
use crate::scenarios::ride::{self, Deed, Fuse, Mind, Rider};
use crate::scenarios::stage::{Stage, WHO};
use crate::scenarios::{Book, SEED, laws};

/// No answer within the time that anybody waits for one.
const NEVER: Mischief = Mischief::Late(Duration::from_secs(80));

/// A playbook of a kind that no built-in one has.
const APART: &str = r#"
about = "takes a member out of its global database"

[[steps]]
id = "apart"
kind = "aurora.detach"
store = "catalog"
to = "to"
proof = "read back"
"#;

/// A person who says yes, a little later, to whatever waits for one, and again where the service said no to that.
#[derive(Default)]
struct Yes {
    due: Vec<(Timestamp, Command)>,
    said: Option<Command>,
}

impl Mind for Yes {
    fn next(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    fn act(&mut self, sim: &Sim) -> Deed {
        match self.next() {
            Some(at) if at <= sim.now() => Deed::Asks(self.due.remove(0).1),
            _ => Deed::Nothing,
        }
    }

    fn heard(&mut self, entry: &Entry, sim: &Sim) {
        match &entry.event {
            Event::Awaits { step, at: Some(awaited) } => {
                let decision = Decision::Tell { say: awaited.answers().remove(0) };
                self.said = Some(Command::Decide { step: *step, decision, who: WHO.to_owned() });
            }
            Event::Answered { answer: Answer::Refused { .. }, .. } => {}
            _ => return,
        }
        let at = sim.now() + Duration::from_secs(5);
        self.due.extend(self.said.clone().map(|said| (at, said)));
    }
}

/// A world, what makes its plan, and the writes that meet mischief there.
struct Case {
    scenario: Scenario,
    writes: &'static [&'static str],
}

impl Case {
    fn of(name: &str, writes: &'static [&'static str]) -> Self {
        let mut scenario = scenario::find(name).unwrap();
        (scenario.expect, scenario.say) = (Vec::new(), Vec::new());
        Self { scenario, writes }
    }

    fn rider(&self) -> Rider {
        let mut stage = Stage::new(&self.scenario, SEED, Book::in_memory());
        let (name, file) = ("apart".to_owned(), "playbooks/apart.toml".to_owned());
        let text = PlaybookFile { name, file, text: APART.to_owned() };
        if self.scenario.act[0].playbook == "apart" {
            stage.config = stage.config.with_playbooks(&[text]).unwrap();
        }
        Rider::on(stage, Fuse::none())
    }

    async fn survives(&self) {
        let whole = disturbed(self.rider(), None, &mut Yes::default()).await;
        let (name, end) = (&self.scenario.scenario.name, ride::end(&whole));
        let acts = self.scenario.act.len();
        assert!(end[..acts].iter().all(|end| end == "confirmed"), "{name}: {}", laws::told(&whole.book));
        for kind in self.writes {
            let write = whole.left.iter().position(|left| left.operation == *kind);
            let write = 1 + write.unwrap_or_else(|| panic!("{name} never sends {kind}"));
            for mischief in [Mischief::Refused, Mischief::Lost, NEVER] {
                let played = disturbed(self.rider(), Some((write, mischief)), &mut Yes::default()).await;
                let story = || format!("{name}, {kind}, {mischief:?}:\n{}", laws::told(&played.book));
                assert_eq!(ride::end(&played), end, "{}", story());
                assert!(shows(&played, mischief), "{}", story());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn records_of_a_name() {
    Case::of("dns-weights", &["ChangeResourceRecordSets"]).survives().await;
}

#[tokio::test(start_paused = true)]
async fn tasks_of_a_service() {
    Case::of("pilot-light", &["UpdateService"]).survives().await;
}

#[tokio::test(start_paused = true)]
async fn promoted_replicas() {
    let mut case = Case::of("warm-standby", &["PromoteReadReplicaDBCluster", "PromoteReadReplica"]);
    case.scenario.act.truncate(1);
    "failover".clone_into(&mut case.scenario.act[0].playbook);
    case.survives().await;
}

#[tokio::test(start_paused = true)]
async fn a_runbook_and_the_word_to_it() {
    Case::of("runbook", &["StartAutomationExecution", "SendAutomationSignal"]).survives().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_failover_left_behind() {
    let mut case = Case::of("calm", &["CopyDBClusterSnapshot"]);
    let (east, west) = ("us-east-1".to_owned(), "us-west-2".to_owned());
    let act = |at, playbook: &str, from: &String, to: &String| Act {
        at,
        playbook: playbook.to_owned(),
        from: from.clone(),
        to: to.clone(),
    };
    let lost = Fault::RegionImpaired { region: east.clone(), severity: 0.9, control_plane: false };
    let fault = Injection { lasts: Some(Duration::from_mins(12)), fault: lost };
    case.scenario.timeline = vec![Moment { at: Duration::from_mins(1), fault, note: None }];
    let back = Duration::from_hours(2);
    case.scenario.act =
        vec![act(Duration::from_mins(5), "failover", &east, &west), act(back, "failback", &west, &east)];
    case.survives().await;
}

#[tokio::test(start_paused = true)]
async fn a_member_of_a_global_database() {
    let mut case = Case::of("calm", &["RemoveFromGlobalCluster"]);
    let (from, to) = ("us-east-1".to_owned(), "us-west-2".to_owned());
    case.scenario.act = vec![Act { at: Duration::from_mins(3), playbook: "apart".to_owned(), from, to }];
    case.survives().await;
}
