//! A scene with all that follows from it: what one frame says, worked out once, and drawn and judged from then on.
//!
//! It reads no clock and holds nothing from one frame to the next.

use jiff::Timestamp;
use ratatui::buffer::Buffer;

use super::action::Action;
use super::digest::Digest;
use super::theme::{Glyphs, Theme};
use super::{Alarm, Pen, Scene, guard};

/// A drawing that could not be worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallen {
    /// What fell over, in words.
    why: String,
    /// The keys that leave the program.
    quit: String,
}

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
    pub fn of(scene: &Scene<'a>) -> Result<Self, Fallen> {
        let quit = || scene.view.keymap.spoken(Action::Quit);
        guard::attempt(|| Self::new(scene)).map_err(|why| Fallen { why, quit: quit() })
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
    pub fn draw(drawing: &Result<Self, Fallen>, theme: &Theme, glyphs: Glyphs, buf: &mut Buffer) {
        let fallen = match drawing {
            Err(fallen) => fallen.clone(),
            Ok(this) => {
                let drawn = guard::attempt(|| super::draw_all(&this.pen(theme, &glyphs), buf));
                let Err(why) = drawn else { return };
                Fallen { why, quit: this.scene.view.keymap.spoken(Action::Quit) }
            }
        };
        guard::everything(&fallen.why, &fallen.quit, buf);
    }

    /// What its parts are drawn with.
    pub(super) fn pen<'p>(&'p self, theme: &'p Theme, glyphs: &'p Glyphs) -> Pen<'p> {
        Pen { scene: &self.scene, clock: self.clock, digest: &self.digest, theme, glyphs }
    }
}
