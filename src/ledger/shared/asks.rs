//! What people ask of a run from other hosts, through the shared table: asks, and what became of each.
//!
//! It is a way to the driver and no part of the record: what was done or refused is in the journal. An ask is never
//! changed, but for the reply that is written beside it once.

use super::{Expect, Item, Key, Put, Range, Table, Value, put, unreadable};
use crate::model::reading::Trouble;
use crate::plan::event::RunId;
use crate::plan::run::{Ask, AskId, Asked, Reply};

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

/// What became of an ask; none while nobody has taken it up.
///
/// # Errors
/// When the table does not tell.
pub async fn reply_to(
    table: &dyn Table,
    partition: &str,
    (run, id): (&RunId, &AskId),
) -> Result<Option<Reply>, Trouble> {
    let Some(item) = table.get(&key(partition, run, id)).await? else { return Ok(None) };
    let reply = item.get_text("reply").ok().map(serde_json::from_str);
    reply.transpose().map_err(|e| unreadable(&e.to_string()))
}

fn place(partition: &str, run: &RunId) -> String {
    format!("{partition}#asks#{run}")
}

fn key(partition: &str, run: &RunId, id: &AskId) -> Key {
    Key::new(place(partition, run), &id.0)
}
