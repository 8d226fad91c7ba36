//! `pointsman login`: signs in at IAM Identity Center by a code that is confirmed in a browser, on any machine.
//!
//! Consoles that run on this host go on with the new sign-in by themselves.

use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::exit::{self, Refused};
use super::setup::{Reader, load};
use super::{Common, say, who};
use crate::aws::sign_in::NotSignedIn;
use crate::clock::Clock;

/// Signs in and says who one is then; exit 0 signed in, 2 nothing to sign in at, 20 refused, 30 no answer.
pub(super) async fn login(common: &Common) -> Result<ExitCode> {
    let reader = Reader::new(load(common)?, Clock::wall());
    reader.clients.learn_time().await;
    let device = reader.clients.begin_sign_in().await.map_err(|why| undone(&why))?;
    say::out(format_args!("Open this page, on any machine, and confirm only if it shows {}:", device.code));
    say::out(format_args!("  {}", device.url));
    say::out(format_args!("waiting until {}", device.until.strftime("%H:%M:%S UTC")));
    reader.clients.finish_sign_in(&device, |_| ()).await.map_err(|why| undone(&why))?;
    say::out("signed in");
    let world = reader.world().await;
    say::out(who::line(&world, reader.clock.now()));
    Ok(ExitCode::SUCCESS)
}

fn undone(why: &NotSignedIn) -> Refused {
    let code = match why {
        NotSignedIn::Nowhere(_) => exit::USAGE,
        NotSignedIn::Refused(_) => exit::BAD,
        NotSignedIn::Unknown(_) => exit::UNKNOWN,
    };
    Refused::new(code, format!("not signed in: {why}"))
}
