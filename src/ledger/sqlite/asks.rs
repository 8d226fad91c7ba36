//! What people ask of a run that another process on this host drives, in a table beside the lines.
//!
//! It is a way to the driver and no part of the record: what was done or refused is in the lines, which is why nothing
//! here is chained, and nothing here may touch a line.

use rusqlite::{OptionalExtension, Row, params};

use super::{Journal, trouble};
use crate::plan::event::RunId;
use crate::plan::run::{Ask, AskId, Asked, LedgerError, Reply};

/// Beside the lines; a file that was made before there were asks gets it when it is next opened to be written.
pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS asks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    host TEXT NOT NULL,
    ask TEXT NOT NULL,
    reply TEXT
) STRICT;
";

impl Journal {
    /// Leaves an ask for whoever drives its run.
    ///
    /// # Errors
    /// When it could not be written; then nobody will see it.
    pub fn ask(&self, ask: &Ask) -> Result<AskId, LedgerError> {
        let text = serde_json::to_string(ask).map_err(|e| trouble::unwritable(&self.path, &e.to_string()))?;
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO asks (run, at, who, host, ask) VALUES (?1, ?2, ?3, ?4, ?5)")
            .map_err(|e| self.error("write", &e))?;
        let who = ask.command.who();
        let id = insert.insert(params![ask.run.0, ask.at.to_string(), who, ask.host, text]);
        id.map(|id| AskId(id.to_string())).map_err(|e| self.error("write", &e))
    }

    /// The asks of a run that have no reply yet, oldest first. One that this version cannot read is refused on the
    /// spot and not among them.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn asked(&self, run: &RunId) -> Result<Vec<Asked>, LedgerError> {
        let read = || {
            let mut statement = self
                .connection
                .prepare_cached("SELECT id, ask FROM asks WHERE run = ?1 AND reply IS NULL ORDER BY id")?;
            let rows = statement.query_map([&run.0], text)?;
            rows.collect::<rusqlite::Result<Vec<(AskId, String)>>>()
        };
        let mut asked = Vec::new();
        for (id, text) in read().map_err(|e| self.error("read", &e))? {
            match serde_json::from_str(&text) {
                Ok(ask) => asked.push(Asked { id, ask }),
                Err(error) => {
                    let why = format!("the version that drives the run cannot read it: {error}");
                    self.reply(&id, &Reply::Refused { why })?;
                }
            }
        }
        Ok(asked)
    }

    /// Notes what became of an ask.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn reply(&self, id: &AskId, reply: &Reply) -> Result<(), LedgerError> {
        let reply =
            serde_json::to_string(reply).map_err(|e| trouble::unwritable(&self.path, &e.to_string()))?;
        let done = self.connection.execute("UPDATE asks SET reply = ?2 WHERE id = ?1", params![id.0, reply]);
        done.map(drop).map_err(|e| self.error("write", &e))
    }

    /// What became of an ask; `None` while nobody has taken it up.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn reply_to(&self, id: &AskId) -> Result<Option<Reply>, LedgerError> {
        let read = "SELECT reply FROM asks WHERE id = ?1 AND reply IS NOT NULL";
        let reply = self.connection.query_row(read, [&id.0], |row| row.get::<_, String>(0)).optional();
        let Some(reply) = reply.map_err(|e| self.error("read", &e))? else { return Ok(None) };
        let unread = |e: serde_json::Error| Reply::Refused { why: format!("its reply cannot be read: {e}") };
        Ok(Some(serde_json::from_str(&reply).unwrap_or_else(unread)))
    }
}

fn text(row: &Row<'_>) -> rusqlite::Result<(AskId, String)> {
    Ok((AskId(row.get::<_, i64>(0)?.to_string()), row.get(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::StepId;
    use crate::plan::event::Decision;
    use crate::plan::run::Command;

    fn ask(run: &str, command: Command) -> Ask {
        let run = RunId(run.to_owned());
        Ask { run, at: jiff::Timestamp::UNIX_EPOCH, host: "bastion".to_owned(), seen: Some(7), command }
    }

    fn pause() -> Command {
        Command::Pause { who: "maria".to_owned() }
    }

    #[test]
    fn an_ask_is_handed_out_until_it_has_a_reply() {
        let state = tempfile::tempdir().unwrap();
        let (asker, driver) = (Journal::open(state.path()).unwrap(), Journal::open(state.path()).unwrap());
        let retry = Command::Decide { step: StepId(3), decision: Decision::Retry, who: "ben".to_owned() };
        let asks = [ask("aaaa0001", pause()), ask("aaaa0001", retry), ask("bbbb0002", pause())];
        let ids: Vec<AskId> = asks.iter().map(|ask| asker.ask(ask).unwrap()).collect();

        let run = RunId("aaaa0001".to_owned());
        let got: Vec<Ask> = driver.asked(&run).unwrap().into_iter().map(|asked| asked.ask).collect();
        assert_eq!(got, asks[..2]);
        assert_eq!(asker.reply_to(&ids[0]).unwrap(), None);
        let refused = Reply::Refused { why: "the run is paused already".to_owned() };
        driver.reply(&ids[0], &refused).unwrap();
        assert_eq!(asker.reply_to(&ids[0]).unwrap(), Some(refused));
        assert_eq!(driver.asked(&run).unwrap().len(), 1);
        assert_eq!(asker.verify().unwrap(), Ok(0), "asks are no lines");
    }

    #[test]
    fn what_a_newer_version_asks_is_refused_and_holds_nothing_up() {
        let state = tempfile::tempdir().unwrap();
        let journal = Journal::open(state.path()).unwrap();
        let sql =
            "INSERT INTO asks (run, at, who, host, ask) VALUES ('aaaa0001', '', '', '', '{\"ask\":\"fly\"}')";
        journal.connection.execute(sql, []).unwrap();
        let run = RunId("aaaa0001".to_owned());
        assert_eq!(journal.asked(&run).unwrap(), []);
        let reply = journal.reply_to(&AskId("1".to_owned())).unwrap();
        assert!(matches!(reply, Some(Reply::Refused { why }) if why.contains("cannot read it")));
    }

    #[test]
    fn a_journal_from_before_there_were_asks_gets_their_table() {
        let state = tempfile::tempdir().unwrap();
        let journal = Journal::open(state.path()).unwrap();
        journal.connection.execute_batch("DROP TABLE asks").unwrap();
        drop(journal);
        let journal = Journal::open(state.path()).unwrap();
        journal.ask(&ask("aaaa0001", pause())).unwrap();
    }
}
