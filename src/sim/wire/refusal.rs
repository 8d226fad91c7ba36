//! An error answer before it is framed.
//!
//! It must never decide when an error is due: services do.

use std::borrow::Cow;

use super::Record;

/// An error of a service: its shape, words, HTTP status and modelled members.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    /// The error shape's name, or the code of a common error.
    pub(crate) code: String,
    /// The code in the older query form, where it differs from the shape's name.
    pub(crate) query_code: Option<Cow<'static, str>>,
    /// What a person reads.
    pub(crate) message: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// Members beside the message.
    pub(crate) extra: Record,
}

impl Refusal {
    /// A refusal of the sender, HTTP 400.
    pub(crate) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            query_code: None,
            message: message.into(),
            status: 400,
            extra: Record::new(),
        }
    }

    /// With another HTTP status.
    #[must_use]
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With the code its service used in the query protocol.
    #[must_use]
    pub(crate) fn query_code(mut self, code: &'static str) -> Self {
        self.query_code = Some(code.into());
        self
    }

    /// With a modelled member beside the message.
    #[must_use]
    pub(crate) fn member(mut self, name: &str, value: impl Into<super::Value>) -> Self {
        self.extra = self.extra.with(name, value);
        self
    }

    /// `Sender` or `Receiver`, as the query form says it.
    pub(crate) fn side(&self) -> &'static str {
        if self.status >= 500 { "Receiver" } else { "Sender" }
    }
}
