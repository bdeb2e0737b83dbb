//! What happened, and what it means for the next session: measures, phase, rules, how much of each exercise, which
//! directions are left out, which session. Pure functions of history and programme, with the reason of each decision.
//! Must not know how rows are stored, nor what a running session does.

mod choose;
mod decide;
mod directions;
pub mod gates;
mod known;
mod sitting;
mod way;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use jiff::civil::Date;

use crate::history::{History, Moment};
use crate::plan::{Chosen, Ladder, Standing, Why};
use crate::script::{At, Course, FactValue, Library, Phase, Programme, Rule, Texts};

pub use choose::{Choice, NoSession, Offer, Wish};
pub use decide::{Because, Decision, Move};
pub use directions::LeftOut;
use way::Way;

/// What decisions are made by: one programme, and the files that it speaks of.
#[derive(Clone, Copy)]
pub struct Guide<'a> {
    pub library: &'a Library,
    pub programme: &'a Programme,
}

/// A decision that was carried out in a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub day: Date,
    pub exercise: String,
    pub decision: Decision,
}

/// Where somebody stands, and what that means now.
pub struct Progress<'a> {
    pub now: Moment,
    /// The phase that applies.
    pub phase: Option<&'a Phase>,
    /// The rules that apply, with what each says, and the days that led to it.
    pub rules: Vec<Applied<'a>>,
    /// Facts and measures, as the expressions see them.
    pub known: BTreeMap<String, FactValue>,
    /// By exercise.
    pub decisions: BTreeMap<String, Decision>,
    pub ladders: BTreeMap<String, Ladder>,
    pub left_out: BTreeMap<String, LeftOut>,
    /// Everything that was carried out, oldest first.
    pub changes: Vec<Change>,
    /// Sessions of today in which something was done, and the name of the last one ever.
    pub done_today: BTreeSet<String>,
    pub last: Option<String>,
    /// Facts of earlier answers that still count, the tests of directions among them.
    pub tested: BTreeSet<String>,
    /// An answer was an emergency, and nobody has acknowledged it since.
    pub emergency: bool,
    /// Advice that is to be given today: the id and the words of each rule.
    pub advice: Vec<(Arc<str>, Arc<str>)>,
    /// Check-ins of each day that nobody has answered today.
    pub ask: Vec<At<String>>,
    /// The last days on which something was done, oldest first.
    pub days: Vec<Date>,
}

/// A rule that applies.
#[derive(Clone, Debug)]
pub struct Applied<'a> {
    pub rule: &'a Rule,
    pub says: Arc<str>,
    pub days: Vec<Date>,
}

/// Follows what happened up to `now`.
#[must_use]
pub fn follow<'a>(guide: Guide<'a>, history: &History, now: Moment) -> Progress<'a> {
    let mut way = Way::new(guide);
    for sitting in history.sittings() {
        way.sitting(&sitting);
    }
    let lapsed = way.lapsed.clone();
    let mut progress = way.progress(now, history.remembered(now.at));
    progress.emergency = gates::emergency(history).is_some();
    let due = progress.advising().filter(|Applied { rule, .. }| {
        gates::advice_is_due(history, &rule.id, now, lapsed.get(rule.id.as_str()).copied())
    });
    progress.advice = due.map(|applied| (applied.rule.id.as_str().into(), applied.says.clone())).collect();
    let daily = guide.programme.daily.iter();
    progress.ask = daily.filter(|ask| !gates::answered_today(history, ask, now)).cloned().collect();
    progress
}

