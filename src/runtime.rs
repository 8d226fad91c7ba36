//! The console at work: terminal, input, signals, clock and channels around the pure `app`.
//!
//! One ordered channel of events goes in, effects come out and are performed here. Nothing on this path waits for
//! AWS: reads, runs and the terminal's own writing each have a task or thread of their own.

pub mod conch;
mod desk;
mod due;
pub mod fleet;
pub mod flight;
mod follow;
mod headless;
mod input;
mod line;
mod perform;
pub mod plain;
pub mod post;
pub mod shared;
mod sign_in;
pub mod signals;
pub mod terminal;
pub mod watched;

use std::io;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr};
use futures::FutureExt;
use ratatui::buffer::Buffer;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior};

use crate::app::{App, Effect, Event};
use crate::aws::Clients;
use crate::clock::{Clock, host_now};
use crate::model::topology::Topology;
use crate::plan::progress::Progress;
use crate::ui::clip::Clip;
use crate::ui::key::Input;
use crate::ui::theme::{Glyphs, Theme};
use crate::ui::{self, Alarm};
use crate::webhook::Bell;
use due::{Due, Redraw};
use fleet::Seen;
use flight::Flight;
use input::Keyboard;
use shared::Commons;
use signals::{Signal, Signals};
use terminal::{Guard, Kind, Screen};
use watched::{News, Watched};

pub use headless::Headless;
use line::Line;
pub use line::Thrift;

/// Finds how the screen is drawn in the theme of a name; what is wrong with it comes in words.
pub type Look = Box<dyn Fn(&str) -> Result<(Theme, Glyphs), String> + Send>;

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
    /// What the terminal knows.
    pub kind: Kind,
    /// How the line to the terminal is used.
    pub thrift: Thrift,
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
    /// How it is drawn in the theme of a name.
    pub look: Look,
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
pub async fn watch(mut setup: Setup) -> Result<Ended> {
    let mut signals = Signals::new()?;
    let guard = Guard::take(setup.kind).wrap_err("cannot take the terminal over")?;
    // The theme decides about colours, and has asked `NO_COLOR` itself.
    crossterm::style::force_color_output(true);
    let mut screen = Screen::open(setup.kind).wrap_err("cannot learn the terminal's size")?;
    let (theme, glyphs, kind) = (setup.theme.clone(), setup.glyphs, setup.kind);
    let (began, mut line) = (Instant::now(), Line::new(setup.thrift));
    setup.app.update(Event::Input(screen.size(), host_now()), setup.clock.now());
    let written = screen.show(draw(&setup.app, &setup.clock, &theme, &glyphs, &screen));
    line.wrote(written, Duration::ZERO);
    let look = std::mem::replace(&mut setup.look, Box::new(|_| Err(String::new())));
    let news = watched::watch(std::mem::take(&mut setup.watched));
    let inside = Headless::begin(setup);
    let keyboard = Keyboard::listen(inside.to_app.clone()).wrap_err("cannot listen to the keyboard")?;
    let due = Due { redraw: Redraw::Soon, pressed: false, ticked: false, held: false };
    let mut console = Console {
        inside,
        look,
        theme,
        glyphs,
        kind,
        screen,
        keyboard,
        news,
        declared: None,
        line,
        began,
        due,
        alarm: None,
        beside: Vec::new(),
    };
    // Whatever is wrong with the screen, a run in flight is not to be cut off by it.
    let live = AssertUnwindSafe(console.live(&mut signals, &guard)).catch_unwind().await;
    let exit = live.unwrap_or(Exit::FellOver);
    drop(guard);
    tracing::info!(?exit, running = console.inside.app.is_running(), "the console ends");
    let Headless { mut app, clock, performer, .. } = console.inside;
    let (late, has_run, flight) = performer.leave().await;
    for event in late {
        app.update(event, clock.now());
    }
    let run = app.run().filter(|_| has_run).cloned();
    Ok(Ended { exit, run, flight })
}

struct Console {
    inside: Headless,
    look: Look,
    theme: Theme,
    glyphs: Glyphs,
    kind: Kind,
    screen: Screen,
    keyboard: Keyboard,
    news: mpsc::Receiver<News>,
    /// A newer declaration of the workload, which waits until nothing rests on the old one.
    declared: Option<Arc<Topology>>,
    line: Line,
    began: Instant,
    due: Due,
    /// What was last drawn that may never wait.
    alarm: Option<Alarm>,
    /// The consoles of other workloads in this process.
    beside: Vec<watch::Receiver<Seen>>,
}

/// Why a process with or without a run in flight does not stop as it is told to; `None` when it does.
fn stays(drives: bool) -> Option<&'static str> {
    if drives {
        return Some("a run is driven here");
    }
    let alone = "no shell waits behind this console";
    (!signals::has_shell()).then_some(alone)
}

