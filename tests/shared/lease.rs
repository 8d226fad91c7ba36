//! The lease: one holder at a time, a number that only grows, and no conch that changes hands without a reason.

use std::time::Duration;

use pointsman::ledger::shared::Table;
use pointsman::ledger::shared::fit::fits;
use pointsman::ledger::shared::lease::{self, Claim, LASTS, Lease, NoLease, Renewed, Standing, Work};
use pointsman::model::reading::TroubleKind;
use pointsman::plan::StepId;
use pointsman::plan::event::RunId;
use pointsman::plan::operation::{Operation, RoutingSet};
use pointsman::plan::run::Departure;
use serde_json::json;

use super::stage::{EAST, Stage, WEST, holder};

async fn take(stage: &Stage, who: &str, claim: Claim) -> Result<Lease, NoLease> {
    let (table, me) = (stage.table(), holder(who));
    lease::take(&table, &stage.conch(), (&me, &claim), stage.sim.now()).await.map(|(lease, _)| lease)
}

fn takes_over() -> Claim {
    Claim::TakeOver("ana is in the tunnel".to_owned())
}

#[tokio::test(start_paused = true)]
async fn of_two_who_race_one_has_it() {
    let stage = Stage::new();
    let (ana, ben) = tokio::join!(take(&stage, "ana", Claim::Free), take(&stage, "ben", Claim::Free));
    let (lease, beaten) = match (ana, ben) {
        (Ok(lease), Err(beaten)) | (Err(beaten), Ok(lease)) => (lease, beaten),
        both => panic!("{both:?}"),
    };
    assert_eq!(lease.fence, 1);
    let NoLease::Held(other, _) = &beaten else { panic!("{beaten:?}") };
    assert_eq!(**other, lease);
    let holder = &lease.holder;
    assert_eq!(
        beaten.to_string(),
        format!("{holder} has had the conch since 09:00:00Z and holds it now, last heard 0 s ago")
    );
}

