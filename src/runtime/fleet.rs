//! Several consoles behind one terminal: the fleet view, and the one workload that has been opened from it.
//!
//! Each workload's console has its own state, clients, journal and channel, and those behind the screen each have a
//! task of their own, so that one that is slow or dead delays no other. No key ever reaches one that is not shown.

mod turn;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr, eyre};
use futures::FutureExt;
use ratatui::buffer::Buffer;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};

use super::input::Keyboard;
use super::signals::{self, Signal, Signals};
use super::terminal::{Guard, Kind, Screen};
use super::watched::{self, News, Watched};
use super::{Console, Due, EVENTS, Ended, Exit, Headless, Line, Redraw, Setup, Thrift, stays};
use crate::app::Event;
use crate::clock::host_now;
use crate::model::topology::Topology;
use crate::ui::fleet::{self, Ask, Row};
use crate::ui::key::Input;
use crate::ui::keymap::Keymap;
use crate::ui::theme::{Glyphs, Theme};
use crate::ui::view::Complaint;
use turn::Turn;

/// How a workload's own console is drawn, and what of its files was saved since it was.
struct Look {
    named: super::Look,
    theme: Theme,
    glyphs: Glyphs,
    thrift: Thrift,
    news: mpsc::Receiver<News>,
    declared: Option<Arc<Topology>>,
}

/// A workload whose console is not shown.
struct Behind {
    look: Look,
    state: PathBuf,
    seen: watch::Receiver<Seen>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Headless>,
}

impl Behind {
    /// Keeps a console going without a screen: disarmed, and read slowly unless a run needs more.
    ///
    /// Must be called within a tokio runtime.
    fn begin(mut setup: Setup) -> Self {
        let look = Look {
            named: std::mem::replace(&mut setup.look, Box::new(|_| Err(String::new()))),
            theme: setup.theme.clone(),
            glyphs: setup.glyphs,
            thrift: setup.thrift,
            news: watched::watch(std::mem::take(&mut setup.watched)),
            declared: None,
        };
        let state = setup.state.clone();
        Self::keep(Headless::begin(setup), look, state)
    }

    fn keep(mut inside: Headless, look: Look, state: PathBuf) -> Self {
        inside.app.set_aside(inside.clock.now());
        inside.performer.attend(&inside.app);
        let (tell, seen) = watch::channel(Seen::of(&inside));
        let (stop, stopped) = oneshot::channel();
        Self { look, state, seen, stop, task: tokio::spawn(keep(inside, stopped, tell)) }
    }

    /// What it comes to now.
    fn row(&self) -> Row {
        self.seen.borrow().row.clone()
    }

    /// A run is driven by it.
    fn drives(&self) -> bool {
        self.seen.borrow().drives
    }

    /// Takes it from behind the screen; nothing when it fell over, and with it whatever it held.
    async fn recall(self) -> Option<(Headless, Look, PathBuf)> {
        let _ended = self.stop.send(());
        match self.task.await {
            Ok(inside) => Some((inside, self.look, self.state)),
            Err(fell) => {
                tracing::error!(%fell, "a console behind the screen fell over");
                None
            }
        }
    }
}

/// What a console that is not shown tells of itself.
pub(super) struct Seen {
    row: Row,
    /// A run is driven by it.
    pub(super) drives: bool,
}

impl Seen {
    fn of(inside: &Headless) -> Self {
        let row = Row::of(&inside.app.scene(inside.clock.now()));
        Self { row, drives: inside.performer.drives() }
    }
}

async fn keep(mut inside: Headless, mut stop: oneshot::Receiver<()>, tell: watch::Sender<Seen>) -> Headless {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let told = tokio::select! {
            biased;
            _ = &mut stop => return inside,
            Some(event) = inside.events.recv() => vec![event],
            told = inside.performer.told() => told,
            _ = second.tick() => vec![inside.performer.budget(), Event::Tick(host_now())],
        };
        // A run in flight must not be cut off by a console that falls over.
        let took = std::panic::catch_unwind(AssertUnwindSafe(|| take(&mut inside, told, &tell)));
        if took.is_err() {
            tracing::error!("a console behind the screen fell over at an event; it goes on without it");
        }
    }
}

/// Takes in what happened; what it comes to is told once a second, as often as the list is drawn.
fn take(inside: &mut Headless, told: Vec<Event>, tell: &watch::Sender<Seen>) {
    for event in told {
        let is_second = matches!(event, Event::Tick(_));
        // What was typed for this console was typed when it was shown, or for another.
        if !matches!(event, Event::Input(..)) {
            inside.take(event);
        }
        if is_second {
            tell.send_replace(Seen::of(inside));
        }
    }
}

