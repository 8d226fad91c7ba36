//! Breaking the glass: a rule that holds a sheet back is overridden by its typed name and a reason, on sheets of their
//! own, and by nothing less.

use std::time::Duration;

use pointsman::model::reading::{Reading, Source};
use pointsman::model::topology::{Rule, RuleKind, RuleLogic};
use pointsman::plan::Playbook;
use pointsman::plan::operation::{Danger, Operation};
use pointsman::ui::Mode;
use pointsman::ui::dialog::{Dialog, Request, Stage};
use pointsman::ui::theme::{Glyphs, Theme};
use pointsman::ui::view::Size;

use super::bench::{Bench, EAST, WEST, intent};
use crate::fixture::{self, State};

const RULE: &str = "both-on-for-the-sale";

/// A sheet that this rule holds back since 3 s.
fn held() -> Bench {
    let mut bench = Bench::new().armed();
    let mut topology = fixture::retail();
    topology.routing.as_mut().unwrap().rules.push(Rule {
        name: RULE.to_owned(),
        arn: "arn:sale".to_owned(),
        kind: RuleKind::Assertion { asserted: vec![EAST.to_owned(), WEST.to_owned()] },
        logic: RuleLogic::And,
        inverted: false,
        wait: Duration::ZERO,
    });
    bench.world = fixture::world(topology, State::Calm);
    for region in [EAST, WEST] {
        bench.see(Source::Identity(region.into()), Reading::Identity(fixture::identity()));
    }
    let evacuation = intent(Playbook::Evacuate);
    assert_eq!(bench.press(0, "a"), None);
    bench.press(300, "j");
    bench.press(600, "j");
    assert_eq!(bench.press(1_000, "enter"), Some(Request::OpenSheet(evacuation.clone())));
    assert_eq!(bench.reads(3_000, &evacuation), None);
    assert_eq!(bench.tick(3_000), None);
    bench
}

fn is_held(bench: &Bench) -> bool {
    matches!(&bench.view.dialog, Some(Dialog::Sheet(sheet)) if matches!(sheet.stage(), Stage::Held { .. }))
}

#[test]
fn what_cannot_be_confirmed_is_read_again_by_a_key_while_the_console_is_armed() {
    let mut bench = held();
    assert!(bench.text().contains("r reads again"), "{}", bench.text());
    let evacuation = intent(Playbook::Evacuate);
    assert_eq!(bench.press(4_000, "r"), Some(Request::OpenSheet(evacuation.clone())));
    assert!(bench.text().contains("Reading the world afresh"), "{}", bench.text());
    assert_eq!(bench.press(4_500, "r"), None, "it reads already");
    assert_eq!(bench.reads(5_000, &evacuation), None);
    assert!(is_held(&bench), "{}", bench.text());
    bench.console.mode = Mode::Watch;
    assert_eq!(bench.press(6_000, "r"), None);
    assert!(bench.text().contains("this console is no longer armed"), "{}", bench.text());
}

#[test]
fn a_rule_is_overridden_by_its_name_a_reason_and_then_the_region() {
    let mut bench = held();
    assert!(is_held(&bench), "{}", bench.text());
    assert!(bench.text().contains("what the rules let through"), "{}", bench.text());
    assert!(bench.text().contains("O overrides a rule, by its name"), "{}", bench.text());
    assert_eq!(bench.press(4_000, "O"), None);
    assert!(bench.text().contains("BREAK THE GLASS"), "{}", bench.text());
    let last = bench.type_word(5_000, 120, RULE);
    assert_eq!(bench.press(last + 300, "enter"), None, "a name alone is not enough");
    let why = bench.type_word(last + 1_000, 120, "us-east-1 burns");
    let evacuation = intent(Playbook::Evacuate);
    assert_eq!(bench.press(why + 300, "enter"), Some(Request::OpenSheet(evacuation.clone())));
    assert_eq!(bench.reads(why + 2_000, &evacuation), None);
    bench.tick(why + 2_000);
    let text = bench.text();
    assert!(text.contains("OVERRIDING A SAFETY RULE"), "{text}");
    assert!(text.contains("is OVERRIDDEN, because us-east-1 burns"), "{text}");
    let typed = bench.type_word(why + 3_000, 120, WEST);
    assert_eq!(bench.press(typed + 300, "enter"), Some(Request::Recheck(evacuation.clone())));
    match bench.reads(typed + 900, &evacuation) {
        Some(Request::Confirm { plan, .. }) => {
            let operation = plan.steps.last().unwrap().operation().unwrap();
            let Operation::RoutingSet(set) = operation else { panic!("{operation}") };
            assert_eq!(set.overrides.len(), 1);
            assert_eq!((set.overrides[0].rule.as_str(), set.overrides[0].arn.as_str()), (RULE, "arn:sale"));
            assert_eq!(operation.danger(), Danger::Overrides);
        }
        other => panic!("not confirmed: {other:?}"),
    }
}

#[test]
fn nothing_less_breaks_it() {
    let mut bench = held();
    bench.press(4_000, "O");
    for (ms, key) in [(4_010, "enter"), (4_500, "enter"), (5_000, "enter")] {
        assert_eq!(bench.press(ms, key), None, "Enter alone");
    }
    let last = bench.type_word(6_000, 120, WEST);
    match bench.press(last + 300, "enter") {
        Some(Request::RefusedConfirmation { why, .. }) => {
            assert_eq!(why, format!("override of rule {RULE}: typed `{WEST}`, but the rule is `{RULE}`"));
        }
        other => panic!("not refused: {other:?}"),
    }
    let burst = bench.type_word(last + 1_000, 1, RULE);
    assert!(matches!(bench.press(burst + 1, "enter"), Some(Request::RefusedConfirmation { .. })));
    let named = bench.type_word(burst + 1_000, 120, RULE);
    assert_eq!(bench.press(named + 300, "enter"), None);
    assert_eq!(bench.press(named + 1_000, "enter"), None, "no reason");
    assert!(bench.text().contains("an override needs a reason"), "{}", bench.text());
    assert_eq!(bench.press(named + 2_000, "esc"), None);
    assert_eq!(bench.view.dialog, None, "it leads nowhere else");
}

#[test]
fn a_sheet_that_no_rule_holds_back_offers_no_hammer() {
    let mut bench = Bench::new().armed();
    bench.asking(10_000);
    bench.press(11_000, "O");
    assert!(!bench.text().contains("BREAK THE GLASS"));
}

/// What it overrides is drawn as danger, in words, at every size.
#[test]
fn it_is_drawn_at_every_size() {
    let mut bench = held();
    bench.press(4_000, "O");
    for (width, height) in [(200, 50), (120, 40), (80, 24), (40, 12), (10, 3), (0, 0)] {
        bench.buffer(Size { width, height }, &Theme::find("mono").unwrap(), &Glyphs::ascii());
    }
    let text = bench.screen(Size { width: 120, height: 40 }).join("\n");
    assert!(text.contains(&format!("OVERRIDES the safety rule {RULE}.")), "{text}");
    assert!(text.contains("Type the NAME of the rule:"), "{text}");
}
