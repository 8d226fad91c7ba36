//! Conditions on what RDS is asked beside moves of a global database's writer: promotions of read replicas,
//! detachments, copies of snapshots.
//!
//! A promotion cannot be taken back, so what would be lost is said in numbers or as not known, never left out.

use super::{Interlock, Question, Verdict};
use crate::model::reading::{Feed, Freshness, Reading, SnapshotsReading, Source};
use crate::model::verdict::{self, EndVerdict, LinkVerdict};
use crate::plan::condition::Condition;
use crate::plan::operation::{AuroraTarget, Detach, Operation, Promote, SnapshotCopy};
use crate::plan::{Action, Plan, Step};

/// Of every such write of the plan.
pub(super) fn databases(question: &Question<'_>, links: &[LinkVerdict]) -> Vec<Interlock> {
    let of = |step: &Step| match step.operation() {
        Some(Operation::ReplicaPromote(promote)) => {
            let built = is_built_before(question.plan, step, promote);
            let all = promotion(question, promote, links);
            if built { all.into_iter().map(later).collect() } else { all }
        }
        Some(Operation::AuroraDetach(Detach(target))) => detachment(question, target),
        Some(Operation::SnapshotCopy(copy)) => vec![snapshot(question, copy), name_free(question, copy)],
        _ => Vec::new(),
    };
    question.plan.steps.iter().flat_map(of).collect()
}

/// People work on the database before the promotion's turn comes, and a wait for the lag of that very link stands
/// between: a database that copies nothing has none, so it is a replica by then or the promotion is never begun.
fn is_built_before(plan: &Plan, step: &Step, promote: &Promote) -> bool {
    let before = plan.before(step);
    let mut all = plan.steps.iter().filter(|other| before.contains(&other.id));
    let waits = |other: &Step| match &other.action {
        Action::Wait(Condition::Lag { store, to, .. }) => *store == promote.store && *to == promote.to,
        _ => false,
    };
    let by_hand =
        |other: &Step| waits(other) && plan.before(other).iter().any(|id| is_by_hand(plan.step(*id)));
    all.any(by_hand)
}

fn is_by_hand(step: Option<&Step>) -> bool {
    step.is_some_and(|step| matches!(step.action, Action::Note { .. }))
}

/// What is not so yet and need not be: it is judged again when the promotion's turn comes.
fn later(interlock: Interlock) -> Interlock {
    match interlock.verdict {
        Verdict::Hold(why) => {
            Interlock::warn(interlock.name, format!("not yet: {why}; steps before it see to that"))
        }
        Verdict::Pass | Verdict::Warn(_) => interlock,
    }
}

fn promotion(question: &Question<'_>, promote: &Promote, links: &[LinkVerdict]) -> Vec<Interlock> {
    let Promote { store, from, .. } = promote;
    let writer = verdict::writer(question.world, store, question.now);
    let name = format!("writer of {store} in {from}");
    let writer = match writer.filter(|writer| writer.freshness != Freshness::Gone) {
        None => {
            let claims = verdict::claims(question.world, store, question.now);
            let why = if claims.len() > 1 {
                format!("{} each stand alone: a replica must be built first", claims.join(" and "))
            } else {
                "no reading shows which Region writes".to_owned()
            };
            Interlock::hold(name, why)
        }
        Some(writer) if writer.value == *from => Interlock::pass(name),
        Some(writer) => Interlock::warn(name, format!("it is in {}", writer.value)),
    };
    vec![
        writer,
        promoting(question, promote),
        able(question, promote),
        lag(question, promote, links),
        fence(promote),
    ]
}

fn end(question: &Question<'_>, promote: &Promote) -> Option<EndVerdict> {
    let ends = verdict::ends(question.world, &promote.store, question.now);
    let own = ends.into_iter().find(|end| end.region == promote.to);
    own.filter(|end| end.freshness != Freshness::Gone)
}

fn promoting(question: &Question<'_>, promote: &Promote) -> Interlock {
    let name = format!("no promotion of {} in progress", promote.store);
    let moving = verdict::promoting(question.world, &promote.store, question.now);
    match moving.filter(|end| end.region != promote.from) {
        Some(end) => Interlock::hold(name, format!("{} is {}", end.region, end.reading.status)),
        None => Interlock::pass(name),
    }
}

fn able(question: &Question<'_>, promote: &Promote) -> Interlock {
    let name = format!("{} can be promoted in {}", promote.store, promote.to);
    let Some(end) = end(question, promote) else {
        return Interlock::hold(name, "its database was not read");
    };
    match (&end.reading.source, end.reading.instances) {
        (None, _) => Interlock::hold(name, "its database copies nothing: it is no replica"),
        (_, 0) => Interlock::hold(name, "its cluster has no instances"),
        _ if end.reading.status != "available" => {
            Interlock::hold(name, format!("its database is {}", end.reading.status))
        }
        _ => Interlock::pass(name),
    }
}

