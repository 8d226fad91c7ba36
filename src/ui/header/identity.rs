//! Who acts: account and role, how long the credentials last, who holds the conch, and the time.

use std::time::Duration;

use ratatui::text::Line;

use crate::model::reading::{Identity, TroubleKind};
use crate::model::verdict::{self, Credentials};
use crate::ui::Pen;
use crate::ui::conch::{Abroad, Conch, Urgency};
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
    let mut items = match &console.identity {
        Some(identity) => vec![who(pen, identity)],
        None if lost(pen).is_some() => Vec::new(),
        None => vec![Item::right(vec![
            (7, line(pen, "account not read yet", Role::Stale)),
            (70, line(pen, "account ?", Role::Stale)),
        ])],
    };
    items.extend(ended(pen));
    if let Some(by) = &console.follows {
        items.push(Item::right(vec![
            (20, line(pen, &format!("follows {by}"), Role::ModeRunning)),
            (45, line(pen, "follows", Role::ModeRunning)),
        ]));
    } else {
        items.push(conch(pen));
        items.extend(console.abroad.as_ref().map(|abroad| mirror(pen, abroad)));
    }
    let clock = say::clock(pen.clock);
    let form = |text: &str| line(pen, text, Role::Title);
    items.push(Item::right(vec![
        (38, form(&format!("{clock} UTC"))),
        (60, form(&format!("{clock}Z"))),
        (80, form(&format!("{}Z", &clock[..5]))),
    ]));
    items
}

/// `conch maria since 14:01Z`; what keeps people from acting is not dropped, nor at once who drives the run of another
/// host that is shown.
fn conch(pen: &Pen<'_>) -> Item {
    let conch = &pen.scene.console.conch;
    let abroad = pen.scene.console.abroad.is_some();
    let (role, costs) = match conch.urgency() {
        Urgency::Calm if abroad => (Role::Text, [40, 47, 63]),
        Urgency::Calm => (Role::Text, [40, 41, 42]),
        Urgency::Look => (Role::LampLook, [40, 85, 85]),
        Urgency::Bad => (Role::LampBad, [40, KEEP, KEEP]),
    };
    let words = conch.words(pen.scene.now);
    let alone = words.len() == 1 && conch.urgency() == Urgency::Calm;
    let mut forms: Vec<(u8, Text)> = words
        .iter()
        .zip(costs)
        .map(|(words, cost)| (cost, line(pen, &format!("conch {words}"), role)))
        .collect();
    if alone {
        forms.truncate(1);
    } else if let (true, Conch::Other { who, .. }) = (abroad, conch) {
        forms.truncate(2);
        forms.push((63, line(pen, who, role)));
    }
    Item::right(forms)
}

/// `mirror 4s behind`: how old what is shown of another host is; what is too old to act on is not dropped.
fn mirror(pen: &Pen<'_>, abroad: &Abroad) -> Item {
    let (role, costs) = match abroad.urgency(pen.clock) {
        Urgency::Calm => (Role::ModeRunning, [36, 62]),
        Urgency::Look => (Role::LampLook, [36, 86]),
        Urgency::Bad => (Role::LampBad, [36, KEEP]),
    };
    let words = abroad.words(pen.clock);
    Item::right(words.iter().zip(costs).map(|(words, cost)| (cost, line(pen, words, role))).collect())
}

fn line(pen: &Pen<'_>, text: &str, role: Role) -> Text {
    Line::from(pen.span(text, role))
}

/// `account …4821/ops-read 52m`; an account that is not the declared one is said and never dropped.
fn who(pen: &Pen<'_>, identity: &Identity) -> Item {
    let last = &identity.account[identity.account.len().saturating_sub(4)..];
    let declared = pen.scene.world.topology().account.as_ref();
    if declared.is_some_and(|account| account != &identity.account) {
        return Item::right(vec![(KEEP, line(pen, &format!("WRONG ACCOUNT …{last}"), Role::LampBad))]);
    }
    let role = identity.role();
    let left = left(pen, identity);
    let form = |who: String, word: &str| {
        let mut spans = vec![pen.span(who, Role::Text)];
        spans.extend(left.as_ref().map(|(left, role)| pen.span(format!("{word}{left}"), *role)));
        Line::from(spans)
    };
    // Whose run it is matters more, where that is not this host's.
    let give_way = if pen.scene.console.abroad.is_some() { 46 } else { 55 };
    Item::right(vec![
        (3, form(format!("account …{last}/{role}"), "  credentials ")),
        (5, form(format!("account …{last}/{role}"), "  creds ")),
        (8, form(format!("…{last}/{role}"), "  creds ")),
        (give_way, form(format!("…{last}/{role}"), " ")),
        (75, form(format!("…{last}"), " ")),
    ])
}

/// How long the credentials still last, in the role it must be seen in.
fn left(pen: &Pen<'_>, identity: &Identity) -> Option<(String, Role)> {
    let expires = identity.expires.filter(|at| *at > pen.clock)?;
    let left = say::since(expires, pen.clock);
    Some(match left {
        left if left < AT_ONCE => (verdict::span(left), Role::LampBad),
        left if left < SOON => (verdict::span(left), Role::LampLook),
        _ => (say::coarse(left), Role::Text),
    })
}

/// Credentials that have ended, and that nobody is signed in, are said and never dropped.
fn ended(pen: &Pen<'_>) -> Option<Item> {
    let line = |text: &str| line(pen, text, Role::LampBad);
    let over = pen.scene.console.identity.as_ref().and_then(|identity| identity.expires);
    Some(match lost(pen) {
        Some(TroubleKind::NoCredentials) => {
            Item::right(vec![(45, line("NOT SIGNED IN")), (KEEP, line("NO SIGN-IN"))])
        }
        None if over.is_none_or(|at| at > pen.clock) => return None,
        _ => Item::right(vec![(6, line("credentials EXPIRED")), (KEEP, line("EXPIRED"))]),
    })
}

/// What a service said when it turned the credentials away, or that there are none.
fn lost(pen: &Pen<'_>) -> Option<TroubleKind> {
    match verdict::credentials(pen.scene.world) {
        Credentials::Ended(trouble) | Credentials::Unread(Some(trouble)) => {
            Some(trouble.kind).filter(|kind| kind.is_for_credentials())
        }
        _ => None,
    }
}
