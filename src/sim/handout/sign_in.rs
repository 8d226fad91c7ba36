//! Writes the AWS files of people who have to sign in.
//! They must never be laid where somebody's own are.

use jiff::SignedDuration;

use crate::sim::scenario::world::SignIn;
use crate::sim::world::World;

/// The folder of the AWS files, beside the config.
pub const FOLDER: &str = "aws";

/// The profile that the config names.
pub(super) const PROFILE: &str = "ops";

/// Where the token of the session `corp` is kept; the digits are those of `printf %s corp | sha1sum`.
const TOKEN: &str = "sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

/// So long before the world began a sign-in of yesterday ran out.
const RAN_OUT: SignedDuration = SignedDuration::from_hours(7);

/// The AWS files of a world in which people sign in: the path of each in [`FOLDER`], and its text.
#[must_use]
pub fn files(world: &World) -> Vec<(&'static str, String)> {
    let account = world.account.as_str();
    let role = format!("[profile {PROFILE}]\nrole_arn = arn:aws:iam::{account}:role/ops-failover\n");
    match world.scenario.world.sign_in {
        None => Vec::new(),
        Some(SignIn::Sso) => {
            let people = format!(
                "[profile people]\nsso_session = corp\nsso_account_id = {account}\nsso_role_name = people\n"
            );
            let corp =
                "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n";
            let config = format!("{role}source_profile = people\n\n{people}\n{corp}");
            let ended = world.start.checked_sub(RAN_OUT).unwrap_or(world.start);
            let ended = ended.strftime("%Y-%m-%dT%H:%M:%SZ");
            let token = format!("{{\"accessToken\": \"run-out\", \"expiresAt\": \"{ended}\"}}");
            vec![("config", config), (TOKEN, token)]
        }
        Some(SignIn::Mfa) => {
            let device = format!("source_profile = base\nmfa_serial = arn:aws:iam::{account}:mfa/operator\n");
            let base =
                "[profile base]\naws_access_key_id = AKIDSIMULATED\naws_secret_access_key = simulated\n";
            vec![("config", format!("{role}{device}\n{base}"))]
        }
    }
}
