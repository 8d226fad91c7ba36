//! `pointsman plan`: what a playbook would do now, without doing it.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use color_eyre::eyre::Result;
use serde_json::{Value, json};

use super::exit::{self, Refused};
use super::setup::{Reader, load};
use super::{Common, IntentArgs, PlanForm, place, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::ledger::past;
use crate::ledger::sqlite::Journal;
use crate::model::topology::{Region, Topology};
use crate::model::verdict;
use crate::plan::history::{Ground, History};
use crate::plan::interlock::{self, Prepared, Verdict};
use crate::plan::{Intent, Plan, Playbook, Step, script};

/// How a plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For `sh`.
    Script,
}

impl From<PlanForm> for Form {
    fn from(form: PlanForm) -> Self {
        match form {
            PlanForm::Sh => Self::Script,
        }
    }
}

/// Reads everything once and prints the plan; exit 20 when an interlock holds it back.
pub(super) async fn plan(common: &Common, args: &IntentArgs, form: Form) -> Result<ExitCode> {
    let config = load(common)?;
    let intent = intent(args);
    declared(&intent, &config.topology)?;
    let history = history(common, &config);
    let reader = Reader::new(config, Clock::wall());
    let world = reader.world().await;
    let now = reader.clock.now();
    let prepared = interlock::prepare(&world, &history, &intent, now);
    let prepared = prepared.map_err(|why| Refused::new(exit::BAD, format!("no plan: {why}")))?;
    match form {
        Form::Text => {
            let unknown = interlock::unknown_waits(&world, &prepared.plan, Duration::ZERO, now);
            say::text(&as_text(&prepared, &unknown, world.topology()));
        }
        Form::Json => say::record(format_args!("{:#}", as_value(&prepared, world.topology()))),
        Form::Script => {
            for why in interlock::holds(&prepared.interlocks) {
                say::err(format_args!("HOLD {why}"));
            }
            say::data(&script::script(&prepared.plan, world.topology()));
        }
    }
    Ok(if interlock::clear(&prepared.interlocks) { ExitCode::SUCCESS } else { exit::BAD.into() })
}

/// What earlier runs of this host tell; a journal that cannot be read is said and tells nothing.
fn history(common: &Common, config: &Config) -> History {
    let ground = Ground::here(config.simulated, common.drill);
    let read = || -> Result<History> {
        let state = place::state_of(common, &config.topology)?;
        let journal = Journal::open_to_read(&state)?;
        Ok(journal.map_or(Ok(History::new(ground)), |journal| past::history(&journal, ground))?)
    };
    read().unwrap_or_else(|why| {
        say::err(format_args!("warning: step times are only what the playbook expects: {why}"));
        History::new(ground)
    })
}

/// What the command line asks for.
pub(super) fn intent(args: &IntentArgs) -> Intent {
    Intent {
        playbook: Playbook::named(&args.playbook),
        from: Region::new(&args.from),
        to: Region::new(&args.to),
    }
}

/// Both Regions are declared, and are two.
///
/// # Errors
/// Which is not.
pub(super) fn declared(intent: &Intent, topology: &Topology) -> Result<(), Refused> {
    for (flag, region) in [("--from", &intent.from), ("--to", &intent.to)] {
        if topology.region(region).is_none() {
            let known: Vec<_> = topology.regions.iter().map(|r| r.name.as_str()).collect();
            let known = known.join(", ");
            let why = format!("{flag} {region}: no such Region in this workload; it has {known}");
            return Err(Refused::new(exit::USAGE, why));
        }
    }
    if intent.from == intent.to {
        return Err(Refused::new(exit::USAGE, format!("--from and --to are both {}", intent.to)));
    }
    Ok(())
}

fn as_text(prepared: &Prepared, unknown: &[String], topology: &Topology) -> String {
    let Prepared { plan, interlocks, at_risk } = prepared;
    let Intent { playbook, from, to } = &plan.intent;
    let mut text = format!("{} {from} → {to}, dry run: nothing was sent\n\n", playbook.verb());
    if let Some(risk) = at_risk {
        let _ok = writeln!(
            text,
            "at risk now: about {:.0} orders ({:.1} s of {})\n",
            risk.orders, risk.lag, risk.store
        );
    }
    text.push_str("interlocks\n");
    for interlock in interlocks {
        let (word, why) = match &interlock.verdict {
            Verdict::Pass => ("pass", String::new()),
            Verdict::Warn(why) => ("warn", format!(": {why}")),
            Verdict::Hold(why) => ("HOLD", format!(": {why}")),
        };
        let _ok = writeln!(text, "  {word}  {}{why}", interlock.name);
    }
    for words in unknown {
        let _ok = writeln!(text, "  note  {words}");
    }
    steps_text(&mut text, plan, topology);
    let (usual, basis) = (plan.usual(), plan.basis());
    let _ok =
        writeln!(text, "\nabout {}, p95 {}, {basis}", verdict::span(usual.p50), verdict::span(usual.p95));
    text
}

fn steps_text(text: &mut String, plan: &Plan, topology: &Topology) {
    let no_return = plan.point_of_no_return();
    for (number, wave) in plan.waves().iter().enumerate() {
        let _ok = writeln!(text, "\nwave {}", number + 1);
        for step in wave.iter().filter_map(|id| plan.step(*id)) {
            if no_return == Some(step.id) {
                text.push_str("  ═══ from here on the only way back is another playbook ═══\n");
            }
            step_text(text, (step, plan.runs(step.id)), topology);
        }
    }
}

fn step_text(text: &mut String, (step, runs): (&Step, Option<usize>), topology: &Topology) {
    let basis = runs.map_or_else(|| "expected".to_owned(), |runs| format!("of {runs} runs"));
    let _ok = writeln!(
        text,
        "  {} {}  (confirmed at: {}; p50 {}, p95 {}, {basis})",
        step.id,
        step.title,
        step.rung,
        verdict::span(step.usual.p50),
        verdict::span(step.usual.p95)
    );
    let Some(operation) = step.operation() else { return };
    let undo = operation.inverse().map_or_else(|| "none".to_owned(), |undo| undo.to_string());
    let _ok = writeln!(text, "      {}; undo: {undo}", operation.plane());
    if let Some(guess) = operation.guess() {
        let _ok = writeln!(text, "      {guess}");
    }
    let _ok = writeln!(text, "      {}", operation.cli(topology));
}

fn as_value(prepared: &Prepared, topology: &Topology) -> Value {
    let Prepared { plan, interlocks, at_risk } = prepared;
    let steps: Vec<Value> = plan
        .steps
        .iter()
        .map(|step| {
            json!({
                "id": step.id, "title": step.title, "action": step.action, "needs": step.needs,
                "rung": step.rung, "p50_seconds": step.usual.p50.as_secs(),
                "p95_seconds": step.usual.p95.as_secs(), "deadline_seconds": step.deadline.as_secs(),
                "measured_in_runs": plan.runs(step.id),
                "irreversible": step.is_irreversible(),
                "plane": step.operation().map(|o| o.plane().to_string()),
                "iam": step.operation().map(crate::plan::operation::Operation::iam),
                "cli": step.operation().map(|o| o.cli(topology)),
            })
        })
        .collect();
    let usual = plan.usual();
    json!({
        "intent": plan.intent, "made": plan.made, "waves": plan.waves(), "steps": steps,
        "interlocks": interlocks, "clear": interlock::clear(interlocks),
        "point_of_no_return": plan.point_of_no_return(), "at_risk": at_risk,
        "p50_seconds": usual.p50.as_secs(), "p95_seconds": usual.p95.as_secs(),
    })
}
