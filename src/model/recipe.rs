//! A playbook that the workload's operators wrote themselves, as its file declares it.
//!
//! Data as it was written: names of steps, kinds and Regions are checked by whoever reads the file, and what a kind
//! means is for the plan. Nothing here is ever read from AWS.

use std::collections::BTreeMap;
use std::time::Duration;

use super::topology::Region;

/// One playbook of the operators' own.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Its name, which is its file's without `.toml`.
    pub name: String,
    /// What it is for, in one sentence.
    pub about: String,
    /// Its steps, in an order in which each step's needs come before it.
    pub steps: Vec<RecipeStep>,
}

impl Recipe {
    /// It moves names by their records, or by the health checks those follow.
    #[must_use]
    pub fn moves_names(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.kind.as_str(), "dns.set" | "healthcheck.invert"))
    }
}

/// One step of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RecipeStep {
    /// Its name in the file.
    pub id: String,
    /// What it does, in a few words; without, the plan words it.
    pub title: Option<String>,
    /// What it does, by its kind: `aurora.failover`, `wait.lag`.
    pub kind: String,
    /// With what, by the keys of that kind.
    pub with: Params,
    /// Steps that must be confirmed or skipped first.
    pub needs: Vec<String>,
    /// What must hold when its turn comes, each by its kind and keys.
    pub interlocks: Vec<(String, Params)>,
    /// The rung that confirms it; without, the strongest that can be proved.
    pub proof: Option<String>,
    /// After so long it holds.
    pub deadline: Option<Duration>,
    /// How long it usually takes.
    pub usual: Option<Duration>,
    /// What to do when it is in trouble.
    pub on_trouble: Option<String>,
}

/// The keys of a kind with their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params(BTreeMap<String, Param>);

/// The value of one key.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// Text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// A whole number.
    Whole(u32),
    /// A span.
    Span(Duration),
    /// Names with texts.
    Map(BTreeMap<String, String>),
    /// A condition of its own, by its kind and keys.
    Condition(String, Box<Params>),
}

impl Params {
    /// Sets a key.
    pub fn set(&mut self, key: &str, value: Param) {
        self.0.insert(key.to_owned(), value);
    }

    /// Text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.0.get(key)? {
            Param::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A list of texts; empty when it is left out.
    #[must_use]
    pub fn texts(&self, key: &str) -> &[String] {
        match self.0.get(key) {
            Some(Param::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// A whole number.
    #[must_use]
    pub fn whole(&self, key: &str) -> Option<u32> {
        match self.0.get(key)? {
            Param::Whole(number) => Some(*number),
            _ => None,
        }
    }

    /// A span.
    #[must_use]
    pub fn span(&self, key: &str) -> Option<Duration> {
        match self.0.get(key)? {
            Param::Span(span) => Some(*span),
            _ => None,
        }
    }

    /// Names with texts.
    #[must_use]
    pub fn map(&self, key: &str) -> Option<&BTreeMap<String, String>> {
        match self.0.get(key)? {
            Param::Map(map) => Some(map),
            _ => None,
        }
    }

    /// A condition, by its kind and keys.
    #[must_use]
    pub fn condition(&self, key: &str) -> Option<(&str, &Params)> {
        match self.0.get(key)? {
            Param::Condition(kind, with) => Some((kind, with)),
            _ => None,
        }
    }

    /// The Region of a key: `from` and `to` are the Regions of the run, anything else is a Region's own name.
    #[must_use]
    pub fn region(&self, key: &str, from: &Region, to: &Region) -> Option<Region> {
        self.text(key).map(|word| place(word, from, to))
    }
}

/// The Region that a word of a playbook means in a run.
#[must_use]
pub fn place(word: &str, from: &Region, to: &Region) -> Region {
    match word {
        "from" => from.clone(),
        "to" => to.clone(),
        name => Region::new(name),
    }
}
