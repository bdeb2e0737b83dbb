//! Texts and expressions: syntax, unknown names, and whether they also work while a fact is unset.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::rc::Rc;

use minijinja::Value;

use super::super::text::code;
use super::super::{At, BUILT_INS, Filed, Library, MEASURES, Programme, TextError, Texts};
use super::{Checker, Spoken, literal};
use crate::diagnostic::{Diagnostic, SourceId, did_you_mean};

/// Which names a text may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// Facts and built-ins.
    Facts,
    /// The same, but the text is an expression.
    Expression,
    /// And the direction of the exercise that a question is about.
    CheckIn,
    /// Facts, built-ins and the dose.
    Exercise,
    /// And the sides.
    Sides,
    /// The phrase of this place in `phrases::SAY`, and nothing else.
    Phrase(usize),
    /// These variables, and nothing else.
    Variables(&'static [&'static str]),
}

/// What is wrong with a text, wherever it stands.
#[derive(Debug)]
struct Finding {
    range: Option<Range<usize>>,
    message: String,
    hint: String,
}

/// Names and the value they have for a trial.
type Names = BTreeMap<String, Value>;
type Known<'a, T> = HashMap<(&'a str, Scope, &'a str), Rc<T>>;

pub(super) struct Wording<'a> {
    library: &'a Library,
    texts: Texts,
    scopes: HashMap<(&'a str, Scope), Rc<Names>>,
    found: Known<'a, Vec<Finding>>,
    used: HashMap<&'a str, Rc<BTreeSet<String>>>,
}

impl<'a> Wording<'a> {
    pub fn new(library: &'a Library) -> Self {
        let numbers = (0..=60).map(|number: u32| number.to_string()).collect();
        Self {
            library,
            texts: Texts::new(numbers),
            scopes: HashMap::new(),
            found: HashMap::new(),
            used: HashMap::new(),
        }
    }

    /// The names that a text uses; none where it is not valid.
    pub fn used(&mut self, text: &'a str) -> Rc<BTreeSet<String>> {
        let texts = &self.texts;
        let names = self.used.entry(text);
        Rc::clone(names.or_insert_with(|| Rc::new(texts.names_in_text(text).unwrap_or_default())))
    }

    fn expression(&self, expression: &str, names: &Names) -> Vec<Finding> {
        let used = self.texts.names_in_expression(expression);
        judge(expression, used, names, true, || self.texts.holds(expression, names).map(drop))
    }

    fn scope(&mut self, language: &'a str, scope: Scope) -> Rc<Names> {
        let library = self.library;
        let names = self.scopes.entry((language, scope));
        Rc::clone(names.or_insert_with(|| Rc::new(names_of(library, language, scope))))
    }
}

fn names_of(library: &Library, language: &str, scope: Scope) -> Names {
    let variables = match scope {
        Scope::Phrase(index) => super::super::phrases::SAY.get(index).map(|(_, variables)| *variables),
        Scope::Variables(variables) => Some(variables),
        _ => None,
    };
    if let Some(variables) = variables {
        return variables.iter().map(|&name| (name.to_owned(), Value::from(name))).collect();
    }
    let mut names = Names::new();
    for fact in library.fact_names(language) {
        names.insert(format!("first_{fact}"), Value::from(()));
        names.insert(fact, Value::from(()));
    }
    names.extend(BUILT_INS.iter().map(|&name| (name.to_owned(), Value::from(1))));
    if scope == Scope::CheckIn {
        names.insert("direction".to_owned(), Value::from(()));
    }
    if matches!(scope, Scope::Exercise | Scope::Sides) {
        names.extend(["reps", "sets", "hold", "time"].map(|name| (name.to_owned(), Value::from(name))));
    }
    if scope == Scope::Sides {
        names.extend(side_names(library, language).map(|name| (name.clone(), Value::from(name))));
    }
    names
}

/// Between sessions there is no session: nothing is done or planned yet, and no fact has a first value.
fn names_in_programme(library: &Library, programme: &Programme) -> Names {
    let mut names: Names =
        library.fact_names(&programme.language).into_iter().map(|fact| (fact, Value::from(()))).collect();
    let measure = |unset| if unset { Value::from(()) } else { Value::from(1) };
    names.extend(MEASURES.iter().map(|&(name, unset)| (name.to_owned(), measure(unset))));
    names.extend(programme.parameter.keys().map(|name| (name.value.clone(), Value::from(1))));
    names
}

