//! What the line to the terminal carries: when clocks tick, and what is left out of the screen so that it keeps to its
//! bytes a second.
//!
//! Pure: times come in as spans since the console began. A key, a dialog and an alarm are never held back; they are
//! only paid for afterwards.

use std::time::Duration;

use crate::ui::Strain;

/// How often clocks tick when nothing else is said.
const TICK: Duration = Duration::from_secs(1);
/// How often at most while clocks are slow, or the terminal has lost the focus.
const SLOW_TICK: Duration = Duration::from_secs(10);
/// What may be written at once, after a time in which nothing was.
const BURST: Duration = Duration::from_secs(4);
/// A frame that waits longer than this for its turn shows that the line is too thin for all of them.
const HELD: Duration = Duration::from_secs(2);
/// So long a copy may keep the line busy.
const COPY: Duration = Duration::from_secs(5);
/// How long the line must have had room before more is put on it; twice as long after each time that was too soon.
const EASE: Duration = Duration::from_mins(1);
const LONGEST_EASE: Duration = Duration::from_hours(1);

/// How the operator wants the line to be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Thrift {
    /// How often clocks tick; once a second at the most.
    pub tick: Option<Duration>,
    /// The bytes a second that the line may carry.
    pub bytes_per_second: Option<u32>,
}

/// The line as it is used.
#[derive(Debug)]
pub(super) struct Line {
    thrift: Thrift,
    budget: Option<Budget>,
    ticked: Option<Duration>,
}

impl Line {
    pub(super) fn new(thrift: Thrift) -> Self {
        Self { thrift, budget: thrift.bytes_per_second.map(|rate| Budget::new(rate.max(1))), ticked: None }
    }

    /// How it is to be used.
    pub(super) fn thrift(&self) -> Thrift {
        self.thrift
    }

    /// It is to be used like this from now on; what is left out is found anew where the bytes a second are others.
    pub(super) fn retune(&mut self, thrift: Thrift) {
        let Line { budget, .. } = Self::new(thrift);
        if thrift.bytes_per_second != self.thrift.bytes_per_second {
            self.budget = budget;
        }
        self.thrift = thrift;
    }

    /// What is left out now.
    pub(super) fn strain(&self) -> Strain {
        self.budget.as_ref().map_or(Strain::None, |budget| budget.strain)
    }

    /// It keeps to so many bytes a second.
    pub(super) fn is_limited(&self) -> bool {
        self.budget.is_some()
    }

    /// The most bytes of text that may be copied at once, so that no alarm waits long behind them; base64 makes four of
    /// three. `None` where it keeps to nothing.
    pub(super) fn copies(&self) -> Option<usize> {
        let rate = self.budget.as_ref()?.rate;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it comes from a u32")]
        let bytes = (rate * COPY.as_secs_f64() * 0.75) as usize;
        Some(bytes)
    }

    /// Clocks are due to tick; asked once a second, or more often.
    pub(super) fn ticks(&mut self, now: Duration, away: bool) -> bool {
        let slow = away || self.strain() == Strain::SlowClocks;
        let tick = self.thrift.tick.unwrap_or(TICK).max(TICK);
        let every = if slow { tick.max(SLOW_TICK) } else { tick };
        // A timer that comes a little early must not cost a whole second.
        let early = TICK / 4;
        let due = self.ticked.is_none_or(|last| now + early >= last + every);
        if due {
            self.ticked = Some(now);
        }
        due
    }

    /// There is room for a frame that can wait. One that has to wait for long has something left out of the next.
    pub(super) fn has_room(&mut self, now: Duration) -> bool {
        self.budget.as_mut().is_none_or(|budget| budget.has_room(now))
    }

    /// So many bytes were written.
    pub(super) fn wrote(&mut self, bytes: usize, now: Duration) {
        if let Some(budget) = &mut self.budget {
            budget.wrote(bytes, now);
        }
    }
}

