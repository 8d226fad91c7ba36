//! `check`: a fresh simulator is as declared; whatever the config has wrong is found out.

use super::stage::Stage;

#[test]
fn a_fresh_simulator_is_as_declared() {
    for scenario in ["calm", "three-regions"] {
        let said = Stage::new(scenario, 1).run("check").with(0);
        for line in
            ["ok      cluster endpoint eu-west-1", "ok      rule at-least-one-on", "ok      STS us-east-1"]
        {
            assert!(said.out.contains(line), "no `{line}` in\n{}", said.out);
        }
        assert!(said.out.lines().last().unwrap().ends_with(" ok"), "{}", said.out);
        assert!(!said.out.contains("WRONG") && !said.out.contains("look") && !said.out.contains("unseen"));
    }
}

/// The lines of `check` that are not ok when one thing of the config is another.
fn found(stage: &Stage, right: &str, was: &str, is: &str) -> (Option<i32>, Vec<String>) {
    stage.desk.write_config(right);
    stage.desk.change(was, is);
    let said = stage.run("check");
    let odd = said.out.lines().filter(|line| !line.starts_with("ok ") && !line.is_empty());
    let mut odd: Vec<String> = odd.map(str::to_owned).collect();
    // The last line counts.
    odd.pop();
    (said.code, odd)
}

/// The value of a key, the first after a mark.
fn value<'a>(config: &'a str, mark: &str, key: &str) -> &'a str {
    let (_, after) = config.split_once(mark).unwrap();
    let (_, after) = after.split_once(&format!("{key} = \"")).unwrap();
    after.split_once('"').unwrap().0
}

#[test]
fn what_is_wrong_in_the_config_is_wrong_in_the_check() {
    let stage = Stage::new("calm", 1);
    let right = stage.desk.config();
    let rule = value(&right, "[[routing.rules]]", "arn");
    let control = value(&right, "[[routing.controls]]", "arn");
    let follower = value(&right, "[[routing.controls]]", "health_check");
    let cluster = value(&right, "[routing]", "cluster");
    let cases = [
        (rule.to_owned(), digits(rule), "WRONG   rule at-least-one-on"),
        ("threshold = 1".to_owned(), "threshold = 2".to_owned(), "WRONG   rule at-least-one-on"),
        ("wait = \"5s\"".to_owned(), "wait = \"7s\"".to_owned(), "WRONG   rule at-least-one-on"),
        (control.to_owned(), digits(control), "WRONG   control us-east-1"),
        (
            follower.to_owned(),
            "00000000-0000-4000-8000-000000000000".to_owned(),
            "health check of control us-east-1",
        ),
        (cluster.to_owned(), digits(cluster), "cluster"),
        (
            "table = \"cartsTable\"".to_owned(),
            "table = \"cratsTable\"".to_owned(),
            "DynamoDB us-west-2 (carts)",
        ),
        (
            "policy = \"latency\"".to_owned(),
            "policy = \"weighted\"".to_owned(),
            "WRONG   record store.example.com",
        ),
        ("111122223333".to_owned(), "111122223334".to_owned(), "STS us-east-1"),
    ];
    for (was, is, finding) in cases {
        let changed =
            if was == "111122223333" { right.replace(&was, &is) } else { right.replacen(&was, &is, 1) };
        assert_ne!(changed, right, "{was}");
        stage.desk.write_config(&changed);
        // Route 53 takes five calls a second of an account.
        stage.advance(5);
        let said = stage.run("check");
        assert_ne!(said.code, Some(0), "{was} → {is}\n{}", said.out);
        let odd: Vec<&str> = said.out.lines().filter(|line| !line.starts_with("ok ")).collect();
        assert!(odd.iter().any(|line| line.contains(finding)), "{was} → {is}: no `{finding}` in {odd:#?}");
        assert!(odd.iter().any(|line| line.starts_with("WRONG") || line.starts_with("unseen")), "{odd:#?}");
    }
}

#[test]
fn an_endpoint_that_does_not_answer_is_unseen_and_wrong() {
    let stage = Stage::new("calm", 1);
    let right = stage.desk.config();
    let there = format!("{}/cluster/eu-west-1", stage.base);
    let (code, odd) = found(&stage, &right, &there, "http://127.0.0.1:9/cluster/eu-west-1");
    assert_eq!(code, Some(20), "{odd:#?}");
    assert!(odd.iter().any(|line| line.starts_with("unseen  cluster endpoint eu-west-1: ")), "{odd:#?}");
    let wrong = format!("WRONG   cluster endpoint eu-west-1 as declared: the cluster says {there}");
    assert!(odd.contains(&wrong), "{odd:#?}");
}

#[test]
fn a_metric_that_nobody_publishes_is_worth_a_look() {
    let stage = Stage::new("calm", 1);
    let right = stage.desk.config();
    let (code, odd) = found(&stage, &right, "lcl-rgnl-home", "lcl-rgnl-hoem");
    assert_eq!((code, odd.len()), (Some(10), 1), "{odd:#?}");
    assert!(odd[0].starts_with("look    signal us-east-1 canary local: no point of "), "{odd:#?}");
}

/// The same ARN with other digits at its end.
fn digits(arn: &str) -> String {
    let kept = arn.len() - 4;
    let end = if arn.ends_with("0000") { "1111" } else { "0000" };
    format!("{}{end}", &arn[..kept])
}
