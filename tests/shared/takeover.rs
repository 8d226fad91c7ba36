//! A run whose host is gone goes on at another one, from the copy in the table, and nothing is sent twice.

use std::collections::BTreeSet;
use std::time::Duration;

use pointsman::ledger::shared::adopt::{self, Taker};
use pointsman::ledger::shared::lease::{Claim, LASTS};
use pointsman::plan::Playbook;
use pointsman::plan::event::{Answer, End, Entry, Event};
use pointsman::plan::progress::Progress;
use pointsman::plan::run;
use pointsman::runtime::conch::Conch;
use pointsman::runtime::shared::Taken;

use super::stage::{Bastion, Flying, Stage};

const REASON: &str = "bastion-1 is gone";

fn takes_over() -> Claim {
    Claim::TakeOver(REASON.to_owned())
}

/// Goes on with the run of another host, as the command line does.
async fn goes_on(ben: &Bastion<'_>) -> Result<Flying, String> {
    let mut journal = ben.journal();
    let place = ben.commons.place(&journal).unwrap();
    let copied = ben.commons.open_elsewhere(place.as_ref()).await.unwrap().expect("a run stands open");
    if let Some(lease) = ben.commons.driver(&copied.run).await.unwrap() {
        return Err(format!("{} still drives it", lease.holder.who));
    }
    let foreign = ben.commons.pull(copied).await.map_err(|why| why.to_string())?;
    let conch = Conch::take(ben.state.path(), &ben.operator).unwrap();
    let Taken { mandate, right, before } = ben.commons.take(None, &takes_over()).await.unwrap();
    let lines = ben.commons.adopt(&mut journal, &foreign, before.as_ref(), REASON)?;
    let world = ben.world().await;
    let mut progress =
        run::resume(&lines, "ben", &mut journal, &ben.clock()).map_err(|stop| stop.to_string())?;
    run::by_right(&mut progress, ("ben", "bastion-2"), right, &mut journal, &ben.clock()).unwrap();
    Ok(ben.fly(progress, world, (journal, conch, mandate)))
}

fn sent(event: &Event) -> bool {
    matches!(event, Event::Sent { .. })
}

pub(super) fn once(stage: &Stage) {
    let mut seen = BTreeSet::new();
    for write in stage.sim.writes() {
        assert!(seen.insert((write.operation.clone(), write.detail.to_string())), "twice: {write:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_goes_on_at_another_host_when_the_first_is_gone() {
    let stage = Stage::new();
    let (ana, ben) = (stage.bastion("ana", "bastion-1"), stage.bastion("ben", "bastion-2"));
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    flying.until(sent).await;
    ana.is_copied_to(&ben).await;
    assert_eq!(goes_on(&ben).await.err().as_deref(), Some("ana still drives it"));
    ana.cable.cut();
    tokio::time::sleep(LASTS + Duration::from_secs(5)).await;
    let there = goes_on(&ben).await.unwrap();
    let ended = there.rest().await;
    assert!(matches!(ended.closed, Some((_, End::Confirmed, _))), "{:#?}", ben.words());
    once(&stage);
    let words = ben.words();
    let adopted = words.iter().find(|line| line.starts_with("adopted")).expect("it is written down");
    assert!(adopted.starts_with("adopted from bastion-1 by ben on bastion-2, "), "{adopted}");
    assert!(adopted.ends_with(" lines: bastion-1 is gone"), "{adopted}");
    let over = words.iter().find(|line| line.starts_with("conch ben")).unwrap();
    assert!(over.contains("took it over from ana on bastion-1") && over.ends_with(REASON), "{over}");
    ben.journal().verify().unwrap().unwrap();

    ana.cable.mend();
    let left = flying.rest().await;
    assert!(left.paused, "{:#?}", ana.words());
    once(&stage);
    let run = ben.commons.runs().await.unwrap().pop().unwrap();
    assert_eq!(
        (run.host.as_str(), run.open, run.fence),
        ("bastion-2", false, 2),
        "ana does not undo the index"
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_is_taken_back_when_the_other_host_is_gone_in_turn() {
    let stage = Stage::new();
    let (ana, ben) = (stage.bastion("ana", "bastion-1"), stage.bastion("ben", "bastion-2"));
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    flying.until(sent).await;
    ana.is_copied_to(&ben).await;
    ana.cable.cut();
    tokio::time::sleep(LASTS + Duration::from_secs(5)).await;
    let cleo = stage.bastion("cleo", "bastion-3");
    let _there = goes_on(&ben).await.unwrap();
    ben.is_copied_to(&cleo).await;
    ben.cable.cut();
    tokio::time::sleep(LASTS + Duration::from_secs(5)).await;
    let third = goes_on(&cleo).await.unwrap();
    let ended = third.rest().await;
    assert!(matches!(ended.closed, Some((_, End::Confirmed, _))), "{:#?}", cleo.words());
    once(&stage);
    let adoptions = cleo.lines().iter().filter(|line| matches!(line.event, Event::Adopted { .. })).count();
    assert_eq!(adoptions, 2, "the record tells both");
}

/// The copy ends before the write; the lease told that it was about to leave.
#[tokio::test(start_paused = true)]
async fn what_was_about_to_leave_is_never_taken_for_not_sent() {
    let stage = Stage::new();
    let (ana, ben) = (stage.bastion("ana", "bastion-1"), stage.bastion("ben", "bastion-2"));
    let mut flying = ana.start(Playbook::Switchover, Claim::Free).await.unwrap();
    flying.until(sent).await;
    ana.is_copied_to(&ben).await;
    let sending = ana.commons.conch().await.unwrap().unwrap().work.sending;
    let copied = ben.commons.runs().await.unwrap().pop().unwrap();
    let whole = ben.commons.pull(copied.clone()).await.unwrap().pulled;
    let is_write = |line: &Entry| matches!(&line.event, Event::Intended { operation: Some(_), .. });
    let at = whole.lines.iter().position(is_write).unwrap();
    for kept in [at, at + 1] {
        let mut pulled = whole.clone();
        pulled.lines.truncate(kept);
        let taker = Taker { who: "ben", host: "bastion-2", reason: REASON };
        let lines = adopt::lines((&copied, &pulled), &sending, taker, ben.clock().now()).unwrap();
        let mut journal = pointsman::ledger::memory::Journal::new();
        for (at, event) in lines {
            run::Ledger::append(&mut journal, &copied.run, at, &event).unwrap();
        }
        let lines = journal.all().unwrap();
        let resumed = run::resume(&lines, "ben", &mut journal, &ben.clock()).unwrap();
        for departure in &sending {
            let step = &resumed.steps[&departure.step];
            assert!(matches!(step.answer, Some(Answer::Lost { .. })), "step {} at {kept}", departure.step);
        }
    }
    // Without the steps that come before it, nobody can say how the run stands.
    let mut short = whole.clone();
    short.lines.truncate(1);
    let taker = Taker { who: "ben", host: "bastion-2", reason: REASON };
    let why = adopt::lines((&copied, &short), &sending, taker, ben.clock().now()).unwrap_err();
    assert!(why.starts_with("lines of bastion-1 never reached the shared table"), "{why}");
    let progress = Progress::replay(&short.lines).unwrap();
    assert!(progress.is_open());
}
