//! A console at another host than the one that drives a run: it follows the run from the copy of its journal, asks, and
//! takes it over. Keys in, frames out; the outside is the real one, on the simulated table.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::tz::TimeZone;
use pointsman::app::App;
use pointsman::ledger::shared::lease::{Claim, LASTS};
use pointsman::model::World;
use pointsman::plan::event::{End, Event};
use pointsman::plan::run::{Ask, Command, Outbox, Reply};
use pointsman::plan::{Action, Approval, Plan, Playbook, StepId};
use pointsman::runtime::shared::TableOutbox;
use pointsman::runtime::terminal::Kind;
use pointsman::runtime::{Setup, Thrift};
use pointsman::ui::theme::{Glyphs, Theme};
use ratatui::layout::Rect;

use super::stage::{Bastion, Stage, WEST};
use super::takeover::once;
use crate::front::Front;
use crate::support::sdk_config;

/// A person at a console.
struct Seat<'a> {
    bastion: Bastion<'a>,
    front: Front,
}

impl<'a> Seat<'a> {
    fn at(bastion: Bastion<'a>) -> Self {
        let world = World::new(bastion.clients.topology().clone());
        let setup = Setup {
            look: Box::new(|_| Err("a theme is of no use here".to_owned())),
            watched: Vec::new(),
            app: App::new(world, true, TimeZone::UTC),
            clients: bastion.clients.clone(),
            clock: bastion.clock(),
            theme: Theme::plain(),
            glyphs: Glyphs::unicode(),
            kind: Kind::Full,
            thrift: Thrift::default(),
            state: bastion.state.path().to_owned(),
            operator: bastion.operator.clone(),
            commons: Some(bastion.commons.clone()),
            config: None,
            bell: None,
        };
        Self { bastion, front: Front::begin(setup) }
    }
}

impl Deref for Seat<'_> {
    type Target = Front;

    fn deref(&self) -> &Front {
        &self.front
    }
}

impl DerefMut for Seat<'_> {
    fn deref_mut(&mut self) -> &mut Front {
        &mut self.front
    }
}

fn sent(event: &Event) -> bool {
    matches!(event, Event::Sent { .. })
}

