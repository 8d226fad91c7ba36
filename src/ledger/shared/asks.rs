//! What people ask of a run from other hosts, through the shared table: asks, and what became of each.
//!
//! It is a way to the driver and no part of the record: what was done or refused is in the journal. An ask is never
//! changed, but for the reply that is written beside it once. Whoever asked takes it away with the reply; one whose
//! asker is gone is taken away by a driver, some time later.

use std::time::Duration;

use jiff::Timestamp;

use super::{Answered, Expect, Item, Key, Put, Range, Table, Value, put, unreadable};
use crate::model::reading::Trouble;
use crate::model::verdict;
use crate::plan::event::RunId;
use crate::plan::run::{Ask, AskId, Asked, Reply};

/// So long a reply waits for whoever asked; then nobody does any more.
pub const KEPT: Duration = Duration::from_mins(10);

/// Leaves an ask for whoever drives its run; `salt` keeps apart what one host asks in one moment.
///
/// # Errors
/// When the table gives no answer: then nobody may see it.
pub async fn leave(table: &dyn Table, partition: &str, ask: &Ask, salt: u64) -> Result<AskId, Trouble> {
    let id = AskId(format!("{:020}#{}#{salt:x}", ask.at.as_millisecond().max(0), ask.host));
    let text = serde_json::to_string(ask).map_err(|e| unreadable(&e.to_string()))?;
    let item = Item::new(key(partition, &ask.run, &id))
        .text("ask", text)
        .text("who", ask.command.who())
        .text("host", &ask.host);
    match put(table, &item, &Expect::Absent).await? {
        Put::Done => Ok(id),
        Put::Beaten(_) => Err(unreadable("something else is asked under this name")),
    }
}

/// The asks of a run that have no reply yet, oldest first. One that this version cannot read is refused on the spot
/// and not among them.
///
/// # Errors
/// When the table does not tell.
pub async fn open(table: &dyn Table, partition: &str, run: &RunId) -> Result<Vec<Asked>, Trouble> {
    let (from, to) = ("0".to_owned(), "~".to_owned());
    let items = table.query(&Range { pk: place(partition, run), from, to }).await?;
    let mut asked = Vec::new();
    for item in items.iter().filter(|item| item.get_text("reply").is_err()) {
        let id = AskId(item.key.sk.clone());
        let read = item.get_text("ask").map(serde_json::from_str::<Ask>);
        match read {
            Ok(Ok(ask)) => asked.push(Asked { id, ask }),
            Ok(Err(error)) => {
                let why = format!("the version that drives the run cannot read it: {error}");
                reply(table, partition, (run, &id), &Reply::Refused { why }).await?;
            }
            Err(why) => return Err(unreadable(&why)),
        }
    }
    Ok(asked)
}

/// Takes away what was asked of a run, answered, and fetched by nobody in time; how many that were.
///
/// # Errors
/// When the table gives no answer.
pub async fn sweep(
    table: &dyn Table,
    partition: &str,
    run: &RunId,
    now: Timestamp,
) -> Result<usize, Trouble> {
    let (from, to) = ("0".to_owned(), "~".to_owned());
    let items = table.query(&Range { pk: place(partition, run), from, to }).await?;
    let old = |item: &&Item| asked_at(item).is_none_or(|at| verdict::age(at, now) >= KEPT);
    let answered: Vec<Answered> = items.iter().filter(old).filter_map(answered).collect();
    for ask in &answered {
        table.forget(ask).await?;
    }
    Ok(answered.len())
}

fn answered(item: &Item) -> Option<Answered> {
    let text = |name: &str| item.get_text(name).ok().map(str::to_owned);
    Some(Answered { key: item.key.clone(), ask: text("ask")?, reply: text("reply")? })
}

/// When it was asked, by its name.
fn asked_at(item: &Item) -> Option<Timestamp> {
    Timestamp::from_millisecond(item.key.sk.split('#').next()?.parse().ok()?).ok()
}

/// Notes what became of an ask; the first reply stands.
///
/// # Errors
/// When the table gives no answer.
pub async fn reply(
    table: &dyn Table,
    partition: &str,
    (run, id): (&RunId, &AskId),
    reply: &Reply,
) -> Result<(), Trouble> {
    let key = key(partition, run, id);
    let Some(item) = table.get(&key).await? else { return Ok(()) };
    if item.get_text("reply").is_ok() {
        return Ok(());
    }
    let ask = item.get_text("ask").map_err(|why| unreadable(&why))?.to_owned();
    let text = serde_json::to_string(reply).map_err(|e| unreadable(&e.to_string()))?;
    put(table, &item.text("reply", text), &Expect::Same(vec![("ask", Value::Text(ask))])).await.map(drop)
}

/// What became of an ask, which is taken away with the answer; none while nobody has taken it up.
///
/// # Errors
/// When the table does not tell. One that could not be taken away is answered all the same, and swept away later.
pub async fn reply_to(
    table: &dyn Table,
    partition: &str,
    (run, id): (&RunId, &AskId),
) -> Result<Option<Reply>, Trouble> {
    let Some(item) = table.get(&key(partition, run, id)).await? else { return Ok(None) };
    let Some(answered) = answered(&item) else { return Ok(None) };
    let reply = serde_json::from_str(&answered.reply).map_err(|e| unreadable(&e.to_string()))?;
    let _swept_later = table.forget(&answered).await;
    Ok(Some(reply))
}

fn place(partition: &str, run: &RunId) -> String {
    format!("{partition}#asks#{run}")
}

fn key(partition: &str, run: &RunId, id: &AskId) -> Key {
    Key::new(place(partition, run), &id.0)
}
