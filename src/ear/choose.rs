//! Which of the ways to understand an utterance counts. The recogniser joins words of different phrases, so its best
//! guess is often no phrase at all while the next one is; and it looks twice at the same sound. Pure. Must not know what
//! words do.

use std::cmp::Ordering::Equal;

/// One way to understand an utterance; its words are without what stands for no word.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    pub words: String,
    /// The higher, the likelier: a logarithm, comparable within one look.
    pub score: f32,
}

/// The phrase that was said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen<'a> {
    pub words: &'a str,
    /// How far it is ahead of everything else.
    pub lead: f32,
    /// That is enough.
    pub sure: bool,
    /// Neither is silence likelier, or words that are none.
    pub first: bool,
    /// How well its letters fit, where they are known.
    pub fit: Option<f32>,
    /// From 0 to 1: its share among everything that it may have been.
    pub confidence: f32,
}

/// A phrase that is this much less likely than words that are no phrase was not said.
const NEAR: f32 = 6.0;
/// So is one that is this much less likely than more words that are none, in every look: that is talk.
const TALK: f32 = 2.0;
/// So is one that is this much less likely than silence: the detector of speech has heard something, after all.
const SILENCE: f32 = 3.0;
/// How far a phrase is ahead of what means something else, and of what is no phrase, counts up to here.
const FAR: f32 = 12.0;
const NOTHING: f32 = 8.0;
/// So many times how far it is ahead in the look that says least for it: one look that hears something else is a warning.
const LEAST: f32 = 2.0;
/// In a look, where it is not listed, and where no other phrase is.
const UNHEARD: f32 = -3.0;
const ALONE: f32 = 6.0;
/// So much of how much better its letters fit than those of anything else that may be said, which is at most this,
const APART: f32 = 0.5;
const FAR_APART: f32 = 30.0;
/// and this where no letters are known: then it has to be clearer otherwise.
const NO_LETTERS: f32 = -4.0;
/// All together makes it sure.
const SURE: f32 = 8.0;
/// What a look does not list is this much less likely than the last that it lists, and at least so much than its best.
/// All of these were measured on the training voices of `tests/ears/clips.py`.
const BEHIND: f32 = 1.0;
const UNLISTED: f32 = 2.0;

/// So much of how well the letters fit counts, and this at least: words that fit as badly as chance are no less likely still.
const FIT: f32 = 0.25;
const CHANCE: f32 = -30.0;
/// And where letters were heard at all, words that are none and silence are so much less likely.
const NONE: f32 = 4.0;

/// What a guess is.
#[derive(PartialEq)]
enum Kind<M> {
    Phrase(M),
    Silence,
    /// Words that mean nothing.
    Words,
}

struct Way<'a, M> {
    kind: Kind<M>,
    words: &'a str,
    /// 0 for the likeliest of its look.
    score: f32,
    /// How well its letters fit.
    fit: Option<f32>,
}

/// What one look makes of the sound.
struct Look<'a, M> {
    ways: Vec<Way<'a, M>>,
    /// The score of everything else.
    unlisted: f32,
    /// How many words its likeliest guess that means nothing has.
    talk: usize,
}

impl<'a, M: PartialEq> Look<'a, M> {
    fn new(
        guesses: &'a [Guess],
        meaning: &impl Fn(&str) -> Option<M>,
        fit: &impl Fn(&str) -> Option<f32>,
    ) -> Self {
        let scores = || guesses.iter().map(|guess| guess.score);
        let (top, last) = (scores().fold(f32::MIN, f32::max), scores().fold(f32::MAX, f32::min));
        let way = |guess: &'a Guess| {
            let kind = match meaning(&guess.words) {
                Some(meaning) => Kind::Phrase(meaning),
                None if guess.words.trim().is_empty() => Kind::Silence,
                None => Kind::Words,
            };
            Way { kind, words: &guess.words, score: guess.score - top, fit: fit(&guess.words) }
        };
        let ways: Vec<Way<'a, M>> = guesses.iter().map(way).collect();
        let talk = ways.iter().find(|way| way.kind == Kind::Words).map_or(0, Way::length);
        Self { ways, unlisted: (last - top).min(-UNLISTED) - BEHIND, talk }
    }

    fn score(&self, kind: &Kind<M>) -> f32 {
        self.best(|way| way.kind == *kind).unwrap_or(self.unlisted)
    }

    fn best(&self, which: impl Fn(&Way<'_, M>) -> bool) -> Option<f32> {
        self.ways.iter().filter(|way| which(way)).map(|way| way.score).max_by(f32::total_cmp)
    }

    /// How far a phrase is ahead of the others.
    fn lead(&self, kind: &Kind<M>) -> f32 {
        let other = self.best(|way| way.is_phrase() && way.kind != *kind);
        self.best(|way| way.kind == *kind).map_or(UNHEARD, |this| other.map_or(ALONE, |other| this - other))
    }
}

