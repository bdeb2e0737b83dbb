//! The words of a whole pack; left out where none is installed.

use std::fmt::Write as _;

use super::*;

fn pack() -> Option<Words> {
    let root = std::env::var_os("MATSIDE_VOICES").map(PathBuf::from);
    let data = || Some(PathBuf::from(std::env::var_os("XDG_DATA_HOME")?).join("matside/voices"));
    let folder = root.or_else(data)?.join("heart");
    if !folder.is_dir() {
        return None;
    }
    Some(Words::open(&folder, Corrections::default()).unwrap())
}

#[test]
fn dump() {
    let Some(mut words) = pack() else { return };
    let Ok(file) = std::env::var("DUMP") else { return };
    let text = std::fs::read_to_string(&file).unwrap();
    let mut out = String::new();
    let start = std::time::Instant::now();
    for line in text.lines() {
        writeln!(out, "{line}\t{}", words.phonemes(line).unwrap().join(" ┃ ")).unwrap();
    }
    eprintln!("{:?}", start.elapsed());
    std::fs::write(file.replace(".txt", ".got.tsv"), out).unwrap();
}
