//! A run of another host on this screen: it is shown from the shared copy of its journal, and what is of this host is
//! put aside meanwhile.
//!
//! The numbers of its lines are those of that host's journal and are never mixed with this one's. Nothing of this host
//! gives way while it has a run at work.

use jiff::Timestamp;

use super::App;
use super::hand::{Hand, place_of};
use crate::plan::event::{Entry, RunId};
use crate::plan::progress::Progress;
use crate::ui::conch::{self, Driver};
use crate::ui::view::Pane;

/// News of a run of another host.
#[derive(Clone, Debug)]
pub enum Abroad {
    /// This is followed from here on.
    Run {
        /// In whose journal it goes on.
        host: String,
        /// Its lines so far.
        lines: Vec<Entry>,
        /// Who drives it.
        driver: Driver,
    },
    /// A line more is in the copy.
    Line(Box<Entry>),
    /// Somebody else drives it now, or nobody.
    Driver(Driver),
    /// How far the copy is.
    Behind {
        /// When that host's journal held no more than was told; none where that is not known.
        whole: Option<Timestamp>,
        /// Why nothing more can be read now.
        trouble: Option<String>,
    },
    /// It is followed no more: it ended without a line, or goes on in this host's journal.
    Over {
        /// Which.
        run: RunId,
        /// Where it was.
        host: String,
        /// How it stands, by the index of runs.
        state: String,
    },
}

/// What is shown of this host while no other run is.
#[derive(Clone, Debug, Default)]
pub(super) struct Home {
    pub(super) run: Option<Progress>,
    pub(super) journal: Vec<Entry>,
    pub(super) hand: Hand,
}

impl App {
    /// A run of another host is shown.
    #[must_use]
    pub fn is_away(&self) -> bool {
        self.home.is_some()
    }

    /// A run of this host is at work, which gives way to none of another.
    #[must_use]
    pub fn is_at_work(&self) -> bool {
        self.home.is_none() && self.is_running()
    }

    /// The run that somebody drives at another bastion, if this console does not show one of this host at work.
    #[must_use]
    pub fn driven_by_another(&self) -> Option<&RunId> {
        match self.home {
            Some(_) => self.run.as_ref().filter(|_| self.is_running()).map(|run| &run.run),
            None => self.console.conch.run().filter(|_| !self.is_running()),
        }
    }

    /// The newest line that is shown of the run that [`Self::driven_by_another`] names, by its driver's numbers.
    #[must_use]
    pub fn seen_abroad(&self) -> Option<u64> {
        self.home.as_ref().and(self.journal.last()).map(|line| line.seq)
    }

    pub(super) fn abroad(&mut self, news: Abroad) {
        match news {
            Abroad::Run { host, lines, driver } if !self.is_at_work() => self.go_abroad(host, lines, driver),
            Abroad::Line(line) if self.is_away() => self.follow_line(*line),
            Abroad::Driver(driver) if self.is_away() => self.driven(driver),
            Abroad::Behind { whole, trouble } => {
                if let Some(shown) = &mut self.console.abroad {
                    (shown.whole, shown.trouble) = (whole, trouble);
                }
            }
            Abroad::Over { run, host, state } if self.shows(&run) => {
                self.come_home();
                self.view.say(&format!("run {} of {host} is followed no more: {state}", run.short()));
                self.ask_about_own();
            }
            _ => {}
        }
    }

    fn shows(&self, run: &RunId) -> bool {
        self.is_away() && self.run.as_ref().is_some_and(|shown| shown.run == *run)
    }

    fn go_abroad(&mut self, host: String, lines: Vec<Entry>, driver: Driver) {
        let run = match Progress::replay(&lines) {
            Ok(run) => run,
            Err(why) => {
                self.view.notify(&format!("A run of {host} cannot be shown"), &why.to_string());
                return;
            }
        };
        if self.home.is_none() {
            let home = Home {
                run: self.run.take(),
                journal: std::mem::take(&mut self.journal),
                hand: std::mem::take(&mut self.hand),
            };
            self.home = Some(Box::new(home));
        }
        (self.run, self.journal) = (Some(run), lines);
        self.view.pane = Pane::Plan;
        self.console.follows = None;
        self.console.abroad =
            Some(conch::Abroad { host, driver: Driver::Nobody, whole: None, trouble: None });
        self.driven(driver);
    }

    fn follow_line(&mut self, line: Entry) {
        let Some(run) = self.run.as_mut().filter(|run| run.run == line.run) else { return };
        if let Err(illegal) = run.apply(&line) {
            self.view.notify("The other host's journal and the screen disagree", &illegal.to_string());
            return;
        }
        self.note_aloud(&line);
        self.journal.push(line);
        if self.run.as_ref().is_some_and(|run| !run.is_open()) {
            self.hand = Hand::Nobody;
            let waits = |home: &Home| home.run.as_ref().is_some_and(Progress::is_open);
            if self.home.as_deref().is_some_and(waits) {
                self.come_home();
                self.ask_about_own();
            }
        }
    }

    fn driven(&mut self, driver: Driver) {
        let Some(abroad) = &mut self.console.abroad else { return };
        abroad.driver = driver.clone();
        let Some(run) = self.run.as_ref().filter(|run| run.is_open()) else { return };
        match driver {
            Driver::Drives { by } => {
                self.hand = Hand::Abroad;
                self.view.taken_up_elsewhere();
                self.view.say(&format!("{by} drives run {}; what you ask goes there", run.run.short()));
            }
            Driver::Silent { by, heard } => {
                self.hand = Hand::Nobody;
                let heard = heard.strftime("%H:%M:%SZ");
                let text =
                    format!("{by} has not been heard of since {heard}: that host may be gone, or cut off.");
                self.view.ask_about_abroad(run, abroad, Some(&text));
            }
            Driver::Nobody => {
                self.hand = Hand::Nobody;
                self.view.ask_about_abroad(run, abroad, None);
            }
        }
    }

    /// Shows again what is of this host.
    pub(super) fn come_home(&mut self) {
        let Some(home) = self.home.take() else { return };
        let Home { run, journal, hand } = *home;
        self.console.abroad = None;
        self.console.follows = match &hand {
            Hand::Elsewhere(by) => Some(by.clone()),
            _ => None,
        };
        (self.run, self.journal, self.hand) = (run, journal, hand);
        self.view.taken_up_elsewhere();
    }

    /// A run of this host that nobody drives asks for a person again.
    fn ask_about_own(&mut self) {
        if let Some(run) = self.run.as_ref().filter(|run| run.is_open() && self.hand == Hand::Nobody) {
            self.view.ask_about(run);
        }
    }

    /// A line of this host, while a run of another one is shown, is put aside.
    pub(super) fn put_aside(&mut self, line: Entry) {
        let Some(home) = &mut self.home else { return };
        let Some(at) = place_of(&home.journal, &line) else { return };
        if let Some(run) = home.run.as_mut().filter(|run| run.run == line.run) {
            // What cannot follow is told when it is shown.
            let _later = run.apply(&line);
        }
        home.journal.insert(at, line);
    }
}
