//! Looks who has the conch, for the header, as long as somebody listens.
//!
//! It only reads; that the table does not suit is told once, that it is silent for as long as it is.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{Commons, Copier, Fit};
use crate::app::Event;
use crate::ledger::shared::lease::Standing;
use crate::ui::conch::Conch;

/// How often it looks: real time, for people.
const EVERY: Duration = Duration::from_secs(5);

/// Looks until nobody listens any more.
pub(in crate::runtime) fn watch(commons: Commons, to_app: mpsc::Sender<Event>) {
    tokio::spawn(async move {
        let mut heard = commons.clock.now();
        let mut unfit = matches!(tell_fit(&commons, &to_app).await, Some(Fit::Unfit(_)));
        loop {
            let conch = if unfit { Conch::Unfit } else { look(&commons, &mut heard).await };
            if to_app.send(Event::Conch(conch)).await.is_err() {
                return;
            }
            tokio::time::sleep(EVERY).await;
            unfit |= commons.unfit.get().is_some();
        }
    });
}

/// Tells how far the shared copy is behind, whenever that changes in a way that can be seen.
pub(in crate::runtime) fn tell_behind(copier: &Copier, to_app: mpsc::Sender<Event>) {
    let mut behind = copier.watched();
    tokio::spawn(async move {
        let mut said = None;
        while behind.changed().await.is_ok() {
            let now = behind.borrow_and_update().clone();
            let seen = Some((now.lines, now.since));
            if std::mem::replace(&mut said, seen) != seen && to_app.send(Event::Mirrored(now)).await.is_err()
            {
                return;
            }
        }
    });
}

/// Says at the start what is wrong with the table, or worth knowing.
async fn tell_fit(commons: &Commons, to_app: &mpsc::Sender<Event>) -> Option<Fit> {
    let fit = commons.fit().await;
    let name = commons.name();
    let (title, text) = match &fit {
        Fit::Fits(None) => return Some(fit),
        Fit::Fits(Some(note)) => {
            tracing::warn!(note, "the shared table");
            return Some(fit);
        }
        Fit::Unfit(why) => {
            (format!("The shared table {name} is refused; acting asks for a reason"), why.clone())
        }
        Fit::Unseen(trouble) => (
            format!("The shared table {name} does not answer; acting asks for a reason"),
            trouble.to_string(),
        ),
    };
    to_app.send(Event::Trouble { title, text }).await.ok()?;
    Some(fit)
}

async fn look(commons: &Commons, heard: &mut Timestamp) -> Conch {
    let conch = match commons.conch().await {
        Ok(conch) => conch,
        Err(trouble) => {
            tracing::warn!(%trouble, "the shared table does not tell who has the conch");
            return Conch::Silent { since: *heard };
        }
    };
    let now = commons.clock.now();
    *heard = now;
    match conch.map_or(Standing::Free, |lease| lease.standing(commons.me(), now)) {
        Standing::Free => Conch::Free,
        Standing::Mine(_) => Conch::You,
        Standing::Left(lease) if lease.has_run_out(now) => {
            Conch::RanOut { who: lease.holder.who, heard: lease.renewed }
        }
        Standing::Left(lease) | Standing::Held(lease) => {
            Conch::Other { who: lease.holder.who, since: lease.since }
        }
        Standing::RanOut(lease) => Conch::RanOut { who: lease.holder.who, heard: lease.renewed },
    }
}
