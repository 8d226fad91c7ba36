//! Several workloads behind one terminal: opened by name, left disarmed, and a run that goes on behind the list.

use super::hands::{MIDDLE, begin, hurry};
use super::terminal::Terminal;

#[test]
fn a_run_in_one_workload_goes_on_while_another_is_looked_at() {
    let args = ["demo", "--fleet", "--scenario", "calm", "--speed", "5"];
    let mut console = Terminal::with(&args, MIDDLE, &[]);
    console.shows(" FLEET ");
    for name in ["retail-store", "till", "loyalty"] {
        console.shows(name);
    }
    console.press("/retail\r");
    console.press("\r");
    console.asks("Open the console of retail-store");
    console.shows("111122223333");
    console.press("\r");
    console.shows("● us-west-2 ok");
    begin(&mut console, "evacuate   us-east-1");
    console.press("W");
    console.shows(" FLEET ");
    console.shows("1 run in flight");
    console.shows("evacuate ");
    console.press("\x1a");
    console.shows("a run is driven here: not suspended");
    console.press("j");
    console.press("/loyalty\r");
    console.press("\r");
    console.asks("Open the console of loyalty");
    console.press("\r");
    console.shows("WATCH");
    console.shows("● us-west-2 ok");
    assert!(!console.text().contains("RUNNING"), "the run is the other workload's\n{}", console.text());
    console.press("\x1a");
    console.shows("a run is driven here: not suspended");
    console.press("W");
    console.shows(" FLEET ");
    hurry(&console);
    console.until("the run at its end", |screen| !screen.contents().contains("1 run in flight"));
    console.press("q");
    assert_eq!(console.exit_code(), 0, "{}", console.text());
    console.is_given_back();
    assert!(console.journal(&["list"]).contains("steps confirmed"), "{}", console.journal(&["list"]));
}

#[test]
fn switching_disarms() {
    let mut console = Terminal::with(&["demo", "--fleet", "--scenario", "calm"], MIDDLE, &[]);
    let open = |console: &mut Terminal| {
        console.shows(" FLEET ");
        console.press("/loyalty\r");
        console.press("\r");
        console.asks("Open the console of loyalty");
        console.press("\r");
        console.shows("WATCH");
    };
    open(&mut console);
    console.press("A");
    console.asks("Arm for 15 minutes");
    console.press("\t\r");
    console.shows("ARMED");
    console.press("W");
    open(&mut console);
    assert!(!console.text().contains("ARMED"), "{}", console.text());
    console.press("q");
    assert_eq!(console.exit_code(), 0, "{}", console.text());
    console.is_given_back();
}
