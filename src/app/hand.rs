//! In whose hand the run is: nobody's, this console's, or another process's that this console follows.
//!
//! A run that is followed looks as if it were driven here; what is asked of it goes to whoever drives it.

use super::App;
use crate::plan::decide::ITSELF;
use crate::plan::event::{Entry, Event, RunId};
use crate::plan::progress::Progress;

/// Who drives the run that is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Hand {
    /// Nobody; an open run was cut off, or is on hold with nobody there.
    #[default]
    Nobody,
    /// This console.
    Here,
    /// Another process of this host, in words: `maria on bastion (process 4711)`.
    Elsewhere(String),
    /// Somebody at another host.
    Abroad,
}

impl App {
    /// Shows a run that another process drives, from the first frame on.
    pub fn follow(&mut self, lines: Vec<Entry>, run: Progress, by: String) {
        self.journal = lines;
        self.view.pane = crate::ui::view::Pane::Plan;
        self.run = Some(run);
        self.elsewhere(Some(by));
    }

    /// The run that another process drives, if one does.
    #[must_use]
    pub fn followed(&self) -> Option<&RunId> {
        let run = self.run.as_ref().filter(|run| run.is_open())?;
        matches!(self.hand, Hand::Elsewhere(_)).then_some(&run.run)
    }

    /// Another process took the conch, or let it go; what is driven here stays here.
    pub(super) fn elsewhere(&mut self, by: Option<String>) {
        if self.hand == Hand::Here {
            return;
        }
        if let Some(home) = &mut self.home {
            home.hand = by.map_or(Hand::Nobody, Hand::Elsewhere);
            return;
        }
        let before = std::mem::take(&mut self.hand);
        self.console.follows.clone_from(&by);
        let open = self.run.as_ref().filter(|run| run.is_open());
        match (by, before) {
            (Some(by), _) => {
                if let Some(run) = open {
                    self.view.taken_up_elsewhere();
                    let text = format!("{by} drives run {}; what you ask goes there", run.run.short());
                    self.view.say(&text);
                }
                self.hand = Hand::Elsewhere(by);
            }
            (None, Hand::Elsewhere(by)) => {
                if let Some(run) = open {
                    self.view.ask_about_left(run, &by);
                }
            }
            (None, _) => {}
        }
    }

    /// Takes in a line that was written here (`own`) or that another process wrote, each once.
    pub(super) fn log(&mut self, entry: Entry, own: bool) {
        if self.is_away() {
            let is_shown = self.run.as_ref().is_some_and(|run| run.run == entry.run);
            if !is_shown && !matches!(entry.event, Event::Started { .. }) {
                return self.put_aside(entry);
            }
            // What was shown of another host is this one's now, or something else has begun here.
            self.come_home();
        }
        let Some(at) = place_of(&self.journal, &entry) else { return };
        if own && matches!(entry.event, Event::Started { .. } | Event::TakenUp { .. }) {
            self.hand = Hand::Here;
            self.console.follows = None;
        }
        match (&mut self.run, &entry.event) {
            (_, Event::Started { .. }) => {
                self.run = Progress::replay(std::slice::from_ref(&entry)).ok();
            }
            (Some(run), _) if run.run == entry.run => match run.apply(&entry) {
                Ok(()) if !run.is_open() => self.console.history.take(run),
                Ok(()) => {}
                Err(illegal) => {
                    self.view.notify("The journal and the screen disagree", &illegal.to_string());
                }
            },
            _ => {}
        }
        self.note_aloud(&entry);
        self.journal.insert(at, entry);
        if self.journal.len() > super::LINES_KEPT {
            self.journal.drain(..super::LINES_KEPT / 4);
        }
    }

    /// What the run says of its own accord is for whoever looks, not only for the journal.
    pub(super) fn note_aloud(&mut self, entry: &Entry) {
        if let Event::Noted { who, text } = &entry.event
            && who == ITSELF
        {
            self.view.say(text);
        }
    }
}

/// Where a line belongs among others of its journal; nowhere when it is there already, or older than all of them.
pub(super) fn place_of(journal: &[Entry], entry: &Entry) -> Option<usize> {
    match journal.binary_search_by_key(&entry.seq, |line| line.seq) {
        Ok(_) => None,
        Err(0) if !journal.is_empty() => None,
        Err(at) => Some(at),
    }
}
