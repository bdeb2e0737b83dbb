//! Every text that can be spoken, and everything that it can become: both sides, and each value of each fact.

use std::collections::{BTreeMap, BTreeSet};

use matside::plan::Side;
use matside::script::{
    At, CheckIn, Exercise, Filed, Level, MEASURES, Phrases, Programme, Session, Sides, Texts, direction_fact,
};
use minijinja::Value;
use unicode_segmentation::UnicodeSegmentation;

use crate::Library;

pub(crate) type Values = BTreeMap<String, Value>;

/// More ways to say one text than this are a sign that it wants to be two.
const MOST: usize = 20_000;

/// A text, and where it stands.
pub(crate) struct Text<'a> {
    pub file: &'a str,
    /// As a person would look for it: `answer low: say`.
    pub key: String,
    pub template: &'a str,
}

/// One language of the library, ready to speak.
pub(crate) struct Language<'a> {
    pub library: &'a Library,
    pub phrases: &'a Filed<Phrases>,
    pub texts: Texts,
    /// What each name can be.
    values: BTreeMap<String, Vec<Value>>,
}

pub(crate) fn languages(library: &Library) -> Vec<Language<'_>> {
    library.all_phrases().map(|phrases| Language::new(library, phrases)).collect()
}

/// As the runner cuts them.
pub(crate) fn sentences(said: &str) -> Vec<String> {
    said.unicode_sentences().map(|sentence| sentence.trim().to_owned()).filter(|s| !s.is_empty()).collect()
}

pub(crate) fn is_side(name: &str) -> bool {
    ["side", "other"].into_iter().any(|word| name == word || name.starts_with(&format!("{word}_")))
}

impl<'a> Language<'a> {
    fn new(library: &'a Library, phrases: &'a Filed<Phrases>) -> Self {
        let numbers = phrases.item.numbers.iter().map(|number| number.value.clone()).collect();
        let mut language = Self { library, phrases, texts: Texts::new(numbers), values: BTreeMap::new() };
        language.values = language.facts();
        let own = language.phrase_values();
        language.values.extend(own);
        for (name, values) in language.measures() {
            language.values.entry(name).or_default().extend(values);
        }
        language
    }

