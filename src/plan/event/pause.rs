//! Why a run is paused, as a value: what may end a pause depends on it.
//!
//! It says so, and neither pauses nor resumes anything.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why nothing new starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case", from = "Written")]
pub enum Pause {
    /// A person asked for it.
    #[default]
    Asked,
    /// The credentials have ended, or are about to.
    Credentials {
        /// What shows it, and what to do.
        text: String,
    },
    /// The right to act is gone or cannot be known, where bastions share a table.
    Conch {
        /// What became of it, and what to do.
        text: String,
    },
}

/// As it is in a journal. Before there were values it was a text, and that was always about the credentials.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Value(Value),
}

#[derive(Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
enum Value {
    Asked,
    Credentials { text: String },
    Conch { text: String },
}

impl From<Written> for Pause {
    fn from(written: Written) -> Self {
        match written {
            Written::Text(text) if text.is_empty() => Self::Asked,
            Written::Text(text) | Written::Value(Value::Credentials { text }) => Self::Credentials { text },
            Written::Value(Value::Asked) => Self::Asked,
            Written::Value(Value::Conch { text }) => Self::Conch { text },
        }
    }
}

impl Pause {
    /// A person just asked for it.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self == Self::Asked
    }

    /// It waits for other credentials.
    #[must_use]
    pub fn is_for_credentials(&self) -> bool {
        matches!(self, Self::Credentials { .. })
    }

    /// Why, and what to do before the run is resumed; empty where a person just asked for it.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Asked => "",
            Self::Credentials { text } | Self::Conch { text } => text,
        }
    }
}

impl fmt::Display for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Event;
    use super::*;

    #[test]
    fn it_is_written_as_a_value_and_an_older_text_is_of_the_credentials() {
        let text = "they ended at 14:02:00 UTC".to_owned();
        for why in [
            Pause::Asked,
            Pause::Credentials { text: text.clone() },
            Pause::Conch { text: "ben has it".to_owned() },
        ] {
            let event = Event::Paused { who: "ana".to_owned(), why: why.clone() };
            let written = serde_json::to_string(&event).unwrap();
            assert_eq!(written.contains("\"why\""), !why.is_asked(), "{written}");
            assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), event);
        }
        let older = r#"{"event":"paused","who":"pointsman","why":"they ended at 14:02:00 UTC"}"#;
        let event = Event::Paused { who: "pointsman".to_owned(), why: Pause::Credentials { text } };
        assert_eq!(serde_json::from_str::<Event>(older).unwrap(), event);
    }
}
