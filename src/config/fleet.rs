//! A folder of workloads: which file is whose, and which one is meant.
//!
//! It must never guess: where several could be meant, none is taken.

use std::path::{Path, PathBuf};

use super::{Config, ConfigErrors, Overrides, load};
use crate::model::topology::Topology;

/// What a folder of workloads is called where none is named.
pub(super) const FOLDER: &str = "pointsman.d";

/// A workload of a folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its file.
    pub file: PathBuf,
    /// What is in it.
    pub config: Config,
}

impl Member {
    /// What it can be called by.
    fn is_called(&self, name: &str) -> bool {
        let Topology { workload, environment, .. } = &*self.config.topology;
        let is_file = self.file.as_os_str() == name || self.file.file_stem().is_some_and(|stem| stem == name);
        is_file || workload == name || format!("{workload}-{environment}") == name
    }

    /// `retail-store in production (pointsman.d/retail.toml)`.
    fn named(&self) -> String {
        let Topology { workload, environment, .. } = &*self.config.topology;
        format!("{workload} in {environment} ({})", self.file.display())
    }
}

/// The files of a place where workloads are looked for: the `.toml` files of a folder by name, or the file itself.
///
/// # Errors
/// When it is a folder that cannot be read, or that has none.
fn files(place: &Path) -> Result<Vec<PathBuf>, ConfigErrors> {
    if !place.is_dir() {
        return Ok(vec![place.to_path_buf()]);
    }
    let unread = |error| ConfigErrors::File { file: place.display().to_string(), error };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(place).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") && !path.is_dir() {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(ConfigErrors::Empty { folder: place.to_path_buf() });
    }
    Ok(files)
}

/// The workloads of a place.
#[derive(Debug, Default)]
pub struct Fleet {
    /// Those whose files are right, in the order of the files' names.
    pub members: Vec<Member>,
    /// What is wrong with the others.
    pub wrong: Vec<ConfigErrors>,
}

impl Fleet {
    /// Reads every workload of a place; a file that is wrong keeps nobody from the others.
    ///
    /// What says who acts and where AWS is comes from each file alone when the place is a folder: one variable for all
    /// of them would lead some to another's account.
    ///
    /// # Errors
    /// When there is nothing to read.
    pub fn load(place: &Path, overrides: &Overrides) -> Result<Self, ConfigErrors> {
        let overrides = if place.is_dir() { overrides.of_many() } else { overrides.clone() };
        let mut fleet = Self::default();
        for file in files(place)? {
            match load(&file).and_then(|config| config.overridden(overrides.clone())) {
                Ok(config) => fleet.members.push(Member { file, config }),
                Err(problems) => fleet.wrong.push(problems),
            }
        }
        fleet.part_twins();
        Ok(fleet)
    }

    /// The workload that is called `name`, or the only one there is.
    ///
    /// # Errors
    /// When none is called so, more than one could be meant, or the one that could be is wrong.
    pub fn pick(self, name: Option<&str>) -> Result<Member, ConfigErrors> {
        let Self { members, mut wrong } = self;
        let is_meant = |member: &&Member| name.is_none_or(|name| member.is_called(name));
        let mut meant: Vec<Member> = members.iter().filter(is_meant).cloned().collect();
        let is_sure = meant.len() == 1 && (name.is_some() || wrong.is_empty());
        match meant.pop().filter(|_| is_sure) {
            Some(one) => return Ok(one),
            None if members.is_empty() => {}
            None => wrong.push(ConfigErrors::Which {
                asked: name.map(str::to_owned),
                there: members.iter().map(Member::named).collect(),
            }),
        }
        Err(match wrong.pop() {
            Some(only) if wrong.is_empty() => only,
            last => ConfigErrors::Several(wrong.into_iter().chain(last).collect()),
        })
    }

