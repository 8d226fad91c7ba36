//! `/_sim/…`: truth, faults and time, in sentences when something is wrong.

use bytes::Bytes;
use http::{Method, Request};
use pointsman::sim::Sim;
use pointsman::sim::fault::Fault;
use serde_json::{Value, json};

use super::{EAST, calm};

async fn ask(sim: &Sim, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let request = Request::builder().method(method).uri(path).body(body).unwrap();
    let response = sim.call(request).await.unwrap();
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn the_truth_changes_with_a_fault_and_with_time() {
    let sim = calm();
    let (status, before) = ask(&sim, Method::GET, "/_sim/state", &Value::Null).await;
    assert_eq!(status, 200);
    let fault = json!({"kind": "region-impaired", "region": EAST, "severity": 0.9, "for": "10m"});
    let (status, injected) = ask(&sim, Method::POST, "/_sim/inject", &fault).await;
    assert_eq!((status, injected["id"].as_u64()), (200, Some(1)));
    let (status, advanced) = ask(&sim, Method::POST, "/_sim/advance", &json!({"seconds": 90})).await;
    assert_eq!(status, 200);
    assert_eq!(advanced["now"].as_str().unwrap(), "2026-03-02T09:01:30Z");
    let (_, after) = ask(&sim, Method::GET, "/_sim/state", &Value::Null).await;
    assert_ne!(before, after);
    let (status, _) = ask(&sim, Method::POST, "/_sim/inject", &json!({"kind": "clear", "id": 1})).await;
    assert_eq!(status, 200);
    assert_eq!(sim.look(|world| world.faults.len()), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_said_in_a_sentence() {
    let sim = calm();
    for (method, path, body, status) in [
        (Method::POST, "/_sim/inject", json!({"kind": "earthquake"}), 400),
        (Method::POST, "/_sim/inject", json!({"kind": "region-lost", "region": "mars"}), 400),
        (Method::POST, "/_sim/inject", Value::Null, 400),
        (Method::POST, "/_sim/advance", json!({"seconds": -1}), 400),
        (Method::POST, "/_sim/advance", json!({"minutes": 1}), 400),
        (Method::POST, "/_sim/state", Value::Null, 405),
        (Method::GET, "/_sim/other", Value::Null, 404),
    ] {
        let (answered, body) = ask(&sim, method, path, &body).await;
        assert_eq!(answered, status, "{path} {body}");
        assert!(body["error"].as_str().unwrap().ends_with('.'), "{body}");
    }
}

#[test]
fn the_page_about_the_simulator_names_faults_as_they_are() {
    let page = include_str!("../../docs/simulator.md");
    let rows = page.lines().skip_while(|line| !line.starts_with("| kind |")).skip(2);
    let mut kinds = 0;
    for row in rows.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let words = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        let [kind] = words(cells[1]).try_into().unwrap();
        kinds += 1;
        for member in std::iter::once("kind".to_owned()).chain(words(cells[2])) {
            let mut fault = json!({ member: [] });
            fault["kind"] = json!(kind);
            let said =
                serde_json::from_value::<Fault>(fault).err().map(|e| e.to_string()).unwrap_or_default();
            assert!(!said.contains("unknown"), "{row}: {said}");
        }
    }
    assert_eq!(kinds, 18);
}
