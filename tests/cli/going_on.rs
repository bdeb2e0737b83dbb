//! A session that was cut off: asked about at the next start, after any of very many kills.

use std::time::Duration;

use matside::history::{Ending, Sitting};
use rustix::process::Signal;

use crate::user::{Live, User};

const OFFER: &str = "This session was cut off.";

/// A session in its minute of rest, killed there.
fn killed() -> User {
    let user = User::new();
    let mut live = user.perform("long");
    live.hear("Numb?").say("no").hear("Go on.").signal(Signal::KILL).end();
    user
}

#[test]
fn it_goes_on_where_it_was_cut_off() {
    let user = killed();
    let mut live = user.perform("long");
    live.hear(OFFER).say("go on").hear("We go on with").hear("Go on.").say("stop");
    let seen = live.end();
    assert_eq!(seen.code, 3);
    assert!(!seen.out.contains("Numb?"), "{}", seen.out);
    let history = user.history();
    assert_eq!(
        history.sittings().iter().map(Sitting::ending).collect::<Vec<_>>(),
        [Some(Ending::EndedEarly)]
    );
}

#[test]
fn or_starts_over() {
    let user = killed();
    let mut live = user.perform("long");
    live.hear(OFFER).say("start over").hear("Numb?").say("no").hear("Go on.").say("stop");
    assert_eq!(live.end().code, 3);
    let history = user.history();
    let sittings = history.sittings();
    assert_eq!(sittings.iter().map(Sitting::ending).collect::<Vec<_>>(), [None, Some(Ending::EndedEarly)]);
}

#[test]
fn not_today_and_silence_leave_it_where_it_was() {
    let user = killed();
    let bookmark = user.bookmark().unwrap();
    for answer in ["not today", "mumble mumble", "stop"] {
        let mut live = user.perform("long");
        live.hear(OFFER).say(answer);
        // Silence is asked about twice.
        live.close_stdin();
        let seen = live.end();
        assert_eq!(seen.code, 3, "{answer}: {}", seen.out);
        assert!(!seen.out.contains("Go on."), "{}", seen.out);
        assert_eq!(user.bookmark().unwrap().state, bookmark.state, "{answer}");
    }
}

#[test]
fn what_cannot_be_gone_on_with_is_not_offered() {
    let user = killed();
    for (session, further) in [("tiny", &[][..]), ("long", &["--anew"])] {
        let mut live = user.perform_with(session, further);
        live.hear("Numb?");
        let seen = live.signal(Signal::KILL).end();
        assert!(!seen.out.contains(OFFER), "{}", seen.out);
    }
    let user = killed();
    user.write("long.toml", &crate::user::long().replace("Done.", "Over."));
    let mut live = user.perform("long");
    live.hear("Numb?");
    assert!(!live.signal(Signal::KILL).end().out.contains(OFFER));
}

const SCORES: &str = r#"
format = 1
title = "Scores"
language = "en"
minutes = [0, 300]
"#;

const SCORE: &str = r#"
format = 1
title = "Score"
language = "en"
ask = "Score?"
fact = "score"
scale = [0, 9]
wait = "9s"
ask-again = 0
recorded = "None."

[[answer]]
id = "number"
planned = true
number = [0, 9]
say = "Noted {{ score | words }}."

[no-answer]
say = "None."
"#;

const NUMBERS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/// Lives of one session, each cut off at a random moment and gone on with in the next; how many answers were spoken back.
fn killed_again_and_again(kills: u64, seed: u64) -> usize {
    let user = User::new();
    user.write("scores.toml", &format!("{SCORES}{}", "[[step]]\ncheck-in = \"score\"\n".repeat(1_500)));
    user.write("check-ins/score.toml", SCORE);
    // Any numbers will do; the same ones can be tried again.
    let mut random = 0x2545_F491_4F6C_DD1D_u64.wrapping_mul(2 * seed + 1);
    let (mut spoken_in_all, mut offered) = (0, 0);
    for kill in 0..kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut live = user.perform("scores");
        let marked = kill > 0 && user.bookmark().is_some();
        if marked {
            live.hear(OFFER).say("go on");
            offered += 1;
        } else {
            live.hear("Score?").say("0").hear("Noted zero.");
        }
        live.kill_after(Duration::from_millis(random % 2_500));
        answer_until_the_end(&mut live, random);
        let seen = live.end();
        assert_eq!(seen.code, -1, "{kill}: {}", seen.err);
        let spoken: Vec<i64> = seen.out.lines().filter_map(noted).collect();
        spoken_in_all += spoken.len();
        // Opening it proves that it is whole.
        let history = user.history();
        let last = history.rows.iter().rev().find(|row| row.session == Some(row.seq)).unwrap();
        let mine = history.rows.iter().filter(|row| row.session == Some(last.seq));
        let kept: Vec<i64> = mine.filter_map(score).collect();
        // A reply that was cut off is said again, to the last answer of the life before.
        let before =
            history.rows.iter().filter(|row| row.session < Some(last.seq)).filter_map(score).next_back();
        let again: Vec<i64> = before.into_iter().chain(kept.clone()).collect();
        let none_missing = kept.starts_with(&spoken) || again.starts_with(&spoken);
        assert!(none_missing, "{kill}: spoken {spoken:?}, kept {kept:?} after {before:?}\n{}", seen.err);
        assert!(user.bookmark().is_some(), "{kill}: nothing to go on with");
    }
    assert_eq!(offered, kills - 1);
    let files = std::fs::read_dir(user.path("state/matside")).unwrap().count();
    assert!(files <= 4, "{files} files were left behind");
    spoken_in_all
}

fn answer_until_the_end(live: &mut Live, mut random: u64) {
    while live.hear_or_end("Score?") {
        random = random.rotate_left(7) ^ 0x9E37_79B9;
        if !live.try_say(&(random % 10).to_string()) {
            return;
        }
    }
}

/// The number that was spoken back.
fn noted(line: &str) -> Option<i64> {
    let word = line.strip_prefix("Noted ")?.strip_suffix('.')?;
    (0..).zip(NUMBERS).find(|(_, known)| *known == word).map(|(number, _)| number)
}

fn score(row: &matside::history::Row) -> Option<i64> {
    match &row.what {
        matside::history::What::Answer(answer) if answer.check_in == "score" => answer.number,
        _ => None,
    }
}

#[test]
fn no_answer_that_was_spoken_back_is_lost_by_a_kill() {
    assert!(killed_again_and_again(12, 0) > 3, "hardly an answer was spoken back");
}

/// Eight people side by side: each of them mostly waits.
#[test]
#[ignore = "takes a minute or two"]
fn two_hundred_kills() {
    let spoken: usize = std::thread::scope(|scope| {
        let people: Vec<_> =
            (0..8).map(|seed| scope.spawn(move || killed_again_and_again(25, seed))).collect();
        people.into_iter().map(|person| person.join().unwrap()).sum()
    });
    assert!(spoken > 50, "only {spoken} answers were spoken back");
    println!("200 kills, {spoken} answers spoken back, none missing");
}
