//! `matside history`: one line for each session, and each that did not start; or one JSON object for each session.

use std::io::Write;

use anyhow::Context;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::history::{
    DONE, EMERGENCY, Ending, Gap, History, MISSED, NO_ANSWER, NOT_TODAY, QUIET_HOURS, RUNNING,
};
use crate::journal::{FILE, Folder, Journal};
use crate::report::{Felt, Names, NotStarted, Session, not_started, sessions};

use super::journal::written;
use super::shelf::Shelf;
use super::{Exit, places};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The last so many sessions
    #[arg(long, value_name = "N", default_value_t = 20, conflicts_with = "since")]
    last: u32,
    /// The sessions from that day on, as 2026-03-01
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// One JSON object for each session
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let shelf = Shelf::read(&[])?;
    let history = match (journal()?, args.since) {
        (None, _) => History::default(),
        (Some(journal), Some(day)) => since(&journal, day)?,
        (Some(journal), None) => journal.last(args.last)?,
    };
    let names = Names::new(&shelf.library, &history);
    let mut shown = sessions(&history, &names);
    let mut refused = not_started(&history, &names);
    refused.retain(|refused| args.since.is_none_or(|day| refused.when.day() >= day));
    shown.retain(|session| args.since.is_none_or(|day| session.began.day() >= day));
    if args.since.is_none() {
        let last = usize::try_from(args.last)?;
        shown.drain(..shown.len().saturating_sub(last));
        let first = shown.first().map(|first| first.began.at);
        // What did not start before the first of them is older than what was asked for.
        refused.retain(|refused| shown.len() < last || first.is_some_and(|first| refused.when.at >= first));
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        as_json(&mut out, &shown)?;
    } else {
        as_lines(&mut out, &shown, &refused)?;
    }
    Ok(Exit::Done)
}

/// Nothing is made where nothing ever happened.
pub fn journal() -> anyhow::Result<Option<Journal>> {
    let path = places::state().context(places::NO_STATE)?;
    if !path.join(FILE).is_file() {
        return Ok(None);
    }
    Ok(Some(Journal::open(&Folder::open(&path)?)?))
}

/// What may belong to the days from `day` on, wherever they were.
pub fn since(journal: &Journal, day: Date) -> anyhow::Result<History> {
    let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |noon| noon.timestamp());
    let before = noon.checked_sub(SignedDuration::from_hours(3 * 24)).unwrap_or(Timestamp::MIN);
    Ok(journal.recent(before)?)
}

/// How a session ended.
pub fn ended(ending: Option<Ending>) -> &'static str {
    match ending {
        Some(Ending::Done) => "done",
        Some(Ending::EndedEarly) => "ended early",
        Some(Ending::Symptoms) => "symptoms",
        Some(Ending::Emergency) => "emergency",
        Some(Ending::Interrupted) => "interrupted",
        None => "cut off",
    }
}

/// Text from files and journals, without anything that a terminal would obey.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Rounded.
pub fn minutes(lasted: SignedDuration) -> i64 {
    lasted.as_secs().saturating_add(30) / 60
}

fn as_lines(out: &mut impl Write, sessions: &[Session], refused: &[NotStarted]) -> std::io::Result<()> {
    if sessions.is_empty() && refused.is_empty() {
        return writeln!(out, "no session");
    }
    let titles = sessions.iter().map(|session| &session.title);
    let titles = titles.chain(refused.iter().map(|refused| &refused.session));
    let width = titles.map(|title| title.chars().count()).max().unwrap_or_default();
    let mut refused = refused.iter().peekable();
    for session in sessions {
        while let Some(before) = refused.next_if(|refused| refused.when.at < session.began.at) {
            writeln!(out, "{}", why_not(before, width))?;
        }
        writeln!(out, "{}", line(session, width).trim_end())?;
    }
    refused.try_for_each(|refused| writeln!(out, "{}", why_not(refused, width)))
}

