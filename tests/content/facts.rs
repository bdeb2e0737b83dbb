//! `tests/facts.toml` names every fact of the sources and the place in `sessions/` that carries it. Here each place is
//! looked up in the parsed files. What is left out on purpose names the words that nobody may speak.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use toml::Value;

use super::tree;

/// Path below `sessions/`, without `.toml`, and what the file holds.
pub(crate) type Files = BTreeMap<String, Value>;

/// The words of each text that each file speaks.
type Said<'a> = BTreeMap<&'a str, Vec<Vec<String>>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    pub(crate) fact: Vec<Row>,
}

/// One fact of the sources.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Row {
    id: String,
    /// In our own words, for whoever reads the table.
    fact: String,
    #[serde(default)]
    pub(crate) held: Vec<Held>,
    /// Not a value of the sources, so that a translation may have its own.
    #[serde(default)]
    ours: bool,
    /// Why nothing carries it; then `words` are never spoken.
    left_out: Option<String>,
    #[serde(default)]
    words: Vec<String>,
}

/// One place that carries a fact, and what must be found there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Held {
    pub(crate) file: String,
    /// Names joined by dots. In a list: the entry of that id, exercise, check-in, session or block, or `*` for all.
    pub(crate) key: String,
    is: Option<Value>,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    has: Vec<Value>,
    #[serde(default)]
    lacks: Vec<Value>,
}

/// The sources count their facts, so a row that goes missing is noticed.
#[test]
fn no_number_of_the_sources_is_left_out() {
    let table = table();
    let numbered = |before: &str, last: u32| (1..=last).map(|n| format!("{before}{n}")).collect::<Vec<_>>();
    let exercises =
        ["E1a", "E1b", "E2", "E3a", "E3b", "E4", "E5", "E6", "E7", "E8a", "E8b", "E9a", "E9b", "E11", "E12"];
    let parts = |exercise| ["position", "aim", "steps"].map(|part| format!("{exercise}.{part}"));
    let wanted = [numbered("1.", 15), numbered("2.", 5), numbered("6.", 10), numbered("D", 25)].concat();
    let mut wanted = wanted.into_iter().chain(exercises.into_iter().flat_map(parts));
    assert_eq!(wanted.find(|id| table.fact.iter().all(|row| row.id != *id)), None);
}

impl Held {
    pub(crate) fn expects(&self, value: &str) -> bool {
        self.is.as_ref().is_some_and(|is| is.as_str().map_or_else(|| is.to_string(), str::to_owned) == value)
    }
}

