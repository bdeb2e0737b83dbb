//! A real cron starts a session in the virtual room, from an environment with nothing in it. Needs root, for a crontab,
//! a home and a `/run` that nobody else sees; takes up to two minutes.
#![cfg(feature = "device")]

mod room;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use room::Room;

const BELL: &str =
    "format = 1\ntitle = \"Bell\"\nlanguage = \"en\"\nminutes = [0.01, 5]\n[[step]]\nchime = \"end\"\n";
/// The user's own lines. The shell writes down what cron gave it, and what the job printed.
const OWN: &str = "SHELL=DIR/shell\n# mine\n5 4 * * * true 100\\%\n";
const SHELL: &str = "#!/bin/sh\nenv >DIR/environment\n/bin/sh \"$@\" >DIR/printed 2>&1\necho $? >DIR/code\n";
/// Runs where nothing it mounts is seen elsewhere.
const SCRIPT: &str = r#"
set -eu
home=$(getent passwd 0 | cut -d: -f6)
mount -t tmpfs tmpfs /run
mkdir -p /run/user/0
mount --bind "$SOUND" /run/user/0
mount --bind DIR/home "$home"
mount -t tmpfs -o mode=1730 tmpfs /var/spool/cron/crontabs
export HOME="$home" EDITOR=false
cd "$home"
crontab DIR/before
# The minute after the next begins where this one is nearly over.
[ "$(date +%S)" -lt 50 ] || sleep 15
DIR/matside schedule add "$(date -d '+1 minute' '+%a %H:%M')" bell.toml >DIR/added
crontab -l >DIR/while
cron -f &
i=0
# Somebody answers the invitation with a button.
until [ -s DIR/code ] || [ $i -gt 100 ]; do
    DIR/matside ctl say start >/dev/null 2>&1 || true
    sleep 1
    i=$((i + 1))
done
kill $!
DIR/matside schedule remove 1 >DIR/removed
crontab -l >DIR/after
"#;

#[test]
#[ignore = "needs root and two minutes"]
fn cron_starts_a_session_and_the_crontab_is_left_as_it_was() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can give a test a crontab of its own");
        return;
    }
    let Some(room) = Room::or_skip() else { return };
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    furnish(dir);
    let began = room.now().room;
    let sound = room.env().into_iter().find(|(name, _)| name == "XDG_RUNTIME_DIR").unwrap().1;
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--propagation", "private", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]);
    let script = SCRIPT.replace("DIR", dir.to_str().unwrap());
    let output =
        unshare.arg(format!("SOUND={sound}")).args(["sh", "-c", &script]).stdin(Stdio::null()).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap_or_default();
    assert_eq!((&*read("printed"), &*read("code")), ("", "0\n"));
    assert!(read("environment").contains("LOGNAME=root") && !read("environment").contains("XDG_"));
    let (before, with) = (read("before"), read("while"));
    assert!(with.strip_prefix(&before).is_some_and(|block| block.starts_with("# >>> matside")), "{with}");
    assert_eq!(read("after"), before);
    assert!(read("added").ends_with("bell.toml\n"), "{}", read("added"));
    let heard = room.heard(began, room.now().room);
    let loudest = heard.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
    assert!(loudest > 0.01, "loudest sample {loudest}");
}

fn furnish(dir: &Path) {
    let here = |text: &str| text.replace("DIR", dir.to_str().unwrap());
    fs::create_dir(dir.join("home")).unwrap();
    fs::write(dir.join("home/bell.toml"), BELL).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_matside"), dir.join("matside")).unwrap();
    fs::write(dir.join("before"), here(OWN)).unwrap();
    fs::write(dir.join("shell"), here(SHELL)).unwrap();
    let executable = Command::new("chmod").arg("+x").arg(dir.join("shell")).status().unwrap();
    assert!(executable.success());
}
