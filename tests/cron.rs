//! A real cron, and a real systemd of a user, start a session in the virtual room, from an environment with nothing in it.
//! Needs root, for a crontab, a home and a `/run` that nobody else sees; takes up to two minutes each.
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

/// The same with a manager of user units, in control groups of its own. 77: none can run here.
const TIMER: &str = r#"
set -eu
home=$(getent passwd 0 | cut -d: -f6)
mount -t tmpfs tmpfs /run
mkdir -p /run/user/0 /run/systemd/system
mount --bind "$SOUND" /run/user/0
mount --bind DIR/home "$home"
export HOME="$home"
cd "$home"
for groups in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
    [ -e $groups/cgroup.procs ] || continue
    { mkdir $groups/matside-test && echo $$ >$groups/matside-test/cgroup.procs; } 2>/dev/null || :
done
leave() {
    for groups in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
        [ -d $groups/matside-test ] || continue
        echo $$ >$groups/cgroup.procs || :
        find $groups/matside-test -depth -type d -exec rmdir {} + || :
    done
}
trap leave EXIT
XDG_RUNTIME_DIR=/run/user/0 /usr/lib/systemd/systemd --user >DIR/manager 2>&1 &
manager=$!
i=0
until XDG_RUNTIME_DIR=/run/user/0 systemctl --user is-system-running >/dev/null 2>&1; do
    [ $i -lt 20 ] || exit 77
    sleep 1
    i=$((i + 1))
done
[ "$(date +%S)" -lt 50 ] || sleep 15
DIR/matside schedule add "$(date -d '+1 minute' '+%a %H:%M')" bell.toml --systemd --at-once >DIR/added 2>DIR/linger
export XDG_RUNTIME_DIR=/run/user/0
find .config -type f -o -type l | sort >DIR/units
DIR/matside doctor --quiet >DIR/doctor || :
i=0
until grep -q ended .local/state/matside/log 2>/dev/null || [ $i -gt 100 ]; do sleep 1; i=$((i + 1)); done
sleep 1
systemctl --user show --property Result --value "$(cd .config/systemd/user && echo matside-bell-*.service)" >DIR/result
cp .local/state/matside/log DIR/log
DIR/matside schedule remove 1 >DIR/removed
find .config -type f -o -type l | sort >DIR/after
systemctl --user list-timers --all >DIR/timers
kill $manager
wait $manager || :
"#;

/// Runs `script` in the room, where nothing it mounts is seen elsewhere. Nothing, where that cannot be.
fn perform(script: &str) -> Option<(Room, tempfile::TempDir)> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can give a test a `/run` of its own");
        return None;
    }
    let room = Room::or_skip()?;
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    furnish(dir);
    let sound = room.env().into_iter().find(|(name, _)| name == "XDG_RUNTIME_DIR").unwrap().1;
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    unshare.args(["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", &format!("SOUND={sound}")]);
    let script = script.replace("DIR/", &format!("{}/", dir.display()));
    let output = unshare.args(["sh", "-c", &script]).stdin(Stdio::null()).output().unwrap();
    if output.status.code() == Some(77) {
        eprintln!("skipped: {}", fs::read_to_string(dir.join("manager")).unwrap_or_default());
        return None;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some((room, folder))
}

/// Whether anything sounded since `began`.
fn sounded(room: &Room, began: f64) {
    let heard = room.heard(began, room.now().room);
    let loudest = heard.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
    assert!(loudest > 0.01, "loudest sample {loudest}");
}

#[test]
#[ignore = "needs root, systemd and two minutes"]
fn a_timer_of_systemd_starts_a_session() {
    let Some((room, folder)) = perform(TIMER) else { return };
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    assert!(read("added").ends_with("bell.toml\n"), "{}", read("added"));
    assert!(read("linger").contains("sudo loginctl enable-linger"), "{}", read("linger"));
    let units = read("units");
    assert_eq!(units.lines().filter(|unit| unit.contains("/matside-bell-")).count(), 3, "{units}");
    let timer = read("doctor").lines().any(|line| line.starts_with("good") && line.ends_with("waits"));
    assert!(timer, "{}", read("doctor"));
    assert_eq!(read("result"), "success\n");
    assert!(
        read("log").contains("bell.toml` starts\n") && read("log").contains("] it ended"),
        "{}",
        read("log")
    );
    assert!(
        !read("after").contains("matside-bell") && read("timers").contains("0 timers"),
        "{}",
        read("timers")
    );
    sounded(&room, 0.0);
}

#[test]
#[ignore = "needs root and two minutes"]
fn cron_starts_a_session_and_the_crontab_is_left_as_it_was() {
    let Some((room, folder)) = perform(SCRIPT) else { return };
    let dir = folder.path();
    let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap_or_default();
    assert_eq!((&*read("printed"), &*read("code")), ("", "0\n"));
    assert!(read("environment").contains("LOGNAME=root") && !read("environment").contains("XDG_"));
    let (before, with) = (read("before"), read("while"));
    assert!(with.strip_prefix(&before).is_some_and(|block| block.starts_with("# >>> matside")), "{with}");
    assert_eq!(read("after"), before);
    assert!(read("added").ends_with("bell.toml\n"), "{}", read("added"));
    sounded(&room, 0.0);
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