impl<M> Way<'_, M> {
    fn is_phrase(&self) -> bool {
        matches!(self.kind, Kind::Phrase(_))
    }

    fn length(&self) -> usize {
        self.words.split_whitespace().count()
    }
}

/// The likeliest phrase. `meaning` knows them, and `prior` how likely each was before anything was heard, as a logarithm.
/// `fit` says how well words fit the letters in the sound, 0 for the best, where they are known, and `apart` how much better
/// those of a meaning, or of these words for it, do than those of any other.
/// `looks` are the guesses of each look at the same sound, and count alike. Words that mean nothing are passed over where
/// they are not much likelier.
pub fn choose<M: PartialEq>(
    looks: &[Vec<Guess>],
    meaning: impl Fn(&str) -> Option<M>,
    prior: impl Fn(&M) -> f32,
    fit: impl Fn(&str) -> Option<f32>,
    apart: impl Fn(&M, &str) -> Option<f32>,
) -> Option<Chosen<'_>> {
    let looks = looks.iter().filter(|guesses| !guesses.is_empty());
    let looks: Vec<Look<'_, M>> = looks.map(|guesses| Look::new(guesses, &meaning, &fit)).collect();
    let fit = |kind: &Kind<M>| {
        let of = looks.iter().flat_map(|look| &look.ways).filter(|way| way.kind == *kind);
        of.filter_map(|way| way.fit).max_by(f32::total_cmp)
    };
    let score = |kind: &Kind<M>| {
        let before = match kind {
            Kind::Phrase(meaning) => prior(meaning) + fit(kind).map_or(0.0, |fit| FIT * fit.max(CHANCE)),
            _ if fit(kind).is_some() => -NONE,
            _ => 0.0,
        };
        before + looks.iter().map(|look| look.score(kind)).sum::<f32>() / looks.len() as f32
    };
    let ways = || looks.iter().flat_map(|look| &look.ways);
    let order = |way: &Way<'_, M>| (score(&way.kind), way.score);
    let phrase = ways()
        .filter(|way| way.is_phrase())
        .max_by(|one, two| order(one).partial_cmp(&order(two)).unwrap_or(Equal))?;
    let this = score(&phrase.kind);
    // How far it is ahead of the nearest of these.
    let ahead = |of: &dyn Fn(&&Way<'_, M>) -> bool| {
        ways().filter(of).map(|way| this - score(&way.kind)).fold(f32::INFINITY, f32::min)
    };
    let shortest = ways().filter(|way| way.kind == phrase.kind).map(Way::length).min()?;
    let near = if looks.iter().all(|look| look.talk > shortest) { TALK } else { NEAR };
    if ahead(&|way| way.kind == Kind::Words) < -near || ahead(&|way| way.kind == Kind::Silence) < -SILENCE {
        return None;
    }
    let other = ahead(&|way| way.is_phrase() && way.kind != phrase.kind);
    let nothing = ahead(&|way| !way.is_phrase());
    let least = looks.iter().map(|look| look.lead(&phrase.kind)).fold(f32::INFINITY, f32::min);
    let Kind::Phrase(meaning) = &phrase.kind else { return None };
    let apart = apart(meaning, phrase.words).unwrap_or(NO_LETTERS).min(FAR_APART);
    let lead = other.min(FAR) + nothing.min(NOTHING) + LEAST * least + APART * apart;
    let once = ways().enumerate().filter(|(i, way)| ways().take(*i).all(|before| before.kind != way.kind));
    let all: f32 = once.map(|(_, way)| (score(&way.kind) - this).exp()).sum();
    let (sure, first) = (lead >= SURE, nothing >= 0.0);
    Some(Chosen { words: phrase.words, lead, sure, first, fit: fit(&phrase.kind), confidence: all.recip() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(words: &str) -> Option<char> {
        let phrases = [
            ("harder", 'h'),
            ("make it harder", 'h'),
            ("more pain", 'm'),
            ("to my back", 'b'),
            ("two", '2'),
            ("ten", 't'),
        ];
        phrases.iter().find(|(phrase, _)| *phrase == words).map(|(_, meaning)| *meaning)
    }

    fn looks(looks: &[&[(&str, f32)]]) -> Vec<Vec<Guess>> {
        let guess = |(words, score): &(&str, f32)| Guess { words: (*words).to_owned(), score: *score };
        looks.iter().map(|guesses| guesses.iter().map(guess).collect()).collect()
    }

    fn chosen(guesses: &[(&str, f32)]) -> Option<(String, bool)> {
        twice(&[guesses])
    }

    fn twice(guesses: &[&[(&str, f32)]]) -> Option<(String, bool)> {
        choose(&looks(guesses), meaning, |_| 0.0, |_| None, |_, _| None)
            .map(|chosen| (chosen.words.to_owned(), chosen.sure))
    }

    #[test]
    fn a_phrase_counts_before_words_that_are_none() {
        let heard = chosen(&[("my pain", 131.2), ("more pain", 130.8)]);
        assert_eq!(heard, Some(("more pain".to_owned(), true)));
        assert_eq!(chosen(&[("my back", 132.2), ("to my back", 125.0)]), None, "too far behind");
    }

    #[test]
    fn what_may_have_been_something_else_is_unsure() {
        assert_eq!(chosen(&[("harder", 85.2), ("more pain", 84.9)]), Some(("harder".to_owned(), false)));
        assert_eq!(chosen(&[("harder", 85.2), ("make it harder", 85.1)]), Some(("harder".to_owned(), true)));
    }

    #[test]
    fn silence_and_nothing_are_no_phrase() {
        assert_eq!(chosen(&[("", 86.0), ("two", 82.0)]), None);
        assert_eq!(chosen(&[("kettle", 86.0)]), None);
        assert_eq!(chosen(&[]), None);
        assert_eq!(twice(&[&[], &[]]), None);
    }

    /// Lists from a clip: "the kettle is boiling", and one of "four".
    #[test]
    fn a_phrase_in_the_midst_of_talk_was_not_said() {
        let talk: &[_] = &[("weekend orange going", 119.0), ("two", 116.0)];
        assert_eq!(chosen(talk), None);
        assert_eq!(chosen(&[("long", 119.0), ("two", 116.0)]), Some(("two".to_owned(), true)));
        let once = twice(&[talk, &[("two", 70.0), ("too", 69.0)]]);
        assert_eq!(once, Some(("two".to_owned(), true)), "only one look takes it for talk");
    }

    #[test]
    fn what_was_likelier_beforehand_is_likelier() {
        let guesses = looks(&[&[("harder", 85.0), ("two", 84.5)]]);
        let prior = |meaning: &char| if *meaning == 'h' { -4.5 } else { 0.0 };
        let chosen = choose(&guesses, meaning, prior, |_| None, |_, _| None).unwrap();
        assert_eq!((chosen.words, chosen.sure), ("two", true));
        let alone = looks(&[&[("kettle", 85.0), ("harder", 81.0)]]);
        assert_eq!(choose(&alone, meaning, prior, |_| None, |_, _| None), None);
        assert_eq!(choose(&alone, meaning, |_| 0.0, |_| None, |_, _| None).unwrap().words, "harder");
    }

    /// Lists from a clip: "two" in noise.
    #[test]
    fn a_second_look_can_put_the_first_right() {
        let ten: &[_] = &[("ten", 75.6), ("tell", 75.1), ("town", 73.9), ("two", 73.9), ("down", 73.5)];
        let two: &[_] = &[("two", 78.7), ("tell", 77.6), ("too", 77.3), ("ten", 75.3)];
        assert_eq!(chosen(ten), Some(("ten".to_owned(), false)), "one look was wrong");
        assert_eq!(twice(&[ten, two]), Some(("two".to_owned(), false)), "and it is asked about");
    }

    #[test]
    fn what_only_one_look_lists_is_behind() {
        let heard = twice(&[&[("harder", 70.0), ("two", 69.8)], &[("two", 60.0), ("kettle", 50.0)]]);
        assert_eq!(heard, Some(("two".to_owned(), true)));
    }

    #[test]
    fn what_one_look_takes_for_something_else_has_to_be_further_ahead() {
        let alike: &[_] = &[("two", 70.0), ("ten", 68.0), ("kettle", 65.0)];
        let far: &[_] = &[("two", 70.0), ("ten", 64.0), ("kettle", 65.0)];
        let other: &[_] = &[("ten", 70.0), ("two", 68.0), ("kettle", 65.0)];
        assert_eq!(twice(&[alike, alike]), Some(("two".to_owned(), true)));
        assert_eq!(twice(&[far, other]), Some(("two".to_owned(), false)), "as far ahead in the mean");
    }

    #[test]
    fn what_is_hardly_likelier_than_words_that_are_none_has_to_be_further_ahead_too() {
        let with = |words| chosen(&[("two", 70.0), ("ten", 68.0), ("kettle", words)]).map(|(_, sure)| sure);
        assert_eq!(with(66.0), Some(true));
        assert_eq!(with(73.0), Some(false));
    }

    #[test]
    fn what_the_letters_fit_is_likelier() {
        let guesses = looks(&[&[("ten", 75.0), ("two", 74.0)]]);
        let fit = |ten: f32| move |words: &str| Some(if words == "ten" { ten } else { -0.5 });
        let words =
            |ten| choose(&guesses, meaning, |_| 0.0, fit(ten), |_, _| None).map(|chosen| chosen.words);
        assert_eq!(words(-1.0), Some("ten"));
        assert_eq!(words(-12.0), Some("two"));
        let alone = looks(&[&[("ten", 75.0)]]);
        let sure = |ten| choose(&alone, meaning, |_| 0.0, fit(ten), |_, _| None).map(|chosen| chosen.sure);
        assert_eq!(sure(-12.0), Some(true));
    }

    #[test]
    fn what_other_letters_fit_better_has_to_be_further_ahead() {
        let sure = |ten: f32, apart: Option<f32>| {
            let guesses = looks(&[&[("two", 70.0), ("ten", ten), ("kettle", 67.0)]]);
            let apart = |meaning: &char, words: &str| apart.filter(|_| (*meaning, words) == ('2', "two"));
            choose(&guesses, meaning, |_| 0.0, |_| None, apart).unwrap().sure
        };
        assert_eq!((sure(69.5, Some(10.0)), sure(69.5, Some(-10.0)), sure(69.5, None)), (true, false, false));
        assert_eq!((sure(66.0, Some(-10.0)), sure(66.0, Some(-40.0)), sure(66.0, None)), (true, false, true));
        let alone = looks(&[&[("two", 70.0)]]);
        let sure = |apart| choose(&alone, meaning, |_| 0.0, |_| None, |_, _| Some(apart)).unwrap().sure;
        assert_eq!((sure(-30.0), sure(-60.0)), (true, false), "other letters, and nothing else was heard");
    }

    #[test]
    fn confidence_is_the_share_of_the_meaning() {
        let confidence = |guesses| {
            choose(&looks(&[guesses]), meaning, |_| 0.0, |_| None, |_, _| None)
                .map(|chosen| chosen.confidence)
        };
        assert_eq!(confidence(&[("two", 70.0)]), Some(1.0));
        assert_eq!(
            confidence(&[("harder", 70.0), ("make it harder", 70.0)]),
            Some(1.0),
            "they mean the same"
        );
        assert_eq!(confidence(&[("two", 70.0), ("kettle", 70.0)]), Some(0.5));
    }
}
