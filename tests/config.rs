//! `pointsman.toml` from outside: what a right file says, and how a wrong one is refused.

mod panels;
mod playbooks;
mod presets;
mod refused;
mod shaken;
mod simulated;

use std::time::Duration;

use pointsman::config::{self, Config, ConfigErrors, Overrides};
use pointsman::model::topology::{
    Formula, Missing, Region, ReplicaEngine, Resolver, RuleKind, RuleLogic, Threshold, Unit,
};

/// A right file with every section and key.
const FULL: &str = include_str!("config/full.toml");

fn full() -> Config {
    read(FULL)
}

/// A file that must be right.
fn read(text: &str) -> Config {
    let read = config::parse(text, "pointsman.toml");
    assert!(read.is_ok(), "{}", read.map_or_else(|problems| problems.to_string(), |_| String::new()));
    read.unwrap_or_else(|_| unreachable!("it was just seen to be right"))
}

#[test]
fn the_workload_is_what_the_file_says() {
    let config = full();
    let topology = &config.topology;
    assert_eq!(config.warnings, []);
    assert!(config.simulated);
    assert_eq!(config.access.endpoint_url.as_deref(), Some("http://127.0.0.1:4566"));
    assert_eq!(config.access.profile.as_deref(), Some("ops"));
    assert_eq!(config.access.assume_role.as_deref(), Some("arn:aws:iam::111122223333:role/ops/ops-failover"));
    assert_eq!(config.screen.theme.as_deref(), Some("dark"));
    assert_eq!((config.screen.color, config.screen.ascii), (Some(config::Color::Auto), false));
    assert!(!topology.is_production());
    assert_eq!(topology.production.accounts, ["2222*", "333344445555"]);
    assert_eq!(topology.production.environments, ["live*"]);
    assert_eq!(config.screen.chart, Some(config::Chart::Blocks));
    assert_eq!(config.screen.tick, Some(Duration::from_secs(5)));
    assert_eq!(config.screen.bytes_per_second, Some(1200));
    assert_eq!((topology.workload.as_str(), topology.environment.as_str()), ("retail-store", "simulated"));
    assert_eq!(topology.account.as_deref(), Some("111122223333"));
    assert_eq!(topology.home, Some(Region::new("us-west-2")));
    assert_eq!(topology.objectives.rto, Duration::from_mins(10));
    assert_eq!(topology.objectives.rpo, Duration::from_secs(30));
    let regions: Vec<_> =
        topology.regions.iter().map(|r| (r.name.as_str(), r.short.as_str(), r.capacity)).collect();
    assert_eq!(regions, [("us-east-1", "use1", Some(600.0)), ("us-west-2", "usw2", Some(480.5))]);
}

#[test]
fn signals_are_what_the_file_says() {
    let config = full();
    let signals = &config.topology.regions[0].signals;
    let rows: Vec<_> = signals.iter().map(|s| (s.name.as_str(), s.family.as_str(), s.look, s.bad)).collect();
    let (above, below) = (|n| Some(Threshold::Above(n)), |n| Some(Threshold::Below(n)));
    assert_eq!(
        rows,
        [
            ("canary local", "canary", below(95.0), below(80.0)),
            ("canary remote", "canary", below(97.0), below(60.0)),
            ("5xx / requests", "alb", above(1.0), above(10.0)),
            ("hosts", "alb", below(2.0), below(1.0)),
            ("queue depth", "queue", above(1000.0), above(10000.0)),
            ("checkout", "checkout", None, above(2.5)),
            ("workers", "workers", None, below(50.0)),
            ("alarm", "alarm", None, below(1.0)),
        ]
    );
    let Formula::Value(remote) = &signals[1].formula else { panic!("a canary is one metric") };
    assert_eq!((remote.region.as_str(), &*remote.namespace), ("us-west-2", "CloudWatchSynthetics"));
    assert_eq!((&*remote.name, &*remote.statistic, remote.period), ("SuccessPercent", "Average", 60));
    assert_eq!(remote.dimensions["CanaryName"], "rmt-rgnl-home");
    let Formula::Share { part, whole } = &signals[2].formula else { panic!("5xx is a share") };
    assert_eq!((&*part.name, &*whole.name), ("HTTPCode_Target_5XX_Count", "RequestCount"));
    assert_eq!((signals[2].missing, signals[2].unit), (Missing::Zero, Unit::Percent));
    let Formula::Value(depth) = &signals[4].formula else { panic!("a metric") };
    assert_eq!((&*depth.statistic, depth.period, signals[4].missing), ("Maximum", 300, Missing::Zero));
    let Formula::Share { part, .. } = &signals[5].formula else { panic!("checkout has a whole") };
    assert_eq!(&*part.statistic, "Sum");
    assert!(matches!(&signals[6].formula, Formula::Of { .. }));
    let alarm = Formula::Alarm { region: Region::new("us-east-1"), name: "checkout-5xx".to_owned() };
    assert_eq!(signals[7].formula, alarm);
    let tasks = &config.topology.regions[1].signals[0];
    assert_eq!((tasks.look, tasks.bad), (None, below(50.0)), "`never` takes the preset's limit away");
}

