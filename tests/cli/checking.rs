//! `matside check` on whatever lies in a folder.

use std::fs;
use std::os::unix::fs::symlink;

use crate::user::User;

const GARBAGE: &[(&str, &[u8])] = &[
    ("binary.toml", &[0, 159, 146, 150, 255, 0, 13, 10]),
    ("empty.toml", b""),
    ("exercises/brackets.toml", b"[[[[[[[[[[[[[[[["),
    ("exercises/quotes.toml", b"a = \"\"\"\n\n"),
    ("check-ins/numbers.toml", b"format = 99999999999999999999999\n"),
    ("phrases/xx.toml", b"format = 1\nlanguage = 7\n"),
    ("programmes/words.toml", b"the quick brown fox\n"),
    ("nul.toml", b"title = \"\0\"\n"),
    ("bom.toml", b"\xef\xbb\xbfformat = 2\n"),
    ("latin1.toml", b"title = \"Gr\xf6\xdfe\"\n"),
    ("old-mac.toml", b"format = 1\rtitle = \"x\"\r"),
    (
        "template.toml",
        b"format = 1\nlanguage = \"en\"\ntitle = \"T\"\nminutes = [0, 1]\n[[step]]\nsay = \"{{ {% \"\n",
    ),
];

#[test]
fn every_file_of_a_folder_of_garbage_is_reported_with_its_place() {
    let user = User::new();
    for (name, bytes) in GARBAGE {
        let path = user.path("garbage").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let deep = user.path("garbage/deep.toml");
    fs::write(&deep, format!("a = {}", "[".repeat(200_000))).unwrap();
    symlink(user.path("garbage"), user.path("garbage/again")).unwrap();
    symlink(user.path("nowhere"), user.path("garbage/dangling.toml")).unwrap();
    let folder = user.path("garbage");
    let seen = user.run(&["check", folder.to_str().unwrap()]);
    assert_eq!(seen.code, 6, "{}", seen.err);
    for name in GARBAGE.iter().map(|(name, _)| *name).chain(["deep.toml"]) {
        let start = format!("{}/{name}:", folder.display());
        let places = seen.err.lines().filter_map(|line| line.strip_prefix(&start)).collect::<Vec<_>>();
        let placed = |line: &&&str| line.split(':').take(2).all(|n| n.parse::<u32>().is_ok_and(|n| n > 0));
        assert!(places.iter().any(|line| placed(&line) && line.contains("error: ")), "{name}: {places:?}");
    }
    assert!(!seen.err.contains("panicked"));
}

#[test]
fn the_shipped_files_are_clean() {
    let user = User::new();
    let seen = user.run(&["check"]);
    assert_eq!((seen.code, &*seen.err), (0, ""), "{}", seen.out);
    assert!(seen.out.contains("0 errors, 0 warnings"), "{}", seen.out);
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/sessions");
    let seen = user.run(&["check", shipped]);
    assert_eq!((seen.code, &*seen.err), (0, ""), "{}", seen.out);
}

#[test]
fn a_missing_file_is_an_error() {
    let seen = User::new().run(&["check", "nowhere.toml"]);
    assert_eq!(seen.code, 1);
    assert!(seen.err.contains("`nowhere.toml`"), "{}", seen.err);
}
