//! One run on the shop's stage: who watches, who decides, where the journal is.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use pointsman::ledger::memory::Journal;
use pointsman::plan::event::{Decision, Entry, Event, Outcome, RunId, Start};
use pointsman::plan::progress::Progress;
use pointsman::plan::run::{self, Command, Ledger, Ports, Stop, Stopped, WhenHeld};
use pointsman::plan::{Intent, Playbook, StepId, playbook};
use tokio::sync::mpsc;

use super::shop::{EAST, Shop, WEST};

pub(crate) const WHO: &str = "maria";

/// A shop, a journal and what the operator does at each hold, in order.
pub(crate) struct Stage {
    pub(crate) shop: Shop,
    pub(crate) journal: Journal,
    decisions: VecDeque<Decision>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::on(Shop::new(), Journal::new())
    }

    pub(crate) fn on(shop: Shop, journal: Journal) -> Self {
        Self { shop, journal, decisions: VecDeque::new() }
    }

    /// What the operator decides at the first hold, at the second, …; after these the run is left where it is.
    pub(crate) fn deciding(mut self, decisions: impl IntoIterator<Item = Decision>) -> Self {
        self.decisions.extend(decisions);
        self
    }

    /// Plans and runs a playbook from us-east-1 to us-west-2 until it ends or holds.
    pub(crate) async fn run(&self, playbook: Playbook) -> Result<Progress, Stopped> {
        let world = self.shop.world().await;
        let intent = Intent { playbook, from: EAST.into(), to: WEST.into() };
        let plan = playbook::plan(&world, &intent, self.shop.clock.now()).unwrap();
        let mut ledger = self.journal.clone();
        let progress = match run::start(plan, start(), &mut ledger, &self.shop.clock) {
            Ok(progress) => progress,
            Err(stop) => panic!("it did not start: {stop}"),
        };
        self.drive(progress).await
    }

    /// Takes up a run that was cut off.
    pub(crate) async fn resume(&self, id: &RunId) -> Result<Progress, Stopped> {
        let mut ledger = self.journal.clone();
        let entries = ledger.entries(id).unwrap();
        let progress = match run::resume(&entries, WHO, &mut ledger, &self.shop.clock) {
            Ok(progress) => progress,
            Err(stop) => panic!("it was not taken up: {stop}"),
        };
        self.drive(progress).await
    }

    pub(crate) async fn drive(&self, progress: Progress) -> Result<Progress, Stopped> {
        let world = self.shop.world().await;
        let (observe, observations) = mpsc::channel(64);
        let (command, commands) = mpsc::channel(16);
        let (tell, entries) = mpsc::unbounded_channel();
        let sampler = tokio::spawn(self.shop.clone().sample(observe));
        let operator = {
            let decisions = self.decisions.clone();
            tokio::spawn(operate(entries, command, decisions, progress.held()))
        };
        let ports = Ports {
            actuator: Arc::new(self.shop.clone()),
            ledger: Box::new(self.journal.clone()),
            clock: self.shop.clock.clone(),
            observations,
            commands,
            inboxes: Vec::new(),
            entries: tell,
            when_held: if self.decisions.is_empty() { WhenHeld::StopThere } else { WhenHeld::Wait },
        };
        let ended = tokio::time::timeout(Duration::from_hours(3), run::drive(progress, world, ports)).await;
        sampler.abort();
        operator.abort();
        ended.expect("the run neither ends nor holds")
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.journal.all().unwrap()
    }

    /// The journal as it reads, a line an event: `2 accepted us-west-2 request request-5`.
    pub(crate) fn lines(&self) -> Vec<String> {
        let entries = self.entries();
        let line = |entry: &Entry| {
            let step = entry.event.step().map_or_else(|| "-".to_owned(), |step| step.to_string());
            let text = match &entry.event {
                Event::Sent { .. } => pointsman::plan::event::line(entry, &entries),
                event => format!("{} {}", event.word(), event.detail()),
            };
            format!("{step} {}", text.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        entries.iter().map(line).collect()
    }
}

/// Decides at each hold in turn, those it meets first, again when it was refused, and leaves when there is nothing
/// more to decide.
async fn operate(
    mut entries: mpsc::UnboundedReceiver<Entry>,
    commands: mpsc::Sender<Command>,
    mut decisions: VecDeque<Decision>,
    met: Vec<StepId>,
) {
    for step in met {
        let Some(decision) = decisions.pop_front() else { return };
        let command = Command::Decide { step, decision, who: WHO.to_owned() };
        if commands.send(command).await.is_err() {
            return;
        }
    }
    let mut held = None;
    while let Some(entry) = entries.recv().await {
        match entry.event {
            Event::Ended { step, outcome: Outcome::Refused | Outcome::Failed | Outcome::Unknown, .. } => {
                held = Some(step);
            }
            Event::Noted { .. } => {}
            _ => continue,
        }
        let Some(step) = held else { continue };
        let Some(decision) = decisions.pop_front() else { return };
        let command = Command::Decide { step, decision, who: WHO.to_owned() };
        if commands.send(command).await.is_err() {
            return;
        }
    }
}

pub(crate) fn start() -> Start {
    Start {
        who: WHO.to_owned(),
        host: "bastion-1".to_owned(),
        account: Some("111122223333".to_owned()),
        role: Some("ops-failover".to_owned()),
        reason: "us-east-1 is gone".to_owned(),
        drill: false,
        simulated: true,
    }
}

/// The error of a run whose journal was full.
pub(crate) fn was_full(stopped: &Stopped) -> bool {
    matches!(stopped.stop, Stop::Ledger(_))
}
