//! Each source, read once from a calm world.

use std::collections::BTreeMap;
use std::time::Duration;

use pointsman::aws::Window;
use pointsman::model::reading::{AlarmState, ControlState, Lead, Reading, Source};
use pointsman::model::topology::Metric;
use pointsman::sim::handout;

use super::{BASE_URL, Bench, EVERY, east, west, world};

#[tokio::test(start_paused = true)]
async fn an_endpoint_tells_the_state_of_every_control_by_its_name() {
    let bench = Bench::new("calm");
    for endpoint in ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"] {
        let Reading::Controls(states) = bench.read(&Source::Endpoint(endpoint.into())).await else {
            panic!()
        };
        let on = BTreeMap::from(["us-east-1", "us-west-2"].map(|name| (name.to_owned(), ControlState::On)));
        assert_eq!(states, on, "at {endpoint}");
    }
    let calls = bench.calls();
    assert_eq!(calls.len(), 5, "one call reads all controls");
    for call in calls {
        assert_eq!(call.service, "route53-recovery-cluster");
        assert!(
            call.path.starts_with(&format!("cluster/{}", call.region)),
            "signed for its own Region: {call:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_global_cluster_tells_its_writer_and_the_status_of_the_member_at_hand() {
    let bench = Bench::new("calm");
    for (region, other) in [(east(), west()), (west(), east())] {
        let Reading::Aurora(aurora) = bench.read(&Source::Aurora("orders".into(), region.clone())).await
        else {
            panic!()
        };
        assert_eq!(aurora.status, "available");
        assert_eq!(aurora.writer(), Some(&east()));
        assert_eq!(aurora.moving, None);
        let member = |of| aurora.members.iter().find(|m| &m.region == of).unwrap();
        assert_eq!(member(&region).status.as_deref(), Some("available"));
        assert!(member(&region).instances.is_some_and(|n| n > 0));
        assert_eq!(member(&other).status, None, "another Region's member is told by its own Region");
        assert_eq!(member(&west()).sync.as_deref(), Some("connected"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_tells_its_replicas() {
    let bench = Bench::new("calm");
    let Reading::Table(table) = bench.read(&Source::Table("carts".into(), west())).await else { panic!() };
    assert_eq!(table.status, "ACTIVE");
    assert!(!table.strong);
    assert!(table.replicas.values().all(|status| status == "ACTIVE"), "{:?}", table.replicas);
    assert!(table.replicas.contains_key(&east()));
}

#[tokio::test(start_paused = true)]
async fn a_name_tells_its_records_and_nothing_of_its_neighbours() {
    let bench = Bench::new("calm");
    let name = bench.clients.topology().dns[0].name.clone();
    let Reading::Records(records) = bench.read(&Source::Records(name)).await else { panic!() };
    let ids: Vec<_> = records.iter().map(|record| record.id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["us-east-1", "us-west-2"]);
    assert_eq!(records[0].routing.to_string(), "latency us-east-1");
    assert!(matches!(records[0].lead, Lead::Alias { evaluate: true, .. }));
    assert!(records.iter().all(|record| record.health_check.is_some() && !record.target().is_empty()));
    assert!(bench.calls().iter().all(|call| call.region == "us-east-1"), "the control plane lives there");
}

#[tokio::test(start_paused = true)]
async fn the_caller_is_told_by_each_regions_own_sts() {
    let bench = Bench::new("calm");
    for region in [east(), west()] {
        let Reading::Identity(identity) = bench.read(&Source::Identity(region.clone())).await else {
            panic!()
        };
        assert_eq!(identity.account, "111122223333");
        assert_eq!(identity.expires, None);
        assert_eq!(bench.calls().last().unwrap().region, region.as_str());
    }
}

#[tokio::test(start_paused = true)]
async fn the_events_of_a_cluster_come_oldest_first() {
    let bench = Bench::new("calm");
    let target = bench.clients.topology().auroras[0].clone();
    bench.sim.advance(Duration::from_secs(5));
    let sdk = crate::support::sdk_config(&bench.sim, "us-east-1");
    aws_sdk_rds::Client::new(&sdk)
        .switchover_global_cluster()
        .global_cluster_identifier(&target.global)
        .target_db_cluster_identifier(&target.clusters[&west()])
        .send()
        .await
        .unwrap();
    bench.sim.advance(Duration::from_mins(5));
    let Reading::AuroraEvents(events) = bench.read(&Source::AuroraEvents("orders".into(), west())).await
    else {
        panic!()
    };
    assert!(events.len() >= 2, "{events:?}");
    assert!(events.is_sorted_by_key(|event| event.at));
    assert!(events.iter().all(|event| event.cluster == "orders-dbcluster-02-us-west-2"), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn metrics_of_a_region_come_packed_with_absence_kept_apart_from_zero() {
    let bench = Bench::new("calm");
    bench.sim.advance(Duration::from_mins(10));
    let wanted: Vec<Metric> = bench.clients.wanted().iter().filter(|m| m.region == west()).cloned().collect();
    let window = Window::newest(bench.sim.now(), 60);
    let seen = bench.clients.observe_metrics(&west(), &wanted, window, EVERY).await;
    assert_eq!(seen.source, Source::Metrics(west()));
    let Ok(Reading::Metrics(batch)) = seen.result else { panic!("{:?}", seen.result) };
    assert_eq!(batch.until, window.until);
    assert_eq!(batch.series.len(), wanted.len(), "each metric has its answer");
    assert_eq!(bench.calls().len(), 1, "in one call");
    assert_eq!(bench.clients.tally().counted().metrics, wanted.len() as u64);

    let of = |name: &str| batch.series.iter().find(|s| &*s.metric.name == name).unwrap();
    let requests = &of("RequestCount").points;
    assert!(requests.len() >= 8, "{requests:?}");
    assert!(requests.is_sorted_by_key(|point| point.at) && requests.iter().all(|p| p.at < window.until));
    assert!(of("OrdersCreated").points.iter().all(|point| point.value > 0.0));
    assert!(of("HTTPCode_Target_5XX_Count").points.iter().all(|point| point.value > 0.0), "absent when zero");
    assert!(batch.series.iter().all(|answer| answer.trouble.is_none()), "silence is no trouble");
}

#[tokio::test(start_paused = true)]
async fn more_metrics_than_fit_one_call_are_asked_in_several() {
    let bench = Bench::new("calm");
    bench.sim.advance(Duration::from_mins(10));
    let one =
        bench.clients.wanted().iter().find(|m| m.region == east() && &*m.name == "RequestCount").unwrap();
    let other = |n: u32| Metric { name: format!("Nothing{n}").into(), ..one.clone() };
    let mut wanted: Vec<Metric> = (0..700).map(other).collect();
    wanted.push(one.clone());
    let window = Window::reaching(bench.sim.now(), 60, Duration::from_hours(1));
    let seen = bench.clients.observe_metrics(&east(), &wanted, window, EVERY).await;
    let Ok(Reading::Metrics(batch)) = seen.result else { panic!("{:?}", seen.result) };
    assert_eq!(batch.series.len(), 701);
    assert!(!batch.series[700].points.is_empty() && batch.series[..700].iter().all(|s| s.points.is_empty()));
    assert_eq!(bench.clients.tally().counted().metrics, 701);
}

#[tokio::test(start_paused = true)]
async fn the_alarms_that_signals_name_tell_their_state() {
    let sim = world("calm");
    sim.advance(Duration::from_mins(10));
    let mut names: Vec<String> = sim.look(|world| {
        let home = world.alarms.iter().filter(|alarm| alarm.arn.contains(":us-west-2:"));
        home.map(|alarm| alarm.name.clone()).collect()
    });
    names.sort();
    assert!(names.len() >= 2, "{names:?}");
    let mut text = sim.look(|world| handout::config(world, BASE_URL));
    for name in names.iter().map(String::as_str).chain(["no-such-alarm"]) {
        let signal = format!(
            "[[regions.signals]]\npreset = \"cloudwatch-alarm\"\nname = \"{name}\"\nfrom = \"us-west-2\"\n\
             dimensions = {{ AlarmName = \"{name}\" }}\n\n[routing]\n"
        );
        text = text.replacen("[routing]\n", &signal, 1);
    }
    let bench = Bench::of(sim, &text);
    let Reading::Alarms(states) = bench.read(&Source::Alarms(west())).await else { panic!() };
    assert_eq!(states.keys().cloned().collect::<Vec<_>>(), names, "one that does not exist is absent");
    assert!(states.values().any(|state| *state == AlarmState::Ok), "{states:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_declared_is_not_asked() {
    let bench = Bench::new("calm");
    for source in [
        Source::Endpoint("eu-central-1".into()),
        Source::Aurora("nothing".into(), east()),
        Source::Table("nothing".into(), east()),
        Source::Records("nothing.example.com".into()),
        Source::Alarms(east()),
    ] {
        let trouble = bench.trouble(&source).await;
        assert!(trouble.text.ends_with("is not declared in the config"), "{trouble}");
    }
    assert_eq!(bench.calls(), []);
}
