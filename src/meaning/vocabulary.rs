//! The phrases that are worth listening for. Owns that each comes with the words that people put around it: a recogniser
//! that knows "worse" and not "not worse" hears the opposite of what was said.

use std::collections::HashMap;

use super::lexicon::numbers;
use super::{Meant, Told};
use crate::plan::{HearingWords, PhraseBook, PlannedCheckIn};
use crate::script::NumberRange;

/// Numbers this close together are said in one breath: "four or five".
const CLOSE: i64 = 2;
/// How much likelier an answer or a command by itself is than one of the sentences around it, and than a word of another
/// matter. Measured on the training voices of `tests/ears/clips.py`.
const LIKELIER: usize = 20;
/// And one that is negated: a recogniser that hardly expects "not worse" hears "a lot worse".
const NEGATED: usize = 10;
/// Logarithms, measured on the same voices and on an hour of talk: how much likelier an answer is where a question is open;
/// how much less likely a command is that has little to do with a question; any command where no question is open; and
/// answers and commands in the midst of talk.
const ANSWER: f32 = 1.0;
const ASIDE: f32 = -2.0;
const UNASKED: f32 = -2.5;
const ANSWER_IN_TALK: f32 = -3.0;
const COMMAND_IN_TALK: f32 = -4.0;
const ASIDES: [&str; 7] = ["harder", "louder", "softer", "slower", "faster", "how-long", "back"];
/// These are never to be missed.
const PRESSING: [&str; 2] = ["stop", "worse"];
/// A scale longer than this is heard in part.
pub(super) const LONGEST_SCALE: i64 = 100;

/// What may be said now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// The likelier one is, the more often it stands here.
    pub phrases: Vec<String>,
    /// Those that are acted on before the end of the sentence.
    pub urgent: Vec<String>,
    /// A question is open.
    pub question: bool,
}

impl Vocabulary {
    /// What may be said by itself, each once: it stands here most often.
    pub fn alone(&self) -> impl Iterator<Item = &str> {
        let mut times: HashMap<&str, usize> = HashMap::new();
        self.phrases.iter().for_each(|phrase| *times.entry(phrase).or_default() += 1);
        times.into_iter().filter(|(_, times)| *times >= LIKELIER).map(|(phrase, _)| phrase)
    }
}

/// Phrases for the answers of `check_in`, for the commands that `allowed` names, and for the words around them. The
/// likelier one is, the more often it is there.
#[must_use]
pub fn vocabulary(
    phrases: &PhraseBook,
    check_in: Option<&PlannedCheckIn>,
    allowed: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let hearing = phrases.hearing();
    let commands = phrases.commands().filter(|(_, name)| allowed(name)).map(|(words, _)| words.to_owned());
    let mut alone: Vec<String> = commands.collect();
    let mut all = Vec::new();
    let mut answers: Vec<String> = check_in
        .iter()
        .flat_map(|check_in| &check_in.answers)
        .flat_map(|answer| answer.heard.clone())
        .collect();
    let has_article = |answer: &&String| {
        hearing.article.iter().any(|article| answers.contains(&format!("{article} {answer}")))
    };
    let mut whole: Vec<String> = answers.iter().filter(|answer| !has_article(answer)).cloned().collect();
    // Nobody negates a yes; "no no" is a no.
    let bare = |answer: &&String| !hearing.yes.contains(answer) && !hearing.no.contains(answer);
    let negatable: Vec<String> = whole.iter().filter(bare).cloned().collect();
    let negated = around(&negatable, [&hearing.not]);
    if let Some(scale) = check_in.and_then(|check_in| check_in.scale) {
        let numbers = scale_numbers(phrases, scale);
        all.extend(two_numbers(hearing, &numbers));
        for list in [&mut answers, &mut whole] {
            list.extend(numbers.iter().map(|(word, _)| word.clone()));
        }
    }
    if check_in.is_some() {
        all.extend(around(&answers, [&hearing.filler, &hearing.correction]));
        all.extend(around(&whole, [&hearing.not]));
    }
    all.extend([&hearing.filler, &hearing.not, &hearing.near].into_iter().flatten().cloned());
    alone.extend(answers);
    for phrases in [&mut all, &mut alone] {
        phrases.sort();
        phrases.dedup();
    }
    all.extend(likelier(&alone));
    all.extend(negated.into_iter().flat_map(|phrase| std::iter::repeat_n(phrase, NEGATED)));
    all
}

