//! Sessions answered through a pipe, and how they end.

use std::fs::File;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::user::{LIVE, Live, User, processor_time};

#[test]
fn a_session_answered_to_its_end_is_done() {
    let user = User::new();
    let mut live = user.perform("tiny");
    live.hear("Numb?").say("no").hear("Go on.").hear("Done.").hear("Pain?").say("four");
    let seen = live.end();
    assert_eq!((seen.code, &*seen.err), (0, ""), "{}", seen.out);
    assert!(seen.out.contains("> number, 4"), "{}", seen.out);
    assert_eq!(user.bookmark(), None, "a session that is done cannot be gone on with");
}

#[test]
fn stop_ends_early() {
    let user = User::new();
    let mut live = user.perform("long");
    live.hear("Numb?").say("no").hear("Go on.").say("stop").hear("We stop here.");
    assert_eq!(live.end().code, 3);
}

#[test]
fn the_question_after_stop_changes_neither_the_end_nor_the_place() {
    let user = User::new();
    user.write("asks.toml", &crate::user::long().replace("begin", "stop = \"after\"\nbegin"));
    let mut live = user.perform("asks");
    live.hear("Numb?").say("no").hear("Go on.").say("stop").hear("We stop here.").hear("Pain?").say("four");
    let seen = live.end();
    assert_eq!((seen.code, seen.out.contains("> number, 4")), (3, true), "{}", seen.out);
    let mut later = user.perform_with("asks", &["--resume"]);
    later.hear("We go on with long.").hear("Go on.").say("stop").hear("Pain?");
    // A signal is no goodbye to a goodbye.
    let seen = later.signal(rustix::process::Signal::TERM).end();
    assert_eq!((seen.code, seen.out.contains("Goodbye.")), (3, false), "{}", seen.out);
}

#[test]
fn silence_at_a_safety_question_stops_the_session() {
    let user = User::new();
    let mut live = user.perform("tiny");
    live.hear("Numb?").hear("Not heard.");
    let seen = live.end();
    assert_eq!(seen.code, 4);
    assert!(!seen.out.contains("Go on."));
}

#[test]
fn a_red_flag_is_an_emergency() {
    let user = User::new();
    let mut live = user.perform("tiny");
    live.hear("Numb?").say("yes").hear("Call.");
    assert_eq!(live.end().code, 5);
}

#[test]
fn words_that_are_no_answer_are_not_taken_for_one() {
    let user = User::new();
    let mut live = user.perform("tiny");
    live.hear("Numb?").say("\u{0}\u{7}perhaps").hear("Not heard.");
    assert_eq!(live.end().code, 4);
}

#[test]
fn a_closed_standard_input_is_silence() {
    let user = User::new();
    for stdin in ["/dev/null", "/dev/zero"] {
        let mut command = user.program(&LIVE);
        command.arg("tiny").stdin(File::open(stdin).unwrap());
        assert_eq!(command.status().unwrap().code(), Some(4), "{stdin}");
    }
    let mut closed = std::process::Command::new("sh");
    closed.args(["-c", "exec \"$0\" \"$@\" <&-", env!("CARGO_BIN_EXE_matside")]);
    let mut closed = user.dressed(closed, &LIVE);
    assert_eq!(closed.arg("tiny").stdin(Stdio::inherit()).status().unwrap().code(), Some(4));
}

#[test]
fn a_silent_pipe_neither_blocks_nor_spins() {
    let user = User::new();
    let mut live = user.perform("long");
    live.hear("Numb?").say("no").hear("Go on.");
    let before = processor_time(&live);
    thread::sleep(Duration::from_secs(2));
    let spent = processor_time(&live) - before;
    assert!(spent < 100, "{spent} of 200 ticks spent on a rest");
    assert!(live.is_running());
}

#[test]
fn the_end_of_a_pipe_does_not_end_the_session() {
    let user = User::new();
    let mut live = user.perform("tiny");
    live.hear("Numb?").say("no").close_stdin().hear("Pain?");
    assert_eq!(live.end().code, 0);
}

#[test]
fn nobody_reading_the_captions_does_not_end_the_session() {
    let user = User::new();
    let mut command = user.program(&LIVE);
    // A pipe whose reading end is closed at once.
    let (reading, writing) = std::io::pipe().unwrap();
    drop(reading);
    command.args(["--captions", "tiny"]).stdout(writing).stderr(Stdio::piped());
    let seen = crate::user::finish_child(command);
    assert_eq!((seen.code, &*seen.err), (4, ""));
    for verb in [&["show", "gentle-daily"][..], &["list"], &["schema"], &["check"]] {
        let (reading, writing) = std::io::pipe().unwrap();
        drop(reading);
        let mut command = user.program(verb);
        command.stdout(writing).stderr(Stdio::piped());
        let seen = crate::user::finish_child(command);
        assert_eq!((seen.code, &*seen.err), (0, ""), "{verb:?}");
    }
}

#[test]
fn only_one_session_runs_and_a_killed_one_lets_go() {
    let user = User::new();
    let mut first = user.perform("long");
    first.hear("Numb?");
    let second = user.perform("tiny").end();
    assert_eq!(second.code, 8);
    assert!(second.err.contains("another session is running"), "{}", second.err);
    first.signal(rustix::process::Signal::KILL).end();
    let mut third = Live::start(user.program(&[&LIVE[..], &["--captions", "tiny"]].concat()));
    third.hear("Numb?").say("yes");
    assert_eq!(third.end().code, 5);
}