impl Progress<'_> {
    /// What is to be changed in the plan of a session.
    #[must_use]
    pub fn chosen(&self) -> Chosen {
        let standings = self.decisions.iter().map(|(id, decision)| (id.clone(), self.standing(decision)));
        Chosen {
            standings: standings.collect(),
            left_out: self.left_out.keys().cloned().collect(),
            capped: self.phase.is_some_and(|phase| phase.advance == Some(false)),
            ask: self.ask.clone(),
            advice: self.advice.clone(),
            say: self.says(),
        }
    }

    /// The rules that send to a professional.
    pub fn advising(&self) -> impl Iterator<Item = &Applied<'_>> {
        self.rules.iter().filter(|applied| applied.rule.then.value == Course::Refer)
    }

    /// The words of the first rule that makes it less today, or lets nothing grow.
    fn says(&self) -> Option<Arc<str>> {
        let lesser = |applied: &&Applied| matches!(applied.rule.then.value, Course::StepDown | Course::Hold);
        self.rules.iter().find(lesser).map(|applied| applied.says.clone())
    }

    fn standing(&self, decision: &Decision) -> Standing {
        let stays = Why::Phrase("why-same", 0);
        match decision.step {
            // Without a pain to compare with, nothing goes up.
            Move::Up => Standing {
                rung: decision.rung,
                up: self.pain().map(|pain| (pain, decision.because.why())),
                why: stays,
            },
            Move::Down => {
                let why = decision.because.why();
                Standing { rung: decision.rung.saturating_sub(1), up: None, why }
            }
            Move::Stay => Standing { rung: decision.rung, up: None, why: decision.because.why() },
        }
    }

    /// The last pain, if it was told.
    #[must_use]
    pub fn pain(&self) -> Option<i64> {
        match self.known.get(known::PAIN) {
            Some(FactValue::Number(pain)) => Some(*pain),
            _ => None,
        }
    }

    /// What a session is to know of directions that are left out.
    pub fn facts(&self) -> impl Iterator<Item = (String, FactValue)> + '_ {
        let worse = FactValue::Word(directions::WORSE.to_owned());
        self.left_out.keys().map(move |direction| (crate::script::direction_fact(direction), worse.clone()))
    }
}

/// Expressions and texts of one programme.
struct Rules<'a> {
    guide: Guide<'a>,
    texts: Texts,
    /// Names that each expression uses: asked for again and again.
    names: RefCell<HashMap<String, Rc<BTreeSet<String>>>>,
}

type Vars = BTreeMap<String, minijinja::Value>;

impl<'a> Rules<'a> {
    fn new(guide: Guide<'a>) -> Self {
        let language = &guide.programme.language.value;
        let phrases = guide.library.phrases(language);
        let numbers = phrases.map(|phrases| phrases.item.numbers.iter().map(|word| word.value.clone()));
        let texts = Texts::new(numbers.into_iter().flatten().collect());
        Self { guide, texts, names: RefCell::default() }
    }

    /// What cannot be decided does not hold.
    fn holds(&self, when: &str, known: &BTreeMap<String, FactValue>) -> bool {
        self.texts.holds(when, &self.vars(&self.names(when), known)).unwrap_or(false)
    }

    fn uses(&self, when: &str, name: &str) -> bool {
        self.names(when).contains(name)
    }

    fn names(&self, when: &str) -> Rc<BTreeSet<String>> {
        if let Some(names) = self.names.borrow().get(when) {
            return names.clone();
        }
        let names = Rc::new(self.texts.names_in_expression(when).unwrap_or_default());
        self.names.borrow_mut().insert(when.to_owned(), names.clone());
        names
    }

    fn vars(&self, names: &BTreeSet<String>, known: &BTreeMap<String, FactValue>) -> Vars {
        let parameters = &self.guide.programme.parameter;
        let value = |name: &String| match parameters.get(name.as_str()) {
            Some(parameter) => parameter.value.into(),
            None => known.get(name).cloned().map_or(().into(), minijinja::Value::from),
        };
        names.iter().map(|name| (name.clone(), value(name))).collect()
    }

    fn says(&self, text: &str, known: &BTreeMap<String, FactValue>) -> Arc<str> {
        let names = self.texts.names_in_text(text).unwrap_or_default();
        self.texts.render(text, &self.vars(&names, known)).unwrap_or_default().into()
    }

    fn phase(&self, known: &BTreeMap<String, FactValue>) -> Option<&'a Phase> {
        let phases = self.guide.programme.phase.iter().map(|phase| &phase.value);
        let applies = |phase: &&'a Phase| phase.when.as_ref().is_none_or(|when| self.holds(when, known));
        phases.into_iter().find(applies)
    }
}
