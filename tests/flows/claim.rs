//! The conch is held elsewhere, or the table is silent: the console says so and asks for a reason, typed.

use jiff::SignedDuration;
use pointsman::app::{Effect, Event};
use pointsman::plan::event::RunId;
use pointsman::ui::conch::{Conch, Mirror};
use pointsman::ui::dialog::{Claim, Obstacle};
use pointsman::ui::key::Input;

use super::desk::Desk;

const WHY: &str = "ana on bastion-1 (process 100) has had the conch since 14:01:00Z and holds it now";

fn unclaimed(desk: &mut Desk, obstacle: Obstacle) {
    let (effect, now) = (Box::new(Effect::Resume), desk.now());
    desk.app.update(Event::Unclaimed { effect, obstacle, why: WHY.to_owned() }, now);
}

#[test]
fn a_conch_that_is_held_is_taken_over_with_a_reason_that_was_typed() {
    let mut desk = Desk::degraded();
    unclaimed(&mut desk, Obstacle::Held);
    desk.shows("TAKE THE CONCH OVER");
    desk.shows("ana on bastion-1");
    desk.wait(500);
    assert_eq!(desk.press("enter"), []);
    desk.shows("a reason has at least three letters");
    assert_eq!(desk.input(&Input::Paste("ana is in the tunnel".to_owned())), []);
    assert_eq!(desk.key_after(5, "enter"), [], "a paste with its Enter gives none");
    desk.press("esc");
    desk.hides("TAKE THE CONCH OVER");

    unclaimed(&mut desk, Obstacle::Held);
    desk.write("ana is away");
    let effects = desk.press("enter");
    let claim = Claim::TakeOver("ana is away".to_owned());
    assert_eq!(effects, [Effect::Claim { effect: Box::new(Effect::Resume), claim }]);
    desk.hides("TAKE THE CONCH OVER");
}

#[test]
fn a_silent_table_is_passed_over_only_with_a_reason_and_not_for_long() {
    let mut desk = Desk::degraded();
    unclaimed(&mut desk, Obstacle::NoAnswer);
    desk.shows("GO ON WITHOUT THE SHARED TABLE");
    desk.write("nobody else");
    let claim = Claim::WithoutTable("nobody else".to_owned());
    assert_eq!(desk.press("enter"), [Effect::Claim { effect: Box::new(Effect::Resume), claim }]);
    assert_eq!(desk.press("enter"), [], "it is done once");

    unclaimed(&mut desk, Obstacle::NoAnswer);
    desk.wait(1000);
    desk.wait(121_000);
    desk.hides("GO ON WITHOUT THE SHARED TABLE");
}

#[test]
fn the_header_names_who_has_the_conch_and_what_keeps_people_from_acting() {
    let mut desk = Desk::degraded();
    desk.shows("conch this host only");
    let now = desk.now();
    let since = now - SignedDuration::from_mins(4);
    let (who, until) = ("maria@bastion-1".to_owned(), now);
    desk.app.update(Event::Conch(Conch::Other { who: who.clone(), since, until, run: None }), now);
    desk.shows(&format!("conch maria@bastion-1 since {}", since.strftime("%H:%MZ")));
    desk.app.update(Event::Conch(Conch::RanOut { who, heard: since }), now);
    desk.shows("conch maria@bastion-1, silent 4m");
    desk.app.update(Event::Conch(Conch::Silent { since }), now);
    desk.shows("table SILENT 4m");
}

#[test]
fn a_copy_that_is_behind_is_said_over_the_journal() {
    let mut desk = Desk::degraded();
    let now = desk.now();
    let since = Some(now - SignedDuration::from_secs(12));
    desk.app.update(Event::Mirrored(Mirror { lines: 3, since, trouble: None, looks: 1 }), now);
    desk.press("6");
    desk.shows("copy 3 lines behind, 12s");
}

#[test]
fn a_run_that_another_bastion_drives_can_be_paused_from_here() {
    let mut desk = Desk::degraded();
    assert_eq!(desk.press("P"), []);
    let (now, run) = (desk.now(), Some(RunId("4f2a9c01".to_owned())));
    let (who, since, until) = ("maria@bastion-1".to_owned(), now, now);
    desk.app.update(Event::Conch(Conch::Other { who, since, until, run: run.clone() }), now);
    assert_eq!(desk.press("P"), [Effect::Pause]);
    assert_eq!(desk.app.driven_by_another(), run.as_ref());
}
