//! A failover as its journal tells it, up to a chosen moment.

use jiff::{SignedDuration, Timestamp};
use pointsman::model::World;
use pointsman::model::reading::{Trouble, TroubleKind};
use pointsman::model::topology::Region;
use pointsman::model::verdict;
use pointsman::plan::event::{self, Answer, End, Entry, Event, Outcome, RunId, RungState, Start};
use pointsman::plan::progress::Progress;
use pointsman::plan::{Intent, Playbook, Rung, StepId, playbook};

use crate::fixture;

/// Where the story stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Until {
    /// Both writers are being promoted.
    Promoting,
    /// The routing change is being proved: read back, and resolvers follow.
    Proving,
    /// The routing change was sent and no answer came.
    Lost,
    /// The routing change ended as unknown.
    Unknown,
    /// Every step is confirmed.
    Closed,
}

impl Until {
    /// The routing change is under way, or held.
    pub(crate) fn moves_traffic(self) -> bool {
        matches!(self, Self::Proving | Self::Lost | Self::Unknown)
    }
}

/// A run and its journal.
pub(crate) struct Story {
    pub(crate) run: Progress,
    pub(crate) journal: Vec<Entry>,
}

struct Pen {
    start: Timestamp,
    lines: Vec<Entry>,
}

impl Pen {
    fn write(&mut self, seconds: f64, event: Event) {
        let seq = u64::try_from(self.lines.len()).unwrap() + 41;
        let at = self.start + SignedDuration::from_secs_f64(seconds);
        let run = RunId("3f9a61c2".to_owned());
        let (previous, hash) = (format!("{:064x}", seq - 1), format!("{seq:064x}"));
        self.lines.push(Entry { seq, run, at, event, previous, hash });
    }

    fn send(&mut self, seconds: f64, step: StepId, plan: &pointsman::plan::Plan, endpoint: &str) {
        let operation = plan.step(step).unwrap().operation().cloned();
        self.write(seconds, Event::Intended { step, attempt: 1, operation, endpoint: endpoint.to_owned() });
        self.write(seconds, Event::Sent { step, attempt: 1, fence: None });
    }

    fn accept(&mut self, seconds: f64, step: StepId, endpoint: &str) {
        let request_id = Some(format!("8c1f02d{step}-77aa"));
        let answer = Answer::Accepted { endpoint: endpoint.to_owned(), request_id, handle: None };
        self.write(seconds, Event::Answered { step, attempt: 1, answer });
    }

    fn climb(&mut self, seconds: f64, step: StepId, rung: Rung, state: RungState, evidence: &str) {
        self.write(seconds, Event::Climbed { step, rung, state, evidence: evidence.to_owned() });
    }

    fn end(&mut self, seconds: f64, step: StepId, outcome: Outcome, why: &str) {
        self.write(seconds, Event::Ended { step, outcome, why: why.to_owned() });
    }
}

/// What is seen of the world by then.
pub(crate) fn seen(world: &mut World, until: Until) {
    if !until.moves_traffic() {
        return;
    }
    let answers: &[&str] = match until {
        Until::Proving => &["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1"],
        _ => &["us-west-2", "ap-northeast-1"],
    };
    for region in ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"] {
        fixture::endpoint(world, region, answers.contains(&region));
    }
    fixture::answered(world);
}

/// The failover of the first Region into the second, begun 41 s before `now` when it is promoting, else earlier.
pub(crate) fn failover(world: &World, now: Timestamp, until: Until) -> Story {
    let intent =
        Intent { playbook: Playbook::Failover, from: Region::new("us-east-1"), to: Region::new("us-west-2") };
    let begun = match until {
        Until::Promoting => 41,
        Until::Proving | Until::Lost | Until::Unknown => 130,
        Until::Closed => 320,
    };
    let start = now - SignedDuration::from_secs(begun);
    let plan = playbook::plan(world, &intent, start).unwrap();
    let mut pen = Pen { start, lines: Vec::new() };
    begin(&mut pen, world, &plan);
    if until > Until::Promoting {
        promoted(&mut pen);
        routing(&mut pen, &plan, until);
    }
    Story { run: Progress::replay(&pen.lines).unwrap(), journal: pen.lines }
}

