//! A sign-in, as the screen sees it: opened by its key, closed when it is done.
//!
//! News never opens it, nor closes anything else.

use super::{Facts, View};
use crate::model::reading::Identity;
use crate::model::verdict;
use crate::ui::action::Action;
use crate::ui::dialog::{Ask, Dialog, News, Request, SignIn};
use crate::ui::widgets::say;

impl View {
    /// Opens the sheet.
    pub(super) fn sign_in(&mut self) -> Request {
        self.dialog = Some(Dialog::SignIn(SignIn::new()));
        Request::SignIn(Ask::Begin)
    }

    /// Takes in what came of it.
    pub fn hear(&mut self, news: News, facts: &Facts<'_>) {
        if let News::In(identity) = news {
            self.dialog.take_if(|dialog| matches!(dialog, Dialog::SignIn(_)));
            self.say(&self.signed_in(identity.as_deref(), facts));
        } else if let Some(Dialog::SignIn(sheet)) = &mut self.dialog {
            sheet.hear(news);
        }
    }

    /// Who one is now and until when, and what that does not do by itself.
    fn signed_in(&self, identity: Option<&Identity>, facts: &Facts<'_>) -> String {
        let who = identity.map_or_else(String::new, |identity| {
            let last = &identity.account[identity.account.len().saturating_sub(4)..];
            let until = identity.expires.map(|at| {
                let left = say::coarse(verdict::age(facts.now, at));
                format!(" until {} UTC, {left}", at.strftime("%H:%M"))
            });
            format!(" as {} in …{last}{}", identity.role(), until.unwrap_or_default())
        });
        let paused = facts.run.is_some_and(|run| run.is_open() && run.paused);
        let key = self.keymap.keys(Action::Pause).into_iter().next().unwrap_or_default();
        let then = if paused { format!("; the run is paused, {key} goes on") } else { String::new() };
        format!("signed in{who}{then}")
    }
}
