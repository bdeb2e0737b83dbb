//! The rules of the house that no compiler holds: who may know whom, what the core may touch, how large things get.
//! Every rule is a pure function of (path, text) pairs, and is shown a violation before it judges `src/`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::fs;
use std::path::Path;

/// The core, from the bottom up: each module may use those before it.
const CORE: [&str; 11] = [
    "frames",
    "diagnostic",
    "line",
    "script",
    "plan",
    "meaning",
    "history",
    "runner",
    "timeline",
    "progress",
    "report",
];
/// Beside the core, and as pure: samples know frames, and nothing of steps.
const MIX: &str = "mix";
/// Each may use core and mix, and none another.
const ADAPTERS: [&str; 7] = ["voice", "output", "ear", "light", "journal", "packs", "log"];
/// Each may use core, mix and adapters, and none another. Above them is only `cli`.
const ABOVE: [&str; 3] = ["stage", "schedule", "doctor"];

/// What the core must not name. `std::time::Duration` is a length and stays allowed.
const WORLD: &[&str] = &[
    "std::fs",
    "std::net",
    "std::thread",
    "std::process",
    "std::io",
    "std::env",
    "std::time",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "dbg!",
    "clippy::disallowed_methods",
    "alsa",
    "cpal",
    "crossterm",
    "ctrlc",
    "evdev",
    "gpiocdev",
    "rodio",
    "rusqlite",
    "rustix",
    "tempfile",
    "thread_priority",
    "wait_timeout",
];
const ALLOWED: &[(&str, &str, &str)] = &[
    ("src/", "std::time::Duration", "a length, not a clock"),
    ("src/script/text.rs", "std::io", "a bounded buffer in memory, which the template engine writes to"),
];

/// Lines: median, 90th percentile.
const FILE_LINES: (usize, usize) = (120, 350);
const FUNCTION_LINES: (usize, usize) = (8, 25);

#[test]
fn the_source_keeps_the_rules() {
    let files = rust_files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    assert!(!files.is_empty());
    let complaints = judge(&files);
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_rule_finds_its_violation() {
    let planted = [
        ("src/runner/mod.rs", "use std::{fmt, time::{Duration, Instant}};", "names `std::time::Instant`"),
        ("src/script/text.rs", "fn f() { let _ = std::fs::read(\"x\"); }", "names `std::fs::read`"),
        ("src/plan/mod.rs", "fn f() { if true { println!(\"x\"); } }", "names `println!`"),
        ("src/mix/clip.rs", "use rodio::Source as _;", "names `rodio::Source`"),
        ("src/line.rs", "#[allow(clippy::disallowed_methods)] fn f() {}", "`clippy::disallowed_methods`"),
        ("src/runner/mod.rs", "use crate::voice::Synth;", "`runner` must not use `voice`"),
        ("src/voice/espeak.rs", "use crate::{line::Line, output::Fill};", "`voice` must not use `output`"),
        ("src/script/check/mod.rs", "type P = super::super::plan::Plan;", "`script` must not use `plan`"),
        ("src/mix/mod.rs", "mod a { use super::super::script::Chime; }", "`mix` must not use `script`"),
        ("src/output/mod.rs", "use crate::stage::Stage;", "`output` must not use `stage`"),
        ("src/stage.rs", "use crate::cli::Run;", "`stage` must not use `cli`"),
        ("src/main.rs", "use matside::stage::Stage;", "`main` must not use `stage`"),
        ("src/helpers.rs", "", "`helpers` has no place"),
        ("src/output/file.rs", "use anyhow::Result;", "`anyhow` belongs in `cli`"),
        ("src/runner/words.rs", "fn f() -> &'static str { \"Roll onto your side.\" }", "looks spoken"),
        ("src/voice/tick.rs", "const A: &str = r\"Breathe in now!\";", "looks spoken"),
        ("src/cli/run.rs", "fn f() { say(\"Switch to the other leg. Now.\") }", "looks spoken"),
        ("src/line.rs", "fn f( {", "cannot be read"),
    ];
    for (path, text, expected) in planted {
        let complaints = judge(&[(path.to_owned(), format!("//! Owns.\n{text}"))]);
        let found = complaints.iter().any(|complaint| complaint.contains(expected));
        assert!(found && complaints.len() == 1, "{path}: {text}\nexpected {expected}\ngot {complaints:#?}");
    }
    assert!(judge(&[("src/line.rs".to_owned(), "fn f() {}".to_owned())])[0].contains("`//!`"));
}

#[test]
fn what_is_allowed_passes() {
    let files = [
        ("src/runner/mod.rs", "use crate::{frames::Frames, plan::Plan}; use std::time::Duration;"),
        ("src/runner/state.rs", "// std::fs\n#[cfg(test)]\nmod tests { use std::fs; }"),
        ("src/script/text.rs", "impl std::io::Write for Limited {}"),
        ("src/voice/mod.rs", "use super::mix::Clip; use std::fs; #[error(\"The voice is gone.\")] struct A;"),
        ("src/stage.rs", "use crate::{mix, output, runner, voice};"),
        (
            "src/cli/run.rs",
            "use anyhow::Context; use crate::stage; fn f() { println!(\"No session is running.\"); }",
        ),
        ("src/main.rs", "fn main() { matside::cli::main() }"),
        ("src/lib.rs", "#[allow(clippy::disallowed_methods)] pub mod voice;"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), format!("//! Owns.\n{text}")));
    assert_eq!(judge(&files), Vec::<String>::new());
}

