//! `matside ctl`: steers the session that is running.

use std::io::{ErrorKind, Write};

use anyhow::Context;

use crate::ear::socket;

use super::{Exit, places};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// pause (once more: go on), resume, stop, skip, back, repeat, easier, harder, worse, how-long, louder, softer, slower,
    /// faster, why, volume up, volume down, status (a line of JSON), or say and the words of an answer
    #[arg(required = true, value_name = "COMMAND")]
    words: Vec<String>,
    /// For `status`, which is JSON anyway
    #[arg(long)]
    json: bool,
}

/// The name of the socket in the state directory of the device, whoever's session it is.
pub const SOCKET: &str = "ctl";

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let path = places::device().context(places::NO_STATE)?.join(SOCKET);
    match socket::ask(&path, &args.words.join(" ")) {
        Ok(answer) if answer == socket::DONE => {}
        Ok(answer) => writeln!(std::io::stdout(), "{answer}")?,
        // A killed session leaves the file behind.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            anyhow::bail!("no session is running");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Exit::Done)
}
