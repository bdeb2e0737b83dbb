//! Signals: the first ends with a goodbye and a bookmark, the second at once, and no kill loses the place.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::user::User;

#[test]
fn the_first_signal_says_goodbye_and_the_session_goes_on_later() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let user = User::new();
        let mut live = user.perform("long");
        live.hear("Numb?").say("no").hear("Go on.").signal(signal).hear("Goodbye.");
        assert_eq!(live.end().code, 130, "{signal:?}");
        let mut later = user.perform_with("long", &["--resume"]);
        later.hear("We go on with long.").hear("Go on.").say("stop");
        let seen = later.end();
        assert_eq!(seen.code, 3);
        assert!(!seen.out.contains("Numb?"), "what was answered is not asked again: {}", seen.out);
    }
}

#[test]
fn the_second_signal_ends_at_once() {
    let user = User::new();
    let mut live = user.perform("long");
    live.hear("Numb?").signal(Signal::TERM).hear("I have to stop.");
    let start = Instant::now();
    live.signal(Signal::TERM);
    assert_eq!(live.end().code, 130);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn signals_close_together_still_end_it() {
    let user = User::new();
    let mut live = user.perform("long");
    live.hear("Numb?").signal(Signal::INT).signal(Signal::HUP).signal(Signal::TERM);
    assert_eq!(live.end().code, 130);
}

#[test]
fn the_place_survives_a_kill_at_any_moment() {
    let user = User::new();
    user.write("many.toml", &many());
    user.perform("many").hear("Numb?").say("no").hear("Go.").signal(Signal::KILL).end();
    let mut before = step(&user);
    // Each life goes on where the last was cut off; some end in the midst of writing.
    for kill in 0..12_u64 {
        let mut live = user.perform_with("many", &["--resume"]);
        live.hear("We go on");
        thread::sleep(Duration::from_millis(1_400 + kill * 137 % 900));
        live.signal(Signal::KILL).end();
        let now = step(&user);
        assert!(now >= before, "kill {kill}: from step {before} back to {now}");
        before = now;
    }
    assert!(before > 6, "only step {before} was reached");
    let files = fs::read_dir(user.path("state/matside")).unwrap().count();
    assert!(files <= 4, "{files} files were left behind by the kills");
}

/// The step that the bookmark stands on.
fn step(user: &User) -> usize {
    user.bookmark().unwrap().state.step
}

/// Very many short steps, each of which is marked.
fn many() -> String {
    let head = "format = 1\nlanguage = \"en\"\ntitle = \"M\"\nminutes = [0, 60]\nbegin = [\"flags\"]\n";
    let step = "[[step]]\nrest = \"20ms\"\n[[step]]\nsay = \"Go.\"\n".repeat(400);
    head.to_owned() + &step
}

#[test]
fn a_changed_session_is_not_gone_on_with() {
    let user = User::new();
    let mut live = user.perform("long");
    live.hear("Numb?").say("no").hear("Go on.").signal(Signal::KILL).end();
    user.write("long.toml", &crate::user::long().replace("Done.", "Over."));
    let seen = user.perform_with("long", &["--resume"]).end();
    assert_eq!(seen.code, 1);
    assert!(seen.err.contains("have changed"), "{}", seen.err);
    let other = user.perform_with("tiny", &["--resume"]).end();
    assert!(other.code == 1 && other.err.contains("`long`, not `tiny`"), "{}", other.err);
}

#[test]
fn nothing_to_go_on_with_is_an_error() {
    let user = User::new();
    let seen = user.perform_with("tiny", &["--resume"]).end();
    assert_eq!(seen.code, 1);
    assert!(seen.err.contains("no session to go on with"), "{}", seen.err);
    let mut done = user.perform("tiny");
    done.hear("Numb?").say("no").hear("Pain?").say("four");
    assert_eq!(done.end().code, 0);
    assert_eq!(user.perform_with("tiny", &["--resume"]).end().code, 1, "it is over");
}
