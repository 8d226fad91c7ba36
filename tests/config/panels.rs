//! Several control panels: what belongs to which, what it is called, and how a playbook says which it means.

use pointsman::config::{self, PlaybookFile};
use pointsman::model::topology::{Panel, Region, RuleKind};

use super::{FULL, read};

const ARC: &str = "arn:aws:route53-recovery-control::111122223333:controlpanel";
const STORE: &str = "0123456789abcdef0123456789abcdef";
const API: &str = "fedcba9876543210fedcba9876543210";

/// The full file with a second panel, whose controls and rule come before those of the first.
fn two_panels() -> String {
    let one = format!("panel = \"{ARC}/{STORE}\"\n");
    assert!(FULL.contains(&one));
    let panel =
        |name: &str, id: &str| format!("[[routing.panels]]\nname = \"{name}\"\narn = \"{ARC}/{id}\"\n");
    let control = |region: &str, at: usize| {
        format!(
            "[[routing.controls]]\nname = \"{region}\"\nregion = \"{region}\"\n\
             arn = \"{ARC}/{API}/routingcontrol/ccccccccccccccc{at}\"\n"
        )
    };
    let rule = format!(
        "[[routing.rules]]\nname = \"at-least-one-on\"\narn = \"{ARC}/{API}/safetyrule/ddddddddddddddd1\"\n\
         assert = [\"us-east-1\", \"us-west-2\"]\ntype = \"ATLEAST\"\nthreshold = 1\n"
    );
    let others = control("us-east-1", 1) + &control("us-west-2", 2) + &rule;
    FULL.replace(&one, &(panel("store", STORE) + &panel("api", API))).replacen(
        "[[routing.controls]]\n",
        &(others + "[[routing.controls]]\n"),
        1,
    )
}

#[test]
fn what_belongs_to_a_panel_is_in_its_arn_and_called_after_it() {
    let config = read(&two_panels());
    assert_eq!(config.warnings, []);
    let routing = config.topology.routing.as_ref().unwrap();
    let names: Vec<&str> = routing.controls.iter().map(|control| control.name.as_str()).collect();
    let store = ["store/us-east-1", "store/us-west-2", "store/db-promoted"];
    assert_eq!(names, [&store[..], &["api/us-east-1", "api/us-west-2"]].concat(), "panel by panel");
    let west: Vec<&str> =
        routing.controls_of(&Region::new("us-west-2")).map(|control| control.name.as_str()).collect();
    assert_eq!(west, ["store/us-west-2", "api/us-west-2"]);
    let rules: Vec<&str> = routing.rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(rules, ["store/at-least-one-on", "store/promoted-first", "api/at-least-one-on"]);
    let both = vec!["api/us-east-1".to_owned(), "api/us-west-2".to_owned()];
    assert_eq!(routing.rules[2].kind, RuleKind::Assertion { asserted: both });
    let api = routing.panel("api").unwrap();
    assert_eq!(routing.rules_in(api).count(), 1);
    assert_eq!(api.bare(&routing.controls[3].name), "us-east-1");
}

#[test]
fn one_panel_with_a_name_is_as_one_without() {
    let line = format!("panel = \"{ARC}/{STORE}\"\n");
    let named = format!("[[routing.panels]]\nname = \"store\"\narn = \"{ARC}/{STORE}\"\n");
    let (short, long) = (read(FULL), read(&FULL.replace(&line, &named)));
    let (short, long) = (short.topology.routing.clone().unwrap(), long.topology.routing.clone().unwrap());
    assert_eq!((&short.controls, &short.rules), (&long.controls, &long.rules));
    assert_eq!(long.panels, [Panel { name: Some("store".to_owned()), ..short.panels[0].clone() }]);
}

fn playbook(step: &str) -> Result<(), String> {
    let file = PlaybookFile {
        name: "part".to_owned(),
        file: "part.toml".to_owned(),
        text: format!("about = \"x\"\n[[steps]]\nid = \"go\"\nkind = \"routing.set\"\non = [\"to\"]\n{step}"),
    };
    let config = config::parse(&two_panels(), "f").expect("it is right");
    config.with_playbooks(&[file]).map(|_| ()).map_err(|problems| problems.to_string())
}

#[test]
fn a_playbook_says_which_panel_it_sets() {
    assert_eq!(playbook("panel = \"api\"\n"), Ok(()));
    assert_eq!(
        playbook("").unwrap_err(),
        "part.toml:2:1: steps[0]: \"panel\" is missing, for one call changes one panel: store or api"
    );
    assert_eq!(
        playbook("panel = \"apo\"\n").unwrap_err(),
        "part.toml:6:9: steps[0].panel: \"apo\" is no control panel of the workload; did you mean \"api\"?"
    );
}