fn begin(pen: &mut Pen, world: &World, plan: &pointsman::plan::Plan) {
    let start = Start {
        who: "maria".to_owned(),
        host: "bastion-usw2".to_owned(),
        account: Some(fixture::ACCOUNT.to_owned()),
        role: Some("ops-failover".to_owned()),
        reason: "canaries of us-east-1 fail".to_owned(),
        drill: false,
        simulated: false,
    };
    pen.write(0.0, Event::Started { plan: plan.clone(), start });
    pen.write(
        0.1,
        Event::Intended { step: StepId(1), attempt: 1, operation: None, endpoint: "here".to_owned() },
    );
    let now = fixture::now();
    let (at_risk, links) = (verdict::at_risk(world, now), event::links(&verdict::links(world, now)));
    pen.write(0.3, Event::Recorded { step: StepId(1), at_risk, links });
    pen.end(0.3, StepId(1), Outcome::Confirmed, "");
    for step in [2, 3] {
        pen.send(0.5, StepId(step), plan, "us-west-2");
        pen.accept(0.9, StepId(step), "us-west-2");
    }
    for (step, at) in [(2, 12.0), (3, 14.0)] {
        pen.climb(at, StepId(step), Rung::ReadBack, RungState::Open, "writer us-east-1, failing-over");
        let when = pen.start + SignedDuration::from_secs(8);
        let text = "Global failover to cluster in Region us-west-2 started".to_owned();
        pen.write(at + 0.5, Event::Told { step: StepId(step), when, text });
    }
}

fn promoted(pen: &mut Pen) {
    for (step, at) in [(2, 78.0), (3, 84.0)] {
        pen.climb(at, StepId(step), Rung::ReadBack, RungState::Proved, "writer us-west-2, available");
        pen.end(at, StepId(step), Outcome::Confirmed, "");
    }
}

fn routing(pen: &mut Pen, plan: &pointsman::plan::Plan, until: Until) {
    let step = StepId(4);
    pen.send(84.2, step, plan, "cluster endpoint ap-southeast-2");
    if until == Until::Proving {
        pen.accept(84.5, step, "cluster endpoint ap-southeast-2");
        pen.climb(86.0, step, Rung::ReadBack, RungState::Proved, "4 of 5 endpoints");
        return;
    }
    if until == Until::Closed {
        pen.accept(84.5, step, "cluster endpoint ap-southeast-2");
        proved(pen, step);
        pen.write(301.0, Event::Closed { end: End::Confirmed, summary: "4 of 4 steps confirmed".to_owned() });
        return;
    }
    let trouble = Trouble {
        kind: TroubleKind::TimedOut,
        text: "no answer from ap-southeast-2 within 3 s".to_owned(),
        request_id: None,
    };
    pen.write(87.2, Event::Answered { step, attempt: 1, answer: Answer::Lost { trouble } });
    pen.climb(
        90.0,
        step,
        Rung::ReadBack,
        RungState::Blind,
        "2 of 5 endpoints: usw2 On, apne1 On; no answer from use1, euw1, apse2",
    );
    if until == Until::Unknown {
        pen.end(120.0, step, Outcome::Unknown, "read back from 2 of 5 endpoints, 3 are needed");
    }
}

fn proved(pen: &mut Pen, step: StepId) {
    let rungs = [
        (86.0, Rung::ReadBack, "5 of 5 endpoints"),
        (118.0, Rung::HealthCheck, "us-east-1 unhealthy, us-west-2 healthy"),
        (206.0, Rung::Traffic, "99% of requests in us-west-2"),
        (266.0, Rung::Canary, "canary local and canary global 100% in us-west-2"),
        (300.0, Rung::Orders, "571 a minute of 584 usual"),
    ];
    for (at, rung, evidence) in rungs {
        pen.climb(at, step, rung, RungState::Proved, evidence);
    }
    pen.end(300.5, step, Outcome::Confirmed, "");
}
