//! A simulator as a child process, and the binary with a state folder of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

/// How long one command may take on a machine that is busy with other tests.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// A folder with a config, a state folder in it, and no environment but this.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

/// A simulator that serves until this is dropped.
pub(crate) struct Stage {
    pub(crate) desk: Desk,
    pub(crate) base: String,
    sim: Child,
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    /// The same, if it ended like this.
    #[track_caller]
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }

    /// Every line of standard output as JSON.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Desk {
    pub(crate) fn with_config(config: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        desk.write_config(config);
        desk
    }

    pub(crate) fn write_config(&self, config: &str) {
        std::fs::write(self.config_file(), config).unwrap();
    }

    pub(crate) fn config(&self) -> String {
        std::fs::read_to_string(self.config_file()).unwrap()
    }

    /// The same with one text in place of another, which must be there.
    pub(crate) fn change(&self, was: &str, is: &str) {
        let config = self.config();
        assert!(config.contains(was), "the config has no {was}");
        self.write_config(&config.replacen(was, is, 1));
    }

    pub(crate) fn config_file(&self) -> PathBuf {
        self.folder.path().join("pointsman.toml")
    }

    /// Writes the shared AWS config file.
    pub(crate) fn aws(&self, text: &str) {
        let folder = self.folder.path().join(".aws");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("config"), text).unwrap();
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The folder of the simulated workload's journal.
    pub(crate) fn journal(&self) -> PathBuf {
        self.state().join("pointsman/retail-store-simulated")
    }

    /// The binary, not started yet, in a clean environment.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = bare(self.folder.path());
        command.env("XDG_STATE_HOME", self.state()).args(words.split(' '));
        command
    }

    /// Runs the binary to its end; the words are separated by one space.
    pub(crate) fn run(&self, words: &str) -> Said {
        assert_cmd::Command::from_std(self.command(words)).timeout(PATIENCE).output().unwrap().into()
    }
}

fn bare(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pointsman"));
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", folder)
        .env("USER", "ana");
    command
}

impl Stage {
    /// A config whose every endpoint takes connections and never says a word, and what takes them.
    pub(crate) fn swallowed() -> (Desk, TcpListener) {
        let hole = TcpListener::bind("127.0.0.1:0").unwrap();
        // Without a shared table, whose silence would open a dialog that takes the keys.
        let stage = Self::of_one_host("calm", 1);
        let nowhere = format!("http://{}", hole.local_addr().unwrap());
        (Desk::with_config(&stage.desk.config().replace(&stage.base, &nowhere)), hole)
    }

    /// A simulator in this scenario at this speed, and the config that it wrote.
    pub(crate) fn new(scenario: &str, speed: u32) -> Self {
        let desk = Desk { folder: tempfile::tempdir().unwrap() };
        let mut command = bare(desk.folder.path());
        command.args(["sim", "--scenario", scenario, "--speed", &speed.to_string()]);
        command.args(["--write-config", "pointsman.toml"]).stdout(Stdio::piped());
        let mut sim = command.spawn().unwrap();
        let mut base = String::new();
        BufReader::new(sim.stdout.take().unwrap()).read_line(&mut base).unwrap();
        Self { desk, base: base.trim().to_owned(), sim }
    }

    /// The same for a workload whose bastions share no table: the lock of this host is all there is, and no lease runs
    /// out while a busy machine lags behind a fast clock.
    pub(crate) fn of_one_host(scenario: &str, speed: u32) -> Self {
        let stage = Self::new(scenario, speed);
        let config = stage.desk.config();
        let (before, shared) = config.split_once("[shared]").unwrap();
        let (_, after) = shared.split_once("\n[").unwrap();
        stage.desk.write_config(&format!("{before}\n[{after}"));
        stage
    }

    pub(crate) fn run(&self, words: &str) -> Said {
        self.desk.run(words)
    }

    /// Jumps forward by virtual seconds.
    pub(crate) fn advance(&self, seconds: u32) {
        self.post("advance", &format!("{{\"seconds\": {seconds}}}"));
    }

    /// Starts a fault, as a scenario writes it.
    pub(crate) fn inject(&self, fault: &str) {
        self.post("inject", fault);
    }

    /// What is really so.
    pub(crate) fn truth(&self) -> Value {
        self.http("GET", "state", "")
    }

    /// Every write that took effect, as the simulator logs it.
    pub(crate) fn writes(&self) -> Vec<Value> {
        self.http("GET", "writes", "").as_array().unwrap().clone()
    }

    fn post(&self, path: &str, body: &str) {
        post(&self.base, path, body);
    }

    fn http(&self, method: &str, path: &str, body: &str) -> Value {
        http(&self.base, (method, path), body)
    }
}

/// Tells the simulator at this address something, which it must take.
pub(crate) fn post(base: &str, path: &str, body: &str) {
    let answer = http(base, ("POST", path), body);
    assert!(answer.get("error").is_none(), "{answer}");
}

fn http(base: &str, (method, path): (&str, &str), body: &str) -> Value {
    let address = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} /_sim/{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

impl Drop for Stage {
    fn drop(&mut self) {
        // It may have ended by itself already.
        let _gone = self.sim.kill();
        let _gone = self.sim.wait();
    }
}
