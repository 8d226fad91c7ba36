//! Times in, due work out: cadence, catching up, backing off.

use jiff::SignedDuration;

use super::*;
use crate::model::topology::Objectives;

fn at(text: &str) -> Timestamp {
    format!("2026-03-02T{text}Z").parse().unwrap()
}

fn metric(region: &str, name: &str, period: u32) -> Metric {
    Metric {
        region: Region::new(region),
        namespace: "N".into(),
        name: name.into(),
        dimensions: Arc::default(),
        statistic: "Sum".into(),
        period,
    }
}

fn nothing() -> Topology {
    Topology {
        workload: String::new(),
        environment: String::new(),
        account: None,
        home: None,
        objectives: Objectives { rto: Duration::from_mins(10), rpo: Duration::from_secs(30) },
        regions: Vec::new(),
        routing: None,
        auroras: Vec::new(),
        tables: Vec::new(),
        experiments: Vec::new(),
        plans: Vec::new(),
        lag_links: Vec::new(),
        dns: Vec::new(),
        ..Topology::default()
    }
}

fn metrics_only(wanted: &[Metric], now: Timestamp) -> Schedule {
    Schedule::new(&nothing(), wanted, now, 7)
}

fn answered(now: Timestamp) -> Asked {
    Asked { asked: now, at: now, trouble: None }
}

fn failed(now: Timestamp, kind: TroubleKind) -> Asked {
    Asked { asked: now, at: now, trouble: Some(kind) }
}

#[test]
fn metrics_are_packed_by_region_and_period() {
    let mut wanted: Vec<Metric> = (0..501).map(|n| metric("us-east-1", &format!("m{n}"), 60)).collect();
    wanted.push(metric("us-east-1", "slow", 300));
    wanted.push(metric("us-west-2", "other", 60));
    let due = metrics_only(&wanted, at("09:00:00")).due(at("09:00:00"));
    let sizes: Vec<_> = due
        .iter()
        .map(|due| match &due.what {
            What::Metrics { region, period, metrics } => (region.as_str(), *period, metrics.len()),
            What::Whole(_) => panic!(),
        })
        .collect();
    assert_eq!(
        sizes,
        [("us-east-1", 60, 500), ("us-east-1", 60, 1), ("us-east-1", 300, 1), ("us-west-2", 60, 1)]
    );
    assert!(
        due.iter().all(|due| due.every == Duration::from_mins(1)),
        "a Region is as old as its fastest pack"
    );
}

#[test]
fn what_is_being_asked_is_not_due_again() {
    let mut schedule = metrics_only(&[metric("us-east-1", "m", 60)], at("09:00:00"));
    assert_eq!(schedule.due(at("09:00:00")).len(), 1);
    assert_eq!(schedule.next(), None);
    schedule.set_pace(Pace::Run, at("09:03:00"));
    assert_eq!(schedule.due(at("10:00:00")), []);
}

#[test]
fn the_slot_after_the_first_ask_is_a_whole_period_away() {
    let mut schedule = metrics_only(&[metric("us-east-1", "m", 60)], at("09:00:50"));
    schedule.due(at("09:00:50"));
    schedule.done(0, answered(at("09:00:50")));
    assert_eq!(schedule.next(), Some(at("09:02:20")));
    schedule.due(at("09:02:20"));
    schedule.done(0, answered(at("09:02:20")));
    assert_eq!(schedule.next(), Some(at("09:03:20")));
}

#[test]
fn a_late_ask_never_brings_the_next_one_nearer() {
    let mut schedule = metrics_only(&[metric("us-east-1", "m", 60)], at("09:02:20"));
    schedule.due(at("09:02:22"));
    schedule.done(0, answered(at("09:02:22")));
    assert_eq!(schedule.next(), Some(at("09:03:22")));
}

#[test]
fn the_first_window_is_an_hour_and_a_gap_is_caught_up() {
    let mut schedule = metrics_only(&[metric("us-east-1", "m", 60)], at("09:00:20"));
    let span = |due: &[Due]| due[0].window.until.duration_since(due[0].window.from);
    let first = schedule.due(at("09:00:20"));
    assert_eq!(span(&first), SignedDuration::from_mins(65));
    schedule.done(0, answered(at("09:00:20")));
    assert_eq!(span(&schedule.due(at("09:01:20"))), SignedDuration::from_mins(10));
    let mut now = at("09:01:20");
    while now < at("09:30:00") {
        schedule.done(0, failed(now, TroubleKind::TimedOut));
        now = schedule.next().unwrap();
        let due = schedule.due(now);
        assert!(due[0].window.from <= at("08:59:00"), "nothing since the last answer is left out: {due:?}");
        assert_eq!(due[0].window.until, Window::end(now, 60));
    }
}