impl Console {
    async fn live(&mut self, signals: &mut Signals, guard: &Guard) -> Exit {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut frame = tokio::time::interval(SETTLE);
        frame.set_missed_tick_behavior(MissedTickBehavior::Delay);
        panic_if_asked_to();
        loop {
            let left = tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::Resize => self.look_anew(),
                    Signal::Suspend | Signal::GoOn => match self.step_aside(signal, signals, guard).await {
                        Ok(left) => left,
                        Err(_) => return Exit::Ended(Signal::HangUp),
                    },
                    signal => return Exit::Ended(signal),
                },
                () = self.keyboard.gone() => return Exit::Ended(Signal::HangUp),
                Some(event) = self.inside.events.recv() => self.take(event),
                told = self.inside.performer.told() => self.take_all(told),
                Some(news) = self.news.recv() => self.learn(news),
                _ = second.tick() => self.take(self.inside.performer.budget()) || self.take(Event::Tick(host_now())),
                // A key waits for the frame before it, and not for the next burst after that.
                () = self.screen.freed(), if self.due.redraw == Redraw::Soon && self.due.pressed => {
                    self.due.redraw = Redraw::Now;
                    false
                }
                _ = frame.tick(), if self.due.redraw == Redraw::Soon => {
                    self.due.redraw = Redraw::Now;
                    false
                }
            };
            if left {
                return Exit::Left;
            }
            self.redeclare();
            self.show();
            if self.screen.is_broken() {
                return Exit::Ended(Signal::HangUp);
            }
        }
    }

    /// Gives the terminal back, stops if it was told to and may, and takes the terminal again; true when the operator
    /// leaves.
    async fn step_aside(&mut self, told: Signal, signals: &mut Signals, guard: &Guard) -> io::Result<bool> {
        let stops = told == Signal::Suspend;
        if let Some(why) = self.stays().filter(|_| stops) {
            self.inside.app.say_not_suspended(why);
            self.due.redraw = Redraw::Now;
            return Ok(false);
        }
        let pause = async {
            if stops {
                signals.stop().await;
            }
        };
        guard.lend(self.kind, pause).await?;
        if self.inside.app.has_mouse() {
            // It was listened to before, so this kind of terminal has one.
            let _never = self.screen.listen_to_mouse(true);
        }
        Ok(self.look_anew())
    }

    /// Why it does not stop as it is told to.
    fn stays(&self) -> Option<&'static str> {
        let elsewhere = self.beside.iter().any(|console| console.borrow().drives);
        stays(elsewhere || self.inside.performer.drives())
    }

    /// The terminal may have another size, and nothing of what was drawn on it.
    fn look_anew(&mut self) -> bool {
        self.take(Event::Input(self.screen.size(), host_now()))
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
            next = self.inside.events.try_recv().ok();
        }
        false
    }

    fn take_one(&mut self, event: Event) -> bool {
        if let Event::Input(Input::Resize { width, height }, _) = event {
            self.screen.resize(width, height);
        }
        let redraw = self.wanted_by(&event);
        self.due.redraw = self.due.redraw.max(redraw);
        let left = self.inside.take(event);
        for effect in std::mem::take(&mut self.inside.of_terminal) {
            self.ask_terminal(&effect);
        }
        left
    }

    /// Does what only the terminal can do; what it cannot is said.
    fn ask_terminal(&mut self, effect: &Effect) {
        let refused = match effect {
            Effect::Mouse(on) => self.screen.listen_to_mouse(*on).err(),
            Effect::Copy(clip) => self.copy(clip).err(),
            Effect::Theme(name) => match (self.look)(name) {
                Ok(looks) => {
                    (self.theme, self.glyphs) = looks;
                    None
                }
                Err(_) => Some("there is no such theme, or something in it is wrong"),
            },
            Effect::Suspend => signals::suspend().err().map(|_| "the system does not let it be suspended"),
            _ => None,
        };
        if let Some(why) = refused {
            self.inside.app.say(why);
        }
    }

    /// Puts a text on the operator's clipboard; a thin line takes a part of a long one, which is said.
    fn copy(&mut self, clip: &Clip) -> Result<(), &'static str> {
        let Some(most) = self.line.copies() else { return self.screen.copy(clip.text()) };
        let part = clip.within(most).ok_or("nothing is copied: this line carries too little for it")?;
        self.screen.copy(part.text())?;
        self.inside.app.say(part.said());
        Ok(())
    }

    /// Takes in what came of files that were saved; true when the operator leaves.
    fn learn(&mut self, news: News) -> bool {
        let event = match news {
            News::Looks(looks) => {
                (self.theme, self.glyphs) = *looks;
                self.due.redraw = Redraw::Now;
                return false;
            }
            News::Line(thrift) => {
                self.line.retune(thrift);
                self.flow();
                self.due.redraw = Redraw::Now;
                return false;
            }
            News::Themes(names) => {
                self.inside.app.offer_themes(names);
                return false;
            }
            News::Keys(keymap) => {
                self.inside.app.bind(*keymap);
                self.due.redraw = Redraw::Now;
                return false;
            }
            News::Declared(topology) => {
                self.declared = Some(topology);
                if !self.inside.app.may_redeclare() {
                    self.inside.app.say(LATER);
                }
                self.due.redraw = self.due.redraw.max(Redraw::Soon);
                return false;
            }
            News::Wrong(complaint) => Event::Spoiled(complaint),
            News::Right { of, said } => Event::Mended { of, said },
        };
        self.take(event)
    }

    /// Takes a newer declaration in, once nothing rests on the old one.
    fn redeclare(&mut self) {
        if self.declared.is_some() && self.inside.app.may_redeclare() {
            let Some(topology) = self.declared.take() else { return };
            self.inside.redeclare(topology);
            self.due.redraw = self.due.redraw.max(Redraw::Soon);
        }
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
    assert!(
        std::env::var_os("POINTSMAN_TEST_PANIC").is_none_or(|asked| asked != "1"),
        "a panic that a test asked for"
    );
}
