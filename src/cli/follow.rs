//! Follows a run without a screen, line by line, to its end or to a hold that needs a person.
//!
//! A terminal that hangs up changes nothing. The first Ctrl-C or SIGTERM lets nothing new start; the second leaves at
//! once, as a crash would, and the run can be taken up again. It never decides for a person.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use color_eyre::eyre::Result;
use jiff::Timestamp;

use super::slow::Slow;
use super::{exit, say};
use crate::ledger::sqlite::Journal;
use crate::model::verdict;
use crate::plan::event::{End, Entry, Outcome, RunId, line};
use crate::plan::progress::{Progress, StepState};
use crate::plan::run::Ledger;
use crate::runtime::Operator;
use crate::runtime::flight::{Fallen, Flight};
use crate::runtime::signals::{Signal, Signals};

/// Prints lines of a run, each once.
pub(super) struct Teller {
    told: Vec<Entry>,
    slow: Slow,
    json: bool,
}

impl Teller {
    /// A teller that has told these lines already; what was sent is said of a line only by those before it.
    pub(super) fn after(told: Vec<Entry>, json: bool) -> Self {
        Self { told, slow: Slow::default(), json }
    }

    /// A teller that has told what the journal holds of a run; a journal that cannot be read is no reason to stop.
    pub(super) fn of(state: &Path, run: &RunId) -> Self {
        let journal = Journal::open_to_read(state).ok().flatten();
        let told = journal.and_then(|journal| journal.entries(run).ok());
        Self::after(told.unwrap_or_default(), false)
    }

    /// Prints one line.
    pub(super) fn tell(&mut self, entry: Entry) {
        if self.json {
            say::record(serde_json::to_string(&entry).unwrap_or_else(|e| format!("{{\"error\":\"{e}\"}}")));
        } else {
            let (when, step) = (entry.at.strftime("%H:%M:%S"), step(&entry));
            say::out(format_args!("{when}  {step:>2} {}", line(&entry, &self.told)));
        }
        self.told.push(entry);
    }

    /// Says which steps have become late or stuck; a line of its own beside the journal's, so not among JSON.
    fn tell_slow(&mut self, now: Timestamp) {
        let Ok(run) = Progress::replay(&self.told) else { return };
        for line in self.slow.news(&run, now) {
            let line = format!("{}  {line}", now.strftime("%H:%M:%S"));
            if self.json { say::err(line) } else { say::out(line) }
        }
    }
}

/// The number of the step a line is about; empty where it is about none. Two steps on their way read alike without.
pub(super) fn step(entry: &Entry) -> String {
    entry.event.step().map(|step| step.to_string()).unwrap_or_default()
}

/// How a run was followed.
pub(super) enum Followed {
    /// To where it stands now.
    To(Box<Progress>),
    /// Until a signal cut it off.
    CutOff(Signal),
}

/// Prints the lines of a run until it has no more.
pub(super) async fn follow(
    flight: &mut Flight,
    teller: &mut Teller,
    operator: &Operator,
    signals: &mut Signals,
) -> Result<Followed> {
    let mut landing = false;
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            line = flight.line() => match line {
                Some(entry) => teller.tell(entry),
                None => return ended_by_itself(flight).await,
            },
            _ = second.tick() => teller.tell_slow(flight.now()),
            signal = signals.next() => match signal {
                Signal::Resize | Signal::GoOn => {}
                Signal::Suspend => say::err("a run is driven here, so it is not suspended; Ctrl-C pauses it"),
                Signal::HangUp => tracing::info!("the terminal hung up; the run goes on"),
                Signal::Interrupt | Signal::Terminate if landing => return Ok(Followed::CutOff(signal)),
                Signal::Interrupt | Signal::Terminate => {
                    landing = true;
                    say::err(match flight.land(&operator.who) {
                        Ok(()) => "pausing: nothing new starts, what was sent is still proved; once more leaves at once",
                        Err(_) => "the run takes no pause any more and goes on to its end; once more leaves at once",
                    });
                }
            },
        }
    }
}

/// Where a run stands that has no more lines. One that stopped before its end can be gone on with, and how is said.
async fn ended_by_itself(flight: &mut Flight) -> Result<Followed> {
    match flight.end().await {
        Ok(progress) => Ok(Followed::To(Box::new(progress))),
        Err(Fallen::Stopped(stopped)) => {
            let Progress { run, plan, .. } = stopped.progress.as_ref();
            say::err(format_args!(
                "the run stopped here and nothing more is sent; when what is wrong is put right, \
                 `pointsman resume {run} --confirm {}` goes on with it",
                plan.intent.to
            ));
            Err(stopped.into())
        }
        Err(over) => Err(over.into()),
    }
}

/// Says how a run that was followed stands, and the exit code for it: 0 only when every step is confirmed.
pub(super) fn ended(followed: &Followed) -> ExitCode {
    match followed {
        Followed::CutOff(signal) => {
            say::err(
                "the run was cut off here: nothing more is sent, and `pointsman resume` can take it up again",
            );
            signal.code().into()
        }
        Followed::To(progress) => {
            if progress.is_open() {
                say::err(format_args!("{}\n{}", standing(progress), way_on(progress)));
            } else if !is_confirmed(progress) {
                say::err(standing(progress));
            }
            code(progress)
        }
    }
}

/// The exit code of a run: 0 confirmed, 30 when something is unknown, else 20.
pub(super) fn code(progress: &Progress) -> ExitCode {
    if is_confirmed(progress) {
        return ExitCode::SUCCESS;
    }
    let unknown = progress.steps.values().any(|step| step.state == StepState::Done(Outcome::Unknown));
    if unknown { exit::UNKNOWN.into() } else { exit::BAD.into() }
}

fn is_confirmed(progress: &Progress) -> bool {
    matches!(progress.closed, Some((_, End::Confirmed, _)))
}

/// A run in one line: what it was for and how it stands.
pub(super) fn standing(progress: &Progress) -> String {
    let Progress { run, plan, .. } = progress;
    let intent = &plan.intent;
    let drill = if progress.start.drill { "DRILL " } else { "" };
    let what = format!("run {run}: {drill}{} {} → {}", intent.playbook.verb(), intent.from, intent.to);
    if let Some((at, end, summary)) = &progress.closed {
        let took = verdict::span(verdict::age(progress.started, *at));
        return format!("{what}, {end} after {took}: {summary}");
    }
    match progress.held().first() {
        Some(step) => {
            let why = progress.steps.get(step).map(|s| s.why.as_str()).unwrap_or_default();
            format!("{what}, on hold at step {step}: {why}")
        }
        None if progress.paused && !progress.why_paused.is_asked() => {
            format!("{what}, paused: {}", progress.why_paused)
        }
        None if progress.paused => format!("{what}, paused"),
        None => format!("{what}, not ended"),
    }
}

/// What a person can do with a run that has not ended.
pub(super) fn way_on(progress: &Progress) -> String {
    let run = &progress.run;
    let on = if progress.held().is_empty() {
        format!(
            "`pointsman resume {run} --confirm {}` or the console goes on with it",
            progress.plan.intent.to
        )
    } else {
        "it needs a decision: `pointsman` shows it and asks".to_owned()
    };
    format!("{on}; `pointsman close {run} --reason TEXT` ends it")
}
