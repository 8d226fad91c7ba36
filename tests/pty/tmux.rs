//! The console inside a real tmux, where there is one: what its pane shows, and what is left of it afterwards.

use std::path::Path;
use std::process::Command;

use super::terminal::{SHELL, Terminal};

const TMUX: &str = "/usr/bin/tmux";

/// A client of a tmux of its own, at the prompt of a shell; it ends with its last pane.
struct Pane {
    client: Terminal,
    folder: tempfile::TempDir,
}

impl Pane {
    /// Where programs are told that the terminal is of this name; `None`, said aloud, where there is no tmux.
    fn open(term: &str, options: &str) -> Option<Self> {
        if !Path::new(TMUX).exists() {
            eprintln!("skipped: there is no {TMUX} here");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let shell = SHELL.join(" ");
        let config = format!(
            "set -g default-terminal {term}\nset -g default-command \"{shell}\"\nset -g status off\n\
             set -s escape-time 0\nset -g focus-events on\n{options}\n"
        );
        std::fs::write(folder.path().join("conf"), config).unwrap();
        let (socket, conf) = (folder.path().join("socket"), folder.path().join("conf"));
        let words = ["-u", "-S", socket.to_str().unwrap(), "-f", conf.to_str().unwrap(), "new-session"]
            .map(str::to_owned);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let client = Terminal::of_with(TMUX, &words, (24, 80), &[("LC_ALL", "C.UTF-8")]);
        client.prompts();
        Some(Self { client, folder })
    }

    /// Begins a demo and waits until it shows something.
    fn watches(&mut self) {
        let line = format!("{} demo --scenario calm\r", env!("CARGO_BIN_EXE_pointsman"));
        self.client.send(line.as_bytes());
        self.client.shows("● us-west-2 ok");
    }

    /// What tmux itself says.
    fn ask(&self, words: &[&str]) -> String {
        let socket = self.folder.path().join("socket");
        let said = Command::new(TMUX).arg("-S").arg(socket).args(words).output().unwrap();
        assert!(said.status.success(), "{said:?}");
        String::from_utf8(said.stdout).unwrap()
    }

    /// Waits until the terminal around tmux is handed a clipboard; what is on it.
    fn clipboard(&self) -> String {
        let copied = || {
            let text = String::from_utf8_lossy(&self.client.written()).into_owned();
            let (_, rest) = text.rsplit_once("\x1b]52;")?;
            let (_, rest) = rest.split_once(';')?;
            Some(rest[..rest.find(['\x07', '\x1b'])?].to_owned())
        };
        self.client.until("something on the clipboard", |_| copied().is_some());
        let bytes =
            base64::Engine::decode(&base64::engine::general_purpose::STANDARD, copied().unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Leaves by `q`: the pane is the shell's again, in every mode that tmux knows.
    fn gives_back(mut self) {
        self.client.press("q");
        self.client.prompts();
        self.client.send(b"echo left=$?\r");
        self.client.shows("left=0");
        let modes = "#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_flag}";
        assert_eq!(self.ask(&["display", "-p", modes]).trim(), "0 1 0 0");
        assert!(!self.client.text().contains("WATCH"), "{}", self.client.text());
        self.client.send(b"exit\r");
        assert_eq!(self.client.exit_code(), 0);
    }
}

impl Drop for Pane {
    fn drop(&mut self) {
        let socket = self.folder.path().join("socket");
        // With its last pane it has ended already.
        let _gone = Command::new(TMUX).arg("-S").arg(socket).arg("kill-server").output();
    }
}

#[test]
fn a_pane_shows_it_resizes_with_it_and_is_given_back() {
    for term in ["tmux-256color", "screen-256color"] {
        let Some(mut pane) = Pane::open(term, "") else { return };
        pane.watches();
        assert_eq!(pane.ask(&["display", "-p", "#{alternate_on} #{cursor_flag}"]).trim(), "1 0");
        pane.client.resize(40, 120);
        pane.client.until("the whole width in use", |screen| {
            screen.rows(0, 120).any(|row| row.trim_end().chars().count() == 120 && row.ends_with('┐'))
        });
        pane.client.resize(15, 60);
        pane.client.shows("1 Regions");
        pane.client.press("m");
        pane.client.until("the mouse listened to", |_| {
            pane.ask(&["display", "-p", "#{mouse_any_flag}"]).trim() == "1"
        });
        pane.gives_back();
    }
}

#[test]
fn ctrl_z_gives_the_pane_to_its_shell() {
    let Some(mut pane) = Pane::open("tmux-256color", "") else { return };
    pane.watches();
    pane.client.press("\x1a");
    pane.client.prompts();
    pane.client.shows("Stopped");
    assert_eq!(pane.ask(&["display", "-p", "#{alternate_on} #{cursor_flag}"]).trim(), "0 1");
    pane.client.send(b"fg\r");
    pane.client.shows("● us-west-2 ok");
    pane.gives_back();
}

#[test]
fn a_copy_reaches_its_buffer_and_the_terminal_around_it() {
    let Some(mut pane) = Pane::open("tmux-256color", "set -s set-clipboard on") else { return };
    pane.watches();
    pane.client.press("y");
    let copied = pane.clipboard();
    assert!(!copied.is_empty());
    assert_eq!(pane.ask(&["show-buffer"]), copied);
    pane.gives_back();
}

#[test]
fn a_copy_is_passed_through_where_tmux_takes_none() {
    let options = "set -s set-clipboard off\nset -gq allow-passthrough on";
    let Some(mut pane) = Pane::open("tmux-256color", options) else { return };
    if !pane.ask(&["show", "-gqv", "allow-passthrough"]).contains("on") {
        eprintln!("skipped: this tmux always passes through, or never");
        return;
    }
    pane.watches();
    pane.client.press("y");
    assert!(!pane.clipboard().is_empty());
    pane.gives_back();
}
