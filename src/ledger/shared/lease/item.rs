//! A lease as an item of the table, and back.
//!
//! What cannot be read is an error and never a free conch.

use jiff::Timestamp;

use super::super::{Item, Key};
use super::{Holder, Lease, Over, Work};
use crate::plan::event::RunId;

/// The item of a lease.
pub(super) fn write(key: &Key, lease: &Lease) -> Item {
    let Lease { holder, work, .. } = lease;
    let state = if lease.free { "free" } else { "held" };
    let sending = serde_json::to_string(&work.sending).unwrap_or_default();
    let mut item = Item::new(key.clone())
        .number("fence", lease.fence)
        .number("beat", lease.beat)
        .text("holder", &holder.who)
        .text("host", &holder.host)
        .number("process", u64::from(holder.process))
        .text("desk", &holder.desk)
        .text("since", lease.since.to_string())
        .text("renewed", lease.renewed.to_string())
        .text("expires", lease.expires.to_string())
        .text("state", state)
        .text("sending", sending);
    if let Some(run) = &work.run {
        item = item.text("run", &run.0);
    }
    if let Some(over) = &lease.over {
        item = item.text("from", &over.from).text("reason", &over.reason);
    }
    item
}

/// The lease of an item, or what is wrong with it.
pub(super) fn read(item: &Item) -> Result<Lease, String> {
    let text = |name: &str| item.get_text(name).map(str::to_owned);
    let time = |name: &str| -> Result<Timestamp, String> {
        item.get_text(name)?.parse().map_err(|e| format!("the conch's `{name}` is no time: {e}"))
    };
    let optional = |name: &str| item.get_text(name).ok().map(str::to_owned);
    let sending = serde_json::from_str(item.get_text("sending")?)
        .map_err(|e| format!("what the holder of the conch was sending cannot be read: {e}"))?;
    Ok(Lease {
        fence: item.get_number("fence")?,
        beat: item.get_number("beat")?,
        holder: Holder {
            who: text("holder")?,
            host: text("host")?,
            process: u32::try_from(item.get_number("process")?).unwrap_or_default(),
            desk: text("desk")?,
        },
        since: time("since")?,
        renewed: time("renewed")?,
        expires: time("expires")?,
        free: match item.get_text("state")? {
            "free" => true,
            "held" => false,
            other => return Err(format!("the conch is `{other}`, which this version does not know")),
        },
        work: Work { run: optional("run").map(RunId), sending },
        over: optional("from").zip(optional("reason")).map(|(from, reason)| Over { from, reason }),
    })
}
