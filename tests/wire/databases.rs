//! Stores with read replicas, detached clusters and snapshots: read, and written, through the real SDK.

use std::time::Duration;

use pointsman::model::reading::{Reading, ReplicaReading, SnapshotReading, Source};
use pointsman::model::topology::ReplicaEngine;
use pointsman::plan::event::Answer;
use pointsman::plan::operation::{AuroraTarget, Detach, Failover, Operation, Promote, SnapshotCopy};
use pointsman::sim::fault::{Fault, Injection};

use super::{Bench, east, west};

impl Bench {
    fn promote(&self, store: &str) -> Operation {
        let replica = self.clients.topology().replicas.iter().find(|r| r.store == store).unwrap();
        Operation::ReplicaPromote(Promote {
            store: store.to_owned(),
            engine: replica.engine,
            from: east(),
            to: west(),
            database: replica.databases[&west()].clone(),
            lossless: false,
        })
    }

    async fn replica(&self, store: &str, region: pointsman::model::topology::Region) -> ReplicaReading {
        match self.read(&Source::Replica(store.to_owned(), region)).await {
            Reading::Replica(reading) => reading,
            other => panic!("{other:?}"),
        }
    }

    async fn snapshots(&self) -> Vec<SnapshotReading> {
        match self.read(&Source::Snapshots("orders".to_owned(), east())).await {
            Reading::Snapshots(reading) => reading.snapshots,
            other => panic!("{other:?}"),
        }
    }

    async fn accepted(&self, operation: &Operation) {
        let answer = self.send(operation).await;
        assert!(matches!(answer, Answer::Accepted { .. }), "{operation}: {answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_replica_names_its_source_until_it_is_promoted() {
    let bench = Bench::new("warm-standby");
    for (store, engine, api) in [
        ("orders", ReplicaEngine::AuroraBinlog, "PromoteReadReplicaDBCluster"),
        ("billing", ReplicaEngine::Rds, "PromoteReadReplica"),
    ] {
        let declared = bench.clients.topology().replicas.iter().find(|r| r.store == store).unwrap().clone();
        assert_eq!(declared.engine, engine);
        let (source, copy) = (bench.replica(store, east()).await, bench.replica(store, west()).await);
        assert_eq!(copy.source.as_deref().and_then(|of| declared.region_of(of)), Some(&east()), "{store}");
        assert_eq!(source.source, None);
        assert_eq!(source.replicas, [declared.databases[&west()].clone()]);
        bench.accepted(&bench.promote(store)).await;
        assert_eq!(bench.sim.writes().last().unwrap().operation, api);
        assert_eq!(bench.sim.writes().last().unwrap().region, "us-west-2");
        let begun = bench.replica(store, west()).await;
        assert!(!begun.stands_alone() && begun.status != "available", "{begun:?}");
        let again = bench.send(&bench.promote(store)).await;
        assert!(matches!(again, Answer::Refused { .. }), "{again:?}");
        bench.sim.advance(Duration::from_mins(5));
        assert!(bench.replica(store, west()).await.stands_alone());
        assert_eq!(bench.replica(store, east()).await.replicas, [""; 0]);
        let Reading::AuroraEvents(told) = bench.read(&Source::AuroraEvents(store.into(), west())).await
        else {
            panic!()
        };
        assert!(told.iter().any(|event| event.message == "Replication streaming has been terminated."));
    }
}

#[tokio::test(start_paused = true)]
async fn a_promotion_whose_answer_is_lost_may_have_happened() {
    let bench = Bench::new("warm-standby");
    let lost = Fault::LostAnswer {
        service: "rds".into(),
        operation: "PromoteReadReplicaDBCluster".into(),
        times: 1,
    };
    bench.inject(lost);
    let answer = bench.send(&bench.promote("orders")).await;
    assert!(matches!(answer, Answer::Lost { .. }), "{answer:?}");
    assert_eq!(bench.sim.writes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_detached_cluster_is_told_by_its_own_region() {
    let bench = Bench::new("calm");
    let aurora = bench.clients.topology().auroras[0].clone();
    let target = AuroraTarget {
        store: aurora.store.clone(),
        global: aurora.global.clone(),
        from: east(),
        to: west(),
        cluster: aurora.clusters[&west()].clone(),
    };
    let read = async |region| match bench.read(&Source::Aurora(aurora.store.clone(), region)).await {
        Reading::Aurora(reading) => reading,
        other => panic!("{other:?}"),
    };
    assert!(!read(west()).await.is_detached());
    bench.accepted(&Operation::AuroraDetach(Detach(target))).await;
    let begun = read(west()).await;
    assert!(begun.is_detached() && begun.writer().is_none(), "{begun:?}");
    bench.sim.advance(Duration::from_mins(1));
    assert_eq!(read(west()).await.writer(), Some(&west()));
    let left = read(east()).await;
    assert!(!left.is_detached() && left.writer() == Some(&east()) && left.members.len() == 1, "{left:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_failover_left_behind_is_found_and_kept() {
    let bench = Bench::new("calm");
    let lost = Fault::RegionLost { region: "us-east-1".into() };
    bench.sim.inject(&Injection { lasts: Some(Duration::from_mins(4)), fault: lost });
    bench.sim.advance(Duration::from_secs(20));
    let aurora = bench.clients.topology().auroras[0].clone();
    let cluster = aurora.clusters[&west()].clone();
    let target =
        AuroraTarget { store: aurora.store, global: aurora.global, from: east(), to: west(), cluster };
    bench.accepted(&Operation::AuroraFailover(Failover(target))).await;
    bench.sim.advance(Duration::from_mins(6));
    let left = bench.snapshots().await;
    assert!(left.len() == 1 && left[0].is_left_behind() && left[0].status == "available", "{left:?}");
    let copy = Operation::SnapshotCopy(SnapshotCopy::of("orders", &east(), &left[0].id));
    bench.accepted(&copy).await;
    let begun = bench.snapshots().await;
    assert_eq!((begun.len(), begun[1].manual, begun[1].status.as_str()), (2, true, "copying"));
    assert_eq!(begun[1].source.as_ref(), Some(&left[0].arn));
    let again = bench.send(&copy).await;
    let Answer::Refused { code, .. } = again else { panic!("{again:?}") };
    assert_eq!(code, "DBClusterSnapshotAlreadyExistsFault");
    bench.sim.advance(Duration::from_mins(3));
    assert_eq!(bench.snapshots().await[1].status, "available");
}
