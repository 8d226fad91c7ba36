//! A pseudo-terminal with the binary in it.

use std::fs;
use std::io::{Read, Write};
use std::num::NonZero;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use portable_pty::{ChildKiller, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything on the screen may take on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_mins(2);

/// Between two keys of a hand.
const HAND: Duration = Duration::from_millis(90);

/// As long as it takes to read that a dialog has opened; a key that comes sooner was not meant for it.
const GLANCE: Duration = Duration::from_millis(500);

/// A shell with job control that reads no file of its user's and leaves the terminal's modes alone at its prompt.
pub(crate) const SHELL: [&str; 5] = ["/bin/bash", "--norc", "--noprofile", "--noediting", "-i"];

/// What is on the terminal, and a bell that rings when it changes.
struct Glass {
    parser: Mutex<vt100::Parser>,
    changed: Condvar,
    /// Every byte that was written, in order; it is behind the parser by no byte.
    written: Mutex<Vec<u8>>,
    /// The one who looks has gone.
    closed: AtomicBool,
}

/// The terminal; when it goes, what runs in it goes too.
pub(crate) struct Terminal {
    pty: Option<(Box<dyn MasterPty + Send>, Box<dyn Write + Send>)>,
    glass: Arc<Glass>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    exit: Receiver<ExitStatus>,
    pid: u32,
    state: Arc<tempfile::TempDir>,
    /// When the process was started.
    pub(crate) started: Instant,
}

impl Terminal {
    /// A demo of a scenario at a speed in a terminal of this size.
    pub(crate) fn demo(scenario: &str, speed: u32, (rows, cols): (u16, u16)) -> Self {
        Self::with(&["demo", "--scenario", scenario, "--speed", &speed.to_string()], (rows, cols), &[])
    }

    pub(crate) fn with(args: &[&str], size: (u16, u16), env: &[(&str, &str)]) -> Self {
        Self::on(Arc::new(tempfile::tempdir().unwrap()), args, size, env)
    }

    /// Another console of the same operator on the same state folder.
    pub(crate) fn beside(&self, args: &[&str], size: (u16, u16)) -> Self {
        Self::on(Arc::clone(&self.state), args, size, &[])
    }

    /// Another program in a terminal, on a state folder of its own.
    pub(crate) fn of(program: &str, args: &[&str], size: (u16, u16)) -> Self {
        Self::run(Arc::new(tempfile::tempdir().unwrap()), (program, args), size, &[])
    }

    /// The same with more of an environment.
    pub(crate) fn of_with(program: &str, args: &[&str], size: (u16, u16), env: &[(&str, &str)]) -> Self {
        Self::run(Arc::new(tempfile::tempdir().unwrap()), (program, args), size, env)
    }

    /// A shell with job control, in which this line was begun.
    pub(crate) fn in_shell(line: &str, size: (u16, u16)) -> Self {
        let mut shell = Self::of(SHELL[0], &SHELL[1..], size);
        shell.prompts();
        shell.send(format!("{line}\r").as_bytes());
        shell
    }

    fn on(state: Arc<tempfile::TempDir>, args: &[&str], size: (u16, u16), env: &[(&str, &str)]) -> Self {
        Self::run(state, (env!("CARGO_BIN_EXE_pointsman"), args), size, env)
    }

    fn run(
        state: Arc<tempfile::TempDir>,
        (program, args): (&str, &[&str]),
        (rows, cols): (u16, u16),
        env: &[(&str, &str)],
    ) -> Self {
        let pty = native_pty_system().openpty(size(rows, cols)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("PATH", "/usr/bin:/bin"), ("USER", "ana")] {
            command.env(name, value);
        }
        command.env("XDG_STATE_HOME", state.path());
        for (name, value) in env {
            command.env(name, value);
        }
        command.cwd(state.path());
        let started = Instant::now();
        let mut child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let glass = Arc::new(Glass {
            parser: Mutex::new(vt100::Parser::new(cells(rows), cells(cols), 0)),
            changed: Condvar::new(),
            written: Mutex::default(),
            closed: AtomicBool::new(false),
        });
        let (mut output, shown) = (pty.master.try_clone_reader().unwrap(), Arc::clone(&glass));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut bytes) {
                shown.written.lock().unwrap().extend_from_slice(&bytes[..read]);
                if shown.closed.load(Ordering::SeqCst) {
                    return;
                }
                shown.parser.lock().unwrap().process(&bytes[..read]);
                shown.changed.notify_all();
            }
        });
        let (killer, pid) = (child.clone_killer(), child.process_id().unwrap());
        let (ended, exit) = mpsc::channel();
        std::thread::spawn(move || {
            // Nobody may be left to hear it.
            let _unheard = ended.send(child.wait().unwrap());
        });
        let keys = pty.master.take_writer().unwrap();
        Self { pty: Some((pty.master, keys)), glass, killer, exit, pid, state, started }
    }

    /// All that was written to the terminal so far.
    pub(crate) fn written(&self) -> Vec<u8> {
        self.glass.written.lock().unwrap().clone()
    }

    /// How many bytes that is.
    pub(crate) fn count(&self) -> usize {
        self.glass.written.lock().unwrap().len()
    }

    pub(crate) fn text(&self) -> String {
        self.glass.parser.lock().unwrap().screen().contents()
    }

    /// Waits until the terminal is like this.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        let guard = self.glass.parser.lock().unwrap();
        let not_yet = |parser: &mut vt100::Parser| !holds(parser.screen());
        let (guard, late) = self.glass.changed.wait_timeout_while(guard, PATIENCE, not_yet).unwrap();
        let shown = |guard: MutexGuard<'_, vt100::Parser>| guard.screen().contents();
        assert!(!late.timed_out(), "never {what}; the screen shows:\n{}", shown(guard));
    }

    /// Waits until the screen has this text.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        self.until(&format!("`{text}`"), |screen| screen.contents().contains(text));
    }

    /// Waits until the terminal is the shell's again.
    #[track_caller]
    pub(crate) fn is_given_back(&self) {
        self.until("given back", |screen| {
            let pastes = screen.bracketed_paste();
            !screen.alternate_screen() && !screen.hide_cursor() && !pastes
        });
    }

    /// Waits until a shell that was begun here asks for its next line.
    #[track_caller]
    pub(crate) fn prompts(&self) {
        self.until("a prompt", |screen| {
            let text = screen.contents();
            let last = text.lines().rfind(|line| !line.trim().is_empty()).map(str::trim).unwrap_or_default();
            last.starts_with("bash-") && last.ends_with(['#', '$'])
        });
    }

    pub(crate) fn is_taken(&self) -> bool {
        self.glass.parser.lock().unwrap().screen().alternate_screen()
    }

    /// Presses keys one by one, as a hand does.
    pub(crate) fn press(&mut self, keys: &str) {
        let (_, writer) = self.pty.as_mut().unwrap();
        for key in keys.chars() {
            std::thread::sleep(HAND);
            writer.write_all(key.encode_utf8(&mut [0; 4]).as_bytes()).unwrap();
            writer.flush().unwrap();
        }
    }

    /// Sends bytes at once, as a terminal does.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let (_, writer) = self.pty.as_mut().unwrap();
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
    }

    /// Waits for a dialog with this text, and looks at it.
    #[track_caller]
    pub(crate) fn asks(&self, text: &str) {
        self.shows(text);
        std::thread::sleep(GLANCE);
    }

    pub(crate) fn resize(&self, rows: u16, cols: u16) {
        self.glass.parser.lock().unwrap().screen_mut().set_size(cells(rows), cells(cols));
        self.pty.as_ref().unwrap().0.resize(size(rows, cols)).unwrap();
    }

    /// Closes the terminal, as a connection that is lost.
    pub(crate) fn close(&mut self) {
        self.pty = None;
        // The thread that reads holds it open as well; what it reads ends with the process's side of it.
        self.signal("-HUP");
    }

    /// Closes the terminal and tells nobody: whatever writes to it next is refused.
    pub(crate) fn cut(&mut self) {
        self.glass.closed.store(true, Ordering::SeqCst);
        self.pty = None;
    }

    /// The letter of the process's state: `S` asleep, `R` at work, `T` stopped, `Z` gone.
    pub(crate) fn state(&self) -> Option<char> {
        state(self.pid)
    }

    /// The process of this name that what runs in the terminal started, whatever stands between them.
    pub(crate) fn child(&self, name: &str) -> Option<u32> {
        let mut waiting = vec![self.pid];
        while let Some(pid) = waiting.pop() {
            let is_it =
                |pid: u32| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|is| is.trim() == name);
            if is_it(pid) {
                return Some(pid);
            }
            let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
            waiting.extend(children.split_whitespace().map(|child| child.parse::<u32>().unwrap()));
        }
        None
    }

    /// How long each of so many keys took from the hand to the frame that shows it, the shortest first; by turns one
    /// that changes a few words and one that changes the whole screen.
    pub(crate) fn key_to_frame(&mut self, keys: usize, between: Duration) -> Vec<Duration> {
        const KEYS: [(&[u8], &str, bool); 4] = [
            (b"f", "FROZEN", true),
            (b"z", "z unzoom", true),
            (b"f", "FROZEN", false),
            (b"z", "z unzoom", false),
        ];
        let mut took = Vec::with_capacity(keys);
        for (key, words, shown) in KEYS.iter().cycle().take(keys) {
            std::thread::sleep(between);
            let began = Instant::now();
            self.send(key);
            self.until("the key on the screen", |screen| screen.contents().contains(words) == *shown);
            took.push(began.elapsed());
        }
        took.sort();
        took
    }

    /// Processor time so far, and the most memory that was ever resident in bytes.
    pub(crate) fn cost(&self) -> (Duration, u64) {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        (Duration::from_millis(ticks * 10), peak * 1024)
    }

    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.pid.to_string()]).status().unwrap().success());
    }

    /// The exit code, once it has ended.
    #[track_caller]
    pub(crate) fn exit_code(&self) -> u32 {
        match self.exit.recv_timeout(PATIENCE) {
            Ok(status) => status.exit_code(),
            Err(why) => panic!("it did not end ({why}); the screen shows:\n{}", self.text()),
        }
    }

    /// The folder of all its journals.
    pub(crate) fn folder(&self) -> std::path::PathBuf {
        self.state.path().join("pointsman")
    }

    /// It has not ended.
    pub(crate) fn is_alive(&self) -> bool {
        fs::read_to_string(format!("/proc/{}/stat", self.pid)).is_ok_and(|stat| !stat.contains(") Z "))
    }

    /// The names of the process's threads.
    pub(crate) fn threads(&self) -> Vec<String> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid)).unwrap();
        let name = |task: fs::DirEntry| fs::read_to_string(task.path().join("comm")).ok();
        tasks.filter_map(|task| Some(name(task.ok()?)?.trim().to_owned())).collect()
    }

    /// Another process on the same state folder, without a terminal; not started yet.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pointsman"));
        command.args(words).env("XDG_STATE_HOME", self.state.path());
        command
    }

    /// What another process reads in the journal.
    pub(crate) fn journal(&self, words: &[&str]) -> String {
        let output = self.command(&["journal"]).args(words).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.killer.kill();
    }
}

/// The letter of a process's state.
pub(crate) fn state(pid: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
