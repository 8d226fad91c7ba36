//! The token of a sign-in at IAM Identity Center, where the AWS CLI and the SDKs keep it.
//!
//! It is readable by nobody else, put in place whole, and never said or logged.

use std::fmt::{self, Write as _};
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha1::{Digest, Sha1};

use super::profiles::Session;

/// What the file says; the names are those of the AWS CLI.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Token {
    #[serde(default)]
    pub(super) start_url: String,
    #[serde(default)]
    pub(super) region: String,
    #[serde(rename = "accessToken")]
    pub(super) access: String,
    #[serde(with = "time")]
    pub(super) expires_at: Timestamp,
    /// This program, as the service knows it; a renewal needs all of it.
    #[serde(flatten)]
    pub(super) renewal: Renewal,
}

/// What a token is renewed by, as far as the sign-in gave it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Renewal {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "perhaps")]
    pub(super) registration_expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Token {
    /// The token of a session, if one is kept in this folder of AWS files.
    ///
    /// # Errors
    /// In words, when the file cannot be read or is no token.
    pub(super) fn read(folder: &Path, session: &Session) -> Result<Option<Self>, String> {
        let path = place(folder, session);
        let wrong = |why: &dyn fmt::Display| format!("{}: {why}", path.display());
        match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(wrong(&error)),
            // What is wrong with it may quote it, so only that it is wrong is said.
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|_| wrong(&"it is no token")),
        }
    }

    /// Keeps it where the others look.
    ///
    /// # Errors
    /// In words, when the file cannot be written.
    pub(super) fn keep(&self, folder: &Path, session: &Session) -> Result<(), String> {
        let path = place(folder, session);
        write(&path, self).map_err(|why| format!("{}: {why}", path.display()))
    }
}

/// Where the AWS CLI and the SDKs look for the token of a session.
fn place(folder: &Path, session: &Session) -> PathBuf {
    let name = session.name.as_deref().unwrap_or(&session.start_url);
    let mut hex = String::new();
    for byte in Sha1::digest(name.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    folder.join("sso/cache").join(format!("{hex}.json"))
}

/// Puts it in place whole, so that nobody reads half of it.
fn write(path: &Path, token: &Token) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let _none = fs::remove_file(&new);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(serde_json::to_string(token)?.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)
}

/// A time as the AWS CLI writes it, to the second; its older versions end it in `UTC`.
mod time {
    use super::{Deserialize, Deserializer, Serializer, Timestamp};

    pub(super) fn text(at: Timestamp) -> String {
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    pub(super) fn read<E: serde::de::Error>(text: &str) -> Result<Timestamp, E> {
        let text = text.strip_suffix("UTC").map_or_else(|| text.to_owned(), |text| format!("{text}Z"));
        text.parse().map_err(E::custom)
    }

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text(*at))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        read(&String::deserialize(deserializer)?)
    }
}

/// The same where there may be none.
mod perhaps {
    use super::{Deserialize, Deserializer, Serializer, Timestamp, time};

    #[expect(clippy::ref_option, reason = "serde hands a field over so")]
    pub(super) fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => serializer.serialize_some(&time::text(*at)),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Option::<String>::deserialize(deserializer)?.map(|text| time::read(&text)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(name: Option<&str>) -> Session {
        Session {
            name: name.map(str::to_owned),
            start_url: "https://d-92671207e4.awsapps.com/start".to_owned(),
            region: "eu-west-1".to_owned(),
            scopes: Vec::new(),
        }
    }

    #[test]
    fn the_token_is_where_the_aws_cli_looks() {
        let at = |name| place(Path::new("/home/ana/.aws"), &session(name)).display().to_string();
        // The sums are those of `printf %s corp | sha1sum` and of the URL.
        assert_eq!(
            at(Some("corp")),
            "/home/ana/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
        );
        assert_eq!(at(None), "/home/ana/.aws/sso/cache/13f9d35043871d073ab260e020f0ffde092cb14b.json");
    }

    #[test]
    fn what_the_aws_cli_wrote_is_read_and_what_is_kept_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (corp, file) = (session(Some("corp")), place(folder.path(), &session(Some("corp"))));
        assert_eq!(Token::read(folder.path(), &corp), Ok(None));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, r#"{"accessToken": "secret", "expiresAt": "2026-03-02T09:00:00UTC", "extra": 1}"#)
            .unwrap();
        let mut token = Token::read(folder.path(), &corp).unwrap().unwrap();
        assert_eq!(token.expires_at, "2026-03-02T09:00:00Z".parse().unwrap());
        assert!(token.renewal == Renewal::default() && !format!("{token:?}").contains("secret"));
        token.renewal.registration_expires_at = Some("2026-05-31T09:00:00.5Z".parse().unwrap());
        token.keep(folder.path(), &corp).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(r#""expiresAt":"2026-03-02T09:00:00Z""#), "{text}");
        assert!(text.contains(r#""registrationExpiresAt":"2026-05-31T09:00:00Z""#), "{text}");
        fs::write(&file, r#"{"accessToken": "secret""#).unwrap();
        let why = Token::read(folder.path(), &corp).unwrap_err();
        assert!(why.ends_with(".json: it is no token") && !why.contains("secret"), "{why}");
    }
}