#[test]
fn routing_is_what_the_file_says() {
    let config = full();
    let routing = config.topology.routing.as_ref().expect("there is routing");
    assert_eq!(routing.endpoints.len(), 5);
    assert_eq!(
        routing.controls_of(&Region::new("us-west-2")).next().map(|control| control.name.as_str()),
        Some("us-west-2")
    );
    assert_eq!(routing.control("db-promoted").map(|control| control.region.clone()), Some(None));
    let [assertion, gate] = routing.rules.as_slice() else { panic!("there are two rules") };
    let both = vec!["us-east-1".to_owned(), "us-west-2".to_owned()];
    assert_eq!(assertion.kind, RuleKind::Assertion { asserted: both });
    assert_eq!((assertion.logic, assertion.wait), (RuleLogic::AtLeast(1), Duration::from_secs(5)));
    assert_eq!((gate.logic, gate.inverted, gate.wait), (RuleLogic::And, false, Duration::ZERO));
}

#[test]
fn experiments_and_plans_are_what_the_file_says() {
    let topology = full().topology;
    let experiment = &topology.experiments[0];
    assert_eq!((experiment.name.as_str(), experiment.region.as_str()), ("checkout errors", "us-east-1"));
    assert_eq!(experiment.template, "EXT1a2b3c4d5e6f7a8b9");
    assert!(experiment.about.ends_with("fail over"));
    let plan = &topology.plans[0];
    assert_eq!((plan.name.as_str(), plan.regions.len()), ("retail", 2));
    assert!(plan.arn.ends_with(":plan/retail:abc123"));
}

#[test]
fn stores_and_names_are_what_the_file_says() {
    let config = full();
    let topology = &config.topology;
    let orders = &topology.auroras[0];
    assert_eq!((orders.store.as_str(), orders.rpo), ("orders", Duration::from_secs(20)));
    assert!(orders.clusters[&Region::new("us-west-2")].ends_with(":cluster:orders-dbcluster-02-us-west-2"));
    let [stock, billing] = topology.replicas.as_slice() else { panic!("there are two") };
    assert_eq!((stock.engine, stock.rpo), (ReplicaEngine::AuroraBinlog, Duration::from_mins(30)));
    assert_eq!((billing.engine, billing.rpo), (ReplicaEngine::Rds, Duration::from_secs(30)));
    assert_eq!(billing.id(&Region::new("us-west-2")), Some("billing-us-west-2"));
    assert_eq!(topology.tables[0].rpo, Duration::from_mins(1));
    let [assets, search] = topology.lag_links.as_slice() else { panic!("there are two links") };
    assert_eq!((assets.metric.region.as_str(), &*assets.metric.name), ("us-west-2", "ReplicationLatency"));
    assert_eq!((assets.unit, assets.rpo), (Unit::Seconds, Duration::from_mins(15)));
    assert_eq!((search.metric.region.as_str(), &*search.metric.statistic), ("us-west-2", "p99"));
    assert_eq!(
        (search.unit, search.rpo),
        (Unit::Milliseconds, Duration::from_secs(30)),
        "the workload's RPO"
    );
    assert_eq!(
        (topology.dns[0].name.as_str(), topology.dns[0].ttl),
        ("store.example.com", Duration::from_mins(1))
    );
    let [first, second] = topology.dns[0].records.as_slice() else { panic!("there are two records") };
    assert_eq!((first.target.as_deref(), first.target_zone.as_deref()), (None, None));
    let target = "internal-retail-usw2-1.us-west-2.elb.amazonaws.com";
    assert_eq!(
        (second.target.as_deref(), second.target_zone.as_deref()),
        (Some(target), Some("Z1H1FL5HABSF5"))
    );
    let asked: Vec<_> = topology.resolvers.iter().map(|r| (r.name.as_str(), r.address)).collect();
    let at = |address: &str| Some(address.parse().expect("it is an address"));
    assert_eq!(asked, [("office", at("127.0.0.1:5301")), ("of the VPC", at("127.0.0.2:53")), ("own", None)]);
    let spec = topology.orders.as_ref().expect("there is an orders metric");
    assert_eq!(spec.store.as_deref(), Some("orders"));
    assert_eq!(spec.series[&Region::new("us-east-1")].dimensions["Site"], "shop-us-east-1");
}

#[test]
fn nobody_is_asked_unsaid_but_the_resolver_of_this_host() {
    let (before, rest) = FULL.split_once("[[resolvers]]").expect("it has resolvers");
    let (_, after) = rest.split_once("[[dns]]").expect("names come after the resolvers");
    let unsaid = format!("{before}[[dns]]{after}");
    assert_eq!(read(&unsaid).topology.resolvers, [], "a simulated name is not for the host's resolver");
    let real = read(&unsaid.replace("http://127.0.0.1:4566", "https://example.com"));
    assert_eq!(real.topology.resolvers, [Resolver { name: "system".to_owned(), address: None }]);
    let strange = FULL.replace("\"127.0.0.2\"", "\"one.one.one.one\"");
    let said = config::parse(&strange, "f").expect_err("a name is no address").to_string();
    assert!(said.contains("resolvers[1].address") && said.contains("is no resolver"), "{said}");
}

