//! The command line: what each subcommand takes, and which part of the program answers it.
//!
//! Nobody imports this module. It prints; nothing below it does.

mod ask;
mod attach;
mod check;
mod claim;
mod demo;
pub mod exit;
mod fleet;
mod follow;
mod journal;
mod keys;
mod login;
mod looks;
mod meant;
mod own;
mod place;
mod plain;
mod plan;
mod reload;
mod report;
mod run;
mod say;
mod setup;
mod sim;
mod slow;
mod status;
mod tell;
mod themes;
mod watch;
mod way;
mod who;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use color_eyre::eyre::Result;

use crate::config::Color;

pub use ask::AskCommand;
pub use claim::ClaimArgs;
pub use report::ReportForm;
pub use tell::Saying;

/// Under the help of the whole program.
const AFTER: &str = "\
Exit codes:
   0  all ok; every step of the run confirmed
   1  something that nobody foresaw, in words on standard error
   2  bad usage or a bad config; nothing was sent
  10  something is worth a look
  20  something is bad, was refused, or ended unconfirmed
  30  something cannot be known
  40  a journal is not as it was written
  129, 130, 143  ended by SIGHUP, SIGINT, SIGTERM

Files: the journal of a workload is in WORKLOAD-ENVIRONMENT/journal.db in the
state folder, the program's own log in pointsman.log beside it (POINTSMAN_LOG
sets its level, such as `debug`).";

/// A terminal console for a service that runs in several AWS Regions at once.
///
/// Without a command it watches the workload of pointsman.toml. Watching sends
/// only reads; acting asks for the receiving Region's name, typed.
#[derive(Debug, Parser)]
#[command(name = "pointsman", version, max_term_width = 100, after_long_help = AFTER)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    common: Common,
}

/// What every command takes.
#[expect(clippy::doc_markdown, reason = "the help is not markdown")]
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Common {
    /// The workload's file, or a folder with one for each of several workloads
    /// [default: $POINTSMAN_CONFIG, else ./pointsman.toml, else ./pointsman.d, else
    /// the same two in ~/.config/pointsman]
    #[arg(long, short, global = true, value_name = "FILE|FOLDER")]
    pub config: Option<PathBuf>,
    /// Which workload of a folder: its name, NAME-ENVIRONMENT or its file's name
    /// without .toml; where there are several, none is taken without it
    #[arg(long, short, global = true, value_name = "NAME")]
    pub workload: Option<String>,
    /// Where the journals are kept [default: $XDG_STATE_HOME/pointsman, else
    /// ~/.local/state/pointsman]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub state_dir: Option<PathBuf>,
    /// Mark what is begun here as a drill, in the journal and on the screen; its
    /// writes are as real as any
    #[arg(long, global = true)]
    pub drill: bool,
    /// A theme's name or file; `pointsman themes` lists them
    #[arg(long, global = true, value_name = "THEME")]
    pub theme: Option<String>,
    /// Whether there is colour; wins over NO_COLOR and the config
    #[arg(long, global = true, value_enum, value_name = "WHEN")]
    pub color: Option<ColorArg>,
    /// Draw with ASCII only
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Print one line a change instead of drawing: for screen readers, logs, bad
    /// links and terminals that cannot place a cursor; acting stays with `run`
    #[arg(long, global = true)]
    pub plain: bool,
    /// Keep to so many bytes a second on the way to the terminal: charts are left
    /// out first, then clocks tick slowly; alarms and keys never wait
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub bytes_per_second: Option<u32>,
}

/// Whether there is colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// Also where the environment says that there is to be none
    Always,
    /// None at all
    Never,
    /// As the environment and the terminal say
    Auto,
}

