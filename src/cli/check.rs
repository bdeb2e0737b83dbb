//! `matside check`

use std::io::Write;
use std::path::PathBuf;

use super::shelf::{Shelf, errors};
use super::{Exit, voices};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and folders; without any, the shipped sessions and your own
    files: Vec<PathBuf>,
    /// List the words that this voice has to guess, too (see `pronounce.toml`)
    #[arg(long, value_name = "NAME")]
    voice: Option<String>,
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let mut shelf = Shelf::read(&args.files)?;
    shelf.check();
    #[cfg(feature = "ears")]
    shelf.diagnostics.extend(super::ears::dictionary::check(&shelf.library));
    let mut diagnostics = std::mem::take(&mut shelf.diagnostics);
    if let Some(voice) = &args.voice {
        diagnostics.extend(voices::unheard(voice, &shelf)?);
    }
    if !shelf.named.is_empty() {
        diagnostics.retain(|diagnostic| shelf.named.contains(&diagnostic.source));
    }
    shelf.print(&diagnostics);
    let errors = errors(&diagnostics).count();
    let warnings = diagnostics.len() - errors;
    let files = match args.files.len() {
        0 => shelf.library.sources().iter().count(),
        _ => shelf.named.len(),
    };
    if !diagnostics.is_empty() {
        eprintln!();
    }
    writeln!(std::io::stdout(), "{files} files, {errors} errors, {warnings} warnings")?;
    Ok(if errors == 0 { Exit::Done } else { Exit::BadScript })
}
