//! Marks are of things: a filter, another width or a new row moves none, and one whose thing is gone says so.

use std::sync::Arc;

use pointsman::model::topology::Topology;
use pointsman::ui::panes;
use pointsman::ui::view::{Pane, Size};
use ratatui::layout::Rect;

use super::bench::Bench;
use super::frames::unknown;
use super::rows::{console, press};
use crate::fixture::{self, State};

fn place(bench: &Bench) -> (Pane, usize) {
    (bench.view.pane, bench.view.row(bench.view.pane))
}

#[test]
fn marks_are_gone_round() {
    let mut bench = Bench::new();
    press(&mut bench, 0, "'");
    assert!(console(&bench).contains("' is off: no row is marked; M marks one"));
    press(&mut bench, 1_000, "2 j M 3 j j M 1");
    assert!(console(&bench).lines().any(|line| line.starts_with('▸')), "{}", console(&bench));
    press(&mut bench, 6_000, "'");
    assert_eq!(place(&bench), (Pane::Replication, 1));
    press(&mut bench, 7_000, "'");
    assert_eq!(place(&bench), (Pane::Traffic, 2));
    press(&mut bench, 8_000, "'");
    assert_eq!(bench.view.pane, Pane::Replication);
    press(&mut bench, 9_000, "M '");
    assert_eq!(bench.view.pane, Pane::Traffic, "M again takes the mark away");
}

#[test]
fn every_row_is_about_something_of_its_own() {
    for (name, mut bench) in
        [("calm", Bench::new()), ("degraded", Bench::of("production", State::Degraded)), ("run", unknown())]
    {
        for (width, height) in [(80, 24), (120, 40), (200, 50)] {
            bench.view.size = Size { width, height };
            let screen = Rect::new(0, 0, width, height);
            for pane in Pane::ALL {
                let scene = bench.facts().scene(&bench.view);
                let rows = panes::rows(&scene, screen, pane).len();
                let mut things = panes::things(&scene, screen, pane);
                assert_eq!(things.len(), rows, "{name} {width} {}", pane.name());
                things.sort();
                things.dedup();
                assert_eq!(things.len(), rows, "{name} {width} {}: two are the same", pane.name());
            }
        }
    }
}

#[test]
fn a_mark_stays_with_its_link_when_another_is_declared_before_it() {
    let mut bench = Bench::new();
    press(&mut bench, 0, "2 G M");
    let marked = bench.view.marks.clone();
    let row = place(&bench).1;
    let mut topology: Topology = fixture::retail();
    let mut more = topology.auroras[0].clone();
    "ledger".clone_into(&mut more.store);
    topology.auroras.insert(0, more);
    bench.world = bench.world.clone().redeclared(Arc::new(topology), &[]);
    press(&mut bench, 4_000, "1 '");
    assert_eq!(bench.view.marks, marked);
    assert!(place(&bench).1 > row, "{:?} and before it {row}", place(&bench));
    assert_eq!(place(&bench).0, Pane::Replication);
}

#[test]
fn a_mark_stays_with_its_row_under_a_filter() {
    let mut bench = Bench::new();
    press(&mut bench, 0, "2 / c a r t s enter M 1 '");
    let there = place(&bench);
    assert!(there.1 > 0, "{there:?}: links of other stores come first");
    press(&mut bench, 8_000, "esc g 1 '");
    assert_eq!(place(&bench), there);
}

#[test]
fn a_mark_whose_thing_is_gone_says_so_and_is_done_with() {
    let mut bench = Bench::new();
    press(&mut bench, 0, "2 M 3 M");
    let mut topology: Topology = fixture::retail();
    topology.auroras.remove(0);
    bench.world = bench.world.clone().redeclared(Arc::new(topology), &[]);
    press(&mut bench, 4_000, "1 '");
    assert_eq!(bench.view.pane, Pane::Traffic, "the other one is gone to");
    let said = bench.view.said().unwrap_or_default().to_owned();
    assert!(said.starts_with("the mark of orders us-east-1→us-west-2 is gone"), "{said}");
    assert_eq!(bench.view.marks.len(), 1);
    press(&mut bench, 6_000, "M '");
    assert!(console(&bench).contains("no row is marked"), "{}", console(&bench));
}

#[test]
fn a_region_marked_at_one_width_is_marked_at_another() {
    let mut bench = Bench::new();
    press(&mut bench, 0, "1 j M");
    bench.view.size = Size { width: 24, height: 30 };
    press(&mut bench, 4_000, "2 '");
    assert_eq!(bench.view.marks.len(), 1, "it is told in other rows here, and kept");
    bench.view.size = Size { width: 120, height: 40 };
    press(&mut bench, 6_000, "'");
    assert_eq!(place(&bench), (Pane::Regions, 1));
}