#[test]
fn orders_are_in_the_store_called_orders_unless_said() {
    let unsaid = FULL.replace("dimensions = { Site = \"shop-{region}\" }\nstore = \"orders\"\n", "");
    assert_ne!(unsaid, FULL);
    let spec = |text: &str| config::parse(text, "f").expect("it is right").topology.orders.clone();
    assert_eq!(spec(&unsaid).and_then(|spec| spec.store).as_deref(), Some("orders"));
    let other = unsaid.replace("store = \"orders\"", "store = \"ledger\"");
    assert_eq!(spec(&other).and_then(|spec| spec.store), None);
}

#[test]
fn the_form_of_the_toml_does_not_matter() {
    let table: toml::Table = toml::from_str(FULL).expect("the full file is TOML");
    let again = toml::to_string(&table).expect("TOML can be written");
    assert_ne!(again, FULL);
    assert_eq!(config::parse(&again, "pointsman.toml").expect("it is still right"), full());
}

#[test]
fn a_cluster_has_five_endpoints() {
    let real = FULL.replace("http://127.0.0.1:4566", "https://example.com");
    assert_eq!(config::parse(&real, "f").expect("it is right").warnings, []);
    let gone =
        "[[routing.endpoints]]\nregion = \"eu-west-1\"\nurl = \"https://example.com/cluster/eu-west-1\"\n";
    let four = real.replace(gone, "");
    assert_ne!(four, real);
    let config = config::parse(&four, "f").expect("it is only doubted");
    assert!(!config.simulated);
    let said: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["f:89:1: routing.endpoints: has 4 endpoints; a cluster has 5"]);
}

#[test]
fn a_region_without_control_is_doubted() {
    let (before, rest) =
        FULL.split_once("[[routing.controls]]\nname = \"us-west-2\"").expect("it has a control");
    let (_, after) = rest.split_once("[[aurora]]").expect("stores come after routing");
    let config = read(&format!("{before}[[aurora]]{after}"));
    let said: Vec<&str> = config.warnings.iter().map(|warning| warning.what.as_str()).collect();
    assert_eq!(said, ["no control for us-west-2: its traffic cannot be moved"]);
}

#[test]
fn environment_and_flags_win_over_the_file() {
    let flags = Overrides {
        theme: Some("mono".to_owned()),
        color: Some("never".to_owned()),
        home: Some("eu-west-1".to_owned()),
        ..Overrides::default()
    };
    let environment = Overrides::environment(|name| (name == "AWS_PROFILE").then(|| "game-day".to_owned()));
    let config = full().overridden(flags.over(environment)).expect("they are right");
    assert_eq!(config.screen.theme.as_deref(), Some("mono"));
    assert_eq!(config.screen.color, Some(config::Color::Never));
    assert_eq!(config.access.profile.as_deref(), Some("game-day"));
    assert_eq!(config.topology.home, Some(Region::new("eu-west-1")));
    assert_eq!(config.topology.regions, full().topology.regions);
}

#[test]
fn wrong_overrides_are_all_said() {
    let overrides = Overrides {
        endpoint_url: Some("https://emulator.example.com".to_owned()),
        assume_role: Some("arn:aws:iam::999999999999:role/ops".to_owned()),
        home: Some("home".to_owned()),
        ..Overrides::default()
    };
    let wrong = full().overridden(overrides).expect_err("they are wrong");
    let expected = "\
environment or flags: assume_role: in account 999999999999, but workload.account is 111122223333
environment or flags: home: \"home\" is no Region name
environment or flags: endpoint_url: this cluster endpoint leads to this machine, but workload.endpoint_url does not: \
        half would be simulated and half real";
    assert_eq!(wrong.to_string(), expected);
}

#[test]
fn a_file_is_loaded_under_its_own_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pointsman.toml");
    let absent = config::load(&path).expect_err("it is not there");
    assert!(matches!(absent, ConfigErrors::File { .. }));
    assert!(absent.to_string().starts_with(&path.display().to_string()));
    std::fs::write(&path, FULL).expect("a file");
    assert_eq!(config::load(&path).expect("it is right"), full());
    std::fs::write(&path, "x = 1").expect("a file");
    let wrong = config::load(&path).expect_err("it is wrong").to_string();
    assert!(wrong.starts_with(&format!("{}:1:1: ", path.display())), "{wrong}");
}

#[test]
fn the_page_about_the_file_is_what_the_code_says() {
    crate::written::compare_or_write("docs/config.md", &config::docs());
}

#[test]
fn the_folder_of_the_aws_files_is_beside_the_config_unless_it_is_absolute() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pointsman.toml");
    for (said, is) in [("aws", folder.path().join("aws")), ("/srv/aws", "/srv/aws".into())] {
        let text = FULL.replacen("[workload]", &format!("[workload]\naws_folder = \"{said}\""), 1);
        std::fs::write(&path, text).unwrap();
        assert_eq!(config::load(&path).unwrap().access.folder, Some(is));
    }
}