impl From<ColorArg> for Color {
    fn from(arg: ColorArg) -> Self {
        match arg {
            ColorArg::Always => Self::Always,
            ColorArg::Never => Self::Never,
            ColorArg::Auto => Self::Auto,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch the workload (what happens without a command)
    Watch,
    /// Watch a simulated platform that goes through a scenario; needs no account
    ///
    /// Without a terminal it prints what `status` prints. The first failover:
    /// A, Tab, Enter to arm; a, then Enter on `failover` for its sheet; there the
    /// receiving Region's name, typed, and Enter.
    Demo {
        #[command(flatten)]
        world: Simulated,
        /// Three workloads in three accounts: this one, one whose replication lags,
        /// and a calm one
        #[arg(long)]
        fleet: bool,
    },
    /// Print how the workload is now; exit 0 all ok, 10 look, 20 bad, 30 unknown
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
        /// Of every workload of the config folder
        #[arg(long, conflicts_with = "workload")]
        all: bool,
    },
    /// Print what a playbook would do now, without doing it
    ///
    /// Steps in waves, what holds it back, and the equal AWS CLI line of each
    /// write. Exit 0 when nothing holds it back, else 20.
    Plan {
        #[command(flatten)]
        intent: IntentArgs,
        /// As JSON
        #[arg(long)]
        json: bool,
        /// As a script of AWS CLI calls with their read-backs, to go on without
        /// pointsman
        #[arg(long = "as", value_enum, value_name = "FORM", conflicts_with = "json")]
        form: Option<PlanForm>,
    },
    /// Sign in at IAM Identity Center, by a code confirmed in a browser anywhere
    ///
    /// For a profile that has an SSO session, or takes its role from one that has.
    /// Consoles of this host go on with it by themselves.
    /// Exit 0 signed in, 2 nothing to sign in at, 20 refused, 30 no answer.
    Login,
    /// Check the config and everything it names: endpoints, ARNs, rules, metrics
    ///
    /// It reads control planes too, so it is for a quiet day. Exit 0 all as
    /// declared, 10 something to know, 20 something is wrong, 30 something could
    /// not be seen.
    Check {
        /// Every workload of the config folder
        #[arg(long, conflicts_with = "workload")]
        all: bool,
    },
    /// Run a playbook without a screen; exit 0 only when every step is confirmed
    ///
    /// One line for each event. When a step needs a decision the run stays on
    /// hold and the command ends; the console asks for the decision. The first
    /// Ctrl-C lets nothing new start, the second leaves at once; a terminal that
    /// hangs up changes nothing.
    Run(RunArgs),
    /// Go on with a run that was cut off or is paused
    ///
    /// It acts only in the account in which the run began, and only if nothing
    /// holds back what has not been sent yet.
    Resume(ResumeArgs),
    /// Show the console on a run of this host that another process drives
    ///
    /// It follows the run as if it drove it: pause, decisions, notes and abort go
    /// to whoever drives it. When that process is gone it offers to take the run
    /// up. It finds the workload by what the driver left in the state folder.
    Attach {
        /// The run's name, or its first digits; not needed where only one is in
        /// flight
        run: Option<String>,
    },
    /// End a run that was cut off or is on hold; sends nothing, undoes nothing
    Close {
        /// The run's name, or its first digits
        run: String,
        /// Why; it is written into the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        claim: ClaimArgs,
    },
    /// Ask something of a run that another process drives, here or at another bastion
    ///
    /// Exit 0 when it was done, 20 when it was refused, 30 when nobody answered.
    Ask {
        /// The run's name, or its first digits
        run: String,
        #[command(subcommand)]
        command: AskCommand,
    },
    /// Tell what a step started, such as a runbook or a Region switch, what it waits for
    ///
    /// It is sent by whoever drives the run, here or at another bastion, and only
    /// to the step of the execution that was seen to wait. Exit 0 when it is on its
    /// way, 20 when it was refused, 30 when nobody answered.
    Tell {
        /// The run's name, or its first digits
        run: String,
        /// The step's number in the plan
        step: u16,
        /// What to say
        #[arg(value_enum)]
        saying: Saying,
        /// Why; it is written into the journal
        #[arg(long, value_name = "TEXT")]
        because: String,
    },
    /// Print who may act now, on this host and among all that share a table
    ///
    /// Exit 0 when nobody or this host may, 10 when somebody else does, 30 when the
    /// table does not tell.
    Conch,
    /// Read the journals of all workloads
    Journal {
        /// From the copies in the shared table, of all bastions
        #[arg(long, global = true)]
        shared: bool,
        #[command(subcommand)]
        command: JournalCommand,
    },
    /// Tell a run from its journal: times, evidence, who, notes, what may be missing
    ///
    /// The promises (RTO, RPO) come from the config of that workload. Exit 40 when
    /// a line of its journal is not as it was written.
    Report {
        /// The run's name, or its first digits
        run: String,
        /// How it is written
        #[arg(long = "as", value_enum, value_name = "FORM", default_value = "md")]
        form: ReportForm,
    },
    /// Show the themes there are, in the terminal's own colours
    ///
    /// Without a name it lists all of them; with names it draws each with a small
    /// console and every role.
    Themes(ThemesArgs),
    /// Serve the simulated AWS on loopback for the SDKs, the AWS CLI and boto3
    ///
    /// Prints its base URL and serves until it is told to stop. A console that
    /// is started with the written config lives on its clock.
    Sim(SimArgs),
}

/// From where to where.
#[derive(Clone, Debug, Args)]
pub struct IntentArgs {
    /// What to do: switchover, failover, evacuate, failback, restore, or the
    /// name of a playbook of your own (playbooks/NAME.toml)
    #[arg(value_name = "PLAYBOOK")]
    pub playbook: String,
    /// The Region that leaves
    #[arg(long, value_name = "REGION")]
    pub from: String,
    /// The Region that receives
    #[arg(long, value_name = "REGION")]
    pub to: String,
}

/// Another form of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanForm {
    /// A script for sh
    Sh,
}