async fn end(inside: Headless, exit: Exit) -> Ended {
    let Headless { mut app, clock, performer, .. } = inside;
    let (late, has_run, flight) = performer.leave().await;
    for event in late {
        app.update(event, clock.now());
    }
    let run = app.run().filter(|_| has_run).cloned();
    Ended { exit, run, flight }
}

/// What all consoles share.
struct Stage {
    signals: Signals,
    guard: Guard,
    kind: Kind,
    theme: Theme,
    glyphs: Glyphs,
    /// The line to the terminal: what one console wrote is paid for by the next.
    line: Line,
    began: Instant,
    /// What of the list's own files was saved.
    news: mpsc::Receiver<News>,
}

/// What keys mean in the list of workloads.
#[derive(Default)]
pub struct ListKeys {
    /// What they mean at first.
    pub keymap: Keymap,
    /// What is wrong with the operator's own.
    pub complaint: Option<Complaint>,
    /// Where they are read again when they are saved.
    pub watched: Vec<Box<dyn Watched>>,
}

/// Shows the fleet, and the workloads that are opened from it, until the operator leaves or the terminal is gone. How
/// each console ended comes back with the folder of its journal.
///
/// # Errors
/// When there is no workload, the terminal cannot be taken over, or the signals cannot be had.
pub async fn watch(setups: Vec<Setup>, keys: ListKeys) -> Result<Vec<(PathBuf, Ended)>> {
    let first = setups.first().ok_or_else(|| eyre!("there is no workload to show"))?;
    let (kind, theme, glyphs) = (first.kind, first.theme.clone(), first.glyphs);
    let mut view = fleet::Fleet::default();
    view.bind(Arc::new(keys.keymap));
    view.complain(keys.complaint.map(|complaint| complaint.line));
    let (line, began) = (Line::new(first.thrift), Instant::now());
    let signals = Signals::new()?;
    let guard = Guard::take(kind).wrap_err("cannot take the terminal over")?;
    // The theme decides about colours, and has asked `NO_COLOR` itself.
    crossterm::style::force_color_output(true);
    let screen = Screen::open(kind).wrap_err("cannot learn the terminal's size")?;
    let news = watched::watch(keys.watched);
    let mut stage = Stage { signals, guard, kind, theme, glyphs, line, began, news };
    let mut all: Vec<Behind> = setups.into_iter().map(Behind::begin).collect();
    // Whatever is wrong with the screen, no run in flight is to be cut off by it.
    let shown = AssertUnwindSafe(Box::pin(stage.show(&mut all, screen, view))).catch_unwind().await;
    let exit = match shown {
        Ok(Ok(exit)) => exit,
        Ok(Err(error)) => {
            tracing::error!(%error, "the fleet cannot be shown any more");
            Exit::FellOver
        }
        Err(_) => Exit::FellOver,
    };
    drop(stage);
    let mut ended = Vec::new();
    for behind in all {
        if let Some((inside, _, state)) = behind.recall().await {
            ended.push((state, Box::pin(end(inside, exit)).await));
        }
    }
    Ok(ended)
}

impl Stage {
    async fn show(
        &mut self,
        all: &mut Vec<Behind>,
        mut screen: Screen,
        mut view: fleet::Fleet,
    ) -> Result<Exit> {
        loop {
            let at = match self.list(all, &mut view, &mut screen).await? {
                Chosen::Workload(at) => at,
                Chosen::Exit(exit) => return Ok(exit),
            };
            let (exit, back) = Box::pin(self.open(all, at, screen)).await?;
            match (exit, back) {
                (Exit::Left, Some(back)) => screen = back,
                (exit, _) => return Ok(exit),
            }
            view.back_from(at);
        }
    }

