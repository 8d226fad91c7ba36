//! The `pointsman` binary: parse, call `cli`, exit code.

use std::process::ExitCode;

fn main() -> color_eyre::Result<ExitCode> {
    color_eyre::install()?;
    pointsman::cli::main()
}
