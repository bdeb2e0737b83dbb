//! Where a value comes from: command line, environment, `config.toml`, built in, in this order.

use crate::user::{User, finish};

const CONFIG: &str = "voice = \"tick\"\npace = 90\nnight = true\noutput = \"free\"\ncaptions = true\n";

fn line<'a>(out: &'a str, key: &str) -> &'a str {
    out.lines().find(|line| line.contains(key)).unwrap_or_else(|| panic!("no {key} in {out}"))
}

#[test]
fn each_place_wins_over_the_next() {
    let user = User::new();
    assert!(line(&user.run(&["config"]).out, "night").ends_with("# built in"));
    assert_eq!(line(&user.run(&["config"]).out, "pace"), "# pace is not set");
    user.write("config.toml", CONFIG);
    let seen = user.run(&["config"]);
    assert_eq!((seen.code, &*seen.err), (0, ""));
    assert!(line(&seen.out, "pace").starts_with("pace = 90 "), "{}", seen.out);
    assert!(line(&seen.out, "pace").ends_with("# config.toml, line 2"), "{}", seen.out);
    let mut command = user.program(&["config"]);
    command.env("MATSIDE_PACE", "110").env("MATSIDE_NIGHT", "no");
    let seen = finish(command);
    assert!(line(&seen.out, "pace").ends_with("# MATSIDE_PACE"), "{}", seen.out);
    assert!(line(&seen.out, "night").starts_with("night = \"no\" "), "{}", seen.out);
}

#[test]
fn a_session_runs_by_the_file_and_the_command_line_takes_it_back() {
    let user = User::new();
    user.write("config.toml", CONFIG);
    // Without a device, to its end, with captions: all from the file.
    let seen = user.run(&["run", "tiny"]);
    assert!(seen.out.contains("Numb?") && seen.code == 4, "{} {}", seen.out, seen.err);
    let seen = user.run(&["run", "tiny", "--captions=no"]);
    assert!(!seen.out.contains("Numb?") && seen.code == 4, "{} {}", seen.out, seen.err);
    let rendered = |name: &str, further: &[&str]| {
        let args = [&["render", "tiny", "-o", name][..], further].concat();
        let seen = user.run(&args);
        assert_eq!((seen.code, &*seen.err), (0, ""), "{args:?}");
        std::fs::read(user.path("here").join(name)).unwrap()
    };
    let by_file = rendered("a.wav", &[]);
    assert!(by_file == rendered("b.wav", &["--voice=tick", "--pace=90", "--night"]));
    assert!(by_file != rendered("c.wav", &["--night=no"]));
}

#[test]
fn a_wrong_file_has_all_its_errors_with_their_places_and_starts_nothing() {
    let user = User::new();
    user.write(
        "config.toml",
        "vioce = \"tick\"\npace = 300\noutput = \"nul\"\nbuffer = [3]\nnight = \"maybe\"\n",
    );
    let seen = user.run(&["run", "tiny"]);
    assert_eq!((seen.code, &*seen.out), (6, ""));
    for wanted in [
        "config.toml:1:1: error: there is no key `vioce`",
        "did you mean `voice`?",
        "config.toml:2:8: error: `300` is no value for `pace`",
        "300 is not in 70..=150",
        "config.toml:3:10: error: `nul` is no value for `output`",
        "possible values: device, null, free",
        "config.toml:4:10: error: `buffer` is one value, not several",
        "config.toml:5:9: error: `maybe` is no value for `night`",
    ] {
        assert!(seen.err.contains(wanted), "no {wanted} in {}", seen.err);
    }
    assert_eq!(user.run(&["config"]).code, 6);
    // What does not depend on it still works, and it is no session.
    assert_eq!(user.run(&["show", "tiny"]).code, 0);
    assert_eq!(user.run(&["check"]).code, 0);
}

#[test]
fn broken_toml_and_text_that_is_none_are_errors_and_no_panic() {
    let user = User::new();
    for text in ["pace =", "[pace", "= 3", "pace = 90\npace = 91", "\u{feff}pace = \u{1}"] {
        user.write("config.toml", text);
        let seen = user.run(&["config"]);
        assert!(seen.code == 6 && seen.err.contains("config.toml:"), "{text}: {} {}", seen.code, seen.err);
    }
    std::fs::write(user.path("config/matside/config.toml"), b"voice = \"\xff\"").unwrap();
    assert!(user.run(&["config"]).err.contains("not valid UTF-8"));
}

#[test]
#[cfg(feature = "buttons")]
fn buttons_have_a_table_of_their_own() {
    let user = User::new();
    user.write(
        "config.toml",
        "pace = 90\n[buttons]\nKEY_F5 = \"skip\"\n\"KEY_F5 hold\" = \"say no\"\nKEY_VOLUMEUP = \"nothing\"\nled = \"led0\"\n",
    );
    let seen = user.run(&["config"]);
    assert_eq!((seen.code, &*seen.err), (0, ""));
    assert!(line(&seen.out, "KEY_F5 =").starts_with("KEY_F5 = \"skip\" "), "{}", seen.out);
    assert!(line(&seen.out, "KEY_F5 =").ends_with("# config.toml, line 3"), "{}", seen.out);
    assert!(line(&seen.out, "KEY_F5 hold").starts_with("\"KEY_F5 hold\" = \"no\" "), "{}", seen.out);
    assert!(line(&seen.out, "KEY_NEXTSONG").ends_with("# built in"), "{}", seen.out);
    assert!(line(&seen.out, "led").starts_with("led = \"led0\" "), "{}", seen.out);
    assert!(!seen.out.contains("KEY_VOLUMEUP"), "{}", seen.out);
    // What it prints can be read again.
    let table = seen.out.split_once("[buttons]").unwrap().1;
    user.write("config.toml", &format!("[buttons]{table}"));
    assert_eq!(user.run(&["config"]).code, 0);
    user.write("config.toml", "[buttons]\nKEY_PLAYPAUS = \"pause\"\nKEY_A = \"puase\"\nled = [1]\n");
    let seen = user.run(&["run", "tiny"]);
    assert_eq!((seen.code, &*seen.out), (6, ""));
    for wanted in [
        "config.toml:2:1: error: there is no button `KEY_PLAYPAUS`",
        "did you mean `KEY_PLAYPAUSE`?",
        "config.toml:3:9: error: `puase` is no command",
        "did you mean `pause`? `\"say puase\"` means the words",
        "config.toml:4:7: error: `led` is one text",
    ] {
        assert!(seen.err.contains(wanted), "{wanted}\n{}", seen.err);
    }
}
