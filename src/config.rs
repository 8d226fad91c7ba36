//! `pointsman.toml`: what the workload is, and how it is reached and drawn.
//!
//! Layered: defaults < file < environment < flags. A wrong file is refused with every problem at its line, and must
//! never panic, nor be half taken. Nothing here waits, and nothing reads AWS.

mod arn;
mod check;
mod compute;
mod context;
mod cursor;
mod docs;
mod drill;
mod fleet;
mod layers;
mod limits;
mod metric;
mod names;
mod playbooks;
mod preset;
mod problem;
mod reader;
mod routing;
mod schema;
mod screen;
mod signal;
mod stores;
mod value;
mod webhook;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

pub use docs::docs;
pub use fleet::{Fleet, Member};
pub use layers::{Overrides, find};
pub use problem::{Problem, Problems};
pub use webhook::{Webhook, WebhookKind};

use crate::model::topology::{SharedTable, Topology};

/// All that the operator declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// What exists.
    pub topology: Arc<Topology>,
    /// How AWS is reached.
    pub access: Access,
    /// How it is drawn.
    pub screen: Screen,
    /// The table that several bastions share; without it each host is on its own.
    pub shared: Option<SharedTable>,
    /// Who is told when a run needs a person.
    pub webhook: Option<Webhook>,
    /// `endpoint_url` and every cluster endpoint lead to this machine, so nothing real is moved.
    pub simulated: bool,
    /// What looks wrong in the file but may be meant, in its order.
    pub warnings: Vec<Problem>,
}

/// How AWS is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// One URL in place of every AWS endpoint but those of the ARC cluster: a simulator or another emulator.
    pub endpoint_url: Option<String>,
    /// A profile of the shared AWS files.
    pub profile: Option<String>,
    /// The ARN of a role to take on.
    pub assume_role: Option<String>,
    /// The role of the EC2 instance may be asked for; elsewhere its address only hangs.
    pub instance_role: bool,
    /// The folder of the shared AWS files, and of the tokens of sign-ins in it, in place of `~/.aws`.
    pub folder: Option<PathBuf>,
}

impl Access {
    /// AWS is simulated on this machine.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        self.endpoint_url.as_deref().is_some_and(value::is_loopback)
    }
}

/// How it is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// The name of a theme; whether there is such a theme is for the screen to say.
    pub theme: Option<String>,
    /// Whether there is colour; `None` leaves it to the environment and the terminal.
    pub color: Option<Color>,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// What charts are drawn with; the finest that the shapes allow when left out.
    pub chart: Option<Chart>,
    /// How often its clocks tick; once a second at the most, and when left out.
    pub tick: Option<Duration>,
    /// The bytes a second that the line to the terminal may carry; without limit when left out.
    pub bytes_per_second: Option<u32>,
}

/// Whether there is colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Also where `NO_COLOR` is set or the terminal says that it has none.
    Always,
    /// None at all.
    Never,
    /// As `NO_COLOR` and the terminal say.
    Auto,
}

impl Color {
    /// Its words in the file, on the command line and in the environment.
    pub const WORDS: [&str; 3] = ["always", "never", "auto"];

    /// The one of this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "always" => Some(Self::Always),
            "never" => Some(Self::Never),
            "auto" => Some(Self::Auto),
            _ => None,
        }
    }
}

/// What charts are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// Eight dots a cell.
    Braille,
    /// Bars in eighths of a cell, for fonts whose braille cannot be read.
    Blocks,
    /// `*`, one a column.
    Ascii,
}

impl Chart {
    /// Its words in the file.
    pub const WORDS: [&str; 3] = ["braille", "blocks", "ascii"];

    /// The one of this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "braille" => Some(Self::Braille),
            "blocks" => Some(Self::Blocks),
            "ascii" => Some(Self::Ascii),
            _ => None,
        }
    }
}

