//! `matside schedule --systemd`, with a `systemctl` that only writes down what it was asked; and what systemd's own
//! checks say of the units.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use jiff::Zoned;
use matside::schedule::{When, upcoming_by_timer};

use crate::user::{Seen, User, finish};

/// Writes its arguments down, and refuses where there is a file `refuse`.
const SYSTEMCTL: &str =
    "#!/bin/sh\necho \"$*\" >>DIR/asked\n[ ! -e DIR/refuse ] || { echo 'no  bus' >&2; exit 1; }\n";

struct Systemd {
    user: User,
}

impl Systemd {
    fn new() -> Self {
        let systemd = Self { user: User::new() };
        let dir = systemd.user.path("bin");
        fs::create_dir(&dir).unwrap();
        let text = SYSTEMCTL.replace("DIR", systemd.user.path("").to_str().unwrap());
        fs::write(dir.join("systemctl"), text).unwrap();
        fs::set_permissions(dir.join("systemctl"), fs::Permissions::from_mode(0o755)).unwrap();
        systemd
    }

    /// `matside` where these are all the programs there are.
    fn matside(&self, args: &[&str]) -> Seen {
        let mut command = self.user.program(args);
        command.env("PATH", format!("{}:/usr/bin:/bin", self.user.path("bin").display()));
        finish(command)
    }

    fn done(&self, args: &[&str]) -> String {
        let seen = self.matside(args);
        assert_eq!(seen.code, 0, "{args:?}: {}", seen.err);
        seen.out
    }

    fn crontab(&self) {
        let path = self.user.path("bin/crontab");
        let text = "#!/bin/sh\nT=DIR/table\ncase $1 in -l) cat $T ;; -r) : >$T ;; -) cat >$T ;; esac\n";
        fs::write(&path, text.replace("DIR", self.user.path("").to_str().unwrap())).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(self.user.path("table"), "# mine\n").unwrap();
    }

