//! Which event may follow which: a table of every state, and random journeys that hold what must always hold.

use pointsman::model::reading::{ControlState, Trouble, TroubleKind};
use pointsman::model::topology::Workload;
use pointsman::plan::decide;
use pointsman::plan::event::{Answer, Decision, End, Entry, Event, Outcome, Pause, RunId, RungState};
use pointsman::plan::operation::{ControlChange, Operation, RoutingSet};
use pointsman::plan::progress::{Progress, StepState};
use pointsman::plan::{Action, Intent, Plan, Playbook, Rung, Step, StepId, Usual};
use proptest::prelude::*;
use std::time::Duration;

use super::stage::{WHO, start};

const RECORD: StepId = StepId(1);
const SET: StepId = StepId(2);

fn change(control: &str, state: ControlState, was: ControlState) -> ControlChange {
    ControlChange { control: control.to_owned(), arn: format!("arn:{control}"), state, was, guessed: false }
}

fn operation() -> Operation {
    let entries = vec![
        change("us-east-1", ControlState::Off, ControlState::On),
        change("us-west-2", ControlState::On, ControlState::On),
    ];
    Operation::RoutingSet(RoutingSet::of(entries))
}

fn plan() -> Plan {
    let step = |id, action, needs, rung| Step {
        id,
        title: "a step".to_owned(),
        action,
        needs,
        rung,
        usual: Usual { p50: Duration::from_secs(1), p95: Duration::from_secs(2) },
        deadline: Duration::from_mins(10),
        interlocks: Vec::new(),
        advice: None,
    };
    Plan {
        intent: Intent { playbook: Playbook::Evacuate, from: "us-east-1".into(), to: "us-west-2".into() },
        workload: Workload::default(),
        made: "2026-11-20T14:02:07Z".parse().unwrap(),
        steps: vec![
            step(RECORD, Action::Record, vec![], Rung::ReadBack),
            step(SET, Action::Operate(operation()), vec![RECORD], Rung::Traffic),
        ],
        measured: vec![],
    }
}

fn trouble() -> Trouble {
    Trouble { kind: TroubleKind::TimedOut, text: String::new(), request_id: None }
}

/// Every kind of event about a run, by a short name; attempts count from what the run has.
fn vocabulary(attempts: u32) -> Vec<(&'static str, Event)> {
    let intended =
        |step, attempt, operation| Event::Intended { step, attempt, operation, endpoint: String::new() };
    let answered = |answer| Event::Answered { step: SET, attempt: attempts, answer };
    let climbed = |rung, state| Event::Climbed { step: SET, rung, state, evidence: String::new() };
    let ended = |step, outcome| Event::Ended { step, outcome, why: String::new() };
    let decided = |decision| Event::Decided { step: SET, decision, who: WHO.to_owned() };
    let reason = || "because".to_owned();
    vec![
        ("plan record", intended(RECORD, 1, None)),
        ("recorded", Event::Recorded { step: RECORD, at_risk: None, links: vec![] }),
        ("record confirmed", ended(RECORD, Outcome::Confirmed)),
        ("intend", intended(SET, attempts + 1, Some(operation()))),
        ("intend undo", intended(SET, attempts + 1, operation().inverse())),
        ("intend again the same attempt", intended(SET, attempts, Some(operation()))),
        ("send", Event::Sent { step: SET, attempt: attempts, fence: None }),
        ("send a later attempt", Event::Sent { step: SET, attempt: attempts + 1, fence: None }),
        ("accepted", answered(Answer::Accepted { endpoint: String::new(), request_id: None, handle: None })),
        ("refused", answered(Answer::Refused { code: String::new(), trouble: trouble() })),
        ("not sent", answered(Answer::NotSent { trouble: trouble() })),
        ("lost", answered(Answer::Lost { trouble: trouble() })),
        ("already", Event::AlreadySo { step: SET, evidence: String::new() }),
        ("climb accepted", climbed(Rung::Accepted, RungState::Proved)),
        ("climb read back", climbed(Rung::ReadBack, RungState::Proved)),
        ("lose read back", climbed(Rung::ReadBack, RungState::Open)),
        ("climb traffic", climbed(Rung::Traffic, RungState::Proved)),
        (
            "told",
            Event::Told { step: SET, when: "2026-11-20T14:02:07Z".parse().unwrap(), text: String::new() },
        ),
        ("confirmed", ended(SET, Outcome::Confirmed)),
        ("end refused", ended(SET, Outcome::Refused)),
        ("end failed", ended(SET, Outcome::Failed)),
        ("end unknown", ended(SET, Outcome::Unknown)),
        ("end skipped", ended(SET, Outcome::Skipped)),
        ("read again", decided(Decision::ReadAgain)),
        ("retry", decided(Decision::Retry)),
        ("undo", decided(Decision::Undo)),
        ("skip", decided(Decision::Skip { reason: reason(), typed: None })),
        ("skip without reason", decided(Decision::Skip { reason: " ".to_owned(), typed: None })),
        ("abort", decided(Decision::Abort { reason: reason() })),
        ("pause", Event::Paused { who: WHO.to_owned(), why: Pause::Asked }),
        ("resume", Event::Resumed { who: WHO.to_owned() }),
        ("take up", Event::TakenUp { who: WHO.to_owned() }),
        ("note", Event::Noted { who: WHO.to_owned(), text: String::new() }),
        ("start again", Event::Started { plan: plan(), start: start() }),
        ("close confirmed", Event::Closed { end: End::Confirmed, summary: String::new() }),
        ("close with skips", Event::Closed { end: End::ConfirmedWithSkips, summary: String::new() }),
        ("close aborted", Event::Closed { end: End::Aborted, summary: String::new() }),
    ]
}

