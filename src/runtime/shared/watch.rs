//! Looks who has the conch, for the header, and what is new of a run that is followed, as long as somebody listens.
//!
//! It only reads; that the table does not suit is told once, that it is silent for as long as it is.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::follow::Driving;
use super::follow::Follower;
use super::{Commons, Copier, Fit};
use crate::app::Event;
use crate::ledger::shared::lease::{Holder, Standing};
use crate::model::reading::TroubleKind;
use crate::ui::conch::Conch;

/// How often it looks who has the conch: real time, for people.
const EVERY: Duration = Duration::from_secs(5);

/// How often it looks for new lines of a run that is followed: as often as they are copied.
const LINES: Duration = Duration::from_secs(1);

/// Looks until nobody listens any more. `gates` say that this console drives a run, and that it shows one of this host.
pub(in crate::runtime) fn watch(
    commons: Commons,
    state: &Path,
    gates: (Driving, Driving),
    to_app: mpsc::Sender<Event>,
) {
    let mut follower = Follower::new(commons.clone(), state.to_owned(), gates);
    tokio::spawn(async move {
        let mut heard = commons.clock.now();
        let fit = tell_fit(&commons, &to_app).await;
        let mut unfit = matches!(fit, Some(Fit::Unfit(_)));
        let mut signed_out = matches!(&fit, Some(Fit::Unseen(trouble)) if trouble.kind.is_for_credentials());
        let mut due = Instant::now();
        loop {
            unfit |= commons.unfit.get().is_some();
            if due <= Instant::now() {
                due = Instant::now() + EVERY;
                let conch =
                    if unfit { Conch::Unfit } else { look(&commons, &mut heard, &mut follower).await };
                if signed_out && !matches!(conch, Conch::Silent { .. }) {
                    signed_out = false;
                    unfit = matches!(tell_fit(&commons, &to_app).await, Some(Fit::Unfit(_)));
                }
                if to_app.send(Event::Conch(conch)).await.is_err() {
                    return;
                }
            }
            let told = if unfit { Vec::new() } else { follower.turn().await };
            for abroad in told {
                if to_app.send(Event::Abroad(abroad)).await.is_err() {
                    return;
                }
            }
            tokio::time::sleep(LINES).await;
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
        // The header says that it is silent; only what a person has to mend is worth a dialog.
        Fit::Unseen(trouble) if !matches!(trouble.kind, TroubleKind::Denied | TroubleKind::NotFound) => {
            return Some(fit);
        }
        Fit::Unseen(trouble) => (
            format!("The shared table {name} tells nothing ({}); acting asks for a reason", trouble.kind),
            trouble.to_string(),
        ),
    };
    to_app.send(Event::Trouble { title, text }).await.ok()?;
    Some(fit)
}

async fn look(commons: &Commons, heard: &mut Timestamp, follower: &mut Follower) -> Conch {
    let conch = match commons.conch().await {
        Ok(conch) => conch,
        Err(trouble) => {
            tracing::warn!(%trouble, "the shared table does not tell who has the conch");
            return Conch::Silent { since: *heard };
        }
    };
    let now = commons.clock.now();
    *heard = now;
    follower.sees(conch.clone(), now);
    match conch.map_or(Standing::Free, |lease| lease.standing(commons.me(), now)) {
        Standing::Free => Conch::Free,
        Standing::Mine(_) => Conch::You,
        Standing::Left(lease) if lease.has_run_out(now) => {
            Conch::RanOut { who: name(&lease.holder), heard: lease.renewed }
        }
        Standing::Left(lease) | Standing::Held(lease) => {
            let who = name(&lease.holder);
            Conch::Other { who, since: lease.since, until: lease.expires, run: lease.work.run }
        }
        Standing::RanOut(lease) => Conch::RanOut { who: name(&lease.holder), heard: lease.renewed },
    }
}

/// `ana@bastion-1`.
fn name(holder: &Holder) -> String {
    format!("{}@{}", holder.who, holder.host)
}