/// `side`, `other` and their further forms.
fn side_names(library: &Library, language: &str) -> impl Iterator<Item = String> {
    let sides = library.phrases(language).map(|phrases| &phrases.item.sides);
    let forms = sides.into_iter().flat_map(|sides| sides.left.keys()).filter(|form| form.value != "plain");
    let further = forms.flat_map(|form| [format!("side_{}", form.value), format!("other_{}", form.value)]);
    ["side".to_owned(), "other".to_owned()].into_iter().chain(further)
}

pub(super) fn is_side(name: &str) -> bool {
    ["side", "other"]
        .iter()
        .any(|word| name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('_')))
}

impl<'a> Checker<'a> {
    /// A text that is spoken.
    pub(super) fn text(&mut self, source: SourceId, language: &'a str, scope: Scope, text: &'a At<String>) {
        if text.trim().is_empty() {
            return self.nothing_to_say(source, text);
        }
        self.spoken.push(Spoken { source, language, text });
        if !text.contains('{') {
            return;
        }
        let key = (language, scope, text.value.as_str());
        let findings = match self.wording.found.get(&key) {
            Some(findings) => Rc::clone(findings),
            None => {
                let names = self.wording.scope(language, scope);
                let texts = &self.wording.texts;
                let used = texts.names_in_text(text);
                let findings = judge(text, used, &names, false, || texts.render(text, &names).map(drop));
                let findings = Rc::new(findings);
                self.wording.found.insert(key, Rc::clone(&findings));
                findings
            }
        };
        self.report(source, text, &findings);
    }

    pub(super) fn texts(
        &mut self,
        source: SourceId,
        language: &'a str,
        scope: Scope,
        texts: impl IntoIterator<Item = &'a At<String>>,
    ) {
        for text in texts {
            self.text(source, language, scope, text);
        }
    }

    /// A `when` of a step.
    pub(super) fn expression(&mut self, source: SourceId, language: &'a str, expression: &'a At<String>) {
        let key = (language, Scope::Expression, expression.value.as_str());
        let findings = match self.wording.found.get(&key) {
            Some(findings) => Rc::clone(findings),
            None => {
                let names = self.wording.scope(language, Scope::Expression);
                let findings = Rc::new(self.wording.expression(expression, &names));
                self.wording.found.insert(key, Rc::clone(&findings));
                findings
            }
        };
        self.report(source, expression, &findings);
    }

    /// An expression of a programme, which knows facts, measures and its own parameters.
    pub(super) fn programme_expression(&mut self, filed: &Filed<Programme>, expression: &At<String>) {
        let findings = self.wording.expression(expression, &names_in_programme(self.library, &filed.item));
        self.report(filed.source, expression, &findings);
    }

    /// An expression of a programme about one session: facts, their first values, and parameters.
    pub(super) fn session_expression(&mut self, filed: &Filed<Programme>, expression: &At<String>) {
        let mut names = names_in_programme(self.library, &filed.item);
        names.retain(|name, _| MEASURES.iter().all(|(measure, _)| measure != name));
        for fact in self.library.fact_names(&filed.item.language) {
            names.insert(format!("first_{fact}"), Value::from(()));
            names.insert(fact, Value::from(()));
        }
        let findings = self.wording.expression(expression, &names);
        self.report(filed.source, expression, &findings);
    }

    /// A text of a programme; it knows the same names as the other expressions.
    pub(super) fn programme_text(&mut self, filed: &'a Filed<Programme>, text: &'a At<String>) {
        if text.trim().is_empty() {
            return self.nothing_to_say(filed.source, text);
        }
        self.spoken.push(Spoken { source: filed.source, language: &filed.item.language, text });
        let names = names_in_programme(self.library, &filed.item);
        let texts = &self.wording.texts;
        let used = texts.names_in_text(text);
        let findings = judge(text, used, &names, false, || texts.render(text, &names).map(drop));
        self.report(filed.source, text, &findings);
    }

    fn nothing_to_say(&mut self, source: SourceId, text: &At<String>) {
        self.error(
            source,
            &text.span,
            "there is nothing to say",
            "write what is to be said, or leave the key out",
        );
    }