/// What goes on while something is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// A question is open.
    pub question: bool,
    /// People talk, or a radio does.
    pub talk: bool,
}

/// How likely something is before it is heard, as a logarithm.
#[must_use]
pub fn prior(told: &Told, Setting { question, talk }: Setting) -> f32 {
    let command = match told {
        Told::Meant(Meant::Command(name)) => Some(name.as_str()),
        _ => None,
    };
    let asked = match command {
        Some(name) if PRESSING.contains(&name) => return 0.0,
        _ if !question => UNASKED,
        Some(name) if ASIDES.contains(&name) => ASIDE,
        Some(_) => 0.0,
        None => ANSWER,
    };
    let in_talk = if command.is_some() { COMMAND_IN_TALK } else { ANSWER_IN_TALK };
    if talk { asked + in_talk } else { asked }
}

/// Phrases that are said by themselves, as often as they stand in a vocabulary.
pub fn likelier(phrases: &[String]) -> impl Iterator<Item = String> {
    phrases.iter().flat_map(|phrase| std::iter::repeat_n(phrase.clone(), LIKELIER))
}

/// Everything that may ever be listened for in `check_in`, to be looked up in a dictionary.
#[must_use]
pub fn words(phrases: &PhraseBook, check_in: Option<&PlannedCheckIn>) -> Vec<String> {
    let mut all = vocabulary(phrases, check_in, &|_| true);
    all.extend(phrases.hearing().yes.iter().chain(&phrases.hearing().no).cloned());
    let words = all.iter().flat_map(|phrase| phrase.split(' ')).map(str::to_owned);
    let mut words: Vec<String> = words.collect();
    words.sort();
    words.dedup();
    words
}

fn scale_numbers(phrases: &PhraseBook, NumberRange([low, high]): NumberRange) -> Vec<(String, i64)> {
    numbers(phrases, low, high.min(low.saturating_add(LONGEST_SCALE))).collect()
}

fn around<const N: usize>(answers: &[String], before: [&Vec<String>; N]) -> Vec<String> {
    let words = before.into_iter().flatten();
    words.flat_map(|word| answers.iter().map(move |answer| format!("{word} {answer}"))).collect()
}

/// "Four or five", "seven point five", "seven and a half".
fn two_numbers(hearing: &HearingWords, numbers: &[(String, i64)]) -> Vec<String> {
    let mut all = Vec::new();
    for (first, number) in numbers {
        let close = numbers.iter().filter(|(_, other)| (number - other).abs() <= CLOSE && number != other);
        all.extend(
            close.flat_map(|(second, _)| hearing.or.iter().map(move |or| format!("{first} {or} {second}"))),
        );
        let digits = numbers.iter().filter(|(_, digit)| (0..10).contains(digit));
        all.extend(digits.flat_map(|(digit, _)| {
            hearing.point.iter().map(move |point| format!("{first} {point} {digit}"))
        }));
        all.extend(hearing.half.iter().map(|half| format!("{first} {half}")));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(told: &Told, question: bool, talk: bool) -> f32 {
        prior(told, Setting { question, talk })
    }

    #[test]
    fn a_question_makes_its_answers_likelier_and_talk_makes_everything_less_likely_but_stop() {
        let command = |name: &str| Told::Meant(Meant::Command(name.to_owned()));
        let answer = || Told::Meant(Meant::Answer(0));
        assert!(of(&answer(), true, false) > of(&command("skip"), true, false));
        assert!(of(&command("skip"), true, false) > of(&command("louder"), true, false));
        assert!(of(&command("skip"), true, false) > of(&command("skip"), false, false));
        assert!(of(&answer(), true, false) > of(&answer(), true, true));
        assert!(of(&command("skip"), false, false) > of(&command("skip"), false, true));
        for (question, talk) in [(true, false), (false, false), (false, true)] {
            assert!(of(&command("stop"), question, talk) >= 0.0);
        }
    }
}
