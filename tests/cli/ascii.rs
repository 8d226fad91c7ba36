//! Printed words keep to ASCII where the flag, the config or the locale says so; what programs read is left alone.

use super::stage::{Desk, Said, Stage};

/// Every command that prints words, after a run that its journal tells of.
const WORDS: [&str; 6] = [
    "status",
    "plan failover --from us-east-1 --to us-west-2",
    "check",
    "journal list",
    "journal show RUN",
    "report RUN --as md",
];

fn evacuated() -> (Stage, String) {
    let stage = Stage::of_one_host("calm", 20);
    let run = "run evacuate --from us-east-1 --to us-west-2 --confirm us-west-2 --reason leaving --ascii";
    let said = stage.run(run);
    assert!(said.out.is_ascii() && said.err.is_ascii(), "{}\n{}", said.out, said.err);
    assert!(said.out.contains("us-east-1 -> us-west-2"), "{}", said.out);
    let list = stage.run("journal list").with(0).out;
    let run = list.split_whitespace().next().unwrap().to_owned();
    (stage, run)
}

fn is_plain(said: &Said) -> bool {
    said.out.is_ascii() && said.err.is_ascii()
}

#[test]
fn words_are_written_in_ascii_by_the_flag_the_locale_or_the_config() {
    let (stage, run) = evacuated();
    let mut rich = 0;
    for words in WORDS {
        let words = words.replace("RUN", &run);
        let usual = stage.run(&words);
        rich += usize::from(!is_plain(&usual));
        let flag = stage.run(&format!("{words} --ascii"));
        assert!(is_plain(&flag) && !flag.out.is_empty(), "{words}: {}\n{}", flag.out, flag.err);
        assert_eq!(flag.code, usual.code, "{words}");
        let mut command = stage.desk.command(&words);
        let locale = Said::from(command.env("LC_ALL", "C").output().unwrap());
        assert!(is_plain(&locale), "{words}: {}\n{}", locale.out, locale.err);
    }
    assert!(rich >= 3, "without being asked to it is not in ASCII: {rich}");
    stage.desk.change("[screen]\n", "[screen]\nascii = true\n");
    for words in &WORDS[..3] {
        let said = stage.run(words);
        assert!(is_plain(&said), "{words}: {}\n{}", said.out, said.err);
    }
}

#[test]
fn what_another_program_reads_is_the_same_in_ascii() {
    let (stage, run) = evacuated();
    for words in ["report RUN --as html", "report RUN --as json", "journal export RUN"] {
        let words = words.replace("RUN", &run);
        let usual = stage.run(&words).with(0).out;
        assert_eq!(stage.run(&format!("{words} --ascii")).with(0).out, usual, "{words}");
    }
}

#[test]
fn what_is_wrong_is_said_in_ascii_too() {
    let desk = Desk::with_config("[workload]\nname = \"café\"\nenvironment = 3\n");
    let said = desk.run("status --ascii");
    assert!(said.code == Some(2) && is_plain(&said) && !said.err.is_empty(), "{}", said.err);
}