#[tokio::test(start_paused = true)]
async fn the_number_grows_also_after_it_was_given_back() {
    let stage = Stage::new();
    let first = take(&stage, "ana", Claim::Free).await.unwrap();
    let table = stage.table();
    let back = lease::give_back(&table, &stage.conch(), &first, stage.sim.now()).await.unwrap();
    assert!(matches!(back, Renewed::Still(lease) if lease.free));
    let second = take(&stage, "ben", Claim::Free).await.unwrap();
    assert_eq!((second.fence, second.over), (2, None));
    let late =
        lease::renew(&table, &stage.conch(), (&first, Work::default()), stage.sim.now()).await.unwrap();
    assert!(matches!(late, Renewed::Gone(by) if by.holder.who == "ben"));
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_ran_out_is_still_taken_only_with_a_reason() {
    let stage = Stage::new();
    let table = stage.table();
    let ana = take(&stage, "ana", Claim::Free).await.unwrap();
    let routing = Operation::RoutingSet(RoutingSet::of(Vec::new()));
    let run = RunId("4f2a9c01".to_owned());
    let departure = Departure {
        run: run.clone(),
        step: StepId(3),
        attempt: 1,
        endpoint: WEST.to_owned(),
        operation: routing,
    };
    let work = Work { run: Some(run), sending: vec![departure] };
    let renewed = lease::renew(&table, &stage.conch(), (&ana, work.clone()), stage.sim.now()).await.unwrap();
    assert!(matches!(renewed, Renewed::Still(lease) if lease.work == work));
    tokio::time::sleep(LASTS + Duration::from_secs(1)).await;
    let held = take(&stage, "ben", Claim::Free).await.unwrap_err();
    let words = held.to_string();
    assert!(words.contains("has not given it back, last heard 31 s ago, in run 4f2a9c01"), "{words}");
    assert!(take(&stage, "ben", Claim::TakeOver("  ".to_owned())).await.is_err(), "a reason says something");
    let me = holder("ben");
    let (ben, before) =
        lease::take(&table, &stage.conch(), (&me, &takes_over()), stage.sim.now()).await.unwrap();
    let over = ben.over.clone().unwrap();
    assert_eq!((ben.fence, over.reason.as_str()), (2, "ana is in the tunnel"));
    assert_eq!(over.from, "ana on bastion-1 (process 100)");
    assert_eq!(before.unwrap().work, work, "whoever goes on knows what may have left");
    let late = lease::renew(&table, &stage.conch(), (&ana, Work::default()), stage.sim.now()).await.unwrap();
    let Renewed::Gone(by) = late else { panic!("{late:?}") };
    assert_eq!(*by, ben, "and ana is told by whom and why");
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_gone_leaves_the_conch_to_its_own_host() {
    let stage = Stage::new();
    let ana = take(&stage, "ana", Claim::Free).await.unwrap();
    let mut again = holder("ana");
    again.process = 101;
    assert!(matches!(ana.standing(&again, stage.sim.now()), Standing::Left(_)));
    let (lease, _) =
        lease::take(&stage.table(), &stage.conch(), (&again, &Claim::Free), stage.sim.now()).await.unwrap();
    assert_eq!((lease.fence, lease.over), (2, None));
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_was_lost_is_found_done() {
    let stage = Stage::new();
    stage
        .inject(&json!({ "kind": "lost-answer", "service": "dynamodb", "operation": "PutItem", "times": 1 }));
    let lease = take(&stage, "ana", Claim::Free).await.unwrap();
    assert_eq!(lease.fence, 1, "the second Region shows that it was taken");
    stage
        .inject(&json!({ "kind": "lost-answer", "service": "dynamodb", "operation": "PutItem", "times": 2 }));
    let table = stage.table();
    let lost = lease::renew(&table, &stage.conch(), (&lease, Work::default()), stage.sim.now()).await;
    assert_eq!(lost.unwrap_err().kind, TroubleKind::Unreachable);
    let renewed = lease::renew(&table, &stage.conch(), (&lease, Work::default()), stage.sim.now()).await;
    assert!(matches!(renewed, Ok(Renewed::Still(_))), "it is still the same holder's: {renewed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_region_is_passed_over_and_a_silent_table_is_no_yes() {
    let stage = Stage::new();
    stage.inject(&json!({ "kind": "region-lost", "region": EAST }));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(take(&stage, "ana", Claim::Free).await.unwrap().fence, 1);
    stage.heal();
    stage.throttle();
    let none = take(&stage, "ben", takes_over()).await.unwrap_err();
    let NoLease::Table(trouble) = &none else { panic!("{none:?}") };
    assert_eq!(trouble.kind, TroubleKind::Throttled);
    assert!(none.to_string().starts_with("the shared table does not tell who may act:"), "{none}");
}

#[tokio::test(start_paused = true)]
async fn an_ordinary_global_table_is_refused_across_regions() {
    let strong = Stage::new();
    let table = strong.table();
    assert_eq!(fits(table.declared(), &table.describe().await.unwrap()), Ok(None));
    let ordinary = Stage::with(|scenario| {
        let lock = scenario.world.tables.iter_mut().find(|table| table.store == "lock").unwrap();
        lock.witness = None;
    });
    let across = ordinary.table_in(&[EAST, WEST]);
    let why = fits(across.declared(), &across.describe().await.unwrap()).unwrap_err();
    assert!(why.starts_with("pointsmanLock is an ordinary global table"), "{why}");
    let pinned = ordinary.table();
    let note = fits(pinned.declared(), &pinned.describe().await.unwrap()).unwrap().unwrap();
    assert!(note.contains("only its copy in us-east-1 counts"), "{note}");
}

#[tokio::test(start_paused = true)]
async fn a_table_of_one_region_is_one_truth_there() {
    let stage = Stage::with(|scenario| {
        let lock = scenario.world.tables.iter_mut().find(|table| table.store == "lock").unwrap();
        lock.witness = None;
        lock.regions = vec![WEST.to_owned()];
    });
    let table = stage.table();
    assert_eq!(table.declared().regions, [WEST.into()]);
    assert_eq!(fits(table.declared(), &table.describe().await.unwrap()), Ok(None));
    assert_eq!(take(&stage, "ana", Claim::Free).await.unwrap().fence, 1);
    assert!(take(&stage, "ben", Claim::Free).await.is_err());
    let east = stage.table_in(&[EAST]);
    assert_eq!(east.describe().await.unwrap_err().kind, TroubleKind::NotFound);
}
