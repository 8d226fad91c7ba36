//! Expressions: their words, the placeholders behind them, and the paths and operands they are made of.
//!
//! It must never let a reserved word, an unknown placeholder or an unused one pass: the real service refuses
//! them, and a caller must find that out here.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::{attribute, invalid, reserved};
use crate::sim::services::Call;
use crate::sim::wire::{Refusal, to_json};
use crate::sim::world::table::Item;

/// `ExpressionAttributeNames` and `…Values`, and which of them the expressions have used.
pub(super) struct Bindings {
    names: Map<String, Json>,
    values: Map<String, Json>,
    used: BTreeSet<String>,
}

impl Bindings {
    /// The placeholders of a request.
    pub(super) fn of(call: &Call) -> Result<Self, Refusal> {
        let map = |name| match call.input.get(name).map(to_json) {
            Some(Json::Object(map)) => map,
            _ => Map::new(),
        };
        let (names, values) = (map("ExpressionAttributeNames"), map("ExpressionAttributeValues"));
        if let Some(name) = names.keys().find(|name| !name.starts_with('#') || name.len() < 2) {
            return Err(invalid(format!(
                "ExpressionAttributeNames contains invalid key: Syntax error; key: \"{name}\""
            )));
        }
        for (name, value) in &values {
            if !name.starts_with(':') || name.len() < 2 {
                return Err(invalid(format!(
                    "ExpressionAttributeValues contains invalid key: Syntax error; key: \"{name}\""
                )));
            }
            attribute::check(value)?;
        }
        Ok(Self { names, values, used: BTreeSet::new() })
    }

    /// Refuses placeholders that no expression has used.
    pub(super) fn all_used(&self) -> Result<(), Refusal> {
        let unused = |map: &Map<String, Json>| {
            let keys: Vec<&str> =
                map.keys().map(String::as_str).filter(|key| !self.used.contains(*key)).collect();
            (!keys.is_empty()).then(|| keys.join(", "))
        };
        let complaint = |what: &str, keys: String| {
            Err(invalid(format!("Value provided in {what} unused in expressions: keys: {{{keys}}}")))
        };
        if let Some(keys) = unused(&self.names) {
            return complaint("ExpressionAttributeNames", keys);
        }
        unused(&self.values).map_or(Ok(()), |keys| complaint("ExpressionAttributeValues", keys))
    }
}

/// Where a value stands in an item: the attribute's name, then the keys of the maps below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(pub(super) Vec<String>);

impl Path {
    /// The attribute of the item itself.
    pub(super) fn top(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The value there, if there is one.
    pub(super) fn find<'a>(&self, item: &'a Item) -> Option<&'a Json> {
        let (top, below) = self.0.split_first()?;
        below.iter().try_fold(item.get(top)?, |at, key| at.get("M")?.get(key))
    }

    /// Sets (or, with none, removes) the value there; false when a map on the way is missing.
    pub(super) fn put(&self, item: &mut Item, value: Option<Json>) -> bool {
        let Some((last, above)) = self.0.split_last() else { return false };
        let mut map = item;
        for key in above {
            let below = map.get_mut(key).and_then(|at| at.get_mut("M")).and_then(Json::as_object_mut);
            let Some(below) = below else { return false };
            map = below;
        }
        match value {
            Some(value) => map.insert(last.clone(), value),
            None => map.remove(last),
        };
        true
    }
}

/// A thing that has a value: a path, a placeholder's value, or the size of what is at a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    /// What the item has there.
    Path(Path),
    /// A given value.
    Value(Json),
    /// Its size.
    Size(Path),
}

impl Operand {
    /// Its value with this item.
    pub(super) fn value(&self, item: &Item) -> Option<Json> {
        match self {
            Self::Path(path) => path.find(item).cloned(),
            Self::Value(value) => Some(value.clone()),
            Self::Size(path) => {
                attribute::size(path.find(item)?).map(|size| json!({ "N": size.to_string() }))
            }
        }
    }
}

/// The most bytes of an expression.
const LONGEST: usize = 4096;
/// How deep conditions may stand in each other.
const DEEPEST: usize = 100;

/// An expression being read.
pub(super) struct Cursor<'a> {
    kind: &'static str,
    tokens: Vec<String>,
    at: usize,
    depth: usize,
    bindings: &'a mut Bindings,
}

