//! Bodies: a text with `{{names}}` in it, each replaced by a value that is escaped for JSON.
//!
//! A template is filled with a message of every kind when it is read, so that one which makes no JSON is refused before
//! it is needed.

use std::path::Path;

use super::message::Message;
use crate::config::WebhookKind;

/// The bodies that are built in.
const JSON: &str = include_str!("json.json");
const PAGERDUTY: &str = include_str!("pagerduty.json");
const SLACK: &str = include_str!("slack.json");

/// The names that a template may hold.
pub(super) const NAMES: [&str; 20] = [
    "action",
    "at",
    "drill",
    "environment",
    "from",
    "host",
    "key",
    "kind",
    "playbook",
    "reason",
    "run",
    "severity",
    "simulated",
    "step",
    "summary",
    "title",
    "to",
    "who",
    "why",
    "workload",
];

/// A body with names in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
}

impl Template {
    /// The one that is built in for a kind.
    #[must_use]
    pub fn of(kind: WebhookKind) -> Self {
        let text = match kind {
            WebhookKind::Json => JSON,
            WebhookKind::PagerDuty => PAGERDUTY,
            WebhookKind::Slack => SLACK,
        };
        Self { text: text.to_owned() }
    }

    /// One of the operator's own.
    ///
    /// # Errors
    /// In words, when the file cannot be read, holds a name that is not known, or makes no JSON.
    pub fn read(file: &Path) -> Result<Self, String> {
        let told = |why: String| format!("webhook.template {}: {why}", file.display());
        let text = std::fs::read_to_string(file).map_err(|e| told(e.to_string()))?;
        Self::parse(text).map_err(told)
    }

    /// The same from a text.
    ///
    /// # Errors
    /// In words, when it holds a name that is not known, or makes no JSON.
    pub fn parse(text: String) -> Result<Self, String> {
        if let Some(unknown) = names(&text).find(|name| !NAMES.contains(name)) {
            return Err(format!("{{{{{unknown}}}}} is not known; there are {}", NAMES.join(", ")));
        }
        let filled = replaced(&text, |name| match name {
            "drill" | "simulated" => "false".to_owned(),
            _ => escaped("a \"word\"\nand another"),
        });
        match serde_json::from_str::<serde_json::Value>(&filled) {
            Ok(_) => Ok(Self { text }),
            Err(error) => Err(format!("it makes no JSON: {error}")),
        }
    }

    /// The body of a message; `key` is the receiver's secret, where it wants one.
    #[must_use]
    pub fn fill(&self, message: &Message, key: &str) -> String {
        replaced(&self.text, |name| match name {
            "drill" => message.run.start.drill.to_string(),
            "simulated" => message.run.start.simulated.to_string(),
            name => escaped(&value(message, key, name)),
        })
    }
}

fn value(message: &Message, key: &str, name: &str) -> String {
    let Message { run, about, .. } = message;
    let intent = &run.plan.intent;
    match name {
        "action" => if message.resolved { "resolve" } else { "trigger" }.to_owned(),
        "at" => message.at.to_string(),
        "environment" => about.environment.clone(),
        "from" => intent.from.to_string(),
        "host" => run.start.host.clone(),
        "key" => key.to_owned(),
        "kind" => message.kind.word().to_owned(),
        "playbook" => intent.playbook.to_string(),
        "reason" => run.start.reason.clone(),
        "run" => run.run.0.clone(),
        "severity" => message.severity.word().to_owned(),
        "step" => message.step.as_ref().map_or_else(String::new, |(id, _)| id.to_string()),
        "summary" => shortened(&message.summary),
        "title" => message.step.as_ref().map_or_else(String::new, |(_, title)| title.clone()),
        "to" => intent.to.to_string(),
        "who" => run.start.who.clone(),
        "why" => message.why.clone(),
        "workload" => about.workload.clone(),
        // A name that is not known was refused when the template was read.
        _ => String::new(),
    }
}

/// `PagerDuty` takes summaries of 1,024 characters at most.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 1024 {
        text.to_owned()
    } else {
        text.chars().take(1023).chain(['…']).collect()
    }
}

/// The names in a text, in its order.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}").map(|(name, _)| name.trim()))
}

fn replaced(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut parts = text.split("{{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some((name, rest)) = part.split_once("}}") {
            out.push_str(&value(name.trim()));
            out.push_str(rest);
        } else {
            out.push_str("{{");
            out.push_str(part);
        }
    }
    out
}

/// As it stands between the quotes of a JSON text.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default().to_owned()
}
