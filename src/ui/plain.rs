//! The screen as lines: what changed since the last look, for screen readers, logs and bad links.
//!
//! One line a change: time, what, from → to, and what is to know of it. It holds no escape sequence, never repeats
//! what only got older, and like the screen takes nothing for well that is not known.

mod facts;

use std::collections::{BTreeMap, BTreeSet};
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
    /// Which of those that others cover were ever read.
    read: BTreeSet<String>,
    told: Vec<Entry>,
    /// The day of the last line, and its time.
    day: Option<Date>,
    last: Option<Timestamp>,
}

impl Plain {
    /// A teller in a set of shapes that has told nothing yet.
    #[must_use]
    pub fn new(glyphs: Glyphs) -> Self {
        Self {
            glyphs,
            known: BTreeMap::new(),
            read: BTreeSet::new(),
            told: Vec::new(),
            day: None,
            last: None,
        }
    }

    /// Everything that became otherwise since the last look, oldest journal line first.
    pub fn news(&mut self, scene: &Scene<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in scene.journal {
            self.journal(entry, &mut lines);
        }
        let now = scene.now;
        for fact in facts::of(scene) {
            let Fact { what, state, before, detail, covered } = fact;
            let was = self.known.insert(what.clone(), state.clone()).unwrap_or(before);
            let first = covered && !self.read.contains(&what);
            if state != "unknown" {
                self.read.insert(what.clone());
            }
            if was == state || was.is_empty() || (first && state == "ok") {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap as Map;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::app::App;
    use crate::model::World;
    use crate::model::fixture::{EAST, Scene as Shop, canary, two_regions};
    use crate::model::topology::Formula;

    fn news(plain: &mut Plain, app: &App, now: Timestamp) -> Map<String, String> {
        let lines = plain.news(&app.scene(now));
        let parts = lines.iter().filter_map(|line| line.get(10..)?.split_once("  "));
        parts.map(|(what, rest)| (what.to_owned(), rest.to_owned())).collect()
    }

    fn app(world: World) -> App {
        App::new(world, true, TimeZone::UTC)
    }

    #[test]
    fn what_is_well_at_first_is_told_once_a_region_and_only_a_change_after_that() {
        let mut plain = Plain::new(Glyphs::unicode());
        let unread = Shop::new(two_regions());
        let _nothing = news(&mut plain, &app(unread.world), unread.now);
        let mut shop = Shop::calm();
        let first = news(&mut plain, &app(shop.world.clone()), shop.now);
        assert_eq!(first.get(EAST).map(String::as_str), Some("unknown → ok"), "{first:?}");
        assert!(!first.contains_key("us-east-1 canary local"), "{first:?}");
        assert_eq!(news(&mut plain, &app(shop.world.clone()), shop.now), Map::new());
        let Formula::Value(metric) = canary(EAST, "lcl-rgnl-home", "").formula else { unreachable!() };
        shop.tail(&metric, &[41.0, 41.0, 41.0]);
        let bad = news(&mut plain, &app(shop.world.clone()), shop.now);
        assert!(bad["us-east-1 canary local"].starts_with("ok → "), "{bad:?}");
        assert!(bad[EAST].starts_with("ok → "), "{bad:?}");
    }

    #[test]
    fn what_only_got_older_is_no_news_until_it_cannot_be_trusted() {
        let (mut plain, shop) = (Plain::new(Glyphs::ascii()), Shop::calm());
        let app = app(shop.world.clone());
        let _first = plain.news(&app.scene(shop.now));
        let soon = shop.now + jiff::SignedDuration::from_secs(20);
        assert_eq!(plain.news(&app.scene(soon)), [""; 0]);
        let old = plain.news(&app.scene(shop.now + jiff::SignedDuration::from_hours(2)));
        assert!(old.iter().any(|line| line.contains("us-east-1  ok -> unknown")), "{old:?}");
        assert!(old.iter().all(|line| line.is_ascii()), "{old:?}");
    }
}