/// How many asks about any run are in the table.
async fn asks(stage: &Stage, run: &str) -> usize {
    let client = Client::new(&sdk_config(&stage.sim, WEST));
    let pk = AttributeValue::S(format!("{}#asks#{run}", stage.conch().pk));
    let query = client.query().table_name("pointsmanLock").key_condition_expression("pk = :pk");
    query.expression_attribute_values(":pk", pk).send().await.unwrap().items().len()
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_silent_from_the_start_is_in_the_header_and_takes_no_key() {
    let stage = Stage::new();
    stage.throttle();
    let mut ana = Seat::at(stage.bastion("ana", "bastion-1"));
    ana.shows("conch table SILENT").await;
    ana.wait(Duration::from_mins(1)).await;
    assert!(!ana.frame().contains("pointsmanLock"), "{}", ana.frame());
    ana.press("2 z").await;
    ana.shows("2 Replication").await;
    ana.shows("unzoom").await;
}

#[tokio::test(start_paused = true)]
async fn a_run_of_another_host_is_followed_line_by_line_and_steered() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1").attended();
    let mut ben = Seat::at(stage.bastion("ben", "bastion-2"));
    ben.wait(Duration::from_secs(8)).await;
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    let run = flying.run.0.clone();
    flying.until(sent).await;
    ben.shows("RUNNING").await;
    ben.shows("conch ana@bastion-1").await;
    ben.shows("mirror ").await;
    ben.shows("of bastion-1").await;
    let small = ben.frame_of(Rect::new(0, 0, 80, 24));
    assert!(["RUNNING", "ana@bastion-1", "mirror "].into_iter().all(|word| small.contains(word)), "{small}");
    ben.press("a").await;
    ben.shows("ana@bastion-1 drives it; to be taken over if silent for ").await;

    ben.press("P").await;
    ben.shows("PAUSED").await;
    assert!(ana.words().contains(&"paused by ben".to_owned()), "{:#?}", ana.words());
    ben.press("i").await;
    ben.write("seen from the other side").await;
    ben.press("enter").await;
    ben.shows("ben: seen from the other side").await;
    ben.press("P").await;
    flying.until(|event| matches!(event, Event::Resumed { .. })).await;
    let ended = flying.rest().await;
    assert!(matches!(ended.closed, Some((_, End::Confirmed, _))), "{:#?}", ana.words());
    ben.shows("steps confirmed").await;
    ben.shows("WATCH").await;
    assert!(ben.bastion.lines().is_empty(), "nothing of it is in ben's own journal");
    assert_eq!(asks(&stage, &run).await, 0, "what was answered is taken away");
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_host_is_gone_is_taken_over_from_the_console() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1").attended();
    let mut ben = Seat::at(stage.bastion("ben", "bastion-2"));
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    flying.until(sent).await;
    ben.shows("RUNNING").await;
    ana.cable.cut();
    ben.wait(LASTS / 3).await;
    ben.shows("RUNNING").await;
    ben.shows("WAS CUT OFF AT bastion-1").await;
    ben.shows("has not been heard of since").await;
    ben.wait(Duration::from_secs(1)).await;
    ben.press("j enter").await;
    ben.write(WEST).await;
    ben.press("enter").await;
    ben.shows("TAKE THE RUN OVER").await;
    assert!(ben.bastion.lines().is_empty(), "nothing is begun before a reason is given");
    ben.write("bastion 1 is gone").await;
    ben.press("enter").await;
    ben.shows("conch you").await;
    ben.shows("steps confirmed").await;
    once(&stage);
    let words = ben.bastion.words();
    let adopted = words.iter().find(|line| line.starts_with("adopted from bastion-1 by ben")).unwrap();
    assert!(adopted.ends_with(" lines: bastion 1 is gone"), "{adopted}");
    let over = words.iter().find(|line| line.starts_with("conch ben")).unwrap();
    assert!(over.contains("took it over from ana on bastion-1") && over.contains("fence 2"), "{over}");
    ben.bastion.journal().verify().unwrap().unwrap();

    ana.cable.mend();
    tokio::time::sleep(Duration::from_mins(1)).await;
    once(&stage);
    assert!(
        ana.words().iter().any(|line| line.contains("bastion 1 is gone; nothing more is sent from here"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_left_on_hold_is_closed_from_another_host_with_a_reason() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1");
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    flying.until(sent).await;
    flying.flight.command(Command::Pause { who: "ana".to_owned() }).unwrap();
    assert!(flying.rest().await.is_open());
    let mut ben = Seat::at(stage.bastion("ben", "bastion-2"));
    ben.shows("WAS CUT OFF AT bastion-1").await;
    ben.shows("Nobody drives it").await;
    ben.wait(Duration::from_secs(1)).await;
    ben.press("j j enter").await;
    ben.shows("TAKE THE RUN OVER").await;
    ben.write("ana went home").await;
    ben.press("enter").await;
    ben.shows("closes the run: ana went home").await;
    ben.wait(Duration::from_secs(20)).await;
    let run = ben.bastion.commons.runs().await.unwrap().pop().unwrap();
    assert_eq!((run.host.as_str(), run.open), ("bastion-2", false));
    let back = ben.bastion.commons.conch().await.unwrap().unwrap();
    assert!(back.free, "{back:?}");
}

/// Its first step asks for a second person's word.
fn asks_first(plan: &mut Plan) {
    let of = "the move to us-west-2".to_owned();
    plan.steps[0].action = Action::Approve(Approval { of, by: Vec::new() });
}

#[tokio::test(start_paused = true)]
async fn a_second_person_approves_from_another_host_and_nothing_else_counts() {
    let stage = Stage::new();
    let ana = stage.bastion("ana", "bastion-1").attended();
    let mut ben = Seat::at(stage.bastion("ben", "bastion-2"));
    let mut flying = ana.start_changed(Playbook::Switchover, Claim::Free, asks_first).await.unwrap();
    flying.until(|event| matches!(event, Event::Intended { .. })).await;
    let version = ana_version(&ana);

    // Whoever began it is no second person,
    let (who, host) = ("ana".to_owned(), "bastion-1".to_owned());
    let own = Command::Approve { step: StepId(1), version: version.clone(), who, host };
    flying.flight.command(own).unwrap();
    let noted = flying.until(|event| matches!(event, Event::Noted { .. })).await.event.detail();
    assert!(noted.contains("ana started this run; a second person must approve it"), "{noted}");

    // nor is a word about another plan a word about this one.
    let (who, host) = ("ben".to_owned(), "bastion-2".to_owned());
    let other = Command::Approve { step: StepId(1), version: "00000000".to_owned(), who, host };
    tokio::time::sleep(Duration::from_secs(5)).await;
    let mut outbox = TableOutbox::new(ben.bastion.commons.clone(), flying.run.clone());
    let (at, host) = (ana.clock().now(), "bastion-2".to_owned());
    let ask = Ask { run: flying.run.clone(), at, host, seen: None, command: other };
    let id = outbox.leave(&ask).await.unwrap();
    let refused = loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if let Some(reply) = outbox.reply(&id).await.unwrap() {
            break reply;
        }
    };
    let Reply::Refused { why } = refused else { panic!("{refused:?}") };
    assert!(why.contains("the approval is of plan 00000000, and this is plan "), "{why}");

    ben.shows("RUNNING").await;
    ben.shows("waiting for a second person: the move to us-west-2").await;
    ben.press("v").await;
    ben.shows("APPROVE  step 1").await;
    ben.write(WEST).await;
    ben.press("enter").await;
    let approved = flying.until(|event| matches!(event, Event::Approved { .. })).await.event;
    let (step, who, host) = (StepId(1), "ben".to_owned(), "bastion-2".to_owned());
    assert_eq!(approved, Event::Approved { step, who, host, version });
    let ended = flying.rest().await;
    assert!(matches!(ended.closed, Some((_, End::Confirmed, _))), "{:#?}", ana.words());
    ben.shows("steps confirmed").await;
}

/// The version of the plan that ana's newest run goes by.
fn ana_version(ana: &Bastion<'_>) -> String {
    let lines = ana.lines();
    let plan = lines.iter().find_map(|line| match &line.event {
        Event::Started { plan, .. } => Some(plan),
        _ => None,
    });
    plan.unwrap().version()
}
