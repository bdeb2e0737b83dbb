//! `matside prepare`: everything that may be said is there before anybody asks for it.

use crate::user::User;

#[test]
fn every_branch_is_listed_and_nothing_is_spoken() {
    let user = User::new();
    let seen = user.run(&["prepare", "tiny", "--voice", "tick", "--list"]);
    assert_eq!((seen.code, &*seen.err), (0, ""));
    for text in ["Numb?", "Numb, yes or no?", "Call.", "If so, call.", "Go on.", "Done.", "Paused."] {
        assert!(seen.out.lines().any(|line| line == text), "`{text}` in {}", seen.out);
    }
    assert!(told(&user).contains(&format!("{} lines ({0} new)", seen.out.lines().count())));
}

#[test]
fn what_is_prepared_is_not_spoken_again() {
    let user = User::new();
    assert!(!told(&user).contains("(0 new)"));
    assert!(told(&user).contains("(0 new)"));
}

fn told(user: &User) -> String {
    let seen = user.run(&["prepare", "tiny", "--voice", "espeak"]);
    assert_eq!((seen.code, &*seen.err), (0, ""));
    seen.out
}
