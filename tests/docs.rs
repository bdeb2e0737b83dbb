//! What the documentation says is tried: every example of the language is a file of one library, every command of
//! the README and of the guide is run, and every key, word and exit code there is has its place in the text.

mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use matside::diagnostic::{Diagnostic, Layer, Sources, render};
use matside::frames::Frames;
use matside::journal::{Folder, Journal};
use matside::plan::Plan;
use matside::runner::Options;
use matside::script::phrases::{COMMANDS, SAY};
use matside::script::{Kind, Library, check, schema};
use matside::timeline::{self, Nobody, lint, trace};
use serde_json::Value;

const LANGUAGE: &str = include_str!("../docs/session-language.md");
const README: &str = include_str!("../README.md");
const SCHEDULE: &str = include_str!("../docs/schedule.md");
const GUIDE: &str = include_str!("../docs/write-your-own.md");
const CONFIG: &str = include_str!("../docs/config.md");

/// A fenced block: what it says it is, its text, the line it begins on.
struct Block<'a> {
    info: &'a str,
    text: String,
    line: usize,
}

fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = document.lines().zip(1..);
    while let Some((fence, line)) = lines.next() {
        let Some(info) = fence.strip_prefix("```") else { continue };
        let inside = lines.by_ref().map(|(text, _)| text).take_while(|text| *text != "```");
        blocks.push(Block { info, text: inside.flat_map(|text| [text, "\n"]).collect(), line });
    }
    blocks
}

/// Path and text of a file in a block; its first line names it.
fn file<'a>(block: &'a Block) -> (&'a str, &'a str) {
    let first = block.text.lines().next().unwrap_or_default();
    let path = first
        .strip_prefix("# ")
        .filter(|path| Path::new(path).extension().is_some_and(|ending| ending == "toml"));
    (path.unwrap_or_else(|| panic!("line {}: no path in the block's first line", block.line)), &block.text)
}

fn examples<'a>(blocks: &'a [Block]) -> Vec<(&'a str, &'a str)> {
    blocks.iter().filter(|block| block.info == "toml").map(file).collect()
}

/// The shipped files with `files` on top, and everything that is wrong with them: what `matside check` reports.
fn checked(files: &[(&str, &str)]) -> (Library, Vec<Arc<Plan>>, Vec<Diagnostic>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Sources::new();
    assert!(tree::add(&mut sources, root, &root.join("sessions"), Layer::Shipped).is_empty());
    for (path, text) in files {
        sources.add(*path, text, Layer::Named);
    }
    let (library, mut found) = Library::read(sources);
    found.extend(check::check(&library));
    let mut plans = Vec::new();
    for session in library.sessions() {
        let broken = found.iter().any(|diagnostic| diagnostic.source == session.source);
        if let (false, Ok(plan)) = (broken, timeline::plan(&library, session)) {
            found.extend(lint(session, &plan));
            plans.push(Arc::new(plan));
        }
    }
    (library, plans, found)
}

#[test]
fn the_examples_of_the_language_pass_the_check_and_can_be_performed() {
    let blocks = blocks(LANGUAGE);
    let files = examples(&blocks);
    assert!(files.len() > 5);
    let (library, plans, found) = checked(&files);
    assert!(found.is_empty(), "{}", render(&found, library.sources(), false));
    let ids: BTreeSet<&str> = plans.iter().map(|plan| plan.id.as_str()).collect();
    for (path, _) in files.iter().filter(|(path, _)| Kind::of_path(path) == Kind::Session) {
        let name = path.rsplit('/').next().unwrap_or_default();
        assert!(ids.contains(name.trim_end_matches(".toml")), "{path} was not planned");
    }
    for plan in &plans {
        for recorded in [true, false] {
            let options = Options { recorded, ..Options::default() };
            let trace = trace(plan, options, None, &mut Nobody, &mut |line| line.estimate());
            assert!(trace.length > Frames::from_secs(5), "{} says nothing", plan.id);
        }
    }
}

