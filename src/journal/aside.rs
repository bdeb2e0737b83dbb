//! Damaged files are renamed, with the day in their name, and kept until they are forgotten.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

/// What SQLite writes beside its file.
const BESIDE: [&str; 2] = ["-wal", "-shm"];
const MARK: &str = ".damaged-";

/// Renames the file and what belongs to it: first the file, for what is left beside a file that is gone is set aside too.
pub fn set_aside(path: &Path, today: Date) -> io::Result<PathBuf> {
    let free = free(path, &today.to_string())?;
    fs::rename(path, &free)?;
    for beside in BESIDE {
        rename(&with(path, beside), &with(&free, beside))?;
    }
    sync_folder(path)?;
    Ok(free)
}

/// Changes that lie beside no file must not get into a new one.
pub fn set_orphans_aside(path: &Path) -> io::Result<()> {
    for beside in BESIDE {
        let orphan = with(path, beside);
        if orphan.exists() {
            fs::rename(&orphan, free(&orphan, "orphan")?)?;
        }
    }
    Ok(())
}

/// Copies what lies beside `path` to beside `copy`.
pub fn copy_beside(path: &Path, copy: &Path) -> io::Result<()> {
    let wal = with(path, "-wal");
    if wal.exists() { fs::copy(wal, with(copy, "-wal")).map(drop) } else { Ok(()) }
}

/// The files that were set aside beside `path`.
pub fn all(path: &Path) -> io::Result<Vec<PathBuf>> {
    let dir = fs::read_dir(path.parent().unwrap_or(Path::new(".")))?;
    let ours = |found: &PathBuf| {
        let (found, stem) = (found.file_name().unwrap_or_default(), path.file_name().unwrap_or_default());
        let (found, stem) = (found.to_string_lossy(), stem.to_string_lossy());
        found.starts_with(&*stem) && found.contains(MARK)
    };
    let mut all: Vec<PathBuf> = dir.filter_map(|entry| Some(entry.ok()?.path())).filter(ours).collect();
    all.sort();
    Ok(all)
}

fn free(path: &Path, when: &str) -> io::Result<PathBuf> {
    let names = (1..1000).map(|number| {
        let again = if number > 1 { format!("-{number}") } else { String::new() };
        with(path, &format!("{MARK}{when}{again}"))
    });
    names.into_iter().find(|name| !name.exists()).ok_or_else(|| {
        io::Error::new(io::ErrorKind::AlreadyExists, "too many damaged files lie beside it; remove some")
    })
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        renamed => renamed,
    }
}

pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_files_are_set_aside_and_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.sqlite");
        let today = jiff::civil::date(2026, 3, 1);
        for name in ["journal.sqlite.damaged-2026-03-01", "journal.sqlite.damaged-2026-03-01-2"] {
            fs::write(&path, name).unwrap();
            fs::write(with(&path, "-wal"), "wal").unwrap();
            let aside = set_aside(&path, today).unwrap();
            assert_eq!(aside, dir.path().join(name));
            assert!(!path.exists() && !with(&path, "-wal").exists() && with(&aside, "-wal").exists());
        }
        let first = fs::read_to_string(dir.path().join("journal.sqlite.damaged-2026-03-01")).unwrap();
        assert_eq!(first, "journal.sqlite.damaged-2026-03-01");
        assert_eq!(all(&path).unwrap().len(), 4);
    }

    #[test]
    fn what_lies_beside_no_file_is_set_aside_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.sqlite");
        fs::write(with(&path, "-wal"), "old").unwrap();
        set_orphans_aside(&path).unwrap();
        assert!(!with(&path, "-wal").exists());
        assert_eq!(all(&path).unwrap().len(), 1);
    }
}
