//! `matside ctl`: a running session is steered from outside; and there is one session at a time, whatever became of the
//! one before.

use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::user::{LIVE, Live, Seen, User};

fn ctl(user: &User, request: &[&str]) -> Seen {
    user.run(&[&["ctl"], request].concat())
}

fn status(user: &User) -> Value {
    let seen = ctl(user, &["status", "--json"]);
    assert_eq!(seen.code, 0, "{}", seen.err);
    serde_json::from_str(&seen.out).unwrap()
}

#[test]
fn a_session_is_steered_from_outside() {
    let user = User::new();
    let mut live = user.perform("long");
    live.hear("Numb?");
    assert_eq!((&status(&user)["asking"], &status(&user)["window"]), (&"flags".into(), &"flags".into()));
    assert_eq!(ctl(&user, &["say", "no"]).code, 0);
    live.hear("Go on.");
    assert_eq!(ctl(&user, &["pause"]).code, 0);
    live.hear("Paused.");
    let paused = status(&user);
    assert_eq!(
        (&paused["paused"], &paused["session"], &paused["asking"], &paused["window"]),
        (&true.into(), &"long".into(), &Value::Null, &"paused".into())
    );
    assert_eq!(ctl(&user, &["resume"]).code, 0);
    live.hear("We go on.");
    let goes_on = status(&user);
    assert_eq!((&goes_on["paused"], &goes_on["window"]), (&false.into(), &"none".into()));
    let wrong = ctl(&user, &["dance"]);
    assert_eq!((wrong.code, &*wrong.err), (1, "matside: `dance` is no command\n"));
    assert_eq!(ctl(&user, &["stop"]).code, 0);
    assert_eq!(live.end().code, 3);
    let none = ctl(&user, &["status"]);
    assert_eq!((none.code, &*none.err), (1, "matside: no session is running\n"));
}

/// How often the races below are run; `STARTS=50` for the long form.
fn starts() -> usize {
    std::env::var("STARTS").ok().and_then(|starts| starts.parse().ok()).unwrap_or(6)
}

#[test]
fn of_two_starts_at_once_one_runs() {
    let user = User::new();
    for _ in 0..starts() {
        let mut both = [0, 1].map(|_| Live::start(user.program(&[&LIVE[..], &["long"]].concat())));
        while both.iter_mut().all(Live::is_running) {
            thread::sleep(Duration::from_millis(2));
        }
        let codes = both.each_mut().map(|live| if live.is_running() { None } else { Some(live.end().code) });
        assert!(matches!(codes, [Some(8), None] | [None, Some(8)]), "{codes:?}");
    }
}

#[test]
fn a_killed_session_blocks_nobody() {
    let user = User::new();
    for _ in 0..starts() {
        let mut live = user.perform_with("long", &["--anew"]);
        live.hear("Numb?");
        assert_eq!(status(&user)["session"], "long");
        live.signal(Signal::KILL).end();
        assert_eq!(ctl(&user, &["status"]).err, "matside: no session is running\n");
    }
}
