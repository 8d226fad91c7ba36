//! A scene with all that follows from it: what one frame says, worked out once, and drawn and judged from then on.
//!
//! It reads no clock and holds nothing from one frame to the next.

use jiff::Timestamp;
use ratatui::buffer::Buffer;

use super::digest::Digest;
use super::theme::{Glyphs, Theme};
use super::{Alarm, Pen, Scene, guard};

/// A scene at the time that its frame is of, with the verdicts of that time.
pub struct Drawing<'a> {
    scene: Scene<'a>,
    clock: Timestamp,
    digest: Digest<'a>,
}

impl<'a> Drawing<'a> {
    /// Works out what follows from a scene.
    ///
    /// # Errors
    /// What fell over, in words; it can be drawn by [`Drawing::draw`] all the same.
    pub fn of(scene: &Scene<'a>) -> Result<Self, String> {
        guard::attempt(|| Self::new(scene))
    }

    pub(super) fn new(scene: &Scene<'a>) -> Self {
        let clock = scene.view.flow.clock(scene.now);
        let still = Scene { now: scene.view.still_at().unwrap_or(clock), ..*scene };
        let digest = Digest::of(still.world, still.now).with(still.run, still.world, still.now);
        let digest = digest.advised(&still.facts());
        Self { scene: still, clock, digest }
    }

    /// All of it that must be seen at once.
    #[must_use]
    pub fn alarm(&self) -> Alarm {
        Alarm::of(&self.scene, &self.digest)
    }

    /// Draws it over the whole buffer, at any size; where it could not be worked out, why. A part that falls over is
    /// drawn as its error.
    pub fn draw(drawing: &Result<Self, String>, theme: &Theme, glyphs: Glyphs, buf: &mut Buffer) {
        let drawn = drawing.as_ref().map_err(String::clone);
        let drawn = drawn.and_then(|this| guard::attempt(|| super::draw_all(&this.pen(theme, &glyphs), buf)));
        if let Err(why) = drawn {
            guard::everything(&why, buf);
        }
    }

    /// What its parts are drawn with.
    pub(super) fn pen<'p>(&'p self, theme: &'p Theme, glyphs: &'p Glyphs) -> Pen<'p> {
        Pen { scene: &self.scene, clock: self.clock, digest: &self.digest, theme, glyphs }
    }
}
