//! Buttons and a light as the kernel has them: devices that are made, pressed, unplugged and plugged in again while a
//! session runs without a terminal. Needs root, `uinput`, `gpio-sim` and `uleds`, which no ordinary machine has loaded:
//! `script/vm-test` runs these in a virtual one.

#[path = "cli/user.rs"]
#[allow(dead_code, reason = "made for the tests of the command line")]
mod user;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use evdev::uinput::VirtualDevice;
use evdev::{AttributeSet, EventType, InputEvent, KeyCode};
use matside::history::What;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use user::{LIVE, Live, User};

/// From plugging in to being listened to: a look a second, and a busy machine.
const PLUGGED: Duration = Duration::from_secs(3);
const QUESTION: &str = r#"
format = 1
title = "Flags"
language = "en"
ask = "Numb?"
again = "Numb, yes or no?"
wait = "1min"
ask-again = 0
recorded = "If so, call."

[[answer]]
id = "yes"
heard = ["yes"]
key = "y"
say = "Call."
refer = "emergency"

[[answer]]
id = "no"
planned = true
heard = ["no"]
key = "n"
then = "continue"

[no-answer]
say = "Not heard."
then = "stop"
"#;

/// Somebody with a session of two questions that wait long, and this `[buttons]`.
fn somebody(buttons: &str) -> User {
    let user = User::new();
    user.write("check-ins/flags.toml", QUESTION);
    user.write("check-ins/after.toml", &QUESTION.replace("Numb", "Pain").replace(
        "[[answer]]\nid = \"yes\"\nheard = [\"yes\"]\nkey = \"y\"\nsay = \"Call.\"\nrefer = \"emergency\"\n\n[[answer]]\nid = \"no\"\nplanned = true\nheard = [\"no\"]\nkey = \"n\"",
        "[[answer]]\nid = \"number\"\nplanned = true\nnumber = [0, 10]",
    ).replace("recorded = \"If so, call.\"", "scale = [0, 10]"));
    user.write("config.toml", buttons);
    user
}

/// Without a terminal, and without a standard input, as cron would.
fn start(user: &User) -> Live {
    Live::start(user.program(&[&LIVE[..], &["--captions", "long"]].concat()))
}

struct Remote(VirtualDevice);

impl Remote {
    fn plug(name: &str, keys: &[KeyCode]) -> Self {
        let keys: AttributeSet<KeyCode> = keys.iter().copied().collect();
        let remote = VirtualDevice::builder().unwrap().name(name).with_keys(&keys).unwrap().build().unwrap();
        thread::sleep(PLUGGED);
        Self(remote)
    }

    fn report(&mut self, key: KeyCode, value: i32) {
        self.0.emit(&[InputEvent::new(EventType::KEY.0, key.0, value)]).unwrap();
    }

    /// For so many milliseconds, with the repeats of a real keyboard.
    fn press_for(&mut self, key: KeyCode, ms: u64) {
        self.report(key, 1);
        for _ in 0..ms / 100 {
            thread::sleep(Duration::from_millis(100));
            self.report(key, 2);
        }
        self.report(key, 0);
    }

    fn press(&mut self, key: KeyCode) {
        self.press_for(key, 200);
    }
}

