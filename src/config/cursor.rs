//! A cursor over a TOML table that knows its section: what can be read, with the place it stands at.
//!
//! It says nothing of what it cannot read, for `check` has said it already; it never gives up on the rest.

use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::arn::{self, Arn};
use super::preset::{self, Preset};
use super::problem::{Place, Sink};
use super::schema::{Field, Kind, Need, Section};
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

/// A table that is being read.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    pub(super) table: &'a DeTable<'a>,
    pub(super) section: &'static Section,
    pub(super) sink: &'a Sink<'a>,
    /// Where the table begins.
    pub(super) place: Place,
}

impl<'a> Cursor<'a> {
    /// The whole file.
    pub(super) fn root(table: &'a DeTable<'a>, section: &'static Section, sink: &'a Sink<'a>) -> Self {
        Self { table, section, sink, place: Place::new("", 0..0) }
    }

    /// The same for a table below this one.
    pub(super) fn below(&self, table: &'a DeTable<'a>, section: &'static Section, place: Place) -> Self {
        Self { table, section, sink: self.sink, place }
    }

    /// The place of something in this table.
    pub(super) fn at(&self, key: &str, span: Range<usize>) -> Place {
        Place::new(join(&self.place.key, key), span)
    }

    fn field(&self, key: &str) -> Option<&'static Field> {
        let field = self.section.field(key);
        debug_assert!(field.is_some(), "{} has no key {key}", self.section.header);
        field
    }

    fn written(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.field(key)?;
        self.table.get(key)
    }

    /// The key stands in the file, right or wrong.
    pub(super) fn has(&self, key: &str) -> bool {
        self.written(key).is_some()
    }

    /// Refuses the value of a key.
    pub(super) fn refuse(&self, key: &str, what: impl Into<String>) {
        self.sink.refuse(&self.place_of(key), what);
    }

    /// Refuses the table for what is not in it.
    pub(super) fn miss(&self, what: impl Into<String>) {
        self.sink.miss(&self.place, what);
    }

    /// The place of a key's value, else of the table.
    pub(super) fn place_of(&self, key: &str) -> Place {
        self.written(key).map_or_else(|| self.place.clone(), |value| self.at(key, value.span()))
    }

    /// Text of the key's kind, or its default, as a function reads it.
    fn read<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<Placed<T>> {
        let field = self.field(key)?;
        let text = match (self.written(key), field.need) {
            (Some(value), _) => value.get_ref().as_str()?,
            (None, Need::Default(text)) => text,
            (None, _) => return None,
        };
        let value = parse(&field.kind.text(text).ok()?).ok()?;
        Some(Placed::new(value, self.place_of(key)))
    }

    /// Text of any kind.
    pub(super) fn text(&self, key: &str) -> Option<Placed<String>> {
        self.read(key, |text| Ok(text.to_owned()))
    }

    /// A span.
    pub(super) fn span(&self, key: &str) -> Option<Placed<Duration>> {
        self.read(key, value::span)
    }

    /// A metric period in seconds.
    pub(super) fn period(&self, key: &str) -> Option<u32> {
        self.read(key, value::period).map(|period| period.value)
    }

    /// A limit; the inner `None` is `never`.
    pub(super) fn limit(&self, key: &str) -> Option<Placed<Option<Threshold>>> {
        self.read(key, value::limit)
    }

    /// An ARN of the kind that the section says.
    pub(super) fn arn(&self, key: &str) -> Option<Placed<Arn>> {
        let Kind::Arn(kind) = self.field(key)?.kind else { return None };
        self.read(key, |text| arn::parse(kind, text))
    }

    /// A preset.
    pub(super) fn preset(&self, key: &str) -> Option<Placed<&'static Preset>> {
        self.read(key, preset::find)
    }

    /// A number above zero.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        value::number(self.written(key)?.get_ref())
    }

    /// A whole number of zero or more.
    pub(super) fn whole(&self, key: &str) -> Option<Placed<usize>> {
        let value = value::whole(self.written(key)?.get_ref())?;
        Some(Placed::new(value, self.place_of(key)))
    }

    /// True or false; false when it is left out.
    pub(super) fn flag(&self, key: &str) -> bool {
        self.written(key).is_some_and(|value| matches!(value.get_ref(), DeValue::Boolean(true)))
    }

    /// The texts of a list, each at its place; `None` when it is left out or no list.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<Placed<String>>> {
        let items = self.written(key)?.get_ref().as_array()?;
        let mut texts = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if let Some(text) = item.get_ref().as_str() {
                texts.push(Placed::new(text.to_owned(), self.at(key, 0..0).item(index, item.span())));
            }
        }
        Some(texts)
    }

    /// Names with texts; empty when left out, `None` when one of them is no text.
    pub(super) fn map(&self, key: &str) -> Option<Vec<(Placed<String>, Placed<String>)>> {
        let Some(value) = self.written(key) else { return Some(Vec::new()) };
        let mut pairs = Vec::new();
        for (name, value) in value.get_ref().as_table()? {
            let path = join(&join(&self.place.key, key), name.get_ref());
            let text = value.get_ref().as_str()?;
            pairs.push((
                Placed::new(name.get_ref().to_string(), Place::new(path.clone(), name.span())),
                Placed::new(text.to_owned(), Place::new(path, value.span())),
            ));
        }
        Some(pairs)
    }

    /// A table below this one.
    pub(super) fn table(&self, key: &str) -> Option<Cursor<'a>> {
        let Kind::Table(section) = self.field(key)?.kind else { return None };
        let table = self.written(key)?.get_ref().as_table()?;
        Some(self.below(table, section, self.place_of(key)))
    }

    /// The tables of a list below this one; empty when it is left out.
    pub(super) fn tables(&self, key: &str) -> Vec<Cursor<'a>> {
        let Some(Field { kind: Kind::Tables(section), .. }) = self.field(key) else { return Vec::new() };
        let items = self.written(key).and_then(|value| value.get_ref().as_array());
        let mut tables = Vec::new();
        for (index, item) in items.into_iter().flat_map(|items| items.iter()).enumerate() {
            if let Some(table) = item.get_ref().as_table() {
                tables.push(self.below(table, section, self.at(key, 0..0).item(index, item.span())));
            }
        }
        tables
    }

    /// The tables below this one by their names; empty when it is left out.
    pub(super) fn named(&self, key: &str) -> Vec<(Placed<String>, Cursor<'a>)> {
        let Some(Field { kind: Kind::Named(section), .. }) = self.field(key) else { return Vec::new() };
        let table = self.written(key).and_then(|value| value.get_ref().as_table());
        let mut tables = Vec::new();
        for (name, value) in table.into_iter().flatten() {
            let path = join(&join(&self.place.key, key), name.get_ref());
            if let Some(table) = value.get_ref().as_table() {
                let below = self.below(table, section, Place::new(path.clone(), value.span()));
                tables.push((Placed::new(name.get_ref().to_string(), Place::new(path, name.span())), below));
            }
        }
        tables
    }
}

/// The path of a key below another; what is no bare key is quoted.
pub(super) fn join(path: &str, key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let key = if bare { key.to_owned() } else { format!("{key:?}") };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}
