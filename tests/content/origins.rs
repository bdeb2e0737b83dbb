//! Nothing in `sessions/` without an origin: each file and each part that has numbers says where it comes from, and
//! each dose is either in the table of facts or explained beside the number.

use std::path::Path;

use toml::Value;
use toml::de::{DeTable, DeValue};

use super::facts::{self, Held, Table};
use super::tree;

#[test]
fn everything_shipped_has_an_origin() {
    let table = facts::table();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions");
    let mut complaints = Vec::new();
    for path in tree::files(&root) {
        let name = path.strip_prefix(&root).expect("a shipped file").with_extension("");
        let text = std::fs::read_to_string(&path).expect("a readable file");
        complaints.extend(judge(&name.display().to_string(), &text, &table));
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn what_has_none_is_found_out() {
    let row = "[[fact]]\nid = 'F'\nfact = 'x'\nheld = [{ file = 'exercises/x', key = 'dose.reps', is = 10 }]";
    let table: Table = facts::parse(row).try_into().unwrap();
    let planted = [
        ("exercises/a", "", "`exercises/a` has no origin"),
        ("check-ins/a", "origin = 'somewhere'", "names no source"),
        ("a", "origin = 'A'\n[[step]]\nexercise = 'b'\nreps = 5", "`step.b.reps` is in no row"),
        ("exercises/a", "origin = 'A'\n[dose]\nhold = '5s'\n", "`dose.hold` is in no row"),
        ("exercises/a", "origin = 'A'\n# A, E1\n\n[dose]\nhold = '5s'\n", "`dose.hold` is in no row"),
        ("exercises/a", "origin = 'A'\n[dose]\nhold = '5s' # why not", "`dose.hold` is in no row"),
        ("a", "origin = 'A'\n[[step]]\nexercise = 'x'\nreps = 9", "`step.x.reps` is in no row"),
        ("exercises/a", "origin = 'A'\n[[level]]\nid = 'x'", "`level` `x` has no origin"),
        ("exercises/a", "origin = 'A'\n[progression]", "`progression` has no origin"),
        ("programmes/a", "origin = 'A'\n[parameter.much]\nvalue = 7", "`parameter` `much` has no origin"),
        ("programmes/a", "origin = 'A'\n[[phase]]\nid = 'x'", "`phase` `x` has no origin"),
    ];
    for (name, text, expected) in planted {
        let complaints = judge(name, text, &table);
        assert!(complaints.iter().any(|found| found.contains(expected)), "{text}\ngot {complaints:#?}");
    }
}

#[test]
fn what_has_one_passes() {
    let row = "[[fact]]\nid = 'F'\nfact = 'x'\nheld = [{ file = 'exercises/a', key = 'level.x.dose.hold', is = '5s' }]";
    let table: Table = facts::parse(row).try_into().unwrap();
    let text = "
        origin = 'A, E1; ours'
        [dose]
        # D1: A gives none, so
        # the shortest is ours.
        tempo = [1, 0, 1]
        reps = 10 # B
        [[level]]
        id = 'x'
        origin = 'B'
        dose.hold = '5s'
    ";
    assert_eq!(judge("exercises/a", text, &table), Vec::<String>::new());
    let step = "origin = 'A'\n[[step]]\nexercise = 'a'\nhold = '5s'";
    assert_eq!(judge("b", step, &table), Vec::<String>::new());
    assert_eq!(judge("phrases/en", "[say]\nhold = 'Hold.'", &table), Vec::<String>::new());
}

fn judge(name: &str, text: &str, table: &Table) -> Vec<String> {
    // What the engine says has no source, and phrases have no such key.
    if name.contains("phrases/") {
        return Vec::new();
    }
    let mut complaints: Vec<String> = origin(&facts::parse(text), "").into_iter().collect();
    complaints.extend(parts(&facts::parse(text)));
    for dose in doses(text) {
        if !explained(text, dose.line) && !dose.is_known(name, table) {
            let key = dose.key;
            complaints.push(format!("`{key}` is in no row of the table, and no comment says whose it is"));
        }
    }
    complaints.into_iter().map(|what| format!("`{name}`{what}").replace("``", "` `")).collect()
}

/// What is wrong with the origin of `part`.
fn origin(part: &Value, name: &str) -> Option<String> {
    let origin = part.get("origin").and_then(Value::as_str);
    match origin {
        None => Some(format!("{name} has no origin")),
        Some(text) if !names_source(text) => Some(format!("{name}: `{text}` names no source")),
        Some(_) => None,
    }
}

/// A and B are the two documents.
fn names_source(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|word| ["A", "B", "ours"].contains(&word)) || text.contains("common emergency advice")
}

/// The parts that may hold numbers or rules of their own.
fn parts(file: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    for kind in ["level", "progression", "phase", "parameter", "rule", "advance"] {
        match file.get(kind) {
            Some(Value::Array(list)) => complaints.extend(list.iter().filter_map(|part| {
                let id = part.get("id").and_then(Value::as_str).unwrap_or_default();
                origin(part, &format!(" `{kind}` `{id}`"))
            })),
            Some(Value::Table(table)) if kind == "parameter" => complaints
                .extend(table.iter().filter_map(|(id, part)| origin(part, &format!(" `{kind}` `{id}`")))),
            Some(part) => complaints.extend(origin(part, &format!(" `{kind}`"))),
            None => {}
        }
    }
    complaints
}

/// One number of a dose.
struct Dose {
    /// As in the table of facts.
    key: String,
    /// As written; empty for a list.
    value: String,
    line: usize,
}

impl Dose {
    /// Whether the table has this place, or this value for the same exercise elsewhere.
    fn is_known(&self, file: &str, table: &Table) -> bool {
        let mut parts: Vec<&str> = self.key.split('.').collect();
        let step =
            (parts[0] == "step" && parts.len() == 3).then(|| (parts[1].to_owned(), parts[2].to_owned()));
        if let Some(second) = parts.get_mut(1) {
            *second = "*";
        }
        let starred = parts.join(".");
        let file = facts::original(file);
        let here = |held: &Held| held.file == file && (held.key == self.key || held.key == starred);
        let elsewhere = |held: &Held| {
            let Some((exercise, key)) = &step else { return false };
            let of_it = held.file == format!("exercises/{exercise}")
                && (held.key.ends_with(&format!("dose.{key}"))
                    || held.key == format!("progression.{key}.to"));
            (of_it || held.key == self.key) && held.expects(&self.value)
        };
        table.fact.iter().flat_map(|row| &row.held).any(|held| here(held) || elsewhere(held))
    }
}

fn doses(text: &str) -> Vec<Dose> {
    let mut found = Vec::new();
    let file = DeTable::parse(text).expect("valid TOML");
    collect(file.get_ref(), "", text, &mut found);
    // What grows has the origin of its table.
    found.retain(|dose| !dose.key.starts_with("progression."));
    found
}

fn collect(table: &DeTable<'_>, path: &str, text: &str, found: &mut Vec<Dose>) {
    const NUMBERS: [&str; 6] = ["reps", "hold", "time", "sets", "rest", "tempo"];
    for (key, value) in table {
        let place = format!("{path}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) => collect(inner, &format!("{place}."), text, found),
            DeValue::Array(list) if list.iter().all(|entry| entry.get_ref().is_table()) => {
                for inner in list.iter().filter_map(|entry| entry.get_ref().as_table()) {
                    collect(inner, &format!("{place}.{}.", name_of(inner)), text, found);
                }
            }
            value if NUMBERS.contains(&&**key.get_ref()) => {
                let line = text[..key.span().start].matches('\n').count();
                found.push(Dose { key: place, value: written(value), line });
            }
            _ => {}
        }
    }
}

fn written(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        _ => String::new(),
    }
}

fn name_of(table: &DeTable<'_>) -> String {
    let named = |key: &&str| table.get(*key).and_then(|name| name.get_ref().as_str());
    ["id", "exercise"].iter().find_map(named).unwrap_or_default().to_owned()
}

/// Whether a comment in this line names a source or a point of difference, or one that stands above it in its paragraph.
fn explained(text: &str, line: usize) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let above = lines[..line].iter().rev().map(|line| line.trim()).take_while(|line| !line.is_empty());
    let beside = lines[line].split_once('#').map(|(_, comment)| comment);
    let mut comments = beside.into_iter().chain(above.filter_map(|line| line.strip_prefix('#')));
    comments.any(|comment| names_source(comment) || names_difference(comment))
}

/// D1 to D25.
fn names_difference(comment: &str) -> bool {
    let mut words = comment.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word.strip_prefix('D').is_some_and(|number| number.parse::<u8>().is_ok()))
}
