//! What is read again when it is saved: the config with its playbooks, and themes.
//!
//! What a running console cannot take on is said by its key and left as it was; it must never be half taken.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::looks::Wish;
use super::setup;
use super::watch::thrift;
use super::{Common, exit::Refused};
use crate::config::{Config, Screen};
use crate::model::topology::Topology;
use crate::runtime::watched::{News, Watched};
use crate::ui::theme::{Glyphs, Problems, Theme, is_file};
use crate::ui::view::Complaint;

/// The subjects of complaints.
const CONFIG: &str = "config";
const THEME: &str = "theme";

/// The files that a console was made from, and what was made of them.
pub(super) struct Files {
    common: Common,
    wish: Wish,
    /// The file of the config; none where it was handed out and is no file of the operator's.
    config: Option<PathBuf>,
    taken: Config,
    looks: (Theme, Glyphs),
    /// The names of the themes there are.
    themes: Vec<String>,
}

impl Files {
    pub(super) fn new(
        common: &Common,
        wish: Wish,
        config: Option<PathBuf>,
        taken: Config,
        looks: (Theme, Glyphs),
    ) -> Self {
        let themes = wish.themes();
        Self { common: common.clone(), wish, config, taken, looks, themes }
    }

    fn screen(&self) -> &Screen {
        &self.taken.screen
    }

    fn config(&mut self, file: &Path) -> Vec<News> {
        let common = Common { config: Some(file.to_owned()), ..self.common.clone() };
        match setup::read(&common) {
            Ok(config) => self.take(&file.display().to_string(), config),
            Err(refused) => vec![News::Wrong(refusal(CONFIG, &refused))],
        }
    }

    /// Takes on what can be taken on while the console runs.
    fn take(&mut self, file: &str, new: Config) -> Vec<News> {
        let (topology, later) = live(&self.taken, &new);
        let before = self.taken.topology.playbooks.len();
        let mut news = Vec::new();
        let changed = topology != *self.taken.topology || new.screen != self.taken.screen;
        let line = thrift(&self.common, &new.screen);
        if line != thrift(&self.common, &self.taken.screen) {
            news.push(News::Line(line));
        }
        self.taken.screen = new.screen;
        if topology != *self.taken.topology {
            self.taken.topology = Arc::new(topology);
            news.push(News::Declared(Arc::clone(&self.taken.topology)));
        }
        let playbooks = self.taken.topology.playbooks.len();
        let said = match (changed, playbooks) {
            (false, _) => String::new(),
            (true, now) if now != before => format!("{file} was read again, with {now} playbooks"),
            (true, _) => format!("{file} was read again"),
        };
        news.push(News::Right { of: CONFIG, said });
        if !later.is_empty() {
            news.push(News::Wrong(at_the_next_start(file, &later)));
        }
        news
    }

    fn looks(&mut self) -> Vec<News> {
        let production = self.taken.topology.is_production();
        match self.wish.look(self.screen(), production) {
            Ok(looks) if looks == self.looks => vec![News::Right { of: THEME, said: String::new() }],
            Ok(looks) => {
                let said = if looks.0 == self.looks.0 {
                    "drawn with other shapes now".to_owned()
                } else {
                    format!("drawn in the theme {} now", looks.0.name())
                };
                self.looks.clone_from(&looks);
                vec![News::Looks(Box::new(looks)), News::Right { of: THEME, said }]
            }
            Err(problems) => vec![News::Wrong(theme(&problems, self.looks.0.name()))],
        }
    }
}

impl Watched for Files {
    fn places(&self) -> Vec<PathBuf> {
        let playbooks = self.config.as_ref().map(|file| crate::config::playbook_folder(file));
        let production = self.taken.topology.is_production();
        let theme = self.wish.name(self.screen(), production);
        let theme = is_file(theme).then(|| PathBuf::from(theme));
        let folders = self.wish.folders.iter().cloned();
        self.config.iter().cloned().chain(playbooks).chain(theme).chain(folders).collect()
    }

    fn read(&mut self) -> Vec<News> {
        let mut news = self.config.clone().map(|file| self.config(&file)).unwrap_or_default();
        let themes = self.wish.themes();
        if themes != self.themes {
            self.themes.clone_from(&themes);
            news.push(News::Themes(themes));
        }
        news.extend(self.looks());
        news
    }
}

/// The declaration that a running console can go by, and the keys that only the next start takes on: those that say
/// who we are, where AWS is, where the journal lies and who else is told.
fn live(old: &Config, new: &Config) -> (Topology, Vec<&'static str>) {
    let mut later = Vec::new();
    let mut topology = (*new.topology).clone();
    let was = &*old.topology;
    let mut keep = |key: &'static str, differs: bool| {
        if differs {
            later.push(key);
        }
    };
    keep("workload.name", topology.workload != was.workload);
    keep("workload.environment", topology.environment != was.environment);
    keep("workload.account", topology.account != was.account);
    keep("workload.home", topology.home != was.home);
    keep("workload.endpoint_url", old.access.endpoint_url != new.access.endpoint_url);
    keep("workload.profile", old.access.profile != new.access.profile);
    keep("workload.aws_folder", old.access.folder != new.access.folder);
    keep("workload.assume_role", old.access.assume_role != new.access.assume_role);
    keep("shared", old.shared != new.shared);
    keep("webhook", old.webhook != new.webhook);
    topology.workload.clone_from(&was.workload);
    topology.environment.clone_from(&was.environment);
    topology.account.clone_from(&was.account);
    topology.home.clone_from(&was.home);
    match (&mut topology.routing, &was.routing) {
        (Some(now), Some(then)) => {
            keep("routing.cluster", now.cluster != then.cluster);
            keep("routing.endpoints", now.endpoints != then.endpoints);
            now.cluster.clone_from(&then.cluster);
            now.endpoints.clone_from(&then.endpoints);
        }
        (now, then) if now.is_some() != then.is_some() => {
            keep("routing", true);
            now.clone_from(then);
        }
        _ => {}
    }
    (topology, later)
}

fn at_the_next_start(file: &str, keys: &[&str]) -> Complaint {
    let names = keys.join(", ");
    let text = format!(
        "{names}\n\nThese say who we are, where AWS is and where the journal lies. A running console keeps them as they \
         were; leave it and start it again. Everything else in the file counts already."
    );
    Complaint { of: CONFIG, line: format!("{file}: {names} count from the next start on"), text }
}

fn refusal(of: &'static str, refused: &Refused) -> Complaint {
    complaint(of, &refused.why, "what was read before still counts")
}

fn theme(problems: &Problems, name: &str) -> Complaint {
    complaint(THEME, &problems.to_string(), &format!("{name} is drawn as it was"))
}

/// The first thing that is wrong, how many more there are, and what holds meanwhile.
fn complaint(of: &'static str, text: &str, meanwhile: &str) -> Complaint {
    let first = text.lines().next().unwrap_or_default();
    let more = match text.lines().count() {
        0 | 1 => String::new(),
        all => format!(" (+{})", all - 1),
    };
    Complaint { of, line: format!("{first}{more}"), text: format!("{text}\n\nMeanwhile {meanwhile}.") }
}

#[cfg(test)]
mod tests;
