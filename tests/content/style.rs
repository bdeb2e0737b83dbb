//! How everything that is spoken is written: short, plain, without claims, and quickly said.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use matside::plan::Side;
use matside::script::{Chime, fold};

use crate::spoken::{Language, languages, sentences};
use crate::*;

/// Words in a sentence. Longer ones are not kept in mind while moving.
const LONGEST: usize = 18;
/// School year in which the English texts of a file are read.
const GRADE: f64 = 6.0;
/// All that is said before an exercise begins.
const SETUP: Frames = Frames::from_secs(25);
/// Beside letters, what a voice reads well.
const SIGNS: &str = " ,.?:'’-";

/// Why, and which words, by language.
type Words = BTreeMap<String, BTreeMap<String, Vec<String>>>;

static WORDS: LazyLock<Words> = LazyLock::new(|| toml::from_str(include_str!("words.toml")).unwrap());

#[test]
fn every_sentence_is_short_and_plain() {
    let mut complaints = BTreeSet::new();
    let mut judged = 0;
    for language in languages(&SHIPPED) {
        for text in language.spoken() {
            for sentence in said(&language, text.template) {
                judged += 1;
                let found = judge(language.tag(), &sentence);
                complaints.extend(
                    found.iter().map(|why| format!("{}: {}: {why}: {sentence}", text.file, text.key)),
                );
            }
        }
    }
    assert!(judged > 300, "only {judged} sentences");
    assert!(complaints.is_empty(), "\n{}", listed(&complaints));
}

#[test]
fn every_language_has_its_words() {
    let tags: Vec<_> = languages(&SHIPPED).iter().map(Language::tag).collect();
    assert!(
        tags.iter().all(|tag| WORDS.contains_key(*tag)),
        "{tags:?}: a part of tests/content/words.toml is missing"
    );
}

#[test]
fn every_rule_of_style_finds_its_offender() {
    let long = format!("{}.", ["on"; 19].join(" "));
    let planted = [
        ("en", long.as_str(), "19 words"),
        ("en", "Ten times, 3 sets.", "`3`"),
        ("en", "Bend (slowly).", "`(`"),
        ("en", "Left/right.", "`/`"),
        ("en", "Half — or less.", "`—`"),
        ("en", "Breathe; rest.", "`;`"),
        ("en", "Well done!", "`!`"),
        ("en", "As far as you like, e.g. halfway.", "`e g`"),
        ("en", "See the chart.", "`see the`"),
        ("en", "Do as described below.", "`below`"),
        ("en", "Don't worry about it.", "`worry`"),
        ("en", "This will heal you.", "`heal`"),
        ("en", "It brings more blood to the leg.", "`blood*`"),
        ("en", "It eases inflammation.", "`inflam*`"),
        ("de", "Das fördert die Durchblutung.", "`durchblut*`"),
        ("de", "Dreh dich 2 Mal.", "`2`"),
    ];
    for (language, sentence, expected) in planted {
        let found = judge(language, sentence);
        assert!(found.len() == 1 && found[0].contains(expected), "{sentence}: {found:?}");
    }
    for sentence in
        ["See a health professional.", "Your ankle rests just above your knee.", "Is it the same?"]
    {
        assert_eq!(judge("en", sentence), [""; 0], "{sentence}");
    }
}

#[test]
fn every_english_file_reads_at_grade_six_or_easier() {
    let mut files: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let all = languages(&SHIPPED);
    for language in all.iter().filter(|language| language.tag() == "en") {
        for text in language.spoken().iter().filter(|text| !["numbers", "title"].contains(&text.key.as_str()))
        {
            files.entry(text.file).or_default().extend(said(language, text.template));
        }
    }
    let grades = files.into_iter().map(|(file, sentences)| (grade(&sentences), file));
    let hard: BTreeSet<String> = grades
        .filter(|(grade, _)| *grade > GRADE)
        .map(|(grade, file)| format!("{file}: grade {grade:.1}"))
        .collect();
    assert!(hard.is_empty(), "\n{}", listed(&hard));
}

#[test]
fn the_grade_tells_plain_words_from_others() {
    let grade = |sentence: &str| grade(&[sentence.to_owned()].into());
    let plain = grade("Your left knee comes toward your chest.");
    let other = grade("Subsequently initiate gradual flexion of the contralateral lower extremity.");
    assert!(plain < 3.0 && other > 15.0, "{plain:.1} and {other:.1}");
}

#[test]
fn the_setup_of_every_exercise_is_said_in_time() {
    let mut complaints = BTreeSet::new();
    let all = setups(&SHIPPED);
    let extra: Vec<_> = all.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let library = library(&extra);
    for (name, session) in &all {
        let said = setup(&plan_of(&library, name.trim_end_matches(".toml")));
        let length: Frames = said.iter().map(Line::estimate).sum();
        let text: Vec<&str> = said.iter().map(|line| &*line.text).collect();
        assert!(said.len() > 2, "{session}: {text:?}");
        if length > SETUP {
            complaints.insert(format!("{:.1} s: {}", length.as_secs_f64(), text.join(" ")));
        }
    }
    assert!(all.len() > 30 && complaints.is_empty(), "\n{}", listed(&complaints));
}

