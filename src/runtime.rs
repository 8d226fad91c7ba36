//! The console at work: terminal, input, signals, clock and channels around the pure `app`.
//!
//! One ordered channel of events goes in, effects come out and are performed here. Nothing on this path waits for
//! AWS: reads, runs and the terminal's own writing each have a task or thread of their own.

pub mod conch;
mod desk;
pub mod flight;
mod follow;
mod input;
mod perform;
pub mod post;
pub mod shared;
pub mod signals;
pub mod terminal;
pub mod watched;

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr};
use futures::FutureExt;
use ratatui::buffer::Buffer;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use crate::app::{App, Effect, Event};
use crate::aws::Clients;
use crate::clock::{Clock, host_now};
use crate::model::topology::Topology;
use crate::plan::progress::Progress;
use crate::ui;
use crate::ui::key::Input;
use crate::ui::theme::{Glyphs, Theme};
use crate::webhook::Bell;
use desk::Desk;
use flight::Flight;
use input::Keyboard;
use perform::Performer;
use shared::Commons;
use signals::{Signal, Signals};
use terminal::{Guard, Screen};
use watched::{News, Watched};

/// Everything the console is made of.
pub struct Setup {
    /// The state it starts from.
    pub app: App,
    /// The way to AWS.
    pub clients: Clients,
    /// The world's clock.
    pub clock: Clock,
    /// How roles look.
    pub theme: Theme,
    /// The set of shapes.
    pub glyphs: Glyphs,
    /// The folder of the journal.
    pub state: PathBuf,
    /// Who starts runs, and from where.
    pub operator: Operator,
    /// The table that bastions share, where one is declared.
    pub commons: Option<Commons>,
    /// The file of the config, for another console that wants to find the same world.
    pub config: Option<PathBuf>,
    /// Who is told when a run needs a person.
    pub bell: Option<Bell>,
    /// What is read again when it is saved.
    pub watched: Vec<Box<dyn Watched>>,
}

/// Who sits at the console.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Their name.
    pub who: String,
    /// Their host.
    pub host: String,
}

/// Why the console ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The operator left.
    Left,
    /// A signal ended it, or the terminal is gone, which is a hang-up too.
    Ended(Signal),
    /// It fell over; what is wrong was told on standard error.
    FellOver,
}

/// A console that has ended and given the terminal back.
#[derive(Debug)]
pub struct Ended {
    /// Why.
    pub exit: Exit,
    /// The newest run that it began, took up or closed.
    pub run: Option<Progress>,
    /// That run, if it goes on without a console: to its next hold or its end.
    pub flight: Option<Flight>,
}

/// How long after a change the screen may wait for more changes, so that a burst of readings is one frame.
const SETTLE: Duration = Duration::from_millis(40);

/// Said when the config was saved while a run, a dialog or a read rests on the declaration as it was.
const LATER: &str = "the config was saved; it counts when what is open now, a run or a dialog, has ended";

/// How many events may wait; readings are replaced by newer ones, so a full channel only slows the readers.
const EVENTS: usize = 1024;

/// Shows the console until the operator leaves or the terminal is gone; a run in flight is handed back.
///
/// # Errors
/// When the terminal cannot be taken over or the signals cannot be had.
pub async fn watch(setup: Setup) -> Result<Ended> {
    let mut signals = Signals::new()?;
    let guard = Guard::take().wrap_err("cannot take the terminal over")?;
    // The theme decides about colours, and has asked `NO_COLOR` itself.
    crossterm::style::force_color_output(true);
    let mut screen = Screen::open().wrap_err("cannot learn the terminal's size")?;
    let (to_app, events) = mpsc::channel(EVENTS);
    let Setup { mut app, clients, clock, theme, glyphs, state, operator, commons, config, bell, watched } =
        setup;
    app.update(Event::Input(screen.size(), host_now()), clock.now());
    screen.show(draw(&app, &clock, &theme, &glyphs, &screen)).wrap_err("cannot draw the first frame")?;
    let keyboard = Keyboard::listen(to_app.clone()).wrap_err("cannot listen to the keyboard")?;
    let desk = Desk { state, operator, clock: clock.clone(), config, bell };
    let performer = Performer::new(clients, desk, commons, app.newest_line(), to_app);
    let news = watched::watch(watched);
    let mut console = Console {
        app,
        clock,
        theme,
        glyphs,
        screen,
        keyboard,
        performer,
        events,
        news,
        declared: None,
        redraw: Redraw::Soon,
    };
    // Whatever is wrong with the screen, a run in flight is not to be cut off by it.
    let live = AssertUnwindSafe(console.live(&mut signals)).catch_unwind().await;
    let exit = live.unwrap_or(Exit::FellOver);
    drop(guard);
    tracing::info!(?exit, running = console.app.is_running(), "the console ends");
    let Console { mut app, clock, performer, .. } = console;
    let (late, has_run, flight) = performer.leave().await;
    for event in late {
        app.update(event, clock.now());
    }
    let run = app.run().filter(|_| has_run).cloned();
    Ok(Ended { exit, run, flight })
}

