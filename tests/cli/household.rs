//! Several people on one device: each with a journal and settings of their own.

use matside::journal::{Folder, Journal};

use crate::user::User;

const CONFIG: &str = "pace = 90

[profile.anna-maria]
name = \"Anna Maria\"
pace = 110
volume = -3

[profile.ben]
";

fn household() -> User {
    let user = User::new();
    user.write("config.toml", CONFIG);
    user
}

fn rows(user: &User, profile: &str) -> usize {
    let path = user.path("state/matside/profiles").join(profile);
    if !path.exists() {
        return 0;
    }
    Journal::open(&Folder::open(&path).unwrap()).unwrap().history().unwrap().rows.len()
}

#[test]
fn who_it_is_is_asked_and_the_session_is_theirs() {
    let user = household();
    let mut live = user.perform("tiny");
    live.hear("Who is it?")
        .hear("Anna Maria, ben?")
        .say("Anna Maria")
        .hear("Numb?")
        .say("no")
        .hear("Pain?")
        .say("1");
    let seen = live.end();
    assert_eq!(seen.code, 0, "{}", seen.err);
    assert!(rows(&user, "anna-maria") > 0);
    assert!(rows(&user, "ben") == 0 && !user.journal_file().exists());
}

#[test]
fn nobody_who_says_a_name_is_no_session() {
    let user = household();
    let mut live = user.perform("tiny");
    live.hear("Who is it?").say("the cat").hear("one of these names");
    let seen = live.close_stdin().end();
    assert!(seen.code == 3 && seen.out.contains("I did not hear a name."), "{} {}", seen.code, seen.out);
    assert!(rows(&user, "anna-maria") + rows(&user, "ben") == 0 && !user.journal_file().exists());
}

#[test]
fn an_emergency_is_that_of_one_person() {
    let user = household();
    let mut live = user.perform_with("long", &["--profile", "ben"]);
    live.hear("Numb?").say("yes").hear("Call.");
    assert_eq!(live.end().code, 5);
    assert_eq!(user.perform_with("tiny", &["--profile", "ben"]).end().code, 9);
    let mut live = user.perform_with("tiny", &["--profile", "anna-maria"]);
    live.hear("Numb?").say("no").hear("Pain?").say("1");
    assert_eq!(live.end().code, 0);
}

#[test]
fn each_has_their_own_settings_and_a_name_is_asked_for_elsewhere() {
    let user = household();
    let config = |profile: &str| user.run(&["config", "--profile", profile]).out;
    assert!(config("anna-maria").contains("pace = 110") && config("anna-maria").contains("volume = -3"));
    assert!(config("ben").contains("pace = 90"), "{}", config("ben"));
    for verb in [&["today"][..], &["why", "press-up"], &["forget"], &["journal", "export"]] {
        let seen = user.run(verb);
        assert!(seen.code == 1 && seen.err.contains("anna-maria, ben"), "{verb:?}: {}", seen.err);
        let named = user.run(&[&["--profile", "ben"], verb].concat());
        assert_eq!((named.code, &*named.err), (0, ""), "{verb:?}");
    }
    let near = user.run(&["today", "--profile", "benn"]);
    assert!(near.code == 1 && near.err.contains("did you mean `ben`?"), "{}", near.err);
}

/// A name becomes a folder.
#[test]
fn a_name_leads_nowhere_else() {
    let user = household();
    for name in ["../ben", "", ".", "/tmp", "ben/..", "Ben"] {
        let seen = user.run(&["forget", "--all", "--profile", name]);
        assert!(seen.code == 1 && seen.err.contains("there is no profile"), "{name}: {}", seen.err);
        user.write("config.toml", &format!("[profile.\"{name}\"]\n"));
        let seen = user.run(&["run", "tiny", "--profile", name]);
        assert!(seen.code == 6 && seen.err.contains("is no name for a profile"), "{name}: {}", seen.err);
        user.write("config.toml", CONFIG);
    }
    let names = |dir: &str| -> Vec<String> {
        let files = std::fs::read_dir(user.path(dir)).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!((names("state"), names("state/matside")), (vec!["matside".into()], vec!["log".into()]));
}

/// Without a second person nobody is asked.
#[test]
fn one_profile_is_the_one() {
    let user = User::new();
    user.write("config.toml", "[profile.ben]\n");
    let mut live = user.perform("tiny");
    live.hear("Numb?").say("no").hear("Pain?").say("1");
    let seen = live.end();
    assert!(seen.code == 0 && !seen.out.contains("Who is it?"), "{}", seen.err);
    assert!(rows(&user, "ben") > 0);
}
