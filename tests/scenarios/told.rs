//! Reports of whole runs: what they say is what was so.

use jiff::{SignedDuration, Timestamp};
use pointsman::model::topology::Region;
use pointsman::plan::event::{Entry, Event};
use pointsman::report::{Goals, Report};
use pointsman::sim::scenario;

use super::stage::{Played, Stage};
use super::{Book, SEED};

async fn played(name: &str) -> Played {
    Stage::new(&scenario::find(name).unwrap(), SEED, Book::on_disk()).play().await
}

fn lines(played: &Played) -> Vec<Entry> {
    played.book.ledger().entries(&played.run(1).run).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_failover_is_told_with_what_was_promised_and_what_may_be_missing() {
    let played = played("region-loss").await;
    let lines = lines(&played);
    let report = Report::of(&lines, Some(&Goals::of(&played.topology))).unwrap();

    let stores: Vec<&str> = report.losses.stores.iter().map(|lost| lost.store.as_str()).collect();
    assert_eq!(stores, ["orders", "catalog"]);
    for lost in &report.losses.stores {
        assert_eq!((&lost.from, &lost.to), (&Region::new("us-east-1"), &Region::new("us-west-2")));
        let (since, until) = (lost.since.unwrap(), lost.until.unwrap());
        assert!(since < until, "{lost:?}");
        // What really is missing lies in the time that is to be looked through.
        let truth = &played.truth["stores"][&lost.store]["losses"][0];
        let moved: Timestamp = truth["at"].as_str().unwrap().parse().unwrap();
        let gone = SignedDuration::from_secs_f64(truth["seconds"].as_f64().unwrap());
        assert!(since <= moved - gone && moved <= until, "{lost:?} {truth}");
    }
    let behind: Vec<&str> = report.losses.behind.iter().map(|behind| behind.store.as_str()).collect();
    assert_eq!(behind, ["carts"], "it has no writer, and its copies arrive later");

    let missed = report.losses.missed.as_ref().unwrap();
    let rto = &report.promises[0];
    assert_eq!((rto.what.as_str(), rto.limit), ("RTO", 600.0));
    assert_eq!(rto.was, missed.recovered.then(|| missed.until.duration_since(missed.from).as_secs_f64()));
    assert_eq!(rto.kept, rto.was.map(|was| was <= 600.0));
    for (lost, promise) in report.losses.stores.iter().zip(&report.promises[1..]) {
        let within = lost.lag.unwrap() <= promise.limit;
        assert_eq!(promise.kept, if lost.counted { Some(within) } else { (!within).then_some(false) });
    }
    assert!(report.losses.stores[0].counted, "orders are counted by it");
    assert_eq!(report.promises.len(), 3, "RTO, and RPO of two stores");

    assert_eq!(report.timeline.len(), lines.len());
    assert_eq!(report.people.first().map(|(who, _)| who.as_str()), Some("maria"));
    assert!(report.milestones.windows(2).all(|two| two[0].at <= two[1].at), "{:?}", report.milestones);
    assert!(report.steps.iter().all(|step| step.outcome == "confirmed" && step.took.is_some()));
    assert!(report.steps.iter().any(|step| step.evidence.len() > 3), "traffic climbs its rungs");
}

#[tokio::test(start_paused = true)]
async fn every_form_says_the_same_and_is_whole() {
    let played = played("region-loss").await;
    let report = Report::of(&lines(&played), Some(&Goals::of(&played.topology))).unwrap().checked(true);
    let (markdown, html) = (report.markdown(), report.html());
    let json: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    for text in [&markdown, &html] {
        for word in [
            "failover us-east-1",
            "SIMULATED",
            "DRILL",
            "RTO",
            "RPO orders",
            "What may be missing",
            "the chain holds",
        ] {
            assert!(text.contains(word), "no {word}:\n{text}");
        }
    }
    assert!(!html.contains("<script") && !html.contains("http"), "it needs nothing from elsewhere");
    // Every cell row of a table has as many cells as its head.
    let mut columns = 0;
    for line in markdown.lines() {
        let cells = line.replace("\\|", "").matches('|').count();
        if line.starts_with("| ") {
            assert!(columns == 0 || cells == columns, "{line}");
        }
        columns = if line.starts_with('|') { cells } else { 0 };
    }
    let lost = &json["losses"]["stores"][0];
    assert_eq!(lost["store"], "orders");
    assert!(markdown.contains(&lost["until"].as_str().unwrap()[..19].replace('T', " ")), "{lost}");
}

#[tokio::test(start_paused = true)]
async fn a_planned_move_loses_nothing_and_says_so_and_a_refusal_is_told_too() {
    let played = played("failback").await;
    let mut runs: Vec<Vec<Entry>> = Vec::new();
    for line in played.journal() {
        match runs.iter_mut().find(|run| run[0].run == line.run) {
            Some(run) => run.push(line),
            None => runs.push(vec![line]),
        }
    }
    let refused = runs.iter().find(|lines| matches!(lines[0].event, Event::ConfirmationRefused { .. }));
    let refused = Report::of(refused.unwrap(), None).unwrap();
    assert!(refused.markdown().contains("It was refused before anything was sent."));
    assert_eq!((&refused.plan, refused.steps.len()), (&None, 0));
    let planned = runs.iter().find(|lines| match &lines[0].event {
        Event::Started { plan, .. } => plan.intent.playbook.is_planned(),
        _ => false,
    });
    let report = Report::of(planned.unwrap(), Some(&Goals::of(&played.topology))).unwrap();
    assert_eq!((&report.losses.stores[..], &report.losses.behind[..]), (&[][..], &[][..]));
    assert!(report.markdown().contains("No writer was moved with loss"));
}

#[tokio::test(start_paused = true)]
async fn every_beginning_of_a_run_can_be_told() {
    let lines = lines(&played("region-loss").await);
    for end in 1..=lines.len() {
        let report = Report::of(&lines[..end], None).unwrap();
        assert_eq!(report.timeline.len(), end);
        assert_eq!(report.promises, [], "nobody said what is promised");
        assert!(report.markdown().contains("not known here"));
        let over = end == lines.len();
        assert_eq!(report.markdown().contains("not over"), !over, "line {end}");
    }
    assert!(Report::of(&lines[1..], None).is_err());
    assert!(Report::of(&[], None).is_err());
}
