//! What memory costs before a session, side by side: three sessions a day for a month, a year, ten years.
//! Nothing here fails when it is slow.

#[path = "../tests/years/mod.rs"]
mod years;

use std::hint::black_box;
use std::path::Path;

use divan::Bencher;
use jiff::{SignedDuration, Timestamp, Zoned};
use matside::diagnostic::{Layer, Sources};
use matside::history::{History, Moment};
use matside::journal::{Folder, Journal};
use matside::progress::{Guide, follow};
use matside::script::{Library, is_script};

const DAYS: [i64; 3] = [30, 365, 3_650];
/// As far as the program looks back.
const BACK: SignedDuration = SignedDuration::from_hours(24 * 100);

fn main() {
    divan::main();
}

fn journal(days: i64) -> (tempfile::TempDir, Folder) {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::open(dir.path()).unwrap();
    Journal::open(&folder).unwrap().import(&years::history(days, Timestamp::now())).unwrap();
    (dir, folder)
}

fn library() -> Library {
    fn add(sources: &mut Sources, dir: &Path) {
        for entry in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                add(sources, &entry);
            } else if is_script(&entry) {
                sources.add(
                    entry.display().to_string(),
                    &std::fs::read_to_string(&entry).unwrap(),
                    Layer::Shipped,
                );
            }
        }
    }
    let mut sources = Sources::new();
    add(&mut sources, &Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions"));
    Library::read(sources).0
}

fn recent(folder: &Folder) -> History {
    Journal::open(folder).unwrap().recent(Timestamp::now() - BACK).unwrap()
}

/// Opening the file, and reading what still counts.
#[divan::bench(args = DAYS)]
fn read_recent(bencher: Bencher, days: i64) {
    let (_dir, folder) = journal(days);
    bencher.bench(|| recent(black_box(&folder)));
}

/// Everything there is, as an export and a report need it.
#[divan::bench(args = DAYS, sample_count = 10)]
fn read_all(bencher: Bencher, days: i64) {
    let (_dir, folder) = journal(days);
    bencher.bench(|| Journal::open(black_box(&folder)).unwrap().history().unwrap());
}

#[divan::bench(args = DAYS)]
fn follow_recent(bencher: Bencher, days: i64) {
    let (_dir, folder) = journal(days);
    let (library, history) = (library(), recent(&folder));
    let guide = Guide { library: &library, programme: &library.programme("sciatica", None).unwrap().item };
    let now = Moment::from(&Zoned::now());
    bencher.bench(|| follow(guide, black_box(&history), now).changes.len());
}