struct Journey {
    progress: Progress,
    entries: Vec<Entry>,
}

impl Journey {
    fn new() -> Self {
        let first = entry(1, Event::Started { plan: plan(), start: start() });
        let progress = Progress::replay(std::slice::from_ref(&first)).unwrap();
        Self { progress, entries: vec![first] }
    }

    /// A journey through these events, each of which must be legal.
    fn through(words: &[&str]) -> Self {
        let mut journey = Self::new();
        for word in words {
            assert!(journey.take(word), "{word} after {:?}", journey.words());
        }
        journey
    }

    fn take(&mut self, word: &str) -> bool {
        let event = self.vocabulary().into_iter().find(|(w, _)| *w == word).unwrap().1;
        let next = entry(self.entries.len() + 1, event);
        let before = self.progress.clone();
        let legal = self.progress.apply(&next).is_ok();
        if legal {
            self.entries.push(next);
        } else {
            assert_eq!(self.progress, before, "a refused event changed something");
        }
        legal
    }

    fn vocabulary(&self) -> Vec<(&'static str, Event)> {
        vocabulary(self.progress.steps[&SET].attempts)
    }

    fn legal(&self) -> Vec<&'static str> {
        let all = self.vocabulary().into_iter();
        all.filter(|(_, event)| self.progress.admits(event).is_ok()).map(|(word, _)| word).collect()
    }

    fn words(&self) -> Vec<&'static str> {
        self.entries.iter().map(|e| e.event.word()).collect()
    }
}

fn entry(seq: usize, event: Event) -> Entry {
    Entry {
        seq: u64::try_from(seq).unwrap(),
        run: RunId("3f9a0001".to_owned()),
        at: "2026-11-20T14:02:07Z".parse().unwrap(),
        event,
        previous: String::new(),
        hash: String::new(),
    }
}

const READY: &[&str] = &["plan record", "recorded", "record confirmed"];

/// What may follow, besides an abort, a pause, a resume and a note, and a close where nothing is on its way.
#[track_caller]
fn follows(after: &[&str], expected: &[&str]) {
    let journey = Journey::through(&[READY, after].concat());
    let always = ["abort", "pause", "resume", "take up", "note", "close aborted"];
    let legal: Vec<&str> = journey.legal().into_iter().filter(|word| !always.contains(word)).collect();
    assert_eq!(legal, expected, "after {after:?}");
}

#[test]
fn a_run_begins_with_its_record() {
    let legal = Journey::new().legal();
    assert_eq!(legal, ["plan record", "abort", "pause", "resume", "take up", "note", "close aborted"]);
    assert_eq!(Journey::through(&["plan record"]).legal()[..1], ["recorded"]);
    assert_eq!(Journey::through(&["plan record", "recorded"]).legal()[..1], ["record confirmed"]);
}