/// What has not arrived when it is cut off is lost; one that must lose nothing waits, and says for what.
fn lag(question: &Question<'_>, promote: &Promote, links: &[LinkVerdict]) -> Interlock {
    let Promote { store, from, to, lossless, .. } = promote;
    let name = format!("lag of {store} within RPO");
    let link = links.iter().find(|l| l.store == *store && l.from == *from && l.to == *to);
    if let Some(since) = link.and_then(|link| link.stopped) {
        let age = verdict::span(verdict::age(since, question.now));
        let why = format!("replication stopped {age} ago or longer: what was written since is not there");
        return if *lossless { Interlock::hold(name, why) } else { Interlock::warn(name, why) };
    }
    let lag = link.and_then(|link| link.lag.as_ref().map(|lag| (link, lag)));
    let Some((link, lag)) = lag.filter(|(_, lag)| lag.freshness == Freshness::Fresh) else {
        return if *lossless {
            Interlock::hold(name, "the lag is not known")
        } else {
            Interlock::warn(name, "the lag is not known; take the loss as unknown")
        };
    };
    let over = lag.value > link.rpo.as_secs_f64();
    let limit =
        if over { format!(", over the RPO of {}", verdict::limit_text(link.rpo)) } else { String::new() };
    match (lossless, lag.value) {
        (_, seconds) if seconds <= 0.0 => Interlock::pass(name),
        (true, seconds) => {
            Interlock::warn(name, format!("{seconds:.0}s behind: it waits until nothing is{limit}"))
        }
        (false, seconds) => {
            let orders = at_risk(question, store);
            Interlock::warn(name, format!("may lose {seconds:.0}s{orders}{limit}"))
        }
    }
}

fn at_risk(question: &Question<'_>, store: &str) -> String {
    let risk = verdict::at_risk(question.world, question.now).filter(|risk| risk.store == *store);
    risk.map_or_else(String::new, |risk| format!(", about {:.0} orders", risk.orders))
}

/// RDS does not tell the source, so it takes writes for whoever still reaches it.
fn fence(promote: &Promote) -> Interlock {
    let Promote { store, from, lossless, .. } = promote;
    let name = format!("{store} takes no writes in {from}");
    let why = if *lossless {
        format!("nothing fences the database in {from}: its writers must stay stopped")
    } else {
        format!("nothing fences the database in {from}: what it takes from now on is lost to the new one")
    };
    Interlock::warn(name, why)
}

/// A detachment is for when no failover is possible.
fn detachment(question: &Question<'_>, target: &AuroraTarget) -> Vec<Interlock> {
    let AuroraTarget { store, from, to, global, .. } = target;
    let fence = format!(
        "nothing fences {from} and no snapshot is taken: two may write, and {global} must be rebuilt by hand"
    );
    let mut all = vec![Interlock::warn(format!("{store} takes no writes in {from}"), fence)];
    let source = Source::Aurora(store.clone(), to.clone());
    let feed = question.world.feed(&source);
    let fresh = feed.filter(|feed| feed.freshness(question.now) != Freshness::Gone).and_then(Feed::seen);
    let name = format!("a failover of {store} is not possible");
    if let Some((Reading::Aurora(reading), _)) = fresh {
        let own = reading.members.iter().find(|member| member.region == *to);
        let follows = own.is_some_and(|own| own.sync.as_deref() == Some("connected"));
        if follows && reading.status == "available" && reading.moving.is_none() {
            let why = "it looks possible: a failover keeps the global database and fences where it can";
            all.push(Interlock::warn(name, why));
            return all;
        }
    }
    all.push(Interlock::pass(name));
    all
}

fn listed<'a>(question: &Question<'a>, copy: &SnapshotCopy) -> Option<&'a SnapshotsReading> {
    let feed = question.world.feed(&Source::Snapshots(copy.store.clone(), copy.region.clone()))?;
    match feed.seen()? {
        (Reading::Snapshots(reading), _) if feed.freshness(question.now) != Freshness::Gone => Some(reading),
        _ => None,
    }
}

fn snapshot(question: &Question<'_>, copy: &SnapshotCopy) -> Interlock {
    let name = format!("snapshot of {} in {}", copy.store, copy.region);
    let Some(reading) = listed(question, copy) else { return Interlock::hold(name, "it was not read") };
    match reading.snapshots.iter().find(|s| s.id == copy.source) {
        Some(snapshot) if snapshot.status == "available" => Interlock::pass(name),
        Some(snapshot) => Interlock::hold(name, format!("it is {}", snapshot.status)),
        None => Interlock::hold(name, format!("{} is not there, or not any more", copy.source)),
    }
}

