//! Conditions: read from an expression, decided on one Region's item.
//!
//! It must never change an item.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::attribute::{equal, order, parts};
use super::expression::{Bindings, Cursor, Operand, Path};
use crate::sim::wire::Refusal;
use crate::sim::world::table::Item;

/// What has to hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    /// Both.
    And(Box<Condition>, Box<Condition>),
    /// One of them.
    Or(Box<Condition>, Box<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// Two operands stand like this.
    Compare(Operand, Comparator, Operand),
    /// The first lies between the others, both included.
    Between(Operand, Operand, Operand),
    /// The first is one of the others.
    In(Operand, Vec<Operand>),
    /// There is something there.
    Exists(Path),
    /// It begins with this text.
    BeginsWith(Operand, Operand),
    /// A text, set or list has this in it.
    Contains(Operand, Operand),
    /// It is of this type.
    IsType(Path, Operand),
}

/// How two operands stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparator {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Condition {
    /// Reads a whole expression of this kind.
    pub(super) fn read(kind: &'static str, text: &str, bindings: &mut Bindings) -> Result<Self, Refusal> {
        let mut cursor = Cursor::new(kind, text, bindings)?;
        let condition = either(&mut cursor)?;
        cursor.end()?;
        Ok(condition)
    }

    /// Whether it holds for this item; an item that is not there has no attributes.
    pub(super) fn holds(&self, item: &Item) -> bool {
        match self {
            Self::And(one, other) => one.holds(item) && other.holds(item),
            Self::Or(one, other) => one.holds(item) || other.holds(item),
            Self::Not(one) => !one.holds(item),
            Self::Compare(one, how, other) => how.holds(one.value(item).as_ref(), other.value(item).as_ref()),
            Self::Between(one, low, high) => {
                let value = one.value(item);
                Comparator::GreaterOrEqual.holds(value.as_ref(), low.value(item).as_ref())
                    && Comparator::LessOrEqual.holds(value.as_ref(), high.value(item).as_ref())
            }
            Self::In(one, others) => {
                let value = one.value(item);
                others.iter().any(|other| Comparator::Equal.holds(value.as_ref(), other.value(item).as_ref()))
            }
            Self::Exists(path) => path.find(item).is_some(),
            Self::BeginsWith(one, start) => {
                both(one, start, item, |one, start| match (parts(one), parts(start)) {
                    (Some(("S", one)), Some(("S", start))) => {
                        one.as_str().zip(start.as_str()).is_some_and(|(one, start)| one.starts_with(start))
                    }
                    _ => false,
                })
            }
            Self::Contains(one, part) => both(one, part, item, contains),
            Self::IsType(path, kind) => path.find(item).and_then(parts).is_some_and(|(own, _)| {
                kind.value(item).as_ref().and_then(parts).is_some_and(|(_, kind)| kind == own)
            }),
        }
    }
}

fn both(one: &Operand, other: &Operand, item: &Item, holds: impl Fn(&Json, &Json) -> bool) -> bool {
    one.value(item).zip(other.value(item)).is_some_and(|(one, other)| holds(&one, &other))
}

fn contains(one: &Json, part: &Json) -> bool {
    match (parts(one), parts(part)) {
        (Some(("S", one)), Some(("S", part))) => {
            one.as_str().zip(part.as_str()).is_some_and(|(one, part)| one.contains(part))
        }
        (Some(("SS", set)), Some(("S", part))) | (Some(("NS", set)), Some(("N", part))) => {
            set.as_array().is_some_and(|set| set.contains(part))
        }
        (Some(("L", list)), Some(_)) => list.as_array().into_iter().flatten().any(|own| equal(own, part)),
        _ => false,
    }
}

impl Comparator {
    /// The comparator of a word.
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "=" => Self::Equal,
            "<>" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// Whether two values stand like this; what is missing is only ever unequal.
    fn holds(self, one: Option<&Json>, other: Option<&Json>) -> bool {
        let (Some(one), Some(other)) = (one, other) else { return self == Self::NotEqual };
        let ordered = |fits: fn(Ordering) -> bool| order(one, other).is_some_and(fits);
        match self {
            Self::Equal => equal(one, other),
            Self::NotEqual => !equal(one, other),
            Self::Less => ordered(Ordering::is_lt),
            Self::LessOrEqual => ordered(Ordering::is_le),
            Self::Greater => ordered(Ordering::is_gt),
            Self::GreaterOrEqual => ordered(Ordering::is_ge),
        }
    }
}

fn either(cursor: &mut Cursor<'_>) -> Result<Condition, Refusal> {
    let mut left = all(cursor)?;
    while cursor.take("OR") {
        left = Condition::Or(Box::new(left), Box::new(all(cursor)?));
    }
    Ok(left)
}

fn all(cursor: &mut Cursor<'_>) -> Result<Condition, Refusal> {
    let mut left = inverted(cursor)?;
    while cursor.take("AND") {
        left = Condition::And(Box::new(left), Box::new(inverted(cursor)?));
    }
    Ok(left)
}

fn inverted(cursor: &mut Cursor<'_>) -> Result<Condition, Refusal> {
    if cursor.take("NOT") {
        return cursor.deeper(inverted).map(|inner| Condition::Not(Box::new(inner)));
    }
    if cursor.take("(") {
        let inner = cursor.deeper(either)?;
        cursor.expect(")")?;
        return Ok(inner);
    }
    match function(cursor)? {
        Some(condition) => Ok(condition),
        None => comparison(cursor),
    }
}

fn function(cursor: &mut Cursor<'_>) -> Result<Option<Condition>, Refusal> {
    let condition = if cursor.take_function("attribute_exists") {
        Condition::Exists(cursor.path()?)
    } else if cursor.take_function("attribute_not_exists") {
        Condition::Not(Box::new(Condition::Exists(cursor.path()?)))
    } else if cursor.take_function("attribute_type") {
        let path = cursor.path()?;
        cursor.expect(",")?;
        Condition::IsType(path, cursor.operand()?)
    } else if cursor.take_function("begins_with") {
        let (one, other) = pair(cursor)?;
        Condition::BeginsWith(one, other)
    } else if cursor.take_function("contains") {
        let (one, other) = pair(cursor)?;
        Condition::Contains(one, other)
    } else {
        return Ok(None);
    };
    cursor.expect(")")?;
    Ok(Some(condition))
}

fn pair(cursor: &mut Cursor<'_>) -> Result<(Operand, Operand), Refusal> {
    let one = cursor.operand()?;
    cursor.expect(",")?;
    Ok((one, cursor.operand()?))
}

fn comparison(cursor: &mut Cursor<'_>) -> Result<Condition, Refusal> {
    let one = cursor.operand()?;
    if cursor.take("BETWEEN") {
        let low = cursor.operand()?;
        cursor.expect("AND")?;
        return Ok(Condition::Between(one, low, cursor.operand()?));
    }
    if cursor.take("IN") {
        cursor.expect("(")?;
        let mut others = vec![cursor.operand()?];
        while cursor.take(",") {
            others.push(cursor.operand()?);
        }
        cursor.expect(")")?;
        return Ok(Condition::In(one, others));
    }
    let Some(how) = cursor.peek().and_then(Comparator::of) else { return Err(cursor.syntax_error()) };
    let word = cursor.peek().unwrap_or_default().to_owned();
    cursor.expect(&word)?;
    let other = cursor.operand()?;
    if matches!((&one, &other), (Operand::Path(left), Operand::Path(right)) if left == right) {
        return Err(cursor.refuse(
            "The first operand must be distinct from the remaining operands for this operator or function",
        ));
    }
    Ok(Condition::Compare(one, how, other))
}
