//! The line that commands are typed into, and those that it may mean; what was asked for before comes first.
//!
//! It writes nothing: where a command leads to a write, a dialog asks as it does after the key.

use super::keys::PALETTE;
use super::page::{Page, Para};
use super::sift::{edit, extend};
use super::{Moment, Reply, moved};
use crate::ui::action::Action;
use crate::ui::command::{self, Choice};
use crate::ui::key::Input;
use crate::ui::keymap::Keys;
use crate::ui::theme::Role;

/// The line, and what it may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    line: String,
    all: Vec<Choice>,
    matching: Vec<Choice>,
    selected: usize,
    said: Option<String>,
}

/// Rows that a page key moves by.
const PAGE: usize = 10;

impl Palette {
    /// Opens now.
    #[must_use]
    pub fn new(moment: &Moment<'_>) -> Self {
        let mut all = command::all(moment.facts, moment.view);
        let age = |choice: &Choice| moment.view.asked.iter().rev().position(|line| *line == choice.line);
        // What was never asked for stays in its order.
        all.sort_by_key(|choice| age(choice).unwrap_or(usize::MAX));
        Self { line: String::new(), matching: all.clone(), all, selected: 0, said: None }
    }

    /// What is typed.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }

    /// What it may mean, the likeliest first.
    #[must_use]
    pub fn matching(&self) -> &[Choice] {
        &self.matching
    }

    pub(super) fn on(&mut self, input: &Input, action: Option<Action>) -> Reply {
        match (action, input) {
            (Some(Action::Confirm), _) => return self.choose(),
            (Some(Action::Complete), _) => return self.complete(),
            (Some(action), _) => {
                self.selected = moved(self.selected, self.matching.len(), PAGE, action);
                return Reply::Stay;
            }
            (_, Input::Key(key)) => edit(&mut self.line, *key),
            (_, Input::Paste(text)) => extend(&mut self.line, text.trim().chars()),
            _ => return Reply::Stay,
        }
        self.matching = command::matching(&self.line, &self.all);
        (self.selected, self.said) = (0, None);
        Reply::Stay
    }

    fn choose(&mut self) -> Reply {
        let Some(choice) = self.matching.get(self.selected) else {
            self.said = Some("there is no such command".to_owned());
            return Reply::Stay;
        };
        if let Some(why) = &choice.off {
            self.said = Some(format!("{} is off: {why}", choice.line));
            return Reply::Stay;
        }
        Reply::Do { command: choice.command.clone(), line: choice.line.clone() }
    }

    fn complete(&mut self) -> Reply {
        if let Some(choice) = self.matching.get(self.selected) {
            self.line.clone_from(&choice.line);
            self.matching = command::matching(&self.line, &self.all);
            (self.selected, self.said) = (0, None);
        }
        Reply::Stay
    }

    pub(super) fn page(&self, keys: Keys<'_>) -> Page {
        let mut body: Vec<Para> =
            self.matching.iter().enumerate().map(|(at, choice)| line(choice, at == self.selected)).collect();
        if body.is_empty() {
            body.push(Para::default().add("no command has these letters", Role::Muted));
        }
        let ask = Para::default().add(":", Role::HintKey).add(format!("{}_", self.line), Role::Input);
        let help = Para::default().add(keys.sentence(PALETTE), Role::Muted);
        let said = match &self.said {
            Some(said) => Para::default().add(said, Role::LampLook),
            None => help,
        };
        Page { title: "COMMAND".to_owned(), body, tail: vec![Para::blank(), ask, said], ..Page::default() }
    }
}

/// Columns of the names.
const NAME: usize = 24;

fn line(choice: &Choice, selected: bool) -> Para {
    let mark = if selected { "▸ " } else { "  " };
    let role = if choice.off.is_some() { Role::Muted } else { Role::Text };
    let about = match &choice.off {
        Some(why) => format!("off: {why}"),
        None => choice.about.clone(),
    };
    let para = Para::new(mark).add(format!("{:<NAME$} ", choice.line), role).add(about, Role::Muted);
    para.hang(NAME + 3).right(&*choice.keys, Role::HintKey).selected(selected)
}
