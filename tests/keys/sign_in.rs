//! The sheet of a sign-in: what it takes, what it gives, and how it looks.

use pointsman::model::reading::{Source, Trouble, TroubleKind};
use pointsman::ui::dialog::{Ask, News, Request};
use pointsman::ui::key::Input;
use pointsman::ui::view::Size;

use super::bench::{Bench, EAST};
use super::frames::check;
use crate::fixture::State;

const PAGE: &str = "https://d-92671207e4.awsapps.com/start/#/device?user_code=QXVR-JLMT";

/// Nobody is signed in.
fn signed_out() -> Bench {
    let mut bench = Bench::of("production", State::Degraded);
    bench.console.identity = None;
    let text = "nobody is signed in at SSO corp: the sign-in ran out at 2026-03-01 17:02 UTC".to_owned();
    bench.fails(
        Source::Identity(EAST.into()),
        Trouble { kind: TroubleKind::NoCredentials, text, request_id: None },
    );
    bench
}

fn begun() -> Bench {
    let mut bench = signed_out();
    assert_eq!(bench.press(1_000, "L"), Some(Request::SignIn(Ask::Begin)));
    bench
}

fn browser() -> Bench {
    let mut bench = begun();
    let until = bench.now + jiff::SignedDuration::from_secs(598);
    let by = "SSO corp of profile people → role ops-failover".to_owned();
    let (url, code) = (PAGE.to_owned(), "QXVR-JLMT".to_owned());
    bench.hears(1_400, News::Browser { by, url, code, until });
    bench
}

fn device(refused: Option<&str>) -> Bench {
    let mut bench = begun();
    let by = "keys of profile base → role ops-failover with MFA".to_owned();
    let (profile, device) = ("ops".to_owned(), "arn:aws:iam::111122223333:mfa/maria".to_owned());
    bench.hears(1_400, News::Device { by, profile, device, refused: refused.map(str::to_owned) });
    bench
}

fn copied(request: Option<Request>) -> String {
    let Some(Request::Copy(clip)) = request else { panic!("nothing is copied: {request:?}") };
    clip.text().to_owned()
}

#[test]
fn how_it_looks() {
    check("sign-in-asking", &begun());
    let mut bench = browser();
    bench.hears(3_000, News::Unconfirmed);
    check("sign-in-browser", &bench);
    bench.hears(5_000, News::Silent("unreachable: oidc.eu-west-1.amazonaws.com: timed out".to_owned()));
    check("sign-in-silent", &bench);
    bench.hears(8_000, News::Undone("the code was not confirmed in time".to_owned()));
    check("sign-in-undone", &bench);
    let mut bench = device(None);
    bench.type_word(2_000, 150, "1234");
    check("sign-in-device", &bench);
    let why = "no credentials: role arn:aws:iam::111122223333:role/ops-failover was not given: denied: AccessDenied: \
               MultiFactorAuthentication failed with invalid MFA one time pass code";
    check("sign-in-device-refused", &device(Some(why)));
}

#[test]
fn page_and_code_are_copied_whole() {
    let mut bench = browser();
    assert_eq!(copied(bench.press(2_000, "y")), PAGE);
    assert_eq!(copied(bench.press(3_000, "c")), "QXVR-JLMT");
    let mut bench = begun();
    assert_eq!(
        (bench.press(2_000, "y"), bench.press(3_000, "c"), bench.press(4_000, "r")),
        (None, None, None)
    );
}

#[test]
fn it_is_left_by_esc_begun_again_by_r_and_nothing_else_gets_through() {
    let mut bench = browser();
    for (at, key) in (0..).zip(["enter", "a", "A", "P", "x", "space", "q", "5"]) {
        assert_eq!(bench.press(2_000 + at * 400, key), None, "{key}");
    }
    assert_eq!(bench.press(6_000, "r"), Some(Request::SignIn(Ask::Begin)));
    assert_eq!(bench.press(7_000, "esc"), Some(Request::SignIn(Ask::Leave)));
    assert_eq!(bench.view.dialog, None);
    // News of what was left opens nothing.
    bench.hears(8_000, News::Undone("the code was not confirmed in time".to_owned()));
    assert_eq!(bench.view.dialog, None);
}

#[test]
fn six_digits_are_sent_by_enter_typed_or_pasted_and_nothing_else_is() {
    let mut bench = device(None);
    bench.type_word(2_000, 150, "12x34");
    assert_eq!(bench.press(3_000, "enter"), None);
    assert!(bench.text().contains("the code has 6 digits"), "{}", bench.text());
    bench.press(3_500, "backspace");
    bench.type_word(4_000, 150, "5678");
    assert!(bench.text().contains("Code:  123567_"), "{}", bench.text());
    assert_eq!(bench.press(5_000, "enter"), Some(Request::SignIn(Ask::Code("123567".to_owned()))));
    assert!(bench.text().contains("asking for the credentials with the code"), "{}", bench.text());
    assert_eq!(bench.press(6_000, "enter"), None, "a code is sent once");

    let mut bench = device(None);
    assert_eq!(bench.input(2_000, &Input::Paste(" 123 456\n".to_owned())), None);
    assert_eq!(bench.press(3_000, "enter"), Some(Request::SignIn(Ask::Code("123456".to_owned()))));
}

#[test]
fn being_signed_in_closes_the_sheet_and_no_other_dialog() {
    let mut bench = browser();
    bench.hears(9_000, News::In(Some(Box::new(crate::fixture::identity()))));
    assert_eq!(bench.view.dialog, None);
    assert!(bench.view.said().unwrap().starts_with("signed in as "), "{:?}", bench.view.said());
    bench.press(20_000, "?");
    bench.hears(21_000, News::In(None));
    assert!(bench.view.help.is_some());
    assert_eq!(bench.view.said(), Some("signed in"));
}

#[test]
fn the_hint_is_there_while_it_is_needed_and_the_key_always_but_where_nothing_runs_out() {
    let hint = |bench: &Bench| {
        let rows = bench.screen(Size { width: 80, height: 24 });
        rows.last().unwrap().contains("L SIGN IN")
    };
    assert!(hint(&signed_out()));
    let mut bench = Bench::new();
    assert!(!hint(&bench), "the credentials last");
    assert_eq!(bench.press(1_000, "L"), Some(Request::SignIn(Ask::Begin)), "they may be renewed early");
    bench.press(2_000, "esc");
    let end = crate::fixture::identity().expires.unwrap();
    let minute = (end.duration_since(bench.now).as_secs() - 600) * 1_000;
    bench.tick(minute);
    assert!(hint(&bench), "they end soon");
}
