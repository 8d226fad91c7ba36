//! `pointsman report`: a run told from its journal, as Markdown, HTML or JSON.
//!
//! It sends nothing and changes nothing; what is promised comes from the config where there is one of that workload.

use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::eyre::Result;

use super::exit::{self, Refused};
use super::journal::{Told, told};
use super::setup::{file, load};
use super::{Common, place, say};
use crate::clock::Clock;
use crate::config;
use crate::report::{Goals, Report};
use crate::sim::{Sim, handout, scenario};

/// How the report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportForm {
    /// Markdown
    Md,
    /// One HTML file, without a script
    Html,
    /// JSON, with spans in seconds
    Json,
}

/// Prints the report of the one run whose name begins like this.
pub(super) fn report(common: &Common, name: &str, form: ReportForm) -> Result<ExitCode> {
    let Told { workload, lines, code, whole } = told(common, name)?;
    let goals = goals(common, &workload)?;
    let report = Report::of(&lines, goals.as_ref())
        .map_err(|untold| Refused::new(exit::BROKEN, format!("the run cannot be told: {untold}")))?;
    let report = report.checked(whole);
    match form {
        ReportForm::Md => say::text(&report.markdown()),
        ReportForm::Html => say::data(&report.html()),
        ReportForm::Json => say::record(report.json()?),
    }
    Ok(code)
}

/// What the workload of this folder promises: by the config, if it is that workload's, else by the demo's.
fn goals(common: &Common, workload: &str) -> Result<Option<Goals>> {
    if file(common).is_some_and(|file| common.config.is_some() || file.exists()) {
        let config = load(common)?;
        let declared = place::folder(&config.topology.workload, &config.topology.environment);
        if declared == workload {
            return Ok(Some(Goals::of(&config.topology)));
        }
    }
    Ok(demo(workload))
}

/// What the simulated platform of `demo` promises, in whatever scenario.
fn demo(workload: &str) -> Option<Goals> {
    let sim = Sim::new(&scenario::find("calm").ok()?, 1, Clock::wall());
    let config =
        config::parse(&sim.look(|world| handout::config(world, "http://127.0.0.1:1")), "demo").ok()?;
    let is_demo = place::folder(&config.topology.workload, "demo") == workload;
    is_demo.then(|| Goals::of(&config.topology))
}