#[test]
fn sizes_are_counted() {
    let function = |lines: usize| format!("fn f() {{\n{}}}\n", "    g();\n".repeat(lines - 2));
    let verdict =
        |file: &str| judge(&[0; 10].map(|_| ("src/line.rs".to_owned(), format!("//! Owns.\n{file}"))));
    assert_eq!(verdict(&function(8)), Vec::<String>::new());
    assert!(verdict(&function(9))[0].contains("median of functions is 9 lines"));
    assert!(verdict(&function(26)).iter().any(|c| c.contains("90th percentile of functions is 26 lines")));
    assert!(verdict(&"\n".repeat(120))[0].contains("median of files is 121 lines"));
    assert!(verdict(&"\n".repeat(350)).iter().any(|c| c.contains("90th percentile of files is 351 lines")));
}

/// All complaints about `(path, text)` pairs, each `path:line: what`.
fn judge(files: &[(String, String)]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut functions = Vec::new();
    for (path, text) in files {
        if !text.starts_with("//!") {
            complaints.push(format!("{path}:1: does not open with `//!`: what it owns and must not do"));
        }
        match text.parse::<TokenStream>() {
            Ok(tokens) => {
                let mut seen = Seen::default();
                let module = module_of(path);
                // Tests may touch the world.
                if module.last().is_none_or(|name| name != "tests") {
                    seen.read(tokens, &module, false);
                }
                complaints.extend(judge_file(path, module.first().map_or("", String::as_str), &seen));
                functions
                    .extend(seen.functions.iter().map(|(name, lines)| (*lines, format!("{path} {name}"))));
            }
            Err(error) => complaints.push(format!("{path}: cannot be read: {error}")),
        }
    }
    let lengths = files.iter().map(|(path, text)| (text.lines().count(), path.clone())).collect();
    complaints.extend(judge_sizes("files", lengths, FILE_LINES));
    complaints.extend(judge_sizes("functions", functions, FUNCTION_LINES));
    complaints
}

