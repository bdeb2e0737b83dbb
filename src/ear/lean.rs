//! What of a Vosk model is loaded. Owns its search widths, and that its language model, which nobody needs where the
//! phrases are known, stays on the disk: 38 MB of memory. Must not change an installed file.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

/// Read as they are.
const SAME: [&str; 6] =
    ["am", "ivector", "conf/mfcc.conf", "graph/HCLr.fst", "graph/disambig_tid.int", "graph/phones"];
const SEARCH: &str = "conf/model.conf";
const WORDS: &str = "graph/Gr.fst";

/// The marks of `OpenFst`'s files, which are little-endian.
const FST: u32 = 2_125_659_606;
const SYMBOLS: u32 = 2_125_658_996;
/// Input symbols, output symbols.
const HAS_SYMBOLS: u32 = 3;
const OUTPUT_SYMBOLS: u32 = 2;
const LONGEST: u32 = 4_096;

/// The model as it is to be loaded; the folder is needed for as long as that takes.
///
/// # Errors
/// What cannot be read or written, and a model that is built in another way.
pub fn lean(model: &Path) -> io::Result<TempDir> {
    let model = model.canonicalize()?;
    let lean = tempfile::tempdir()?;
    for folder in ["conf", "graph"] {
        fs::create_dir(lean.path().join(folder))?;
    }
    for part in SAME {
        symlink(model.join(part), lean.path().join(part))?;
    }
    fs::write(lean.path().join(SEARCH), wider(&fs::read_to_string(model.join(SEARCH))?))?;
    let all = BufReader::new(File::open(model.join(WORDS))?);
    let mut words = BufWriter::new(File::create(lean.path().join(WORDS))?);
    words_only(all, &mut words)?;
    words.flush()?;
    Ok(lean)
}

/// The model's own beams are for speech of any kind. Among a few hundred phrases wider ones are cheap, and leave more
/// ways to understand an utterance to choose from.
fn wider(search: &str) -> String {
    let width = |line: &&str| line.starts_with("--beam=") || line.starts_with("--lattice-beam=");
    let others = search.lines().filter(|line| !width(line));
    let lines: Vec<&str> = others.chain(["--beam=13.0", "--lattice-beam=6.0", ""]).collect();
    lines.join("\n")
}

/// The words of a language model, in one that has a single state and knows nothing about them.
fn words_only(mut from: impl Read, mut to: impl Write) -> io::Result<()> {
    if read_header(&mut from)? & HAS_SYMBOLS == 0 {
        return Err(io::ErrorKind::InvalidData.into());
    }
    write_header(&mut to)?;
    copy_symbols(&mut from, &mut to)?;
    // The state: the weight of ending in it, and how many ways lead out of it.
    to.write_all(&0_f32.to_le_bytes())?;
    to.write_all(&0_u64.to_le_bytes())
}

/// The flags.
fn read_header(from: &mut impl Read) -> io::Result<u32> {
    expect(from, FST)?;
    for _kind in ["of file", "of weight"] {
        name(from)?;
    }
    let (_version, flags) = (number(from)?, number(from)?);
    // Properties, the first state, states, arcs.
    bytes::<32>(from)?;
    Ok(flags)
}

fn write_header(to: &mut impl Write) -> io::Result<()> {
    to.write_all(&FST.to_le_bytes())?;
    for kind in [b"vector".as_slice(), b"standard"] {
        write_name(to, kind)?;
    }
    for version_flags in [2, OUTPUT_SYMBOLS] {
        to.write_all(&version_flags.to_le_bytes())?;
    }
    // It can be changed, and its size is known; the first state is 0, there is one, and no arcs.
    [3_u64, 0, 1, 0].iter().try_for_each(|number| to.write_all(&number.to_le_bytes()))
}

fn copy_symbols(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    expect(from, SYMBOLS)?;
    to.write_all(&SYMBOLS.to_le_bytes())?;
    write_name(to, &name(from)?)?;
    to.write_all(&bytes::<8>(from)?)?;
    let count = bytes::<8>(from)?;
    to.write_all(&count)?;
    for _word in 0..u64::from_le_bytes(count) {
        write_name(to, &name(from)?)?;
        to.write_all(&bytes::<8>(from)?)?;
    }
    Ok(())
}

