//! A cursor over a TOML table that knows its section: it reports unknown, missing and wrongly typed keys by itself.
//!
//! It never gives up: what cannot be read is reported and `None`, and the caller goes on with the rest.

use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::arn::{self, Arn, ArnKind};
use super::problem::{Place, Sink, hint, suggest};
use super::schema::{Field, Kind, Need, SECTIONS, Section};
use super::value;
use crate::model::topology::Threshold;

/// A value with the place it stands at.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

impl<T> Placed<T> {
    pub(super) fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }
}

/// A table of a known section.
#[derive(Clone, Copy)]
struct Node<'a> {
    table: &'a DeTable<'a>,
    section: &'static Section,
    sink: &'a Sink<'a>,
}

/// A table that is being read, at its place.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    node: Node<'a>,
    /// Where the table begins.
    pub(super) place: Place,
}

impl<'a> Cursor<'a> {
    /// Opens the whole file.
    pub(super) fn root(table: &'a DeTable<'a>, section: &'static Section, sink: &'a Sink<'a>) -> Self {
        Self::open(Node { table, section, sink }, Place::new("", 0..0))
    }

    fn open(node: Node<'a>, place: Place) -> Self {
        let cursor = Self { node, place };
        for key in node.table.keys() {
            if node.section.field(key.get_ref()).is_none() {
                let place = cursor.at(key.get_ref(), key.span());
                cursor
                    .sink()
                    .strange(&place, format!("unknown key{}", misplaced(node.section, key.get_ref())));
            }
        }
        for field in node.section.fields {
            if field.need == Need::Required && !node.table.contains_key(field.name) {
                cursor
                    .sink()
                    .miss(&cursor.place, format!("\"{}\" is missing: {}", field.name, field.kind.words()));
            }
        }
        cursor
    }

    /// Where problems go.
    pub(super) fn sink(&self) -> &'a Sink<'a> {
        self.node.sink
    }

    fn at(&self, key: &str, span: Range<usize>) -> Place {
        Place::new(join(&self.place.key, key), span)
    }

    fn written(&self, key: &str) -> Option<(&'static Field, &'a Spanned<DeValue<'a>>)> {
        let field = self.node.section.field(key);
        debug_assert!(field.is_some(), "{} has no key {key}", self.node.section.header);
        Some((field?, self.node.table.get(key)?))
    }

    fn wrong_type(&self, place: &Place, kind: Kind, found: &DeValue<'_>) {
        let found = match found {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.sink().refuse(place, format!("expected {}, found {found}", kind.words()));
    }

    /// The key stands in the file, right or wrong.
    pub(super) fn has(&self, key: &str) -> bool {
        self.written(key).is_some()
    }

    /// Refuses the value of a key.
    pub(super) fn refuse(&self, key: &str, what: impl Into<String>) {
        self.sink().refuse(&self.place_of(key), what);
    }

    /// Refuses the table for what is not in it.
    pub(super) fn miss(&self, what: impl Into<String>) {
        self.sink().miss(&self.place, what);
    }

    /// The place of a key's value, else of the table.
    pub(super) fn place_of(&self, key: &str) -> Place {
        self.written(key).map_or_else(|| self.place.clone(), |(_, value)| self.at(key, value.span()))
    }

    /// Text that a function reads; its complaint is reported.
    pub(super) fn read<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<Placed<T>> {
        let Some((field, value)) = self.written(key) else {
            let Need::Default(text) = self.node.section.field(key)?.need else { return None };
            return parse(text).ok().map(|value| Placed::new(value, self.place.clone()));
        };
        let place = self.at(key, value.span());
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(&place, field.kind, value.get_ref());
            return None;
        };
        match parse(text) {
            Ok(value) => Some(Placed { value, place }),
            Err(what) => {
                self.sink().refuse(&place, what);
                None
            }
        }
    }

    /// Text that is not empty.
    pub(super) fn text(&self, key: &str) -> Option<Placed<String>> {
        self.read(key, value::word)
    }

    /// A Region by its form; whether it is declared is checked elsewhere.
    pub(super) fn region(&self, key: &str) -> Option<Placed<String>> {
        self.read(key, value::region)
    }

    /// A span longer than nothing.
    pub(super) fn span(&self, key: &str) -> Option<Placed<Duration>> {
        self.read(key, value::some_span)
    }

    /// A limit; the inner `None` is `never`.
    pub(super) fn limit(&self, key: &str) -> Option<Placed<Option<Threshold>>> {
        self.read(key, value::limit)
    }

    /// An ARN of the kind that the section says.
    pub(super) fn arn(&self, key: &str) -> Option<Placed<Arn>> {
        let kind = match self.node.section.field(key)?.kind {
            Kind::Arn(kind) => kind,
            _ => ArnKind::RdsCluster,
        };
        self.read(key, |text| arn::parse(kind, text))
    }