/// What `run` takes.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    intent: IntentArgs,
    /// The receiving Region again; without it, or with another, the run is
    /// refused before any call
    #[arg(long, value_name = "REGION")]
    confirm: Option<String>,
    /// Why; it is written into the journal
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    claim: ClaimArgs,
    /// Break-glass: overrides this safety rule, which must stand in the way; needs --because
    #[arg(long, value_name = "NAME", requires = "because")]
    override_rule: Vec<String>,
    /// Why that rule is overridden; one for each --override-rule, in the same order
    #[arg(long, value_name = "TEXT", requires = "override_rule")]
    because: Vec<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// What `resume` takes.
#[derive(Clone, Debug, Args)]
pub struct ResumeArgs {
    /// The run's name, or its first digits
    run: String,
    /// The Region that receives; asked for when the run may still send
    #[arg(long, value_name = "REGION")]
    confirm: Option<String>,
    #[command(flatten)]
    claim: ClaimArgs,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// The simulated world of `demo`.
#[derive(Clone, Debug, Args)]
pub struct Simulated {
    /// The scenario: a name such as calm or region-loss, or a file that ends in .toml
    #[arg(long, value_name = "NAME", default_value = "region-loss")]
    pub scenario: String,
    /// Virtual seconds a real second
    #[arg(long, value_name = "1..60", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub speed: u32,
    /// The same seed gives the same run
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
}

/// What `themes` takes.
#[derive(Clone, Debug, Args)]
pub struct ThemesArgs {
    /// Which to draw, by name or file
    #[arg(value_name = "THEME")]
    pub names: Vec<String>,
    /// As an SVG picture of one theme, in every colour that it names
    #[arg(long, requires = "names")]
    pub svg: bool,
}

/// What `sim` takes.
#[derive(Clone, Debug, Args)]
pub struct SimArgs {
    /// The world it serves.
    #[command(flatten)]
    pub world: Simulated,
    /// Where to listen; loopback only
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Write a pointsman.toml that points at it, and its playbooks beside it
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
    ///
    /// Exit 40 when a line is not as it was written, or the file is damaged.
    Verify {
        /// Only the journal that has this run: its name, or its first digits
        run: Option<String>,
    },
    /// One run as JSON lines
    Export {
        /// The run's name, or its first digits
        run: String,
    },
}

/// Parses the command line and answers it; what could not be done is said on standard error.
///
/// # Errors
/// When not even a runtime can be started.
pub fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    say::in_ascii(looks::Wish::of(&cli.common, None).ascii);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let answer = runtime.block_on(answer(cli));
    // Reads that still hang must not hold the prompt back.
    runtime.shutdown_background();
    Ok(answer.unwrap_or_else(|report| exit::told(&report)))
}

async fn answer(cli: Cli) -> Result<ExitCode> {
    let common = cli.common;
    match cli.command.unwrap_or(Command::Watch) {
        Command::Watch => watch::watch(&common).await,
        Command::Demo { world, fleet: true } => Box::pin(demo::fleet(&common, &world)).await,
        Command::Demo { world, fleet: false } => Box::pin(demo::demo(&common, &world)).await,
        Command::Status { json, all: true } => status::all(&common, json).await,
        Command::Status { json, all: false } => status::status(&common, json).await,
        Command::Plan { intent, json, form } => {
            let form = form.map_or(if json { plan::Form::Json } else { plan::Form::Text }, plan::Form::from);
            Box::pin(plan::plan(&common, &intent, form)).await
        }
        Command::Check { all: true } => Box::pin(check::all(&common)).await,
        Command::Check { all: false } => Box::pin(check::check(&common)).await,
        Command::Login => Box::pin(login::login(&common)).await,
        Command::Run(args) => Box::pin(run::run(&common, &args)).await,
        Command::Resume(args) => Box::pin(run::resume(&common, &args)).await,
        Command::Attach { run } => Box::pin(attach::attach(&common, run.as_deref())).await,
        Command::Close { run, reason, claim } => run::close(&common, &run, &reason, &claim).await,
        Command::Conch => claim::conch(&common).await,
        Command::Journal { shared: true, command } => journal::shared::journal(&common, &command).await,
        Command::Journal { command, .. } => journal::journal(&common, &command),
        Command::Ask { run, command } => ask::ask(&common, &run, command).await,
        Command::Themes(args) => themes::themes(&common, &args),
        Command::Tell { run, step, saying, because } => {
            tell::tell(&common, (&run, step), saying, &because).await
        }
        Command::Report { run, form } => report::report(&common, &run, form),
        Command::Sim(args) => sim::sim(&args).await,
    }
}