#[test]
fn the_broken_examples_get_the_errors_that_are_shown() {
    for document in [LANGUAGE, GUIDE] {
        let blocks = blocks(document);
        // A file that is shown twice was changed in between.
        let files: BTreeMap<&str, &str> = examples(&blocks).into_iter().collect();
        let mut tried = 0;
        for pair in blocks.windows(2).filter(|pair| pair[0].info == "toml,error") {
            let (path, text) = file(&pair[0]);
            assert_eq!(pair[1].info, "text", "line {}: {path} has no message after it", pair[0].line);
            let files = files.iter().map(|(path, text)| (*path, *text));
            let with_it: Vec<_> = files.chain([(path, text)]).collect();
            let (library, _, found) = checked(&with_it);
            let drawn = render(&found, library.sources(), false);
            let headline = |line: &&str| line.contains(": error: ") || line.contains(": warning: ");
            let headlines: Vec<&str> = drawn.lines().filter(headline).collect();
            assert_eq!(headlines, pair[1].text.lines().collect::<Vec<_>>(), "{drawn}");
            tried += 1;
        }
        let broken = blocks.iter().filter(|block| block.info == "toml,error").count();
        assert!(tried == broken && tried > 0, "{tried} of {broken}");
    }
}

/// Everything that `text` marks as code: the words between backticks, and the keys of its TOML.
fn marked(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let code: Vec<&str> = if fenced {
            let key = line.split_once('=').map_or("", |(key, _)| key);
            vec![if line.starts_with('[') { line } else { key }]
        } else {
            line.split('`').skip(1).step_by(2).collect()
        };
        let name = |c: char| !(c.is_alphanumeric() || c == '-' || c == '_');
        words.extend(code.iter().flat_map(|code| code.split(name)).map(str::to_owned));
    }
    words
}

/// The parts of the reference that describe a kind of file.
fn sections(kind: Kind) -> String {
    let titles: &[&str] = match kind {
        Kind::Session => &["Files", "Sessions and steps", "Doses", "Including a session"],
        Kind::Exercise => &["Files", "Exercises", "Doses"],
        Kind::CheckIn => &["Files", "Check-ins"],
        Kind::Programme => &["Files", "Programmes"],
        Kind::Phrases => &["Files", "Phrases"],
    };
    let section = |title: &&str| {
        let start = LANGUAGE.find(&format!("\n## {title}\n")).unwrap_or_else(|| panic!("no section {title}"));
        let rest = &LANGUAGE[start + 1..];
        rest.find("\n## ").map_or(rest, |end| &rest[..end]).to_owned()
    };
    titles.iter().map(section).collect()
}

/// Every key, and every word that a key may be set to.
fn names_in(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Array(values) => values.iter().for_each(|value| names_in(value, names)),
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("properties", Value::Object(keys)) => names.extend(keys.keys().cloned()),
                    ("enum", Value::Array(words)) => {
                        names.extend(words.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    ("const", Value::String(word)) => drop(names.insert(word.clone())),
                    _ => {}
                }
                names_in(value, names);
            }
        }
        _ => {}
    }
}

#[test]
fn every_key_and_every_word_of_the_language_is_described() {
    for kind in Kind::ALL {
        let mut names = BTreeSet::new();
        names_in(&schema(kind), &mut names);
        if kind == Kind::Phrases {
            names.extend(
                SAY.iter()
                    .flat_map(|(name, vars)| [*name].into_iter().chain(vars.iter().copied()))
                    .map(str::to_owned),
            );
            names.extend(COMMANDS.iter().map(|name| (*name).to_owned()));
        }
        assert!(names.len() > 5, "{kind:?}: {names:?}");
        let marked = marked(&sections(kind));
        let missing: Vec<_> = names.difference(&marked).collect();
        assert!(missing.is_empty(), "not in the sections on {}: {missing:?}", kind.name());
    }
}

