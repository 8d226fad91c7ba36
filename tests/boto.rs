//! boto3, a stranger to this code base, reads and writes the simulator; every raw answer is walked strictly.
//!
//! The Python side is in `tests/boto`. It runs in an environment of its own, made once under the target
//! directory; where Python or the package index is not there, the test says so and passes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pointsman::clock::Clock;
use pointsman::sim::door::http::serve;
use pointsman::sim::{Sim, scenario};

/// What is installed; its models are what the answers are held against.
const PACKAGE: &str = "boto3==1.44.5";

/// A runbook with all that an execution may have: parameters, a wait for a person, an effect, a failure.
const BOOKS: &str = r#"
scenario = { name = "books", about = "A runbook.", length = "1m" }
[[world.runbooks]]
document = "retail-Scale"
parameters = { Reason = "", Tasks = "7" }
steps = [
    { name = "approve", action = "aws:approve" },
    { name = "scale", action = "aws:executeAwsApi", takes = "0s", effect = { kind = "scale", region = "us-west-2", tasks = 7 } },
    { name = "look", action = "aws:sleep", takes = "1s", fails = "It does not look well." },
]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn boto3_reads_and_writes_every_operation() {
    let python = match environment(PACKAGE) {
        Ok(python) => python,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    // Faster than real time, so that the simulated latency of some hundred calls does not add up.
    let clock = Clock::starting_at("2026-03-02T09:00:00Z".parse().unwrap(), 20);
    let mut calm = scenario::find("calm").unwrap();
    calm.world.runbooks = scenario::parse(BOOKS).unwrap().world.runbooks;
    let sim = Sim::new(&calm, 7, clock);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let (address, server) = serve(sim, any, async { drop(stopped.await) }).await.unwrap();
    let server = tokio::spawn(server);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/boto/run.py");
    let base = format!("http://{address}");
    let ran = tokio::task::spawn_blocking(move || {
        Command::new(python).arg("-B").arg(script).arg(base).env_clear().output().unwrap()
    });
    let ran = ran.await.unwrap();
    stop.send(()).unwrap();
    server.await.unwrap();
    assert!(ran.status.success(), "{}", said(&ran));
}

/// The Python of an environment with a pinned package, made if it is not there yet.
pub(crate) fn environment(package: &str) -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(package.replace("==", "-"));
    let python = home.join("bin/python");
    if home.join("ready").exists() {
        return Ok(python);
    }
    run("Python 3 with venv", Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", package];
    run("the package index", Command::new(&python).args(install))?;
    std::fs::write(home.join("ready"), package).map_err(|problem| problem.to_string())?;
    Ok(python)
}

fn run(what: &str, command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(ran) if ran.status.success() => Ok(()),
        Ok(ran) => Err(format!("{what} is not there: {}", said(&ran).trim())),
        Err(problem) => Err(format!("{what} is not there: {problem}")),
    }
}

fn said(ran: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr))
}
