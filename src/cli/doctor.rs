//! `matside doctor`: what is wrong with this device, and the command that mends it.

use std::io::Write;
use std::path::Path;

use jiff::Timestamp;

use crate::doctor::{self, Finding, State};
use crate::history::History;
use crate::journal::{self, Folder, JournalError};
use crate::packs;
use crate::schedule::{Entry, Table, read, unit};

use super::config::Settings;
use super::{Exit, log, places, voices};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Play no sound
    #[arg(long)]
    quiet: bool,
    /// For machines: a list of findings
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<Exit> {
    let found = look(args, settings);
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&found)?)?;
    } else {
        found.iter().try_for_each(|finding| print(&mut out, finding))?;
    }
    let faulty = found.iter().any(|finding| finding.state == State::Fault);
    Ok(if faulty { Exit::Failed } else { Exit::Done })
}

fn print(out: &mut impl Write, finding: &Finding) -> std::io::Result<()> {
    let state = match finding.state {
        State::Good => "good",
        State::Doubt => "doubt",
        State::Fault => "FAULT",
    };
    writeln!(out, "{state:<6} {:<8} {}", finding.about, finding.found)?;
    finding.cure.iter().try_for_each(|cure| writeln!(out, "{:<15} {cure}", ""))
}

fn look(args: &Args, settings: &Settings) -> Vec<Finding> {
    let mut found = vec![config(settings)];
    found.extend(sound(args));
    found.extend(speech(settings));
    #[cfg(feature = "ears")]
    found.extend(hearing(settings));
    #[cfg(feature = "buttons")]
    found.extend(buttons(settings));
    found.extend(starts());
    let history = history();
    let latest = history.as_ref().and_then(|history| history.as_ref().ok()?.latest());
    found.push(doctor::clock(Path::new("/etc"), latest));
    found.extend(history.as_ref().map(written));
    let cache = places::cache();
    found.extend(places::state().map(|dir| doctor::space("disk", &dir, cache.as_deref())));
    found.extend(cache.as_deref().map(|dir| doctor::space("disk", dir, Some(dir))));
    found.extend(places::state().filter(|dir| dir.exists()).map(|dir| doctor::private("privacy", &dir)));
    found.push(doctor::memory(Path::new("/proc")));
    found.extend(log::path().map(|path| Finding::good("log", format!("`{}`", path.display()))));
    found
}

fn config(settings: &Settings) -> Finding {
    const ABOUT: &str = "config";
    let path = places::config().unwrap_or_default().join(super::config::FILE);
    let path = path.display();
    if let Some(why) = &settings.unreadable {
        return Finding::fault(ABOUT, why, format!("chmod u+rw {path}"));
    }
    if settings.diagnostics.is_empty() {
        return Finding::good(ABOUT, "nothing is wrong in it");
    }
    Finding::fault(
        ABOUT,
        format!("`{path}` has errors, and no session starts"),
        "matside config    # says where",
    )
}

#[cfg(feature = "device")]
fn sound(args: &Args) -> impl Iterator<Item = Finding> {
    let plays = (!args.quiet).then(doctor::plays);
    plays.into_iter().chain(doctor::muted())
}

#[cfg(not(feature = "device"))]
fn sound(_: &Args) -> impl Iterator<Item = Finding> {
    let cure = "cargo build --release    # with the feature `device`";
    std::iter::once(Finding::fault("sound", "this build has no sound device", cure))
}

/// Whoever has ears wants to be heard.
#[cfg(feature = "ears")]
fn hearing(settings: &Settings) -> Option<Finding> {
    let off = settings.value("ears").is_some_and(|when| when == "off");
    let installed = !off && super::ears::find("en").is_some();
    installed.then(doctor::microphone)
}

#[cfg(feature = "buttons")]
fn buttons(settings: &Settings) -> impl Iterator<Item = Finding> {
    let (root, buttons) = (Path::new("/"), &settings.buttons);
    let is_line = |led: &&str| led.starts_with("gpiochip");
    let (lit, led) =
        (buttons.led.as_deref().filter(is_line), buttons.led.as_deref().filter(|led| !is_line(led)));
    let lit = lit.and_then(|line| line.split(':').next());
    let chips = buttons.map.lines().into_iter().map(|line| line.chip.as_str()).chain(lit);
    let light = led.map(|led| doctor::light(root, led));
    [doctor::buttons(root, chips, &doctor::user())].into_iter().chain(light)
}

/// The voice that is set, or the usual one; and the one that stands in.
fn speech(settings: &Settings) -> impl Iterator<Item = Finding> {
    let set = settings.value("voice");
    let name = set.as_deref().unwrap_or(voices::USUAL);
    let pack = voices::is_pack(name).then(|| doctor::pack(name, packs::find(&voices::folders(), name)));
    let program = doctor::program("espeak-ng", std::env::var_os("PATH").as_deref());
    pack.into_iter().chain([program])
}

fn starts() -> impl Iterator<Item = Finding> {
    let table = Table::read().map_err(|error| error.to_string());
    let entries = table.and_then(|table| read(&table).map_err(|error| error.to_string()));
    let broken = entries.as_ref().err().map(|error| Finding::doubt("crontab", error, "crontab -e"));
    let scheduled = entries.map_or(0, |entries| entries.len());
    let timers = timers();
    let linger = doctor::linger(Path::new("/"), &doctor::user(), scheduled, timers.len());
    [doctor::cron(Path::new("/proc"), scheduled), linger].into_iter().chain(broken).chain(timers)
}

/// One finding for each timer of ours.
fn timers() -> Vec<Finding> {
    let looked = super::schedule::timers().and_then(|timers| {
        let look = |entry: &Entry| {
            doctor::timer(&unit(entry), timers.look(entry).map_err(|error| error.to_string()))
        };
        Ok(timers.read()?.iter().map(look).collect())
    });
    looked.unwrap_or_else(|error| {
        vec![Finding::doubt("timer", format!("{error:#}"), "ls -l ~/.config/systemd/user")]
    })
}

/// What is written down, as a copy of it says; none yet is fine.
fn history() -> Option<Result<History, JournalError>> {
    let dir = places::state().filter(|dir| dir.join(journal::FILE).exists())?;
    Some(Folder::open(&dir).and_then(|folder| folder.peek(Timestamp::MIN)))
}

fn written(history: &Result<History, JournalError>) -> Finding {
    const ABOUT: &str = "journal";
    match history {
        Ok(history) => Finding::good(ABOUT, format!("{} sessions in it", history.sittings().len())),
        Err(error) => Finding::fault(ABOUT, error.to_string(), "matside run SESSION    # sets it aside"),
    }
}