struct Console {
    app: App,
    clock: Clock,
    theme: Theme,
    glyphs: Glyphs,
    screen: Screen,
    keyboard: Keyboard,
    performer: Performer,
    events: mpsc::Receiver<Event>,
    news: mpsc::Receiver<News>,
    /// A newer declaration of the workload, which waits until nothing rests on the old one.
    declared: Option<Arc<Topology>>,
    redraw: Redraw,
}

/// When the next frame is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Redraw {
    /// Nothing happened.
    Never,
    /// Something was read: with the next burst.
    Soon,
    /// A key was pressed: now.
    Now,
}

impl Console {
    async fn live(&mut self, signals: &mut Signals) -> Exit {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut frame = tokio::time::interval(SETTLE);
        frame.set_missed_tick_behavior(MissedTickBehavior::Delay);
        panic_if_asked_to();
        loop {
            let left = tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::Resize => self.take(Event::Input(self.screen.size(), host_now())),
                    signal => return Exit::Ended(signal),
                },
                () = self.keyboard.gone() => return Exit::Ended(Signal::HangUp),
                Some(event) = self.events.recv() => self.take(event),
                told = self.performer.told() => self.take_all(told),
                Some(news) = self.news.recv() => self.learn(news),
                _ = second.tick() => self.take(self.performer.budget()) || self.take(Event::Tick(host_now())),
                _ = frame.tick(), if self.redraw == Redraw::Soon => {
                    self.redraw = Redraw::Now;
                    false
                }
            };
            if left {
                return Exit::Left;
            }
            self.redeclare();
            if self.show().is_err() || self.screen.is_broken() {
                return Exit::Ended(Signal::HangUp);
            }
        }
    }

    fn take_all(&mut self, events: Vec<Event>) -> bool {
        events.into_iter().any(|event| self.take(event))
    }

    /// Takes one event and all that wait behind it; true when the operator leaves.
    fn take(&mut self, first: Event) -> bool {
        let mut next = Some(first);
        while let Some(event) = next {
            if self.take_one(event) {
                return true;
            }
            next = self.events.try_recv().ok();
        }
        false
    }

    fn take_one(&mut self, event: Event) -> bool {
        if let Event::Input(Input::Resize { width, height }, _) = event {
            self.screen.resize(width, height);
        }
        if let Event::Observed(observation) = &event {
            self.performer.pass_on(observation);
        }
        let pressed = matches!(event, Event::Input(..));
        self.redraw = self.redraw.max(if pressed { Redraw::Now } else { Redraw::Soon });
        let mut waiting = VecDeque::from([event]);
        while let Some(event) = waiting.pop_front() {
            for effect in self.app.update(event, self.clock.now()) {
                if effect == Effect::Quit {
                    return true;
                }
                waiting.extend(self.performer.perform(effect, &self.app));
            }
        }
        self.performer.attend(self.app.attention());
        false
    }

    /// Takes in what came of files that were saved; true when the operator leaves.
    fn learn(&mut self, news: News) -> bool {
        let event = match news {
            News::Looks(looks) => {
                (self.theme, self.glyphs) = *looks;
                self.redraw = Redraw::Now;
                return false;
            }
            News::Declared(topology) => {
                self.declared = Some(topology);
                if !self.app.may_redeclare() {
                    self.app.say(LATER);
                }
                self.redraw = self.redraw.max(Redraw::Soon);
                return false;
            }
            News::Wrong(complaint) => Event::Spoiled(complaint),
            News::Right { of, said } => Event::Mended { of, said },
        };
        self.take(event)
    }

    /// Takes a newer declaration in, once nothing rests on the old one.
    fn redeclare(&mut self) {
        if self.declared.is_some() && self.app.may_redeclare() {
            let Some(topology) = self.declared.take() else { return };
            let sources = self.performer.redeclare(Arc::clone(&topology));
            self.app.redeclare(topology, &sources);
            self.redraw = self.redraw.max(Redraw::Soon);
        }
    }

    /// Draws what changed, unless the last frame is still on its way; then a later turn draws.
    fn show(&mut self) -> std::io::Result<()> {
        if self.redraw != Redraw::Now {
            return Ok(());
        }
        if self.screen.is_busy() {
            self.redraw = Redraw::Soon;
            return Ok(());
        }
        self.redraw = Redraw::Never;
        let frame = draw(&self.app, &self.clock, &self.theme, &self.glyphs, &self.screen);
        self.screen.show(frame)
    }
}

fn draw(app: &App, clock: &Clock, theme: &Theme, glyphs: &Glyphs, screen: &Screen) -> Buffer {
    let mut frame = Buffer::empty(screen.area());
    ui::draw(&app.scene(clock.now()), theme, *glyphs, &mut frame);
    frame
}

/// Lets a test see that a panic gives the terminal back; not in a release build.
fn panic_if_asked_to() {
    #[cfg(debug_assertions)]
    assert!(std::env::var_os("POINTSMAN_TEST_PANIC").is_none(), "a panic that a test asked for");
}
