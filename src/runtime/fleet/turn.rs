//! When the list of workloads is drawn: keys and alarms at once, clocks when they tick, all else when the line to the
//! terminal has room for it.
//!
//! Pure: times come in as spans since the program began.

use std::time::Duration;

use crate::model::verdict::Lamp;
use crate::runtime::line::Line;
use crate::ui::Strain;
use crate::ui::fleet::{Fleet, Row};
use crate::ui::key::Input;

/// What is due on the screen.
#[derive(Debug)]
pub(super) struct Turn {
    /// The operator or the terminal did something since the last frame.
    pub(super) pressed: bool,
    /// The terminal has lost the focus.
    away: bool,
    /// A frame waits for room on the line.
    held: bool,
    /// What was last drawn that may never wait: how bad each workload is, and its run.
    alarm: Vec<(Lamp, Option<String>)>,
}

impl Turn {
    /// The first frame is due.
    pub(super) fn new() -> Self {
        Self { pressed: true, away: false, held: false, alarm: Vec::new() }
    }

    /// The operator or the terminal did something, or nobody did.
    pub(super) fn take(&mut self, input: Option<&Input>) {
        match input {
            Some(Input::Focus(focused)) => self.away = !focused,
            Some(_) => self.pressed = true,
            None => {}
        }
    }

    /// A frame may be drawn now.
    pub(super) fn may_draw(&mut self, line: &mut Line, now: Duration, view: &Fleet, rows: &[Row]) -> bool {
        let ticked = line.ticks(now, self.away);
        let alarm: Vec<_> = rows.iter().map(|row| (row.worst, row.run.clone())).collect();
        let pressed = std::mem::take(&mut self.pressed);
        if pressed || alarm != self.alarm {
            (self.alarm, self.held) = (alarm, false);
            return true;
        }
        if !(ticked || self.held || view.counts_down()) {
            return false;
        }
        let slow = line.strain() == Strain::SlowClocks && !ticked;
        self.held = slow || !line.has_room(now);
        !self.held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Thrift;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn what_was_written_is_waited_for_and_keys_are_not() {
        let thin = Thrift { tick: None, bytes_per_second: Some(100) };
        let (mut turn, mut line, view) = (Turn::new(), Line::new(thin), Fleet::default());
        assert!(turn.may_draw(&mut line, seconds(0), &view, &[]), "the first frame");
        line.wrote(3_000, seconds(0));
        let drawn = (1..26).filter(|at| turn.may_draw(&mut line, seconds(*at), &view, &[])).count();
        assert_eq!(drawn, 0, "2,600 bytes are owed");
        turn.take(Some(&Input::Resize { width: 80, height: 24 }));
        assert!(turn.may_draw(&mut line, seconds(26), &view, &[]), "whoever does something sees it");
        let paid = (27..60).filter(|at| turn.may_draw(&mut line, seconds(*at), &view, &[])).count();
        assert!(paid > 2, "and what is owed is paid for by then: {paid}");
    }

    #[test]
    fn without_a_limit_clocks_tick_and_nothing_else_is_drawn() {
        let (mut turn, mut line, view) = (Turn::new(), Line::new(Thrift::default()), Fleet::default());
        let mut draws = |turn: &mut Turn, at| turn.may_draw(&mut line, at, &view, &[]);
        let tenths = (0..50).filter(|tenth| draws(&mut turn, seconds(1) / 10 * *tenth)).count();
        assert!((5..=7).contains(&tenths), "once a second: {tenths}");
        turn.take(Some(&Input::Focus(false)));
        let away = (5..65).filter(|at| draws(&mut turn, seconds(*at))).count();
        assert!((5..=7).contains(&away), "ten seconds apart while nobody looks: {away}");
    }
}
