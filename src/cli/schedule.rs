//! `matside schedule`: starts by the clock, in the user's crontab.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use jiff::Zoned;

use crate::schedule::{Entry, Missed, Quiet, Start, Table, When, quoted, read, upcoming, write};

use super::config::Settings;
use super::{Exit, Which, run::TODAY, shelf};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Start a session by itself, at a time of some days
    Add {
        /// Days and time, such as `Mon-Sat 07:30` or `daily 18:00`
        when: When,
        /// Name of a session (see `matside list`), a file, or `today`
        session: String,
    },
    /// List what starts by itself
    List,
    /// Take an entry out again
    Remove {
        /// Its number in the list, or `all`
        #[arg(value_parser = number)]
        number: Number,
    },
    /// Print the next five starts
    Next,
}

#[derive(Debug, Clone, Copy)]
enum Number {
    All,
    One(usize),
}

fn number(text: &str) -> Result<Number, String> {
    match text.parse() {
        _ if text == "all" => Ok(Number::All),
        Ok(number) => Ok(Number::One(number)),
        Err(_) => Err("write a number of the list, or `all`".to_owned()),
    }
}

pub fn run(args: Args, settings: &Settings, profile: Option<String>) -> anyhow::Result<Exit> {
    let table = Table::read()?;
    let entries = read(&table)?;
    match args.verb {
        Verb::Add { when, session } => {
            let Some(session) = known(session)? else { return Ok(Exit::BadScript) };
            let entry = Entry { when, session, invite: false, missed: Missed::Skip, profile };
            warn_of_quiet(&entry, settings);
            add(&table, entries, entry)
        }
        Verb::List => list(&entries),
        Verb::Remove { number } => remove(&table, entries, number),
        Verb::Next => next(&entries),
    }
}

/// How near two starts may be, in minutes. Ours: longer than any shipped session.
const APART: i64 = 60;

fn add(table: &str, mut entries: Vec<Entry>, entry: Entry) -> anyhow::Result<Exit> {
    if entries.contains(&entry) {
        anyhow::bail!("`{entry}` is there already");
    }
    let now = Zoned::now();
    if let Some((mine, theirs, other)) = overlap(&entry, &entries, &now) {
        eprintln!("matside: {} is near {}, when `{}` starts", shown(&mine), shown(&theirs), other.session);
    }
    entries.push(entry);
    install(table, &entries)?;
    next(&entries)
}

/// An entry that asks first does not even ring in hours that are to be quiet.
fn warn_of_quiet(entry: &Entry, settings: &Settings) {
    let quiet = settings.value("quiet-hours").and_then(|hours| hours.parse::<Quiet>().ok());
    let Some(quiet) = quiet.filter(|quiet| quiet.holds(entry.when.time())) else { return };
    let then = if entry.invite { "it will not start" } else { "it starts all the same" };
    eprintln!("matside: {} lies in the quiet hours {quiet}: {then}", entry.when.time().strftime("%H:%M"));
}

/// The session as cron can start it: by its name, or by the whole path of its file. `None` when it has errors, which
/// have been printed then.
fn known(session: String) -> anyhow::Result<Option<String>> {
    if session.contains(['\n', '\r']) {
        anyhow::bail!("a crontab cannot hold a name of several lines");
    }
    if session == TODAY {
        return Ok(Some(session));
    }
    let which = Which { session: session.clone(), language: None, only: None };
    if shelf::plan(&which)?.is_none() {
        return Ok(None);
    }
    let file = Path::new(&session).extension().is_some_and(|ending| ending == "toml");
    let path = || std::path::absolute(&session).with_context(|| format!("`{session}`"));
    Ok(Some(if file { path()?.to_string_lossy().into_owned() } else { session }))
}

/// The first start of `entry` in the coming week that is near another one.
fn overlap<'a>(entry: &Entry, others: &'a [Entry], now: &Zoned) -> Option<(Start, Start, &'a Entry)> {
    let week = |entry: &Entry| -> Vec<Start> { upcoming(&entry.when, now).take(7).collect() };
    let near = |a: &Start, b: &Start| {
        (a.at.timestamp().as_second() - b.at.timestamp().as_second()).abs() < APART * 60
    };
    let mine = week(entry);
    others.iter().find_map(|other| {
        let theirs = week(other);
        let pair = |mine: &Start| {
            Some((mine.clone(), theirs.iter().find(|theirs| near(mine, theirs))?.clone(), other))
        };
        mine.iter().find_map(pair)
    })
}

fn install(table: &str, entries: &[Entry]) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("where this program is")?;
    let program =
        program.to_str().context("the path of this program is no UTF-8, and a crontab has to be")?;
    let command = |entry: &Entry| {
        let arguments = entry.arguments();
        let words = std::iter::once(program).chain(arguments.iter().map(String::as_str)).map(quoted);
        words.collect::<Vec<_>>().join(" ")
    };
    let text = write(table, entries, command)?;
    if text != table {
        Table::write(&text)?;
    }
    Ok(())
}

fn remove(table: &str, mut entries: Vec<Entry>, number: Number) -> anyhow::Result<Exit> {
    let gone = match number {
        Number::All => std::mem::take(&mut entries),
        Number::One(number) if (1..=entries.len()).contains(&number) => vec![entries.remove(number - 1)],
        Number::One(number) => anyhow::bail!("there is no entry {number}; see `matside schedule list`"),
    };
    install(table, &entries)?;
    let mut out = std::io::stdout().lock();
    for entry in gone {
        writeln!(out, "removed: {entry}")?;
    }
    Ok(Exit::Done)
}

fn list(entries: &[Entry]) -> anyhow::Result<Exit> {
    let mut out = std::io::stdout().lock();
    if entries.is_empty() {
        writeln!(out, "nothing starts by itself; matside schedule add \"Mon-Sat 07:30\" SESSION")?;
    }
    for (i, entry) in entries.iter().enumerate() {
        writeln!(out, "{:>3}  {entry}", i + 1)?;
    }
    Ok(Exit::Done)
}

fn next(entries: &[Entry]) -> anyhow::Result<Exit> {
    if entries.is_empty() {
        return list(entries);
    }
    let now = Zoned::now();
    let mut starts = Vec::new();
    for entry in entries {
        starts.extend(upcoming(&entry.when, &now).take(5).map(|start| (start, entry)));
    }
    starts.sort_by(|(a, _), (b, _)| a.at.cmp(&b.at));
    let mut out = std::io::stdout().lock();
    for (start, entry) in starts.into_iter().take(5) {
        let why = if start.skipped { "  (the clock is put forward then)" } else { "" };
        writeln!(out, "{}  {}{why}", shown(&start), entry.session)?;
    }
    Ok(Exit::Done)
}

fn shown(start: &Start) -> String {
    start.at.strftime("%a %Y-%m-%d %H:%M").to_string()
}
