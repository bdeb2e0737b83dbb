//! The program built for aarch64 writes the same files as this one, byte for byte, under qemu. `script/arm` builds it and
//! runs this.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's C library for aarch64, as its cross compiler uses it.
const LIBRARIES: &str = "/usr/aarch64-linux-gnu";

/// What lies beside this build, or what `MATSIDE_ARM` names.
fn foreign() -> PathBuf {
    let beside = || {
        let target = Path::new(env!("CARGO_BIN_EXE_matside")).ancestors().nth(2)?;
        Some(target.join("aarch64-unknown-linux-gnu/debug/matside"))
    };
    let named = std::env::var_os("MATSIDE_ARM").map(PathBuf::from);
    named.or_else(beside).filter(|path| path.exists()).expect("script/arm builds it first")
}

fn render(mut command: Command, dir: &Path, session: &str, ending: &str) -> Vec<(&'static str, Vec<u8>)> {
    fs::create_dir_all(dir).unwrap();
    let file = dir.join(session).with_extension(ending);
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
        command.env(variable, dir);
    }
    command.args(["render", session, "--voice", "tick", "--no-cache", "--quiet", "--output"]).arg(&file);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    vec![("sound", fs::read(&file).unwrap()), ("captions", fs::read(file.with_extension("vtt")).unwrap())]
}

#[test]
#[ignore = "needs a cross compiler and qemu: script/arm"]
fn what_aarch64_renders_is_the_same_to_the_byte() {
    let foreign = foreign();
    let temporary = tempfile::tempdir().unwrap();
    let sessions = std::env::var("MATSIDE_SESSIONS").unwrap_or_else(|_| "taste".to_owned());
    for session in sessions.split_whitespace() {
        for ending in ["wav", "flac"] {
            let ours = Command::new(env!("CARGO_BIN_EXE_matside"));
            let mut theirs = Command::new("qemu-aarch64");
            theirs.args(["-L", LIBRARIES]).arg(&foreign);
            let ours = render(ours, &temporary.path().join("ours"), session, ending);
            let theirs = render(theirs, &temporary.path().join("theirs"), session, ending);
            for ((what, ours), (_, theirs)) in ours.into_iter().zip(theirs) {
                assert!(ours.len() > 100, "{session}.{ending}, {what}: {} bytes", ours.len());
                let differs = ours.iter().zip(&theirs).position(|(a, b)| a != b);
                assert!(ours == theirs, "{session}.{ending}, {what}: first difference at {differs:?}");
            }
        }
    }
}