    /// The list of workloads, until one is opened or the operator leaves.
    async fn list(&mut self, all: &[Behind], view: &mut fleet::Fleet, screen: &mut Screen) -> Result<Chosen> {
        let (to_list, mut inputs) = mpsc::channel(EVENTS);
        let mut keyboard = Keyboard::listen(to_list).wrap_err("cannot listen to the keyboard")?;
        let mut second = tokio::time::interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut rows: Vec<Row> = all.iter().map(Behind::row).collect();
        let mut turn = Turn::new();
        view.on(&screen.size(), host_now(), &rows);
        loop {
            let input = tokio::select! {
                biased;
                signal = self.signals.next() => match signal {
                    Signal::Resize => Some(screen.size()),
                    Signal::Suspend | Signal::GoOn => {
                        let why = stays(all.iter().any(Behind::drives)).filter(|_| signal == Signal::Suspend);
                        match why {
                            Some(why) => view.say(&format!("{why}: not suspended")),
                            None if self.step_aside(signal).await.is_err() => {
                                return Ok(Chosen::Exit(Exit::Ended(Signal::HangUp)));
                            }
                            None => {}
                        }
                        Some(screen.size())
                    }
                    signal => return Ok(Chosen::Exit(Exit::Ended(signal))),
                },
                () = keyboard.gone() => return Ok(Chosen::Exit(Exit::Ended(Signal::HangUp))),
                Some(event) = inputs.recv() => match event {
                    Event::Input(input, _) => Some(input),
                    _ => None,
                },
                Some(news) = self.news.recv() => {
                    turn.pressed = true;
                    learn(view, news);
                    None
                }
                _ = second.tick() => None,
            };
            view.tick(host_now());
            if let Some(Input::Resize { width, height }) = input {
                screen.resize(width, height);
            }
            rows.clear();
            rows.extend(all.iter().map(Behind::row));
            turn.take(input.as_ref());
            match input.and_then(|input| view.on(&input, host_now(), &rows)) {
                Some(Ask::Open(at)) if at < all.len() => return Ok(Chosen::Workload(at)),
                Some(Ask::Quit) => return Ok(Chosen::Exit(Exit::Left)),
                Some(Ask::Suspend) if signals::suspend().is_err() => {
                    view.say("the system does not let it be suspended");
                }
                _ => {}
            }
            if !screen.is_busy() && turn.may_draw(&mut self.line, self.began.elapsed(), view, &rows) {
                let mut frame = Buffer::empty(screen.area());
                fleet::draw(view, (&rows, host_now()), &self.theme, self.glyphs, &mut frame);
                let written = screen.show(frame);
                self.line.wrote(written, self.began.elapsed());
            }
            if screen.is_broken() {
                return Ok(Chosen::Exit(Exit::Ended(Signal::HangUp)));
            }
        }
    }

    /// Gives the terminal back, stops if it was told to, and takes the terminal again.
    async fn step_aside(&mut self, told: Signal) -> std::io::Result<()> {
        let signals = &mut self.signals;
        let pause = async {
            if told == Signal::Suspend {
                signals.stop().await;
            }
        };
        self.guard.lend(self.kind, pause).await
    }

    /// The console of one workload; the screen comes back where the operator went back to the list.
    async fn open(
        &mut self,
        all: &mut Vec<Behind>,
        at: usize,
        screen: Screen,
    ) -> Result<(Exit, Option<Screen>)> {
        let Some((mut inside, look, state)) = all.remove(at).recall().await else {
            return Ok((Exit::FellOver, None));
        };
        inside.app.come_to_front(inside.clock.now());
        let beside = all.iter().map(|behind| behind.seen.clone()).collect();
        let keyboard = match Keyboard::listen(inside.to_app.clone()) {
            Ok(keyboard) => keyboard,
            Err(error) => {
                all.insert(at, Behind::keep(inside, look, state));
                return Err(error).wrap_err("cannot listen to the keyboard");
            }
        };
        let due = Due { redraw: Redraw::Now, pressed: true, ticked: false, held: false };
        let Look { named, theme, glyphs, thrift, news, declared } = look;
        // One terminal has one line, whatever of it a workload's config wants to use.
        let mut line = std::mem::replace(&mut self.line, Line::new(Thrift::default()));
        line.retune(thrift);
        let mut console = Console {
            inside,
            look: named,
            theme,
            glyphs,
            kind: self.kind,
            screen,
            keyboard,
            news,
            declared,
            line,
            began: self.began,
            due,
            alarm: None,
            beside,
        };
        console.look_anew();
        let live = AssertUnwindSafe(console.live(&mut self.signals, &self.guard)).catch_unwind().await;
        let exit = live.unwrap_or(Exit::FellOver);
        let Console { inside, screen, keyboard, look: named, theme, glyphs, news, declared, line, .. } =
            console;
        self.line = line;
        let look = Look { named, theme, glyphs, thrift: self.line.thrift(), news, declared };
        drop(keyboard);
        let back = (exit == Exit::Left && inside.app.goes_to_fleet()).then_some(screen);
        all.insert(at, Behind::keep(inside, look, state));
        Ok((exit, back))
    }
}

/// Takes in what came of the list's own files.
fn learn(view: &mut fleet::Fleet, news: News) {
    match news {
        News::Keys(keymap) => view.bind(Arc::new(*keymap)),
        News::Wrong(complaint) => view.complain(Some(complaint.line)),
        News::Right { said, .. } => {
            view.complain(None);
            if !said.is_empty() {
                view.say(&said);
            }
        }
        News::Looks(_) | News::Line(_) | News::Themes(_) | News::Declared(_) => {}
    }
}

/// How the list was left.
enum Chosen {
    /// For this workload.
    Workload(usize),
    /// For good.
    Exit(Exit),
}
