//! An effect for which the conch was not to be had: it waits for a typed reason, and is done with it or not at all.

use super::{App, Effect};
use crate::ui::dialog::{Claim, Obstacle};

impl App {
    /// Asks for the reason.
    pub(super) fn unclaimed(&mut self, effect: Box<Effect>, obstacle: Obstacle, why: &str) {
        self.unclaimed = Some(effect);
        self.view.ask_to_claim(obstacle, why);
    }

    /// The reason was given.
    pub(super) fn claimed(&mut self, claim: Claim) -> Vec<Effect> {
        let effect = self.unclaimed.take();
        effect.map(|effect| Effect::Claim { effect, claim }).into_iter().collect()
    }
}
