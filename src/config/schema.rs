//! Every section and key that a config may hold, with type, default and meaning.
//!
//! The reader and `docs/config.md` both come from here; a key that is not here does not exist.

use super::arn::{self, ArnKind};
use super::problem::suggest;
use super::{preset, value};

mod actors;
mod names;
mod playbooks;
mod screen;
mod sections;
mod webhook;

pub(super) use playbooks::PLAYBOOK;
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
    /// Any text that says something.
    Text,
    Number,
    Whole,
    Flag,
    /// A span longer than nothing.
    Span,
    /// A span that may be nothing.
    Wait,
    /// A span of whole minutes.
    Period,
    Limit,
    Statistic,
    Region,
    Url,
    Account,
    Zone,
    HealthCheck,
    DnsName,
    Resolver,
    Preset,
    Arn(ArnKind),
    Choice(&'static [&'static str]),
    /// A list of texts of a kind.
    List(&'static Kind),
    /// Names with texts of a kind.
    Map(&'static Kind),
    Table(&'static Section),
    Tables(&'static Section),
    /// Names with tables.
    Named(&'static Section),
}

impl Kind {
    /// The type in words, after "expected".
    pub(super) fn words(self) -> String {
        let words = match self {
            Self::Text => "text in quotes",
            Self::Number => "a number",
            Self::Whole => "a whole number",
            Self::Flag => "true or false",
            Self::Span | Self::Wait | Self::Period => "a span such as \"30s\"",
            Self::Limit => "a limit such as \"> 5\"",
            Self::Statistic => "a statistic such as \"Sum\"",
            Self::Region => "a Region such as \"us-east-1\"",
            Self::Url => "a URL",
            Self::Account => "an account such as \"111122223333\"",
            Self::Zone => "a hosted zone id",
            Self::HealthCheck => "a health check id",
            Self::DnsName => "a DNS name",
            Self::Resolver => "an address such as \"1.1.1.1:53\", or \"system\"",
            Self::Preset => "the name of a preset",
            Self::List(_) => "a list of texts",
            Self::Map(_) => "a table of names with texts",
            Self::Arn(kind) => return format!("the ARN of {}", kind.noun()),
            Self::Choice(words) => return format!("one of {}", words.join(", ")),
            Self::Table(section) => return format!("a table {}", section.header),
            Self::Tables(section) | Self::Named(section) => return format!("tables {}", section.header),
        };
        words.to_owned()
    }

    /// It is written as text.
    pub(super) fn is_text(self) -> bool {
        let other = matches!(self, Self::Number | Self::Whole | Self::Flag | Self::List(_) | Self::Map(_));
        !other && !matches!(self, Self::Table(_) | Self::Tables(_) | Self::Named(_))
    }

    /// Text of this kind in its usual form, or what is wrong with it.
    pub(super) fn text(self, text: &str) -> Result<String, String> {
        let kept = || text.to_owned();
        match self {
            Self::Span => value::some_span(text).map(|_| kept()),
            Self::Wait => value::span(text).map(|_| kept()),
            Self::Period => value::period(text).map(|_| kept()),
            Self::Limit => value::limit(text).map(|_| kept()),
            Self::Statistic => value::statistic(text).map(|()| kept()),
            Self::Region => value::region(text).map(|()| kept()),
            Self::Url => value::url_host(text).map(|_| kept()),
            Self::Account => value::account(text).map(|()| kept()),
            Self::HealthCheck => value::health_check(text).map(|()| kept()),
            Self::Preset => preset::find(text).map(|_| kept()),
            Self::Arn(kind) => arn::parse(kind, text).map(|_| kept()),
            Self::Choice(words) if words.contains(&text) => Ok(kept()),
            Self::Choice(words) => {
                Err(format!("\"{text}\" is not known here{}", suggest(text, words, "there are")))
            }
            Self::Zone => value::zone(text),
            Self::DnsName => value::dns_name(text),
            Self::Resolver => value::resolver(text).map(|_| kept()),
            _ => value::word(text),
        }
    }
}