fn name_free(question: &Question<'_>, copy: &SnapshotCopy) -> Interlock {
    let name = format!("name of the copy of {} is free", copy.store);
    let reading = listed(question, copy);
    match reading.and_then(|reading| reading.snapshots.iter().find(|s| s.id == copy.target)) {
        Some(taken) => Interlock::warn(name, format!("{} is there, {}", taken.id, taken.status)),
        None => Interlock::pass(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{EAST, Scene, WEST, east, two_regions, west};
    use crate::model::reading::{ReplicaReading, SnapshotReading};
    use crate::model::topology::{Replica, ReplicaEngine};
    use crate::model::verdict::replica_lag_metric;
    use crate::plan::{Intent, Playbook, Rung, StepId, Usual};

    fn arn(region: &str) -> String {
        format!("arn:aws:rds:{region}:111122223333:db:ledger-{region}")
    }

    fn scene() -> Scene {
        let mut topology = two_regions();
        topology.replicas.push(Replica {
            store: "ledger".to_owned(),
            engine: ReplicaEngine::Rds,
            databases: [east(), west()].map(|r| (r.clone(), arn(r.as_str()))).into(),
            rpo: std::time::Duration::from_secs(30),
        });
        Scene::new(topology)
    }

    fn see(scene: &mut Scene, region: &str, status: &str, source: Option<&str>) {
        let reading = ReplicaReading {
            status: status.to_owned(),
            source: source.map(arn),
            replicas: Vec::new(),
            instances: 1,
            stream: None,
        };
        scene.see(Source::Replica("ledger".to_owned(), region.into()), Ok(Reading::Replica(reading)));
    }

    fn lag(scene: &mut Scene, seconds: &[f64]) {
        let metric = replica_lag_metric(&scene.world.topology().replicas[0], &west()).unwrap();
        scene.tail(&metric, seconds);
    }

    fn promote(lossless: bool) -> Operation {
        Operation::ReplicaPromote(Promote {
            store: "ledger".to_owned(),
            engine: ReplicaEngine::Rds,
            from: east(),
            to: west(),
            database: arn(WEST),
            lossless,
        })
    }

    /// What does not pass of a plan of this one write.
    fn told(scene: &Scene, operation: Operation) -> Vec<String> {
        told_of(scene, vec![Action::Operate(operation)])
    }

    /// The same of a plan of these steps, one after the other.
    fn told_of(scene: &Scene, actions: Vec<Action>) -> Vec<String> {
        let usual = std::time::Duration::from_secs(1);
        let step = |(id, action): (u16, Action)| Step {
            id: StepId(id),
            title: String::new(),
            action,
            needs: (1..id).next_back().map(StepId).into_iter().collect(),
            rung: Rung::ReadBack,
            usual: Usual { p50: usual, p95: usual },
            deadline: usual,
            interlocks: Vec::new(),
            advice: None,
        };
        let steps = (1..).zip(actions).map(step).collect();
        let intent = Intent { playbook: Playbook::Failover, from: east(), to: west() };
        let workload = scene.world.topology().which();
        let plan = Plan { intent: intent.clone(), workload, made: scene.now, steps, measured: Vec::new() };
        let question = Question { world: &scene.world, intent: &intent, plan: &plan, now: scene.now };
        let links = verdict::links(&scene.world, scene.now);
        let all = databases(&question, &links).into_iter();
        let words = all.filter(|i| i.verdict != Verdict::Pass);
        words.map(|i| format!("{} {}: {}", i.verdict.word(), i.name, i.verdict.reason().unwrap())).collect()
    }

    const FENCE: &str = "warn ledger takes no writes in us-east-1: nothing fences the database in us-east-1: \
        what it takes from now on is lost to the new one";

    #[test]
    fn a_promotion_tells_what_it_loses() {
        let mut scene = scene();
        see(&mut scene, WEST, "available", Some(EAST));
        lag(&mut scene, &[4.0]);
        let may = "warn lag of ledger within RPO: may lose 4s";
        assert_eq!(told(&scene, promote(false)), [may, FENCE]);
        lag(&mut scene, &[44.0]);
        let over = "warn lag of ledger within RPO: may lose 44s, over the RPO of 30s";
        assert_eq!(told(&scene, promote(false)), [over, FENCE]);
        lag(&mut scene, &[0.0]);
        assert_eq!(told(&scene, promote(false)), [FENCE]);
    }

    #[test]
    fn a_stopped_stream_is_not_a_lag_of_zero() {
        let mut scene = scene();
        see(&mut scene, WEST, "available", Some(EAST));
        lag(&mut scene, &[3.0, 0.0, -1.0, -1.0]);
        let told = |lossless| told(&scene, promote(lossless))[0].clone();
        let words = "replication stopped 3m07s ago or longer: what was written since is not there";
        assert_eq!(told(false), format!("warn lag of ledger within RPO: {words}"));
        assert_eq!(told(true), format!("hold lag of ledger within RPO: {words}"));
    }

    #[test]
    fn what_is_no_replica_or_busy_or_unread_is_not_promoted() {
        let mut scene = scene();
        let holds = |scene: &Scene| -> Vec<String> {
            told(scene, promote(false)).into_iter().filter(|w| w.starts_with("hold")).collect()
        };
        assert_eq!(
            holds(&scene),
            [
                "hold writer of ledger in us-east-1: no reading shows which Region writes",
                "hold ledger can be promoted in us-west-2: its database was not read",
            ]
        );
        see(&mut scene, WEST, "modifying", Some(EAST));
        assert_eq!(
            holds(&scene),
            [
                "hold no promotion of ledger in progress: us-west-2 is modifying",
                "hold ledger can be promoted in us-west-2: its database is modifying",
            ]
        );
        scene.later(1);
        see(&mut scene, EAST, "available", None);
        see(&mut scene, WEST, "available", None);
        assert_eq!(
            holds(&scene),
            [
                "hold writer of ledger in us-east-1: us-east-1 and us-west-2 each stand alone: a replica must be built first",
                "hold ledger can be promoted in us-west-2: its database copies nothing: it is no replica",
            ]
        );
    }

    #[test]
    fn a_replica_that_people_build_in_the_run_is_none_yet() {
        let mut scene = scene();
        scene.later(1);
        see(&mut scene, EAST, "available", None);
        see(&mut scene, WEST, "available", None);
        let note = || Action::Note { text: "build a replica".to_owned() };
        let wait = || {
            let (store, window) = ("ledger".to_owned(), std::time::Duration::ZERO);
            Action::Wait(Condition::Lag { store, from: east(), to: west(), below: window, window })
        };
        let holds = |steps: Vec<Action>| {
            let all = told_of(&scene, steps.into_iter().chain([Action::Operate(promote(true))]).collect());
            all.iter().filter(|words| words.starts_with("hold")).count()
        };
        assert_eq!(holds(vec![note(), wait()]), 0);
        for without in [vec![], vec![note()], vec![wait()], vec![wait(), note()]] {
            assert_eq!(holds(without.clone()), 3, "{without:?}");
        }
    }

    #[test]
    fn a_detachment_says_what_a_failover_would_do_better() {
        let mut scene = Scene::calm();
        let target = AuroraTarget {
            store: "orders".to_owned(),
            global: "orders-global-db-cluster".to_owned(),
            from: east(),
            to: west(),
            cluster: "arn:aws:rds:us-west-2:111122223333:cluster:orders-dbcluster-02-us-west-2".to_owned(),
        };
        let detach = Operation::AuroraDetach(Detach(target));
        let told_now = told(&scene, detach.clone());
        assert!(told_now[0].contains("nothing fences us-east-1 and no snapshot is taken"), "{told_now:?}");
        assert!(told_now[1].starts_with("warn a failover of orders is not possible: it looks possible"));
        scene.later(1);
        scene.moving("orders", &[EAST]);
        assert_eq!(told(&scene, detach).len(), 1);
    }

    #[test]
    fn a_copy_needs_the_snapshot_that_it_copies() {
        let mut scene = Scene::calm();
        let id = "rds:unplanned-global-failover-orders-dbcluster-01-us-east-1-2026-11-20-13-40";
        let copy = Operation::SnapshotCopy(SnapshotCopy::of("orders", &east(), id));
        assert_eq!(told(&scene, copy.clone()), ["hold snapshot of orders in us-east-1: it was not read"]);
        let snapshot = SnapshotReading {
            id: id.to_owned(),
            arn: String::new(),
            manual: false,
            status: "creating".to_owned(),
            percent: Some(5),
            created: None,
            source: None,
        };
        let reading = SnapshotsReading { snapshots: vec![snapshot], told: Vec::new() };
        scene.see(Source::Snapshots("orders".to_owned(), east()), Ok(Reading::Snapshots(reading)));
        assert_eq!(told(&scene, copy), ["hold snapshot of orders in us-east-1: it is creating"]);
    }
}
