//! The post between hosts: asks go through the shared table to whoever drives the run.
//!
//! It carries and never judges. A task of its own speaks to the table, so that neither the run nor a console waits for
//! it.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Commons;
use crate::ledger::shared::asks;
use crate::model::reading::Trouble;
use crate::plan::event::RunId;
use crate::plan::run::{Ask, AskId, Asked, Boxed, Inbox, LedgerError, Outbox, Reply};

/// How often the driver looks for asks: real time, for people.
const EVERY: Duration = Duration::from_secs(2);

/// The driver's half: what is asked of one run from other hosts.
#[derive(Debug)]
pub struct TableInbox {
    asked: mpsc::UnboundedReceiver<Asked>,
    replies: mpsc::UnboundedSender<(AskId, Reply)>,
}

impl TableInbox {
    /// Opens the inbox of a run that this process drives from now on; what was asked before is refused as stale.
    #[must_use]
    pub fn open(commons: Commons, run: RunId) -> Self {
        let (hand_out, asked) = mpsc::unbounded_channel();
        let (replies, answered) = mpsc::unbounded_channel();
        let carrier = Carrier {
            commons,
            run,
            handed: BTreeSet::new(),
            unwritten: Vec::new(),
            began: false,
            swept: None,
            hand_out,
        };
        tokio::spawn(carrier.carry(answered));
        Self { asked, replies }
    }
}

impl Inbox for TableInbox {
    fn next(&mut self) -> Boxed<'_, Asked> {
        Box::pin(async move {
            match self.asked.recv().await {
                Some(asked) => asked,
                None => std::future::pending().await,
            }
        })
    }

    fn reply(&mut self, id: &AskId, reply: &Reply) {
        // A carrier that is gone leaves whoever asked without a reply, which they are told.
        let _gone = self.replies.send((id.clone(), reply.clone()));
    }

    fn is_attended(&self) -> bool {
        false
    }
}

struct Carrier {
    commons: Commons,
    run: RunId,
    /// Handed out or refused; each is answered once.
    handed: BTreeSet<AskId>,
    unwritten: Vec<(AskId, Reply)>,
    /// What was asked before the run was driven here has been refused.
    began: bool,
    /// When what nobody fetched was last taken away.
    swept: Option<Instant>,
    hand_out: mpsc::UnboundedSender<Asked>,
}

impl Carrier {
    async fn carry(mut self, mut answered: mpsc::UnboundedReceiver<(AskId, Reply)>) {
        loop {
            if let Err(trouble) = self.turn().await {
                tracing::warn!(%trouble, "the asks of other hosts cannot be read now");
            }
            let pause = tokio::time::sleep(EVERY);
            tokio::select! {
                biased;
                reply = answered.recv() => match reply {
                    Some(reply) => self.unwritten.push(reply),
                    None => return,
                },
                () = pause => {}
            }
            while let Ok(reply) = answered.try_recv() {
                self.unwritten.push(reply);
            }
        }
    }

    async fn turn(&mut self) -> Result<(), Trouble> {
        let (table, partition) = (&*self.commons.table, &self.commons.partition);
        while let Some((id, reply)) = self.unwritten.first() {
            asks::reply(table, partition, (&self.run, id), reply).await?;
            self.unwritten.remove(0);
        }
        for asked in asks::open(table, partition, &self.run).await? {
            if !self.handed.insert(asked.id.clone()) {
                continue;
            }
            if self.began {
                // A run that is over takes no ask; whoever asked is told that nobody answered.
                let _gone = self.hand_out.send(asked);
            } else {
                let why = "nobody drove the run when this was asked; look again, then ask again".to_owned();
                self.unwritten.push((asked.id, Reply::Refused { why }));
            }
        }
        self.began = true;
        if self.swept.is_none_or(|swept| swept.elapsed() >= asks::KEPT) {
            asks::sweep(table, partition, &self.run, self.commons.clock.now()).await?;
            self.swept = Some(Instant::now());
        }
        Ok(())
    }
}

/// The asking half: somebody on another host than the driver's.
#[derive(Clone, Debug)]
pub struct TableOutbox {
    commons: Commons,
    run: RunId,
}

impl TableOutbox {
    /// Asks of this run.
    #[must_use]
    pub fn new(commons: Commons, run: RunId) -> Self {
        Self { commons, run }
    }
}

impl Outbox for TableOutbox {
    fn leave<'a>(&'a mut self, ask: &'a Ask) -> Boxed<'a, Result<AskId, LedgerError>> {
        Box::pin(async move {
            let salt = RandomState::new().hash_one(std::process::id());
            let left = asks::leave(&*self.commons.table, &self.commons.partition, ask, salt).await;
            left.map_err(|trouble| self.unreached(&trouble))
        })
    }

    fn reply<'a>(&'a mut self, id: &'a AskId) -> Boxed<'a, Result<Option<Reply>, LedgerError>> {
        Box::pin(async move {
            let (table, partition) = (&*self.commons.table, &self.commons.partition);
            let reply = asks::reply_to(table, partition, (&self.run, id)).await;
            reply.map_err(|trouble| self.unreached(&trouble))
        })
    }
}

impl TableOutbox {
    fn unreached(&self, trouble: &Trouble) -> LedgerError {
        LedgerError {
            what: format!("could not reach the shared table {}", self.commons.name()),
            why: trouble.to_string(),
            next: "Ask aloud".to_owned(),
        }
    }
}
