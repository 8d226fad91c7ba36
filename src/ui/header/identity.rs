//! Who acts: account and role, how long the credentials last, who holds the conch, and the time.

use std::time::Duration;

use ratatui::text::Line;

use crate::model::reading::Identity;
use crate::model::verdict;
use crate::ui::Stage;
use crate::ui::theme::Role;
use crate::ui::widgets::fit::Item;
use crate::ui::widgets::paint::Text;
use crate::ui::widgets::say;

/// Credentials that last less than this are worth a look,
const SOON: Duration = Duration::from_mins(15);

/// and less than this are bad.
const AT_ONCE: Duration = Duration::from_mins(5);

pub(super) fn items(stage: &Stage<'_>) -> Vec<Item> {
    let console = stage.scene.console;
    let mut items = vec![match &console.identity {
        Some(identity) => who(stage, identity),
        None => Item::right(30, vec![line(stage, "account not read yet", Role::Stale), line(stage, "account ?", Role::Stale)]),
    }];
    items.extend(console.identity.as_ref().and_then(|identity| credentials(stage, identity)));
    if !console.conch.is_empty() {
        let conch = format!("conch {}", console.conch);
        items.push(Item::right(25, vec![line(stage, &conch, Role::Text)]));
    }
    let clock = say::clock(stage.scene.now);
    let forms = [format!("{clock} UTC"), format!("{clock}Z"), format!("{}Z", &clock[..5])];
    items.push(Item::right(60, forms.iter().map(|form| line(stage, form, Role::Title)).collect()));
    items
}

fn line(stage: &Stage<'_>, text: &str, role: Role) -> Text {
    Line::from(stage.span(text, role))
}

/// `account …4821/ops-read`; an account that is not the declared one is said and never dropped.
fn who(stage: &Stage<'_>, identity: &Identity) -> Item {
    let last = &identity.account[identity.account.len().saturating_sub(4)..];
    let declared = stage.scene.world.topology().account.as_ref();
    if declared.is_some_and(|account| account != &identity.account) {
        return Item::right(u8::MAX, vec![line(stage, &format!("WRONG ACCOUNT …{last}"), Role::LampBad)]);
    }
    let role = identity.role();
    let forms = [format!("account …{last}/{role}"), format!("…{last}/{role}"), format!("…{last}")];
    Item::right(50, forms.iter().map(|form| line(stage, form, Role::Text)).collect())
}

fn credentials(stage: &Stage<'_>, identity: &Identity) -> Option<Item> {
    let expires = identity.expires?;
    if expires <= stage.scene.clock {
        return Some(Item::right(u8::MAX, vec![line(stage, "credentials EXPIRED", Role::LampBad), line(stage, "EXPIRED", Role::LampBad)]));
    }
    let left = say::since(expires, stage.scene.clock);
    let role = match left {
        left if left < AT_ONCE => Role::LampBad,
        left if left < SOON => Role::LampLook,
        _ => Role::Text,
    };
    let span = verdict::span(left);
    let coarse = span.find(|c: char| c.is_ascii_alphabetic()).map_or(span.as_str(), |at| &span[..=at]);
    let coarse = if left < SOON { span.as_str() } else { coarse };
    Some(Item::right(55, vec![line(stage, &format!("credentials {coarse}"), role), line(stage, &format!("creds {coarse}"), role), line(stage, coarse, role)]))
}
