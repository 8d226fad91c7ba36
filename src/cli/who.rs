//! Who one is, by what credentials and until when, in words for people and scripts.
//!
//! It reads what STS said and asks nothing.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::model::World;
use crate::model::reading::Identity;
use crate::model::verdict::{self, Credentials};

/// One line: who, from which source of credentials through which roles, until when; loudly so when nobody is.
pub(super) fn line(world: &World, now: Timestamp) -> String {
    match verdict::credentials(world) {
        Credentials::Held(identity, _) => format!("as {}", words(identity, now)),
        Credentials::Ended(trouble) => format!("NOT SIGNED IN ANY MORE: {trouble}"),
        Credentials::Unread(Some(trouble)) if trouble.kind.is_for_credentials() => {
            format!("NOT SIGNED IN: {trouble}")
        }
        Credentials::Unread(Some(trouble)) => format!("account not read: {trouble}"),
        Credentials::Unread(None) => "account not read".to_owned(),
    }
}

/// `ops-failover in 111122223333, SSO corp of profile people → role ops-failover, until 10:00:00 UTC (52m00s left)`.
pub(super) fn words(identity: &Identity, now: Timestamp) -> String {
    let via = identity.via.as_ref().map(|via| format!(", by {via}")).unwrap_or_default();
    let until = match identity.expires {
        None => String::new(),
        Some(end) if end <= now => format!(", ENDED at {}", clock(end)),
        Some(end) => format!(", until {} ({} left)", clock(end), verdict::span(verdict::age(now, end))),
    };
    format!("{} in {}{via}{until}", identity.role(), identity.account)
}

/// The same for scripts; `null` while nobody is signed in.
pub(super) fn value(world: &World) -> Value {
    match verdict::credentials(world) {
        Credentials::Held(identity, _) => json!({
            "account": identity.account, "arn": identity.arn, "via": identity.via, "expires": identity.expires,
        }),
        _ => Value::Null,
    }
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::model::fixture::{Scene, west};
    use crate::model::reading::{Reading, Source, TroubleKind};

    #[test]
    fn who_by_what_and_until_when_and_loudly_when_nobody() {
        let mut scene = Scene::calm();
        scene.fail(Source::Identity(west()), TroubleKind::NoCredentials);
        assert!(line(&scene.world, scene.now).starts_with("NOT SIGNED IN: no credentials"));
        assert_eq!(value(&scene.world), Value::Null);
        let identity = Identity {
            account: "111122223333".to_owned(),
            arn: "arn:aws:sts::111122223333:assumed-role/ops-failover/maria".to_owned(),
            expires: Some(scene.now + SignedDuration::from_mins(52)),
            via: Some("SSO corp of profile people → role ops-failover".to_owned()),
        };
        let told = words(&identity, scene.now);
        assert!(
            told.starts_with(
                "ops-failover in 111122223333, by SSO corp of profile people → role ops-failover, until "
            ) && told.ends_with(" UTC (52m00s left)"),
            "{told}"
        );
        scene.see(Source::Identity(west()), Ok(Reading::Identity(identity.clone())));
        assert_eq!(value(&scene.world)["via"], "SSO corp of profile people → role ops-failover");
        assert!(words(&identity, scene.now + SignedDuration::from_hours(1)).contains(", ENDED at "));
    }
}
