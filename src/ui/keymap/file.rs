//! Reads the operator's own keys: what is bound over the table, what is unbound, with what label.
//!
//! It reads text and never the disk. Everything that is wrong is told at once, each with its line, and then nothing of
//! the file is taken.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Binding, Context, Keymap, written};
use crate::ui::action::{Action, TABLE};
use crate::ui::key::Key;

/// One thing that is wrong with a file of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to write.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// All that is wrong with a file of keys, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Problems {}

/// These keep their keys: they lead out of everything, or stand between the operator and a write.
const FIXED: [Action; 4] = [Action::Choose, Action::Confirm, Action::Back, Action::Interrupt];

/// The most keys of a chord.
const LONGEST: usize = 3;

/// A line of the file.
struct Wish {
    chord: Vec<Key>,
    line: usize,
    /// What it is to stand for, with a label; `None` unbinds it.
    means: Option<(Action, Option<String>)>,
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
}

type Name<'a, 'i> = &'a Spanned<std::borrow::Cow<'i, str>>;
type Value<'a, 'i> = &'a Spanned<DeValue<'i>>;

/// Reads a file and lays it over the table.
pub(super) fn load(file: &str, text: &str) -> Result<Keymap, Problems> {
    let mut reader = Reader { file, text, problems: Vec::new() };
    let wishes = reader.wishes();
    let mut keymap = Keymap::default();
    for wish in &wishes {
        reader.lay(&mut keymap, wish);
    }
    reader.reachable(&keymap, &wishes);
    reader.warn(&mut keymap, &wishes);
    let mut problems = reader.problems;
    if problems.is_empty() {
        return Ok(keymap);
    }
    problems.sort_by_key(|problem| problem.line);
    Err(Problems(problems))
}

