//! What a script holds, and that a shell takes it and does nothing without the name.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::*;
use crate::model::fixture::{Scene, east, west};
use crate::plan::{Playbook, playbook};

fn of(playbook: Playbook) -> String {
    let scene = Scene::calm();
    let intent = Intent { playbook, from: east(), to: west() };
    let plan = playbook::plan(&scene.world, &intent, scene.now).unwrap();
    script(&plan, scene.world.topology())
}

#[test]
fn the_shell_takes_it() {
    for playbook in Playbook::ALL.into_iter().filter(|playbook| *playbook != Playbook::Restore) {
        let text = of(playbook);
        let mut shell = Command::new("/bin/sh").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
        shell.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(shell.wait().unwrap().success(), "{text}");
    }
}

#[test]
fn every_write_is_followed_by_its_read_back_before_the_next_wave() {
    let text = of(Playbook::Failover);
    let places = [
        "set -eu",
        "aws sts get-caller-identity",
        "aws rds failover-global-cluster --region us-west-2 --global-cluster-identifier orders-global-db-cluster",
        "aws rds failover-global-cluster --region us-west-2 --global-cluster-identifier catalog-global-db-cluster",
        "aws rds describe-global-clusters --region us-west-2 --global-cluster-identifier orders-global-db-cluster",
        "update-routing-control-states",
        "get-routing-control-state ",
        "Every write was read back",
    ]
    .map(|words| text.find(words).unwrap_or_else(|| panic!("no `{words}` in\n{text}")));
    assert!(places.is_sorted(), "{places:?}\n{text}");
    assert_eq!(
        text.matches(" update-routing-control-states ").count(),
        1,
        "one call, at five endpoints in turn"
    );
    for region in ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"] {
        assert!(text.contains(&format!("{region},http")), "{region}\n{text}");
    }
    assert!(!text.contains("|| true") && !text.contains("/dev/null") && !text.contains("2>&-"), "{text}");
}

#[test]
fn without_the_name_of_the_region_that_receives_it_does_nothing() {
    let text = of(Playbook::Evacuate);
    let run = |argument: &[&str]| {
        let mut shell = Command::new("/bin/sh");
        shell.arg("-s").arg("--").args(argument).env("PATH", "/nowhere").stdin(Stdio::piped());
        let mut shell = shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A shell that leaves early closes its end.
        let _left = shell.stdin.take().unwrap().write_all(text.as_bytes());
        let done = shell.wait_with_output().unwrap();
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    for wrong in [&[][..], &["us-east-1"]] {
        let (code, said) = run(wrong);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("say the Region that receives") && !said.contains("aws"), "{said}");
    }
}

#[test]
fn words_are_taken_as_they_are_written() {
    assert_eq!(quoted("arn:aws:rds:us-east-1:1:cluster:a"), "arn:aws:rds:us-east-1:1:cluster:a");
    assert_eq!(quoted("a b"), "'a b'");
    assert_eq!(quoted("it's $(rm)"), r"'it'\''s $(rm)'");
    assert_eq!(quoted(""), "''");
    assert_eq!(plain("a\nb"), "a b");
}