/// A purse of bytes that fills with time.
#[derive(Debug)]
struct Budget {
    rate: f64,
    /// What may be written now; less than nothing is owed.
    left: f64,
    filled: Duration,
    strain: Strain,
    /// Since when a frame waits.
    held: Option<Duration>,
    /// Since when none had to, and how long that must be before less is left out.
    easy: Duration,
    ease: Duration,
    /// Less was left out before, which may have been too soon.
    eased: bool,
}

impl Budget {
    fn new(rate: u32) -> Self {
        let rate = f64::from(rate);
        Self {
            rate,
            left: rate * BURST.as_secs_f64(),
            filled: Duration::ZERO,
            strain: Strain::None,
            held: None,
            easy: Duration::ZERO,
            ease: EASE,
            eased: false,
        }
    }

    fn fill(&mut self, now: Duration) {
        let since = now.saturating_sub(self.filled).as_secs_f64();
        self.filled = self.filled.max(now);
        self.left = (self.left + since * self.rate).min(self.rate * BURST.as_secs_f64());
    }

    fn has_room(&mut self, now: Duration) -> bool {
        self.fill(now);
        if self.left > 0.0 {
            self.held = None;
            self.relax(now);
            return true;
        }
        let held = *self.held.get_or_insert(now);
        if now.saturating_sub(held) >= HELD {
            if std::mem::take(&mut self.eased) {
                self.ease = (self.ease * 2).min(LONGEST_EASE);
            }
            self.strain = self.strain.more();
            self.held = Some(now);
        }
        self.easy = now;
        false
    }

    /// After a long time with room more may be drawn again.
    fn relax(&mut self, now: Duration) {
        if self.strain > Strain::None && now.saturating_sub(self.easy) >= self.ease {
            self.strain = self.strain.less();
            (self.easy, self.eased) = (now, true);
        }
    }

