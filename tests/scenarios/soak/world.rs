//! A random world: what there is, what goes wrong in it, and what the operator wants.

use std::time::Duration;

use pointsman::sim::fault::{Fault, Injection};
use pointsman::sim::scenario::world::{Aurora, Rule};
use pointsman::sim::scenario::{self, Act, Moment, Rotation, Scenario};
use pointsman::sim::world::arc::ControlState;
use pointsman::sim::world::arc::safety::RuleType;

use super::dice::Dice;

/// When the operator acts.
const ACT: Duration = Duration::from_mins(5);

/// Faults begin in this span around the act.
const BEGIN: (Duration, Duration) = (Duration::from_secs(100), Duration::from_mins(9));

/// Writes that go wrong, and what the service says then.
const WRITES: [(&str, &str, &str); 9] = [
    ("rds", "FailoverGlobalCluster", "InvalidGlobalClusterStateFault"),
    ("rds", "SwitchoverGlobalCluster", "InvalidGlobalClusterStateFault"),
    ("rds", "PromoteReadReplicaDBCluster", "InvalidDBClusterStateFault"),
    ("rds", "PromoteReadReplica", "InvalidDBInstanceState"),
    ("route53-recovery-cluster", "UpdateRoutingControlStates", "ConflictException"),
    ("route53-recovery-cluster", "UpdateRoutingControlStates", "ConflictException"),
    ("route53", "ChangeResourceRecordSets", "PriorRequestNotComplete"),
    ("ecs", "UpdateService", "ServiceNotActiveException"),
    ("ssm", "StartAutomationExecution", "AutomationExecutionLimitExceededException"),
];

const ENDPOINTS: [&str; 5] = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

/// What rides begin on; the more often one is named, the more rides do.
const GROUNDS: [&str; 9] = [
    "calm",
    "calm",
    "calm",
    "three-regions",
    "three-regions",
    "dns-weights",
    "pilot-light",
    "runbook",
    "warm-standby",
];

/// A scenario without expectations: the laws are what is expected.
pub(super) fn scenario(dice: &mut Dice) -> Scenario {
    let ground = dice.pick(&GROUNDS);
    let mut scenario = scenario::find(ground).unwrap();
    let names: Vec<String> = scenario.world.regions.iter().map(|region| region.name.clone()).collect();
    (scenario.expect, scenario.timeline, scenario.say) = (Vec::new(), Vec::new(), Vec::new());
    let to = names[1 + dice.below(names.len() - 1)].clone();
    let playbook = match ground {
        // Read replicas cannot be switched over.
        "warm-standby" => dice.pick(&["failover", "failover", "failover", "evacuate"]),
        _ => dice.pick(&["failover", "failover", "failover", "switchover", "switchover", "evacuate"]),
    };
    scenario.act =
        vec![Act { at: ACT, playbook: playbook.to_owned(), from: names[0].clone(), to: to.clone() }];
    scenario.scenario.length = Duration::from_hours(3);
    stores(&mut scenario, dice);
    if scenario.world.arc {
        rules(&mut scenario, &names, dice);
        if dice.percent(30) {
            scenario.world.rotation =
                Some(Rotation { every: Duration::from_secs(90), away: Duration::from_secs(40) });
        }
    }
    // A failover without a bad Region is only warned of, and a bad one is what most are for.
    if playbook == "failover" && dice.percent(80) {
        scenario.timeline.push(lost(&names[0], dice));
    }
    faults(&mut scenario, (&names[0], &to), ACT, dice);
    if dice.percent(35) {
        second(&mut scenario, dice);
    }
    scenario
}

/// Up to four faults around an act.
fn faults(scenario: &mut Scenario, (from, to): (&str, &str), act: Duration, dice: &mut Dice) {
    for _ in 0..dice.below(5) {
        let fault = fault(from, to, dice);
        let lasts = Some(dice.span(Duration::from_secs(15), Duration::from_mins(6)));
        let at = (act + dice.span(BEGIN.0, BEGIN.1)).saturating_sub(ACT);
        scenario.timeline.push(Moment { at, fault: Injection { lasts, fault }, note: None });
    }
}

