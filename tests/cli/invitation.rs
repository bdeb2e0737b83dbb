//! Starts by the clock: the invitation, "later", what keeps a start quiet, and what the journal says of it.

use std::thread;
use std::time::{Duration, Instant};

use jiff::{ToSpan, Zoned};
use matside::history::{INVITED, What};
use rustix::process::Signal;

use crate::terminal::Terminal;
use crate::user::{LIVE, Live, User};

const ENGLISH: &str = include_str!("../../sessions/phrases/en.toml");

/// Somebody who is not asked to wait long.
fn hasty(again: &str) -> User {
    let user = User::new();
    let phrases = ENGLISH.replace("again = \"15min\"", &format!("again = \"{again}\""));
    assert_ne!(phrases, ENGLISH);
    user.write("phrases/en.toml", &phrases);
    for name in ["invitation", "invitation-last"] {
        let path = format!("{}/sessions/check-ins/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap().replace("wait = \"40s\"", "wait = \"1s\"");
        user.write(&format!("check-ins/{name}.toml"), &text);
    }
    user
}

fn invite(user: &User, session: &str, further: &[&str]) -> Live {
    user.perform_with(session, &[&["--invite"], further].concat())
}

/// The gates of what did not start.
fn refusals(user: &User) -> Vec<String> {
    let rows = user.history().rows;
    let gates = rows.into_iter().filter_map(|row| match row.what {
        What::Refusal { gate, .. } => Some(gate),
        _ => None,
    });
    gates.collect()
}

fn left_quietly(user: &User, mut live: Live, gate: &str) {
    let seen = live.end();
    assert_eq!((seen.code, &*seen.out, &*seen.err), (0, "", ""), "{gate}");
    assert_eq!(refusals(user).last().map(String::as_str), Some(gate));
}

fn do_tiny(live: &mut Live) {
    live.hear("Numb?").say("no").hear("Pain?").say("1");
    let seen = live.end();
    assert_eq!(seen.code, 0, "{}", seen.err);
}

/// Hours around now, or well away from it.
fn hours(around_now: bool) -> String {
    let now = Zoned::now();
    let hour = |hours: i32| now.checked_add(hours.hours()).unwrap().strftime("%H:%M").to_string();
    if around_now { format!("{}-{}", hour(-1), hour(1)) } else { format!("{}-{}", hour(2), hour(4)) }
}

#[test]
fn start_begins_the_session() {
    let user = hasty("2s");
    let mut live = invite(&user, "tiny", &["--quiet-hours", &hours(false)]);
    live.hear("It is time").hear("Tiny").hear("Shall we start").say("start");
    do_tiny(&mut live);
    let rows = user.history().rows;
    assert!(
        matches!(&rows[0].what, What::Note { note, about } if note == INVITED && about.as_deref() == Some("tiny"))
    );
    assert!(matches!(&rows[1].what, What::Answer(answer) if answer.answer.as_deref() == Some("start")));
    assert!(matches!(&rows[2].what, What::Session { session, .. } if session == "tiny"));
    // The same day it is done.
    left_quietly(&user, invite(&user, "tiny", &[]), "done");
    assert!(user.run(&["history"]).out.contains("not started: done for today"));
}

#[test]
fn a_button_answers_too() {
    let user = hasty("2s");
    let mut live = invite(&user, "tiny", &[]);
    live.hear("Shall we start");
    assert_eq!(user.run(&["ctl", "say", "start"]).code, 0);
    do_tiny(&mut live);
}

#[test]
fn a_key_answers_and_the_terminal_is_left_as_it_was_while_it_waits() {
    let user = hasty("2s");
    let mut terminal = Terminal::of(&user, &[&LIVE[..], &["--captions", "tiny", "--invite"]].concat());
    terminal.see("Shall we start", 1).press("l").see("ring again", 1).see("Shall we start", 2).press("s");
    terminal.see("Numb?", 1);
}

#[test]
fn it_can_be_put_off_three_times() {
    let user = hasty("2s");
    let mut live = invite(&user, "tiny", &[]);
    live.hear("start now, later").say("later").hear("ring again in two seconds");
    for times in 1..3 {
        waits(&live, times);
        // Nobody has to hear it out.
        live.say("later").hear("ring again in two seconds");
    }
    live.hear("Shall we start now, or not today?").say("not today").hear("Why not").say("no time");
    let seen = live.end();
    assert_eq!(seen.code, 0, "{}", seen.err);
    assert_eq!(refusals(&user), ["not-today"]);
    let history = user.run(&["history"]).out;
    assert!(history.trim_end().ends_with("Tiny  not started: not today (no-time)"), "{history}");
    // Neither is it asked again on this day.
    left_quietly(&user, invite(&user, "tiny", &[]), "not-today");
    let mut other = invite(&user, "long", &[]);
    other.hear("Shall we start");
}

#[test]
fn silence_leaves_without_a_word() {
    let user = hasty("2s");
    let seen = invite(&user, "tiny", &[]).end();
    assert_eq!((seen.code, &*seen.err), (0, ""));
    assert_eq!(seen.out.matches("not today").count(), 3, "{}", seen.out);
    assert!(seen.out.ends_with("say start, later, or not today."), "{}", seen.out);
    assert_eq!(refusals(&user), ["no-answer"]);
    assert!(user.history().sittings().is_empty());
}

