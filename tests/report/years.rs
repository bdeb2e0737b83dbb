//! Ten years of three sessions a day: how long the program takes until it has said what there is to say.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Zoned};
use matside::history::{Answer, Ending, Moment, Take, What};
use matside::journal::Happened;
use matside::script::Refer;

use crate::past::{answer, begun, pain, take, word};
use crate::user::User;

const SESSIONS: i64 = 3 * 3652;
/// As of a release build on a machine that has nothing else to do.
const LIMIT: Duration = Duration::from_millis(150);
const EXERCISES: [&str; 8] = [
    "walk-in-place",
    "pelvic-tilt",
    "knee-to-chest",
    "piriformis-stretch",
    "bird-dog",
    "glute-bridge",
    "cat-cow",
    "nerve-glide",
];

fn session(n: i64) -> Vec<What> {
    let no = |check_in: &str| What::Answer(answer(check_in, "no", &[]));
    let before = 7 - n * 5 / SESSIONS;
    let mut rows = vec![begun("gentle-daily"), no("red-flags"), no("red-flags-more"), no("weak-or-numb")];
    rows.extend([no("sore-from-yesterday"), What::Answer(pain(before)), no("readiness")]);
    rows.extend(
        EXERCISES.map(|exercise| What::Take(Take { completed: n % 17 != 0, ..take(exercise, None, None) })),
    );
    rows.push(What::Take(take("press-up", Some("forearms"), Some("extension"))));
    let moved = answer("where-did-it-move", "toward-back", &[("extension", word("better"))]);
    rows.push(What::Answer(Answer { exercise: Some("press-up".into()), ..moved }));
    let refer = (n % 100 == 0).then_some(Refer::Professional);
    let how = Answer { refer, ..answer("how-was-it", "better", &[("how_was_it", word("better"))]) };
    rows.extend([What::Answer(pain((before - n % 3).max(0))), What::Answer(how)]);
    rows.push(What::Ending { ending: Ending::Done });
    rows
}

fn live_through(user: &User) {
    let start = &Zoned::now() - SignedDuration::from_hours(24 * (SESSIONS / 3));
    let mut rows = Vec::new();
    for n in 0..SESSIONS {
        let began = &start + SignedDuration::from_hours(24 * (n / 3) + 5 * (n % 3));
        let at = |place: i64| Moment::from(&(&began + SignedDuration::from_secs(40 * place)));
        rows.extend((0..).zip(session(n)).map(|(place, what)| Happened { when: at(place), what }));
    }
    user.journal().write(None, &rows, None).unwrap();
}

#[test]
#[ignore = "measures: `cargo test --release --test report years -- --ignored --nocapture`"]
fn years_are_read_in_no_time() {
    let user = User::new();
    live_through(&user);
    for args in [&["list"][..], &["today"], &["history"], &["report"], &["report", "--html"]] {
        let fastest = (0..7).map(|_| {
            let begun = Instant::now();
            assert_eq!(user.run(args).code, 0);
            begun.elapsed()
        });
        let fastest = fastest.min().unwrap();
        println!("{args:?}: {fastest:?}");
        assert!(cfg!(debug_assertions) || fastest < LIMIT, "{args:?}: {fastest:?}");
    }
}
