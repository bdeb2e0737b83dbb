//! Ninety days of scripted people: what is decided each morning, and why. The real runner on a virtual clock.

use std::cell::OnceCell;
use std::fmt::Write as _;
use std::path::Path;

use jiff::civil::{Date, date};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use matside::history::{ADVISED, History, Moment, Row, What as Happened};
use matside::plan::{Chosen, build_chosen};
use matside::progress::{Because, Choice, Guide, LeftOut, Move, NoSession, Offer, Progress, Wish, follow};
use matside::runner::Runner;

use crate::*;

const START: Date = date(2026, 3, 2);
const DAYS: i64 = 90;

/// Somebody over many days.
pub(crate) struct Life<'a> {
    /// Whether the person comes on this day, counted from 1.
    pub comes: &'a dyn Fn(i64) -> bool,
    /// The answer to a question, on this day, put for the nth time, counted from 0, in this session.
    pub answers: &'a dyn Fn(i64, &str, usize) -> Option<&'static str>,
    /// Something said when a line that contains this is heard.
    pub says: &'a dyn Fn(i64) -> Option<(&'static str, &'static str)>,
}

pub(crate) struct Quarter {
    pub history: History,
    pub log: String,
    /// How many changes are in the log.
    changes: usize,
    /// What was planned last: most days are like the one before.
    planned: Option<(Chosen, Arc<Plan>)>,
}

fn moment(day: i64, minutes: i64) -> Moment {
    let start: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let at = start + SignedDuration::from_hours(24 * (day - 1)) + SignedDuration::from_mins(minutes);
    Moment { at, offset: Offset::UTC }
}

impl Quarter {
    fn new() -> Self {
        Self { history: History::default(), log: String::new(), changes: 0, planned: None }
    }

    fn push(&mut self, day: i64, session: Option<i64>, what: Happened) -> i64 {
        let seq = i64::try_from(self.history.rows.len()).unwrap() + 1;
        let session = session.or_else(|| matches!(what, Happened::Session { .. }).then_some(seq));
        // A minute for each row.
        self.history.rows.push(Row { seq, session, when: moment(day, seq % 600), what });
        seq
    }

    pub fn progress<'a>(&self, guide: Guide<'a>, day: i64) -> Progress<'a> {
        follow(guide, &self.history, moment(day, 0))
    }

    fn day(&mut self, guide: Guide, life: &Life, day: i64) {
        let progress = self.progress(guide, day);
        self.changes(&progress);
        let rules: Vec<&str> = progress.rules.iter().map(|applied| applied.rule.id.as_str()).collect();
        let phase = progress.phase.map_or("none", |phase| phase.id.as_str());
        let _ = write!(self.log, "day {day:>2}  {phase:<10}");
        if !rules.is_empty() {
            let _ = write!(self.log, "  rules: {}", rules.join(", "));
        }
        let _ = writeln!(self.log);
        for (direction, left) in &progress.left_out {
            let _ = writeln!(self.log, "        without {direction}: {}", left_out(left));
        }
        let chosen = progress.chosen();
        let offer = &mut |id: &str| {
            let session = guide.library.session(id, Some("en"))?;
            Some(Offer::of(&build_chosen(guide.library, session, &chosen).ok()?))
        };
        match progress.choose(Wish::default(), offer) {
            Choice::None(none) => {
                let _ = writeln!(self.log, "        no session: {}", no_session(&none));
            }
            Choice::Session(offer) => self.session(guide, life, day, &progress, &offer.id),
        }
    }

    fn session(&mut self, guide: Guide, life: &Life, day: i64, progress: &Progress, id: &str) {
        let plan = self.plan(guide, progress.chosen(), id);
        let mut facts = self.history.remembered(moment(day, 0).at);
        facts.extend(progress.facts());
        let runner = Runner::start_knowing(plan, Options::default(), facts);
        let mut person = Living { life, day, asked: Vec::new(), said: false };
        let trace = timeline::trace_of(runner, &mut person, &mut estimate);
        let begun = Happened::Session {
            session: id.to_owned(),
            language: "en".to_owned(),
            digest: String::new(),
            resumes: None,
        };
        let seq = self.push(day, None, begun);
        for record in trace.entries.iter().filter_map(record) {
            self.push(day, Some(seq), record.clone());
        }
        self.push(day, Some(seq), Happened::Ending { ending: trace.ending });
        let _ = writeln!(self.log, "        {id}: {:?}{}", trace.ending, told(&trace));
    }

    fn plan(&mut self, guide: Guide, chosen: Chosen, id: &str) -> Arc<Plan> {
        let same = self.planned.take().filter(|(planned, plan)| plan.id == id && *planned == chosen);
        let planned = || {
            let session = guide.library.session(id, Some("en")).unwrap();
            Arc::new(timeline::plan_chosen(guide.library, session, &chosen).unwrap())
        };
        let plan = same.map_or_else(planned, |(_, plan)| plan);
        self.planned = Some((chosen, plan.clone()));
        plan
    }

    /// What was carried out since the last time.
    fn changes(&mut self, progress: &Progress) {
        for change in progress.changes.iter().skip(self.changes) {
            let ladder = &progress.ladders[&change.exercise];
            let at = |rung: usize| {
                let level = ladder.level_id(rung).map(|level| format!("{level} ")).unwrap_or_default();
                format!("{level}{}", amount(ladder.rungs[rung].amount()))
            };
            let from = change.decision.rung;
            let step = match change.decision.step {
                Move::Up => format!("{} -> {}", at(from), at(from + 1)),
                Move::Down => format!("{} -> {}", at(from), at(from - 1)),
                Move::Stay => at(from),
            };
            let why = because(&change.decision.because);
            let _ = writeln!(self.log, "          {}: {step} ({why})", change.exercise);
        }
        self.changes = progress.changes.len();
    }
}

