//! The webhook: tells the outside when a run needs a person, and when it is over.
//!
//! It has a task and a queue of its own, so that nothing it does can delay a step, a frame or a key. What could not be
//! delivered is handed back as a [`Dropped`], never swallowed; secrets stay out of every text.

mod message;
mod send;
mod template;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::config::{Webhook, WebhookKind};
use crate::plan::event::Entry;
use crate::plan::progress::Progress;

pub use message::{Kind, Message, Severity};
pub use template::Template;

use send::Sender;

/// How many messages may wait for one that is slow; a run tells of a handful.
const QUEUE: usize = 32;

/// Where the Events API v2 of `PagerDuty` is.
const PAGERDUTY: &str = "https://events.pagerduty.com/v2/enqueue";

/// What is told beside the run: whose workload it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The workload's name.
    pub workload: String,
    /// Its environment word.
    pub environment: String,
}

/// A message that was given up, and why, in words without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped(pub String);

/// Where messages go; made once and hung into every flight.
#[derive(Clone, Debug)]
pub struct Bell {
    about: About,
    template: Template,
    key: String,
    sender: Sender,
}

/// A bell that hangs in one flight.
#[derive(Debug)]
pub struct Hung {
    bell: Bell,
    queue: Option<mpsc::Sender<Message>>,
    dropped: mpsc::UnboundedReceiver<Dropped>,
    drops: mpsc::UnboundedSender<Dropped>,
    task: JoinHandle<()>,
}

impl Bell {
    /// A bell for this webhook. `variable` reads the environment, where secrets are kept.
    ///
    /// # Errors
    /// In words, when a variable that the file names is not set, a template cannot be read or is none, or there are no
    /// root certificates for HTTPS.
    pub fn new(
        webhook: &Webhook,
        about: About,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let secret = |key: &str, name: &str| {
            let found = variable(name).filter(|value| !value.trim().is_empty());
            found.ok_or_else(|| format!("webhook.{key} names the variable {name}, which is not set"))
        };
        let url = match (&webhook.url, &webhook.url_from) {
            (Some(url), _) => url.clone(),
            (None, Some(name)) => secret("url_from", name)?,
            (None, None) if webhook.kind == WebhookKind::PagerDuty => PAGERDUTY.to_owned(),
            (None, None) => return Err("webhook.url is missing".to_owned()),
        };
        let key = webhook.key_from.as_ref().map(|name| secret("key_from", name)).transpose()?;
        let template = match &webhook.template {
            Some(file) => Template::read(file)?,
            None => Template::of(webhook.kind),
        };
        Ok(Self { about, template, key: key.unwrap_or_default(), sender: Sender::to(&url)? })
    }

    /// Starts the task that delivers the messages of one flight. Must be called within a tokio runtime.
    #[must_use]
    pub fn hang(&self) -> Hung {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (drops, dropped) = mpsc::unbounded_channel();
        let task = tokio::spawn(deliver(self.clone(), waiting, drops.clone()));
        Hung { bell: self.clone(), queue: Some(queue), dropped, drops, task }
    }
}

impl Hung {
    /// Tells what a line means for people, if it means anything: `run` is as it stands after the line. It never waits.
    pub fn tell(&self, run: &Progress, entry: &Entry) {
        let Some(message) = message::of(&self.bell.about, run, entry) else { return };
        let kind = message.kind;
        let full = self.queue.as_ref().is_none_or(|queue| queue.try_send(message).is_err());
        if full {
            // Whoever hung it reads the other end for as long as it hangs.
            let _gone =
                self.drops.send(Dropped(format!("webhook: {kind} was not told: too many wait before it")));
        }
    }

    /// The next message that was given up; it never comes while all goes well.
    pub async fn dropped(&mut self) -> Dropped {
        match self.dropped.recv().await {
            Some(dropped) => dropped,
            None => std::future::pending().await,
        }
    }

    /// Waits until everything was delivered or given up, but no longer than `limit`; what was given up comes back.
    pub async fn finish(mut self, limit: Duration) -> Vec<Dropped> {
        self.queue = None;
        let over = tokio::time::timeout(limit, &mut self.task).await;
        let mut all = Vec::new();
        while let Ok(dropped) = self.dropped.try_recv() {
            all.push(dropped);
        }
        if over.is_err() {
            all.push(Dropped("webhook: not everything was told before this ended".to_owned()));
        }
        all
    }
}

/// Delivers one message after the other, each within its bounded tries.
async fn deliver(bell: Bell, mut waiting: mpsc::Receiver<Message>, drops: mpsc::UnboundedSender<Dropped>) {
    while let Some(message) = waiting.recv().await {
        let body = bell.template.fill(&message, &bell.key);
        if let Err(why) = bell.sender.send(&body).await {
            tracing::warn!(kind = %message.kind, why, "the webhook was not told");
            let text = format!("webhook: {} was not told: {why}", message.kind);
            // Nobody listens any more: it is in the program's log.
            let _gone = drops.send(Dropped(text));
        }
    }
}

#[cfg(test)]
mod tests;
