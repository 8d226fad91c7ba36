//! Commands: what can be asked for by name, with arguments, found by a few of its letters.
//!
//! They are made from the one table, the panes, the themes and what could be begun. Nothing is done here, and a
//! command leads no further than the key of the same name: to a dialog that asks.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::action::{Action, TABLE, why_off};
use super::dialog::intents;
use super::keymap::Context;
use super::theme::Theme;
use super::view::{Facts, View};
use crate::model::verdict;
use crate::plan::{Intent, Playbook};

/// What a command does.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The same as a key.
    Do(Action),
    /// Filters the focused pane.
    Filter(String),
    /// Draws in another theme.
    Theme(String),
    /// Opens the sheet of an intent; the Region is still to be typed there.
    Begin(Intent),
}

/// One command that can be had.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The whole line that stands for it.
    pub line: String,
    /// What it does.
    pub about: String,
    /// Its keys, if it has any.
    pub keys: String,
    /// Why it does nothing now.
    pub off: Option<String>,
    /// What it is.
    pub command: Command,
}

/// The word before a text to filter by.
const FILTER: &str = "filter ";

/// Every command, in the order of the table.
#[must_use]
pub fn all(facts: &Facts<'_>, view: &View) -> Vec<Choice> {
    let mut choices = Vec::new();
    for entry in TABLE.iter().filter(|entry| entry.places.contains(&Context::Screen)) {
        let (line, about) = match entry.action {
            Action::Command => continue,
            Action::Pane(pane) => {
                (format!("pane {}", pane.name().to_lowercase()), format!("go to the {} pane", pane.name()))
            }
            _ => (entry.name.to_owned(), entry.about.to_owned()),
        };
        let off = why_off(facts, view, entry.action);
        let command = Command::Do(entry.action);
        choices.push(Choice { line, about, keys: view.keymap.keys(entry.action).join(" "), off, command });
    }
    choices.extend(begun(facts, view));
    choices.extend(themes(view));
    choices
}

/// The themes that come with the program, and those of the operator.
fn themes(view: &View) -> Vec<Choice> {
    let own = view.themes.iter().map(String::as_str).filter(|name| !Theme::NAMES.contains(name));
    let choice = |(name, whose): (&str, &str)| Choice {
        line: format!("theme {name}"),
        about: format!("draw in this theme{whose} until the end"),
        keys: String::new(),
        off: None,
        command: Command::Theme(name.to_owned()),
    };
    let own = own.map(|name| (name, " of yours"));
    own.chain(Theme::NAMES.map(|name| (name, ""))).map(choice).collect()
}

/// What could be begun: `failover us-west-2`, with the Region that leaves where there are several.
fn begun(facts: &Facts<'_>, view: &View) -> Vec<Choice> {
    let verdicts = verdict::regions(facts.world, facts.now);
    let intents = intents(facts, &verdicts.iter().collect::<Vec<_>>());
    let off = why_off(facts, view, Action::Act);
    let choice = |intent: &Intent| {
        let Intent { playbook, from, to } = intent;
        Choice {
            line: line(intent, &intents),
            about: match playbook {
                Playbook::Own(_) => {
                    format!("open the sheet: {from} → {to}; {}", playbook.told(facts.world.topology()))
                }
                _ => format!("open the sheet: {from} → {to}"),
            },
            keys: String::new(),
            off: off.clone(),
            command: Command::Begin(intent.clone()),
        }
    };
    intents.iter().map(choice).collect()
}

/// The line that begins an intent, one of `all` that could be begun.
#[must_use]
pub fn line(intent: &Intent, all: &[Intent]) -> String {
    let Intent { playbook, from, to } = intent;
    let alone = all.iter().filter(|other| other.playbook == *playbook && other.to == *to).count() == 1;
    if alone { format!("{playbook} {to}") } else { format!("{playbook} {to} from {from}") }
}

/// The commands that a line may mean, the likeliest first; those of an empty line are all of them.
#[must_use]
pub fn matching(line: &str, all: &[Choice]) -> Vec<Choice> {
    if let Some(text) = line.strip_prefix(FILTER) {
        return vec![filter(text, all)];
    }
    if line.trim().is_empty() {
        return all.to_vec();
    }
    let mut config = Config::DEFAULT;
    config.prefer_prefix = true;
    let mut matcher = Matcher::new(config);
    let pattern = Pattern::new(line, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut letters = Vec::new();
    let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut letters), &mut matcher);
    let mut found: Vec<(bool, u32, &Choice)> = Vec::new();
    for choice in all {
        // What a command is called counts before what it does.
        let by_name = score(&choice.line).map(|points| (true, points));
        let by_use = || score(&format!("{} {}", choice.line, choice.about)).map(|points| (false, points));
        found.extend(by_name.or_else(by_use).map(|(named, points)| (named, points, choice)));
    }
    let exact = |choice: &Choice| choice.line == line.trim();
    found.sort_by_key(|(named, points, choice)| Reverse((exact(choice), *named, *points)));
    let named = found.iter().any(|(named, ..)| *named);
    found.into_iter().filter(|(by_name, ..)| *by_name || !named).map(|(.., choice)| choice.clone()).collect()
}

fn filter(text: &str, all: &[Choice]) -> Choice {
    let (text, by_key) = (text.trim(), Command::Do(Action::Filter));
    Choice {
        line: format!("{FILTER}{text}"),
        about: "show the rows of this pane that hold it; !text those that do not".to_owned(),
        keys: all.iter().find(|known| known.command == by_key).map_or_else(String::new, |it| it.keys.clone()),
        off: None,
        command: Command::Filter(text.to_owned()),
    }
}
