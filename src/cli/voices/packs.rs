//! `matside voices list`, `install` and `remove`.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::Exit;
use crate::packs::{self, Manifest, PackError, Source};

use super::{SYSTEM, chosen, folders, own_folder};

pub fn list() -> anyhow::Result<Exit> {
    let mut out = std::io::stdout().lock();
    let installed = packs::installed(&folders(), packs::VOICE);
    writeln!(out, "installed:")?;
    for pack in &installed {
        match pack {
            Ok((dir, pack)) => writeln!(out, "{}  {}", row(pack), state(pack, dir))?,
            Err(error) => writeln!(out, "  {error}")?,
        }
    }
    writeln!(
        out,
        "  {:<8} {:<6} {:<20} any language; the program espeak-ng",
        "espeak", "", "a formant voice"
    )?;
    if cfg!(feature = "system-voice") {
        let what = "speech-dispatcher; speaks by itself, so not for recordings";
        writeln!(out, "  {:<8} {:<6} {:<20} {what}", SYSTEM, "", "this system's voice")?;
    }
    let is = |name: &str| installed.iter().flatten().any(|(_, pack)| pack.name == name);
    let missing: Vec<Manifest> = known().filter(|pack| !is(&pack.name)).collect();
    if !missing.is_empty() {
        writeln!(out, "\nto be had with `matside voices install NAME`:")?;
    }
    for pack in &missing {
        writeln!(out, "{}  {}, {}", row(pack), megabytes(pack), pack.licence)?;
    }
    Ok(Exit::Done)
}

fn row(pack: &Manifest) -> String {
    format!("  {:<8} {:<6} {:<20}", pack.name, pack.language, pack.about)
}

fn megabytes(pack: &Manifest) -> String {
    format!("{:.1} MB", pack.bytes() as f64 / 1e6)
}

fn state(pack: &Manifest, dir: &Path) -> String {
    match pack.verify(dir) {
        Ok(()) => format!("{}, {}", megabytes(pack), dir.display()),
        Err(error) => {
            format!("damaged: {error}; install it again with `matside voices install {}`", pack.name)
        }
    }
}

pub fn install(name: &str, from: Option<&str>) -> anyhow::Result<Exit> {
    let source = match from {
        None => Source::Net,
        Some(url) if url.starts_with("http://") || url.starts_with("https://") => Source::Url(url.into()),
        Some(path) => Source::Path(PathBuf::from(path)),
    };
    let pack = wanted(name, &source)?;
    let folder = own_folder()?;
    if from.is_none() && pack.verify(&folder.join(name)).is_ok() {
        println!("`{name}` is installed and sound: {}", folder.join(name).display());
        return Ok(Exit::Done);
    }
    let place = packs::install(&pack, &folder, &source)?;
    println!("installed `{name}` ({}): {}", megabytes(&pack), place.display());
    Ok(Exit::Done)
}

/// The known pack, or the one that a folder with a manifest holds.
fn wanted(name: &str, source: &Source) -> Result<Manifest, PackError> {
    if let Source::Path(dir) = source
        && dir.join(packs::VOICE).is_file()
    {
        return Manifest::read(&dir.join(packs::VOICE)).map(|pack| Manifest { name: name.into(), ..pack });
    }
    known().find(|pack| pack.name == name).ok_or_else(|| unknown(name))
}

/// The packs that can be installed by name and that this version can speak with.
pub fn known() -> impl Iterator<Item = Manifest> {
    packs::known().into_iter().filter(|pack| chosen::reads(&pack.engine))
}

pub fn unknown(name: &str) -> PackError {
    let known = known().map(|pack| format!("`{}`", pack.name)).collect::<Vec<_>>();
    PackError::Unknown { name: name.into(), known: known.join(", ") }
}

pub fn remove(name: &str) -> anyhow::Result<Exit> {
    if packs::remove(name, &own_folder()?)? {
        println!("removed `{name}`");
        return Ok(Exit::Done);
    }
    anyhow::bail!("`{name}` is not installed in `{}`", own_folder()?.display());
}