/// Why there is no config.
#[derive(Debug, Error)]
pub enum ConfigErrors {
    /// The file cannot be read at all.
    #[error("{file}: {error}")]
    File {
        /// Which file.
        file: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// No file is named and none is where it is looked for.
    #[error("no config: neither --config nor POINTSMAN_CONFIG names one, and there is no {}", listed(.places))]
    Nowhere {
        /// Where it was looked for.
        places: Vec<PathBuf>,
    },
    /// The environment or the flags are wrong; one sentence each.
    #[error("environment or flags: {}", .0.join("\nenvironment or flags: "))]
    Overrides(Vec<String>),
    /// A folder of workloads has none.
    #[error("{} has no workload: no file in it ends in .toml", .folder.display())]
    Empty {
        /// Which folder.
        folder: PathBuf,
    },
    /// Two files are of one workload.
    #[error("{second} is the same workload as {first}")]
    Twins {
        /// One, with its file.
        first: String,
        /// The other.
        second: String,
    },
    /// It is not said which of several workloads is meant.
    #[error("{}", which(.asked.as_deref(), .there))]
    Which {
        /// What was asked for.
        asked: Option<String>,
        /// What could be.
        there: Vec<String>,
    },
    /// Several things are wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<ConfigErrors>),
    /// The file is wrong.
    #[error(transparent)]
    Problems(#[from] Problems),
}

fn listed(places: &[PathBuf]) -> String {
    places.iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(" and no ")
}

fn which(asked: Option<&str>, there: &[String]) -> String {
    let (all, how) = (there.join(", "), "name one with --workload, by its name, NAME-ENVIRONMENT or file");
    match asked {
        None => format!("more than one workload could be meant: {all}; {how}"),
        Some(name) => format!("`{name}` is not exactly one of {all}; {how}"),
    }
}

/// Reads a file, and the playbooks of its own: those in `NAME/playbooks/` beside `NAME.toml`, else in `playbooks/`.
///
/// # Errors
/// When one of them cannot be read, or is wrong; then with every problem in it.
pub fn load(path: &Path) -> Result<Config, ConfigErrors> {
    let file = path.display().to_string();
    let read = |path: &Path, file: &str| {
        std::fs::read_to_string(path).map_err(|error| ConfigErrors::File { file: file.to_owned(), error })
    };
    let mut config = parse(&read(path, &file)?, &file)?;
    let beside = path.parent().unwrap_or(Path::new(""));
    config.access.folder = config.access.folder.map(|folder| beside.join(folder));
    let mut own = Vec::new();
    for path in playbooks::files(path) {
        let file = path.display().to_string();
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        own.push(PlaybookFile { name, text: read(&path, &file)?, file });
    }
    Ok(config.with_playbooks(&own)?)
}

/// Where the playbooks of a config are looked for.
#[must_use]
pub fn playbook_folder(config: &Path) -> PathBuf {
    playbooks::folder(config)
}

/// The text of a playbook of the operators' own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaybookFile {
    /// Its name: its file's without `.toml`.
    pub name: String,
    /// What its file is called in problems.
    pub file: String,
    /// The text.
    pub text: String,
}

impl Config {
    /// The same with these playbooks.
    ///
    /// # Errors
    /// Every problem in any of them, file by file, in the order of the lines.
    pub fn with_playbooks(mut self, files: &[PlaybookFile]) -> Result<Self, Problems> {
        let mut topology = Arc::unwrap_or_clone(self.topology);
        let mut wrong = Vec::new();
        for PlaybookFile { name, file, text } in files {
            match playbooks::read(text, (name, file), &topology) {
                Ok(recipe) => topology.playbooks.push(recipe),
                Err(problems) => wrong.extend_from_slice(problems.list()),
            }
        }
        self.topology = Arc::new(topology);
        match Problems::of(wrong) {
            None => Ok(self),
            Some(problems) => Err(problems),
        }
    }
}

/// The kinds of steps that a playbook of the operators' own may have, in the order of the docs.
pub fn step_kinds() -> impl Iterator<Item = &'static str> {
    playbooks::KINDS.iter().map(|kind| kind.name)
}

/// Reads the text of a file that is called `file` in problems.
///
/// # Errors
/// Every problem in the text, in the order of the lines.
pub fn parse(text: &str, file: &str) -> Result<Config, Problems> {
    reader::read(text, file)
}