    /// Two of the same name and environment would write into one journal, so neither counts.
    fn part_twins(&mut self) {
        let key = |member: &Member| {
            let which = member.config.topology.which();
            (which.name, which.environment)
        };
        let all: Vec<_> = self.members.iter().map(|member| (key(member), member.named())).collect();
        for (at, (twin, named)) in all.iter().enumerate() {
            if let Some((_, first)) = all.iter().take(at).find(|(other, _)| other == twin) {
                self.wrong.push(ConfigErrors::Twins { first: first.clone(), second: named.clone() });
            }
        }
        self.members.retain(|member| all.iter().filter(|(other, _)| *other == key(member)).count() == 1);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::config::parse;

    const FULL: &str = include_str!("../../tests/config/full.toml");

    fn folder(files: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        folder
    }

    /// The full config as another workload.
    fn of(name: &str, environment: &str) -> String {
        let was = parse(FULL, "full.toml").unwrap().topology;
        let name_line = |name: &str| format!("name = \"{name}\"");
        let text = FULL.replacen(&name_line(&was.workload), &name_line(name), 1);
        let environment_line = |environment: &str| format!("environment = \"{environment}\"");
        text.replacen(&environment_line(&was.environment), &environment_line(environment), 1)
    }

    fn one(folder: &TempDir, name: Option<&str>) -> Result<String, String> {
        let place = folder.path();
        let found = Fleet::load(place, &Overrides::default()).and_then(|fleet| fleet.pick(name));
        let file = |member: Member| member.file.file_name().unwrap().to_string_lossy().into_owned();
        let words = |error: ConfigErrors| error.to_string().replace(&format!("{}/", place.display()), "");
        found.map(file).map_err(words)
    }

    #[test]
    fn a_workload_is_found_by_name_environment_and_file_and_never_guessed() {
        let (shop, staging, till) = (of("shop", "prod"), of("shop", "staging"), of("till", "prod"));
        let folder = folder(&[
            ("b.toml", &staging),
            ("a.toml", &shop),
            ("till-eu.toml", &till),
            ("notes.txt", "not a workload"),
        ]);
        let found = |name| one(&folder, Some(name));
        assert_eq!(found("till").as_deref(), Ok("till-eu.toml"));
        assert_eq!(found("till-eu").as_deref(), Ok("till-eu.toml"));
        assert_eq!(found("shop-staging").as_deref(), Ok("b.toml"));
        assert_eq!(found("a").as_deref(), Ok("a.toml"));
        let there = "shop in prod (a.toml), shop in staging (b.toml), till in prod (till-eu.toml)";
        let how = "; name one with --workload, by its name, NAME-ENVIRONMENT or file";
        assert_eq!(found("shop").unwrap_err(), format!("`shop` is not exactly one of {there}{how}"));
        assert_eq!(found("shp").unwrap_err(), format!("`shp` is not exactly one of {there}{how}"));
        let unsaid = format!("more than one workload could be meant: {there}{how}");
        assert_eq!(one(&folder, None).unwrap_err(), unsaid);
    }

    #[test]
    fn one_workload_needs_no_name_and_none_is_said() {
        assert_eq!(one(&folder(&[("a.toml", FULL)]), None).as_deref(), Ok("a.toml"));
        let none = one(&folder(&[("a.txt", FULL)]), None).unwrap_err();
        assert!(none.ends_with("has no workload: no file in it ends in .toml"), "{none}");
    }

    #[test]
    fn every_wrong_file_and_every_twin_is_told_at_once() {
        let (shop, till) = (of("shop", "prod"), of("till", "prod"));
        let folder = folder(&[
            ("a.toml", &shop),
            ("b.toml", &shop),
            ("c.toml", "x = 1\n"),
            ("d.toml", "y = 1\n"),
            ("e.toml", &till),
        ]);
        let wrong = one(&folder, Some("shop")).unwrap_err();
        for part in [
            "c.toml:1:1",
            "d.toml:1:1",
            "shop in prod (b.toml) is the same workload as shop in prod (a.toml)",
            "`shop` is not exactly one of till in prod (e.toml)",
        ] {
            assert!(wrong.contains(part), "no `{part}` in {wrong}");
        }
        assert_eq!(one(&folder, Some("till")).as_deref(), Ok("e.toml"), "the others' trouble is not its own");
        assert!(one(&folder, None).is_err(), "the only one that is right may not be the one that is meant");
    }

    #[test]
    fn the_environment_leads_no_workload_of_a_folder_to_another_account() {
        let folder = folder(&[("a.toml", &of("shop", "prod")), ("b.toml", &of("till", "prod"))]);
        let profile = Some("somebody".to_owned());
        let overrides = Overrides { profile, theme: Some("mono".to_owned()), ..Overrides::default() };
        let own = parse(FULL, "full.toml").unwrap();
        for member in Fleet::load(folder.path(), &overrides).unwrap().members {
            assert_eq!(member.config.access, own.access);
            assert_eq!(member.config.screen.theme.as_deref(), Some("mono"));
        }
        let alone = Fleet::load(&folder.path().join("a.toml"), &overrides).unwrap().members;
        assert_eq!(alone[0].config.access.profile.as_deref(), Some("somebody"));
    }

    #[test]
    fn playbooks_are_those_of_the_workload() {
        let wrong = "about = 3\n";
        let folder = folder(&[
            ("a.toml", &of("shop", "prod")),
            ("b.toml", &of("till", "prod")),
            ("a/playbooks/mine.toml", wrong),
        ]);
        let told = one(&folder, Some("shop")).unwrap_err();
        assert!(told.contains("a/playbooks/mine.toml:1:"), "{told}");
        assert!(load(&folder.path().join("b.toml")).is_ok());
    }
}
