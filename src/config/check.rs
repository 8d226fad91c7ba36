//! Checks the form of a whole file against its sections: unknown, missing and wrongly typed keys, one by one.
//!
//! Every key is looked at, also beside a wrong one; what keys mean together is for the readers of the sections.

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::cursor::{Cursor, join};
use super::problem::{Place, hint};
use super::schema::{Field, Kind, Need, SECTIONS, Section};
use super::value;

/// Reports all that is wrong with the form of a table and of those below it.
pub(super) fn check(cursor: &Cursor<'_>) {
    for (key, value) in cursor.table {
        if let Some(field) = cursor.section.field(key.get_ref()) {
            self::value(cursor, field, value);
        } else {
            let what = format!("unknown key{}", misplaced(cursor.section, key.get_ref()));
            cursor.sink.strange(&cursor.at(key.get_ref(), key.span()), what);
        }
    }
    for field in cursor.section.fields {
        if field.need == Need::Required && !cursor.table.contains_key(field.name) {
            cursor.miss(format!("\"{}\" is missing: {}", field.name, field.kind.words()));
        }
    }
}

fn value<'a>(cursor: &Cursor<'a>, field: &Field, value: &'a Spanned<DeValue<'a>>) {
    let place = cursor.at(field.name, value.span());
    match (field.kind, value.get_ref()) {
        (Kind::Table(section), DeValue::Table(table)) => check(&cursor.below(table, section, place)),
        (Kind::Tables(section), DeValue::Array(items)) => tables(cursor, section, items, &place),
        (Kind::Named(section), DeValue::Table(table)) => named(cursor, section, table, &place),
        (Kind::Map(kind), DeValue::Table(table)) => map(cursor, *kind, table, &place),
        (Kind::List(kind), DeValue::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                text(cursor, *kind, &place.item(index, item.span()), item.get_ref());
            }
        }
        (Kind::Flag, DeValue::Boolean(_)) => {}
        (Kind::Number, number @ (DeValue::Integer(_) | DeValue::Float(_))) => {
            if value::number(number).is_none() {
                cursor.sink.refuse(&place, "must be a number above zero");
            }
        }
        (Kind::Whole, number @ DeValue::Integer(_)) => {
            if value::whole(number).is_none() {
                cursor.sink.refuse(&place, "must be a whole number of zero or more");
            }
        }
        (kind, other) => text(cursor, kind, &place, other),
    }
}

fn text(cursor: &Cursor<'_>, kind: Kind, place: &Place, value: &DeValue<'_>) {
    match value {
        DeValue::String(text) if kind.is_text() => {
            if let Err(what) = kind.text(text) {
                cursor.sink.refuse(place, what);
            }
        }
        other => cursor.sink.refuse(place, wrong_type(kind, other)),
    }
}

fn tables<'a>(cursor: &Cursor<'a>, section: &'static Section, items: &'a DeArray<'a>, place: &Place) {
    for (index, item) in items.iter().enumerate() {
        let place = place.item(index, item.span());
        match item.get_ref() {
            DeValue::Table(table) => check(&cursor.below(table, section, place)),
            other => cursor.sink.refuse(&place, wrong_type(Kind::Table(section), other)),
        }
    }
}

fn named<'a>(cursor: &Cursor<'a>, section: &'static Section, table: &'a DeTable<'a>, place: &Place) {
    for (name, value) in table {
        let place = Place::new(join(&place.key, name.get_ref()), value.span());
        match value.get_ref() {
            DeValue::Table(table) => check(&cursor.below(table, section, place)),
            other => cursor.sink.refuse(&place, wrong_type(Kind::Table(section), other)),
        }
    }
}

fn map(cursor: &Cursor<'_>, kind: Kind, table: &DeTable<'_>, place: &Place) {
    for (name, value) in table {
        text(cursor, kind, &Place::new(join(&place.key, name.get_ref()), value.span()), value.get_ref());
    }
}

fn wrong_type(kind: Kind, found: &DeValue<'_>) -> String {
    let found = match found {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    format!("expected {}, found {found}", kind.words())
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
