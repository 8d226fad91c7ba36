//! The console without a screen: reads the workload, follows runs of other processes, and tells what changes as lines.
//!
//! It sends only reads and takes no key. Whoever reads the lines decides nothing here, so no run waits for them.

use std::path::PathBuf;
use std::time::Duration;

use color_eyre::eyre::Result;
use tokio::sync::{mpsc, watch};

use super::follow::{self, Driving, Interest};
use super::shared::{self, Commons};
use super::signals::{Signal, Signals};
use crate::app::{App, Event};
use crate::aws::Clients;
use crate::clock::{Clock, host_now};
use crate::model::verdict;
use crate::sampler::{self, Pace};
use crate::ui::plain::Plain;
use crate::ui::theme::Glyphs;

/// How many events may wait.
const EVENTS: usize = 1024;

/// Everything the lines are made of.
#[derive(Debug)]
pub struct Reading {
    /// The state it starts from.
    pub app: App,
    /// The way to AWS.
    pub clients: Clients,
    /// The world's clock.
    pub clock: Clock,
    /// The folder of the journal.
    pub state: PathBuf,
    /// The table that bastions share, where one is declared.
    pub commons: Option<Commons>,
    /// The set of shapes.
    pub glyphs: Glyphs,
}

/// Hands every line to `say` until a signal ends it or nobody takes lines any more, which is a hang-up.
///
/// # Errors
/// When the signals cannot be had.
pub async fn read(reading: Reading, mut say: impl FnMut(&str) -> std::io::Result<()>) -> Result<Signal> {
    let Reading { mut app, clients, clock, state, commons, glyphs } = reading;
    let mut signals = Signals::new()?;
    let (to_app, mut events) = mpsc::channel(EVENTS);
    let (_pace, paced) = watch::channel(Pace::Calm);
    let _meter = observe(clients, &clock, paced, to_app.clone());
    if let Some(commons) = commons {
        shared::watch(commons, &state, (Driving::default(), Driving::default()), to_app.clone());
    }
    follow::spawn((state, app.newest_line()), Interest::Reads, Driving::default(), to_app);
    let mut plain = Plain::new(glyphs);
    plain.knows(app.scene(clock.now()).journal);
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let lines = tokio::select! {
            biased;
            signal = signals.next() => match signal {
                Signal::Suspend => {
                    signals.stop().await;
                    continue;
                }
                Signal::Resize | Signal::GoOn => continue,
                signal => return Ok(signal),
            },
            Some(event) = events.recv() => take(&mut app, &mut plain, event, &clock),
            _ = second.tick() => {
                app.update(Event::Tick(host_now()), clock.now());
                plain.news(&app.scene(clock.now()))
            }
        };
        if lines.iter().try_for_each(|line| say(line)).is_err() {
            return Ok(Signal::HangUp);
        }
    }
}

/// What was read shows with the next second; only troubles and whoever drives are said at once, because no scene
/// holds them for long.
fn take(app: &mut App, plain: &mut Plain, event: Event, clock: &Clock) -> Vec<String> {
    let now = clock.now();
    let said = match &event {
        Event::Trouble { title, text } => Some(format!("{title}: {text}")),
        Event::Elsewhere(Some(by)) => Some(format!("{by} has the conch of this host")),
        Event::Elsewhere(None) => Some("nobody has the conch of this host any more".to_owned()),
        _ => None,
    };
    app.update(event, now);
    said.map(|said| plain.happened(now, &said)).unwrap_or_default()
}

fn observe(
    clients: Clients,
    clock: &Clock,
    paced: watch::Receiver<Pace>,
    to_app: mpsc::Sender<Event>,
) -> sampler::Meter {
    let (out, mut seen) = mpsc::channel(EVENTS);
    let meter = sampler::spawn(clients, clock.clone(), out, paced);
    tokio::spawn(async move {
        while let Some(observation) = seen.recv().await {
            if to_app.send(Event::Observed(observation)).await.is_err() {
                return;
            }
        }
    });
    meter
}

/// The first line: what is watched, and that it is simulated or a drill where it is.
#[must_use]
pub fn opening(app: &App) -> String {
    let topology = app.topology();
    let environment = topology.environment.to_uppercase();
    let simulated = if app.is_simulated() && environment != "SIMULATED" { " SIMULATED" } else { "" };
    let drill = if app.drills() { " DRILL" } else { "" };
    let regions: Vec<&str> = topology.regions.iter().map(|region| region.name.as_str()).collect();
    format!(
        "watching {} {environment}{simulated}{drill}: {}; one line a change, and one when nothing changed for {}",
        topology.workload,
        regions.join(", "),
        verdict::limit_text(crate::ui::plain::QUIET),
    )
}