#[test]
fn the_readme_has_every_exit_code_with_its_meaning() {
    let source = include_str!("../src/cli/exit.rs");
    let defined = source.lines().filter_map(|line| line.trim().strip_prefix("Self::")?.split_once(" => "));
    let defined: BTreeSet<&str> = defined
        .map(|(_, code)| code.trim_end_matches(','))
        .filter(|code| code.parse::<u8>().is_ok())
        .collect();
    assert!(defined.len() > 5);
    let help = Home::new().run(&["--help"]);
    let help = String::from_utf8(help.stdout).expect("text");
    let (_, codes) = help.split_once("Exit codes:\n").expect("exit codes in the help");
    let told: Vec<(&str, &str)> = codes.lines().filter_map(|line| line.trim().split_once(' ')).collect();
    for (code, meaning) in &told {
        let row = format!("| {code} | {}", meaning.trim());
        assert!(README.contains(&row), "the README has no row `{row}`");
    }
    let missing: Vec<_> = defined.iter().filter(|code| told.iter().all(|(told, _)| told != *code)).collect();
    assert!(missing.is_empty(), "not in the help: {missing:?}");
}

/// Nobody's crontab, instead of that of whoever runs the tests.
const CRONTAB: &str = r#"#!/bin/sh
case $1 in
-l) cat "$HOME.crontab" 2>/dev/null || { echo "no crontab for nobody" >&2; exit 1; } ;;
-r) rm "$HOME.crontab" ;;
-) cat >"$HOME.crontab" ;;
esac
"#;

/// A home of nobody, for one command after the other.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().expect("a directory"));
        fs::create_dir_all(home.0.path().join("bin")).expect("a directory");
        for (name, text) in [("crontab", CRONTAB), ("systemctl", "#!/bin/sh\n")] {
            let program = home.0.path().join("bin").join(name);
            fs::write(&program, text).expect("a file");
            fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("a mode");
        }
        home
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let at = |name: &str| self.0.path().join(name);
        let work = at("work");
        fs::create_dir_all(&work).expect("a directory");
        let mut command = Command::new(env!("CARGO_BIN_EXE_matside"));
        command.args(arguments).current_dir(work).stdin(Stdio::null());
        let path = format!("{}:{}", at("bin").display(), std::env::var("PATH").unwrap_or_default());
        command.env("PATH", path);
        command.env("HOME", at("home")).env("XDG_CONFIG_HOME", at("config"));
        command.env("XDG_STATE_HOME", at("state")).env("XDG_CACHE_HOME", at("cache"));
        // As under systemd: nothing goes into this machine's log.
        command.env("JOURNAL_STREAM", "0:0");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("matside runs")
    }

    /// Kills a session as soon as there is something to go on from.
    fn cut_off(&self, arguments: &[&str]) {
        let folder = Folder::open(&self.0.path().join("state/matside")).expect("a folder");
        let marked = || Journal::open(&folder).is_ok_and(|it| it.bookmark().is_ok_and(|mark| mark.is_some()));
        let mut child =
            self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a child");
        let begun = Instant::now();
        while !marked() && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(10));
        }
        child.kill().expect("it was still running");
        child.wait().expect("it is gone");
        assert!(marked(), "{arguments:?} left no bookmark");
    }
}

/// Does what a document tells, block after block: writes the user's own files, and runs the commands. Says how many.
fn follow(document: &str) -> usize {
    let home = Home::new();
    let mut run = 0;
    for block in blocks(document) {
        match block.info {
            "toml" => own_file(&home, &block),
            "sh" => run += block.text.lines().filter(|line| try_command(&home, line)).count(),
            _ => {}
        }
    }
    run
}

fn own_file(home: &Home, block: &Block) {
    let (path, text) = file(block);
    let path = home.0.path().join("config/matside").join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a directory");
    fs::write(path, text).expect("a file");
}