fn judge_file(path: &str, module: &str, seen: &Seen) -> Vec<String> {
    let core = CORE.contains(&module) || module == MIX;
    let cli = ["cli", "main"].contains(&module);
    let mut complaints = Vec::new();
    let Some(may_use) = may_use(module) else {
        return vec![format!("{path}:1: `{module}` has no place yet; give it one in tests/architecture.rs")];
    };
    for (name, line) in &seen.names {
        let mut complain = |what: String| complaints.push(format!("{path}:{line}: {what}"));
        if core && is_world(name) && !is_allowed(path, name) {
            complain(format!("the core names `{name}`: it has no I/O, no threads and no wall clock"));
        }
        if !cli && begins(name, "anyhow") {
            complain("`anyhow` belongs in `cli`; elsewhere errors have types".to_owned());
        }
        let used = name.strip_prefix("crate::").and_then(|inner| inner.split("::").next()).unwrap_or(module);
        if used != module && self::may_use(used).is_some() && !may_use.contains(&used) {
            complain(format!("`{module}` must not use `{used}`"));
        }
    }
    for (text, line) in &seen.texts {
        if is_spoken(text, cli || module == "doctor") {
            complaints.push(format!("{path}:{line}: \"{text}\" looks spoken; that belongs in sessions/"));
        }
    }
    complaints
}

/// The modules that `module` may use beside itself; nothing for a module that is not known.
fn may_use(module: &str) -> Option<Vec<&'static str>> {
    let core = || CORE.into_iter().chain([MIX]);
    if let Some(height) = CORE.iter().position(|name| *name == module) {
        return Some(CORE[..height].to_vec());
    }
    Some(match module {
        MIX => vec!["frames"],
        _ if ADAPTERS.contains(&module) => core().collect(),
        _ if ABOVE.contains(&module) => core().chain(ADAPTERS).collect(),
        "cli" => core().chain(ADAPTERS).chain(ABOVE).collect(),
        "main" => vec!["cli"],
        "lib" => vec![],
        _ => return None,
    })
}

fn is_world(name: &str) -> bool {
    WORLD.iter().any(|banned| begins(name, banned))
}

fn is_allowed(path: &str, name: &str) -> bool {
    ALLOWED.iter().any(|(file, allowed, _why)| path.starts_with(file) && begins(name, allowed))
}

