//! A run that is cut off, paused or hung up on: what is left, and the ways on.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::stage::Stage;

const RUN: &str = "run switchover --from us-east-1 --to us-west-2 --confirm us-west-2 --reason drill --json";

/// A headless run whose lines are read one by one.
pub(crate) struct Run {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Run {
    fn start(stage: &Stage) -> Self {
        Self::of(stage, RUN)
    }

    /// Of these words, which ask for JSON.
    pub(crate) fn of(stage: &Stage, words: &str) -> Self {
        let mut child =
            stage.desk.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads until a line of this kind; its run.
    fn until(&mut self, word: &str) -> String {
        self.line(word)["run"].as_str().unwrap().to_owned()
    }

    /// The same line.
    pub(crate) fn line(&mut self, word: &str) -> Value {
        loop {
            let line = self.lines.next().unwrap_or_else(|| panic!("it ended before `{word}`")).unwrap();
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["event"]["event"] == word {
                return line;
            }
        }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Reads to the end; the exit code and the words of the events.
    pub(crate) fn end(mut self) -> (Option<i32>, Vec<String>) {
        let words = (&mut self.lines).map(|line| {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            line["event"]["event"].as_str().unwrap().to_owned()
        });
        let words = words.collect();
        (self.child.wait().unwrap().code(), words)
    }
}

/// How often each write took effect, by the simulator's own word: a switchover that is sent twice swaps back.
fn writer(stage: &Stage) -> Value {
    stage.truth()["stores"]["orders"]["writer"].clone()
}

#[test]
fn a_run_that_was_killed_is_found_and_resumed_to_its_end() {
    let stage = Stage::new("calm", 60);
    let mut run = Run::start(&stage);
    // The fourth step is the routing set, which has not left, or may be sent again; one of Aurora would wait for a
    // person.
    let name = (0..4).map(|_| run.until("intended")).last().unwrap();
    run.signal("-KILL");
    assert_eq!(run.end().0, None);
    let list = stage.run("journal list").with(0).out;
    assert!(list.starts_with(&name) && list.contains("open: in flight, on hold or cut off"), "{list}");
    assert!(stage.run("journal verify").with(0).out.contains("the chain holds"));
    let refused = stage.run(RUN).with(20);
    assert!(refused.err.contains(&format!("pointsman resume {name}")), "{}", refused.err);

    assert!(stage.run("resume ffffffffff").with(2).err.contains(&name));
    let unnamed = stage.run(&format!("resume {name}")).with(2);
    assert!(unnamed.err.contains("--confirm is missing"), "{}", unnamed.err);
    let wrong = stage.run(&format!("resume {name} --confirm us-east-1")).with(2);
    assert!(wrong.err.contains("it says `us-east-1`"), "{}", wrong.err);
    let resumed = stage.run(&format!("resume {} --confirm us-west-2 --json", &name[..5])).with(0);
    let words: Vec<Value> = resumed.json_lines().iter().map(|line| line["event"]["event"].clone()).collect();
    assert!(words.contains(&"taken_up".into()) && words.last() == Some(&"closed".into()), "{words:?}");
    assert_eq!(writer(&stage), "us-west-2");
    assert!(stage.run(&format!("resume {name}")).with(2).err.contains("has ended"));
}

#[test]
fn a_run_that_was_killed_can_be_closed_and_nothing_is_sent() {
    let stage = Stage::new("calm", 1);
    let mut run = Run::start(&stage);
    let name = run.until("sent");
    run.signal("-KILL");
    run.end();
    let controls = stage.truth()["controls"].clone();
    let closed = stage.desk.command("close").args([&name, "--reason", "by hand"]).output().unwrap();
    assert_eq!(closed.status.code(), Some(0));
    let shown = stage.run(&format!("journal show {name}")).with(0).out;
    assert!(shown.contains("closes the run: by hand"), "{shown}");
    let list = stage.run("journal list").with(0).out;
    assert!(!list.contains("open:"), "{list}");
    assert_eq!(stage.truth()["controls"], controls);
    assert!(stage.run("journal verify").with(0).out.contains("the chain holds"));
}

#[test]
fn an_interrupt_lets_nothing_new_start_and_the_run_can_be_resumed() {
    for signal in ["-INT", "-TERM"] {
        let stage = Stage::new("calm", 60);
        let mut run = Run::start(&stage);
        let name = run.until("sent");
        run.signal(signal);
        let (code, words) = run.end();
        assert_eq!(code, Some(20), "{signal}: {words:?}");
        assert!(words.contains(&"paused".to_owned()) && !words.contains(&"closed".to_owned()), "{words:?}");
        assert_eq!(stage.truth()["controls"]["us-east-1"], "On", "the traffic was not moved any more");
        let resumed = stage.run(&format!("resume {name} --confirm us-west-2")).with(0);
        assert!(resumed.out.contains("confirmed"), "{}", resumed.out);
        assert_eq!(stage.truth()["controls"]["us-east-1"], "Off");
    }
}

#[test]
fn a_second_interrupt_leaves_at_once() {
    let stage = Stage::new("calm", 1);
    let mut run = Run::start(&stage);
    run.until("sent");
    run.signal("-INT");
    run.until("paused");
    run.signal("-INT");
    assert_eq!(run.end().0, Some(130));
}

#[test]
fn a_run_whose_terminal_and_reader_are_gone_goes_on() {
    let stage = Stage::new("calm", 60);
    let mut run = Run::start(&stage);
    let name = run.until("started");
    run.signal("-HUP");
    let Run { mut child, lines } = run;
    drop((lines, child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let list = stage.run("journal list").with(0).out;
    assert!(list.starts_with(&name) && list.contains("confirmed"), "{list}");
    assert_eq!(writer(&stage), "us-west-2");
}
