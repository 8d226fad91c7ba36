//! What is left of a view when another workload comes to the front.

use super::View;
use crate::ui::dialog::Dialog;

impl View {
    /// Forgets focus, selection, dialogs and what was typed. What the operator has to be told stays to be told.
    pub fn set_aside(&mut self) {
        let before = std::mem::take(self);
        self.size = before.size;
        self.at = before.at;
        self.flow = before.flow;
        self.in_fleet = before.in_fleet;
        self.keymap = before.keymap;
        self.themes = before.themes;
        self.complaints = before.complaints;
        self.dialog = before.dialog.filter(|dialog| matches!(dialog, Dialog::Notice(_)));
    }
}
