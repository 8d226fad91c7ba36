//! Each pane in each state.

use std::time::Duration;

use pointsman::model::reading::{Observation, Source, Trouble, TroubleKind};
use pointsman::ui::theme::{Glyphs, Theme};
use pointsman::ui::view::Pane;
use pointsman::ui::widgets::chart::Dots;
use pointsman::ui::{Mode, panes};

use super::show::{self, Show};
use super::story::Until;
use crate::fixture::{self, State};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

fn picture(name: &str, show: &Show, sizes: &[(u16, u16)]) {
    for (width, height) in sizes {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), show.text(*width, *height));
    }
}

#[test]
fn every_state_of_the_world() {
    for state in [State::Calm, State::Degraded, State::Stale, State::Unreachable, State::Empty] {
        picture(&format!("{state:?}").to_lowercase(), &Show::of(state), &SIZES);
    }
}

#[test]
fn every_state_of_a_run() {
    for until in [Until::Promoting, Until::Proving, Until::Lost, Until::Unknown, Until::Closed] {
        picture(&format!("run_{until:?}").to_lowercase(), &Show::running(until), &SIZES);
    }
}

#[test]
fn each_pane_fills_the_screen() {
    for pane in Pane::ALL {
        let show = if matches!(pane, Pane::Plan | Pane::Journal) {
            Show::running(Until::Unknown)
        } else {
            Show::of(State::Degraded)
        };
        let name = format!("zoom_{}", pane.name().to_lowercase());
        picture(&name, &show.zoomed(pane), &SIZES);
    }
}

#[test]
fn a_large_screen_is_used() {
    picture("degraded", &Show::of(State::Degraded), &[(200, 50)]);
    picture("run_promoting", &Show::running(Until::Promoting), &[(200, 50)]);
    picture("run_proving", &Show::running(Until::Proving), &[(200, 50)]);
}

#[test]
fn every_rung_has_a_row_when_the_plan_fills_the_screen() {
    picture("zoom_proving", &Show::running(Until::Proving).zoomed(Pane::Plan), &SIZES);
    let mut show = Show::running(Until::Proving).zoomed(Pane::Plan);
    show.view.rows.insert(Pane::Plan, 1);
    picture("zoom_chosen", &show, &[(80, 24)]);
}

#[test]
fn what_is_seen_of_a_rung_is_what_proves_it() {
    let show = Show::running(Until::Unknown);
    let text = show.text(80, 24);
    let row = text.lines().find(|line| line.contains("? read back     use1")).unwrap();
    assert!(row.contains("use1 ?  usw2 ✓  euw1 ?  apne1 ✓  apse2 ?  2 of 5"), "{row}");
    let row = |text: String| text.lines().find(|line| line.contains("TTL left")).unwrap().to_owned();
    let wide = row(Show::running(Until::Proving).zoomed(Pane::Plan).text(120, 40));
    let all = "east-public ✓  west-public ✓  office ▲  mobile ✓  vpc-use1 ?  3 of 5, longest TTL left 6m17s";
    assert!(wide.contains(all), "{wide}");
    let narrow = row(Show::running(Until::Proving).text(80, 24));
    assert!(narrow.contains("3 of 5, longest TTL left 6m17s  office ▲  vpc-use1 ?"), "{narrow}");
}

#[test]
fn a_small_screen_shows_lamps_and_the_current_step() {
    let sizes = [(70, 20), (60, 15), (50, 8), (40, 1)];
    picture("small", &Show::of(State::Degraded), &sizes);
    picture("small_run", &Show::running(Until::Unknown), &sizes);
}

#[test]
fn what_is_said_and_what_a_run_waits_for_are_on_the_smallest_screens() {
    let mut show = Show::of(State::Degraded);
    show.view.say("Ctrl-C again leaves");
    for (width, height) in [(50, 8), (40, 2), (40, 1)] {
        let text = show.text(width, height);
        assert!(text.starts_with(" WATCH ") && text.contains("Ctrl-C again leaves"), "{text}");
    }
    let held = Show::running(Until::Unknown).text(60, 1);
    assert!(held.contains("step 4 UNKNOWN, you decide"), "{held}");
    let held = Show::running(Until::Unknown).text(60, 15);
    assert!(held.contains("Step 4 is UNKNOWN.  You decide."), "{held}");
    let mut calm = Show::of(State::Calm);
    assert!(calm.text(60, 1).contains("us-east-1 ok, us-west-2 ok"), "{}", calm.text(60, 1));
    let trouble = Trouble { kind: TroubleKind::Expired, text: String::new(), request_id: None };
    let (source, at, every) = (Source::Identity("us-east-1".into()), calm.now, Duration::from_mins(5));
    calm.world.apply(Observation { source, asked: at, at, every, result: Err(trouble) });
    assert!(calm.text(60, 1).contains("credentials expired"), "{}", calm.text(60, 1));
    let going = Show::running(Until::Proving).text(60, 1);
    assert!(going.contains("3 of 4"), "{going}");
}

