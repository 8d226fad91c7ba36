//! Acting with every right that it takes: the lock of this host first, then the lease among all bastions.
//!
//! What could not be claimed is handed back as it was asked for, so that a person can say why it is claimed; nothing is
//! begun before.

use super::super::desk::{Desk, Seat};
use super::super::shared::{Commons, Mandate, Taken};
use super::trouble;
use crate::app::{Effect, Event};
use crate::ledger::shared::lease::{Claim, Lease, NoLease};
use crate::ledger::shared::mirror::{Copied, Place};
use crate::plan::event::RunId;
use crate::ui::dialog::{self, Obstacle};

/// An effect for which the conch is needed, and what it may be claimed by.
pub(super) struct Wanted {
    pub(super) effect: Effect,
    pub(super) claim: Claim,
    /// The run that is shown, and may be meant, is one of another host.
    pub(super) away: bool,
}

impl Wanted {
    /// A close has a reason of its own and sends nothing: it does not wait for the table.
    pub(super) fn or_without_table(mut self) -> Self {
        if let (Effect::Close { reason, .. }, Claim::Free, false) = (&self.effect, &self.claim, self.away) {
            self.claim = Claim::WithoutTable(reason.clone());
        }
        self
    }

    /// Why a run is closed: what a person typed for it, else what the effect says.
    pub(super) fn reason(&self) -> String {
        match (&self.effect, &self.claim) {
            (_, Claim::Left(typed)) => typed.clone(),
            (Effect::Close { reason, .. }, _) => reason.clone(),
            _ => String::new(),
        }
    }

    /// The run that is to go on or to be closed here and may be in another host's journal.
    fn run(&self) -> Option<&RunId> {
        match &self.effect {
            Effect::TakeUp(run) => Some(run),
            Effect::Close { run, .. } if self.away => Some(run),
            _ => None,
        }
    }

    pub(super) fn unclaimed(self, none: &NoLease) -> Undone {
        let obstacle = match none {
            NoLease::Held(..) => Obstacle::Held,
            NoLease::Table(_) => Obstacle::NoAnswer,
        };
        self.asking(obstacle, none.to_string())
    }

    fn asking(self, obstacle: Obstacle, why: String) -> Undone {
        Undone::Unclaimed { effect: Box::new(self.effect), obstacle, why }
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
        dialog::Claim::TakeRun(reason) => Claim::Left(reason),
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
        let from = match wanted.run() {
            Some(run) => elsewhere(&commons, place.as_ref(), run).await?,
            None => None,
        };
        let wanted = match &from {
            Some(copied) => may_take(&commons, copied, wanted).await?,
            None => wanted,
        };
        if let Effect::Start { .. } = wanted.effect
            && let Some(why) = commons.in_the_way(place.as_ref(), None).await
        {
            return Err(Undone::Why(why));
        }
        let Taken { mandate: held, right, before } = match commons.take(None, &wanted.claim).await {
            Ok(taken) => taken,
            Err(none) => return Err(wanted.unclaimed(&none)),
        };
        if let Some(copied) = from {
            seat = adopt(&commons, (copied, before), seat, wanted.reason()).await?;
        }
        (mandate, seat.right) = (Some(held), Some(right));
    }
    let done = off_the_loop(move || act(&desk, seat)).await?;
    Ok((done, mandate))
}

/// Where the run is, if that is another host's journal. A table that is silent is asked about with the conch.
async fn elsewhere(commons: &Commons, here: Option<&Place>, run: &RunId) -> Result<Option<Copied>, Undone> {
    match commons.elsewhere(here, run).await {
        Ok(Some(copied)) if !copied.open => Err(Undone::Why(format!(
            "run {run} went on at {} and ended there: {}. `pointsman close {run} --reason TEXT` ends this host's copy",
            copied.host, copied.state
        ))),
        Ok(copied) => Ok(copied),
        Err(_silent) => Ok(None),
    }
}

/// A run of another host is taken over with a reason that was typed for it, and only when nobody drives it there.
async fn may_take(commons: &Commons, copied: &Copied, wanted: Wanted) -> Result<Wanted, Undone> {
    let Copied { run, host, who, .. } = copied;
    match commons.driver(run).await {
        Err(trouble) => Err(Undone::Why(format!("who drives run {run} is not known: {trouble}"))),
        Ok(Some(lease)) => Err(Undone::Why(commons.still_driven(run, &lease))),
        Ok(None) if matches!(wanted.claim, Claim::Left(_)) => Ok(wanted),
        Ok(None) => {
            let why =
                format!("Run {run}, begun by {who}, is in the journal of {host}, where nobody drives it.");
            Err(wanted.asking(Obstacle::Abroad, why))
        }
    }
}

/// Copies the lines of a run into this host's journal, as they are now that nobody else can act on it.
async fn adopt(
    commons: &Commons,
    (copied, before): (Copied, Option<Lease>),
    mut seat: Seat,
    reason: String,
) -> Result<Seat, Undone> {
    let run = copied.run.clone();
    let newest = commons.elsewhere(None, &run).await.map_err(|trouble| Undone::Why(trouble.to_string()))?;
    let pulled = commons.pull(newest.unwrap_or(copied)).await;
    let foreign = pulled.map_err(|why| Undone::Why(why.to_string()))?;
    let commons = commons.clone();
    off_the_loop(move || match seat.journal.open_run().map_err(|error| error.to_string())? {
        Some(open) if open != run => Err(format!(
            "run {open} of this host has not ended: `pointsman close {open} --reason TEXT` ends it"
        )),
        _ => commons.adopt(&mut seat.journal, &foreign, before.as_ref(), &reason).map(|_lines| seat),
    })
    .await
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
