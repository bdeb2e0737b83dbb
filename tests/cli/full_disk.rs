//! A disk on which really nothing is left: a small one of its own, seen by nobody else. Needs root.

use std::process::Command;

use serde_json::Value;

use crate::user::{LIVE, Live, User, finish};

/// `$1` becomes a disk of its own that is full, with 2 MB of spoken lines; what follows is a script.
const FULL: &str = r#"
set -eu
disk=$1
mount -t tmpfs -o size=4m tmpfs "$disk"
mkdir -p "$disk/cache/matside/speech" "$disk/state/matside"
chmod -R go-rwx "$disk"
head -c 2M /dev/zero >"$disk/cache/matside/speech/line"
cat /dev/zero >"$disk/rest" 2>/dev/null || true
shift
"#;

/// `script` on a disk that is full. Nothing where nobody may mount one.
fn on_a_full_disk(user: &User, script: &str, args: &[&str]) -> Option<Command> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can mount a disk that is full");
        return None;
    }
    let disk = user.path("disk");
    std::fs::create_dir(&disk).unwrap();
    let mut command = user.dressed(Command::new("unshare"), &["--mount", "--propagation", "private"]);
    command.env("XDG_STATE_HOME", disk.join("state")).env("XDG_CACHE_HOME", disk.join("cache"));
    command.args(["sh", "-c", &format!("{FULL}{script}"), "sh"]).arg(disk).args(args);
    Some(command)
}

#[test]
fn doctor_names_it_and_its_cure_mends_it() {
    let user = User::new();
    let matside = env!("CARGO_BIN_EXE_matside");
    // Where the cure goes is what the test says, and what doctor says has to be the same.
    let mends = format!("rm -r {}", user.path("disk/cache/matside").display());
    let script = format!("{matside} doctor --json || true; {mends}; {matside} doctor --json || true");
    let Some(command) = on_a_full_disk(&user, &script, &[]) else { return };
    let seen = finish(command);
    let mut answers = serde_json::Deserializer::from_str(&seen.out).into_iter::<Vec<Value>>();
    let mut disks = || {
        let found = answers.next().unwrap().unwrap();
        found.into_iter().filter(|finding| finding["about"] == "disk").collect::<Vec<_>>()
    };
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    for full in disks() {
        assert_eq!(full["state"], "fault", "{full}");
        assert!(text(&full, "found").starts_with("0 MB in `"), "{full}");
        assert!(text(&full, "cure").starts_with(&mends), "{full}");
    }
    // Two megabytes are little, and enough.
    assert!(disks().iter().all(|disk| disk["state"] == "doubt"), "{}", seen.out);
}

#[test]
fn a_session_runs_all_the_same() {
    let user = User::new();
    let args = [&LIVE[..], &["--captions", "tiny"]].concat();
    let run = format!("exec {} \"$@\"", env!("CARGO_BIN_EXE_matside"));
    let Some(command) = on_a_full_disk(&user, &run, &args) else { return };
    let mut live = Live::start(command);
    live.hear("I cannot write down").hear("Numb?").say("no").hear("Go on.").hear("Done.");
    let seen = live.end();
    assert_eq!((seen.code, seen.err.lines().count()), (0, 1), "{}", seen.err);
    assert!(seen.err.contains("journal.sqlite"), "{}", seen.err);
}
