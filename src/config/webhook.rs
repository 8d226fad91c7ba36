//! Reads `[webhook]`: who is told when a run needs a person.
//!
//! Secrets are named by the environment variable that holds them; nothing here reads one.

use std::path::{Path, PathBuf};

use super::cursor::Cursor;
use super::value;

/// Who is told, and in which form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The form of the body.
    pub kind: WebhookKind,
    /// Where to; `PagerDuty` has one place for all.
    pub url: Option<String>,
    /// The variable that holds the URL, where the URL is a secret.
    pub url_from: Option<String>,
    /// The variable that holds the receiver's key.
    pub key_from: Option<String>,
    /// A file with a body of one's own.
    pub template: Option<PathBuf>,
}

/// The form of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookKind {
    /// Every field as it is.
    Json,
    /// Events API v2.
    PagerDuty,
    /// An incoming webhook.
    Slack,
}

/// The section; a template is looked for beside the file that names it.
pub(super) fn webhook(table: &Cursor<'_>, file: &str) -> Option<Webhook> {
    let kind = match table.text("kind").as_ref().map(|kind| kind.value.as_str()) {
        Some("pagerduty") => WebhookKind::PagerDuty,
        Some("slack") => WebhookKind::Slack,
        Some("json") | None => WebhookKind::Json,
        Some(_) => return None,
    };
    if table.has("url") && table.has("url_from") {
        table.refuse("url_from", "stands beside url; one of them says where to");
    }
    if !table.has("url") && !table.has("url_from") && kind != WebhookKind::PagerDuty {
        table.miss("\"url\" is missing: a URL such as \"https://example.com/hook\", or \"url_from\"");
    }
    if kind == WebhookKind::PagerDuty && !table.has("key_from") {
        table.miss("\"key_from\" is missing: the variable that holds the routing key");
    }
    let url = table.text("url");
    if let Some(url) = &url
        && url.value.starts_with("http://")
        && !value::is_loopback(&url.value)
    {
        table.refuse("url", "must be https: what is told names accounts' Regions and troubles");
    }
    let text = |key: &str| table.text(key).map(|text| text.value);
    let beside = Path::new(file).parent().unwrap_or_else(|| Path::new(""));
    Some(Webhook {
        kind,
        url: url.map(|url| url.value),
        url_from: text("url_from"),
        key_from: text("key_from"),
        template: text("template").map(|template| beside.join(template)),
    })
}
