//! The operators' own playbooks: a right one is read in order, a wrong one is refused at its lines.

use std::fs;

use pointsman::config::{self, PlaybookFile};

const RIGHT: &str = r#"
about = "moves orders alone, with a second person's word"

[[steps]]
id = "traffic"
kind = "routing.set"
off = ["from"]
on = ["to"]
needs = ["promote", "word"]
proof = "traffic"
on_trouble = "call the platform team"

[[steps]]
id = "promote"
kind = "aurora.switchover"
store = "orders"
to = "to"
needs = ["caught-up"]
deadline = "20m"
[[steps.interlocks]]
kind = "wait.canary"
region = "to"

[[steps]]
id = "caught-up"
kind = "wait.lag"
store = "orders"
below = "1s"
for = "2m"

[[steps]]
id = "word"
kind = "approve"
of = "moving the writer of orders"
by = ["ben", "cleo"]
"#;

fn read(text: &str) -> Result<config::Config, String> {
    let file = PlaybookFile {
        name: "orders-only".to_owned(),
        file: "playbooks/orders-only.toml".to_owned(),
        text: text.to_owned(),
    };
    super::full().with_playbooks(&[file]).map_err(|problems| problems.to_string())
}

fn refused(text: &str) -> String {
    read(text).expect_err("it is wrong").replace("playbooks/orders-only.toml:", "")
}

#[test]
fn a_playbook_is_read_with_its_needs_first() {
    let config = read(RIGHT).unwrap();
    let recipe = &config.topology.playbooks[0];
    let ids: Vec<&str> = recipe.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["caught-up", "promote", "word", "traffic"]);
    assert_eq!(recipe.name, "orders-only");
    let [caught_up, promote, word, traffic] = recipe.steps.as_slice() else { panic!("{recipe:?}") };
    assert_eq!(caught_up.with.span("for").map(|span| span.as_secs()), Some(120));
    assert_eq!(promote.interlocks[0].0, "wait.canary");
    assert_eq!(promote.deadline.map(|span| span.as_secs()), Some(1200));
    assert_eq!(word.with.texts("by"), ["ben", "cleo"]);
    assert_eq!(traffic.on_trouble.as_deref(), Some("call the platform team"));
}

#[test]
fn every_problem_is_said_at_its_line() {
    let text = "about = \"x\"\n[[steps]]\nid = \"a\"\nkind = \"aurora.failovr\"\nstore = \"orders\"\nto = \"to\"\n\
        [[steps]]\nid = \"b\"\nkind = \"aurora.failover\"\nstore = \"ordrs\"\nto = \"us-west-3\"\non = [\"to\"]\n\
        [[steps]]\nid = \"c\"\nkind = \"wait.lag\"\nstore = \"orders\"\n";
    assert_eq!(
        refused(text),
        "4:8: steps[0].kind: there is no kind \"aurora.failovr\"; did you mean \"aurora.failover\"?\n\
         10:9: steps[1].store: \"ordrs\" is no store of the workload; did you mean \"orders\"?\n\
         11:6: steps[1].to: \"us-west-3\" is no Region of the workload; did you mean \"us-west-2\"?\n\
         12:1: steps[1].on: aurora.failover has no such key\n\
         13:1: steps[2]: \"below\" is missing, which wait.lag needs"
    );
}

#[test]
fn circles_strangers_and_twins_are_refused() {
    let step = |id: &str, needs: &str| {
        format!("[[steps]]\nid = \"{id}\"\nkind = \"note\"\ntext = \"look\"\nneeds = [{needs}]\n")
    };
    let circle = format!("about = \"x\"\n{}{}", step("a", "\"b\""), step("b", "\"a\""));
    assert_eq!(
        refused(&circle),
        "3:6: steps[0].id: these steps wait for each other: a, b\n\
         8:6: steps[1].id: these steps wait for each other: a, b"
    );
    let stranger = format!("about = \"x\"\n{}", step("a", "\"promot\""));
    assert_eq!(refused(&stranger), "3:6: steps[0].id: needs \"promot\", and there is no such step");
    let twins = format!("about = \"x\"\n{}{}", step("a", ""), step("a", ""));
    assert_eq!(refused(&twins), "8:6: steps[1].id: there is a step \"a\" already");
}

#[test]
fn traffic_before_a_writer_is_refused() {
    let text = "about = \"x\"\n[[steps]]\nid = \"go\"\nkind = \"routing.set\"\non = [\"to\"]\n\
        [[steps]]\nid = \"write\"\nkind = \"aurora.failover\"\nstore = \"orders\"\nto = \"to\"\n";
    assert_eq!(
        refused(text),
        "3:6: steps[0].id: moves traffic and does not need \"write\", which moves a writer: traffic never moves before the writer has"
    );
}

#[test]
fn a_condition_only_looks() {
    let text = "about = \"x\"\n[[steps]]\nid = \"a\"\nkind = \"note\"\ntext = \"t\"\n[[steps.interlocks]]\nkind = \"note\"\n";
    assert_eq!(
        refused(text),
        "7:8: steps[0].interlocks[0].kind: note does something; a condition only looks"
    );
}

#[test]
fn files_beside_the_config_are_read_and_built_in_names_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pointsman.toml");
    fs::write(&path, super::FULL).unwrap();
    fs::create_dir(folder.path().join("playbooks")).unwrap();
    fs::write(folder.path().join("playbooks/orders-only.toml"), RIGHT).unwrap();
    fs::write(folder.path().join("playbooks/notes.md"), "no playbook").unwrap();
    let config = config::load(&path).unwrap();
    let names: Vec<&str> = config.topology.playbooks.iter().map(|own| own.name.as_str()).collect();
    assert_eq!(names, ["orders-only"]);
    fs::write(folder.path().join("playbooks/failover.toml"), RIGHT).unwrap();
    let refused = config::load(&path).expect_err("failover is built in").to_string();
    assert!(
        refused.contains("failover.toml:1:1: failover is built in; give the file another name"),
        "{refused}"
    );
}