fn begins(name: &str, with: &str) -> bool {
    name.strip_prefix(with).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// A sentence: a capital, a full stop, words between. Where text is for the eye, only if it tells to do something.
fn is_spoken(text: &str, read_by_eye: bool) -> bool {
    let told = ["your", "the", "both", "now", "and", "on", "to"];
    text.split_inclusive(['.', '!', '?']).any(|sentence| {
        let words: Vec<_> = sentence.split_whitespace().collect();
        sentence.ends_with(['.', '!', '?'])
            && sentence.trim_start().starts_with(|c: char| c.is_ascii_uppercase())
            && words.len() >= 3
            && (!read_by_eye || told.contains(&words[1]))
    })
}

/// Complains when the median or the 90th percentile is over the limit. Few measures say nothing.
fn judge_sizes(what: &str, mut sizes: Vec<(usize, String)>, limits: (usize, usize)) -> Vec<String> {
    sizes.sort();
    if sizes.len() < 10 {
        return vec![];
    }
    let largest: Vec<_> =
        sizes.iter().rev().take(8).map(|(lines, name)| format!("{name} ({lines})")).collect();
    let rank = |percent: usize| sizes[(sizes.len() * percent).div_ceil(100) - 1].0;
    [("median", rank(50), limits.0), ("90th percentile", rank(90), limits.1)]
        .iter()
        .filter(|(_, lines, limit)| lines > limit)
        .map(|(measure, lines, limit)| {
            format!("the {measure} of {what} is {lines} lines, over {limit}; largest: {}", largest.join(", "))
        })
        .collect()
}

/// `src/a/b.rs` is `a::b`, `src/a/mod.rs` is `a`.
fn module_of(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

/// What a file says once comments and tests are gone, each with its line.
#[derive(Default)]
struct Seen {
    /// Paths as written, but `crate::`, `super::`, `self::` and `matside::` resolved, `use` trees spread out; macros end in `!`.
    names: Vec<(String, usize)>,
    texts: Vec<(String, usize)>,
    /// Name and length.
    functions: Vec<(String, usize)>,
}

impl Seen {
    fn read(&mut self, tokens: TokenStream, module: &[String], attribute: bool) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at = match token {
                TokenTree::Punct(hash) if hash.as_char() == '#' => self.attribute(&tokens, at, module),
                TokenTree::Ident(_) => self.word(&tokens, at, module),
                TokenTree::Group(group) => {
                    self.read(group.stream(), module, attribute);
                    at + 1
                }
                TokenTree::Literal(literal) => {
                    let (text, line) = (literal.to_string(), literal.span().start().line);
                    if let (false, Some((_, text))) = (attribute, text.split_once('"')) {
                        self.texts.push((text.trim_end_matches(['"', '#']).to_owned(), line));
                    }
                    at + 1
                }
                TokenTree::Punct(_) => at + 1,
            };
        }
    }

    /// Past an attribute, and past the item too where that is only for tests.
    fn attribute(&mut self, tokens: &[TokenTree], at: usize, module: &[String]) -> usize {
        let after = at + 1 + usize::from(is_punct(tokens.get(at + 1), '!'));
        let Some(TokenTree::Group(group)) = tokens.get(after) else { return after };
        if group.stream().to_string().replace(' ', "") == "cfg(test)" {
            let ends = |token: &TokenTree| is_punct(Some(token), ';') || braced(Some(token)).is_some();
            return tokens
                .iter()
                .skip(after)
                .position(ends)
                .map_or(tokens.len(), |length| after + length + 1);
        }
        self.read(group.stream(), module, true);
        after + 1
    }

    fn word(&mut self, tokens: &[TokenTree], at: usize, module: &[String]) -> usize {
        let next = tokens.get(at + 1);
        match (tokens[at].to_string().as_str(), next) {
            ("fn", Some(TokenTree::Ident(name))) => {
                let body =
                    tokens[at..].iter().take_while(|t| !is_punct(Some(t), ';')).find_map(|t| braced(Some(t)));
                if let Some(body) = body {
                    let lines = body.span_close().end().line - tokens[at].span().start().line + 1;
                    self.functions.push((name.to_string(), lines));
                }
                at + 2
            }
            ("mod", Some(TokenTree::Ident(name))) => {
                let Some(body) = braced(tokens.get(at + 2)) else { return at + 2 };
                self.read(body.stream(), &[module, &[name.to_string()]].concat(), false);
                at + 3
            }
            (word, _) if is_punct(next, '!') && !is_punct(tokens.get(at + 2), '=') => {
                self.names.push((format!("{word}!"), tokens[at].span().start().line));
                at + 2
            }
            _ => self.path(tokens, at, &[], module),
        }
    }

    /// Notes the path that starts at `at`, below `prefix`; a `use` tree gives one for each leaf.
    fn path(&mut self, tokens: &[TokenTree], mut at: usize, prefix: &[String], module: &[String]) -> usize {
        let mut path = prefix.to_vec();
        let line = tokens[at].span().start().line;
        loop {
            match tokens.get(at) {
                Some(TokenTree::Group(tree)) if braced(tokens.get(at)).is_some() => {
                    let leaves: Vec<_> = tree.stream().into_iter().collect();
                    let mut leaf = 0;
                    while leaf < leaves.len() {
                        leaf = match leaves[leaf] {
                            TokenTree::Punct(_) => leaf + 1,
                            _ => self.path(&leaves, leaf, &path, module),
                        };
                    }
                    return at + 1;
                }
                Some(TokenTree::Ident(word)) => path.push(word.to_string()),
                _ => break,
            }
            at += 1;
            if !(is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')) {
                break;
            }
            at += 2;
        }
        self.names.push((resolve(&path, module), line));
        at
    }
}

/// `super::x` in `a::b` is `crate::a::x`; paths of other crates stay as they are.
fn resolve(path: &[String], module: &[String]) -> String {
    let ups = path.iter().take_while(|word| *word == "super").count();
    let rest = path[ups..].join("::");
    match path.first().map(String::as_str) {
        Some("super") => {
            let above = &module[..module.len().saturating_sub(ups)];
            [&["crate".to_owned()], above, &[rest]].concat().join("::")
        }
        Some("matside") => rest.replacen("matside", "crate", 1),
        _ => rest.trim_end_matches("::self").to_owned(),
    }
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn braced(token: Option<&TokenTree>) -> Option<&Group> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    }
}

fn rust_files(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
            files.push((name.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    files
}