    fn units(&self) -> Vec<String> {
        let files = fs::read_dir(self.user.path("config/systemd/user")).unwrap();
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn unit(&self, ending: &str) -> PathBuf {
        let units = self.units();
        let name = units.iter().find(|name| name.starts_with("matside-t") && name.ends_with(ending));
        self.user.path("config/systemd/user").join(name.unwrap())
    }

    fn asked(&self) -> String {
        fs::read_to_string(self.user.path("asked")).unwrap_or_default()
    }
}

#[test]
fn a_timer_is_added_listed_and_removed_and_nothing_else_is_touched() {
    let systemd = Systemd::new();
    let folder = systemd.user.path("config/systemd/user");
    fs::create_dir_all(&folder).unwrap();
    let others = ["backup.timer", "matside-mine.timer", "matside.service"];
    for name in others {
        fs::write(folder.join(name), "# mine\n").unwrap();
    }
    let next = systemd.done(&["schedule", "add", "Mon-Sat 07:30", "tiny", "--systemd", "--at-once"]);
    assert_eq!(next.lines().filter(|line| line.ends_with("07:30  tiny")).count(), 5, "{next}");
    let timer = systemd.unit(".timer");
    let name = timer.file_name().unwrap().to_str().unwrap();
    assert_eq!(systemd.asked(), format!("--user daemon-reload\n--user enable --now --quiet {name}\n"));
    let text = fs::read_to_string(&timer).unwrap();
    assert!(text.contains("\nOnCalendar=Mon,Tue,Wed,Thu,Fri,Sat *-*-* 07:30:00\n"), "{text}");
    let service = fs::read_to_string(systemd.unit(".service")).unwrap();
    let command = format!("\nExecStart=:\"{}\" \"run\" \"tiny\"\n", env!("CARGO_BIN_EXE_matside"));
    assert!(service.contains(&command), "{service}");

    assert_eq!(systemd.done(&["schedule", "list"]), "  1  Mon-Sat 07:30 tiny  (systemd)\n");
    let again = systemd.matside(&["schedule", "add", "Mon-Sat 7:30", "tiny", "--systemd", "--at-once"]);
    assert!(again.code == 1 && again.err.contains("is there already"), "{}", again.err);
    assert_eq!(systemd.done(&["schedule", "remove", "1"]), "removed: Mon-Sat 07:30 tiny\n");
    assert!(systemd.asked().contains(&format!("--user disable --now --quiet {name}\n")));
    assert_eq!(systemd.units(), others);
}

#[test]
fn what_systemd_refuses_leaves_nothing_behind() {
    let systemd = Systemd::new();
    fs::write(systemd.user.path("refuse"), "").unwrap();
    let seen = systemd.matside(&["schedule", "add", "07:30", "tiny", "--systemd", "--at-once"]);
    assert_eq!((seen.code, &*seen.err), (1, "matside: `systemctl --user` refused: no bus\n"));
    assert!(systemd.units().is_empty(), "{:?}", systemd.units());
    let mut command = systemd.user.program(&["schedule", "add", "07:30", "tiny", "--systemd", "--at-once"]);
    command.env("PATH", systemd.user.path("here"));
    let seen = finish(command);
    assert!(seen.code == 1 && seen.err.contains("without systemd, leave `--systemd` out"), "{}", seen.err);
    assert!(systemd.units().is_empty(), "{:?}", systemd.units());
}

#[test]
fn cron_and_systemd_stand_in_one_list() {
    let systemd = Systemd::new();
    systemd.crontab();
    systemd.done(&["schedule", "add", "Mon 07:30", "tiny", "--at-once"]);
    let near = systemd.matside(&["schedule", "add", "Mon 08:00", "tiny", "--systemd", "--at-once"]);
    assert!(near.err.contains("is near"), "{}", near.err);
    let same = systemd.matside(&["schedule", "add", "Mon 07:30", "tiny", "--systemd", "--at-once"]);
    assert!(same.err.contains("is there already"), "{}", same.err);
    let both = "  1  Mon 07:30 tiny\n  2  Mon 08:00 tiny  (systemd)\n";
    assert_eq!(systemd.done(&["schedule", "list"]), both);
    let next = systemd.done(&["schedule", "next"]);
    assert_eq!(next.lines().filter(|line| line.contains(" 08:00 ")).count(), 2, "{next}");
    systemd.done(&["schedule", "remove", "all"]);
    assert_eq!(fs::read_to_string(systemd.user.path("table")).unwrap(), "# mine\n");
    assert!(systemd.units().is_empty(), "{:?}", systemd.units());
}

#[test]
fn a_timer_that_was_changed_is_named() {
    let systemd = Systemd::new();
    systemd.done(&["schedule", "add", "07:30", "tiny", "--systemd", "--at-once"]);
    let timer = systemd.unit(".timer");
    let text = fs::read_to_string(&timer).unwrap();
    fs::write(&timer, text.replace("daily 07:30", "daily 7h30")).unwrap();
    let seen = systemd.matside(&["schedule", "list"]);
    let said = format!("`{}`: `7h30` is no time of day", timer.display());
    assert!(seen.code == 1 && seen.err.contains(&said), "{}", seen.err);
}

#[test]
fn doctor_finds_a_timer_that_does_not_wait() {
    let systemd = Systemd::new();
    systemd.done(&["schedule", "add", "07:30", "tiny", "--systemd", "--at-once"]);
    let about = |out: String| out.lines().find(|line| line.contains(" timer ")).unwrap().to_owned();
    let line = about(systemd.matside(&["doctor", "--quiet"]).out);
    assert!(line.starts_with("good") && line.ends_with("waits"), "{line}");
    fs::write(systemd.user.path("refuse"), "").unwrap();
    let seen = systemd.matside(&["doctor", "--quiet"]);
    assert!(seen.out.contains("systemctl --user enable --now matside-tiny-"), "{}", seen.out);
    assert!(about(seen.out).starts_with("FAULT"));
}

/// What systemd itself says; nothing where it is not installed.
fn analyze(systemd: &Systemd, args: &[&str]) -> Option<Output> {
    let mut command = Command::new("systemd-analyze");
    command.args(args).env("TZ", "Europe/Berlin").env("XDG_RUNTIME_DIR", systemd.user.path("here"));
    let output = command.stdin(Stdio::null()).output();
    if output.is_err() {
        eprintln!("left out: systemd-analyze is not installed");
    }
    output.ok()
}

#[test]
fn systemd_accepts_the_units() {
    let systemd = Systemd::new();
    let odd = systemd.user.path("here/my $HOME 100% 'own' \"it\" \\n");
    fs::create_dir(&odd).unwrap();
    let odd = odd.join("tiny.toml");
    fs::copy(systemd.user.path("config/matside/tiny.toml"), &odd).unwrap();
    systemd.done(&[
        "schedule",
        "add",
        "Fri-Mon,Wed 07:30",
        odd.to_str().unwrap(),
        "--systemd",
        "--missed",
        "ask",
    ]);
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples/matside.timer");
    for path in [systemd.unit(".timer"), systemd.unit(".service"), examples.into()] {
        let Some(output) = analyze(&systemd, &["--user", "verify", path.to_str().unwrap()]) else { return };
        let said = String::from_utf8_lossy(&output.stderr);
        let ours: Vec<&str> = said.lines().filter(|line| line.contains("matside")).collect();
        assert!(ours.iter().all(|line| line.contains("/usr/bin/matside is not exec")), "{path:?}: {said}");
    }
}

/// Days on which the clock changes, too.
#[test]
fn a_timer_starts_when_systemd_says() {
    let systemd = Systemd::new();
    for (when, from) in [
        ("Mon-Sat 07:30", "2026-11-21 07:30"),
        ("daily 02:30", "2026-03-28 12:00"),
        ("daily 02:30", "2026-10-24 12:00"),
        ("Sun 02:59", "2026-03-22 12:00"),
        ("Sat-Mon 00:00", "2026-12-31 23:59"),
    ] {
        let when: When = when.parse().unwrap();
        let base = format!("--base-time={from}");
        let args = ["calendar", &base, "--iterations=4", &when.calendar()];
        let Some(output) = analyze(&systemd, &args) else { return };
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let is_start = |line: &&str| line.contains("Next elapse:") || line.contains("Iter. #");
        let theirs: Vec<&str> = out.lines().filter(is_start).map(|line| &line[line.len() - 28..]).collect();
        let now: Zoned = format!("{}[Europe/Berlin]", from.replace(' ', "T")).parse().unwrap();
        let ours: Vec<String> = upcoming_by_timer(&when, &now)
            .take(4)
            .map(|start| start.at.strftime("%a %Y-%m-%d %H:%M:%S %Z").to_string())
            .collect();
        let ours: Vec<&str> = ours.iter().map(|line| line.trim()).collect();
        assert_eq!(theirs.iter().map(|line| line.trim_start_matches(": ").trim()).collect::<Vec<_>>(), ours);
    }
}