#[test]
fn each_state_admits_exactly_what_may_follow() {
    follows(&[], &["intend", "already", "end refused", "end failed"]);
    follows(&["intend"], &["send", "already", "told", "end refused", "end failed"]);
    follows(&["intend", "send"], &["accepted", "refused", "not sent", "lost", "told"]);
    follows(&["intend", "send", "refused"], &["intend", "already", "told", "end refused", "end failed"]);
    follows(&["intend", "send", "not sent"], &["intend", "already", "told", "end refused", "end failed"]);
    let climbs = ["climb read back", "lose read back", "climb traffic", "told"];
    let proving = [&climbs[..], &["end unknown"]].concat();
    follows(&["intend", "send", "accepted"], &proving);
    follows(&["intend", "send", "lost"], &[&["intend"], &proving[..]].concat());
    follows(&["already"], &proving);
}

#[test]
fn it_takes_both_the_read_back_and_the_planned_rung_to_confirm() {
    let sent = ["intend", "send", "accepted"];
    let may_confirm =
        |climbs: &[&str]| Journey::through(&[READY, &sent, climbs].concat()).legal().contains(&"confirmed");
    assert!(!may_confirm(&["climb read back"]));
    assert!(!may_confirm(&["climb traffic"]));
    assert!(may_confirm(&["climb read back", "climb traffic"]));
    assert!(!may_confirm(&["climb read back", "climb traffic", "lose read back"]));
}

#[test]
fn what_may_have_happened_never_ends_as_refused_or_failed() {
    let lost = ["intend", "send", "lost", "intend", "send", "refused"];
    follows(&lost, &["intend", "climb read back", "lose read back", "climb traffic", "told", "end unknown"]);
    follows(&["intend", "send", "lost", "intend"], &["send", "already", "told", "end unknown"]);
}

#[test]
fn a_held_step_waits_for_a_decision_that_fits() {
    let refused = ["intend", "send", "refused", "end refused"];
    follows(&refused, &["told", "read again", "retry", "skip"]);
    let unknown = ["intend", "send", "lost", "end unknown"];
    follows(&unknown, &["told", "read again", "retry", "undo", "skip"]);
}