/// Whether the line was a command of ours.
fn try_command(home: &Home, line: &str) -> bool {
    let words = shlex::split(line).expect("words, as a shell has them");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.split_first() {
        Some((&"matside", arguments)) if arguments.first() == Some(&"run") => try_run(home, arguments),
        Some((&"matside", arguments)) => {
            let output = home.run(arguments);
            let complaint = String::from_utf8_lossy(&output.stderr);
            // The machine of the tests may have faults.
            let fine = output.status.success() || arguments == ["doctor"];
            assert!(fine, "{words:?}: {}\n{complaint}", output.status);
            assert!(!output.stdout.is_empty(), "{words:?} says nothing");
        }
        Some((script, _)) if script.starts_with("script/") => {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(script).is_file(), "{words:?}");
            return false;
        }
        _ => return false,
    }
    true
}

/// Without a sound device: pulled as fast as it goes, in the test voice, and nobody answers.
const DEAF: [&str; 4] = ["--output", "free", "--voice", "tick"];

fn try_run(home: &Home, arguments: &[&str]) {
    let at = arguments.iter().position(|word| *word == "--output");
    let mut arguments = arguments.to_vec();
    if let Some(at) = at {
        arguments.drain(at..at + 2);
    }
    if arguments.contains(&"--resume") {
        let whole = arguments.iter().copied().filter(|word| *word != "--resume");
        home.cut_off(&whole.chain(["--output", "null", "--voice", "tick"]).collect::<Vec<_>>());
    }
    arguments.extend(DEAF);
    let output = home.run(&arguments);
    // Done, or stopped because silence about red flags means no session.
    let fine = matches!(output.status.code(), Some(0 | 4));
    assert!(fine, "{arguments:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_command_of_the_readme_works() {
    let run = follow(README);
    assert!(run > 10, "only {run} commands were run");
}

#[test]
fn the_commands_about_the_schedule_work() {
    assert_eq!(follow(SCHEDULE), 6);
}

#[test]
fn whoever_follows_the_guide_gets_there() {
    let run = follow(GUIDE);
    assert!(run > 8, "only {run} commands were run");
}

/// Links to files, and paths between backticks.
fn paths(document: &str) -> impl Iterator<Item = &str> {
    let links = document.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let links =
        links.filter(|link| !link.contains("://")).map(|link| link.split('#').next().unwrap_or_default());
    let code = document.split('`').skip(1).step_by(2);
    let ours = |code: &&str| {
        ["src/", "tests/", "script/", "docs/", "fuzz/"].iter().any(|root| code.starts_with(root))
    };
    links.chain(code.filter(ours).filter_map(|code| code.split_whitespace().next()))
}

#[test]
fn every_path_in_the_documents_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "docs/session-language.md",
        "docs/write-your-own.md",
        "docs/voices.md",
        "docs/schedule.md",
    ] {
        let text = fs::read_to_string(root.join(name)).expect("a readable file");
        let text: String = text.split("```").step_by(2).collect();
        for path in paths(&text).filter(|path| !path.is_empty()) {
            assert!(
                root.join(name).with_file_name(path).exists() || root.join(path).exists(),
                "{name}: {path}"
            );
        }
    }
}

/// Every key that can be set has a line, and every line a key.
#[test]
fn every_setting_is_described() {
    let shown = String::from_utf8(Home::new().run(&["config"]).stdout).expect("text");
    // `key = value` or `# key is not set`.
    let key = |line: &str| line.trim_start_matches("# ").split(' ').next().map(str::to_owned);
    // The table of buttons is told elsewhere.
    let settings = shown.lines().skip(1).take_while(|line| !line.is_empty());
    let keys: BTreeSet<String> = settings.filter_map(key).collect();
    let row =
        |line: &str| line.strip_prefix("| `").and_then(|rest| rest.split('`').next()).map(str::to_owned);
    let rows: BTreeSet<String> = CONFIG.lines().filter_map(row).collect();
    assert_eq!(keys, rows);
    for key in keys {
        assert!(CONFIG.contains(&format!("`MATSIDE_{}`", key.replace('-', "_").to_uppercase())), "{key}");
    }
}
