//! `matside schedule`: starts by the clock, in the user's crontab or as timers of systemd.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use jiff::Zoned;

use crate::doctor;
use crate::schedule::{
    Entry, Missed, Quiet, Start, Table, TableError, Timers, When, quoted, read, upcoming, upcoming_by_timer,
    write,
};

use super::config::Settings;
use super::{Exit, Which, places, run::TODAY, shelf};

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
        /// By a timer of systemd instead of cron
        #[arg(long)]
        systemd: bool,
        /// Begin at once, without ringing and asking first
        #[arg(long)]
        at_once: bool,
        /// What is done about a start that was missed: skip, next (made up the same day) or ask (the same, asking first)
        #[arg(long, value_name = "WHAT", default_value_t)]
        missed: Missed,
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

/// Who starts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Cron,
    Systemd,
}

/// Everything that starts by itself.
struct Jobs {
    /// All of the crontab; empty without cron.
    table: String,
    timers: Timers,
    /// Those of cron first.
    all: Vec<(Entry, By)>,
}

pub fn run(args: Args, settings: &Settings, profile: Option<String>) -> anyhow::Result<Exit> {
    let needs_cron = !matches!(args.verb, Verb::Add { systemd: true, .. });
    let jobs = Jobs::read(needs_cron)?;
    match args.verb {
        Verb::Add { when, session, systemd, at_once, missed } => {
            let Some(session) = known(session)? else { return Ok(Exit::BadScript) };
            let entry = Entry { when, session, invite: !at_once, missed, profile };
            warn_of_quiet(&entry, settings);
            add(jobs, &entry, if systemd { By::Systemd } else { By::Cron })
        }
        Verb::List => list(&jobs.all),
        Verb::Remove { number } => remove(jobs, number),
        Verb::Next => next(&jobs.all),
    }
}

impl Jobs {
    /// Whoever has timers, or wants one, needs no cron.
    fn read(needs_cron: bool) -> anyhow::Result<Self> {
        let timers = timers()?;
        let timed = timers.read()?;
        let table = match Table::read() {
            Err(TableError::Missing(_)) if !needs_cron || !timed.is_empty() => String::new(),
            table => table?,
        };
        let cron = read(&table)?.into_iter().map(|entry| (entry, By::Cron));
        let all = cron.chain(timed.into_iter().map(|entry| (entry, By::Systemd))).collect();
        Ok(Self { table, timers, all })
    }

    fn contains(&self, entry: &Entry) -> bool {
        self.all.iter().any(|(other, _)| other == entry)
    }

    /// Writes the crontab anew, if anything in it has changed.
    fn install(&self) -> anyhow::Result<()> {
        let cron = self.all.iter().filter(|(_, by)| *by == By::Cron);
        let entries: Vec<Entry> = cron.map(|(entry, _)| entry.clone()).collect();
        let program = program()?;
        let command = |entry: &Entry| {
            let arguments = entry.arguments();
            let words = std::iter::once(&program).chain(&arguments).map(|word| quoted(word));
            words.collect::<Vec<_>>().join(" ")
        };
        let text = write(&self.table, &entries, command)?;
        if text != self.table {
            Table::write(&text)?;
        }
        Ok(())
    }
}

/// This user's timers.
pub fn timers() -> anyhow::Result<Timers> {
    let own = places::config().context("no home directory: set HOME or XDG_CONFIG_HOME")?;
    Ok(Timers::under(own.parent().unwrap_or(&own)))
}

fn program() -> anyhow::Result<String> {
    let program = std::env::current_exe().context("where this program is")?;
    program
        .into_os_string()
        .into_string()
        .ok()
        .context("the path of this program is no UTF-8, and a schedule has to be")
}

/// How near two starts may be, in minutes. Ours: longer than any shipped session.
const APART: i64 = 60;

fn add(mut jobs: Jobs, entry: &Entry, by: By) -> anyhow::Result<Exit> {
    if jobs.contains(entry) {
        anyhow::bail!("`{entry}` is there already");
    }
    let now = Zoned::now();
    if let Some((mine, theirs, other)) = overlap(entry, &jobs.all, &now) {
        eprintln!("matside: {} is near {}, when `{}` starts", shown(&mine), shown(&theirs), other.session);
    }
    jobs.all.push((entry.clone(), by));
    match by {
        By::Cron => jobs.install()?,
        By::Systemd => {
            let command = [vec![program()?], entry.arguments()].concat();
            jobs.timers.add(entry, &command)?;
            let linger = doctor::linger(Path::new("/"), &doctor::user(), 0, 1);
            if let Some(cure) = linger.cure {
                eprintln!("matside: {}; mend that with `{cure}`", linger.found);
            }
        }
    }
    next(&jobs.all)
}

/// An entry that asks first does not even ring in hours that are to be quiet.
fn warn_of_quiet(entry: &Entry, settings: &Settings) {
    let quiet = settings.value("quiet-hours").and_then(|hours| hours.parse::<Quiet>().ok());
    let Some(quiet) = quiet.filter(|quiet| quiet.holds(entry.when.time())) else { return };
    let then = if entry.by_clock() { "it will not start" } else { "it starts all the same" };
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
fn overlap<'a>(entry: &Entry, others: &'a [(Entry, By)], now: &Zoned) -> Option<(Start, Start, &'a Entry)> {
    let week = |entry: &Entry| -> Vec<Start> { upcoming(&entry.when, now).take(7).collect() };
    let near = |a: &Start, b: &Start| {
        (a.at.timestamp().as_second() - b.at.timestamp().as_second()).abs() < APART * 60
    };
    let mine = week(entry);
    others.iter().find_map(|(other, _)| {
        let theirs = week(other);
        let pair = |mine: &Start| {
            Some((mine.clone(), theirs.iter().find(|theirs| near(mine, theirs))?.clone(), other))
        };
        mine.iter().find_map(pair)
    })
}

fn remove(mut jobs: Jobs, number: Number) -> anyhow::Result<Exit> {
    let gone = match number {
        Number::All => std::mem::take(&mut jobs.all),
        Number::One(number) if (1..=jobs.all.len()).contains(&number) => vec![jobs.all.remove(number - 1)],
        Number::One(number) => anyhow::bail!("there is no entry {number}; see `matside schedule list`"),
    };
    jobs.install()?;
    let mut out = std::io::stdout().lock();
    for (entry, by) in gone {
        if by == By::Systemd {
            jobs.timers.remove(&entry)?;
        }
        writeln!(out, "removed: {entry}")?;
    }
    Ok(Exit::Done)
}

fn list(jobs: &[(Entry, By)]) -> anyhow::Result<Exit> {
    let mut out = std::io::stdout().lock();
    if jobs.is_empty() {
        writeln!(out, "nothing starts by itself; matside schedule add \"Mon-Sat 07:30\" SESSION")?;
    }
    for (i, (entry, by)) in jobs.iter().enumerate() {
        let by = if *by == By::Systemd { "  (systemd)" } else { "" };
        writeln!(out, "{:>3}  {entry}{by}", i + 1)?;
    }
    Ok(Exit::Done)
}

fn next(jobs: &[(Entry, By)]) -> anyhow::Result<Exit> {
    if jobs.is_empty() {
        return list(jobs);
    }
    let now = Zoned::now();
    let mut starts = Vec::new();
    for (entry, by) in jobs {
        let coming: Vec<Start> = match by {
            By::Cron => upcoming(&entry.when, &now).take(5).collect(),
            By::Systemd => upcoming_by_timer(&entry.when, &now).take(5).collect(),
        };
        starts.extend(coming.into_iter().map(|start| (start, entry)));
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
