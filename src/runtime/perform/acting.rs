//! Acting with every right that it takes: the lock of this host first, then the lease among all bastions.
//!
//! What could not be claimed is handed back as it was asked for, so that a person can say why it is claimed; nothing is
//! begun before.

use super::super::desk::{Desk, Seat};
use super::super::shared::{Commons, Mandate, Taken};
use super::trouble;
use crate::app::{Effect, Event};
use crate::ledger::shared::lease::{Claim, NoLease};
use crate::ui::dialog::{self, Obstacle};

/// An effect for which the conch is needed, and what it may be claimed by.
pub(super) struct Wanted {
    pub(super) effect: Effect,
    pub(super) claim: Claim,
}

impl Wanted {
    /// A close has a reason of its own and sends nothing: it does not wait for the table.
    pub(super) fn or_without_table(mut self) -> Self {
        if let (Effect::Close { reason, .. }, Claim::Free) = (&self.effect, &self.claim) {
            self.claim = Claim::WithoutTable(reason.clone());
        }
        self
    }

    pub(super) fn unclaimed(self, none: &NoLease) -> Undone {
        let obstacle = match none {
            NoLease::Held(..) => Obstacle::Held,
            NoLease::Table(_) => Obstacle::NoAnswer,
        };
        Undone::Unclaimed { effect: Box::new(self.effect), obstacle, why: none.to_string() }
    }
}

/// Why an act was not done.
pub(super) enum Undone {
    /// In words.
    Why(String),
    /// The conch was not to be had just so.
    Unclaimed { effect: Box<Effect>, obstacle: Obstacle, why: String },
}

impl Undone {
    pub(super) fn told(self, title: &str) -> Vec<Event> {
        match self {
            Self::Why(why) => trouble(title, &why),
            Self::Unclaimed { effect, obstacle, why } => vec![Event::Unclaimed { effect, obstacle, why }],
        }
    }
}

/// The claim that a person typed.
pub(super) fn claimed(claim: dialog::Claim) -> Claim {
    match claim {
        dialog::Claim::TakeOver(reason) => Claim::TakeOver(reason),
        dialog::Claim::WithoutTable(reason) => Claim::WithoutTable(reason),
    }
}

/// Acts at the desk with every right that it takes: the lock of this host first, then the lease among all.
pub(super) async fn acting<T: Send + 'static>(
    desk: Desk,
    commons: Option<Commons>,
    wanted: Wanted,
    act: impl FnOnce(&Desk, Seat) -> Result<T, String> + Send + 'static,
) -> Result<(T, Option<Mandate>), Undone> {
    let at = desk.clone();
    let mut seat = off_the_loop(move || at.sit_down()).await?;
    let mut mandate = None;
    if let Some(commons) = commons {
        let place = commons.place(&seat.journal).map_err(|error| Undone::Why(error.to_string()))?;
        let run = match &wanted.effect {
            Effect::TakeUp(run) => Some(run),
            _ => None,
        };
        let closes = matches!(wanted.effect, Effect::Close { .. });
        if let Some(why) = commons.in_the_way(place.as_ref(), run).await.filter(|_| !closes) {
            return Err(Undone::Why(why));
        }
        let Taken { mandate: held, right, .. } = match commons.take(None, &wanted.claim).await {
            Ok(taken) => taken,
            Err(none) => return Err(wanted.unclaimed(&none)),
        };
        (mandate, seat.right) = (Some(held), Some(right));
    }
    let done = off_the_loop(move || act(&desk, seat)).await?;
    Ok((done, mandate))
}

/// The journal waits for the disk and for other processes, so it is never touched on the loop of the screen.
async fn off_the_loop<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, Undone> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(Undone::Why),
        Err(fell) => Err(Undone::Why(format!("the journal's writer fell over: {fell}"))),
    }
}
