//! `matside ears list`, `install` and `remove`.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::Exit;
use crate::packs::{self, EARS, Manifest, PackError, Source};

use super::{folders, own_folder};

pub fn list() -> anyhow::Result<Exit> {
    let mut out = std::io::stdout().lock();
    let installed = packs::installed(&folders(), EARS);
    writeln!(out, "installed:")?;
    for pack in &installed {
        match pack {
            Ok((dir, pack)) => writeln!(out, "{}  {}", row(pack), state(pack, dir))?,
            Err(error) => writeln!(out, "  {error}")?,
        }
    }
    let is = |name: &str| installed.iter().flatten().any(|(_, pack)| pack.name == name);
    let missing: Vec<Manifest> = packs::known_ears().into_iter().filter(|pack| !is(&pack.name)).collect();
    if !missing.is_empty() {
        writeln!(out, "\nto be had with `matside ears install NAME`:")?;
    }
    for pack in &missing {
        writeln!(out, "{}  {}, {}", row(pack), megabytes(pack), pack.licence)?;
    }
    Ok(Exit::Done)
}

fn row(pack: &Manifest) -> String {
    format!("  {:<8} {:<6} {:<24}", pack.name, pack.language, pack.about)
}

fn megabytes(pack: &Manifest) -> String {
    format!("{:.1} MB", pack.bytes() as f64 / 1e6)
}

fn state(pack: &Manifest, dir: &Path) -> String {
    match pack.verify(dir) {
        Ok(()) => format!("{}, {}", megabytes(pack), dir.display()),
        Err(error) => format!("damaged: {error}; install it again with `matside ears install {}`", pack.name),
    }
}

pub fn install(name: &str, from: Option<&Path>) -> anyhow::Result<Exit> {
    let pack = wanted(name)?;
    let folder = own_folder()?;
    if from.is_none() && pack.verify(&folder.join(name)).is_ok() {
        println!("`{name}` is installed and sound: {}", folder.join(name).display());
        return Ok(Exit::Done);
    }
    let source = from.map_or(Source::Net, |path| Source::Path(PathBuf::from(path)));
    let place = packs::install(&pack, &folder, &source)?;
    println!("installed `{name}` ({}): {}", megabytes(&pack), place.display());
    Ok(Exit::Done)
}

fn wanted(name: &str) -> Result<Manifest, PackError> {
    let mut known = packs::known_ears();
    let names = known.iter().map(|pack| format!("`{}`", pack.name)).collect::<Vec<_>>().join(", ");
    let known_one = known.iter().position(|pack| pack.name == name).map(|i| known.swap_remove(i));
    known_one.ok_or_else(|| PackError::Unknown { name: name.into(), known: names })
}

pub fn remove(name: &str) -> anyhow::Result<Exit> {
    // A name that is known leads nowhere else.
    wanted(name)?;
    if packs::remove(name, &own_folder()?)? {
        println!("removed `{name}`");
        return Ok(Exit::Done);
    }
    anyhow::bail!("`{name}` is not installed in `{}`", own_folder()?.display());
}