fn status(user: &User, key: &str) -> String {
    let seen = user.run(&["ctl", "status"]);
    // Nothing yet, while the session begins.
    let status: serde_json::Value = serde_json::from_str(&seen.out).unwrap_or_default();
    status[key].as_str().unwrap_or_default().to_owned()
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let by = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < by, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn answers(user: &User) -> Vec<String> {
    let rows = user.history().rows;
    let answer = |row: &matside::history::Row| match &row.what {
        What::Answer(answer) => Some(format!("{}: {:?} {:?}", answer.check_in, answer.answer, answer.number)),
        _ => None,
    };
    rows.iter().filter_map(answer).collect()
}

#[test]
#[ignore = "script/vm-test"]
fn a_plain_remote_does_a_session_and_may_be_unplugged() {
    const KEYS: [KeyCode; 5] = [
        KeyCode::KEY_N,
        KeyCode::KEY_4,
        KeyCode::KEY_PLAYPAUSE,
        KeyCode::KEY_NEXTSONG,
        KeyCode::KEY_VOLUMEUP,
    ];
    let user = somebody("");
    let mut remote = Remote::plug("Plain Remote", &KEYS);
    let mut live = start(&user);
    live.hear("Numb?");
    thread::sleep(PLUGGED);
    assert_eq!(status(&user, "window"), "flags");
    // Means nothing to the question: not asked about, and no answer.
    remote.press(KeyCode::KEY_4);
    remote.press(KeyCode::KEY_N);
    live.hear("> no").hear("Go on.");
    // Held long enough for repeats, and pressed by a contact that bounces.
    remote.report(KeyCode::KEY_PLAYPAUSE, 1);
    remote.report(KeyCode::KEY_PLAYPAUSE, 0);
    remote.press_for(KeyCode::KEY_PLAYPAUSE, 1_000);
    live.hear("Paused.");
    until("paused", || status(&user, "window") == "paused");
    drop(remote);
    thread::sleep(PLUGGED);
    let mut remote = Remote::plug("Plain Remote", &KEYS);
    remote.press(KeyCode::KEY_PLAYPAUSE);
    live.hear("We go on.");
    for _ in 0..5 {
        drop(remote);
        remote = Remote::plug("Plain Remote", &KEYS);
    }
    remote.press(KeyCode::KEY_NEXTSONG);
    live.hear("Done.").hear("Pain?");
    remote.press(KeyCode::KEY_4);
    let seen = live.end();
    assert_eq!((seen.code, &*seen.err), (0, ""), "{}", seen.out);
    assert_eq!(seen.out.matches("Paused.").count(), 1, "{}", seen.out);
    assert_eq!(answers(&user), ["flags: Some(\"no\") None", "after: Some(\"number\") Some(4)"]);
}

#[test]
#[ignore = "script/vm-test"]
fn a_foot_switch_has_a_long_press_and_is_nobody_elses() {
    let user = somebody("[buttons]\nKEY_B = \"no\"\n\"KEY_B hold\" = \"stop\"\ngrab = \"foot\"\n");
    let mut pedal = Remote::plug("Foot Switch", &[KeyCode::KEY_B]);
    let path = pedal.0.enumerate_dev_nodes_blocking().unwrap().next().unwrap().unwrap();
    let mut live = start(&user);
    live.hear("Numb?");
    thread::sleep(PLUGGED);
    let mut other = evdev::Device::open(path).unwrap();
    other.set_nonblocking(true).unwrap();
    pedal.press(KeyCode::KEY_B);
    live.hear("> no").hear("Go on.");
    assert!(other.fetch_events().is_err(), "somebody else heard it");
    pedal.press_for(KeyCode::KEY_B, 1_500);
    let seen = live.end();
    assert_eq!(seen.code, 3, "{} {}", seen.out, seen.err);
}

/// N answers, unless it is left to a screen; play and pause are heard wherever one sits.
fn only_media_keys_are_heard(user: &User, remote: &mut Remote) {
    until("asked", || status(user, "window") == "flags");
    thread::sleep(PLUGGED);
    remote.press(KeyCode::KEY_N);
    thread::sleep(Duration::from_secs(1));
    assert_eq!(status(user, "window"), "flags");
    remote.press(KeyCode::KEY_PLAYPAUSE);
    until("paused", || status(user, "window") == "paused");
    remote.press(KeyCode::KEY_PLAYPAUSE);
    until("asked again", || status(user, "window") == "flags");
}

#[test]
#[ignore = "script/vm-test"]
fn what_types_is_left_to_whoever_sits_at_the_screen() {
    let seat = Path::new("/run/systemd/seats/seat0");
    assert!(!seat.exists(), "this is no machine to try that on");
    fs::create_dir_all(seat.parent().unwrap()).unwrap();
    fs::write(seat, "IS_SEAT0=1\nACTIVE=c1\nACTIVE_UID=1000\n").unwrap();
    let user = somebody("");
    let mut remote = Remote::plug("Keyboard", &[KeyCode::KEY_N, KeyCode::KEY_PLAYPAUSE]);
    let mut live = start(&user);
    live.hear("Numb?");
    only_media_keys_are_heard(&user, &mut remote);
    fs::remove_file(seat).unwrap();
    remote.press(KeyCode::KEY_N);
    live.hear("> no");
}

#[test]
#[ignore = "script/vm-test"]
fn what_types_at_the_terminal_of_the_session_is_heard_once() {
    let user = somebody("");
    let mut remote = Remote::plug("Keyboard", &[KeyCode::KEY_N, KeyCode::KEY_PLAYPAUSE]);
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let open = || File::options().read(true).write(true).open(&name).unwrap();
    let args = [&["-c", env!("CARGO_BIN_EXE_matside")][..], &LIVE[..], &["long"]].concat();
    let mut command = user.dressed(std::process::Command::new("setsid"), &args);
    let mut child = command.stdin(open()).stdout(open()).stderr(open()).spawn().unwrap();
    only_media_keys_are_heard(&user, &mut remote);
    let mut keyboard = File::from(master);
    keyboard.write_all(b"n").unwrap();
    until("answered", || status(&user, "window") == "none");
    keyboard.write_all(b"q").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert_eq!(answers(&user)[0], "flags: Some(\"no\") None");
}

/// A chip of `gpio-sim`, for as long as this lives.
struct Chip {
    config: PathBuf,
    name: String,
    device: String,
}

impl Chip {
    fn new() -> Self {
        let config = PathBuf::from("/sys/kernel/config/gpio-sim/matside");
        fs::create_dir_all(config.join("bank")).unwrap();
        fs::write(config.join("bank/num_lines"), "8").unwrap();
        fs::write(config.join("live"), "1").unwrap();
        let read = |file: &str| fs::read_to_string(config.join(file)).unwrap().trim().to_owned();
        let (name, device) = (read("bank/chip_name"), read("dev_name"));
        Self { config, name, device }
    }

    fn line(&self, line: u32, file: &str) -> PathBuf {
        Path::new("/sys/devices/platform")
            .join(&self.device)
            .join(&self.name)
            .join(format!("sim_gpio{line}/{file}"))
    }

    /// A button between the line and ground, with a contact that bounces.
    fn press(&self, line: u32) {
        for pull in ["pull-down", "pull-up", "pull-down"] {
            fs::write(self.line(line, "pull"), pull).unwrap();
        }
        thread::sleep(Duration::from_millis(300));
        fs::write(self.line(line, "pull"), "pull-up").unwrap();
    }
}

impl Drop for Chip {
    fn drop(&mut self) {
        let _ = fs::write(self.config.join("live"), "0");
        let _ = fs::remove_dir(self.config.join("bank"));
        let _ = fs::remove_dir(&self.config);
    }
}

/// A light of `uleds`, and what it was set to, and when.
struct Lamp {
    _device: File,
    seen: Arc<Mutex<Vec<(Instant, u32)>>>,
}

impl Lamp {
    fn new(name: &str) -> Self {
        let mut device = File::options().read(true).write(true).open("/dev/uleds").unwrap();
        let mut about = [0_u8; 68];
        about[..name.len()].copy_from_slice(name.as_bytes());
        about[64..].copy_from_slice(&255_i32.to_ne_bytes());
        device.write_all(&about).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (mut reader, sink) = (device.try_clone().unwrap(), seen.clone());
        thread::spawn(move || {
            let mut value = [0_u8; 4];
            while reader.read_exact(&mut value).is_ok() {
                sink.lock().unwrap().push((Instant::now(), u32::from_ne_bytes(value)));
            }
        });
        Self { _device: device, seen }
    }

    fn clear(&self) {
        self.seen.lock().unwrap().clear();
    }

    /// Changes a second, over the next three.
    fn blinks(&self) -> usize {
        self.clear();
        thread::sleep(Duration::from_secs(3));
        self.seen.lock().unwrap().len()
    }

    fn last(&self) -> Option<u32> {
        self.seen.lock().unwrap().last().map(|(_, value)| *value)
    }
}

#[test]
#[ignore = "script/vm-test"]
fn lines_of_a_chip_answer_and_a_light_shows_how_it_stands() {
    let chip = Chip::new();
    let lamp = Lamp::new("mat");
    let name = &chip.name;
    let user = somebody(&format!(
        "[buttons]\nled = \"mat\"\n\"{name}:3\" = \"no\"\n\"{name}:4\" = \"pause\"\n\"{name}:5\" = \"skip\"\n\"{name}:6\" = \"stop\"\n"
    ));
    for line in 3..=6 {
        fs::write(chip.line(line, "pull"), "pull-up").unwrap();
    }
    let mut live = start(&user);
    live.hear("Numb?");
    thread::sleep(PLUGGED);
    let fast = lamp.blinks();
    assert!((8..=18).contains(&fast), "{fast} changes in three seconds of a question");
    chip.press(3);
    live.hear("> no").hear("Go on.");
    until("lit", || lamp.last() == Some(255));
    assert_eq!(lamp.blinks(), 0);
    chip.press(4);
    live.hear("Paused.");
    let slow = lamp.blinks();
    assert!((2..=4).contains(&slow), "{slow} changes in three seconds of a pause");
    chip.press(4);
    live.hear("We go on.");
    chip.press(5);
    live.hear("Pain?");
    chip.press(6);
    let seen = live.end();
    assert_eq!(seen.out.matches("Paused.").count(), 1, "{}", seen.out);
    assert_eq!(&*seen.err, "");
    until("dark", || lamp.last() == Some(0));
    assert_eq!(answers(&user)[0], "flags: Some(\"no\") None");
}

#[test]
#[ignore = "script/vm-test"]
fn a_line_can_be_the_light() {
    let chip = Chip::new();
    let user = somebody(&format!("[buttons]\nled = \"{}:2\"\n", chip.name));
    let mut live = start(&user);
    live.hear("Numb?");
    let value = || fs::read_to_string(chip.line(2, "value")).unwrap().trim().to_owned();
    until("lit", || value() == "1");
    until("dark again", || value() == "0");
    live.signal(rustix::process::Signal::TERM);
    assert_eq!(live.end().code, 130);
    assert_eq!(value(), "0");
}

/// A program of somebody who is not in the group.
fn as_nobody(user: &User, args: &[&str]) -> std::process::Command {
    let mut command = user.program(args);
    command.uid(65_534).gid(65_534).stderr(Stdio::piped());
    command
}

#[test]
#[ignore = "script/vm-test"]
fn without_the_right_one_line_says_so_and_the_doctor_what_mends_it() {
    let _remote = Remote::plug("Plain Remote", &[KeyCode::KEY_PLAYPAUSE]);
    let _second = Remote::plug("Second Remote", &[KeyCode::KEY_PLAYPAUSE]);
    // As udev would.
    for entry in fs::read_dir("/dev/input").unwrap().flatten() {
        std::os::unix::fs::chown(entry.path(), Some(0), Some(104)).unwrap();
    }
    let wanted = |buttons: &str| {
        let user = somebody(buttons);
        let home = user.path("");
        assert!(
            std::process::Command::new("chown")
                .arg("-R")
                .arg("65534:65534")
                .arg(home)
                .status()
                .unwrap()
                .success()
        );
        let mut live = Live::start(as_nobody(&user, &[&LIVE[..], &["--captions", "long"]].concat()));
        live.hear("Numb?");
        thread::sleep(PLUGGED);
        live.say("no").hear("Go on.");
        live.say("stop");
        (live.end().err, user::finish(as_nobody(&user, &["doctor", "--quiet"])).out)
    };
    assert_eq!(wanted("").0, "", "nobody asked for buttons");
    let (err, doctor) = wanted("[buttons]\nKEY_F5 = \"skip\"\n");
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(err.starts_with("matside: no buttons from `/dev/input/event"), "{err}");
    assert!(err.contains("Permission denied"), "{err}");
    let after: Vec<&str> = doctor.lines().skip_while(|line| !line.contains(" buttons ")).take(2).collect();
    assert!(after.len() == 2 && after[1].trim_start().starts_with("sudo usermod -aG input "), "{doctor}");
}

#[test]
#[ignore = "script/vm-test"]
fn names_of_what_is_pressed_are_shown() {
    let user = somebody("[buttons]\nKEY_F5 = \"skip\"\n");
    let mut live = Live::start(user.program(&["buttons"]));
    live.hear("waiting for buttons");
    let mut remote = Remote::plug("Plain Remote", &[KeyCode::KEY_F5, KeyCode::KEY_POWER]);
    live.hear("\"Plain Remote\" is there");
    remote.press(KeyCode::KEY_F5);
    live.hear("KEY_F5: skip, on \"Plain Remote\"");
    remote.press(KeyCode::KEY_POWER);
    live.hear("KEY_POWER: nothing, on \"Plain Remote\"");
    drop(remote);
    live.hear("\"Plain Remote\" is gone");
}
