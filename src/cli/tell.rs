//! `pointsman tell`: says something to what a step of a run started and that waits for a person, such as a runbook or a
//! Region switch.
//!
//! It is asked of whoever drives the run, here or at another bastion, and is sent there; what nothing waits for is not
//! asked.

use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::eyre::Result;

use super::exit::{self, Refused};
use super::way::Way;
use super::{Common, say};
use crate::plan::StepId;
use crate::plan::event::{Awaited, Decision};
use crate::plan::operation::Signal;
use crate::plan::progress::Progress;
use crate::plan::run::Command;

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Saying {
    /// Yes to the step that waits for approval
    Approve,
    /// No to it
    Reject,
    /// Go on after a pause
    Resume,
    /// Leave out a step that failed
    Skip,
    /// Go on ungracefully with a step that failed
    Ungraceful,
    /// Start no further step
    Pause,
    /// Cancel the whole execution; what its steps have done stays done
    Stop,
}

/// Says it, with the reason as a note beside it; exit 0 when it is on its way, 20 when it was refused, 30 when nobody
/// answered.
pub(super) async fn tell(
    common: &Common,
    (name, step): (&str, u16),
    saying: Saying,
    because: &str,
) -> Result<ExitCode> {
    let because = because.trim();
    if because.is_empty() {
        return Err(Refused::new(exit::USAGE, "--because says why; it is empty").into());
    }
    let (mut way, step) = (Way::to(common, name).await?, StepId(step));
    let lines = way.lines().await?;
    let run = Progress::replay(&lines).map_err(|why| Refused::new(exit::UNKNOWN, why.to_string()))?;
    let say = meant(&run, step, (saying, because)).map_err(|why| Refused::new(exit::BAD, why))?;
    let (who, word) = (way.operator.who.clone(), say.word());
    let decision = Decision::Tell { say };
    let tell = Command::Decide { step, decision, who: who.clone() };
    way.put(tell, lines.last().map(|line| line.seq)).await?;
    let text = format!("told step {step} to {word}: {because}");
    if let Err(unsaid) = way.put(Command::Note { who, text }, None).await {
        say::err(format_args!("warning: it was told, and why is not in the journal: {unsaid}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// What is said to what waits now; the error says in words what could be said instead.
fn meant(run: &Progress, step: StepId, (saying, because): (Saying, &str)) -> Result<Signal, String> {
    let Some(at) = run.steps.get(&step) else { return Err(format!("the plan has no step {step}")) };
    let answers = at.awaits.as_ref().map(Awaited::answers).unwrap_or_default();
    let say = match saying {
        Saying::Stop => Some(Signal::Stop),
        Saying::Pause => Some(Signal::Pause),
        other => answers.iter().find(|say| other.is(say)).cloned(),
    };
    match say {
        Some(Signal::Skip { step, .. }) => Ok(Signal::Skip { step, reason: because.to_owned() }),
        Some(say) => Ok(say),
        None if answers.is_empty() => Err(format!("step {step}: nothing it started waits for a person now")),
        None => {
            let words: Vec<&str> = answers.iter().map(Signal::word).collect();
            let awaited = at.awaits.as_ref().map(ToString::to_string).unwrap_or_default();
            Err(format!("step {step}: {awaited}; it can be told: {}", words.join(", ")))
        }
    }
}

impl Saying {
    fn is(self, say: &Signal) -> bool {
        matches!(
            (self, say),
            (Self::Approve, Signal::Approve { .. })
                | (Self::Reject, Signal::Reject { .. })
                | (Self::Resume, Signal::Resume { .. })
                | (Self::Skip, Signal::Skip { .. })
                | (Self::Ungraceful, Signal::Ungraceful { .. })
        )
    }
}
