//! The config that the simulator hands out is one that the reader takes without a word.

use std::path::Path;

use pointsman::clock::Clock;
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
