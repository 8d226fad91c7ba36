//! Files that are read again when they are saved: the config with its playbooks, themes, the keymap.
//!
//! They are looked at once a second on a thread that may wait, never on the one that draws. What is wrong with one
//! is told and the old one stays; what is right is taken in by the console. It decides nothing about what it reads.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::Thrift;
use crate::model::topology::Topology;
use crate::ui::keymap::Keymap;
use crate::ui::theme::{Glyphs, Theme};
use crate::ui::view::Complaint;

/// How often files are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// How much news may wait.
const NEWS: usize = 16;

/// Something that is made from files, and made again when one of them was saved.
pub trait Watched: Send {
    /// The files that it is made from, also those that are not there yet; a folder stands for its `*.toml`.
    fn places(&self) -> Vec<PathBuf>;

    /// Reads them again; whatever comes of it. It may wait for the disk.
    fn read(&mut self) -> Vec<News>;
}

/// What came of reading files again.
#[derive(Clone, Debug)]
pub enum News {
    /// It is drawn like this from now on.
    Looks(Box<(Theme, Glyphs)>),
    /// The line to the terminal is used like this from now on.
    Line(Thrift),
    /// These themes can be asked for by name from now on.
    Themes(Vec<String>),
    /// Keys mean this from now on.
    Keys(Box<Keymap>),
    /// The workload is declared like this; it is taken in when nothing rests on the old declaration any more.
    Declared(Arc<Topology>),
    /// Something could not be taken in, or not all of it.
    Wrong(Complaint),
    /// What is made of these files is as they say; the complaint of that subject is done with.
    Right {
        /// Of what.
        of: &'static str,
        /// A line about what was taken in; empty when nothing changed.
        said: String,
    },
}

/// Looks at the files from now on, for as long as somebody takes the news. Must be called within a tokio runtime.
pub(super) fn watch(watched: Vec<Box<dyn Watched>>) -> mpsc::Receiver<News> {
    let (to, news) = mpsc::channel(NEWS);
    let list = watched.into_iter().map(Looked::new).collect();
    tokio::spawn(look(list, to));
    news
}

async fn look(mut list: Vec<Looked>, to: mpsc::Sender<News>) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !list.is_empty() {
        every.tick().await;
        let looked = tokio::task::spawn_blocking(move || {
            let news: Vec<News> = list.iter_mut().flat_map(Looked::look).collect();
            (list, news)
        });
        let Ok((back, all)) = looked.await else {
            tracing::error!("files are not looked at any more: whoever read one fell over");
            return;
        };
        list = back;
        for one in all {
            if to.send(one).await.is_err() {
                return;
            }
        }
    }
}

/// Files as they were when they were last read.
struct Looked {
    watched: Box<dyn Watched>,
    read: Vec<Print>,
    /// What they have become since, at the last look: they are read when they stay so until the next.
    becoming: Option<Vec<Print>>,
}

/// What tells one state of a file from another; only the name when it is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Print {
    path: PathBuf,
    state: Option<(i64, i64, u64, u64)>,
}

impl Looked {
    fn new(watched: Box<dyn Watched>) -> Self {
        let read = prints(&watched.places());
        Self { watched, read, becoming: None }
    }

    /// Reads again what was saved and is no longer being written to.
    fn look(&mut self) -> Vec<News> {
        let now = prints(&self.watched.places());
        if now == self.read {
            self.becoming = None;
            return Vec::new();
        }
        if self.becoming.as_ref() != Some(&now) {
            self.becoming = Some(now);
            return Vec::new();
        }
        let news = self.watched.read();
        // What it is made from may be other files now; what changed while it read is seen at the next look.
        let places = self.watched.places();
        let known = |print: &Print| now.iter().find(|known| known.path == print.path).cloned();
        self.read = prints(&places).into_iter().map(|print| known(&print).unwrap_or(print)).collect();
        self.becoming = None;
        news
    }
}

fn prints(places: &[PathBuf]) -> Vec<Print> {
    places.iter().flat_map(|place| files(place)).map(print).collect()
}

/// The file, or the `*.toml` of the folder in the order of their names.
fn files(place: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(place) else { return vec![place.to_owned()] };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

fn print(path: PathBuf) -> Print {
    let state = fs::metadata(&path).ok().map(|it| (it.mtime(), it.mtime_nsec(), it.size(), it.ino()));
    Print { path, state }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says what a file holds.
    struct Text(PathBuf);

    impl Watched for Text {
        fn places(&self) -> Vec<PathBuf> {
            vec![self.0.clone()]
        }

        fn read(&mut self) -> Vec<News> {
            let said = fs::read_to_string(&self.0).unwrap_or_else(|_| "gone".to_owned());
            vec![News::Right { of: "text", said }]
        }
    }

    fn said(news: &[News]) -> Vec<&str> {
        news.iter().map(|one| if let News::Right { said, .. } = one { said.as_str() } else { "" }).collect()
    }

    #[test]
    fn a_file_is_read_when_it_was_saved_and_rests() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        fs::write(&file, "one").unwrap();
        let mut looked = Looked::new(Box::new(Text(file.clone())));
        assert!(looked.look().is_empty(), "nothing changed");
        fs::write(&file, "two, hal").unwrap();
        assert!(looked.look().is_empty(), "it may still be written to");
        fs::write(&file, "two, whole").unwrap();
        assert!(looked.look().is_empty(), "it was");
        assert_eq!(said(&looked.look()), ["two, whole"]);
        assert!(looked.look().is_empty(), "once");
        fs::remove_file(&file).unwrap();
        assert!(looked.look().is_empty());
        assert_eq!(said(&looked.look()), ["gone"]);
        fs::write(folder.path().join("b"), "two, whole").unwrap();
        fs::rename(folder.path().join("b"), &file).unwrap();
        assert!(looked.look().is_empty());
        assert_eq!(said(&looked.look()), ["two, whole"], "as an editor saves");
    }

    #[test]
    fn a_file_in_a_folder_is_seen_when_it_comes_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("themes");
        let there = || prints(std::slice::from_ref(&place));
        let missing = there();
        fs::create_dir(&place).unwrap();
        let empty = there();
        fs::write(place.join("mine.toml"), "").unwrap();
        fs::write(place.join("mine.toml~"), "").unwrap();
        let one = there();
        assert_ne!(missing, one);
        assert_eq!((empty.len(), one.len()), (0, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn news_come_by_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        let mut news = watch(vec![Box::new(Text(file.clone()))]);
        tokio::task::yield_now().await;
        fs::write(&file, "here").unwrap();
        let one = news.recv().await.unwrap();
        assert_eq!(said(&[one]), ["here"]);
    }
}