    pub fn tag(&self) -> &'a str {
        &self.phrases.item.language
    }

    pub fn exercises(&self) -> impl Iterator<Item = &'a Filed<Exercise>> {
        self.library.exercises().filter(|filed| *filed.item.language == self.tag())
    }

    pub fn sessions(&self) -> impl Iterator<Item = &'a Filed<Session>> {
        self.library.sessions().filter(|filed| *filed.item.language == self.tag())
    }

    pub fn check_ins(&self) -> impl Iterator<Item = &'a Filed<CheckIn>> {
        self.library.check_ins().filter(|filed| *filed.item.language == self.tag())
    }

    pub fn programmes(&self) -> impl Iterator<Item = &'a Filed<Programme>> {
        self.library.programmes().filter(|filed| *filed.item.language == self.tag())
    }

    /// What `name` can be.
    pub fn values(&self, name: &str) -> &[Value] {
        self.values.get(name).unwrap_or_else(|| panic!("nothing gives `{name}`"))
    }

    /// Each fact with every value that a file can give it, and unset; the counts of a session.
    fn facts(&self) -> BTreeMap<String, Vec<Value>> {
        let mut all: BTreeMap<String, BTreeSet<Value>> = BTreeMap::new();
        let mut add = |name: &str, value: Value| {
            for name in [name.to_owned(), format!("first_{name}")] {
                all.entry(name).or_insert_with(|| [Value::from(())].into()).insert(value.clone());
            }
        };
        for side in ["left", "right", "both"] {
            add("affected_side", side.into());
        }
        for check_in in self.check_ins() {
            for (name, value) in own_fact(&check_in.item) {
                add(name, value);
            }
            let answers = check_in.item.answer.iter().flat_map(|answer| &answer.set);
            let silence = check_in.item.no_answer.iter().flat_map(|outcome| &outcome.set);
            answers.chain(silence).for_each(|(name, fact)| add(name, fact.clone().into()));
            for value in own_directions(&check_in.item) {
                self.directions().for_each(|direction| add(&direction_fact(direction), value.into()));
            }
        }
        for session in self.sessions() {
            session.item.facts.iter().for_each(|(name, fact)| add(name, fact.clone().into()));
        }
        let facts = all.into_iter().map(|(name, values)| (name, values.into_iter().collect()));
        let counts = [("done", vec![0, 1, 12]), ("planned", vec![1, 12]), ("minutes", vec![1, 2, 45])];
        let counts = counts.map(|(name, n)| (name.to_owned(), n.into_iter().map(Value::from).collect()));
        facts.chain(counts).collect()
    }

    fn directions(&self) -> impl Iterator<Item = &'a str> {
        self.exercises().filter_map(|filed| filed.item.direction.as_ref().map(|direction| direction.as_str()))
    }

    /// What memory tells, on both sides of each limit that a programme knows.
    fn measures(&self) -> BTreeMap<String, Vec<Value>> {
        let limits = self.programmes().flat_map(|filed| filed.item.parameter.values());
        let near = limits.flat_map(|limit| [limit.value - 1, limit.value, limit.value + 1]);
        let numbers: BTreeSet<i64> = near.chain([0, 1, 2]).filter(|number| *number >= 0).collect();
        let of = |(name, unset): &(&str, bool)| {
            let values: Vec<Value> = match *name {
                "sore" => vec![true.into(), false.into()],
                "phase" => self.phases().map(Value::from).collect(),
                _ => numbers.iter().copied().map(Value::from).collect(),
            };
            ((*name).to_owned(), values.into_iter().chain(unset.then(|| Value::from(()))).collect())
        };
        let measures = MEASURES.iter().map(of);
        let parameters = self.programmes().flat_map(|filed| &filed.item.parameter);
        let parameters = parameters.map(|(name, limit)| (name.value.clone(), vec![limit.value.into()]));
        measures.chain(parameters).collect()
    }

    fn phases(&self) -> impl Iterator<Item = &'a str> {
        self.programmes().flat_map(|filed| filed.item.phase.iter().map(|phase| phase.id.as_str()))
    }

    /// Numbers, durations and titles, as the engine puts them into phrases and exercises.
    fn phrase_values(&self) -> BTreeMap<String, Vec<Value>> {
        let numbers: Vec<String> =
            [1, 2, 27].iter().map(|i: &usize| self.phrases.item.numbers[*i].value.clone()).collect();
        let part = |name: &str, vars: &Values| self.texts.render(&self.phrases.item.say[name], vars).unwrap();
        let count: Values = [("count".to_owned(), Value::from(numbers[2].clone()))].into();
        let (minutes, seconds) = (part("minutes", &count), part("seconds", &count));
        let both = [("first", &minutes), ("second", &seconds)];
        let both = both.map(|(name, text)| (name.to_owned(), Value::from(text.clone()))).into();
        let none = Values::new();
        let times = vec![part("one-second", &none), seconds.clone(), part("duration-and", &both)];
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in ["count", "number", "reps", "sets"] {
            values.insert(name.to_owned(), numbers.clone());
        }
        for name in ["time", "hold"] {
            values.insert(name.to_owned(), times.clone());
        }
        let directions = self.phrases.item.directions.values().map(|said| said.value.clone());
        values.insert("direction".to_owned(), directions.collect());
        values.insert("first".to_owned(), vec![minutes]);
        values.insert("words".to_owned(), vec!["the same".into()]);
        values.insert("second".to_owned(), vec![seconds]);
        values.insert("title".to_owned(), self.titles().map(|(_, title)| title.value.clone()).collect());
        // Of a household.
        values.insert("names".to_owned(), vec!["Anna, Ben".to_owned()]);
        let values = values.into_iter().map(|(name, all)| {
            let unset = (name == "direction").then(|| Value::from(()));
            (name, all.into_iter().map(Value::from).chain(unset).collect())
        });
        values.collect()
    }

    /// Every title; "going on with" says each of them.
    fn titles(&self) -> impl Iterator<Item = (&'a str, &'a At<String>)> {
        let exercises = self.exercises().map(|filed| (self.file(filed), &filed.item.title));
        let check_ins = self.check_ins().map(|filed| (self.file(filed), &filed.item.title));
        let sessions = self.sessions().map(|filed| (self.file(filed), &filed.item.title));
        exercises.chain(check_ins).chain(sessions).collect::<Vec<_>>().into_iter()
    }

    pub fn file<T>(&self, filed: &Filed<T>) -> &'a str {
        let path = &self.library.sources().get(filed.source).unwrap().path;
        path.split_once("/sessions/").map_or(path, |(_, path)| path)
    }

    /// Every text of this language.
    pub fn spoken(&self) -> Vec<Text<'a>> {
        let mut all = Vec::new();
        let mut add = |file, key: &str, text: &'a At<String>| {
            all.push(Text { file, key: key.to_owned(), template: &text.value });
        };
        self.titles().for_each(|(file, title)| add(file, "title", title));
        for filed in self.exercises() {
            let texts = exercise_texts(&filed.item).into_iter();
            texts.for_each(|(level, key, text)| add(self.file(filed), &place(level, key), text));
        }
        for filed in self.check_ins() {
            for (key, text) in check_in_texts(&filed.item) {
                add(self.file(filed), &key, text);
            }
        }
        for filed in self.sessions() {
            let said = filed.item.step.iter().filter_map(|step| step.say.as_ref());
            said.for_each(|text| add(self.file(filed), "say", text));
        }
        for filed in self.programmes() {
            let rules = filed.item.rule.iter();
            rules.for_each(|rule| add(self.file(filed), &format!("rule {}: say", rule.id.value), &rule.say));
        }
        let (file, phrases) = (self.file(self.phrases), &self.phrases.item);
        phrases.numbers.iter().for_each(|number| add(file, "numbers", number));
        phrases.say.iter().for_each(|(name, text)| add(file, name, text));
        phrases.moves.iter().for_each(|way| add(file, &format!("move to {}", way.to.value), &way.say));
        all
    }

    /// Everything that `template` can become, in an order that depends on its names only.
    pub fn said(&self, template: &str, side: Side) -> Vec<String> {
        let names = self.texts.names_in_text(template).unwrap();
        let mut ways = vec![self.side_words(side)];
        for name in names.iter().filter(|name| !is_side(name)) {
            let values =
                self.values.get(name).unwrap_or_else(|| panic!("nothing gives `{name}`: {template}"));
            ways = ways.iter().flat_map(|way| with(way, name, values)).collect();
            assert!(ways.len() <= MOST, "more than {MOST} ways to say: {template}");
        }
        ways.iter().map(|vars| self.texts.render(template, vars).unwrap()).collect()
    }

    /// What a text with sides is given while it is `side`'s turn.
    fn side_words(&self, side: Side) -> Values {
        let mut words = Values::new();
        for (name, side) in [("side", side), ("other", side.other())] {
            for (form, word) in self.forms(side) {
                let name = if form == "plain" { name.to_owned() } else { format!("{name}_{form}") };
                words.insert(name, Value::from(word));
            }
        }
        words
    }

    /// The words for `side` by their forms.
    pub fn forms(&self, side: Side) -> impl Iterator<Item = (&'a str, &'a str)> {
        let sides = &self.phrases.item.sides;
        let forms = if side == Side::Left { &sides.left } else { &sides.right };
        forms.iter().map(|(form, word)| (form.value.as_str(), word.value.as_str()))
    }

    /// Whether somebody ever does `exercise` with a side, on `level` where one is given, else on any.
    pub fn is_sided(&self, exercise: &Filed<Exercise>, level: Option<&At<Level>>) -> bool {
        let item = &exercise.item;
        let sided = |level| item.sides(level) != Sides::None;
        let own = match level {
            None if !item.level.is_empty() => item.level.iter().any(|level| sided(Some(level))),
            level => sided(level),
        };
        let steps = self.sessions().flat_map(|session| &session.item.step);
        let mut steps =
            steps.filter(|step| step.exercise.as_ref().is_some_and(|name| name.value == exercise.id));
        own || steps.any(|step| step.sides.as_ref().is_some_and(|sides| sides.value != Sides::None))
    }
}