impl Reader<'_> {
    fn wishes(&mut self) -> Vec<Wish> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            self.wrong(&error.span().unwrap_or(0..0), error.message());
        }
        let mut wishes: Vec<Wish> = Vec::new();
        for (name, value) in &table.into_inner() {
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("keys", DeValue::Table(keys)) => {
                    for (name, value) in keys {
                        let wish = self.wish(name, value);
                        wishes.extend(wish);
                    }
                }
                ("keys", _) => self.wrong(&value.span(), "`keys` is a table: [keys]"),
                (other, _) => {
                    self.wrong(&name.span(), &format!("unknown key `{other}`; keys stand in [keys]"));
                }
            }
        }
        wishes.sort_by_key(|wish| wish.line);
        self.once(&wishes);
        wishes
    }

    fn wish(&mut self, name: Name<'_, '_>, value: Value<'_, '_>) -> Option<Wish> {
        let keys: Result<Vec<Key>, _> = name.get_ref().split_whitespace().map(str::parse).collect();
        let chord = match keys {
            Ok(chord) if (1..=LONGEST).contains(&chord.len()) => chord,
            Ok(_) => return self.none(&name.span(), &format!("write one to {LONGEST} keys: \"g r\"")),
            Err(error) => return self.none(&name.span(), &error.to_string()),
        };
        let line = self.line(&name.span());
        let means = match value.get_ref() {
            DeValue::Boolean(false) => return Some(Wish { chord, line, means: None }),
            DeValue::String(action) => (self.action(&value.span(), action)?, None),
            DeValue::Table(table) => self.labelled(value, table)?,
            _ => return self.none(&value.span(), "write the name of an action, or false to unbind the keys"),
        };
        Some(Wish { chord, line, means: Some(means) })
    }

    /// `{ action = "pause", label = "stop" }`.
    fn labelled(&mut self, value: Value<'_, '_>, table: &DeTable<'_>) -> Option<(Action, Option<String>)> {
        let (mut action, mut label) = (None, None);
        for (name, value) in table {
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("action", DeValue::String(text)) => action = Some(self.action(&value.span(), text)?),
                ("label", DeValue::String(text)) => label = Some(text.to_string()),
                _ => return self.none(&name.span(), "write { action = \"pause\", label = \"stop\" }"),
            }
        }
        match action {
            Some(action) => Some((action, label)),
            None => self.none(&value.span(), "which action? write { action = \"pause\", label = \"stop\" }"),
        }
    }

    fn action(&mut self, span: &Range<usize>, name: &str) -> Option<Action> {
        let found = TABLE.iter().find(|entry| entry.name == name);
        let Some(entry) = found else {
            let distance = |known: &str| strsim::damerau_levenshtein(name, known);
            let near = TABLE.iter().map(|entry| entry.name).min_by_key(|known| distance(known));
            let near = near.filter(|known| distance(known) <= known.len().max(3) / 2);
            let near = near.map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
            return self.none(span, &format!("unknown action `{name}`{near}"));
        };
        if FIXED.contains(&entry.action) {
            return self.none(span, &format!("`{name}` keeps its keys: {}", entry.keys.join(" ")));
        }
        Some(entry.action)
    }

    /// The same keys, however written, stand in the file once.
    fn once(&mut self, wishes: &[Wish]) {
        for (at, wish) in wishes.iter().enumerate() {
            if let Some(before) = wishes[..at].iter().find(|before| before.chord == wish.chord) {
                let (keys, line) = (written(&wish.chord), before.line);
                self.say(wish.line, format!("`{keys}` stands on line {line} already"));
            }
        }
    }

    /// Lays one line over what is bound.
    fn lay(&mut self, keymap: &mut Keymap, wish: &Wish) {
        let keys = written(&wish.chord);
        let entry = wish.means.as_ref().and_then(|(action, _)| action.entry());
        let mut places: Vec<Context> =
            entry.map_or_else(|| Context::ALL.to_vec(), |entry| entry.places.to_vec());
        if wish.chord.len() > 1 && wish.means.is_some() {
            places.retain(|place| matches!(place, Context::Screen | Context::Fleet));
            if places.is_empty() {
                let only = "only in the panes and in the list of workloads may keys follow each other";
                self.say(wish.line, format!("`{keys}`: {only}"));
                return;
            }
        }
        let taken = |binding: &Binding| {
            binding.chord == wish.chord && binding.places.iter().any(|place| places.contains(place))
        };
        let fixed = keymap.bindings.iter().find(|b| taken(b) && FIXED.contains(&b.action));
        if let Some(fixed) = fixed.and_then(|binding| binding.action.entry()) {
            self.say(wish.line, format!("`{keys}` stays what it is: {}", fixed.name));
            return;
        }
        if wish.means.is_none() && !keymap.bindings.iter().any(taken) {
            self.say(wish.line, format!("`{keys}` is bound to nothing, so it cannot be unbound"));
            return;
        }
        for binding in keymap.bindings.iter_mut().filter(|binding| binding.chord == wish.chord) {
            binding.places.retain(|place| !places.contains(place));
        }
        keymap.bindings.retain(|binding| !binding.places.is_empty());
        let Some((action, label)) = &wish.means else { return };
        keymap.labels.extend(label.clone().map(|label| (*action, label)));
        // What the operator chose is shown first.
        keymap.bindings.insert(0, Binding { chord: wish.chord.clone(), action: *action, places });
    }

    /// Keys that begin others would always be taken for themselves.
    fn reachable(&mut self, keymap: &Keymap, wishes: &[Wish]) {
        for long in &keymap.bindings {
            let begins = |short: &&Binding| {
                short.chord.len() < long.chord.len()
                    && long.chord.starts_with(&short.chord)
                    && short.places.iter().any(|place| long.places.contains(place))
            };
            let Some(short) = keymap.bindings.iter().find(begins) else { continue };
            let line = wishes.iter().find(|wish| wish.chord == long.chord).map_or(1, |wish| wish.line);
            let (long, keys) = (written(&long.chord), written(&short.chord));
            let name = short.action.entry().map_or("", |entry| entry.name);
            let message =
                format!("`{long}` can never be typed: `{keys}` is {name}; unbind it with \"{keys}\" = false");
            self.say(line, message);
        }
    }

    fn warn(&self, keymap: &mut Keymap, wishes: &[Wish]) {
        for (key, action, other) in keymap.slips() {
            let Some(wish) = wishes.iter().find(|wish| wish.chord == [key]) else { continue };
            let name = action.entry().map_or("", |entry| entry.name);
            let message = format!("`{key}` leads to a write ({name}) and lies beside `{other}`");
            keymap.warnings.push(Problem { file: self.file.to_owned(), line: wish.line, message });
        }
    }

    fn none<T>(&mut self, span: &Range<usize>, message: &str) -> Option<T> {
        self.wrong(span, message);
        None
    }

    fn wrong(&mut self, span: &Range<usize>, message: &str) {
        let line = self.line(span);
        self.say(line, message.to_owned());
    }

    fn say(&mut self, line: usize, message: String) {
        self.problems.push(Problem { file: self.file.to_owned(), line, message });
    }

    fn line(&self, span: &Range<usize>) -> usize {
        self.text.get(..span.start).unwrap_or(self.text).matches('\n').count() + 1
    }
}
