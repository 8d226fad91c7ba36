//! The report as a page of headings, facts, tables and lists, from which every way of writing it is made.
//!
//! It chooses words and order, and no markup.

use jiff::Timestamp;

use super::lost::{Behind, StoreLoss};
use super::steps::{Climb, StepReport};
use super::{Losses, Promise, Report};
use crate::ledger::RunState;
use crate::model::topology::Unit;
use crate::model::verdict;
use crate::plan::event::{RungState, missed_text};

/// A part of a page.
pub(super) enum Block {
    /// A heading, with its depth from 1.
    Heading(usize, String),
    /// What nobody may overlook.
    Loud(String),
    /// A paragraph.
    Text(String),
    /// Names and what they are.
    Facts(Vec<(&'static str, String)>),
    /// A head and rows of as many cells.
    Table(Vec<&'static str>, Vec<Vec<String>>),
    /// One thing a line.
    List(Vec<String>),
}

/// The whole page.
pub(super) fn page(report: &Report) -> Vec<Block> {
    let mut page = head(report);
    if report.plan.is_none() {
        page.push(Block::Text("It was refused before anything was sent.".to_owned()));
    } else {
        page.extend(times(report));
        page.extend(losses(report));
        page.extend(steps(report));
    }
    page.extend(people(report));
    page.push(Block::Heading(2, "Timeline".to_owned()));
    let rows = report.timeline.iter().map(|moment| {
        let step = moment.step.map(|step| step.to_string()).unwrap_or_default();
        vec![moment.seq.to_string(), clock(moment.at), step, moment.text.clone()]
    });
    page.push(Block::Table(vec!["line", "UTC", "step", "what"], rows.collect()));
    page
}

fn head(report: &Report) -> Vec<Block> {
    let summary = &report.summary;
    let intent = &summary.intent;
    let what = format!("{} {} → {}", intent.playbook, intent.from, intent.to);
    let mut head = vec![Block::Heading(1, format!("{what}, run {}", summary.run))];
    let start = summary.start.as_ref();
    if start.is_some_and(|start| start.drill) {
        head.push(Block::Loud("DRILL: this run was an exercise; its writes were real.".to_owned()));
    }
    if start.is_some_and(|start| start.simulated) {
        head.push(Block::Loud("SIMULATED: nothing of this touched an account.".to_owned()));
    }
    let mut facts = vec![("begun", format!("{} UTC", date(summary.at))), ("result", result(&summary.state))];
    if let Some(start) = start {
        let role = start.role.clone().unwrap_or_else(|| "not known".to_owned());
        facts.push(("by", format!("{} on {}", start.who, start.host)));
        facts.push(("account", start.account.clone().unwrap_or_else(|| "not known".to_owned())));
        facts.push(("role", role));
        let reason = if start.reason.trim().is_empty() { "none given" } else { &start.reason };
        facts.push(("reason", reason.to_owned()));
    } else {
        facts.push(("by", summary.who.clone()));
    }
    facts.extend(report.plan.iter().map(|plan| ("plan", plan.clone())));
    facts.push(("journal", journal(report)));
    head.push(Block::Facts(facts));
    head
}

fn result(state: &RunState) -> String {
    match state {
        RunState::Refused { why } => format!("refused: {why}"),
        RunState::Open => "not over: in flight, on hold or cut off; this report will change".to_owned(),
        RunState::Closed { end, summary, .. } => format!("{end}: {summary}"),
    }
}

fn journal(report: &Report) -> String {
    let chain = match report.whole {
        Some(true) => ", the chain holds",
        Some(false) => ", the chain is BROKEN: lines may be missing or changed",
        None => "",
    };
    let hash = report.hash.get(..16).unwrap_or(&report.hash);
    format!("{} lines, the last is {hash}…{chain}", report.timeline.len())
}

fn times(report: &Report) -> Vec<Block> {
    let rows = report.milestones.iter().map(|moment| {
        let sign = if moment.after < 0.0 { "−" } else { "+" };
        vec![clock(moment.at), format!("{sign}{}", seconds(moment.after.abs())), moment.what.clone()]
    });
    let mut times = vec![
        Block::Heading(2, "Times".to_owned()),
        Block::Table(vec!["UTC", "from the start", "what"], rows.collect()),
        Block::Heading(2, "Promises".to_owned()),
    ];
    if report.promises.is_empty() {
        let text =
            "What is promised is not known here: there is no config of this workload. Name it with --config.";
        times.push(Block::Text(text.to_owned()));
        return times;
    }
    let rows = report.promises.iter().map(promise).collect();
    times.push(Block::Table(vec!["promise", "at most", "was", "kept", "how it was measured"], rows));
    times
}

fn promise(promise: &Promise) -> Vec<String> {
    let kept = match promise.kept {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "not known",
    };
    let was = promise.was.map_or_else(|| verdict::NOTHING.to_owned(), seconds);
    vec![promise.what.clone(), seconds(promise.limit), was, kept.to_owned(), promise.how.clone()]
}

fn losses(report: &Report) -> Vec<Block> {
    let Losses { stores, behind, missed } = &report.losses;
    let mut page = vec![Block::Heading(2, "What may be missing".to_owned())];
    if stores.is_empty() {
        let text = "No writer was moved with loss: nothing that was taken is known to be missing.";
        page.push(Block::Text(text.to_owned()));
    } else {
        page.push(Block::Table(
            vec!["store", "was behind", "look at writes in", "from (UTC)", "until (UTC)", "orders"],
            stores.iter().map(store).collect(),
        ));
        let text = "Writes of that time may be in the Region that wrote before and not in the one that writes now: \
                    compare the two before the old one is rebuilt. The time begins two minutes early, because the lag \
                    is a metric that may be as old; the orders are an estimate, the rate of that minute times the lag.";
        page.push(Block::Text(text.to_owned()));
    }
    if !behind.is_empty() {
        page.push(Block::List(behind.iter().map(late).collect()));
    }
    page.push(Block::Text(format!("Orders that never came: {}.", missed_text(missed.as_ref()))));
    page
}

fn store(lost: &StoreLoss) -> Vec<String> {
    let unknown = || "not known".to_owned();
    vec![
        lost.store.clone(),
        lost.lag.map_or_else(unknown, seconds),
        lost.from.to_string(),
        lost.since.map_or_else(|| "not known: from the last write known to be in both".to_owned(), date),
        lost.until.map_or_else(|| "not seen to end".to_owned(), date),
        lost.orders.map_or_else(|| "not counted".to_owned(), |orders| format!("~{orders:.0}")),
    ]
}

fn late(behind: &Behind) -> String {
    let Behind { store, from, to, lag } = behind;
    let lag = match lag.as_str() {
        verdict::NOTHING => "not seen".to_owned(),
        "stopped" => "stopped".to_owned(),
        lag => format!("{lag} behind"),
    };
    format!(
        "{store} {from} → {to}: {lag} at the start; what had not arrived is missing in {to} until {from} sends it"
    )
}

fn steps(report: &Report) -> Vec<Block> {
    let rows = report.steps.iter().map(|step| {
        let usual = format!("{} / {}", seconds(step.p50), seconds(step.p95));
        let from = step.measured_in.map_or_else(|| "expected".to_owned(), |runs| format!("{runs} runs"));
        let late = if step.late { " LATE" } else { "" };
        let took = step.took.map_or_else(|| verdict::NOTHING.to_owned(), seconds);
        vec![
            step.id.to_string(),
            step.title.clone(),
            step.outcome.clone(),
            format!("{took}{late}"),
            format!("{usual} ({from})"),
            step.attempts.to_string(),
        ]
    });
    let mut page = vec![
        Block::Heading(2, "Plan".to_owned()),
        Block::Table(vec!["step", "what", "outcome", "took", "p50 / p95", "tries"], rows.collect()),
        Block::Heading(2, "Evidence".to_owned()),
    ];
    for step in &report.steps {
        page.extend(evidence(step));
    }
    page
}

fn evidence(step: &StepReport) -> Vec<Block> {
    let mut lines: Vec<String> = step.evidence.iter().map(climb).collect();
    let says = !step.why.is_empty() && !lines.iter().any(|line| line.ends_with(&step.why));
    lines.extend(says.then(|| format!("{}: {}", step.outcome, step.why)));
    if lines.is_empty() {
        return Vec::new();
    }
    let api = step.api.as_ref().map(|api| format!(" ({api})")).unwrap_or_default();
    vec![Block::Heading(3, format!("{} {}{api}", step.id, step.title)), Block::List(lines)]
}

fn climb(climb: &Climb) -> String {
    let state = match climb.state {
        RungState::Proved => "proved",
        RungState::Open => "open",
        RungState::Blind => "could not be seen",
    };
    let evidence = if climb.evidence.is_empty() { String::new() } else { format!(": {}", climb.evidence) };
    format!("{} {} {state}{evidence}", clock(climb.at), climb.rung)
}

fn people(report: &Report) -> Vec<Block> {
    let rows = report.people.iter().map(|(name, deeds)| vec![name.clone(), deeds.join(", ")]);
    let mut page = vec![
        Block::Heading(2, "Who".to_owned()),
        Block::Table(vec!["who", "did"], rows.collect()),
        Block::Heading(2, "Notes and decisions".to_owned()),
    ];
    let notes = report.notes.iter().map(|moment| {
        let step = moment.step.map(|step| format!(" step {step}")).unwrap_or_default();
        format!("{}{step} {}", clock(moment.at), moment.text)
    });
    let notes: Vec<String> = notes.collect();
    page.push(if notes.is_empty() { Block::Text("None.".to_owned()) } else { Block::List(notes) });
    page
}

fn seconds(value: f64) -> String {
    verdict::value_text(value, Unit::Seconds)
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
