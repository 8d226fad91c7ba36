//! What people ask of a run from outside the process that drives it.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use pointsman::ledger::memory::Journal;
use pointsman::model::reading::TroubleKind;
use pointsman::plan::event::{Decision, End, Entry, Event, Outcome, RunId};
use pointsman::plan::progress::Progress;
use pointsman::plan::run::{
    self, Ask, AskId, Asked, Boxed, Command, Inbox, Ports, Reply as Became, WhenHeld,
};
use pointsman::plan::{Action, Approval, Intent, Plan, Playbook, Step, StepId, playbook};
use tokio::sync::mpsc;

use super::shop::{EAST, Reply, Shop, WEST};
use super::stage::start;

/// An inbox that a test fills, and the replies that it got.
struct Post {
    asks: mpsc::UnboundedReceiver<Asked>,
    replies: mpsc::UnboundedSender<(AskId, Became)>,
    attended: Arc<Mutex<bool>>,
}

impl Inbox for Post {
    fn next(&mut self) -> Boxed<'_, Asked> {
        Box::pin(async move {
            match self.asks.recv().await {
                Some(asked) => asked,
                None => std::future::pending().await,
            }
        })
    }

    fn reply(&mut self, id: &AskId, reply: &Became) {
        let _nobody = self.replies.send((id.clone(), reply.clone()));
    }

    fn is_attended(&self) -> bool {
        *self.attended.lock().unwrap()
    }
}

/// A console elsewhere: what it asks, what it hears, what it sees.
struct Elsewhere {
    run: RunId,
    asks: mpsc::UnboundedSender<Asked>,
    replies: mpsc::UnboundedReceiver<(AskId, Became)>,
    entries: mpsc::UnboundedReceiver<Entry>,
    attended: Arc<Mutex<bool>>,
    journal: Journal,
    asked: u32,
}

impl Elsewhere {
    async fn ask_having_seen(&mut self, seen: Option<u64>, command: Command) -> Became {
        self.asked += 1;
        let id = AskId(self.asked.to_string());
        let ask = Ask {
            run: self.run.clone(),
            at: Timestamp::UNIX_EPOCH,
            host: "bastion-2".to_owned(),
            seen,
            command,
        };
        self.asks.send(Asked { id: id.clone(), ask }).unwrap();
        let (answered, reply) = self.replies.recv().await.unwrap();
        assert_eq!(answered, id);
        reply
    }

    async fn ask(&mut self, command: Command) -> Became {
        let seen = self.journal.all().unwrap().last().map(|line| line.seq);
        self.ask_having_seen(seen, command).await
    }

    /// Waits for a line like this; its number.
    async fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> u64 {
        loop {
            let entry = self.entries.recv().await.expect("the run ended before");
            if wanted(&entry.event) {
                return entry.seq;
            }
        }
    }

    fn notes(&self) -> Vec<String> {
        let lines = self.journal.all().unwrap().into_iter();
        let text = |line: Entry| match line.event {
            Event::Noted { who, text } => Some(format!("{who}: {text}")),
            _ => None,
        };
        lines.filter_map(text).collect()
    }
}

/// A failover that nobody attends here, and a console elsewhere.
async fn left(shop: &Shop) -> (Elsewhere, tokio::task::JoinHandle<Progress>) {
    let world = shop.world().await;
    let intent = Intent { playbook: Playbook::Failover, from: EAST.into(), to: WEST.into() };
    let plan = playbook::plan(&world, &intent, shop.clock.now()).unwrap();
    left_with(shop, plan).await
}