/// A part of a text that no fact brings out is never heard, so nobody would miss it.
#[test]
fn every_branch_of_every_text_is_said_with_some_facts() {
    let mut complaints = BTreeSet::new();
    for language in languages(&SHIPPED) {
        for text in language.spoken() {
            let said = [Side::Left, Side::Right].map(|side| language.said(text.template, side)).concat();
            for part in literals(text.template).filter(|part| !said.iter().any(|said| said.contains(part))) {
                complaints.insert(format!("{}: {}: never said: {part}", text.file, text.key));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", listed(&complaints));
}

#[test]
fn a_branch_that_no_fact_brings_out_is_found() {
    let language = languages(&SHIPPED).into_iter().find(|language| language.tag() == "en").unwrap();
    let text = "{% if pain is none and pain == 3 %}Never.{% else %}Pain {{ pain }}.{% endif %}";
    let said = language.said(text, Side::Left);
    let unsaid: Vec<_> = literals(text).filter(|part| !said.iter().any(|said| said.contains(part))).collect();
    assert_eq!(unsaid, ["Never."]);
}

/// Complaints about one sentence.
pub(crate) fn judge(language: &str, sentence: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let words = sentence.split_whitespace().count();
    if words > LONGEST {
        complaints.push(format!("{words} words"));
    }
    let strange = sentence.chars().find(|c| !c.is_alphabetic() && !SIGNS.contains(*c));
    complaints.extend(strange.map(|sign| format!("`{sign}` is not read well")));
    complaints.extend(reference(sentence).map(|word| format!("nobody sees what is `{word}`")));
    let folded = format!(" {} ", fold(sentence));
    let banned = |word: &str| match word.strip_suffix('*') {
        Some(start) => folded.contains(&format!(" {start}")),
        None => folded.contains(&format!(" {word} ")),
    };
    for (why, words) in WORDS.get(language).into_iter().flatten() {
        let found = words.iter().filter(|word| banned(word));
        complaints.extend(found.map(|word| format!("`{word}`: {why}")));
    }
    complaints
}

/// "Above" and "below" with nothing after them point at a page.
fn reference(sentence: &str) -> Option<&str> {
    let ends = |word: &&str| word.ends_with(['.', ',', ':', '?']);
    let bare =
        sentence.split_whitespace().filter(ends).map(|word| word.trim_end_matches(['.', ',', ':', '?']));
    bare.into_iter().find(|word| ["above", "below"].contains(word))
}

/// Every sentence that a text can become.
fn said(language: &Language, template: &str) -> BTreeSet<String> {
    let all = [Side::Left, Side::Right].map(|side| language.said(template, side)).concat();
    let all: BTreeSet<String> = all.into_iter().collect();
    all.iter().flat_map(|said| sentences(said)).collect()
}

/// School year by Flesch and Kincaid: words in a sentence, and syllables in a word.
fn grade(sentences: &BTreeSet<String>) -> f64 {
    let words = sentences.iter().flat_map(|sentence| sentence.split([' ', '-']));
    let words = words.map(|word| word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase());
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    let syllables: usize = words.iter().map(|word| syllarust::count_syllables(word)).sum();
    let count = words.len() as f64;
    0.39 * count / sentences.len() as f64 + 11.8 * syllables as f64 / count - 15.59
}

/// A session of one step for each exercise and level, by file name.
fn setups(library: &Library) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for exercise in library.exercises() {
        let (id, language) = (exercise.id.as_str(), exercise.item.language.as_str());
        let levels = exercise.item.level.iter().map(|level| format!("level = {:?}", level.id.as_str()));
        let levels = levels.chain(exercise.item.level.is_empty().then(String::new));
        for (i, level) in levels.enumerate() {
            let session = format!(
                "format = 1\nlanguage = {language:?}\ntitle = \"Setup\"\nminutes = [0, 60]\n\
                 [facts]\naffected_side = \"left\"\n[[step]]\nexercise = {id:?}\n{level}\n"
            );
            all.push((format!("setup-{language}-{id}-{i}.toml"), session));
        }
    }
    all
}

/// The lines from the title to the start of the work, the first time.
fn setup(plan: &Arc<Plan>) -> Vec<Line> {
    let trace = recorded(plan);
    let chime = |wanted| move |entry: &Entry| matches!(&entry.what, What::Sound(Sound::Chime(chime), _) if *chime == wanted);
    let begin = trace.entries.iter().position(chime(Chime::NextExercise)).unwrap();
    let setup = trace.entries[begin..].iter().take_while(|entry| !chime(Chime::HoldStart)(entry));
    let line = |entry: &Entry| match &entry.what {
        What::Sound(Sound::Line(line), _) => Some(line.clone()),
        _ => None,
    };
    setup.filter_map(line).collect()
}

/// What stands between the code of a template.
fn literals(template: &str) -> impl Iterator<Item = String> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{']) {
        parts.push(&rest[..at]);
        let end = rest[at..].find("}}").into_iter().chain(rest[at..].find("%}")).min();
        rest = end.map_or("", |end| &rest[at + end + 2..]);
    }
    parts.push(rest);
    let folded = parts.into_iter().map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    folded.filter(|part| part.contains(char::is_alphabetic))
}

fn listed(complaints: &BTreeSet<String>) -> String {
    complaints.iter().cloned().collect::<Vec<_>>().join("\n")
}