/// The fact that a check-in itself takes: the ends of its numbers, the ids of its answers.
fn own_fact(check_in: &CheckIn) -> Vec<(&str, Value)> {
    let Some(fact) = &check_in.fact else { return Vec::new() };
    let values = check_in.answer.iter().flat_map(|answer| match &answer.number {
        Some(range) => range.value.0.map(Value::from).to_vec(),
        None => vec![Value::from(answer.id.as_str())],
    });
    values.map(|value| (fact.as_str(), value)).collect()
}

/// What a check-in can say of a direction.
fn own_directions(check_in: &CheckIn) -> impl Iterator<Item = &str> {
    let answers = check_in.answer.iter().filter_map(|answer| answer.direction.as_ref());
    let silence = check_in.no_answer.iter().filter_map(|outcome| outcome.direction.as_ref());
    answers.chain(silence).map(|value| value.as_str())
}

fn with(way: &Values, name: &str, values: &[Value]) -> Vec<Values> {
    let one = |value: &Value| {
        let mut way = way.clone();
        way.insert(name.to_owned(), value.clone());
        way
    };
    values.iter().map(one).collect()
}

/// The level that it belongs to, its key, and the text.
type OfExercise<'a> = (Option<&'a At<Level>>, &'static str, &'a At<String>);