    fn report(&mut self, source: SourceId, text: &At<String>, findings: &[Finding]) {
        let file = self.library.sources().get(source).map_or("", |source| &source.text);
        for finding in findings {
            let place = finding.range.as_ref();
            let place = place.map(|range| literal::place(file, &text.span, text, range));
            let place = place.unwrap_or_else(|| text.span.clone());
            let diagnostic = Diagnostic::error(source, place, finding.message.clone());
            self.out.push(diagnostic.hint(finding.hint.clone()));
        }
    }
}

const REFERENCE: &str = "see the chapter on texts and expressions of the language's reference";
const EQUALS: &str = "two values are compared with `==`";

fn judge(
    text: &str,
    used: Result<BTreeSet<String>, TextError>,
    names: &Names,
    is_expression: bool,
    trial: impl FnOnce() -> Result<(), TextError>,
) -> Vec<Finding> {
    let used = match used {
        Ok(used) => used,
        Err(error) => {
            let equals =
                text.contains('=') && !["==", "!=", "<=", ">="].iter().any(|sign| text.contains(sign));
            let hint = error.hint.unwrap_or_else(|| if equals { EQUALS.into() } else { REFERENCE.into() });
            return vec![Finding { range: error.range, message: error.message, hint }];
        }
    };
    let unknown: Vec<Finding> = used
        .iter()
        .filter(|name| !names.contains_key(*name))
        .map(|name| unknown(text, name, names))
        .collect();
    if !unknown.is_empty() {
        return unknown;
    }
    let unset = used.into_iter().find(|name| names.get(name).is_some_and(Value::is_none));
    let mut findings = silence_is_little(text, is_expression, names);
    findings.extend(trial().err().map(|error| failed(error, unset)));
    findings
}

/// What the trial came to, in which every fact was unset.
fn failed(error: TextError, unset: Option<String>) -> Finding {
    let TextError { message, range, .. } = error;
    match unset {
        Some(name) => {
            let message = format!("this fails while a fact is unset: {message}");
            Finding { range, message, hint: format!("ask first: `{name} is not none and …`") }
        }
        None => Finding { range, message, hint: REFERENCE.into() },
    }
}

/// No answer is never taken as "fine".
fn silence_is_little(text: &str, is_expression: bool, names: &Names) -> Vec<Finding> {
    let nullable = |name: &str| names.get(name).is_some_and(Value::is_none);
    let found = code::unset_is_less(text, is_expression).into_iter().filter(|(name, _)| nullable(name));
    let finding = |(name, range)| Finding {
        range: Some(range),
        message: format!("while `{name}` is unset it counts as less than everything"),
        hint: format!("say what silence means: `{name} is not none and …` or `{name} is none or …`"),
    };
    found.map(finding).collect()
}

/// A name that only programmes know.
const MEASURE: &str = "days_since_start";

fn measures() -> String {
    super::super::notes::listed(MEASURES.iter().map(|(name, _)| name))
}

fn unknown(text: &str, name: &str, names: &Names) -> Finding {
    let hint = did_you_mean(name, names.keys().map(String::as_str)).unwrap_or_else(|| {
        if names.is_empty() {
            "this phrase has no variables".into()
        } else if names.contains_key(MEASURE) {
            format!("neither a parameter, nor a measure, nor a fact; the measures are {}", measures())
        } else if !names.contains_key("done") {
            format!("this phrase knows only {}", super::super::notes::listed(names.keys()))
        } else if is_side(name) {
            "the sides are only known in the texts of an exercise that has sides".into()
        } else if ["reps", "sets", "hold", "time"].contains(&name) {
            "the dose is only known in the texts of an exercise".into()
        } else if name == "direction" {
            "the direction is only known in the texts of a check-in".into()
        } else {
            "no check-in and no session sets it".into()
        }
    });
    Finding { range: word(text, name), message: format!("unknown name `{name}`"), hint }
}

/// The first place of `name` that is a word by itself and stands in braces, where there are any.
fn word(text: &str, name: &str) -> Option<Range<usize>> {
    let first = text.find(['{']).unwrap_or(0);
    word_from(text, first, name)
}

/// The first place of `name` from `first` on that is a word by itself.
pub(super) fn word_from(text: &str, first: usize, name: &str) -> Option<Range<usize>> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let alone = |at: usize| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    };
    let at = text.match_indices(name).map(|(at, _)| at).find(|&at| at >= first && alone(at))?;
    Some(at..at + name.len())
}
