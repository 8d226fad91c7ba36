//! The one tree between the services and the wire.
//!
//! It must never hold anything of one protocol alone; what only XML needs (the name of a list's item) is
//! ignored by the others.

use jiff::Timestamp;

/// A value of the AWS data model, on its way in or out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// An explicit null (JSON and CBOR only; never written by the services).
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// A string; in XML and query bodies every scalar arrives as one.
    Text(String),
    /// A moment; epoch seconds in JSON, tag 1 in CBOR, RFC 3339 in XML.
    Time(Timestamp),
    /// A list and the element name of its items in XML.
    List(&'static str, Vec<Value>),
    /// A structure or map, in order.
    Record(Record),
}

/// An ordered structure; members that are absent are simply not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record(pub(crate) Vec<(String, Value)>);

impl Record {
    /// An empty structure.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With one more member.
    #[must_use]
    pub(crate) fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// With one more member, if there is a value for it.
    #[must_use]
    pub(crate) fn maybe(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With a list whose items are called `item` in XML.
    #[must_use]
    pub(crate) fn list<T: Into<Value>>(
        self,
        name: &str,
        item: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.with(name, Value::List(item, values))
    }

    /// The member of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Sets a member, replacing one of that name.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some(slot) => slot.1 = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }
}

impl Value {
    /// The member of that name of a structure.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Record(record) => record.get(name).filter(|value| **value != Self::Null),
            _ => None,
        }
    }

    /// The string member of that name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Self::as_text)
    }

    /// The whole-number member of that name, also from its text form.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(Self::as_int)
    }

    /// The boolean member of that name, also from its text form.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Self::Bool(flag) => Some(*flag),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The moment of that name, from any of its wire forms.
    pub(crate) fn time(&self, name: &str) -> Option<Timestamp> {
        self.get(name).and_then(Self::as_time)
    }

    /// The items of the list of that name; none if it is absent.
    pub(crate) fn items(&self, name: &str) -> &[Value] {
        self.get(name).map_or(&[], Self::as_items)
    }

    /// The strings of the list of that name; none if it is absent.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        self.items(name).iter().filter_map(Self::as_text).collect()
    }

    /// The string itself.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number itself, also from its text form.
    pub(crate) fn as_float(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "a metric value is a double on the wire")]
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The whole number itself, also from its text form.
    pub(crate) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            #[expect(clippy::cast_possible_truncation, reason = "only floats without a fraction pass")]
            Self::Float(number) if number.fract() == 0.0 => Some(*number as i64),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The moment itself: RFC 3339 text or epoch seconds.
    pub(crate) fn as_time(&self) -> Option<Timestamp> {
        match self {
            Self::Time(time) => Some(*time),
            Self::Int(seconds) => Timestamp::from_second(*seconds).ok(),
            Self::Float(seconds) => seconds_to_time(*seconds),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The items themselves; an XML wrapper with one repeated child counts as a list.
    pub(crate) fn as_items(&self) -> &[Value] {
        match self {
            Self::List(_, items) => items,
            Self::Record(record) => match record.0.as_slice() {
                [(_, Self::List(_, items))] => items,
                [(_, single)] => std::slice::from_ref(single),
                _ => &[],
            },
            _ => &[],
        }
    }

    /// The members themselves.
    pub(crate) fn as_record(&self) -> Option<&Record> {
        match self {
            Self::Record(record) => Some(record),
            _ => None,
        }
    }
}

/// The moment that many seconds after the epoch, to the millisecond.
pub(crate) fn seconds_to_time(seconds: f64) -> Option<Timestamp> {
    #[expect(clippy::cast_possible_truncation, reason = "a moment outside the range is refused by jiff")]
    let millis = (seconds * 1000.0).round() as i64;
    Timestamp::from_millisecond(millis).ok()
}

/// Seconds since the epoch with milliseconds, as JSON and CBOR carry a moment.
pub(crate) fn time_to_seconds(time: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century fit a double exactly")]
    let millis = time.as_millisecond() as f64;
    millis / 1000.0
}

/// RFC 3339 with milliseconds, as XML carries a moment.
pub(crate) fn time_to_text(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<Record> for Value {
    fn from(record: Record) -> Self {
        Self::Record(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_every_form() {
        let time: Timestamp = "2026-03-01T08:09:10.123Z".parse().unwrap();
        assert_eq!(time_to_text(time), "2026-03-01T08:09:10.123Z");
        assert_eq!(Value::Text(time_to_text(time)).as_time(), Some(time));
        assert_eq!(Value::Float(time_to_seconds(time)).as_time(), Some(time));
    }
}
