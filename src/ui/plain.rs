//! The screen as lines: what changed since the last look, for screen readers, logs and bad links.
//!
//! One line a change: time, what, from → to, and what is to know of it. It holds no escape sequence, never repeats
//! what only got older, and like the screen takes nothing for well that is not known.

mod facts;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Scene;
use super::theme::Glyphs;
use super::widgets::paint;
use crate::model::verdict;
use crate::plan::event::{Entry, line};
use facts::Fact;

/// When nothing changed for so long, that is said.
pub const QUIET: Duration = Duration::from_mins(15);

/// What was told already.
#[derive(Clone, Debug)]
pub struct Plain {
    glyphs: Glyphs,
    known: BTreeMap<String, String>,
    told: Vec<Entry>,
    /// The day of the last line, and its time.
    day: Option<Date>,
    last: Option<Timestamp>,
}

impl Plain {
    /// A teller in a set of shapes that has told nothing yet.
    #[must_use]
    pub fn new(glyphs: Glyphs) -> Self {
        Self { glyphs, known: BTreeMap::new(), told: Vec::new(), day: None, last: None }
    }

    /// Everything that became otherwise since the last look, oldest journal line first.
    pub fn news(&mut self, scene: &Scene<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in scene.journal {
            self.journal(entry, &mut lines);
        }
        let now = scene.now;
        for fact in facts::of(scene) {
            let Fact { what, state, before, detail } = fact;
            let was = self.known.insert(what.clone(), state.clone()).unwrap_or(before);
            if was == state || was.is_empty() {
                continue;
            }
            let detail = if detail.is_empty() { String::new() } else { format!("  {detail}") };
            self.add(now, &format!("{what}  {was} → {state}{detail}"), &mut lines);
        }
        if self.last.is_some_and(|last| verdict::age(last, now) >= QUIET) {
            let text = format!("nothing changed; {}", verdict::situation(scene.world, now).text);
            self.add(now, &text, &mut lines);
        }
        lines
    }

    /// Takes lines of earlier runs for told.
    pub fn knows(&mut self, journal: &[Entry]) {
        self.told.extend_from_slice(journal);
    }

    /// One line of something that happened.
    pub fn happened(&mut self, now: Timestamp, what: &str) -> Vec<String> {
        let mut lines = Vec::new();
        self.add(now, what, &mut lines);
        lines
    }

    fn journal(&mut self, entry: &Entry, lines: &mut Vec<String>) {
        if self.told.last().is_some_and(|last| last.seq >= entry.seq) {
            return;
        }
        let of_run: Vec<Entry> = self.told.iter().filter(|told| told.run == entry.run).cloned().collect();
        let step = entry.event.step().map(|step| format!(" step {step}")).unwrap_or_default();
        self.add(entry.at, &format!("run {}{step}  {}", entry.run.short(), line(entry, &of_run)), lines);
        self.told.push(entry.clone());
    }

    fn add(&mut self, at: Timestamp, text: &str, lines: &mut Vec<String>) {
        let utc = at.to_zoned(TimeZone::UTC);
        if self.day != Some(utc.date()) {
            self.day = Some(utc.date());
            lines.push(format!("{}  {}  times are UTC", utc.strftime("%H:%M:%S"), utc.date()));
        }
        self.last = Some(at);
        let text = paint::clean(text);
        lines.push(format!("{}  {}", utc.strftime("%H:%M:%S"), self.glyphs.text(&text)));
    }
}
