//! `matside doctor` names what is wrong, each with a command that mends it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;

use crate::user::{User, finish};

const ENTRY: &str = "# >>> matside (written by `matside schedule`; changes here are lost)\n\
                     #: daily 07:30 taste\n30 7 * * * matside run taste\n# <<< matside\n";

const HEART: &str = r#"
name = "heart"
engine = "hibari"
language = "en-US"
about = "for tests"
licence = "CC0-1.0"
rate = 24000
weights = "a.onnx"
file = [{ name = "a.onnx", bytes = 4, sha256 = "00" }]
"#;

/// What is a fault or in doubt, each with its cure, after `plant`.
fn ill(plant: impl FnOnce(&User, &mut Command)) -> Vec<(String, String, String)> {
    let user = User::new();
    let mut command = user.program(&["doctor", "--json"]);
    command.env("TZ", "Europe/Berlin");
    program(&user, &mut command, "crontab", "echo 'no crontab for you' >&2; exit 1");
    plant(&user, &mut command);
    let seen = finish(command);
    let found: Vec<Value> = serde_json::from_str(&seen.out).unwrap_or_else(|_| panic!("{}", seen.err));
    let faulty = found.iter().any(|finding| finding["state"] == "fault");
    assert_eq!(seen.code, i32::from(faulty), "{}", seen.err);
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let ill = found.iter().filter(|finding| finding["state"] != "good");
    ill.map(|finding| (text(finding, "about"), text(finding, "found"), text(finding, "cure"))).collect()
}

/// A program of this name before all others.
fn program(user: &User, command: &mut Command, name: &str, script: &str) {
    let bin = user.path("bin");
    fs::create_dir_all(&bin).unwrap();
    fs::write(bin.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", bin.display()));
}

/// The planted fault is named, with this in its words and this in its cure; without it, it is not.
fn named(about: &str, found: &str, cure: &str, plant: impl FnOnce(&User, &mut Command)) {
    let is = |all: &[(String, String, String)]| {
        all.iter().any(|(a, f, c)| a == about && f.contains(found) && c.contains(cure))
    };
    let ill = ill(plant);
    assert!(is(&ill), "{about}: {ill:#?}");
    assert!(!is(&self::ill(|_, _| {})), "{about} is always found");
}

#[test]
fn a_config_that_cannot_be_read_or_has_errors() {
    named("config", "cannot read", "chmod u+rw", |user, _| {
        fs::create_dir_all(user.path("config/matside/config.toml")).unwrap();
    });
    named("config", "has errors", "matside config", |user, _| user.write("config.toml", "pace = 900"));
}

#[test]
fn a_voice_that_is_missing_or_damaged() {
    let missing = ill(|_, _| {});
    assert!(missing.contains(&(
        "voice".into(),
        "`heart` is not installed".into(),
        "matside voices install heart".into()
    )));
    named("voice", "is missing", "matside voices install heart", |user, _| voice(user, None));
    named("voice", "instead of", "matside voices install heart", |user, _| voice(user, Some("three")));
}

/// `heart`, of one file that should hold four bytes.
fn voice(user: &User, weights: Option<&str>) {
    let dir = user.path("home/.local/share/matside/voices/heart");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("voice.toml"), HEART).unwrap();
    if let Some(weights) = weights {
        fs::write(dir.join("a.onnx"), weights).unwrap();
    }
}

#[test]
fn a_program_that_is_missing() {
    named("voice", "`espeak-ng` is not there", "apt-get install espeak-ng", |user, command| {
        command.env("PATH", user.path("bin"));
    });
}

#[test]
fn a_zone_that_is_none() {
    named("clock", "`Europe/Moon`", "timedatectl set-timezone", |_, command| {
        command.env("TZ", "Europe/Moon");
    });
}

#[test]
fn a_disk_that_cannot_be_written() {
    named("disk", "cannot be written", "chown", |_, command| {
        command.env("XDG_CACHE_HOME", "/proc/none");
    });
}

#[test]
fn what_others_may_read() {
    named("privacy", "others may read", "chmod -R go-rwx", |user, _| {
        fs::create_dir_all(user.path("state/matside")).unwrap();
        fs::set_permissions(user.path("state/matside"), fs::Permissions::from_mode(0o755)).unwrap();
    });
}

#[test]
fn a_journal_that_is_damaged() {
    named("journal", "damaged", "matside run", |user, _| {
        fs::create_dir_all(user.path("state/matside")).unwrap();
        fs::write(user.path("state/matside/journal.sqlite"), [b'x'; 5000]).unwrap();
    });
}

#[test]
fn a_torn_crontab() {
    named("crontab", "nothing ends it", "crontab -e", |user, command| {
        program(
            user,
            command,
            "crontab",
            "echo '# >>> matside (written by `matside schedule`; changes here are lost)'",
        );
    });
}

#[cfg(feature = "device")]
#[test]
fn no_device_and_a_muted_one() {
    let ill = ill(|user, command| {
        // Sound libraries make that folder, so it has to be the user's own.
        command.env("ALSA_CONFIG_PATH", "/dev/null").env("XDG_RUNTIME_DIR", user.path("none"));
    });
    assert!(ill.iter().any(|(about, ..)| about == "sound"), "{ill:#?}");
    named("volume", "muted", "pactl set-sink-mute", |user, command| {
        program(user, command, "pactl", "echo 'Mute: yes'");
    });
}

#[test]
fn what_is_scheduled_and_will_not_start() {
    let user = User::new();
    let mut command = user.program(&["doctor", "--quiet"]);
    fs::write(user.path("table"), ENTRY).unwrap();
    program(&user, &mut command, "crontab", &format!("cat {}", user.path("table").display()));
    let seen = finish(command);
    assert!(seen.out.contains("1 in the crontab"), "{}", seen.out);
}
