//! The built program as a user has it: exit codes, signals, pipes, terminals, and what it leaves behind.

mod answers;
mod beginning;
mod broken_toml;
mod checking;
mod ctl;
mod doctor;
mod emergencies;
mod full_disk;
mod gates;
mod going_on;
mod household;
mod invitation;
mod log;
mod memory;
mod preparing;
mod progress;
mod rendering;
mod schedule;
mod settings;
mod signals;
mod surroundings;
mod terminal;
mod timers;
mod user;
mod voices;
mod words;

use user::User;

#[test]
fn wrong_usage_is_exit_code_2() {
    let user = User::new();
    for args in [&["dance"][..], &[], &["show"], &["run", "tiny", "--pace", "fast"]] {
        assert_eq!(user.run(args).code, 2, "{args:?}");
    }
}

#[test]
fn help_lists_every_exit_code() {
    let help = User::new().run(&["--help"]);
    assert_eq!(help.code, 0);
    for code in ["0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "6 ", "7 ", "8 ", "9 ", "130 "] {
        assert!(help.out.lines().any(|line| line.trim_start().starts_with(code)), "no {code}in {}", help.out);
    }
}

#[test]
fn a_session_without_a_name_is_that_of_today() {
    let said = |name: &[&str]| {
        let deaf = ["--voice", "tick", "--output", "free", "--captions"];
        let seen = User::new().run(&[&["run"], name, &deaf[..]].concat());
        (seen.code, seen.out)
    };
    let today = said(&["today"]);
    assert!(today.1.contains("Do you agree?"), "{}", today.1);
    assert_eq!(said(&[]), today);
}

#[test]
fn an_unknown_session_is_named_with_a_near_one() {
    let seen = User::new().run(&["show", "gentle-dayly"]);
    assert_eq!(seen.code, 1);
    assert!(seen.err.contains("`gentle-dayly`") && seen.err.contains("gentle-daily"), "{}", seen.err);
}

#[test]
fn a_programme_is_shown_with_the_length_of_its_sessions() {
    let user = User::new();
    let seen = user.run(&["show", "sciatica"]);
    assert_eq!((seen.code, &*seen.err), (0, ""));
    for part in
        ["Sciatica (sciatica, en)", "acute: ", "when pain is none or pain >= high", "Stepping up", "high = 7"]
    {
        assert!(seen.out.contains(part), "{part}\n{}", seen.out);
    }
    let listed = seen.out.lines().find(|line| line.trim_start().starts_with("gentle-daily "));
    assert!(listed.is_some_and(|line| line.contains(" min  Gentle daily routine")), "{}", seen.out);
    assert!(
        user.run(&["list"])
            .out
            .lines()
            .any(|line| line.starts_with("sciatica ") && line.contains("programme"))
    );
    for (args, hint) in [
        (&["show", "sciatika"][..], "did you mean `sciatica`?"),
        (&["run", "sciatica"], "it is a programme: `matside show sciatica`"),
        (&["show", "sciatica", "--only", "Stretch"], "`--only` is for the blocks of a session"),
    ] {
        let seen = user.run(args);
        assert!(seen.code == 1 && seen.err.contains(hint), "{args:?}: {}", seen.err);
    }
    user.write("programmes/broken.toml", "format = 1\nlanguage = \"en\"\ntitle = \"Broken\"\n");
    let broken = user.run(&["show", "broken"]);
    assert!(broken.code == 6 && broken.err.contains("the programme has no phases"), "{}", broken.err);
}

#[test]
fn an_own_file_stands_in_for_a_shipped_one() {
    let user = User::new();
    let shipped = user.run(&["show", "taste"]);
    assert_eq!(shipped.code, 0);
    user.write("taste.toml", user::TINY);
    let own = user.run(&["show", "taste"]);
    assert_eq!(own.code, 0, "{}", own.err);
    assert!(own.out.contains("Go on.") && own.out != shipped.out, "{}", own.out);
    assert!(user.run(&["list"]).out.contains("Tiny"));
}