    fn wrote(&mut self, bytes: usize, now: Duration) {
        self.fill(now);
        #[expect(clippy::cast_precision_loss, reason = "a frame is far shorter than 2^52 bytes")]
        let bytes = bytes as f64;
        self.left -= bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(seconds: u64) -> Duration {
        SECOND * u32::try_from(seconds).unwrap()
    }

    fn thin(rate: u32) -> Line {
        Line::new(Thrift { tick: None, bytes_per_second: Some(rate) })
    }

    /// Draws a frame of `size` whenever there is room, each second for so long; what was written.
    fn draw(line: &mut Line, seconds: std::ops::Range<u64>, size: impl Fn(Strain) -> usize) -> usize {
        let mut written = 0;
        for second in seconds {
            if line.has_room(at(second)) {
                let bytes = size(line.strain());
                line.wrote(bytes, at(second));
                written += bytes;
            }
        }
        written
    }

    #[test]
    fn clocks_tick_once_a_second_unless_they_are_slowed() {
        let ticks = |line: &mut Line, away| (0..20).filter(|s| line.ticks(at(*s), away)).count();
        assert_eq!(ticks(&mut Line::new(Thrift::default()), false), 20);
        let slowed = Thrift { tick: Some(SECOND * 5), bytes_per_second: None };
        assert_eq!(ticks(&mut Line::new(slowed), false), 4);
        assert_eq!(ticks(&mut Line::new(Thrift::default()), true), 2);
        let hasty = Thrift { tick: Some(SECOND / 10), bytes_per_second: None };
        let mut line = Line::new(hasty);
        assert_eq!(
            (0..100).filter(|tenth| line.ticks(SECOND / 10 * *tenth, false)).count(),
            13,
            "never ten a second"
        );
    }

    #[test]
    fn a_line_is_used_otherwise_from_now_on() {
        let mut line = thin(100);
        draw(&mut line, 0..60, |_| 500);
        assert_eq!(line.strain(), Strain::SlowClocks);
        let slower = Thrift { tick: Some(SECOND * 5), ..line.thrift() };
        line.retune(slower);
        assert_eq!(line.strain(), Strain::SlowClocks, "the line carries what it did");
        let ticks = |line: &mut Line, seconds: std::ops::Range<u64>| {
            seconds.filter(|s| line.ticks(at(*s), false)).count()
        };
        line.retune(Thrift { bytes_per_second: None, ..slower });
        assert_eq!((line.strain(), line.is_limited()), (Strain::None, false));
        assert_eq!(ticks(&mut line, 100..120), 4);
        line.retune(Thrift { tick: None, bytes_per_second: Some(960) });
        assert!(line.is_limited() && line.has_room(at(200)), "it begins with what may be written at once");
        assert_eq!(ticks(&mut line, 200..220), 20);
    }

    #[test]
    fn a_line_without_a_limit_leaves_nothing_out() {
        let mut line = Line::new(Thrift::default());
        assert_eq!(draw(&mut line, 0..100, |_| 100_000), 10_000_000);
        assert_eq!(line.strain(), Strain::None);
    }

    #[test]
    fn what_fits_is_written_whole() {
        let mut line = thin(960);
        assert_eq!(draw(&mut line, 0..600, |_| 300), 600 * 300);
        assert_eq!(line.strain(), Strain::None);
    }

    #[test]
    fn the_first_frame_alone_is_no_strain() {
        let mut line = thin(960);
        line.wrote(5_000, Duration::ZERO);
        assert!(!line.has_room(at(1)));
        assert!(line.has_room(at(2)));
        assert_eq!(line.strain(), Strain::None);
    }

    #[test]
    fn charts_go_first_and_clocks_next() {
        let mut line = thin(100);
        let charts = |strain| if strain == Strain::None { 500 } else { 90 };
        draw(&mut line, 0..60, charts);
        assert_eq!(line.strain(), Strain::NoCharts, "without charts it is enough");
        let mut line = thin(100);
        draw(&mut line, 0..60, |_| 500);
        assert_eq!(line.strain(), Strain::SlowClocks);
        let ticks = (60..120).filter(|s| line.ticks(at(*s), false)).count();
        assert_eq!(ticks, 6);
    }

    #[test]
    fn the_bytes_a_second_are_kept_to_whatever_is_drawn() {
        for size in [10, 100, 1_000, 7_000] {
            let written = draw(&mut thin(100), 0..1_000, |_| size);
            assert!(written <= 1_000 * 100 + 400 + size, "{written} of frames of {size}");
        }
    }

    #[test]
    fn an_alarm_is_written_at_once_and_paid_for_afterwards() {
        let mut line = thin(100);
        line.wrote(2_400, Duration::ZERO);
        // Nobody asks for room for an alarm.
        line.wrote(200, at(1));
        assert!(!line.has_room(at(20)), "2,200 bytes are owed");
        assert!(line.has_room(at(23)));
    }

    #[test]
    fn a_copy_keeps_the_line_busy_for_five_seconds_at_most_and_is_paid_for() {
        assert_eq!(Line::new(Thrift::default()).copies(), None);
        let mut line = thin(960);
        let most = line.copies().unwrap();
        assert_eq!(most, 3_600, "4,800 bytes of base64");
        line.wrote(most.div_ceil(3) * 4, Duration::ZERO);
        assert!(!line.has_room(Duration::ZERO), "what was copied counts as what was drawn does");
        assert!(line.has_room(at(2)));
    }

    #[test]
    fn what_was_left_out_comes_back_and_ever_later_when_that_was_too_soon() {
        let mut line = thin(100);
        let charts = |strain| if strain == Strain::None { 500 } else { 20 };
        let mut back = Vec::new();
        let mut before = Strain::None;
        for second in 0..2_000 {
            draw(&mut line, second..second + 1, charts);
            if line.strain() < before {
                back.push(second);
            }
            before = line.strain();
        }
        assert!(back.len() >= 3, "{back:?}");
        let waits: Vec<u64> = back.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(waits.windows(2).all(|pair| pair[1] > pair[0]), "{back:?}");
    }
}
