//! The evidence of a step, and a line of the journal in full.

use jiff::Timestamp;

use super::field;
use crate::plan::event::{Answer, Entry, RungState};
use crate::plan::progress::{Progress, StepProgress};
use crate::plan::{Rung, Step};
use crate::ui::dialog::cli;
use crate::ui::dialog::page::{Para, plain};
use crate::ui::dialog::terms::spoken;
use crate::ui::theme::Role;
use crate::ui::view::Facts;

/// Everything a run knows of one step.
pub(super) fn step(row: usize, facts: &Facts<'_>) -> (String, Vec<Para>) {
    let found = facts.run.and_then(|run| Some((run, run.plan.steps.get(row.min(run.plan.steps.len() - 1))?)));
    let Some((run, step)) = found else {
        return ("PLAN".to_owned(), vec![Para::new("No plan is shown.")]);
    };
    let mut body = planned(step);
    if let Some(progress) = run.steps.get(&step.id) {
        body.extend(done(progress));
    }
    body.push(Para::blank());
    body.extend(plain(&cli::step_lines(step, facts.world.topology())));
    (title(run, step), body)
}

fn title(run: &Progress, step: &Step) -> String {
    let short: String = run.run.0.chars().take(4).collect();
    format!("RUN {short}  STEP {}  {}", step.id, step.title)
}

fn planned(step: &Step) -> Vec<Para> {
    let needs: Vec<String> = step.needs.iter().map(ToString::to_string).collect();
    let needs = if needs.is_empty() { "nothing".to_owned() } else { format!("steps {}", needs.join(", ")) };
    let mut body = vec![field("waits for", &needs), field("confirmed at", &step.rung.to_string())];
    let usual = format!("{} (p95 {})", spoken(step.usual.p50), spoken(step.usual.p95));
    body.push(field("usually takes", &usual));
    body.push(field("holds after", &spoken(step.deadline)));
    if let Some(operation) = step.operation() {
        body.push(field("sends", &format!("{} by the {}", operation.api(), operation.plane())));
        body.push(field("needs permission", &operation.iam().join(", ")));
    }
    if step.is_irreversible() {
        body.push(Para::default().add("■ it cannot be undone", Role::Danger));
    }
    body
}

fn done(progress: &StepProgress) -> Vec<Para> {
    let mut body = vec![Para::blank()];
    if let Some(sent) = progress.sent {
        body.push(field("sent", &format!("{}, attempt {}", clock(sent), progress.attempts)));
    }
    if let Some(answer) = &progress.answer {
        body.push(field("answered", &answered(answer)));
    }
    for (rung, (at, state, evidence)) in &progress.rungs {
        body.push(rung_para(*rung, *at, *state, evidence));
    }
    body.extend(progress.told.iter().map(|(at, text)| field(&format!("told {}", clock(*at)), text)));
    if let Some(ended) = progress.ended {
        body.push(field("ended", &clock(ended)));
    }
    if !progress.why.is_empty() {
        body.push(field("because", &progress.why));
    }
    body
}

fn rung_para(rung: Rung, at: Timestamp, state: RungState, evidence: &str) -> Para {
    let (shape, role) = match state {
        RungState::Proved => ("✓", Role::Proved),
        RungState::Open => ("·", Role::Open),
        RungState::Blind => ("?", Role::Blind),
    };
    let name = format!("{shape} {rung}");
    let text = format!("{} {evidence}", clock(at));
    Para::default()
        .add(format!("{name:<width$} ", width = super::NAMES), role)
        .add(text, Role::Text)
        .hang(super::NAMES + 1)
}

fn answered(answer: &Answer) -> String {
    match answer {
        Answer::Accepted { endpoint, request_id } => {
            let id = request_id.as_ref().map_or_else(String::new, |id| format!(", request {id}"));
            format!("accepted by {endpoint}{id}")
        }
        Answer::Refused { code, trouble } => format!("refused, {code}: {}", trouble.text),
        Answer::NotSent { trouble } => format!("not sent, {trouble}"),
        Answer::Lost { trouble } => format!("no answer, {trouble}; it may have happened"),
    }
}

/// One line of the journal.
pub(super) fn entry(row: usize, facts: &Facts<'_>) -> (String, Vec<Para>) {
    let Some(entry) = facts.journal.get(row.min(facts.journal.len().saturating_sub(1))) else {
        return ("JOURNAL".to_owned(), vec![Para::new("The journal is empty.")]);
    };
    (format!("JOURNAL LINE {}", entry.seq), entry_paras(entry))
}

fn entry_paras(entry: &Entry) -> Vec<Para> {
    let mut body = vec![
        field("at", &entry.at.to_string()),
        field("run", &entry.run.0),
        field("hash", &entry.hash),
        field("of the line before", &entry.previous),
        Para::blank(),
    ];
    let json = serde_json::to_string_pretty(&entry.event);
    let text = json.unwrap_or_else(|error| format!("cannot be shown: {error}"));
    body.extend(text.lines().map(|line| {
        // Indentation is content here, so it must not break.
        let indent = line.len() - line.trim_start().len();
        Para::new(format!("{}{}", "\u{a0}".repeat(indent), line.trim_start())).hang(indent + 2)
    }));
    body
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}
