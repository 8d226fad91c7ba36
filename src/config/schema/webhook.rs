//! The section of the webhook.

use super::sections::{may, or};
use super::{Kind, Section};

/// Words of a webhook's `kind`.
const KINDS: &[&str] = &["json", "pagerduty", "slack"];

/// `[webhook]`.
pub(in crate::config) static WEBHOOK: Section = Section {
    header: "[webhook]",
    means: "Who is told when a run holds, is refused, is not known, wants an approval, and when it ends. It delays \
            nothing; what could not be told is said in the journal.",
    fields: &[
        or("kind", Kind::Choice(KINDS), "json", "The form of what is told."),
        may("url", Kind::Url, "Where to; left out with `pagerduty`, it is PagerDuty's own place."),
        may("url_from", Kind::Text, "The environment variable that holds the URL, where it is a secret."),
        may(
            "key_from",
            Kind::Text,
            "The environment variable that holds the receiver's key, such as PagerDuty's routing key.",
        ),
        may(
            "template",
            Kind::Text,
            "A file beside this one with a body of your own: JSON with names such as `{{summary}}` in it.",
        ),
    ],
};