#[test]
fn every_fact_stands_where_the_table_says() {
    let complaints = judge(&table(), &shipped());
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn a_wrong_table_is_found_out() {
    let files = fixture();
    let planted = [
        ("held = [{ file = 'exercises/a', key = 'dose.reps', is = 11 }]", "is 10, not 11"),
        ("held = [{ file = 'exercises/a', key = 'dose.reps', is = '10' }]", "is 10, not \"10\""),
        ("held = [{ file = 'exercises/a', key = 'dose.hold', is = '5s' }]", "is missing"),
        ("held = [{ file = 'exercises/b', key = 'dose.reps', is = 10 }]", "there is no such file"),
        ("held = [{ file = 'exercises/a', key = 'level.x.say', says = ['long'] }]", "does not say `long`"),
        ("held = [{ file = 'exercises/a', key = 'level.y.say', says = ['longer'] }]", "is missing"),
        ("held = [{ file = 'exercises/a', key = 'level.*.id', is = ['z', 'x'] }]", "not [\"z\", \"x\"]"),
        ("held = [{ file = 'exercises/a', key = 'tags', has = ['core'] }]", "lacks \"core\""),
        ("held = [{ file = 'exercises/a', key = 'tags', lacks = ['hip'] }]", "has \"hip\""),
        ("held = [{ file = 'exercises/a', key = 'dose.reps' }]", "nothing is expected"),
        (
            "held = [{ file = 'exercises/c', key = 'dose.reps', is = 10 }]",
            "`de/exercises/c` `dose.reps` is 12",
        ),
        ("left-out = 'D24'\nwords = ['hold']", "`exercises/a` speaks of `hold`"),
        ("left-out = 'D24'\nwords = ['hold* much longer']", "`exercises/a` speaks of"),
        ("left-out = 'D24'", "names no words"),
        ("", "nothing carries it"),
        (
            "held = [{ file = 'exercises/a', key = 'dose.reps', is = 10 }]\n[[fact]]\nid = 'F'\nfact = 'x'",
            "twice",
        ),
    ];
    for (row, expected) in planted {
        let table = parse(&format!("[[fact]]\nid = 'F'\nfact = 'planted'\n{row}")).try_into().unwrap();
        let complaints = judge(&table, &files);
        assert!(complaints.iter().any(|found| found.contains(expected)), "{row}\ngot {complaints:#?}");
    }
}

#[test]
fn a_right_table_passes() {
    let files = fixture();
    let rows = "
        [[fact]]
        id = 'F'
        fact = 'right'
        held = [
          { file = 'exercises/a', key = 'dose.reps', is = 10 },
          { file = 'exercises/a', key = 'tags', is = ['hip', 'gentle'] },
          { file = 'exercises/a', key = 'tags', has = ['hip'], lacks = ['core'] },
          { file = 'exercises/a', key = 'level.*.id', is = ['x', 'z'] },
          { file = 'exercises/a', key = 'level.x.say', says = ['Hold MUCH', 'long*'] },
        ]
        [[fact]]
        id = 'O'
        fact = 'ours'
        ours = true
        held = [{ file = 'exercises/c', key = 'dose.reps', is = 10 }]
        [[fact]]
        id = 'G'
        fact = 'left out'
        left-out = 'D24'
        words = ['long', 'hold longer', 'chi']
    ";
    assert_eq!(judge(&parse(rows).try_into().unwrap(), &files), Vec::<String>::new());
}

/// `a`, and `c` with a translation of other numbers.
fn fixture() -> Files {
    let translated = "dose = { reps = 12 }";
    let files = [("exercises/a", FIXTURE), ("exercises/c", FIXTURE), ("de/exercises/c", translated)];
    files.map(|(name, text)| (name.to_owned(), parse(text))).into()
}

const FIXTURE: &str = "
    tags = ['hip', 'gentle']
    full = 'A child rests.'
    [dose]
    reps = 10
    [[level]]
    id = 'x'
    say = 'Hold much longer.'
    [[level]]
    id = 'z'
    say = 'Rest.'
";

pub(crate) fn table() -> Table {
    toml::from_str(include_str!("../facts.toml")).expect("a readable table")
}

pub(crate) fn shipped() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions");
    let read = |path: std::path::PathBuf| {
        let name = path.strip_prefix(&root).expect("a shipped file").with_extension("");
        let text = std::fs::read_to_string(&path).expect("a readable file");
        (name.display().to_string(), parse(&text))
    };
    tree::files(&root).into_iter().map(read).collect()
}

pub(crate) fn parse(text: &str) -> Value {
    Value::Table(toml::from_str(text).expect("valid TOML"))
}

/// Everything in which `table` and `files` differ.
fn judge(table: &Table, files: &Files) -> Vec<String> {
    let mut ids = BTreeSet::new();
    let mut complaints = Vec::new();
    let said = files.iter().map(|(name, file)| (name.as_str(), said_in(file))).collect();
    for row in &table.fact {
        let found = if ids.insert(&row.id) {
            judge_row(row, files, &said)
        } else {
            vec!["stands there twice".into()]
        };
        complaints.extend(found.iter().map(|what| format!("{} ({}): {what}", row.id, row.fact)));
    }
    complaints
}

fn judge_row(row: &Row, files: &Files, said: &Said) -> Vec<String> {
    match (&row.left_out, row.held.is_empty()) {
        (None, true) => vec!["nothing carries it".to_owned()],
        (Some(_), _) if row.words.is_empty() => vec!["it is left out, but names no words".to_owned()],
        _ => {
            let held = row.held.iter().flat_map(|held| judge_place(held, row.ours, files));
            held.chain(spoken_of(&row.words, said)).collect()
        }
    }
}

fn judge_place(held: &Held, ours: bool, files: &Files) -> Vec<String> {
    if !files.contains_key(&held.file) {
        return vec![format!("`{}` `{}`: there is no such file", held.file, held.key)];
    }
    let translated = |name: &str| !ours && held.says.is_empty() && original(name) == held.file;
    files
        .keys()
        .filter(|name| **name == held.file || translated(name))
        .flat_map(|name| judge_in(name, held, &files[name]))
        .collect()
}

/// The file that `name` is a translation of: `de/exercises/a` is one of `exercises/a`.
pub(crate) fn original(name: &str) -> &str {
    match name.split_once('/') {
        Some((language, file)) if language.len() == 2 => file,
        _ => name,
    }
}

