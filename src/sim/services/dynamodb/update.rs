//! Update expressions: read, then applied to a copy of the item.
//!
//! Every operand sees the item as it was before. It must never touch a key attribute.

use serde_json::{Value as Json, json};

use super::attribute::{merge_sets, parts, sum};
use super::expression::{Bindings, Cursor, Path};
use super::invalid;
use crate::sim::wire::Refusal;
use crate::sim::world::table::Item;

/// The changes of one update expression.
pub(super) struct Update {
    changes: Vec<(Path, Change)>,
}

/// What happens at one path.
enum Change {
    /// It gets this value.
    Set(Source),
    /// It goes.
    Remove,
    /// A number grows, a set gains.
    Add(Json),
    /// A set loses.
    Delete(Json),
}

/// Where a set value comes from.
enum Source {
    /// What the item has there.
    Path(Path),
    /// A given value.
    Value(Json),
    /// What the item has there, else this.
    IfNotExists(Path, Box<Source>),
    /// Two lists in one.
    Append(Box<Source>, Box<Source>),
    /// The sum or, when true, the difference of two numbers.
    Sum(Box<Source>, Box<Source>, bool),
}

impl Update {
    /// Reads an `UpdateExpression`.
    pub(super) fn read(text: &str, bindings: &mut Bindings) -> Result<Self, Refusal> {
        let mut cursor = Cursor::new("UpdateExpression", text, bindings)?;
        let mut changes = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        while cursor.peek().is_some() {
            let Some(section) = ["SET", "REMOVE", "ADD", "DELETE"].into_iter().find(|word| cursor.at(word))
            else {
                return Err(cursor.syntax_error());
            };
            if seen.contains(&section) {
                return Err(cursor.refuse(&format!(
                    "The \"{section}\" section can only be used once in an update expression;"
                )));
            }
            seen.push(section);
            cursor.expect(section)?;
            changes.push(change(section, &mut cursor)?);
            while cursor.take(",") {
                changes.push(change(section, &mut cursor)?);
            }
        }
        overlap(&changes, &cursor)?;
        Ok(Self { changes })
    }

    /// The attributes it touches.
    pub(super) fn touched(&self) -> Vec<&str> {
        self.changes.iter().map(|(path, _)| path.top()).collect()
    }

    /// The item after it.
    pub(super) fn apply(&self, before: &Item) -> Result<Item, Refusal> {
        let mut after = before.clone();
        for (path, change) in &self.changes {
            let value = match change {
                Change::Set(source) => Some(source.value(before)?),
                Change::Remove => None,
                Change::Add(value) => Some(added(path.find(before), value)?),
                Change::Delete(value) => match path.find(before) {
                    None => None,
                    Some(own) => Some(merge_sets(own, value, true).ok_or_else(wrong_type)?)
                        .filter(|rest| !is_empty_set(rest)),
                },
            };
            if value.is_none() && path.find(before).is_none() {
                continue;
            }
            if !path.put(&mut after, value) {
                return Err(invalid(
                    "The document path provided in the update expression is invalid for update",
                ));
            }
        }
        Ok(after)
    }
}

fn wrong_type() -> Refusal {
    invalid("An operand in the update expression has an incorrect data type")
}

/// `DynamoDB` has no empty sets: the attribute goes with its last member.
fn is_empty_set(value: &Json) -> bool {
    parts(value).and_then(|(_, inner)| inner.as_array()).is_some_and(Vec::is_empty)
}

fn added(own: Option<&Json>, value: &Json) -> Result<Json, Refusal> {
    match own {
        None => Ok(value.clone()),
        Some(own) => sum(own, value, false).or_else(|| merge_sets(own, value, false)).ok_or_else(wrong_type),
    }
}

impl Source {
    fn value(&self, item: &Item) -> Result<Json, Refusal> {
        match self {
            Self::Path(path) => path.find(item).cloned().ok_or_else(|| {
                invalid("The provided expression refers to an attribute that does not exist in the item")
            }),
            Self::Value(value) => Ok(value.clone()),
            Self::IfNotExists(path, other) => path.find(item).cloned().map_or_else(|| other.value(item), Ok),
            Self::Append(one, other) => match (parts(&one.value(item)?), parts(&other.value(item)?)) {
                (Some(("L", one)), Some(("L", other))) => {
                    let all: Vec<&Json> =
                        [one, other].into_iter().filter_map(Json::as_array).flatten().collect();
                    Ok(json!({ "L": all }))
                }
                _ => Err(wrong_type()),
            },
            Self::Sum(one, other, minus) => {
                sum(&one.value(item)?, &other.value(item)?, *minus).ok_or_else(wrong_type)
            }
        }
    }
}

fn change(section: &str, cursor: &mut Cursor<'_>) -> Result<(Path, Change), Refusal> {
    let path = cursor.path()?;
    let change = match section {
        "SET" => {
            cursor.expect("=")?;
            Change::Set(source(cursor)?)
        }
        "REMOVE" => Change::Remove,
        section => {
            let Some(value) = cursor.value()? else { return Err(cursor.syntax_error()) };
            let kind = parts(&value).map_or("", |(kind, _)| kind);
            match (section, kind) {
                ("ADD", "N" | "SS" | "NS" | "BS") => Change::Add(value),
                ("DELETE", "SS" | "NS" | "BS") => Change::Delete(value),
                _ => {
                    return Err(cursor.refuse(&format!(
                        "Incorrect operand type for operator or function; operator: {section}, operand type: {kind}"
                    )));
                }
            }
        }
    };
    Ok((path, change))
}

fn source(cursor: &mut Cursor<'_>) -> Result<Source, Refusal> {
    let one = simple(cursor)?;
    let minus = cursor.at("-");
    if cursor.take("+") || cursor.take("-") {
        return Ok(Source::Sum(Box::new(one), Box::new(simple(cursor)?), minus));
    }
    Ok(one)
}

fn simple(cursor: &mut Cursor<'_>) -> Result<Source, Refusal> {
    if cursor.take_function("if_not_exists") {
        let path = cursor.path()?;
        cursor.expect(",")?;
        let other = cursor.deeper(simple)?;
        cursor.expect(")")?;
        return Ok(Source::IfNotExists(path, Box::new(other)));
    }
    if cursor.take_function("list_append") {
        let one = cursor.deeper(simple)?;
        cursor.expect(",")?;
        let other = cursor.deeper(simple)?;
        cursor.expect(")")?;
        return Ok(Source::Append(Box::new(one), Box::new(other)));
    }
    match cursor.value()? {
        Some(value) => Ok(Source::Value(value)),
        None => cursor.path().map(Source::Path),
    }
}

fn overlap(changes: &[(Path, Change)], cursor: &Cursor<'_>) -> Result<(), Refusal> {
    for (at, (one, _)) in changes.iter().enumerate() {
        for (other, _) in changes.iter().skip(at + 1) {
            let common = one.0.len().min(other.0.len());
            if one.0.get(..common) == other.0.get(..common) {
                return Err(cursor.refuse(&format!(
                    "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [{}], path two: [{}]",
                    one.0.join(", "),
                    other.0.join(", ")
                )));
            }
        }
    }
    Ok(())
}