    /// One of the words that the section says, and its index among them.
    pub(super) fn choice(&self, key: &str) -> Option<Placed<&'static str>> {
        let Kind::Choice(words) = self.node.section.field(key)?.kind else { return None };
        self.read(key, |text| {
            let known = words.iter().copied().find(|word| *word == text);
            known.ok_or_else(|| {
                let near = suggest(text, words, "there are");
                format!("\"{text}\" is not known here{near}")
            })
        })
    }

    /// A number above zero.
    pub(super) fn number(&self, key: &str) -> Option<Placed<f64>> {
        let (field, value) = self.written(key)?;
        let place = self.at(key, value.span());
        let number: Option<f64> = match value.get_ref() {
            DeValue::Integer(whole) if whole.radix() == 10 => whole.as_str().parse().ok(),
            DeValue::Float(float) => float.as_str().parse().ok(),
            other => {
                self.wrong_type(&place, field.kind, other);
                return None;
            }
        };
        let right = number.filter(|number| number.is_finite() && *number > 0.0);
        if right.is_none() {
            self.sink().refuse(&place, "must be a number above zero");
        }
        right.map(|value| Placed { value, place })
    }

    /// A whole number of zero or more.
    pub(super) fn whole(&self, key: &str) -> Option<Placed<usize>> {
        let (field, value) = self.written(key)?;
        let place = self.at(key, value.span());
        let DeValue::Integer(whole) = value.get_ref() else {
            self.wrong_type(&place, field.kind, value.get_ref());
            return None;
        };
        let right = usize::from_str_radix(whole.as_str(), whole.radix()).ok();
        if right.is_none() {
            self.sink().refuse(&place, "must be a whole number of zero or more");
        }
        right.map(|value| Placed { value, place })
    }

    /// True or false; false when it is left out.
    pub(super) fn flag(&self, key: &str) -> bool {
        let Some((field, value)) = self.written(key) else { return false };
        let DeValue::Boolean(flag) = value.get_ref() else {
            self.wrong_type(&self.at(key, value.span()), field.kind, value.get_ref());
            return false;
        };
        *flag
    }

    /// A list of texts, each at its place; `None` when it is left out.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<Placed<String>>> {
        let (field, value) = self.written(key)?;
        let place = self.at(key, value.span());
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(&place, field.kind, value.get_ref());
            return None;
        };
        let mut texts = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let place = Place::new(format!("{}[{index}]", place.key), item.span());
            match item.get_ref() {
                DeValue::String(text) => texts.push(Placed::new(text.to_string(), place)),
                other => self.wrong_type(&place, Kind::Text, other),
            }
        }
        Some(texts)
    }

    /// A table of names with texts; empty when it is left out, `None` when it is none or one of them is no text.
    pub(super) fn map(&self, key: &str) -> Option<Vec<(Placed<String>, Placed<String>)>> {
        let Some((field, value)) = self.written(key) else { return Some(Vec::new()) };
        let place = self.at(key, value.span());
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(&place, field.kind, value.get_ref());
            return None;
        };
        let mut pairs = Vec::new();
        for (name, value) in table {
            let path = join(&place.key, name.get_ref());
            let value_place = Place::new(path.clone(), value.span());
            match value.get_ref() {
                DeValue::String(text) => pairs.push((
                    Placed::new(name.get_ref().to_string(), Place::new(path, name.span())),
                    Placed::new(text.to_string(), value_place),
                )),
                other => self.wrong_type(&value_place, Kind::Text, other),
            }
        }
        (pairs.len() == table.len()).then_some(pairs)
    }

    /// A table below this one.
    pub(super) fn table(&self, key: &str) -> Option<Cursor<'a>> {
        let (field, value) = self.written(key)?;
        let place = self.at(key, value.span());
        match (field.kind, value.get_ref()) {
            (Kind::Table(section), DeValue::Table(table)) => {
                Some(Self::open(Node { table, section, ..self.node }, place))
            }
            (kind, other) => {
                self.wrong_type(&place, kind, other);
                None
            }
        }
    }

    /// The tables of a list below this one; empty when it is left out.
    pub(super) fn tables(&self, key: &str) -> Vec<Cursor<'a>> {
        let Some((field, value)) = self.written(key) else { return Vec::new() };
        let place = self.at(key, value.span());
        let (Kind::Tables(section), DeValue::Array(items)) = (field.kind, value.get_ref()) else {
            self.wrong_type(&place, field.kind, value.get_ref());
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let place = Place::new(format!("{}[{index}]", place.key), item.span());
            match item.get_ref() {
                DeValue::Table(table) => tables.push(Self::open(Node { table, section, ..self.node }, place)),
                other => self.wrong_type(&place, field.kind, other),
            }
        }
        tables
    }

    /// The tables below this one by their names; empty when it is left out.
    pub(super) fn named(&self, key: &str) -> Vec<(Placed<String>, Cursor<'a>)> {
        let Some((field, value)) = self.written(key) else { return Vec::new() };
        let place = self.at(key, value.span());
        let (Kind::Named(section), DeValue::Table(table)) = (field.kind, value.get_ref()) else {
            self.wrong_type(&place, field.kind, value.get_ref());
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (name, value) in table {
            let path = join(&place.key, name.get_ref());
            let below = Place::new(path.clone(), value.span());
            match value.get_ref() {
                DeValue::Table(table) => tables.push((
                    Placed::new(name.get_ref().to_string(), Place::new(path, name.span())),
                    Self::open(Node { table, section, ..self.node }, below),
                )),
                other => self.wrong_type(&below, field.kind, other),
            }
        }
        tables
    }
}

/// The path of a key below another; what is no bare key is quoted.
fn join(path: &str, key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let key = if bare { key.to_owned() } else { format!("{key:?}") };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

/// What an unknown key was probably meant to be: a near name here, or a key of another section.
fn misplaced(section: &Section, key: &str) -> String {
    let near = hint(key, section.names());
    if !near.is_empty() {
        return near;
    }
    let mut homes = SECTIONS.iter().filter(|other| !other.header.is_empty() && other.field(key).is_some());
    match (homes.next(), homes.next()) {
        (Some(home), None) => format!("; it belongs in {}", home.header),
        _ => format!("; the keys here are {}", section.names().collect::<Vec<_>>().join(", ")),
    }
}
