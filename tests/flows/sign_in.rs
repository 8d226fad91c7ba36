//! Signing in at the console: keys in, frames out. The outside is the real one: the SDK, the simulated IAM Identity
//! Center and STS, files of tokens, one virtual clock.

use std::ops::{Deref, DerefMut};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::tz::TimeZone;
use pointsman::app::App;
use pointsman::aws::Clients;
use pointsman::clock::Clock;
use pointsman::config;
use pointsman::model::World;
use pointsman::runtime::terminal::Kind;
use pointsman::runtime::{Operator, Setup, Thrift};
use pointsman::sim::fault::{Fault, Injection};
use pointsman::sim::{Sim, handout, scenario};
use pointsman::ui::theme::{Glyphs, Theme};
use ratatui::layout::Rect;
use tempfile::TempDir;

use super::desk::WEST;
use crate::front::Front;
use crate::support::{ByHand, InProcess, sign_in_files};

/// A loopback address, so that the clients take the world for a simulated one; no socket is ever opened.
const BASE_URL: &str = "http://127.0.0.1:4566";

/// A person at a console in front of a world in which people sign in.
struct Seat {
    sim: Sim,
    front: Front,
    /// The AWS files.
    files: TempDir,
    _state: TempDir,
}

impl Seat {
    async fn at(name: &str) -> Self {
        let clock = Clock::starting_at("2026-03-02T09:00:17Z".parse().unwrap(), 1);
        let sim = Sim::new(&scenario::find(name).unwrap(), 7, clock.clone());
        let text = sim.look(|world| handout::config(world, BASE_URL));
        let mut config = config::parse(&text, "pointsman.toml").unwrap();
        let (files, state) = (sign_in_files(&sim, &mut config), TempDir::new().unwrap());
        let transport = SharedHttpClient::new(InProcess(sim.clone()));
        let clients = Clients::new(&config.access, config.topology.clone(), clock.clone(), Some(transport))
            .resolving_by(ByHand::way(&sim));
        let setup = Setup {
            look: Box::new(|_| Err("a theme is of no use here".to_owned())),
            watched: Vec::new(),
            app: App::new(World::new(config.topology), true, TimeZone::UTC),
            clients,
            clock,
            theme: Theme::plain(),
            glyphs: Glyphs::unicode(),
            kind: Kind::Full,
            thrift: Thrift::default(),
            state: state.path().to_owned(),
            operator: Operator { who: "ana".to_owned(), host: "bastion-1".to_owned() },
            commons: None,
            config: None,
            bell: None,
        };
        let mut seat = Self { sim, front: Front::begin(setup), files, _state: state };
        seat.wait(Duration::from_secs(8)).await;
        seat
    }

    #[track_caller]
    fn lacks(&self, what: &str) {
        assert!(!self.frame().contains(what), "`{what}` is on\n{}", self.frame());
    }

    /// The next calls of the sign-in are answered so.
    fn refuses(&self, operation: &str, code: &str) {
        let (service, operation, code) = ("sso".to_owned(), operation.to_owned(), code.to_owned());
        let fault = Fault::Refuse { service, operation, code, times: 1 };
        self.sim.inject(&Injection { lasts: None, fault });
    }

    /// Signs in by the browser, from the panes.
    async fn sign_in(&mut self) {
        self.press("L").await;
        self.shows("user_code=SIML-").await;
        self.shows("signed in as ").await;
    }
}

impl Deref for Seat {
    type Target = Front;

    fn deref(&self) -> &Front {
        &self.front
    }
}

impl DerefMut for Seat {
    fn deref_mut(&mut self) -> &mut Front {
        &mut self.front
    }
}