fn why_not(refused: &NotStarted, width: usize) -> String {
    let when = refused.when.local().strftime("%Y-%m-%d %H:%M");
    let why = match refused.gate.as_str() {
        QUIET_HOURS => "in quiet hours",
        NO_ANSWER => "no answer",
        NOT_TODAY => "not today",
        MISSED => "it was missed",
        RUNNING => "another session was running",
        DONE => "done for today",
        "enough" => "a day of rest",
        EMERGENCY => "an emergency is not acknowledged",
        rule => rule,
    };
    let reason = refused.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{when}  {:<width$}  not started: {}{}", plain(&refused.session), plain(why), plain(&reason))
}

fn line(session: &Session, width: usize) -> String {
    let when = session.began.local().strftime("%Y-%m-%d %H:%M");
    let (title, minutes) = (plain(&session.title), minutes(session.lasted));
    let (ended, pain) = (ended(session.ending), pain(session));
    let felt = Some(felt(session)).filter(|felt| !felt.is_empty());
    let last: Vec<String> = felt.into_iter().chain(lost(&session.gaps)).collect();
    format!("{when}  {title:<width$}  {minutes:>3} min  {ended:<11}  {pain:<12}  {}", last.join("; "))
}

/// The times without sound, together; and since when there was none to the end.
fn lost(gaps: &[Gap]) -> impl Iterator<Item = String> {
    let lasted: Vec<f64> =
        gaps.iter().filter_map(|gap| gap.lasted).map(|lasted| lasted.as_secs_f64()).collect();
    let seconds: f64 = lasted.iter().sum();
    let back = match lasted.len() {
        0 => None,
        1 => Some(format!("sound lost for {seconds:.0} s")),
        times => Some(format!("sound lost {times} times, for {seconds:.0} s")),
    };
    let gone = gaps.last().filter(|gap| gap.lasted.is_none());
    let gone = gone.map(|gap| format!("sound lost for good at {}", gap.from.local().strftime("%H:%M:%S")));
    back.into_iter().chain(gone)
}

fn pain(session: &Session) -> String {
    let number = |pain: Option<i64>| pain.map_or("-".to_owned(), |pain| pain.to_string());
    match (session.before, session.after) {
        (None, None) => String::new(),
        (before, after) => format!("pain {} -> {}", number(before), number(after)),
    }
}

/// Directions by how they felt, with the words that the report has for it.
pub fn felt(session: &Session) -> String {
    let parts = [(Felt::Helped, "eased"), (Felt::Worse, "worse"), (Felt::Spread, "spread")];
    let parts = parts.into_iter().filter_map(|(felt, word)| {
        let names: Vec<&str> =
            session.directions(felt).map(|name| name.unwrap_or("something else")).collect();
        (!names.is_empty()).then(|| format!("{word}: {}", plain(&names.join(", "))))
    });
    parts.collect::<Vec<_>>().join("; ")
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Line<'a> {
    began: String,
    session: &'a str,
    title: &'a str,
    minutes: i64,
    ended: Option<Ending>,
    pain_before: Option<i64>,
    pain_after: Option<i64>,
    eased: Vec<Option<&'a str>>,
    worse: Vec<Option<&'a str>>,
    spread: Vec<Option<&'a str>>,
    sound_lost: Vec<Lost>,
}

/// A time without sound.
#[derive(Serialize)]
struct Lost {
    at: String,
    seconds: Option<f64>,
}

impl From<&Gap> for Lost {
    fn from(gap: &Gap) -> Self {
        let at = written(gap.from);
        Self { at, seconds: gap.lasted.map(|lasted| lasted.as_secs_f64()) }
    }
}

fn as_json(out: &mut impl Write, sessions: &[Session]) -> anyhow::Result<()> {
    for session in sessions {
        let felt = |felt| session.directions(felt).collect();
        let line = Line {
            began: written(session.began),
            session: &session.id,
            title: &session.title,
            minutes: minutes(session.lasted),
            ended: session.ending,
            pain_before: session.before,
            pain_after: session.after,
            eased: felt(Felt::Helped),
            worse: felt(Felt::Worse),
            spread: felt(Felt::Spread),
            sound_lost: session.gaps.iter().map(Lost::from).collect(),
        };
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)?;
    }
    Ok(())
}