fn judge_in(name: &str, held: &Held, file: &Value) -> Vec<String> {
    let place = format!("`{name}` `{}`", held.key);
    let found = look_up(file, &held.key);
    if found.is_empty() {
        return vec![format!("{place} is missing")];
    }
    if held.is.is_none() && held.says.is_empty() && held.has.is_empty() && held.lacks.is_empty() {
        return vec![format!("{place}: nothing is expected of it")];
    }
    differences(held, &found).into_iter().map(|what| format!("{place} {what}")).collect()
}

fn differences(held: &Held, found: &[&Value]) -> Vec<String> {
    let all: Vec<&Value> = found.iter().flat_map(|value| entries(value)).collect();
    let said: Vec<String> = all.iter().filter_map(|value| value.as_str()).flat_map(words).collect();
    let equal = |wanted: &Value| match found {
        [one] if *one == wanted => true,
        _ => wanted.is_array() && entries(wanted) == found,
    };
    let shown = || match found {
        [one] => one.to_string(),
        several => Value::Array(several.iter().copied().cloned().collect()).to_string(),
    };
    let is = held.is.iter().filter(|wanted| !equal(wanted)).map(|w| format!("is {}, not {w}", shown()));
    let says = held.says.iter().filter(|phrase| !occurs(&said, phrase));
    let says = says.map(|phrase| format!("does not say `{phrase}`"));
    let has = held.has.iter().filter(|wanted| !all.contains(wanted)).map(|wanted| format!("lacks {wanted}"));
    let lacks = held.lacks.iter().filter(|wanted| all.contains(wanted)).map(|wanted| format!("has {wanted}"));
    is.chain(says).chain(has).chain(lacks).collect()
}

fn entries(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())
}

/// Every value that `key` leads to.
fn look_up<'a>(file: &'a Value, key: &str) -> Vec<&'a Value> {
    key.split('.')
        .fold(vec![file], |places, name| places.into_iter().flat_map(|place| below(place, name)).collect())
}

fn below<'a>(place: &'a Value, name: &str) -> Vec<&'a Value> {
    const NAMES: [&str; 5] = ["id", "exercise", "check-in", "session", "block"];
    let named = |entry: &&Value| {
        name == "*" || NAMES.iter().any(|key| entry.get(key).and_then(Value::as_str) == Some(name))
    };
    match place {
        Value::Table(table) => table.get(name).into_iter().collect(),
        Value::Array(list) => list.iter().filter(named).collect(),
        _ => Vec::new(),
    }
}

/// Whether `phrase` is among the words; `*` at the end of one stands for any ending.
fn occurs(said: &[String], phrase: &str) -> bool {
    let wanted = words(phrase);
    let fits = |(word, wanted): (&String, &String)| match wanted.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => word == wanted,
    };
    said.windows(wanted.len()).any(|words| words.iter().zip(&wanted).all(fits))
}

/// Lower-case words; a trailing `*` stays, for [`occurs`].
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && !"-_'*".contains(c));
    let words = words.map(|word| word.trim_matches(['-', '\'']).to_lowercase());
    words.filter(|word| !word.is_empty()).collect()
}

/// Which of `phrases` some file speaks.
fn spoken_of(phrases: &[String], said: &Said) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, texts) in said {
        let spoken = phrases.iter().filter(|phrase| texts.iter().any(|text| occurs(text, phrase)));
        complaints.extend(spoken.map(|phrase| format!("`{name}` speaks of `{phrase}`")));
    }
    complaints
}

fn said_in(file: &Value) -> Vec<Vec<String>> {
    spoken(file, false).into_iter().map(words).collect()
}

/// The texts below `value` that a voice says. Names of other files are among them and do no harm.
fn spoken(value: &Value, said: bool) -> Vec<&str> {
    const SAID: [&str; 12] = [
        "title",
        "say",
        "ask",
        "again",
        "recorded",
        "full",
        "brief",
        "switch",
        "stop",
        "cautions",
        "sides",
        "directions",
    ];
    match value {
        Value::String(text) if said => vec![text],
        Value::Array(list) => list.iter().flat_map(|entry| spoken(entry, said)).collect(),
        Value::Table(table) => {
            let inner = |(key, value)| spoken(value, said || SAID.contains(&String::as_str(key)));
            table.iter().flat_map(inner).collect()
        }
        _ => Vec::new(),
    }
}
