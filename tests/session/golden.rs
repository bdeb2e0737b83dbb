//! The timeline of every shipped session, frame by frame. `UPDATE=1` writes them anew: read the difference.

use std::fs;
use std::path::Path;

use crate::*;

#[test]
fn every_shipped_session_keeps_its_timeline() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for plan in shipped() {
        let (path, found) = (dir.join(format!("{}.{}.txt", plan.id, plan.language)), written(&recorded(&plan)));
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(&dir).unwrap();
            fs::write(&path, &found).unwrap();
        }
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        let differs = wanted.lines().zip(found.lines()).position(|(wanted, found)| wanted != found);
        let at = differs.unwrap_or(wanted.lines().count().min(found.lines().count()));
        assert!(
            wanted == found,
            "{}:{}: expected {:?}, found {:?}; UPDATE=1 accepts",
            path.display(),
            at + 1,
            wanted.lines().nth(at),
            found.lines().nth(at)
        );
    }
}

#[test]
fn the_planned_length_is_the_length_of_the_recording() {
    for plan in shipped() {
        assert_eq!(plan.length(), recorded(&plan).length, "{}", plan.id);
    }
}

/// Nothing said overlaps anything else said, and every onset of a repetition is on the beat.
#[test]
fn no_line_begins_before_the_one_before_it_has_ended() {
    for plan in shipped() {
        let mut free = Frames::ZERO;
        for entry in &recorded(&plan).entries {
            if let What::Sound(_, length) = &entry.what {
                assert!(entry.at >= free, "{}: {entry:?} begins before {free}", plan.id);
                free = entry.at + *length;
            }
        }
    }
}
