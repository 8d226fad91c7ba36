//! One console among several: what it leaves behind when another workload comes to the front.
//!
//! It must carry nothing over: who comes back finds it disarmed, with nothing open, selected or typed. A run in flight
//! is none of this; it goes on with its own workload.

use jiff::Timestamp;

use super::App;
use super::hand::Hand;

impl App {
    /// The same as one of several, with a way back to their list.
    #[must_use]
    pub fn among_others(mut self) -> Self {
        self.view.in_fleet = true;
        self
    }

    /// Leaves the screen to another workload, or takes it up again: disarmed, and with an empty view. What the
    /// operator must know or decide is shown again.
    pub fn set_aside(&mut self, now: Timestamp) {
        (self.armed, self.reading_for, self.unclaimed, self.picture) = (None, None, None, None);
        (self.focused, self.to_fleet) = (false, false);
        self.view.set_aside();
        let cut_off = self.run.as_ref().filter(|run| run.is_open() && self.hand == Hand::Nobody);
        if let Some(run) = cut_off.filter(|_| self.home.is_none() && self.view.dialog.is_none()) {
            self.view.ask_about(run);
        }
        self.console.mode = self.mode(now);
    }

    /// Has the screen from now on.
    pub fn come_to_front(&mut self, now: Timestamp) {
        self.set_aside(now);
        self.focused = true;
    }

    /// The operator left for the list of workloads, and not the program.
    #[must_use]
    pub fn goes_to_fleet(&self) -> bool {
        self.to_fleet
    }
}