async fn left_with(shop: &Shop, plan: Plan) -> (Elsewhere, tokio::task::JoinHandle<Progress>) {
    let (world, journal) = (shop.world().await, Journal::new());
    let Ok(progress) = run::start(plan, start(), &mut journal.clone(), &shop.clock) else {
        panic!("no start")
    };
    let run = progress.run.clone();
    let (observe, observations) = mpsc::channel(64);
    let (_nobody, commands) = mpsc::channel(1);
    let (tell, entries) = mpsc::unbounded_channel();
    let ((asks, asked), (replies, replied)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
    let attended = Arc::new(Mutex::new(true));
    let post = Post { asks: asked, replies, attended: Arc::clone(&attended) };
    tokio::spawn(shop.clone().sample(observe));
    let ports = Ports {
        actuator: Arc::new(shop.clone()),
        ledger: Box::new(journal.clone()),
        clock: shop.clock.clone(),
        observations,
        commands,
        inboxes: vec![Box::new(post)],
        entries: tell,
        when_held: WhenHeld::StopThere,
    };
    let driven = tokio::spawn(async move { run::drive(progress, world, ports).await.unwrap() });
    (Elsewhere { run, asks, replies: replied, entries, attended, journal, asked: 0 }, driven)
}

fn ana() -> String {
    "ana".to_owned()
}

fn decide(step: u16, decision: Decision) -> Command {
    Command::Decide { step: StepId(step), decision, who: ana() }
}

fn refused(became: &Became) -> &str {
    match became {
        Became::Refused { why } => why,
        Became::Taken => panic!("it was taken"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_held_run_waits_for_whoever_attends_it_and_does_what_they_ask() {
    let shop = Shop::new();
    shop.replies(super::runs::FAIL, [Reply::Refuse(TroubleKind::Denied)]);
    let (mut there, driven) = left(&shop).await;
    there.until(|event| matches!(event, Event::Ended { outcome: Outcome::Refused, .. })).await;
    assert_eq!(there.ask(Command::Note { who: ana(), text: "role fixed".to_owned() }).await, Became::Taken);
    assert_eq!(there.ask(decide(2, Decision::Retry)).await, Became::Taken);
    let progress = driven.await.unwrap();
    assert!(matches!(progress.closed, Some((_, End::Confirmed, _))), "{:?}", progress.closed);
    assert_eq!(there.notes(), ["ana: role fixed"]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_done_is_refused_to_whoever_asked_and_written_down() {
    let shop = Shop::new();
    shop.replies(super::runs::FAIL, [Reply::Refuse(TroubleKind::Denied)]);
    let (mut there, driven) = left(&shop).await;
    there.until(|event| matches!(event, Event::Ended { outcome: Outcome::Refused, .. })).await;
    let undo = there.ask(decide(2, Decision::Undo)).await;
    assert_eq!(refused(&undo), "step 2: there is nothing to undo");
    let skip = Decision::Skip { reason: "by hand".to_owned(), typed: None };
    let skip = there.ask(decide(2, skip)).await;
    assert!(refused(&skip).contains("us-west-2 must be typed"), "the name is asked for here too: {skip:?}");
    let leave = there.ask(Command::Leave).await;
    assert!(refused(&leave).starts_with("only the process that drives"), "{leave:?}");
    there.run = RunId("ffffffff".to_owned());
    let other = there.ask(Command::Pause { who: ana() }).await;
    assert!(refused(&other).starts_with("it is about run ffffffff"), "{other:?}");
    assert_eq!(there.notes().len(), 4, "{:?}", there.notes());
    assert_eq!(there.notes()[0], "ana: asked for undo and was refused: step 2: there is nothing to undo");
    driven.abort();
}

#[tokio::test(start_paused = true)]
async fn a_decision_about_what_has_moved_on_since_is_refused() {
    let shop = Shop::new();
    let denied = || Reply::Refuse(TroubleKind::Denied);
    // Both promotions, and the first retry.
    shop.replies(super::runs::FAIL, [denied(), denied(), denied()]);
    let (mut there, driven) = left(&shop).await;
    let is_held =
        |event: &Event| matches!(event, Event::Ended { step: StepId(2), outcome: Outcome::Refused, .. });
    let first = there.until(is_held).await;
    assert_eq!(there.ask_having_seen(Some(first), decide(2, Decision::Retry)).await, Became::Taken);
    let second = there.until(is_held).await;
    assert!(second > first);
    // Somebody whose screen still shows the first refusal retries it as well.
    let late = there.ask_having_seen(Some(first), decide(2, Decision::Retry)).await;
    assert_eq!(refused(&late), &format!("step 2 has moved on since line {first}; look again"));
    assert_eq!(there.ask_having_seen(Some(second), decide(2, Decision::Retry)).await, Became::Taken);
    assert_eq!(there.ask(decide(3, Decision::Retry)).await, Became::Taken);
    assert!(matches!(driven.await.unwrap().closed, Some((_, End::Confirmed, _))));
}

#[tokio::test(start_paused = true)]
async fn a_held_run_that_nobody_attends_any_more_is_left() {
    let shop = Shop::new();
    shop.replies(super::runs::FAIL, [Reply::Refuse(TroubleKind::Denied)]);
    let (mut there, driven) = left(&shop).await;
    there.until(|event| matches!(event, Event::Ended { outcome: Outcome::Refused, .. })).await;
    shop.clock.sleep(std::time::Duration::from_hours(1)).await;
    assert!(!driven.is_finished(), "it waits while somebody is there");
    *there.attended.lock().unwrap() = false;
    assert!(driven.await.unwrap().is_open());
}

/// The plan of a failover whose promotions wait for a second person, and whose end is ticked off by hand.
async fn with_people(shop: &Shop) -> Plan {
    let world = shop.world().await;
    let intent = Intent { playbook: Playbook::Failover, from: EAST.into(), to: WEST.into() };
    let mut plan = playbook::plan(&world, &intent, shop.clock.now()).unwrap();
    let step = |id, needs: Vec<StepId>, action| Step {
        id: StepId(id),
        title: "by people".to_owned(),
        action,
        needs,
        deadline: std::time::Duration::from_hours(1),
        ..plan.steps[0].clone()
    };
    let of = "the promotion of every store".to_owned();
    let approve = step(90, vec![StepId(1)], Action::Approve(Approval { of, by: Vec::new() }));
    let tick = step(91, vec![StepId(4)], Action::Note { text: "tell the support desk".to_owned() });
    for promotion in [1, 2] {
        plan.steps[promotion].needs.push(StepId(90));
    }
    plan.steps.insert(1, approve);
    plan.steps.push(tick);
    plan
}

#[tokio::test(start_paused = true)]
async fn a_second_person_approves_the_plan_that_they_see_and_ticks_off_what_they_did() {
    let shop = Shop::new();
    let plan = with_people(&shop).await;
    let version = plan.version();
    let (mut there, driven) = left_with(&shop, plan).await;
    there.until(|event| matches!(event, Event::Intended { step: StepId(90), .. })).await;
    let approve = |who: &str, version: &str| Command::Approve {
        step: StepId(90),
        version: version.to_owned(),
        who: who.to_owned(),
        host: "bastion-2".to_owned(),
    };
    let own = there.ask(approve(super::stage::WHO, &version)).await;
    assert!(refused(&own).contains("a second person must approve it"), "{own:?}");
    let other = there.ask(approve("ana", "00000000")).await;
    assert!(refused(&other).contains("the approval is of plan 00000000"), "{other:?}");
    let early = there.ask(Command::Tick { step: StepId(91), who: ana() }).await;
    assert!(refused(&early).contains("nothing to tick off now"), "{early:?}");
    assert_eq!(shop.written().len(), 0, "nothing was promoted before");

    assert_eq!(there.ask(approve("ana", &version)).await, Became::Taken);
    there.until(|event| matches!(event, Event::Intended { step: StepId(91), .. })).await;
    assert_eq!(there.ask(Command::Tick { step: StepId(91), who: ana() }).await, Became::Taken);
    assert!(matches!(driven.await.unwrap().closed, Some((_, End::Confirmed, _))));
    assert_eq!(there.notes().len(), 3, "what was refused is written down: {:?}", there.notes());
}
