//! What an utterance becomes, with a recogniser that hears what it is told to hear. Must not need installed ears or a sound.

use std::sync::Mutex;

use super::*;
use crate::ear::choose::Guess;
use crate::meaning::Meant;

const SECOND: usize = RATE as usize;

/// Hears what it is told to hear.
#[derive(Default)]
struct Script {
    fed: Arc<Mutex<Vec<f32>>>,
    so_far: String,
    guesses: Vec<Guess>,
    /// Instead, from the third look on.
    third: Option<Vec<Guess>>,
    looks: usize,
}

impl Recogniser for Script {
    fn knows(&self, _: &str) -> bool {
        true
    }

    fn expect(&mut self, _: &[String]) -> Result<(), EarError> {
        Ok(())
    }

    fn feed(&mut self, samples: &[f32]) {
        self.fed.lock().unwrap().extend(samples);
    }

    fn so_far(&mut self) -> String {
        self.so_far.clone()
    }

    fn end(&mut self) -> Vec<Guess> {
        self.looks += 1;
        self.third.clone().filter(|_| self.looks > 2).unwrap_or_else(|| self.guesses.clone())
    }
}

fn guesses(all: &[(&str, f32)]) -> Vec<Guess> {
    all.iter().map(|(words, score)| Guess { words: (*words).to_owned(), score: *score }).collect()
}

fn tells(words: &str) -> Option<Told> {
    let meant = match words {
        "a" => Meant::Number(1),
        "two" => Meant::Number(2),
        "stop" => Meant::Command("stop".to_owned()),
        _ => return None,
    };
    Some(Told::Meant(meant))
}

/// All that was heard so far, and whether it is sure.
struct Ear {
    hearing: Hearing,
    heard: Arc<Mutex<Vec<(String, bool)>>>,
}

fn ear(recogniser: Script, believes: bool) -> Ear {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = heard.clone();
    let reports = move |report| {
        if let Report::Heard { heard, .. } = report {
            told.lock().unwrap().push((heard.words, heard.sure));
        }
    };
    let mut hearing =
        Hearing::new(Box::new(recogniser), None, Box::new(move |_, _, _| believes), None, Box::new(reports));
    let vocabulary = Vocabulary { phrases: vec![], urgent: vec!["stop".to_owned()], question: true };
    hearing.expect(Expected { vocabulary, tells: Arc::new(tells) });
    Ear { hearing, heard }
}

impl Ear {
    /// Somebody says something that is so many samples long.
    fn hears(&mut self, length: usize) -> Vec<(String, bool)> {
        self.hearing.sound.clear();
        self.hearing.sound.extend(vec![0.01; length]);
        self.hearing.begins();
        self.hearing.look();
        self.hearing.ends();
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    fn says(&mut self, all: &[(&str, f32)], length: usize) -> Vec<(String, bool)> {
        self.hearing.recogniser = Box::new(Script { guesses: guesses(all), ..Script::default() });
        self.hears(length)
    }
}

fn sure(words: &str) -> Vec<(String, bool)> {
    vec![(words.to_owned(), true)]
}

fn unsure(words: &str) -> Vec<(String, bool)> {
    vec![(words.to_owned(), false)]
}

#[test]
fn a_soft_voice_is_brought_up_for_the_recogniser() {
    let fed = Arc::new(Mutex::new(Vec::new()));
    let mut ear = ear(Script { fed: fed.clone(), ..Script::default() }, true);
    ear.hearing.sound.extend(vec![0.001; SECOND / 5]);
    ear.hearing.sound.extend(vec![0.02; SECOND / 5]);
    ear.hearing.begins();
    let loudest = fed.lock().unwrap().iter().copied().fold(0.0, f32::max);
    assert!((0.09..0.11).contains(&loudest), "{loudest}");
}

/// A noise opened an utterance, and its end was waited for when somebody began to speak softly.
#[test]
fn what_begins_while_another_utterance_ends_is_heard_from_its_beginning() {
    let fed = Arc::new(Mutex::new(Vec::new()));
    let mut ear = ear(Script { fed: fed.clone(), ..Script::default() }, true);
    ear.hearing.sound.extend(vec![0.2; SECOND]);
    ear.hearing.sound.extend(vec![0.1; QUIET]);
    ear.hearing.begins();
    ear.hearing.ends();
    fed.lock().unwrap().clear();
    ear.hearing.sound.extend(vec![0.1; SECOND / 10]);
    ear.hearing.begins();
    let fed = fed.lock().unwrap();
    assert_eq!(fed.len(), QUIET + SECOND / 10);
    assert!(fed.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 1e-6), "nothing of the noise");
}

