//! The keys of a place as sentences name them: `Enter opens the sheet, c as AWS CLI, Esc leaves`.
//!
//! No sentence of the screen names a key by itself: the operator may have moved it.

use super::{Binding, Context, Keymap, written};
use crate::ui::action::Action;

/// What some keys do, in the words of whoever listens to them.
pub type Own = (&'static [Action], &'static str);

/// The keys that work in one place.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    keymap: &'a Keymap,
    context: Context,
}

impl Keymap {
    /// The keys that work in a place.
    #[must_use]
    pub fn at(&self, context: Context) -> Keys<'_> {
        Keys { keymap: self, context }
    }

    /// What is pressed on the panes for an action, as a sentence names it.
    #[must_use]
    pub fn spoken(&self, action: Action) -> String {
        self.at(Context::Screen).spoken(action)
    }
}

impl Keys<'_> {
    /// The keys of an action here, as they are written, the one to show first.
    #[must_use]
    pub fn all(&self, action: Action) -> Vec<String> {
        self.of(action).map(|binding| written(&binding.chord)).collect()
    }

    /// What is pressed for an action; the command of its name where no key is bound to it.
    #[must_use]
    pub fn spoken(&self, action: Action) -> String {
        let first = self.of(action).next().map(|binding| {
            let keys = binding.chord.iter().map(|key| key.spoken());
            keys.collect::<Vec<_>>().join(" ")
        });
        let name = action.entry().map_or("", |entry| entry.name);
        first.unwrap_or_else(|| match self.context {
            Context::Screen => format!(":{name}"),
            _ => name.to_owned(),
        })
    }

    /// What is pressed for an action on the panes, which are below.
    #[must_use]
    pub fn on_panes(&self, action: Action) -> String {
        self.keymap.spoken(action)
    }

    /// One after the other, each with what it does.
    #[must_use]
    pub fn sentence(&self, own: &[Own]) -> String {
        let one = |(actions, does): &Own| {
            let keys: Vec<String> = actions.iter().map(|action| self.spoken(*action)).collect();
            format!("{} {does}", keys.join(" "))
        };
        own.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn of(&self, action: Action) -> impl Iterator<Item = &Binding> {
        let types = |binding: &Binding| binding.chord.iter().any(|key| key.written().is_some());
        self.keymap
            .bindings
            .iter()
            .filter(move |binding| binding.action == action && binding.places.contains(&self.context))
            .filter(move |binding| !(self.context.is_line() && types(binding)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_the_keys_that_are_bound_here() {
        let own: [Own; 3] = [
            (&[Action::Down, Action::Up], "choose"),
            (&[Action::Choose], "takes it"),
            (&[Action::Interrupt], "leaves"),
        ];
        let keymap = Keymap::default();
        assert_eq!(keymap.at(Context::List).sentence(&own), "j k choose, Enter takes it, Ctrl-C leaves");
        assert_eq!(keymap.at(Context::Commands).sentence(&own[..1]), "Down Up choose", "letters are text");
        let moved = Keymap::parse("keys.toml", "[keys]\n\"j\" = false\n\"down\" = \"pause\"\n").unwrap();
        assert_eq!(moved.at(Context::List).sentence(&own[..1]), "Down k choose");
        assert_eq!(
            (moved.spoken(Action::Down), moved.spoken(Action::Pause)),
            ("Ctrl-N".into(), "Down".into())
        );
    }

    #[test]
    fn without_a_key_it_is_the_command_of_that_name() {
        let keymap =
            Keymap::parse("keys.toml", "[keys]\n\"P\" = false\n\"tab\" = \"pause\"\n\"space p\" = \"zoom\"");
        let keymap = keymap.unwrap();
        assert_eq!(keymap.spoken(Action::Pause), "Tab");
        assert_eq!(keymap.spoken(Action::Zoom), "Space p");
        let none = Keymap::parse("keys.toml", "[keys]\n\"P\" = false\n").unwrap();
        assert_eq!(none.spoken(Action::Pause), ":pause");
    }
}
