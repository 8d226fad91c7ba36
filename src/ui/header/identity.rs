//! Who acts: account and role, how long the credentials last, who holds the conch, and the time.

use std::time::Duration;

use ratatui::text::Line;

use crate::model::reading::Identity;
use crate::model::verdict;
use crate::ui::Pen;
use crate::ui::theme::Role;
use crate::ui::widgets::fit::{Item, KEEP};
use crate::ui::widgets::paint::Text;
use crate::ui::widgets::say;

/// Credentials that last less than this are worth a look,
const SOON: Duration = Duration::from_mins(15);

/// and less than this are bad.
const AT_ONCE: Duration = Duration::from_mins(5);

pub(super) fn items(pen: &Pen<'_>) -> Vec<Item> {
    let console = pen.scene.console;
    let mut items = vec![match &console.identity {
        Some(identity) => who(pen, identity),
        None => Item::right(vec![
            (7, line(pen, "account not read yet", Role::Stale)),
            (70, line(pen, "account ?", Role::Stale)),
        ]),
    }];
    items.extend(console.identity.as_ref().and_then(|identity| credentials(pen, identity)));
    if !console.conch.is_empty() {
        let conch = format!("conch {}", console.conch);
        items.push(Item::right(vec![(45, line(pen, &conch, Role::Text))]));
    }
    let clock = say::clock(pen.clock);
    let form = |text: &str| line(pen, text, Role::Title);
    items.push(Item::right(vec![
        (50, form(&format!("{clock} UTC"))),
        (60, form(&format!("{clock}Z"))),
        (80, form(&format!("{}Z", &clock[..5]))),
    ]));
    items
}

fn line(pen: &Pen<'_>, text: &str, role: Role) -> Text {
    Line::from(pen.span(text, role))
}

/// `account …4821/ops-read`; an account that is not the declared one is said and never dropped.
fn who(pen: &Pen<'_>, identity: &Identity) -> Item {
    let last = &identity.account[identity.account.len().saturating_sub(4)..];
    let declared = pen.scene.world.topology().account.as_ref();
    if declared.is_some_and(|account| account != &identity.account) {
        return Item::right(vec![(KEEP, line(pen, &format!("WRONG ACCOUNT …{last}"), Role::LampBad))]);
    }
    let role = identity.role();
    let forms =
        [(5, format!("account …{last}/{role}")), (55, format!("…{last}/{role}")), (75, format!("…{last}"))];
    Item::right(forms.into_iter().map(|(cost, form)| (cost, line(pen, &form, Role::Text))).collect())
}

fn credentials(pen: &Pen<'_>, identity: &Identity) -> Option<Item> {
    let expires = identity.expires?;
    if expires <= pen.clock {
        let forms = vec![
            (6, line(pen, "credentials EXPIRED", Role::LampBad)),
            (KEEP, line(pen, "EXPIRED", Role::LampBad)),
        ];
        return Some(Item::right(forms));
    }
    let left = say::since(expires, pen.clock);
    let role = match left {
        left if left < AT_ONCE => Role::LampBad,
        left if left < SOON => Role::LampLook,
        _ => Role::Text,
    };
    let coarse = if left < SOON { verdict::span(left) } else { say::coarse(left) };
    let forms = [(3, format!("credentials {coarse}")), (10, format!("creds {coarse}")), (78, coarse.clone())];
    Some(Item::right(forms.into_iter().map(|(cost, form)| (cost, line(pen, &form, role))).collect()))
}