fn bytes<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn number(from: &mut impl Read) -> io::Result<u32> {
    bytes(from).map(u32::from_le_bytes)
}

fn expect(from: &mut impl Read, mark: u32) -> io::Result<()> {
    if number(from)? == mark { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

fn name(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = number(from)?;
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut name = vec![0; length as usize];
    from.read_exact(&mut name)?;
    Ok(name)
}

fn write_name(to: &mut impl Write, name: &[u8]) -> io::Result<()> {
    to.write_all(&u32::try_from(name.len()).map_err(io::Error::other)?.to_le_bytes())?;
    to.write_all(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A language model with two words, and what it knows about them.
    fn model() -> Vec<u8> {
        let mut model = Vec::new();
        model.extend(FST.to_le_bytes());
        write_name(&mut model, b"ngram").unwrap();
        write_name(&mut model, b"standard").unwrap();
        model.extend(4_u32.to_le_bytes());
        model.extend(HAS_SYMBOLS.to_le_bytes());
        model.extend([9; 32]);
        for _table in ["input", "output"] {
            model.extend(SYMBOLS.to_le_bytes());
            write_name(&mut model, b"words.txt").unwrap();
            model.extend(8_u64.to_le_bytes());
            model.extend(2_u64.to_le_bytes());
            for (word, key) in [(b"stop".as_slice(), 3_u64), (b"yes", 7)] {
                write_name(&mut model, word).unwrap();
                model.extend(key.to_le_bytes());
            }
        }
        model.extend([5; 1_000]);
        model
    }

    #[test]
    fn the_words_are_kept_and_nothing_else() {
        let mut lean = Vec::new();
        words_only(model().as_slice(), &mut lean).unwrap();
        assert!(lean.len() < 150, "{}", lean.len());
        let table = SYMBOLS.to_le_bytes();
        assert_eq!(lean.windows(4).filter(|four| *four == table).count(), 1);
        assert!(lean.windows(12).any(|part| part == b"stop\x03\0\0\0\0\0\0\0"));
        words_only(lean.as_slice(), &mut Vec::new()).unwrap();
    }

    #[test]
    fn another_file_is_an_error_and_no_panic() {
        for cut in [0, 3, 10, 40, 70, 100] {
            assert!(words_only(&model()[..cut], &mut Vec::new()).is_err(), "{cut}");
        }
        let endless = [&FST.to_le_bytes()[..], &[255; 64]].concat();
        assert!(words_only(endless.as_slice(), &mut Vec::new()).is_err());
    }

    #[test]
    fn the_search_is_wider_and_else_the_same() {
        let wide = wider("--max-active=3000\n--beam=10.0\n--lattice-beam=2.0\n--acoustic-scale=1.0\n");
        assert_eq!(wide, "--max-active=3000\n--acoustic-scale=1.0\n--beam=13.0\n--lattice-beam=6.0\n");
    }

    #[test]
    fn the_rest_of_a_model_is_read_where_it_lies() {
        let model_folder = tempfile::tempdir().unwrap();
        for folder in ["am", "conf", "graph"] {
            fs::create_dir(model_folder.path().join(folder)).unwrap();
        }
        fs::write(model_folder.path().join(SEARCH), "--beam=10.0\n").unwrap();
        fs::write(model_folder.path().join(WORDS), model()).unwrap();
        fs::write(model_folder.path().join("am/final.mdl"), "sound").unwrap();
        let lean = lean(model_folder.path()).unwrap();
        assert_eq!(fs::read_to_string(lean.path().join("am/final.mdl")).unwrap(), "sound");
        assert!(fs::metadata(lean.path().join(WORDS)).unwrap().len() < 200);
        assert_eq!(
            fs::read(model_folder.path().join(WORDS)).unwrap(),
            model(),
            "the installed one is as it was"
        );
    }
}
