//! Keeps one part of the screen that falls over from taking the rest with it.
//!
//! What fell over is drawn as its error, in words, and tried again with the next frame. It must never hide the error,
//! nor catch anything but a panic of drawing.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Pen;
use super::theme::Role;
use super::view::Pane;
use super::widgets::frame::{self, Frame};
use super::widgets::paint;

thread_local! {
    /// How many guards stand around what this thread does. A panic hook is given no other way to know.
    static GUARDS: Cell<u32> = const { Cell::new(0) };
}

/// A panic on this thread is caught and drawn: it is no reason to give the terminal back.
#[must_use]
pub fn is_watching() -> bool {
    GUARDS.get() > 0
}

/// Does a part of the work; the error is what the panic said.
pub(super) fn attempt<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    GUARDS.set(GUARDS.get().saturating_add(1));
    // What is drawn from is only read, and the cells that are written to are drawn over.
    let done = catch_unwind(AssertUnwindSafe(work));
    GUARDS.set(GUARDS.get().saturating_sub(1));
    done.map_err(|panic| words(panic.as_ref()))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it does not say why".to_owned())
}

/// Draws a pane, or in its place why it cannot be drawn.
pub(super) fn pane(pen: &Pen<'_>, pane: Pane, area: Rect, buf: &mut Buffer, draw: impl FnOnce(&mut Buffer)) {
    let Err(why) = attempt(|| {
        fall_over_if_asked_to(pane);
        draw(buf);
    }) else {
        return;
    };
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            buf[(x, y)].reset();
        }
    }
    buf.set_style(area, pen.style(Role::Text));
    let frame =
        Frame { title: pane.name().to_owned(), focused: pen.scene.view.pane == pane, ..Frame::default() };
    let inner = frame::draw(pen, &frame, area, buf);
    let text = format!(
        "This pane fell over: {why}. All else goes on; it is tried again with each frame. \
                        The log in the state folder has more."
    );
    say(pen, &text, inner, buf);
}

/// Draws a row or more, or in their place why they cannot be drawn, after what must be said in any case.
pub(super) fn rows(pen: &Pen<'_>, what: &str, area: Rect, buf: &mut Buffer, draw: impl FnOnce(&mut Buffer)) {
    let Err(why) = attempt(|| draw(buf)) else { return };
    let (mode, environment) = (pen.scene.console.mode.word(), &pen.scene.world.topology().environment);
    let text = format!("{mode} {} {what} fell over: {why}", environment.to_uppercase());
    say(pen, &text, area, buf);
}

fn say(pen: &Pen<'_>, text: &str, area: Rect, buf: &mut Buffer) {
    let lines = paint::wrap(text, usize::from(area.width));
    for (at, line) in (0..area.height).zip(lines) {
        paint::row(buf, area, at, &Line::from(pen.span(line, Role::Danger)));
    }
}

/// What is left to draw when not even the panes can be laid out; `quit` is what is pressed to leave.
pub(super) fn everything(why: &str, quit: &str, buf: &mut Buffer) {
    let area = buf.area;
    buf.reset();
    let text = format!(
        "The screen cannot be drawn: {why}. A run in flight goes on; {quit} leaves. `pointsman --plain` may still \
         tell what happens."
    );
    for (at, line) in (0..area.height).zip(paint::wrap(&text, usize::from(area.width))) {
        paint::row(buf, area, at, &Line::from(line));
    }
}

/// Lets a test see a pane fall over; not in a release build.
fn fall_over_if_asked_to(pane: Pane) {
    #[cfg(debug_assertions)]
    assert!(
        std::env::var_os("POINTSMAN_TEST_PANIC").is_none_or(|asked| asked != pane.name()),
        "a panic in {} that a test asked for",
        pane.name()
    );
    #[cfg(not(debug_assertions))]
    let _nobody_asks = pane;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_in_its_own_words_and_the_guard_stands_down() {
        assert_eq!(attempt(|| 3), Ok(3));
        let seen = std::cell::Cell::new(false);
        let fell = attempt(|| {
            seen.set(is_watching());
            panic!("row {} of 2", 3)
        });
        assert_eq!(fell, Err::<(), _>("row 3 of 2".to_owned()));
        assert!(seen.get() && !is_watching());
        assert_eq!(attempt(|| panic!("plain")), Err::<(), _>("plain".to_owned()));
        assert_eq!(attempt(|| attempt(|| panic!("inner")).is_err() && is_watching()), Ok(true));
    }
}
