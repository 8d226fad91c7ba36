//! Draws the dialog on top, and over it the help about it.

use ratatui::buffer::Buffer;

use super::{Dialog, page, text};
use crate::model::verdict;
use crate::ui::action::Action;
use crate::ui::drawing::Drawing;
use crate::ui::keymap::{Context, Keys};
use crate::ui::theme::{Glyphs, Theme};
use crate::ui::{Pen, Scene, help};
use page::Page;

/// Draws the dialog of a scene over what is drawn, if there is one, and the help where it is open.
pub fn draw(scene: &Scene<'_>, theme: &Theme, glyphs: &Glyphs, buf: &mut Buffer) {
    draw_over(&Drawing::new(scene).pen(theme, glyphs), buf);
}

/// The same as a part of a frame.
pub(in crate::ui) fn draw_over(pen: &Pen<'_>, buf: &mut Buffer) {
    let Pen { scene, theme, glyphs, .. } = *pen;
    let keymap = &scene.view.keymap;
    let opened = scene.view.dialog.as_ref();
    if let Some((dialog, mut page)) = opened.and_then(|dialog| Some((dialog, of(dialog, pen, buf)?))) {
        page.production = dialog.acts() && verdict::is_production(scene.world);
        page.ways = ways(keymap.at(dialog.context()));
        page::draw(&page, theme, glyphs, buf);
    }
    if let Some(scroll) = scene.view.help {
        let (title, body) = (help::title(scene.view), help::body(&scene.facts(), scene.view));
        let ways = ways(keymap.at(Context::Text));
        page::draw(&Page { title, body, scroll, ways, ..Page::default() }, theme, glyphs, buf);
    }
}

/// What a dialog shows; the one that a filter is typed into is drawn in the hint bar.
fn of(dialog: &Dialog, pen: &Pen<'_>, buf: &Buffer) -> Option<Page> {
    let scene = pen.scene;
    let (facts, view) = (scene.facts(), scene.view);
    let keys = view.keymap.at(dialog.context());
    Some(match dialog {
        Dialog::Detail(scroll) => Page {
            title: view.pane.name().to_uppercase(),
            body: text::detail(pen, buf.area),
            scroll: *scroll,
            ..Page::default()
        },
        Dialog::Act(act) => act.page(&facts, keys),
        Dialog::Palette(palette) => palette.page(keys),
        Dialog::Arm(arm) => arm.page(&facts, keys),
        Dialog::Sheet(sheet) => sheet.page(view.at, keys),
        Dialog::Glass(glass) => glass.page(keys),
        Dialog::Decide(decide) => decide.page(&facts, keys),
        Dialog::Note(note) => note.page(keys),
        Dialog::Approve(approve) => approve.page(facts.run, keys),
        Dialog::Tell(tell) => facts.run.map(|run| tell.page(run, keys)).unwrap_or_default(),
        Dialog::Claiming(claiming) => claiming.page(keys),
        Dialog::SignIn(sign_in) => sign_in.page(scene.now, keys),
        Dialog::Quit(quit) => quit.page(&facts, keys),
        Dialog::CutOff(cut_off) => cut_off.page(keys),
        Dialog::Notice(notice) => notice.page(),
        Dialog::Filter(_) => return None,
        Dialog::Cli { lines, scroll } => Page {
            title: "AS AWS CLI".to_owned(),
            body: page::plain(lines),
            scroll: *scroll,
            ..Page::default()
        },
    })
}

/// The keys that show what is above and below in a place.
pub(in super::super) fn ways(keys: Keys<'_>) -> (String, String) {
    let way = |page, sheet| {
        let bound = |action| !keys.all(action).is_empty();
        keys.spoken(if bound(page) { page } else { sheet })
    };
    (way(Action::PageUp, Action::SheetUp), way(Action::PageDown, Action::SheetDown))
}
