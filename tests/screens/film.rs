//! The film of the README: the demo's own frames on the virtual clock, from the first failing checkout to the end of a
//! failover, compared with what is in the repository.
//!
//! Simulator, SDK, sampler, engine and journal are the real ones; the fingers are scripted.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::tz::TimeZone;
use pointsman::app::{App, Event};
use pointsman::aws::Clients;
use pointsman::clock::Clock;
use pointsman::config;
use pointsman::model::World;
use pointsman::plan::progress::Progress;
use pointsman::runtime::terminal::Kind;
use pointsman::runtime::{Headless, Operator, Setup, Thrift};
use pointsman::sim::{Sim, handout, scenario};
use pointsman::ui;
use pointsman::ui::key::Input;
use pointsman::ui::svg::{self, Shot};
use pointsman::ui::theme::{Glyphs, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tempfile::TempDir;
use tokio::time::Instant;

use super::show::{dark, text};
use crate::support::{ByHand, InProcess, pass};
use crate::written::compare_or_write;

/// A film that costs more than this is none for a README.
const MOST: usize = 400_000;

const SCREEN: Rect = Rect::new(0, 0, 100, 30);

/// A loopback address, so that the clients sign as the simulated caller; no socket is ever opened.
const BASE_URL: &str = "http://127.0.0.1:4566";

/// A console, who sits at it, and what was filmed of it.
struct Camera {
    console: Headless,
    clock: Clock,
    shots: Vec<Shot>,
    _state: TempDir,
}

impl Camera {
    /// In front of the demo.
    fn new() -> Self {
        let clock = Clock::starting_at("2026-03-02T13:58:41Z".parse().unwrap(), 1);
        let sim = Sim::new(&scenario::find("region-loss").unwrap(), 7, clock);
        let config = sim.look(|world| handout::config(world, BASE_URL));
        let config = config::parse(&config, "pointsman.toml").unwrap();
        let (clock, state) = (sim.clock().clone(), tempfile::tempdir().unwrap());
        let transport = SharedHttpClient::new(InProcess(sim.clone()));
        let clients = Clients::new(&config.access, config.topology.clone(), clock.clone(), Some(transport))
            .resolving_by(ByHand::way(&sim));
        let setup = Setup {
            app: App::new(World::new(config.topology.clone()), true, TimeZone::UTC),
            clients,
            clock: clock.clone(),
            theme: Theme::plain(),
            glyphs: Glyphs::unicode(),
            kind: Kind::Full,
            thrift: Thrift::default(),
            state: state.path().to_owned(),
            operator: Operator { who: "maria".to_owned(), host: "bastion".to_owned() },
            commons: None,
            config: None,
            bell: None,
            look: Box::new(|_| Err(String::new())),
            watched: Vec::new(),
        };
        let mut camera = Self { console: Headless::begin(setup), clock, shots: Vec::new(), _state: state };
        camera.take(Event::Input(
            Input::Resize { width: SCREEN.width, height: SCREEN.height },
            camera.clock.now(),
        ));
        camera
    }

    fn take(&mut self, event: Event) {
        assert!(!self.console.take(event), "nobody leaves");
    }

    /// Lets things happen for a while, a tick a second.
    async fn wait(&mut self, span: Duration) {
        let clock = self.clock.clone();
        pass(&mut self.console, span, |console| {
            for event in [console.budget(), Event::Tick(clock.now())] {
                assert!(!console.take(event), "nobody leaves");
            }
        })
        .await;
    }

    fn frame(&self) -> Buffer {
        let mut frame = Buffer::empty(SCREEN);
        ui::draw(&self.console.app().scene(self.clock.now()), &dark(), Glyphs::unicode(), &mut frame);
        frame
    }

    #[track_caller]
    fn shows(&self, what: &str) {
        let text = text(&self.frame());
        assert!(text.contains(what), "`{what}` is not on\n{text}");
    }

    /// What is on the screen now, for so many milliseconds of the film.
    fn shoot(&mut self, lasts: u64, caption: &str) {
        let (frame, caption, lasts) = (self.frame(), caption.to_owned(), Duration::from_millis(lasts));
        self.shots.push(Shot { frame, caption, lasts });
    }

    /// Keys in turn, pressed by a person.
    async fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.wait(Duration::from_millis(400)).await;
            let now = self.clock.now();
            self.take(Event::Input(Input::Key(key.parse().unwrap()), now));
        }
    }

    fn run(&self) -> Option<&Progress> {
        self.console.app().run()
    }
}

/// us-east-1 goes bad, and somebody who watches sees it.
async fn watch(camera: &mut Camera) {
    camera.wait(Duration::from_secs(40)).await;
    camera.shoot(2500, "Two Regions serve, all is well.");
    for (seconds, lasts) in [(60, 900), (40, 900), (40, 900), (40, 900), (40, 900), (40, 3000)] {
        camera.wait(Duration::from_secs(seconds)).await;
        camera.shoot(lasts, "us-east-1 goes bad: what is wrong, since when, and what it costs.");
    }
}

/// The key that arms, the list of acts, and the sheet with the name that it asks for.
async fn confirm(camera: &mut Camera) {
    camera.press("A tab").await;
    camera.shoot(1500, "A, Tab, Enter: armed for 15 minutes. Until then only reads leave.");
    camera.press("enter a").await;
    camera.shows("failover");
    camera.shoot(1800, "a: what could be done, and what holds it back.");
    camera.press("enter").await;
    camera.wait(Duration::from_secs(8)).await;
    camera.shows("FAIL OVER");
    let caption = "The sheet: what moves, what may be lost, and the Region that receives, typed.";
    camera.shoot(3000, caption);
    for part in ["u s minus", "w e s t", "minus 2"] {
        camera.press(part).await;
        camera.shoot(450, caption);
    }
    camera.press("enter").await;
}

/// The run, until it is over.
async fn drive(camera: &mut Camera) {
    let begun = Instant::now();
    camera.wait(Duration::from_secs(3)).await;
    camera.press("5").await;
    while camera.run().is_none_or(Progress::is_open) {
        camera
            .shoot(800, "Both databases at once, then traffic: each step is proved, and written down first.");
        assert!(begun.elapsed() < Duration::from_mins(20), "{}", text(&camera.frame()));
        camera
            .wait(Duration::from_secs(if begun.elapsed() < Duration::from_secs(90) { 10 } else { 25 }))
            .await;
    }
    camera.wait(Duration::from_secs(2)).await;
    camera.shoot(6000, "Over: every step confirmed, and what is left to do.");
}

async fn film() -> Vec<Shot> {
    let mut camera = Camera::new();
    watch(&mut camera).await;
    confirm(&mut camera).await;
    drive(&mut camera).await;
    camera.shows("confirmed");
    camera.shots
}

#[tokio::test(start_paused = true)]
async fn a_failover_as_a_film() {
    let shots = film().await;
    let middle = shots.len() * 2 / 3;
    let picture = svg::film(&shots, "pointsman: a failover in the demo", middle);
    assert!(picture.len() < MOST, "{} bytes in {} shots", picture.len(), shots.len());
    compare_or_write("screenshots/failover.svg", &picture);
}

#[tokio::test(start_paused = true)]
async fn the_film_is_the_same_each_time() {
    let (one, other) = (film().await, film().await);
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(text(&one.frame), text(&other.frame));
    }
}