impl<'a> Cursor<'a> {
    /// The words of `text`, an expression of this kind (`ConditionExpression`).
    pub(super) fn new(kind: &'static str, text: &str, bindings: &'a mut Bindings) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            return Err(invalid(format!(
                "Invalid {kind}: Expression size has exceeded the maximum allowed size; expression size: {}",
                text.len()
            )));
        }
        let tokens = tokens(text).map_err(|token| {
            invalid(format!("Invalid {kind}: Syntax error; token: \"{token}\", near: \"{text}\""))
        })?;
        if tokens.is_empty() {
            return Err(invalid(format!("Invalid {kind}: The expression can not be empty;")));
        }
        Ok(Self { kind, tokens, at: 0, depth: 0, bindings })
    }

    /// The next word, without taking it.
    pub(super) fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    /// Whether the next word is this one, in any case.
    pub(super) fn at(&self, word: &str) -> bool {
        self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word))
    }

    /// Takes the next word if it is this one, in any case.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let there = self.at(word);
        self.at += usize::from(there);
        there
    }

    /// Takes the next word, which has to be this one.
    pub(super) fn expect(&mut self, word: &str) -> Result<(), Refusal> {
        if self.take(word) { Ok(()) } else { Err(self.syntax_error()) }
    }

    /// Refuses anything that is left.
    pub(super) fn end(&self) -> Result<(), Refusal> {
        if self.at == self.tokens.len() { Ok(()) } else { Err(self.syntax_error()) }
    }

    /// The expression does not go on like this.
    pub(super) fn syntax_error(&self) -> Refusal {
        let token = self.peek().unwrap_or("<EOF>");
        let near = self.tokens.get(self.at.saturating_sub(1)..(self.at + 2).min(self.tokens.len()));
        self.refuse(&format!(
            "Syntax error; token: \"{token}\", near: \"{}\"",
            near.unwrap_or_default().join(" ")
        ))
    }

    /// The expression is refused with these words.
    pub(super) fn refuse(&self, words: &str) -> Refusal {
        invalid(format!("Invalid {}: {words}", self.kind))
    }

    /// Reads what stands one level deeper.
    pub(super) fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        if self.depth == DEEPEST {
            return Err(self.refuse("The expression is nested too deeply"));
        }
        self.depth += 1;
        let inner = read(self)?;
        self.depth -= 1;
        Ok(inner)
    }

    /// Takes `function (`, if that is what comes next.
    pub(super) fn take_function(&mut self, name: &str) -> bool {
        let called =
            self.peek() == Some(name) && self.tokens.get(self.at + 1).is_some_and(|next| next == "(");
        self.at += if called { 2 } else { 0 };
        called
    }

    /// Takes a path.
    pub(super) fn path(&mut self) -> Result<Path, Refusal> {
        let mut steps = vec![self.name()?];
        while self.take(".") {
            steps.push(self.name()?);
        }
        if self.at("[") {
            return Err(self.refuse("the simulator has no list indexes in paths"));
        }
        Ok(Path(steps))
    }

    fn name(&mut self) -> Result<String, Refusal> {
        let word = self.peek().unwrap_or_default().to_owned();
        if word.starts_with('#') {
            let Some(name) = self.bindings.names.get(&word).and_then(Json::as_str).map(str::to_owned) else {
                return Err(self.refuse(&format!(
                    "An expression attribute name used in the document path is not defined; attribute name: {word}"
                )));
            };
            self.bindings.used.insert(word);
            self.at += 1;
            return Ok(name);
        }
        if !word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            return Err(self.syntax_error());
        }
        if reserved::is_reserved(&word) {
            return Err(
                self.refuse(&format!("Attribute name is a reserved keyword; reserved keyword: {word}"))
            );
        }
        self.at += 1;
        Ok(word)
    }

    /// Takes a placeholder's value, if one comes next.
    pub(super) fn value(&mut self) -> Result<Option<Json>, Refusal> {
        let Some(word) = self.peek().filter(|word| word.starts_with(':')).map(str::to_owned) else {
            return Ok(None);
        };
        let Some(value) = self.bindings.values.get(&word).cloned() else {
            return Err(self.refuse(&format!(
                "An expression attribute value used in expression is not defined; attribute value: {word}"
            )));
        };
        self.bindings.used.insert(word);
        self.at += 1;
        Ok(Some(value))
    }

    /// Takes an operand of a condition.
    pub(super) fn operand(&mut self) -> Result<Operand, Refusal> {
        if self.take_function("size") {
            let path = self.path()?;
            self.expect(")")?;
            return Ok(Operand::Size(path));
        }
        match self.value()? {
            Some(value) => Ok(Operand::Value(value)),
            None => self.path().map(Operand::Path),
        }
    }
}

/// The words of an expression, or the character that is none.
fn tokens(text: &str) -> Result<Vec<String>, char> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '<' if rest.starts_with("<>") || rest.starts_with("<=") => 2,
            '>' if rest.starts_with(">=") => 2,
            '(' | ')' | ',' | '.' | '[' | ']' | '=' | '+' | '-' | '<' | '>' => 1,
            '#' | ':' => 1 + word_length(&rest[1..]),
            first if first.is_ascii_alphanumeric() || first == '_' => word_length(rest),
            other => return Err(other),
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_at_symbols() {
        let words = tokens("attribute_not_exists(#p.x) OR a<=:v").unwrap();
        assert_eq!(words, ["attribute_not_exists", "(", "#p", ".", "x", ")", "OR", "a", "<=", ":v"]);
        assert_eq!(tokens("a ! b"), Err('!'));
    }
}
