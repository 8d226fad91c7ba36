//! The layers above the file: environment and flags; and where the file is looked for.
//!
//! The environment comes in as a function, so that nothing here depends on the process it runs in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arn::{self, ArnKind};
use super::schema::Kind;
use super::{Color, Config, ConfigErrors, value};
use crate::model::topology::Region;

/// What environment and flags say in place of the file; `None` leaves the file's word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// In place of `workload.endpoint_url`.
    pub endpoint_url: Option<String>,
    /// In place of `workload.profile`.
    pub profile: Option<String>,
    /// In place of `workload.assume_role`.
    pub assume_role: Option<String>,
    /// In place of `workload.home`.
    pub home: Option<String>,
    /// In place of `screen.theme`.
    pub theme: Option<String>,
    /// In place of `screen.color`.
    pub color: Option<String>,
}

/// A variable, the key it stands in for, and where its value goes.
type Variable = (&'static str, &'static str, fn(&mut Overrides) -> &mut Option<String>);

/// The variables that are read; of two for one key the later wins.
pub(super) const VARIABLES: &[Variable] = &[
    ("POINTSMAN_ENDPOINT_URL", "workload.endpoint_url", |overrides| &mut overrides.endpoint_url),
    ("AWS_PROFILE", "workload.profile", |overrides| &mut overrides.profile),
    ("POINTSMAN_PROFILE", "workload.profile", |overrides| &mut overrides.profile),
    ("POINTSMAN_ASSUME_ROLE", "workload.assume_role", |overrides| &mut overrides.assume_role),
    ("POINTSMAN_HOME", "workload.home", |overrides| &mut overrides.home),
    ("POINTSMAN_THEME", "screen.theme", |overrides| &mut overrides.theme),
    ("POINTSMAN_COLOR", "screen.color", |overrides| &mut overrides.color),
];

impl Overrides {
    /// What the environment says; an empty variable says nothing.
    #[must_use]
    pub fn environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut overrides = Self::default();
        for (name, _, field) in VARIABLES {
            if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
                *field(&mut overrides) = Some(value);
            }
        }
        overrides
    }

    /// These, and where they say nothing, those below: `flags.over(environment)`.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            endpoint_url: self.endpoint_url.or(below.endpoint_url),
            profile: self.profile.or(below.profile),
            assume_role: self.assume_role.or(below.assume_role),
            home: self.home.or(below.home),
            theme: self.theme.or(below.theme),
            color: self.color.or(below.color),
        }
    }
}

impl Config {
    /// The same with environment and flags on top.
    ///
    /// # Errors
    /// When a value that stands in for the file's is wrong; all of them are said.
    pub fn overridden(mut self, overrides: Overrides) -> Result<Self, ConfigErrors> {
        let mut wrong = Vec::new();
        let mut topology = Arc::unwrap_or_clone(self.topology);
        let mut check = |key: &str, result: Result<String, String>| {
            result.map_err(|what| wrong.push(format!("{key}: {what}"))).ok()
        };
        if let Some(url) = overrides.endpoint_url {
            self.access.endpoint_url = check("endpoint_url", Kind::Url.text(&url));
        }
        if let Some(profile) = overrides.profile {
            self.access.profile = check("profile", value::word(&profile));
        }
        if let Some(role) = overrides.assume_role {
            self.access.assume_role = check("assume_role", own_role(&role, topology.account.as_deref()));
        }
        if let Some(home) = overrides.home {
            topology.home = check("home", Kind::Region.text(&home)).as_deref().map(Region::new);
        }
        if let Some(theme) = overrides.theme {
            self.screen.theme = check("theme", value::word(&theme));
        }
        if let Some(word) = overrides.color {
            let color = check("color", Kind::Choice(&Color::WORDS).text(&word));
            self.screen.color = color.as_deref().and_then(Color::named);
        }
        self.simulated = self.access.is_simulated();
        let mut endpoints = topology.routing.iter().flat_map(|routing| &routing.endpoints);
        if let Some(half) = endpoints.find_map(|endpoint| value::half_real(self.simulated, &endpoint.url)) {
            wrong.push(format!("endpoint_url: {half}"));
        }
        self.topology = Arc::new(topology);
        if wrong.is_empty() { Ok(self) } else { Err(ConfigErrors::Overrides(wrong)) }
    }
}

fn own_role(text: &str, account: Option<&str>) -> Result<String, String> {
    let role = arn::parse(ArnKind::Role, text)?;
    match account {
        Some(account) if account != role.account => {
            Err(format!("in account {}, but workload.account is {account}", role.account))
        }
        _ => Ok(role.text),
    }
}

/// The file to read: the flag's, else `$POINTSMAN_CONFIG`, else the first that is there of `./pointsman.toml` and
/// `$XDG_CONFIG_HOME/pointsman/pointsman.toml`.
///
/// # Errors
/// When none is named and none is there; with the places that were looked at.
pub fn find(
    flag: Option<&Path>,
    variable: impl Fn(&str) -> Option<String>,
    exists: impl Fn(&Path) -> bool,
) -> Result<PathBuf, ConfigErrors> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(named) = flag.map(Path::to_path_buf).or_else(|| set("POINTSMAN_CONFIG")) {
        return Ok(named);
    }
    let home = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")));
    let places: Vec<PathBuf> = std::iter::once(PathBuf::from("pointsman.toml"))
        .chain(home.map(|home| home.join("pointsman").join("pointsman.toml")))
        .collect();
    match places.iter().find(|place| exists(place)) {
        Some(place) => Ok(place.clone()),
        None => Err(ConfigErrors::Nowhere { places }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment<'e>(pairs: &'e [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'e {
        |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn looks_in_order() {
        let all = environment(&[("POINTSMAN_CONFIG", "env.toml"), ("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")]);
        let found = find(Some(Path::new("flag.toml")), &all, |_| true);
        assert_eq!(found.unwrap(), Path::new("flag.toml"));
        assert_eq!(find(None, &all, |_| false).unwrap(), Path::new("env.toml"), "named, so not looked for");
        let some = environment(&[("POINTSMAN_CONFIG", ""), ("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")]);
        assert_eq!(find(None, &some, |_| true).unwrap(), Path::new("pointsman.toml"));
        let away = find(None, &some, Path::is_absolute);
        assert_eq!(away.unwrap(), Path::new("/x/pointsman/pointsman.toml"));
        let home = find(None, environment(&[("HOME", "/h")]), Path::is_absolute);
        assert_eq!(home.unwrap(), Path::new("/h/.config/pointsman/pointsman.toml"));
        let nowhere = find(None, environment(&[]), |_| false).unwrap_err();
        assert_eq!(
            nowhere.to_string(),
            "no config: neither --config nor POINTSMAN_CONFIG names one, and there is no pointsman.toml"
        );
    }

    #[test]
    fn flags_win_over_the_environment() {
        let environment = Overrides::environment(environment(&[
            ("AWS_PROFILE", "aws"),
            ("POINTSMAN_PROFILE", "own"),
            ("POINTSMAN_THEME", "light"),
            ("POINTSMAN_HOME", ""),
        ]));
        let flags = Overrides { theme: Some("mono".to_owned()), ..Overrides::default() };
        let both = flags.over(environment);
        assert_eq!(both.profile.as_deref(), Some("own"));
        assert_eq!(both.theme.as_deref(), Some("mono"));
        assert_eq!(both.home, None);
    }
}
