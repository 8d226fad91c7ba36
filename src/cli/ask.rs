//! `pointsman ask`: asks something of a run that another process drives, on this host or on another bastion.
//!
//! It sends nothing to AWS but the ask itself, and confirms nothing: what becomes of it is for the run, which writes it
//! down.

use std::process::ExitCode;

use clap::Subcommand;
use color_eyre::eyre::Result;

use super::Common;
use super::way::Way;
use crate::plan::StepId;
use crate::plan::event::Decision;
use crate::plan::run::Command;
use crate::runtime::Operator;

/// What can be asked.
#[derive(Clone, Debug, Subcommand)]
pub enum AskCommand {
    /// Start no new step; anyone may ask for it
    Pause,
    /// Start steps again
    Resume,
    /// Approve a step that waits for a second person
    Approve {
        /// The step's number
        step: u16,
        /// The version of the plan that you have looked at
        #[arg(long, value_name = "VERSION")]
        plan: String,
    },
    /// Read the world again for a held step
    ReadAgain {
        /// The step's number
        step: u16,
    },
    /// Try a held step's write again
    Retry {
        /// The step's number
        step: u16,
    },
    /// End the run; what is on its way is not stopped
    Abort {
        /// Why; it is written into the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Say that what a step asks for was done by hand
    Tick {
        /// The step's number
        step: u16,
    },
    /// Put a note into its journal
    Note {
        /// The note
        text: String,
    },
}

/// Asks, and waits for the reply; exit 0 when it was done, 20 when it was refused, 30 when nobody answered.
pub(super) async fn ask(common: &Common, name: &str, command: AskCommand) -> Result<ExitCode> {
    let mut way = Way::to(common, name).await?;
    let command = command.of(&way.operator);
    way.put(command, None).await?;
    Ok(ExitCode::SUCCESS)
}

impl AskCommand {
    fn of(self, operator: &Operator) -> Command {
        let Operator { who, host } = operator.clone();
        let decide = |step, decision, who| Command::Decide { step: StepId(step), decision, who };
        match self {
            Self::Pause => Command::Pause { who },
            Self::Resume => Command::Resume { who },
            Self::Approve { step, plan } => Command::Approve { step: StepId(step), who, host, version: plan },
            Self::ReadAgain { step } => decide(step, Decision::ReadAgain, who),
            Self::Retry { step } => decide(step, Decision::Retry, who),
            Self::Abort { reason } => Command::Abort { who, reason },
            Self::Tick { step } => Command::Tick { step: StepId(step), who },
            Self::Note { text } => Command::Note { who, text },
        }
    }
}
