//! The config that the simulator hands out is one that the reader takes without a word.

use std::path::Path;

use pointsman::clock::Clock;
use pointsman::config::PlaybookFile;
use pointsman::sim::scenario::Scenario;
use pointsman::sim::{Sim, handout};

#[tokio::test(start_paused = true)]
async fn every_scenario_hands_out_a_right_config() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("there are scenarios") {
        let path = entry.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a scenario");
        let scenario: Scenario = toml::from_str(&text).expect("a right scenario");
        let sim = Sim::new(&scenario, 1, Clock::starting_at(jiff::Timestamp::UNIX_EPOCH, 1));
        let config = super::read(&sim.look(|world| handout::config(world, "http://127.0.0.1:4566")));
        assert_eq!(config.warnings, [], "{}", path.display());
        assert!(config.simulated, "{}", path.display());
        count += 1;
    }
    assert!(count >= 6, "the issue names six scenarios at the least");
}

#[tokio::test(start_paused = true)]
async fn the_playbooks_for_a_warm_standby_fit_its_config() {
    let scenario = pointsman::sim::scenario::find("warm-standby").expect("there is one");
    let sim = Sim::new(&scenario, 1, Clock::starting_at(jiff::Timestamp::UNIX_EPOCH, 1));
    let config = super::read(&sim.look(|world| handout::config(world, "http://127.0.0.1:4566")));
    let own = ["standby", "standby-home"].map(|name| {
        let file = format!("docs/playbooks/{name}.toml");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
        let text = std::fs::read_to_string(path).expect("a playbook");
        PlaybookFile { name: name.to_owned(), file, text }
    });
    let read = config.with_playbooks(&own).map_err(|problems| problems.to_string());
    let playbooks = read.expect("they are right").topology.playbooks.clone();
    let promotions = |at: usize| {
        let steps = playbooks[at].steps.iter();
        steps.filter(|step| step.kind == "replica.promote").count()
    };
    assert_eq!([promotions(0), promotions(1)], [2, 2]);
}