#[test]
fn no_dialog_hides_what_may_be_done_here() {
    let mut show = Show::of(State::Degraded);
    show.press(&["?"]);
    for height in 1..=24 {
        let text = show.text(60, height);
        assert!(text.starts_with(" WATCH "), "{height} rows:\n{text}");
        assert_eq!(text.contains("a dialog is open"), height == 1, "{text}");
        assert_eq!(text.contains("KEYS"), height > 3, "{height} rows:\n{text}");
    }
}

#[test]
fn two_panels_that_disagree() {
    let show = Show::with(super::panels::two_panels(), true);
    picture("panels", &show, &[(80, 24), (120, 40), (200, 50)]);
    picture("panels_zoom", &show.zoomed(Pane::Traffic), &[(80, 24)]);
}

#[test]
fn thirty_regions() {
    let mut show = Show::with(fixture::world(fixture::many(30, 8), State::Degraded), true);
    picture("many", &show, &[(80, 24), (120, 40)]);
    show.view.rows.insert(Pane::Regions, 29);
    picture("many_last", &show.zoomed(Pane::Regions), &[(80, 24)]);
}

#[test]
fn names_that_move_by_weights() {
    let show = Show::with(fixture::weighted(), true);
    picture("weighted", &show, &[(80, 24), (120, 40)]);
    picture("weighted_zoom", &show.zoomed(Pane::Traffic), &[(80, 24), (120, 40)]);
}

#[test]
fn what_is_known_of_each_endpoint_is_told_where_there_is_room() {
    let row = |text: &str, begins: &str| -> String {
        let found = text.lines().find_map(|line| line.split('│').find(|cell| cell.starts_with(begins)));
        found.unwrap_or_else(|| panic!("no {begins} in\n{text}")).trim().to_owned()
    };
    let calm = Show::of(State::Calm);
    let wide = calm.text(200, 50);
    assert_eq!(row(&wide, " age "), "age             <5s      <5s      <5s      <5s      <5s");
    assert_eq!(row(&wide, " rtt "), "rtt             80ms     80ms     80ms     80ms     80ms");
    assert_eq!(row(&wide, " answers "), "answers ● 5 of 5 endpoints");
    assert_eq!(row(&calm.text(80, 24), " answers "), "answers ● 5 of 5, <5s old, 80ms");
    let away = Show::of(State::Unreachable).text(120, 40);
    assert_eq!(row(&away, " answers "), "answers ▲ 3 of 5, use1, euw1 unreachable since 13:50:07");
}

#[test]
fn resolvers_that_disagree_are_a_problem_once_the_ttl_is_over() {
    let show = Show::with(fixture::weighted(), true);
    let text = show.text(120, 40);
    assert!(text.contains("▲ resolvers disagree: office answers use1"), "{text}");
    let traffic = |show: &Show| {
        let problems = show.scene(|scene| scene.view.problems(&scene.facts()));
        problems.into_iter().filter(|(pane, _)| *pane == Pane::Traffic).collect::<Vec<_>>()
    };
    assert_eq!(traffic(&show), [(Pane::Traffic, 2)], "the row of the resolvers");
    let proving = Show::running(Until::Proving);
    let text = proving.text(200, 50);
    assert!(text.contains("resolvers disagree, ") && text.contains(" of TTL left"), "{text}");
    assert_eq!(traffic(&proving), [], "not while it runs out");
}

#[test]
fn both_ends_of_a_link_say_what_they_are() {
    let show = Show::of(State::Calm);
    let wide = show.text(120, 40);
    for words in ["use1→usw2 writer→reader ●", "usw2→use1 reader→writer", "use1→usw2 active→active"]
    {
        assert!(wide.contains(words), "{words}: {wide}");
    }
    let narrow = show.text(80, 24);
    for words in ["orders  w  use1→usw2 ●", "orders  r  usw2→use1", "carts   a  use1→usw2"] {
        assert!(narrow.contains(words), "{words}: {narrow}");
    }
}

#[test]
fn charts_are_drawn_with_what_is_asked_for() {
    let show = Show::of(State::Degraded);
    let drawn = |dots| {
        let text = show::text(&show.frame_in(120, 40, &show::dark(), &Glyphs::unicode().charting(dots)));
        let has = |from: char, to: char| text.chars().any(|letter| (from..=to).contains(&letter));
        (has('\u{2801}', '\u{28ff}'), has('▁', '█'), text.contains("**"))
    };
    assert_eq!(drawn(Dots::Braille), (true, true, false));
    assert_eq!(drawn(Dots::Blocks), (false, true, false));
    assert_eq!(drawn(Dots::Ascii), (false, false, true));
}