#[test]
fn each_decision_leads_where_it_says() {
    let refused = ["intend", "send", "refused", "end refused"];
    let unknown = ["intend", "send", "lost", "end unknown"];
    let after = |held: &[&'static str], decision| [held, &[decision]].concat();
    follows(&after(&refused, "retry"), &["intend", "already", "told", "end refused", "end failed"]);
    follows(&after(&refused, "read again"), &["already", "told", "end refused", "end failed"]);
    follows(&after(&refused, "skip"), &["told", "end skipped"]);
    follows(&after(&unknown, "retry"), &["intend", "already", "told", "end unknown"]);
    follows(&after(&unknown, "undo"), &["intend undo", "told", "end unknown"]);
    follows(
        &after(&unknown, "read again"),
        &["climb read back", "lose read back", "climb traffic", "told", "end unknown"],
    );
}

#[test]
fn an_abort_stays_decided_and_starts_nothing_more() {
    for before in [&[][..], &["intend"], &["intend", "send"], &["intend", "send", "lost"]] {
        let journey = Journey::through(&[READY, before, &["abort"]].concat());
        assert_eq!(journey.progress.aborted.as_deref(), Some("because"), "{before:?}");
        let legal = journey.legal();
        assert!(
            !["intend", "already", "abort"].iter().any(|word| legal.contains(word)),
            "{before:?}: {legal:?}"
        );
    }
    let held = Journey::through(&[READY, &["end refused", "abort"]].concat());
    assert_eq!(held.legal(), ["end refused", "end failed", "pause", "resume", "take up", "note"]);
}

#[test]
fn a_step_whose_skip_an_abort_overtook_ends_as_it_had() {
    let refused = (&["end refused"][..], Outcome::Refused);
    let unknown = (&["intend", "send", "lost", "end unknown"][..], Outcome::Unknown);
    for (before, outcome) in [refused, unknown] {
        let mut journey = Journey::through(&[READY, before, &["skip", "abort"]].concat());
        for event in decide::abort(&journey.progress, "because") {
            let next = entry(journey.entries.len() + 1, event);
            assert!(journey.progress.apply(&next).is_ok(), "{:?}", next.event);
            journey.entries.push(next);
        }
        assert!(!journey.progress.is_open());
        assert_eq!(journey.progress.steps[&SET].state, StepState::Done(outcome));
    }
}

#[test]
fn an_undo_ends_as_failed_and_never_as_confirmed() {
    let undone = ["intend", "send", "lost", "end unknown", "undo", "intend undo", "send", "accepted"];
    follows(&undone, &["climb read back", "lose read back", "climb traffic", "told", "end unknown"]);
    let read = [&undone[..], &["climb read back", "climb traffic"]].concat();
    let journey = Journey::through(&[READY, &read].concat());
    assert!(journey.legal().contains(&"end failed"));
    assert!(!journey.legal().contains(&"confirmed"));
}

/// The retry of a step that was undone may find that somebody else has done it.
#[test]
fn a_step_that_is_so_after_its_undo_can_be_confirmed() {
    let undone = ["intend", "send", "lost", "end unknown", "undo", "intend undo", "send", "accepted"];
    let again = ["climb read back", "end failed", "retry", "already", "climb traffic"];
    let journey = Journey::through(&[READY, &undone, &again].concat());
    assert!(journey.legal().contains(&"confirmed"), "{:?}", journey.legal());
}

#[test]
fn a_pause_admits_no_new_work_and_a_close_nothing_but_notes() {
    let mut paused = Journey::through(&[READY, &["pause"]].concat());
    assert_eq!(
        paused.legal(),
        ["end refused", "end failed", "abort", "resume", "take up", "note", "close aborted"]
    );
    assert!(paused.take("resume") && paused.take("intend"));
    let closed = Journey::through(&["close aborted"]);
    assert_eq!(closed.legal(), ["note"]);
}

#[test]
fn nothing_closes_while_a_step_has_no_outcome() {
    for on_its_way in [&["intend"][..], &["intend", "send"], &["intend", "send", "accepted"]] {
        let journey = Journey::through(&[READY, on_its_way].concat());
        assert!(!journey.legal().iter().any(|word| word.starts_with("close")), "{on_its_way:?}");
    }
    let done = ["already", "climb traffic", "confirmed"];
    let journey = Journey::through(&[READY, &done].concat());
    assert!(journey.legal().contains(&"close confirmed") && !journey.legal().contains(&"close with skips"));
    let skipped = ["end failed", "skip", "end skipped"];
    let journey = Journey::through(&[READY, &skipped].concat());
    assert!(!journey.legal().contains(&"close confirmed") && journey.legal().contains(&"close with skips"));
}

#[test]
fn a_line_of_another_run_or_a_headless_journal_is_refused() {
    let mut progress = Journey::new().progress;
    let stranger = Entry {
        run: RunId("ffffffff".to_owned()),
        ..entry(2, Event::Paused { who: WHO.to_owned(), why: Pause::Asked })
    };
    assert_eq!(
        progress.apply(&stranger).unwrap_err().to_string(),
        "journal line 2 cannot follow what came before it: it belongs to run ffffffff and not to 3f9a0001"
    );
    let headless = [entry(1, Event::Paused { who: WHO.to_owned(), why: Pause::Asked })];
    assert!(Progress::replay(&headless).is_err());
    assert!(Progress::replay(&[]).is_err());
}

proptest! {
    /// Whatever comes in whatever order: replay is live, and what must never be never is.
    #[test]
    fn any_order_of_events_holds_what_must_hold(picks in proptest::collection::vec(any::<prop::sample::Index>(), 1..120)) {
        let mut journey = Journey::new();
        let (mut sends, mut answers) = (0, 0);
        for (turn, pick) in picks.into_iter().enumerate() {
            let any = journey.vocabulary().into_iter().map(|(word, _)| word).collect();
            let words: Vec<&str> = if turn % 3 == 0 { any } else { journey.legal() };
            let word = words[pick.index(words.len())];
            let before = journey.progress.steps[&SET].clone();
            let legal = journey.legal().contains(&word);
            prop_assert_eq!(journey.take(word), legal);
            if !legal {
                continue;
            }
            sends += u32::from(word == "send");
            answers += u32::from(["accepted", "refused", "not sent", "lost"].contains(&word));
            let after = &journey.progress.steps[&SET];
            prop_assert!(sends - answers <= 1, "two writes of one step are on their way");
            prop_assert_eq!(after.state == StepState::Sent, sends > answers);
            if word == "send" {
                prop_assert_eq!(before.state, StepState::Intended, "sent without an intent");
            }
            if after.state == StepState::Done(Outcome::Confirmed) {
                prop_assert_eq!(after.rungs[&Rung::ReadBack].1, RungState::Proved);
                prop_assert_eq!(after.rungs[&Rung::Traffic].1, RungState::Proved);
            }
        }
        prop_assert_eq!(Progress::replay(&journey.entries).unwrap(), journey.progress);
    }
}
