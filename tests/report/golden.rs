//! History and report of the ten weeks, to the character. `UPDATE=1` writes them anew: read the difference.

use std::fs;
use std::path::Path;

use crate::past::{SINCE, live_through};
use crate::user::User;

/// What the clock of today puts in is not golden.
fn timeless(text: &str) -> String {
    let today = |text: &str| text.replace(&jiff::Zoned::now().date().to_string(), "TODAY");
    text.lines().map(|line| today(line) + "\n").collect()
}

fn golden(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/golden").join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, found).unwrap();
    }
    let wanted = fs::read_to_string(&path).unwrap_or_default();
    let differs = wanted.lines().zip(found.lines()).zip(1..).find(|((wanted, found), _)| wanted != found);
    assert!(wanted == found, "{} differs, UPDATE=1 rewrites it: {differs:?}", path.display());
}

fn said(user: &User, args: &[&str]) -> String {
    let seen = user.run(args);
    assert_eq!((seen.code, &*seen.err), (0, ""), "{args:?}");
    timeless(&seen.out)
}

#[test]
fn history_and_report_are_as_they_were() {
    let user = User::new();
    live_through(&user);
    golden("history.txt", &said(&user, &["history", "--since", SINCE]));
    golden("history.json", &said(&user, &["history", "--last", "3", "--json"]));
    golden("report.txt", &said(&user, &["report", "--since", SINCE]));
    golden("report.html", &said(&user, &["report", "--since", SINCE, "--html"]));
}

#[test]
fn what_was_exported_and_imported_gives_the_same() {
    let (user, other) = (User::new(), User::new());
    live_through(&user);
    other.write("evil.toml", &fs::read_to_string(user.path("config/matside/evil.toml")).unwrap());
    let exported = user.run(&["journal", "export"]);
    assert_eq!(exported.code, 0, "{}", exported.err);
    fs::write(other.path("here/all.json"), &exported.out).unwrap();
    let imported = other.run(&["journal", "import", "all.json"]);
    assert_eq!(imported.code, 0, "{}", imported.err);
    for args in [
        &["history", "--since", SINCE][..],
        &["history", "--last", "1000", "--json"],
        &["report", "--since", SINCE],
        &["report", "--since", SINCE, "--html"],
    ] {
        let [mine, theirs] = [&user, &other].map(|user| said(user, args));
        assert!(mine == theirs && mine.lines().count() > 50, "{args:?}\n{mine}\n{theirs}");
    }
}

#[test]
fn nothing_that_happened_is_said_plainly_and_nothing_is_made() {
    let user = User::new();
    assert_eq!(said(&user, &["history"]), "no session\n");
    assert_eq!(said(&user, &["history", "--json"]), "");
    assert_eq!(said(&user, &["report"]), "no session yet: nothing to report\n");
    let page = said(&user, &["report", "--html"]);
    assert!(page.contains("There is no session yet") && page.ends_with("</html>\n"), "{page}");
    assert!(!user.journal_file().exists());
}

#[test]
fn the_last_sessions_are_the_last_ones() {
    let user = User::new();
    live_through(&user);
    let all = said(&user, &["history", "--since", SINCE]);
    for count in [1, 2, 5, 20] {
        let last = said(&user, &["history", "--last", &count.to_string(), "--json"]);
        assert_eq!(last.lines().count(), count);
        let began = all.lines().rev().nth(count - 1).unwrap()[..16].replace(' ', "T");
        assert!(last.starts_with(&format!("{{\"began\":\"{began}")), "{began} {last}");
    }
    assert_eq!(said(&user, &["history", "--last", "0"]), "no session\n");
    assert_eq!(said(&user, &["history", "--since", "2024-03-17"]).lines().count(), 2);
}

#[test]
fn the_page_goes_into_a_file_of_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let user = User::new();
    live_through(&user);
    let page = said(&user, &["report", "--since", SINCE, "--html"]);
    assert_eq!(
        said(&user, &["report", "--since", SINCE, "--html", "report.html"]),
        "report.html: 65 sessions\n"
    );
    let path = user.path("here/report.html");
    assert_eq!(timeless(&fs::read_to_string(&path).unwrap()), page);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let seen = user.run(&["report", "--html", "nowhere/report.html"]);
    assert!(seen.code == 1 && seen.err.contains("cannot write `nowhere/report.html`"), "{}", seen.err);
}

#[test]
fn no_name_from_a_file_is_obeyed() {
    let user = User::new();
    live_through(&user);
    let page = said(&user, &["report", "--since", SINCE, "--html"]);
    for markup in ["<script", "<img", "<b>bold", "</table></style>", "http://", "https://", "url("] {
        assert!(!page.replace("http://www.w3.org/2000/svg", "").contains(markup), "{markup}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
    for args in [&["history", "--since", SINCE][..], &["report", "--since", SINCE]] {
        let text = said(&user, args);
        assert!(!text.contains('\u{1b}') && text.contains("red"), "{text}");
    }
}