#[test]
fn roles_are_as_the_words() {
    insta::assert_snapshot!("roles_degraded", Show::of(State::Degraded).roles(80, 24));
    insta::assert_snapshot!("roles_unknown", Show::running(Until::Unknown).roles(80, 24));
}

#[test]
fn a_frozen_screen_says_so_and_how_long() {
    let mut show = Show::of(State::Degraded);
    show.press(&["f"]);
    show.wait(95_000);
    let text = show.text(80, 24);
    assert!(text.lines().next().unwrap().contains(" FROZEN 1m35s "), "{text}");
    let still = text.lines().skip(3).take(20).collect::<Vec<_>>();
    let before = Show::of(State::Degraded).text(80, 24);
    assert_eq!(still, before.lines().skip(3).take(20).collect::<Vec<_>>(), "the panes stand still");
}

#[test]
fn mode_and_environment_are_on_every_frame() {
    let mut show = Show::of(State::Unreachable).armed();
    (show.console.drill, show.console.simulated) = (true, true);
    for width in 45..=250 {
        for height in [1, 5, 15, 24, 50] {
            let text = show.text(width, height);
            let first = text.lines().next().unwrap();
            for word in ["ARMED 14m32s", "DRILL", "SIMULATED", "PRODUCTION"] {
                assert!(first.contains(word), "{word} at {width}×{height}: {first}");
            }
        }
    }
}

#[test]
fn a_simulated_world_says_so_once() {
    let topology =
        pointsman::model::topology::Topology { environment: "simulated".to_owned(), ..fixture::retail() };
    let mut show = Show::with(fixture::world(topology, State::Calm), true);
    show.console.simulated = true;
    assert_eq!(show.text(80, 24).matches("SIMULATED").count(), 1);
}

#[test]
fn another_account_than_the_declared_one_is_never_left_out() {
    let mut show = Show::of(State::Calm);
    show.console.identity = Some(pointsman::model::reading::Identity {
        account: "999988887777".to_owned(),
        ..fixture::identity()
    });
    for width in [60, 80, 120] {
        assert!(show.text(width, 24).contains("WRONG ACCOUNT …7777"), "at {width}");
    }
}

#[test]
fn the_header_is_never_cut_in_a_word() {
    for show in [Show::of(State::Degraded), Show::running(Until::Promoting), Show::of(State::Empty)] {
        for width in 60..=220 {
            let text = show.text(width, 24);
            for line in text.lines().take(2) {
                let cut = line.replace("…3333", "");
                assert!(!cut.contains('…'), "{width}: {line}");
            }
        }
    }
}

#[test]
fn without_colour_the_words_are_the_same() {
    let mono = Theme::find("mono").unwrap();
    for show in [Show::of(State::Degraded), Show::running(Until::Unknown)] {
        let plain = show.frame_in(120, 40, &mono, &Glyphs::unicode());
        assert_eq!(show::text(&plain), show.text(120, 40));
    }
}

#[test]
fn the_ascii_set_draws_ascii_only() {
    for show in [Show::of(State::Degraded), Show::of(State::Unreachable), Show::running(Until::Unknown)] {
        for (width, height) in [(40, 3), (80, 24), (120, 40)] {
            let text = show::text(&show.frame_in(width, height, &show::dark(), &Glyphs::ascii()));
            let strange: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
            assert!(strange.is_empty(), "{strange:?} in\n{text}");
        }
    }
    let text = show::text(&Show::of(State::Degraded).frame_in(80, 24, &show::dark(), &Glyphs::ascii()));
    insta::assert_snapshot!("ascii_80x24", text);
}

#[test]
fn rows_and_selection_are_those_on_the_screen() {
    let screen = ratatui::layout::Rect::new(0, 0, 80, 24);
    let show = Show::running(Until::Unknown);
    show.scene(|scene| {
        assert_eq!(panes::rows(scene, screen, Pane::Plan), [0, 1, 2, 3]);
        assert_eq!(panes::selected(scene, screen, Pane::Plan), Some(3), "the held step");
        let lines = scene.journal.len();
        assert_eq!(panes::selected(scene, screen, Pane::Journal), Some(lines - 1), "the newest line");
    });
    let mut show = Show::of(State::Calm);
    show.view.rows.insert(Pane::Replication, 99);
    show.scene(|scene| assert_eq!(panes::selected(scene, screen, Pane::Replication), Some(6)));
    assert_eq!(show.console.mode, Mode::Watch);
}

#[test]
fn the_digest_says_what_the_verdicts_say() {
    for state in [State::Calm, State::Degraded, State::Stale, State::Unreachable] {
        let show = Show::of(state);
        let digest = pointsman::ui::digest::Digest::of(&show.world, show.now);
        for region in &digest.regions {
            let headroom = pointsman::model::verdict::headroom(&show.world, &region.spec.name, show.now);
            assert_eq!(region.headroom, headroom, "{} when {state:?}", region.spec.name);
        }
    }
}
