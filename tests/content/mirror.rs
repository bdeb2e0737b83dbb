//! Left and right: what is said for one side is what is said for the other, with the words for the sides swapped.

use std::collections::BTreeSet;

use matside::plan::Side;
use matside::script::{Exercise, Filed};
use unicode_segmentation::UnicodeSegmentation;

use crate::spoken::{Language, exercise_texts, is_side, languages, place};
use crate::{SHIPPED, library};

#[test]
fn both_sides_of_every_exercise_are_told_the_same() {
    let all = languages(&SHIPPED);
    let complaints: Vec<String> = all.iter().flat_map(judge).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn a_text_that_is_about_one_side_only_is_found() {
    let planted = [
        ("full", "Your {{ side }} knee bends, your right foot stays.", "full: `right` is written out"),
        (
            "full",
            "{% if side == 'left' %}Bend{% else %}Lift{% endif %} your {{ side }} knee.",
            "full: differs",
        ),
        ("brief", "Both knees bend.", "brief: says no side"),
        ("switch", "Your left knee.", "switch: says no side"),
        ("cautions", "Never on the left.", "cautions: `left` is written out"),
    ];
    for (key, text, expected) in planted {
        let found = judged(key, text);
        assert!(found.iter().any(|complaint| complaint.contains(expected)), "{key}, {text}: {found:#?}");
    }
    assert_eq!(judged("full", "Your {{ side }} knee bends, your {{ other }} foot stays."), [""; 0]);
}

/// Complaints about a sound exercise in which `key` says `text`.
fn judged(key: &str, text: &str) -> Vec<String> {
    let keys = [("full", ""), ("brief", ""), ("switch", ""), ("cautions", "")];
    let lines = keys.map(|(name, _)| {
        let text = if name == key { text } else { "Your {{ side }} knee bends." };
        let text = format!("{text:?}");
        if name == "cautions" { format!("{name} = [{text}]") } else { format!("{name} = {text}") }
    });
    let file = format!(
        "format = 1\nlanguage = \"en\"\ntitle = \"Planted\"\nposition = \"on-back\"\n{}\n[dose]\nhold = \"30s\"\nsides = \"both\"\n",
        lines.join("\n")
    );
    let library = library(&[("exercises/planted.toml", &file)]);
    let english = languages(&library).into_iter().find(|language| language.tag() == "en").unwrap();
    let planted = library.exercise("en", "planted").unwrap();
    judge_exercise(&english, planted)
}

fn judge(language: &Language) -> Vec<String> {
    language.exercises().flat_map(|exercise| judge_exercise(language, exercise)).collect()
}

fn judge_exercise(language: &Language, exercise: &Filed<Exercise>) -> Vec<String> {
    let file = language.file(exercise);
    let mut complaints = Vec::new();
    for (level, key, text) in exercise_texts(&exercise.item) {
        let place = place(level, key);
        let said = [Side::Left, Side::Right].map(|side| language.said(text, side));
        for (left, right) in said[0].iter().zip(&said[1]) {
            let found = mirrored(language, left, right);
            complaints.extend(found.err().map(|why| format!("{file}: {place}: {why}: {left}")));
        }
        let names = language.texts.names_in_text(text).unwrap();
        let must = ["full", "brief", "switch"].contains(&key) && language.is_sided(exercise, level);
        if must && !names.iter().any(|name| is_side(name)) {
            complaints.push(format!("{file}: {place}: says no side: {}", text.value));
        }
    }
    complaints
}

/// Whether word by word both are the same, or the words of one form for the two sides.
fn mirrored(language: &Language, left: &str, right: &str) -> Result<(), String> {
    let pairs = pairs(language);
    let is_word = |word: &str| pairs.iter().any(|(left, right)| word == left || word == right);
    let [left, right] =
        [left, right].map(|said| said.split_word_bounds().map(str::to_lowercase).collect::<Vec<_>>());
    if left.len() != right.len() {
        return Err("differs from the other side".into());
    }
    for (left, right) in left.into_iter().zip(right) {
        if left == right && is_word(&left) {
            return Err(format!("`{left}` is written out"));
        }
        let swapped =
            pairs.contains(&(left.clone(), right.clone())) || pairs.contains(&(right.clone(), left.clone()));
        if left != right && !swapped {
            return Err(format!("differs from the other side: `{left}`, `{right}`"));
        }
    }
    Ok(())
}

/// The words of every form that differ between the sides.
fn pairs(language: &Language) -> BTreeSet<(String, String)> {
    let forms = language.forms(Side::Left).zip(language.forms(Side::Right));
    let words = forms.flat_map(|((_, left), (_, right))| {
        let words = |text: &str| text.split_word_bounds().map(str::to_lowercase).collect::<Vec<_>>();
        words(left).into_iter().zip(words(right)).collect::<Vec<_>>()
    });
    words.filter(|(left, right)| left != right).collect()
}
