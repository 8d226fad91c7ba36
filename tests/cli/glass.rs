//! Safety rules on the command line: what they let through, and a rule that is overridden by its name.

use super::stage::Stage;

const ACT: &str = "evacuate --from us-east-1 --to us-west-2";
const RULE: &str = "both-on-for-the-sale";

#[test]
fn a_plan_that_rules_block_says_what_they_would_let_through() {
    let stage = Stage::new("safety-rule-blocks", 1);
    let held = stage.run(&format!("plan {ACT}")).with(20).out;
    assert!(
        held.contains(&format!("  HOLD  rule {RULE}: after the change 1 of us-east-1, us-west-2")),
        "{held}"
    );
    assert!(held.contains("  warn  what the rules let through: no order of calls;"), "{held}");
    assert!(
        held.contains("  note  rule at-least-one-on: whether its wait of 5s runs is not known"),
        "{held}"
    );
}

#[test]
fn a_rule_is_overridden_by_its_name_and_a_reason_and_the_journal_says_so() {
    let stage = Stage::new("safety-rule-blocks", 60);
    let run = format!("run {ACT} --reason drill --confirm us-west-2");
    assert!(stage.run(&run).with(20).err.contains(RULE));
    let of = |more: &str| stage.run(&format!("{run} {more}"));
    assert!(of(&format!("--override-rule {RULE}")).with(2).err.contains("--because"));
    assert!(
        of("--override-rule sale --because burning").with(2).err.contains("there is no safety rule sale")
    );
    let idle = of("--override-rule at-least-one-on --because burning").with(20).err;
    assert!(idle.contains("rule at-least-one-on is not in the way now"), "{idle}");
    let said = of(&format!("--override-rule {RULE} --because burning")).with(0).out;
    assert!(said.contains(&format!(", OVERRIDING rule {RULE}: burning")), "{said}");
    assert_eq!(stage.truth()["controls"]["us-east-1"], "Off");
    assert_eq!(stage.truth()["controls"]["us-west-2"], "On");
}
