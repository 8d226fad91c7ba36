//! A folder of several workloads: none is taken for another, and all are told of at once.

use std::fs;
use std::path::PathBuf;

use super::stage::{Desk, Stage};

/// The files of a folder beside the config.
fn lay_out(desk: &Desk, files: &[(&str, &str)]) -> PathBuf {
    let folder = desk.config_file().with_file_name("several");
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// The config as another workload, all of it in another account.
fn other(config: &str) -> String {
    let renamed = config.replacen("name = \"retail-store\"", "name = \"till\"", 1);
    renamed.replace("111122223333", "444455556666")
}

#[test]
fn all_workloads_are_told_of_and_one_is_only_taken_by_name() {
    let stage = Stage::new("calm", 1);
    let config = stage.desk.config();
    lay_out(&stage.desk, &[("shop.toml", &config), ("till.toml", &other(&config))]);
    let all = stage.run("-c several status --all");
    let heads: Vec<&str> = all.out.lines().filter(|line| line.starts_with("== ")).collect();
    assert_eq!(
        heads,
        ["== retail-store in simulated, account 111122223333", "== till in simulated, account 444455556666"]
    );
    let json = stage.run("-c several status --all --json").json();
    let names: Vec<_> =
        json.as_array().unwrap().iter().map(|one| one["workload"].as_str().unwrap()).collect();
    assert_eq!(names, ["retail-store", "till"]);

    let unsaid = stage.run("-c several status").with(2).err;
    assert!(
        unsaid.contains("more than one workload could be meant") && unsaid.contains("--workload"),
        "{unsaid}"
    );
    let one = stage.run("-c several -w till status --json");
    assert_eq!(one.json()["workload"], "till");
    assert_eq!(stage.run("-c several -w shop status --json").with(0).json()["workload"], "retail-store");
    let none = stage.run("-c several -w tilt status").with(2).err;
    assert!(none.contains("`tilt` is not exactly one of"), "{none}");
    assert_eq!(stage.run("status --all").with(0).out.matches("== ").count(), 1, "a file is a fleet of one");
}

#[test]
fn check_all_goes_through_every_workload() {
    let stage = Stage::new("calm", 1);
    let config = stage.desk.config();
    lay_out(&stage.desk, &[("shop.toml", &config), ("till.toml", &other(&config))]);
    let all = stage.run("-c several check --all").with(20).out;
    let (shop, till) = all.split_once("== till in simulated").unwrap();
    assert!(shop.starts_with("== retail-store in simulated") && !shop.contains("WRONG"), "{all}");
    assert!(till.contains("WRONG"), "its credentials are of another account: {till}");
}

#[test]
fn a_wrong_file_keeps_nobody_from_the_other_workloads() {
    let stage = Stage::new("calm", 1);
    let config = stage.desk.config();
    lay_out(&stage.desk, &[("shop.toml", &config), ("till.toml", "x = 1\n")]);
    let all = stage.run("-c several status --all").with(30);
    assert!(all.out.starts_with("== retail-store in simulated"), "{}", all.out);
    assert!(all.err.contains("till.toml:1:1"), "{}", all.err);
    stage.run("-c several -w retail-store status").with(0);
    assert!(stage.run("-c several status").with(2).err.contains("till.toml:1:1"));
    lay_out(&stage.desk, &[("till.toml", &config)]);
    let twins = stage.run("-c several -w retail-store status").with(2).err;
    assert!(twins.contains("is the same workload as"), "{twins}");
}