/// What is not known is neither well nor zero, in whatever pane.
fn knows_nothing(frame: &str) {
    assert!(frame.contains("unknown") && frame.contains("--") && !frame.contains('●'), "{frame}");
    for line in frame.lines().filter(|line| !line.contains("calls/h")) {
        let zero = |word| ["0.0", "0%", "0ms", "0.0s", "0/min", "100%"].contains(&word);
        assert!(!line.split_whitespace().any(zero), "`{line}` of\n{frame}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_not_signed_in_knows_nothing_signs_in_by_keys_and_the_panes_fill() {
    let mut seat = Seat::at("sso-expired").await;
    for (width, height) in [(120, 40), (80, 24), (60, 15)] {
        let frame = seat.frame_of(Rect::new(0, 0, width, height));
        assert!(frame.contains("NOT SIGNED IN") && frame.contains("L SIGN IN"), "{frame}");
        knows_nothing(&frame);
    }
    seat.press("L").await;
    seat.shows("SSO corp of profile people → role ops-failover").await;
    seat.shows("https://corp.example/start/device?user_code=SIML-").await;
    seat.shows("S I M L - ").await;
    seat.shows("Waiting for the browser").await;
    seat.press("y").await;
    seat.shows("copied the page: 1 line, 53 bytes").await;
    seat.press("c").await;
    seat.shows("copied the code: 1 line, 9 bytes").await;
    assert!(seat.frame().contains("9m5"), "how long it is good for counts down\n{}", seat.frame());

    seat.shows("signed in as simulated in …3333 until 10:00 UTC, 1h").await;
    seat.lacks("NOT SIGNED IN");
    seat.lacks("user_code");
    seat.wait(Duration::from_secs(10)).await;
    let frame = seat.frame();
    assert!(frame.contains("● ok") && !frame.contains("no credentials"), "{frame}");
    seat.lacks("L SIGN IN");
    let token = std::fs::read_dir(seat.files.path().join("sso/cache")).unwrap().next().unwrap().unwrap();
    assert_eq!(token.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test(start_paused = true)]
async fn leaving_changes_nothing_and_nobody_is_signed_in_behind_ones_back() {
    let mut seat = Seat::at("sso-expired").await;
    seat.press("L").await;
    seat.shows("user_code=SIML-").await;
    seat.press("esc").await;
    seat.lacks("user_code=SIML-");
    seat.wait(Duration::from_mins(1)).await;
    seat.shows("NOT SIGNED IN").await;
    knows_nothing(&seat.frame());
    // A second sign-in is not ended by the first one.
    seat.sign_in().await;
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_comes_to_nothing_says_why_and_is_begun_again_by_a_key() {
    for (operation, code, why) in [
        ("RegisterClient", "InternalServerException", "Injected: InternalServerException"),
        ("CreateToken", "AccessDeniedException", "denied: AccessDeniedException"),
        ("CreateToken", "ExpiredTokenException", "the code was not confirmed in time"),
    ] {
        let mut seat = Seat::at("sso-expired").await;
        seat.refuses(operation, code);
        seat.press("L").await;
        seat.shows(why).await;
        seat.shows("r starts again").await;
        seat.shows("NOT SIGNED IN").await;
        seat.press("r").await;
        seat.shows("user_code=SIML-").await;
        seat.shows("signed in as ").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_silent_is_said_and_asked_again() {
    let mut seat = Seat::at("sso-expired").await;
    seat.refuses("CreateToken", "InternalServerException");
    seat.press("L").await;
    seat.shows("No answer, asked again: ").await;
    seat.shows("Waiting for the browser").await;
    seat.shows("signed in as ").await;
}

#[tokio::test(start_paused = true)]
async fn where_nobody_can_sign_in_that_is_said_with_what_the_service_says() {
    let mut seat = Seat::at("expired-token").await;
    seat.lacks("L SIGN IN");
    seat.press("L").await;
    seat.shows("L is off: there are credentials, and they do not run out").await;
    seat.wait(Duration::from_mins(3)).await;
    seat.shows("L SIGN IN").await;
    seat.press("L").await;
    seat.shows("the credentials are simulated ones: there is nothing to sign in at. expired: ").await;
    seat.lacks("signed in as");
}

#[tokio::test(start_paused = true)]
async fn the_code_of_a_device_is_typed_and_a_wrong_one_asked_for_again() {
    let mut seat = Seat::at("mfa-code").await;
    seat.shows("NOT SIGNED IN").await;
    knows_nothing(&seat.frame());
    seat.press("L").await;
    seat.shows("arn:aws:iam::111122223333:mfa/operator").await;
    seat.write("0a000").await;
    seat.shows("Code:  0000_").await;
    seat.press("enter").await;
    seat.shows("the code has 6 digits").await;
    seat.write("009").await;
    seat.shows("Code:  000000_").await;
    seat.press("enter").await;
    seat.shows("invalid MFA one time pass code").await;
    seat.shows("Type the next code").await;
    seat.shows("Code:  _").await;
    seat.write("123456").await;
    seat.press("enter").await;
    seat.shows("signed in as simulated in …3333 until 10:00 UTC").await;
    seat.wait(Duration::from_secs(10)).await;
    seat.lacks("NOT SIGNED IN");
    seat.lacks("123456");
    assert!(seat.frame().contains("● ok"), "{}", seat.frame());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_loses_its_credentials_pauses_and_goes_on_after_a_sign_in_over_it() {
    let mut seat = Seat::at("sso-expired").await;
    seat.sign_in().await;
    seat.wait(Duration::from_mins(5)).await;
    seat.press("A tab enter").await;
    seat.shows("ARMED").await;
    seat.press("a enter").await;
    seat.shows("Type the Region that RECEIVES").await;
    seat.write(WEST).await;
    seat.press("enter").await;
    seat.shows("RUNNING").await;
    seat.sim.inject(&Injection { lasts: None, fault: Fault::ExpiredToken {} });
    seat.shows("PAUSED").await;
    seat.shows("L SIGN IN").await;
    seat.press("L").await;
    seat.shows("user_code=SIML-").await;
    seat.shows("the credentials are renewed").await;
    seat.shows("P go on").await;
    seat.lacks("user_code");
    seat.press("P").await;
    seat.shows("steps confirmed").await;
    seat.lacks("PAUSED");
}
