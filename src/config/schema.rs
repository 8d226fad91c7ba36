//! Every section and key that a config may hold, with type, default and meaning.
//!
//! The reader and `docs/config.md` both come from here; a key that is not here does not exist.

use super::arn::ArnKind;

mod sections;

pub(super) use sections::*;

/// A table of the file.
#[derive(Debug)]
pub(super) struct Section {
    /// Its header, as `[[regions.signals]]`.
    pub(super) header: &'static str,
    /// What it is for.
    pub(super) means: &'static str,
    /// Its keys, in the order of the docs.
    pub(super) fields: &'static [Field],
}

impl Section {
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|field| field.name)
    }
}

/// A key of a section.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) need: Need,
    pub(super) means: &'static str,
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// It must.
    Required,
    /// It may be left out.
    Optional,
    /// Left out, it is as if this text stood there.
    Default(&'static str),
}

/// The type of a key's value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    Number,
    Whole,
    Flag,
    Span,
    Limit,
    Statistic,
    Region,
    Url,
    Arn(ArnKind),
    Choice(&'static [&'static str]),
    Texts,
    Map,
    Table(&'static Section),
    Tables(&'static Section),
    Named(&'static Section),
}

impl Kind {
    /// The type in words, after "expected".
    pub(super) fn words(self) -> String {
        match self {
            Self::Text => "text in quotes".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Whole => "a whole number".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Span => "a span such as \"30s\"".to_owned(),
            Self::Limit => "a limit such as \"> 5\"".to_owned(),
            Self::Statistic => "a statistic such as \"Sum\"".to_owned(),
            Self::Region => "a Region such as \"us-east-1\"".to_owned(),
            Self::Url => "a URL".to_owned(),
            Self::Arn(kind) => format!("the ARN of {}", kind.noun()),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Texts => "a list of texts".to_owned(),
            Self::Map => "a table of names with texts".to_owned(),
            Self::Table(section) => format!("a table {}", section.header),
            Self::Tables(section) => format!("tables {}", section.header),
            Self::Named(section) => format!("a table of tables {}", section.header),
        }
    }
}
