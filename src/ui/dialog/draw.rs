//! The dialog on top, drawn as the page that it says it is.
//!
//! It decides nothing: what a dialog shows is its own, and what acts in production is said on it.

use ratatui::buffer::Buffer;

use super::{Dialog, page, text};
use crate::model::verdict;
use crate::ui::drawing::Drawing;
use crate::ui::theme::{Glyphs, Theme};
use crate::ui::{Pen, Scene, help};

/// Draws the dialog of a scene over what is drawn, if there is one.
pub fn draw(scene: &Scene<'_>, theme: &Theme, glyphs: &Glyphs, buf: &mut Buffer) {
    draw_over(&Drawing::new(scene).pen(theme, glyphs), buf);
}

/// The same as a part of a frame.
pub(in crate::ui) fn draw_over(pen: &Pen<'_>, buf: &mut Buffer) {
    let scene = pen.scene;
    let Some(dialog) = &scene.view.dialog else { return };
    let facts = scene.facts();
    let mut page = match dialog {
        Dialog::Help(scroll) => {
            let body = help::body(&facts, scene.view);
            page::Page { title: "KEYS".to_owned(), body, scroll: *scroll, ..page::Page::default() }
        }
        Dialog::Detail(scroll) => page::Page {
            title: scene.view.pane.name().to_uppercase(),
            body: text::detail(pen, buf.area),
            scroll: *scroll,
            ..page::Page::default()
        },
        Dialog::Act(act) => act.page(&facts),
        Dialog::Palette(palette) => palette.page(),
        Dialog::Arm(arm) => arm.page(&facts),
        Dialog::Sheet(sheet) => sheet.page(scene.view.at),
        Dialog::Glass(glass) => glass.page(),
        Dialog::Decide(decide) => decide.page(&facts),
        Dialog::Note(note) => note.page(),
        Dialog::Approve(approve) => approve.page(facts.run),
        Dialog::Tell(tell) => facts.run.map(|run| tell.page(run)).unwrap_or_default(),
        Dialog::Claiming(claiming) => claiming.page(),
        Dialog::Quit(quit) => quit.page(&facts),
        Dialog::CutOff(cut_off) => cut_off.page(),
        Dialog::Notice(notice) => notice.page(),
        Dialog::Filter(_) => return,
        Dialog::Cli { lines, scroll } => page::Page {
            title: "AS AWS CLI".to_owned(),
            body: page::plain(lines),
            scroll: *scroll,
            ..page::Page::default()
        },
    };
    page.production = dialog.acts() && verdict::is_production(scene.world);
    page::draw(&page, pen.theme, pen.glyphs, buf);
}