/// Every text of an exercise but its title; then those of its levels.
pub(crate) fn exercise_texts(exercise: &Exercise) -> Vec<OfExercise<'_>> {
    let mut texts = vec![("full", &exercise.full), ("brief", &exercise.brief)];
    texts.extend(exercise.switch.iter().map(|text| ("switch", text)));
    texts.extend(exercise.cautions.iter().map(|text| ("cautions", text)));
    texts.extend(exercise.stop.iter().map(|text| ("stop", text)));
    let mut all: Vec<_> = texts.into_iter().map(|(key, text)| (None, key, text)).collect();
    for level in &exercise.level {
        let own = [("say", Some(&level.say)), ("full", level.full.as_ref())];
        let own = own.into_iter().chain([("brief", level.brief.as_ref()), ("switch", level.switch.as_ref())]);
        all.extend(own.filter_map(|(key, text)| Some((Some(level), key, text?))));
    }
    all
}

/// As a person would look for it.
pub(crate) fn place(level: Option<&At<Level>>, key: &str) -> String {
    level.map_or_else(|| key.to_owned(), |level| format!("level {}: {key}", level.id.value))
}

fn check_in_texts(check_in: &CheckIn) -> Vec<(String, &At<String>)> {
    let own = [("ask", Some(&check_in.ask)), ("again", check_in.again.as_ref())];
    let own = own.into_iter().chain([("recorded", check_in.recorded.as_ref())]);
    let own = own.filter_map(|(key, text)| Some((key.to_owned(), text?)));
    let answers = check_in.answer.iter();
    let answers = answers.filter_map(|a| Some((format!("answer {}: say", a.id.value), a.say.as_ref()?)));
    let silence = check_in.no_answer.iter().filter_map(|outcome| outcome.say.as_ref());
    own.chain(answers).chain(silence.map(|text| ("no-answer: say".to_owned(), text))).collect()
}