/// Another run after the first, which may still be held: the way home, or on.
fn second(scenario: &mut Scenario, dice: &mut Dice) {
    let Act { from, to, playbook, .. } = scenario.act[0].clone();
    let playbook = match playbook.as_str() {
        "evacuate" => dice.pick(&["restore", "restore", "evacuate", "switchover"]),
        _ => dice.pick(&["failback", "failback", "failback", "switchover", "evacuate", "restore"]),
    };
    let at = ACT + dice.span(Duration::from_mins(20), Duration::from_mins(100));
    if dice.percent(80) {
        let well = at.saturating_sub(dice.span(Duration::from_mins(1), Duration::from_mins(18)));
        let fault = Injection { lasts: None, fault: Fault::Clear { id: None, of: None } };
        scenario.timeline.push(Moment { at: well, fault, note: None });
    }
    if dice.percent(50) {
        faults(scenario, (&to, &from), at, dice);
    }
    scenario.act.push(Act { at, playbook: playbook.to_owned(), from: to, to: from });
}

fn stores(scenario: &mut Scenario, dice: &mut Dice) {
    let Some(like) = scenario.world.aurora.first().cloned() else { return };
    let count = 1 + dice.below(4);
    let store = |name: &str, dice: &mut Dice| Aurora {
        store: name.to_owned(),
        lag: dice.span(Duration::from_millis(100), Duration::from_millis(900)),
        orders: name == "orders",
        ..like.clone()
    };
    let names = ["orders", "catalog", "reviews", "stock"].into_iter();
    scenario.world.aurora = names.take(count).map(|name| store(name, dice)).collect();
}

fn rules(scenario: &mut Scenario, names: &[String], dice: &mut Dice) {
    let rule = |name: &str, kind, threshold| Rule {
        name: name.to_owned(),
        assert: names.to_vec(),
        gating: Vec::new(),
        target: Vec::new(),
        kind,
        threshold,
        inverted: false,
        wait: Duration::from_secs(5),
    };
    scenario.world.rules = vec![rule("at-least-one-on", RuleType::AtLeast, 1)];
    if dice.percent(8) {
        scenario.world.rules.push(rule("all-on", RuleType::And, 0));
    }
    if dice.percent(20) {
        let open = dice.percent(60);
        let gate = Rule {
            gating: vec!["gate".to_owned()],
            target: names.to_vec(),
            assert: Vec::new(),
            ..rule("gated", RuleType::And, 0)
        };
        scenario.world.rules.push(gate);
        let state = if open { ControlState::On } else { ControlState::Off };
        scenario.world.controls.insert("gate".to_owned(), state);
    }
}

fn lost(region: &str, dice: &mut Dice) -> Moment {
    let region = region.to_owned();
    let fault = if dice.percent(40) {
        Fault::RegionLost { region }
    } else {
        let severity = 0.6 + 0.4 * dice.share();
        Fault::RegionImpaired { region, severity, control_plane: dice.percent(50) }
    };
    Moment { at: Duration::from_mins(1), fault: Injection { lasts: None, fault }, note: None }
}

fn fault(from: &str, to: &str, dice: &mut Dice) -> Fault {
    let (a, b) = (from.to_owned(), to.to_owned());
    let services = ["rds", "route53-recovery-cluster", "monitoring", "ecs", "ssm", "route53"];
    let service = dice.pick(&services).to_owned();
    match dice.below(18) {
        0 => Fault::Partition { a, b },
        1 | 2 => Fault::EndpointDown { endpoint: dice.pick(&ENDPOINTS).to_owned() },
        3 => Fault::EndpointHang { endpoint: dice.pick(&ENDPOINTS).to_owned() },
        4 | 5 => Fault::Throttle { service, region: None, rate: 0.3 + 0.6 * dice.share() },
        6 => Fault::ExpiredToken {},
        7 => Fault::AccessDenied { service, operation: None, region: None },
        8 => Fault::Latency {
            region: None,
            service: Some(service),
            ms: 200 + 8_000 * u64::from(dice.percent(30)),
        },
        9 | 10 => {
            let (service, operation, _) = dice.pick(&WRITES);
            let times = 1 + u32::from(dice.percent(30));
            Fault::LostAnswer { service: service.to_owned(), operation: operation.to_owned(), times }
        }
        11 => {
            let (service, operation, code) = dice.pick(&WRITES);
            let (service, operation, code) = (service.to_owned(), operation.to_owned(), code.to_owned());
            Fault::Refuse { service, operation, times: 1, code }
        }
        12 => Fault::Lag {
            store: "orders".to_owned(),
            from: a,
            to: b,
            seconds: None,
            growth: Some(dice.share()),
        },
        13 => Fault::CanaryFailure { region: b, rate: dice.share() },
        14 => Fault::NoCapacity { region: b },
        15 => Fault::ErrorRate { region: b, rate: 0.5 * dice.share() },
        _ => {
            Fault::RegionImpaired { region: b, severity: 0.2 * dice.share(), control_plane: dice.percent(30) }
        }
    }
}
