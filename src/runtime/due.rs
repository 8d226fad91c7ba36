//! When a frame is due and when it may be drawn: at once for a key, with the next burst for what was read, and for all
//! but keys and alarms only when there is room on the line.
//!
//! It never waits for the terminal: while the last frame is on its way, a later turn draws.

use ratatui::buffer::Buffer;

use super::{Console, Headless};
use crate::app::{Attention, Event};
use crate::ui::{Drawing, Flow, Strain};

/// What is due on the screen.
pub(super) struct Due {
    pub(super) redraw: Redraw,
    /// A key was pressed since the last frame.
    pub(super) pressed: bool,
    /// Clocks ticked since the last frame.
    pub(super) ticked: bool,
    /// A frame waits for room on the line.
    pub(super) held: bool,
}

/// When the next frame is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Redraw {
    /// Nothing happened.
    Never,
    /// Something was read: with the next burst.
    Soon,
    /// A key was pressed: now.
    Now,
}

impl Console {
    /// How soon an event wants to be seen: a key at once, what was read with the next burst, a second only when clocks
    /// tick or something on the screen runs out.
    pub(super) fn wanted_by(&mut self, event: &Event) -> Redraw {
        match event {
            Event::Input(..) => {
                self.due.pressed = true;
                Redraw::Now
            }
            Event::Tick(_) => {
                let away = self.inside.app.attention() == Attention::Away;
                if self.line.ticks(self.began.elapsed(), away) {
                    self.due.ticked = true;
                    self.flow();
                    return Redraw::Soon;
                }
                if self.due.held || self.inside.app.counts_down() { Redraw::Soon } else { Redraw::Never }
            }
            Event::Budget { .. } => Redraw::Never,
            _ => Redraw::Soon,
        }
    }

    /// Tells the screen what its clocks show and what is left out of it.
    pub(super) fn flow(&mut self) {
        let ticked =
            if self.due.ticked { Some(self.inside.clock.now()) } else { self.inside.app.flow().ticked };
        self.inside.app.flows(Flow { ticked, strain: self.line.strain() });
    }

    /// Draws what changed, unless the last frame is still on its way; then a later turn draws.
    pub(super) fn show(&mut self) {
        if self.due.redraw != Redraw::Now {
            return;
        }
        if self.screen.is_busy() {
            self.due.redraw = Redraw::Soon;
            return;
        }
        self.due.redraw = Redraw::Never;
        let room = self.has_room();
        let Headless { app, clock, .. } = &self.inside;
        let scene = app.scene(clock.now());
        let drawing = Drawing::of(&scene);
        // An alarm is drawn whatever the line carries, and so is what fell over.
        let alarm = drawing.as_ref().ok().map(Drawing::alarm);
        self.due.held = !room && alarm.is_some() && alarm == self.alarm;
        if self.due.held {
            return;
        }
        self.alarm = alarm;
        (self.due.pressed, self.due.ticked) = (false, false);
        let mut frame = Buffer::empty(self.screen.area());
        Drawing::draw(&drawing, &self.theme, self.glyphs, &mut frame);
        let written = self.screen.show(frame);
        self.line.wrote(written, self.began.elapsed());
    }

    /// Keys are drawn whatever the line carries; all else when there is room for it.
    fn has_room(&mut self) -> bool {
        if !self.line.is_limited() || self.due.pressed {
            return true;
        }
        if self.line.strain() == Strain::SlowClocks && !self.due.ticked {
            return false;
        }
        let before = self.line.strain();
        let room = self.line.has_room(self.began.elapsed());
        if self.line.strain() != before {
            self.flow();
        }
        room
    }
}
