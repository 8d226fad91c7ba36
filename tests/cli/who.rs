//! Who one is: said by `status` and `check`, loudly where nobody is signed in; and who is asked for it.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::stage::{Desk, PATIENCE, Said, Stage};

/// A workload of real Regions, of which nothing can be asked without credentials.
const REAL: &str = "\
[workload]
name = \"retail-store\"
environment = \"staging\"
home = \"us-west-2\"
[objectives]
rto = \"10m\"
rpo = \"30s\"
[[regions]]
name = \"us-east-1\"
[[regions]]
name = \"us-west-2\"
";

/// A listener in place of the instance metadata service, and how often it was called.
fn metadata() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    (at, calls)
}

fn status_beside(metadata: &str, desk: &Desk) -> Said {
    let mut command = desk.command("status");
    command.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata);
    assert_cmd::Command::from_std(command).timeout(PATIENCE).output().unwrap().into()
}

#[test]
fn the_metadata_service_is_called_only_where_an_instance_role_is_configured() {
    let (at, calls) = metadata();
    let desk = Desk::with_config(REAL);
    let said = status_beside(&at, &desk).with(30);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    assert!(said.out.contains("NOT SIGNED IN: no credentials: none in the environment"), "{}", said.out);
    assert!(said.out.contains("us-east-1  unknown"), "{}", said.out);
    assert!(said.out.contains("orders/min    --"), "missing is not zero: {}", said.out);
    desk.change("home = \"us-west-2\"", "home = \"us-west-2\"\ninstance_role = true");
    status_beside(&at, &desk).with(30);
    assert!(calls.load(Ordering::SeqCst) > 0, "where it is configured it is asked");
}

#[test]
fn a_profile_that_takes_the_role_of_an_instance_does_not_either() {
    let (at, calls) = metadata();
    let desk = Desk::with_config(&REAL.replace("home =", "profile = \"ops\"\nhome ="));
    desk.aws("[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/x\ncredential_source = Ec2InstanceMetadata\n");
    let said = status_beside(&at, &desk).with(30);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    assert!(said.out.contains("instance_role = true under [workload]"), "{}", said.out);
}

#[test]
fn profiles_that_come_back_to_themselves_are_refused_by_name() {
    let desk = Desk::with_config(&REAL.replace("home =", "profile = \"a\"\nhome ="));
    let role = "role_arn = arn:aws:iam::111122223333:role/x\nsource_profile";
    desk.aws(&format!("[profile a]\n{role} = b\n[profile b]\n{role} = a\n"));
    let said = desk.run("status").with(30);
    assert!(said.out.contains("the profiles come back to themselves: a → b → a"), "{}", said.out);
}

#[test]
fn who_one_is_is_said_with_its_chain_and_its_end() {
    let stage = Stage::new("calm", 1);
    assert!(stage.run("status").with(0).out.contains("as simulated in 111122223333, by simulated\n"));
    let json = stage.run("status --json").with(0).json();
    assert_eq!(
        (&json["identity"]["account"], &json["identity"]["via"]),
        (&"111122223333".into(), &"simulated".into())
    );
    stage.desk.change("[workload]", "[workload]\nprofile = \"ops\"");
    let role = |name: &str, source: &str| {
        format!("role_arn = arn:aws:iam::111122223333:role/{name}\nsource_profile = {source}\n")
    };
    stage.desk.aws(&format!(
        "[profile ops]\n{}[profile hop]\n{}[profile base]\naws_access_key_id = AKIDBASE\n\
         aws_secret_access_key = secret\n",
        role("ops-failover", "hop"),
        role("hop", "base"),
    ));
    let text = stage.run("status").with(0).out;
    let way = "by keys of profile base → role hop → role ops-failover, until ";
    assert!(text.contains(way) && text.contains("left)"), "{text}");
    assert!(stage.run("check").out.contains(way));
}

#[test]
fn a_role_that_asks_for_the_code_of_a_device_is_given_with_it_and_only_then() {
    let stage = Stage::new("calm", 1);
    stage.desk.change("[workload]", "[workload]\nprofile = \"ops\"");
    stage.desk.aws(
        "[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/ops-failover\nsource_profile = ops\n\
         mfa_serial = arn:aws:iam::111122223333:mfa/ana\naws_access_key_id = AKIDBASE\n\
         aws_secret_access_key = secret\n",
    );
    let with = |code: &str| {
        let mut command = stage.desk.command("status");
        command.env("POINTSMAN_MFA_CODE", code);
        Said::from(assert_cmd::Command::from_std(command).timeout(PATIENCE).output().unwrap())
    };
    let without = stage.run("status").with(30).out;
    let asks = "NOT SIGNED IN: no credentials: the profile ops asks for the code of arn:aws:iam::111122223333:mfa/ana";
    assert!(without.contains(asks), "{without}");
    let wrong = with("000000").with(30).out;
    assert!(wrong.contains("invalid MFA one time pass code"), "{wrong}");
    let right = with("123456").with(0).out;
    assert!(right.contains("by keys of profile ops → role ops-failover with MFA, until "), "{right}");
}

#[test]
fn a_sign_in_by_a_code_serves_what_comes_after_and_its_token_is_for_nobody_else() {
    let stage = Stage::new("calm", 60);
    let nowhere = stage.run("login").with(2).err;
    assert!(
        nowhere.contains("not signed in: there is no profile default in the shared AWS files"),
        "{nowhere}"
    );
    stage.desk.change("[workload]", "[workload]\nprofile = \"ops\"");
    stage.desk.aws(
        "[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/ops-failover\nsource_profile = people\n\
         [profile people]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = people\n\
         [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n",
    );
    let before = stage.run("status").with(30).out;
    assert!(before.contains("NOT SIGNED IN: no credentials"), "{before}");
    assert!(before.contains("Sign in with pointsman login"), "{before}");
    stage.inject("{\"kind\": \"expired-token\"}");
    let said = stage.run("login").with(0).out;
    assert!(said.contains("confirm only if it shows SIML-"), "{said}");
    assert!(said.contains("https://corp.example/start/device?user_code=SIML-"), "{said}");
    let way = "by SSO corp of profile people → role ops-failover, until ";
    assert!(said.contains("\nsigned in\nas simulated in 111122223333, ") && said.contains(way), "{said}");
    let cache = stage.desk.config_file().with_file_name(".aws/sso/cache");
    let kept: Vec<_> = std::fs::read_dir(cache).unwrap().map(|entry| entry.unwrap()).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!said.contains("simulated-token"), "a token is never said");
    assert!(stage.run("status").with(0).out.contains(way));
}

#[test]
fn a_world_that_was_handed_out_signed_out_is_signed_in_at_by_its_own_files() {
    let stage = Stage::new("sso-expired", 60);
    let before = stage.run("status").with(30).out;
    assert!(before.contains("NOT SIGNED IN: no credentials: nobody is signed in at SSO corp"), "{before}");
    assert!(before.contains("the sign-in ran out at "), "{before}");
    stage.run("login").with(0);
    let text = stage.run("status").with(0).out;
    assert!(text.contains("by SSO corp of profile people → role ops-failover, until "), "{text}");
    let folder = stage.desk.config_file().with_file_name("aws");
    let files: Vec<_> = std::fs::read_dir(folder.join("sso/cache")).unwrap().collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(!stage.desk.config_file().with_file_name(".aws").exists(), "nothing of it is in the home");
}
