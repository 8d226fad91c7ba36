//! A console without its terminal: the state, what performs its effects, and the one channel of events between them.
//!
//! It never draws and never listens to a keyboard; whoever holds it does, or plays both.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::desk::Desk;
use super::perform::Performer;
use super::{EVENTS, Setup};
use crate::app::{App, Effect, Event};
use crate::clock::Clock;
use crate::model::topology::Topology;

/// The console's inside at work.
#[derive(Debug)]
pub struct Headless {
    pub(super) app: App,
    pub(super) clock: Clock,
    pub(super) performer: Performer,
    pub(super) events: mpsc::Receiver<Event>,
    pub(super) to_app: mpsc::Sender<Event>,
    /// What was asked of the terminal and is not done yet.
    pub(super) of_terminal: Vec<Effect>,
}

impl Headless {
    /// Begins to read the workload, and to follow what others do; the looks of the setup are not needed.
    #[must_use]
    pub fn begin(setup: Setup) -> Self {
        let Setup { app, clients, clock, state, operator, commons, config, bell, .. } = setup;
        let (to_app, events) = mpsc::channel(EVENTS);
        let desk = Desk { state, operator, clock: clock.clone(), config, bell };
        let performer = Performer::new(clients, desk, commons, app.newest_line(), to_app.clone());
        Self { app, clock, performer, events, to_app, of_terminal: Vec::new() }
    }

    /// The state.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// What reading costs now, for the state to take in.
    #[must_use]
    pub fn budget(&self) -> Event {
        self.performer.budget()
    }

    /// Waits for the next thing that happens outside, and takes it in; true when the operator leaves.
    pub async fn turn(&mut self) -> bool {
        let told = tokio::select! {
            biased;
            Some(event) = self.events.recv() => vec![event],
            told = self.performer.told() => told,
        };
        told.into_iter().any(|event| self.take(event))
    }

    /// Reads the workload as it is declared now, and shows it so.
    pub(super) fn redeclare(&mut self, topology: Arc<Topology>) {
        let sources = self.performer.redeclare(Arc::clone(&topology));
        self.app.redeclare(topology, &sources);
    }

    /// Takes one event in, and does what must happen outside; true when the operator leaves.
    pub fn take(&mut self, event: Event) -> bool {
        if let Event::Observed(observation) = &event {
            self.performer.pass_on(observation);
        }
        let mut waiting = VecDeque::from([event]);
        while let Some(event) = waiting.pop_front() {
            for effect in self.app.update(event, self.clock.now()) {
                match effect {
                    Effect::Quit => return true,
                    Effect::Copy(_) | Effect::Theme(_) | Effect::Mouse(_) | Effect::Suspend => {
                        self.of_terminal.push(effect);
                        continue;
                    }
                    _ => {}
                }
                waiting.extend(self.performer.perform(effect, &self.app));
            }
        }
        self.performer.attend(&self.app);
        false
    }
}