fn amount(amount: u64) -> String {
    if amount >= 1000 { format!("{} s", amount / 1000) } else { amount.to_string() }
}

fn days(days: &[Date]) -> String {
    let number = |day: &Date| (START.until(*day).unwrap().get_days() + 1).to_string();
    format!("day {}", days.iter().map(number).collect::<Vec<_>>().join(", "))
}

fn because(because: &Because) -> String {
    match because {
        Because::Began => "begins here".into(),
        Because::Advance(good) => format!("good on {}", days(good)),
        Because::Worse(day) => format!("worse on {}", days(&[*day])),
        Because::Easier(day) => format!("easier on {}", days(&[*day])),
        Because::Rule { id, days: led, .. } => format!("{id}: {}", days(led)),
        Because::Phase(phase) => format!("phase {phase}"),
        Because::NotYet(good) => format!("good only on {}", days(good)),
        Because::End => "the end".into(),
    }
}

fn left_out(left: &LeftOut) -> String {
    match left {
        LeftOut::ForTheDay => "for the day".into(),
        LeftOut::UntilTested { worse, .. } => format!("until tested, worse on {}", days(worse)),
    }
}

fn no_session(none: &NoSession) -> String {
    match none {
        NoSession::Rest { rule, .. } => format!("rest, {rule}"),
        other => format!("{other:?}"),
    }
}

fn record(entry: &Entry) -> Option<&Happened> {
    match note(entry) {
        Some(Note::Record(what)) => Some(what),
        _ => None,
    }
}

/// The answers that matter for what comes next.
fn told(trace: &Trace) -> String {
    let mut told = String::new();
    for entry in &trace.entries {
        if let Some(Happened::Note { note, about: Some(rule) }) = record(entry)
            && note == ADVISED
        {
            let _ = write!(told, ", advised {rule}");
        }
        let Some(Happened::Answer(answer)) = record(entry) else { continue };
        let numbers = answer.number.map(|number| number.to_string());
        let plain = ["no", "same", "ready", "consent"];
        let word = numbers.or(answer.answer.clone()).unwrap_or_else(|| "silence".into());
        if !plain.contains(&word.as_str()) && answer.check_in != "consent" {
            let _ = write!(told, ", {} {word}", answer.check_in);
        }
    }
    told
}

struct Living<'a> {
    life: &'a Life<'a>,
    day: i64,
    asked: Vec<String>,
    said: bool,
}

impl Person for Living<'_> {
    fn react(&mut self, entry: &Entry) -> Vec<(Frames, Event)> {
        let say = |words: &str| vec![(Frames::from_secs(2), Event::Said(words.into()))];
        if let Some(Note::Asked { check_in }) = note(entry) {
            let nth = self.asked.iter().filter(|asked| *asked == check_in).count();
            self.asked.push(check_in.clone());
            return (self.life.answers)(self.day, check_in, nth).map(say).unwrap_or_default();
        }
        match (text(entry), (self.life.says)(self.day)) {
            (Some(line), Some((heard, words))) if !self.said && line.contains(heard) => {
                self.said = true;
                say(words)
            }
            _ => Vec::new(),
        }
    }
}

