//! The command line: what each subcommand takes, and which part of the program answers it.
//!
//! Nobody imports this module. It prints; nothing below it does.

mod check;
mod demo;
mod journal;
mod place;
mod plan;
mod run;
mod setup;
mod sim;
mod status;
mod watch;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use color_eyre::eyre::Result;

use crate::plan::Playbook;

/// Exit codes that scripts may rely on; `0` is all ok.
pub mod exit {
    /// Bad usage or a bad config.
    pub const USAGE: u8 = 2;
    /// Something is worth a look.
    pub const LOOK: u8 = 10;
    /// Something is bad, or a run did not confirm every step.
    pub const BAD: u8 = 20;
    /// Something cannot be known.
    pub const UNKNOWN: u8 = 30;
}

/// A terminal console for a service that runs in several AWS Regions at once.
///
/// Without a command it watches the workload of pointsman.toml. Watching sends only reads.
#[derive(Debug, Parser)]
#[command(name = "pointsman", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    common: Common,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// The workload's file [default: $POINTSMAN_CONFIG, ./pointsman.toml, then the one in the config folder]
    #[arg(long, short, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A theme's name or file: dark, light, mono, high-contrast
    #[arg(long, global = true, value_name = "THEME")]
    pub theme: Option<String>,
    /// Draw with ASCII only
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Where the journal is kept [default: $XDG_STATE_HOME/pointsman]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub state_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch the workload (what happens without a command)
    Watch,
    /// Watch a simulated platform that goes through a scenario; needs no account
    Demo(Simulated),
    /// Print how the workload is now; exit 0 all ok, 10 look, 20 bad, 30 unknown
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what a playbook would do now, without doing it
    Plan {
        #[command(flatten)]
        intent: IntentArgs,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Check the config and everything it names: every endpoint, every ARN, every rule
    Check,
    /// Run a playbook without a screen; exit 0 only when every step is confirmed
    Run(RunArgs),
    /// Go on with a run that was cut off or is on hold
    Resume {
        /// The run's name, or its first digits
        run: String,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// End a run that was cut off or is on hold; sends nothing, undoes nothing
    Close {
        /// The run's name, or its first digits
        run: String,
        /// Why; it is written into the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Read the journal
    Journal {
        #[command(subcommand)]
        command: JournalCommand,
    },
    /// Serve the simulated AWS on loopback for the SDKs, the AWS CLI and boto3
    Sim(SimArgs),
}

/// From where to where.
#[derive(Clone, Debug, Args)]
pub struct IntentArgs {
    /// switchover, failover or evacuate
    #[arg(value_enum)]
    pub playbook: PlaybookArg,
    /// The Region that leaves
    #[arg(long, value_name = "REGION")]
    pub from: String,
    /// The Region that receives
    #[arg(long, value_name = "REGION")]
    pub to: String,
}

/// A built-in playbook on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlaybookArg {
    /// Planned; nothing is lost.
    Switchover,
    /// The Region is bad or gone; may lose what had not replicated.
    Failover,
    /// Traffic only.
    Evacuate,
}

impl From<PlaybookArg> for Playbook {
    fn from(arg: PlaybookArg) -> Self {
        match arg {
            PlaybookArg::Switchover => Self::Switchover,
            PlaybookArg::Failover => Self::Failover,
            PlaybookArg::Evacuate => Self::Evacuate,
        }
    }
}

/// What `run` takes.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    intent: IntentArgs,
    /// The receiving Region again; anything else refuses before any call
    #[arg(long, value_name = "REGION", default_value = "")]
    confirm: String,
    /// Why; it is written into the journal
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// The simulated world of `demo`.
#[derive(Clone, Debug, Args)]
pub struct Simulated {
    /// Which scenario
    #[arg(long, value_name = "NAME", default_value = "region-loss")]
    pub scenario: String,
    /// Virtual seconds a second
    #[arg(long, value_name = "1..60", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub speed: u32,
    /// The same seed gives the same run
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
}

/// What `sim` takes.
#[derive(Clone, Debug, Args)]
pub struct SimArgs {
    #[command(flatten)]
    pub world: Simulated,
    /// Where to listen; loopback only
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Write a pointsman.toml that points at it
    #[arg(long, value_name = "FILE")]
    pub write_config: Option<PathBuf>,
}

/// What can be read from the journal.
#[derive(Clone, Debug, Subcommand)]
pub enum JournalCommand {
    /// Every run, newest first
    List,
    /// The lines of one run
    Show {
        /// The run's name, or its first digits
        run: String,
    },
    /// Check the hash chain; names the line that was changed, removed or reordered
    Verify,
    /// One run as JSON lines
    Export {
        /// The run's name, or its first digits
        run: String,
    },
}

/// Parses the command line and answers it.
///
/// # Errors
/// What could not be done, in words for the operator.
pub fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let answer = runtime.block_on(answer(cli));
    // Reads that still hang must not hold the prompt back.
    runtime.shutdown_background();
    answer
}

async fn answer(cli: Cli) -> Result<ExitCode> {
    let common = cli.common;
    match cli.command.unwrap_or(Command::Watch) {
        Command::Watch => watch::watch(&common).await,
        Command::Demo(world) => demo::demo(&common, &world).await,
        Command::Status { json } => status::status(&common, json).await,
        Command::Plan { intent, json } => plan::plan(&common, &intent, json).await,
        Command::Check => check::check(&common).await,
        Command::Run(args) => run::run(&common, &args).await,
        Command::Resume { run, json } => run::resume(&common, &run, json).await,
        Command::Close { run, reason } => run::close(&common, &run, &reason),
        Command::Journal { command } => journal::journal(&common, &command),
        Command::Sim(args) => sim::sim(&args).await,
    }
}