#[test]
fn a_slower_pace_asks_metrics_more_rarely_and_a_faster_one_never_more_often() {
    let mut schedule = metrics_only(&[metric("us-east-1", "m", 60)], at("09:02:20"));
    schedule.due(at("09:02:20"));
    schedule.done(0, answered(at("09:02:20")));
    schedule.set_pace(Pace::Background, at("09:02:25"));
    assert_eq!(schedule.next(), Some(at("09:05:20")));
    schedule.set_pace(Pace::Run, at("09:02:30"));
    assert_eq!(schedule.next(), Some(at("09:03:20")));
    schedule.set_pace(Pace::Run, at("09:04:00"));
    assert_eq!(schedule.next(), Some(at("09:04:00")), "what is overdue is asked at once");
}

#[test]
fn what_somebody_else_asked_is_put_off() {
    let mut schedule = metrics_only(&[metric("us-east-1", "m", 60)], at("09:02:20"));
    schedule.due(at("09:02:20"));
    schedule.defer(0, at("09:01:50"));
    assert_eq!(schedule.next(), Some(at("09:03:20")), "the first slot at least a period after 09:01:50");
}

#[test]
fn pauses_grow_and_end_with_the_trouble() {
    let mut schedule = metrics_only(&[metric("us-east-1", "m", 60)], at("09:00:00"));
    let mut now = at("09:00:00");
    let mut pauses = Vec::new();
    for _ in 0..6 {
        assert_eq!(schedule.due(now).len(), 1);
        schedule.done(0, failed(now, TroubleKind::Unreachable));
        let next = schedule.next().unwrap();
        pauses.push(next.duration_since(now).as_secs_f64());
        now = next;
    }
    for (pause, exact) in pauses.iter().zip([5.0, 10.0, 20.0, 40.0, 60.0, 60.0]) {
        assert!((pause / exact - 1.0).abs() <= 0.2, "{pauses:?}");
    }
    let due = schedule.due(now);
    assert_eq!(due[0].failures, 6);
    schedule.done(0, answered(now));
    let next = schedule.next().unwrap();
    assert!(next.duration_since(now) <= SignedDuration::from_secs(120));
    assert_eq!(next.as_second().rem_euclid(60), 20, "back in its slot");
}

#[test]
fn what_lacked_credentials_is_asked_as_soon_as_there_are_some() {
    let metrics = [metric("us-east-1", "m", 60), metric("us-west-2", "m", 60)];
    let mut schedule = metrics_only(&metrics, at("09:02:20"));
    schedule.due(at("09:02:20"));
    schedule.done(0, failed(at("09:02:20"), TroubleKind::NoCredentials));
    schedule.done(1, failed(at("09:02:20"), TroubleKind::Denied));
    schedule.hurry(at("09:02:31"));
    let due = schedule.due(at("09:02:31"));
    assert_eq!(due.len(), 1, "what was denied is not asked sooner: {due:?}");
    schedule.hurry(at("09:02:32"));
    assert_eq!(schedule.due(at("09:02:32")), [], "nothing is asked twice at a time");
}

#[test]
fn the_same_seed_spreads_the_same() {
    let pause = |seed| backoff::delay(TroubleKind::TimedOut, 3, Duration::from_secs(15), seed);
    assert_eq!(pause(7), pause(7));
    assert!((0..20).map(pause).collect::<std::collections::BTreeSet<_>>().len() > 10);
    let throttled = backoff::delay(TroubleKind::Throttled, 1, Duration::from_secs(3), 7);
    assert!(throttled >= Duration::from_secs(4), "a throttle is not answered with more of the same");
    let run = backoff::delay(TroubleKind::TimedOut, 30, Duration::from_secs(3), 7);
    assert!(run <= Duration::from_secs(15), "a run soon sees an endpoint come back");
}