/// Nothing is held while it waits; what was done meanwhile is not asked for again.
#[test]
fn somebody_may_begin_by_hand_while_it_waits() {
    let user = hasty("20s");
    let mut live = invite(&user, "tiny", &[]);
    live.hear("Shall we start").say("later").hear("ring again");
    waits(&live, 1);
    let none = user.run(&["ctl", "status"]);
    assert_eq!(none.err, "matside: no session is running\n");
    do_tiny(&mut user.perform("tiny"));
    let seen = live.end();
    assert_eq!((seen.code, &*seen.err), (0, ""));
    assert_eq!(refusals(&user), ["done"]);
}

#[test]
fn a_session_that_is_running_is_not_disturbed() {
    let user = hasty("2s");
    let mut first = user.perform("long");
    first.hear("Numb?").say("no").hear("Go on.");
    left_quietly(&user, invite(&user, "tiny", &[]), "running");
    assert!(first.is_running());
}

/// Until the process has become the one that waits.
fn waits(live: &Live, times: u32) {
    let by = Instant::now() + Duration::from_secs(30);
    while !live.arguments().contains(&format!("--snoozed={times}@")) {
        assert!(Instant::now() < by, "{}", live.arguments());
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_signal_while_it_waits_ends_it_at_once() {
    for signal in [Signal::TERM, Signal::INT] {
        let user = hasty("5min");
        let mut live = invite(&user, "tiny", &[]);
        live.hear("Shall we start").say("later").hear("ring again in five minutes");
        waits(&live, 1);
        // It is listened for from the first moments on.
        thread::sleep(Duration::from_millis(500));
        let told = Instant::now();
        let seen = live.signal(signal).end();
        assert_eq!((seen.code, &*seen.err), (130, ""));
        assert!(told.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn little_is_held_while_it_waits() {
    let user = hasty("5min");
    let mut live = invite(&user, "tiny", &[]);
    live.hear("Shall we start").say("later").hear("ring again");
    waits(&live, 1);
    thread::sleep(Duration::from_millis(500));
    let resident = live.resident();
    assert!(resident < 40 * 1024, "{resident} kB");
}

#[test]
fn a_device_that_slept_meanwhile_does_not_ring_late() {
    let user = hasty("2s");
    left_quietly(&user, invite(&user, "tiny", &["--snoozed=1@2026-01-01T00:00:00Z"]), "missed");
}

#[test]
fn whose_it_is_is_asked_once() {
    let user = hasty("2s");
    user.write("config.toml", "[profile.anna]\n[profile.ben]\n");
    let mut live = invite(&user, "tiny", &[]);
    live.hear("Who is it?").say("ben").hear("It is time").say("later").hear("ring again");
    waits(&live, 1);
    live.say("start").hear("Numb?").say("no").hear("Pain?").say("1");
    let seen = live.end();
    assert_eq!((seen.code, seen.out.matches("Who is it?").count()), (0, 1), "{}", seen.err);
    assert!(user.path("state/matside/profiles/ben/journal.sqlite").exists());
}

#[test]
fn quiet_hours_are_quiet() {
    let user = hasty("2s");
    left_quietly(&user, invite(&user, "tiny", &["--quiet-hours", &hours(true)]), "quiet-hours");
    user.write("config.toml", &format!("quiet-hours = \"{}\"\n", hours(true)));
    left_quietly(&user, invite(&user, "today", &[]), "quiet-hours");
    assert!(user.run(&["history"]).out.contains("not started: in quiet hours"));
    // By hand it starts all the same.
    do_tiny(&mut user.perform("tiny"));
}

#[test]
fn an_emergency_comes_before_any_invitation() {
    let user = hasty("2s");
    let mut live = user.perform("tiny");
    live.hear("Numb?").say("yes").hear("Call.");
    assert_eq!(live.end().code, 5);
    let seen = invite(&user, "tiny", &[]).end();
    assert_eq!(seen.code, 9);
    assert!(seen.out.contains("There is no session until") && !seen.out.contains("Shall we"), "{}", seen.out);
}

#[test]
fn a_start_that_was_missed_is_lost_made_up_or_asked_about() {
    let now = Zoned::now();
    let Ok(early) = now.checked_sub(20.minutes()) else { return };
    if early.date() != now.date() {
        eprintln!("skipped: just after midnight, nothing was missed today");
        return;
    }
    let due = early.strftime("daily %H:%M").to_string();
    let user = hasty("2s");
    left_quietly(&user, invite(&user, "tiny", &["--due", &due]), "missed");
    let user = hasty("2s");
    let mut live = user.perform_with("tiny", &["--due", &due, "--missed", "ask"]);
    live.hear("A session was missed today.").hear("Shall we start").say("start").hear("Numb?");
    live.say("no").hear("Pain?").say("1");
    assert_eq!(live.end().code, 0);
    // It is not missed any more.
    let rows = user.history().rows.len();
    let seen = user.perform_with("tiny", &["--due", &due, "--missed", "ask"]).end();
    assert_eq!((seen.code, &*seen.out, user.history().rows.len()), (0, "", rows));
    let user = hasty("2s");
    let mut live = user.perform_with("tiny", &["--due", &due, "--missed", "next"]);
    do_tiny(&mut live);
}