#[test]
fn what_is_not_clear_is_looked_at_once_more() {
    let mut ear = ear(Script::default(), true);
    let mut says = |all: &[(&str, f32)], third: &[(&str, f32)], length| {
        let (fed, third) = (Arc::default(), Some(guesses(third)));
        let script = Script { fed: Arc::clone(&fed), guesses: guesses(all), third, ..Script::default() };
        ear.hearing.recogniser = Box::new(script);
        let heard = ear.hears(length);
        let fed = fed.lock().unwrap();
        let looks: Vec<&[f32]> = fed.chunks(length).collect();
        assert!(looks.windows(2).all(|pair| pair[0] != pair[1]), "each is of another sound");
        (heard, looks.len())
    };
    let close: &[_] = &[("two", 70.0), ("a", 69.5)];
    assert_eq!(says(&[("two", 70.0)], &[("a", 70.0)], SECOND), (sure("two"), 2), "it is clear");
    assert_eq!(says(close, close, SECOND), (unsure("two"), 3));
    assert_eq!(says(close, &[("two", 70.0), ("a", 60.0)], SECOND), (sure("two"), 3));
    assert_eq!(says(close, &[("a", 70.0), ("two", 69.0)], SECOND).1, 3);
    assert_eq!(says(close, &[], SECOND * 6), (unsure("two"), 1), "no answer is so long");
    let none: &[_] = &[("kettle", 70.0), ("two", 60.0)];
    assert_eq!(says(none, &[("two", 90.0)], SECOND), (sure("two"), 3), "nothing so far, and short");
    assert_eq!(says(none, &[("two", 90.0)], SECOND * 3), (vec![], 2));
    assert_eq!(says(&[], &[("two", 90.0)], SECOND), (vec![], 2), "nothing is listened for");
}

#[test]
fn what_took_far_longer_than_its_words_do_is_asked_about() {
    let mut ear = ear(Script::default(), true);
    assert_eq!(ear.says(&[("two", 70.0)], SECOND * 2), sure("two"));
    assert_eq!(ear.says(&[("two", 70.0)], SECOND * 4), unsure("two"));
}

#[test]
fn stop_in_the_midst_of_talk_is_asked_about_unless_it_is_clear() {
    let mut ear = ear(Script::default(), true);
    let stop: &[_] = &[("top", 71.0), ("stop", 70.0)];
    assert_eq!(ear.says(stop, SECOND), sure("stop"));
    assert_eq!(ear.says(&[("weekend orange going", 100.0)], SECOND), []);
    assert_eq!(ear.says(stop, SECOND), unsure("stop"));
    assert_eq!(ear.says(&[("stop", 70.0), ("top", 69.0)], SECOND), sure("stop"));
}

#[test]
fn stop_is_acted_on_before_the_end_and_once() {
    let script =
        Script { so_far: "stop".to_owned(), guesses: guesses(&[("stop", 70.0)]), ..Script::default() };
    assert_eq!(ear(script, true).hears(SECOND), sure("stop"));
}

#[test]
fn what_is_not_believed_is_not_heard() {
    let script =
        Script { so_far: "stop".to_owned(), guesses: guesses(&[("stop", 70.0)]), ..Script::default() };
    assert_eq!(ear(script, false).hears(SECOND), []);
}

/// A microphone that goes and comes back.
struct Flaky(std::vec::IntoIter<Next>);

impl Source for Flaky {
    fn next(&mut self) -> Next {
        self.0.next().unwrap_or(Next::Over)
    }
}

#[test]
fn who_cleans_is_told_that_the_microphone_was_lost_and_came_back() {
    let nexts = vec![Next::Block(vec![0.0; 160]), Next::Dead("pulled out".to_owned()), Next::Back];
    let (sender, lengths) = channel();
    let clean: Clean = Box::new(move |block| sender.send(block.len()).is_ok());
    let (reports, reported) = channel();
    let options =
        Options { keep: None, clean: Some(clean), believes: Box::new(|_, _, _| true), letters: None };
    let recogniser = Box::new(Script::default());
    let source = Box::new(Flaky(nexts.into_iter()));
    let send = Box::new(move |report| drop(reports.send(report)));
    let listener = Listener::start(Expected::default(), recogniser, source, options, send).unwrap();
    let all: Vec<Report> = reported.iter().filter(|report| !matches!(report, Report::Level(_))).collect();
    assert_eq!(all, [Report::Lost("pulled out".to_owned()), Report::Back, Report::Over]);
    assert_eq!(lengths.iter().collect::<Vec<_>>(), [160, 0, 0]);
    drop(listener);
}

#[test]
fn what_is_not_in_the_sound_was_not_said() {
    let stop =
        || Script { so_far: "stop".to_owned(), guesses: guesses(&[("stop", 70.0)]), ..Script::default() };
    let mut trusting = ear(stop(), true);
    assert_eq!(trusting.hears(SECOND), sure("stop"), "at once");
    let mut ear = ear(stop(), true);
    ear.hearing.opinion = Opinion::new(Some(Letters::load().unwrap()));
    assert_eq!(ear.hears(SECOND), [], "neither at once nor at the end");
    assert_eq!(ear.says(&[("two", 70.0)], SECOND), sure("two"), "an answer is awaited");
    assert_eq!(ear.says(&[("weekend orange going", 100.0)], SECOND), []);
    assert_eq!(ear.says(&[("two", 70.0)], SECOND), [], "but not in talk");
}

#[test]
fn what_is_hardly_in_the_sound_of_talk_is_asked_about() {
    let mut ear = ear(Script::default(), true);
    ear.hearing.opinion = Opinion::new(Some(Letters::load().unwrap()));
    assert_eq!(ear.says(&[("a", 70.0)], SECOND), sure("a"), "it may be said softly");
    assert_eq!(ear.says(&[("weekend orange going", 100.0)], SECOND), []);
    assert_eq!(ear.says(&[("a", 70.0)], SECOND), unsure("a"));
}