pub(crate) fn live_through(library: &Library, life: &Life, days: i64) -> Quarter {
    let guide = Guide { library, programme: &library.programme("sciatica", None).unwrap().item };
    let mut quarter = Quarter::new();
    for day in 1..=days {
        if (life.comes)(day) {
            quarter.day(guide, life, day);
        } else {
            let _ = writeln!(quarter.log, "day {day:>2}  does not come");
        }
    }
    let last = quarter.progress(guide, days + 1);
    quarter.changes(&last);
    quarter
}

/// What everybody here says where nothing is the matter.
pub(crate) fn plainly(check_in: &str) -> Option<&'static str> {
    Some(match check_in {
        "consent" => "yes",
        "readiness" => "ready",
        "red-flags" | "red-flags-more" | "weak-or-numb" | "sore-from-yesterday" => "no",
        "which-side" => "left",
        "where-is-it" => "back",
        "how-was-it" | "where-did-it-move" | "direction-moved" | "neutral-moved" | "turn-moved" => "the same",
        "why-stop" => "no time",
        _ => return None,
    })
}

const PAIN: [&str; 11] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

fn golden(name: &str, life: &Life) {
    thread_local! { static LIBRARY: OnceCell<Library> = const { OnceCell::new() } }
    LIBRARY.with(|once| {
        let quarter = live_through(once.get_or_init(|| library(&[])), life, DAYS);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/quarter-{name}.txt"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &quarter.log).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == quarter.log, "{} differs; UPDATE=1 rewrites it:\n{}", path.display(), quarter.log);
    });
}

fn always(_: i64) -> bool {
    true
}

fn nothing(_: i64) -> Option<(&'static str, &'static str)> {
    None
}

/// Seven at first, one less every ten days; bending back eases it.
#[test]
fn one_who_centralises() {
    let answers = |day: i64, check_in: &str, nth: usize| match check_in {
        "pain-now" => {
            let pain = (7 - day / 10).max(0) as usize;
            Some(PAIN[if nth == 0 { pain } else { pain.saturating_sub(1) }])
        }
        "where-did-it-move" | "direction-moved" => Some("toward my back"),
        "how-was-it" => Some("better"),
        other => plainly(other),
    };
    golden("centralises", &Life { comes: &always, answers: &answers, says: &nothing });
}

/// Five; every bending moves it down the leg, until the sixtieth day.
#[test]
fn one_who_spreads() {
    let answers = |day: i64, check_in: &str, _: usize| match check_in {
        "pain-now" => Some("five"),
        "where-did-it-move" | "direction-moved" if day < 60 => Some("further down"),
        other => plainly(other),
    };
    golden("spreads", &Life { comes: &always, answers: &answers, says: &nothing });
}

#[test]
fn one_who_never_answers() {
    let answers = |_: i64, _: &str, _: usize| None;
    golden("never-answers", &Life { comes: &always, answers: &answers, says: &nothing });
}

/// Says what has to be said for a session to begin, and nothing else.
#[test]
fn one_who_answers_only_at_the_beginning() {
    let answers = |_: i64, check_in: &str, _: usize| match check_in {
        "consent" | "readiness" | "red-flags" | "red-flags-more" | "weak-or-numb" | "sore-from-yesterday" => {
            plainly(check_in)
        }
        _ => None,
    };
    golden("only-begins", &Life { comes: &always, answers: &answers, says: &nothing });
}

#[test]
fn one_with_a_red_flag_on_the_twelfth_day() {
    let answers = |day: i64, check_in: &str, _: usize| match check_in {
        "red-flags" if day == 12 => Some("yes"),
        "pain-now" => Some("four"),
        other => plainly(other),
    };
    golden("red-flag", &Life { comes: &always, answers: &answers, says: &nothing });
}

/// Two weeks on, two weeks off; on the twentieth day of each month it hurts in an exercise.
#[test]
fn one_who_skips_weeks() {
    let answers = |day: i64, check_in: &str, _: usize| match check_in {
        "pain-now" => Some(if day % 28 < 7 { "four" } else { "three" }),
        "got-worse" => Some("the same place"),
        "how-was-it" if day == 38 => Some("worse"),
        other => plainly(other),
    };
    let comes = |day: i64| (day / 14) % 2 == 0;
    let says = |day: i64| (day == 10).then_some(("hips lift", "it hurts"));
    golden("skips-weeks", &Life { comes: &comes, answers: &answers, says: &says });
}
