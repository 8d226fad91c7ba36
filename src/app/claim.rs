//! An effect for which the conch was not to be had: it waits for a typed reason, and is done with it or not at all.

use super::{App, Effect};
use crate::plan::event::RunId;
use crate::ui::dialog::{Claim, Obstacle};

impl App {
    /// The run that somebody drives at another bastion, if this console does not show one of this host.
    #[must_use]
    pub fn driven_by_another(&self) -> Option<&RunId> {
        self.console.conch.run().filter(|_| !self.is_running())
    }

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
