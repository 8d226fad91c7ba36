//! The real binary in a real pseudo-terminal: starts, shows, resizes, quits, and gives the terminal back.
//!
//! These tests wait for what the screen says, bounded by a deadline; they never sleep for a guess.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything on the screen may take on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

struct Console {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    screen: Arc<Mutex<vt100::Parser>>,
    state: tempfile::TempDir,
}

impl Console {
    fn start(args: &[&str], rows: u16, cols: u16) -> Self {
        Self::start_with(args, rows, cols, &[])
    }

    fn start_with(args: &[&str], rows: u16, cols: u16, env: &[(&str, &str)]) -> Self {
        let pty = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        let state = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_pointsman"));
        command.args(args);
        command.env("TERM", "xterm-256color");
        command.env("XDG_STATE_HOME", state.path());
        command.env_remove("NO_COLOR");
        for (name, value) in env {
            command.env(name, value);
        }
        command.cwd(state.path());
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(rows, cols, 0)));
        let (mut output, shown) = (pty.master.try_clone_reader().unwrap(), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut bytes) {
                shown.lock().unwrap().process(&bytes[..read]);
            }
        });
        let keys = pty.master.take_writer().unwrap();
        Self { master: pty.master, keys, child, screen, state }
    }

    fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    fn wait_until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !holds(&self.text()) {
            assert!(begun.elapsed() < PATIENCE, "never {what}; the screen shows:\n{}", self.text());
            std::thread::yield_now();
        }
    }

    fn wait_for(&self, text: &str) {
        self.wait_until(&format!("`{text}`"), |screen| screen.contains(text));
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn wait_for_exit(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it did not end; the screen shows:\n{}", self.text());
            std::thread::yield_now();
        }
    }

    fn is_on_alternate_screen(&self) -> bool {
        self.screen.lock().unwrap().screen().alternate_screen()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([name, &pid]).status().unwrap().success());
    }
}

#[test]
fn it_starts_shows_the_platform_and_quits_on_q() {
    let mut console = Console::start(&["demo", "--scenario", "calm"], 24, 80);
    console.wait_for("WATCH");
    console.wait_for("SIMULATED");
    console.wait_until("both Regions ok", |s| s.contains("● us-east-1") && s.contains("● us-west-2"));
    assert!(console.is_on_alternate_screen());
    console.press("q");
    assert!(console.wait_for_exit().success());
    console.wait_until("off the alternate screen", |_| !console.is_on_alternate_screen());
    drop(console.state);
}

#[test]
fn it_follows_the_size_of_the_terminal() {
    let mut console = Console::start(&["demo", "--scenario", "calm"], 24, 80);
    console.wait_for("Replication");
    for (rows, cols) in [(40, 120), (5, 20), (1, 1), (24, 80)] {
        console.screen.lock().unwrap().screen_mut().set_size(rows, cols);
        console.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }
    console.wait_for("Replication");
    console.press("q");
    assert!(console.wait_for_exit().success());
}

#[test]
fn a_termination_gives_the_terminal_back() {
    for signal in ["-TERM", "-HUP", "-INT"] {
        let mut console = Console::start(&["demo", "--scenario", "calm"], 24, 80);
        console.wait_for("WATCH");
        console.signal(signal);
        console.wait_for_exit();
        console.wait_until("off the alternate screen", |_| !console.is_on_alternate_screen());
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_says_why() {
    let asked = [("POINTSMAN_TEST_PANIC", "1")];
    let mut console = Console::start_with(&["demo", "--scenario", "calm"], 24, 80, &asked);
    assert!(!console.wait_for_exit().success());
    console.wait_for("a panic that a test asked for");
    assert!(!console.is_on_alternate_screen());
}

#[test]
fn without_a_terminal_the_demo_says_so_and_prints_the_status() {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_pointsman"))
        .args(["demo", "--scenario", "calm"])
        .timeout(PATIENCE)
        .assert()
        .success();
    let output = output.get_output();
    assert!(String::from_utf8_lossy(&output.stderr).contains("no terminal"));
    assert!(String::from_utf8_lossy(&output.stdout).contains("us-east-1"));
}
