//! Files to begin with: sound as they are, in the right place, and never in the place of another.

use std::fs;

use crate::user::User;

/// Makes a file and gives its path; the second line says what to type next, and that works.
fn make(user: &User, args: &[&str]) -> String {
    let seen = user.run(&[&["new"], args].concat());
    assert_eq!((seen.code, &*seen.err), (0, ""), "{args:?}");
    let (path, next) = seen.out.split_once("\nnext: matside ").expect("two lines");
    let next: Vec<&str> = next.split_whitespace().collect();
    let followed = user.run(&next);
    assert_eq!((followed.code, &*followed.err), (0, ""), "{next:?}");
    path.to_owned()
}

#[test]
fn every_new_file_passes_the_check() {
    let user = User::new();
    let places = [
        ("exercise", "exercises/belly-breath.toml"),
        ("check-in", "check-ins/belly-breath.toml"),
        ("session", "belly-breath.toml"),
        ("programme", "programmes/belly-breath.toml"),
    ];
    for (kind, place) in places {
        let path = make(&user, &[kind, "belly-breath"]);
        assert_eq!(path, user.path("config/matside").join(place).display().to_string());
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("Belly breath") && !text.contains('@'), "{text}");
        let checked = user.run(&["check", &path]);
        assert_eq!((checked.code, &*checked.out), (0, "1 files, 0 errors, 0 warnings\n"), "{}", checked.err);
    }
    let all = user.run(&["check", &user.path("config/matside").display().to_string()]);
    assert_eq!(all.code, 0, "{}", all.err);
    assert!(user.run(&["show", "belly-breath"]).out.contains("That is all for today."));
    let rendered = user.run(&["render", "belly-breath", "--voice", "tick", "-o", "b.wav"]);
    assert_eq!((rendered.code, &*rendered.err), (0, ""));
    // A session is found before the programme of the same name.
    make(&user, &["programme", "other"]);
    assert!(user.run(&["show", "other"]).out.contains("Stepping up"));
}

#[test]
fn a_new_file_can_lie_elsewhere() {
    let user = User::new();
    assert_eq!(make(&user, &["session", "one", "--dir", "drafts"]), "drafts/one.toml");
    let spaced = user.run(&["new", "session", "two", "--dir", "my drafts"]).out;
    assert!(spaced.ends_with("next: matside show 'my drafts/two.toml'\n"), "{spaced}");
}

#[test]
fn nothing_is_overwritten_and_no_shipped_file_is_hidden() {
    let user = User::new();
    let path = make(&user, &["exercise", "mine"]);
    fs::write(&path, "format = 1\n").unwrap();
    let refused = [
        (&["new", "exercise", "mine"][..], "nothing is ever overwritten"),
        (&["new", "exercise", "pelvic-tilt"], "pelvic-tilt.toml`; take another name"),
        (&["new", "session", "Knee Lift"], "`Knee Lift` is not a name"),
        (&["new", "session", "one", "--language", "xx"], "write `phrases/xx.toml` first"),
    ];
    for (args, why) in refused {
        let seen = user.run(args);
        assert_eq!(seen.code, 1, "{args:?}");
        assert!(seen.err.contains(why) && seen.err.lines().count() == 1, "{}", seen.err);
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "format = 1\n");
    assert_eq!(user.run(&["new", "phrases", "en"]).code, 2);
}

/// In a language that has phrases and nothing else, what a file needs has to be made first.
#[test]
fn a_language_begins_with_an_exercise_and_a_question() {
    let user = User::new();
    let english = include_str!("../../sessions/phrases/en.toml");
    // What they ask are files of that language.
    let from = english.find("[resume]").unwrap();
    let to = english.find("[sides.left]").unwrap();
    let other =
        format!("{}{}", &english[..from], &english[to..]).replace("language = \"en\"", "language = \"xx\"");
    user.write("phrases/xx.toml", &other);
    let early = user.run(&["new", "session", "one", "--language", "xx"]);
    assert_eq!(early.code, 1);
    assert!(early.err.contains("matside new check-in NAME --language xx"), "{}", early.err);
    for kind in ["check-in", "exercise", "session", "programme"] {
        let path = make(&user, &[kind, "one", "--language", "xx"]);
        assert!(path.contains("/matside/xx/"), "{path}");
    }
    let all = user.run(&["check", &user.path("config/matside").display().to_string()]);
    assert_eq!(all.code, 0, "{}", all.err);
}
