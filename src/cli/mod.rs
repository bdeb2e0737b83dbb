//! The command line: one file a verb. Owns wiring, wording for terminals, and exit codes.

#[cfg(feature = "buttons")]
mod buttons;
mod check;
mod clips;
mod config;
mod ctl;
mod doctor;
#[cfg(feature = "ears")]
mod ears;
mod exit;
mod forget;
mod guide;
mod history;
mod journal;
mod list;
#[cfg(feature = "ears")]
mod listen;
mod log;
mod new;
mod places;
mod prepare;
mod programme;
mod render;
mod report;
mod run;
mod schedule;
mod schema;
mod shelf;
mod show;
mod today;
mod voices;
mod why;

use std::path::PathBuf;

use crate::line::Pace;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use exit::Exit;

use config::Settings;
use run::Senses;

/// Voice-guided sessions for people who practise on the floor.
#[derive(Debug, Parser)]
#[command(version, after_help = exit::HELP)]
struct Args {
    /// Whose memory and settings these are: a `[profile.NAME]` of config.toml
    #[arg(long, global = true, value_name = "NAME", env = "MATSIDE_PROFILE", hide_env = true)]
    profile: Option<String>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run a session, or `today`: speak it, listen for keys or lines
    #[command(mut_arg("session", |arg| arg.required(false).default_value("today")))]
    Run(run::Args),
    /// Say which session is for today, and why
    Today(today::Args),
    /// Say why an exercise is done as it is: which rule, which days
    Why(why::Args),
    /// Steer the session that is running, from a script or another terminal
    Ctl(ctl::Args),
    /// List the sessions there were: when, how long, how they ended, pain before and after
    History(history::Args),
    /// Pain, practice, directions and exercises in figures, also as a page for a physiotherapist
    Report(report::Args),
    /// Speak ahead of time everything that sessions may say
    Prepare(prepare::Args),
    /// Write a session to an audio file with captions
    Render(render::Args),
    /// Print every line of a session with its time, or a programme
    Show(show::Args),
    /// Write a file of your own to begin with
    New(new::Args),
    /// Start sessions by themselves, at times of the week
    Schedule(schedule::Args),
    /// Remove the answers that are remembered from earlier sessions, a day, or everything
    Forget(forget::Args),
    /// What is written down: out, in again, and acknowledging an emergency
    Journal(journal::Args),
    /// List the sessions and programmes
    List,
    /// List, install, hear and remove voices
    Voices(voices::Args),
    /// List, install and remove what is needed to hear spoken answers
    #[cfg(feature = "ears")]
    Ears(ears::Args),
    /// Show what is heard, how well and how soon: for setting a room up
    #[cfg(feature = "ears")]
    Listen(listen::Args),
    /// Check session files and report every error in them
    Check(check::Args),
    /// Print the options that can be set in `config.toml`, their values and where these come from
    Config,
    /// Look what is wrong with this device, and print the command that mends it
    Doctor(doctor::Args),
    /// Show the name of each button that is pressed, and what it does: for remotes, foot switches and GPIO lines
    #[cfg(feature = "buttons")]
    Buttons,
    /// Print the JSON Schema of a kind of file
    Schema(schema::Args),
}

/// A session by name, or by the path of its file.
#[derive(Debug, clap::Args)]
struct Which {
    /// Name of a session (see `matside list`), or a file
    session: String,
    /// Language, where a session comes in several
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Only the steps of this block (a heading of the session), with its check-ins
    #[arg(long, value_name = "BLOCK")]
    only: Option<String>,
}

/// How it is spoken.
#[derive(Debug, clap::Args)]
struct Speech {
    /// Voice (see `matside voices`), or tick, a test signal; otherwise heart where it is installed, else espeak, else system
    #[arg(long, value_name = "NAME")]
    voice: Option<String>,
    /// Speed of speech and repetitions in percent (default: 100, at night 85)
    #[arg(long, value_parser = clap::value_parser!(u16).range(70..=150))]
    pace: Option<u16>,
    /// Slower and quieter, for the night
    #[arg(long)]
    night: bool,
    /// Louder or softer than usual, in decibels
    #[arg(long, value_name = "DB", default_value_t = 0, allow_negative_numbers = true,
          value_parser = clap::value_parser!(i8).range(-24..=6))]
    volume: i8,
    /// Where spoken lines are kept (default: the user's cache directory)
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Keep no spoken lines
    #[arg(long, conflicts_with = "cache")]
    no_cache: bool,
}

/// Before sleep, in percent.
const NIGHT_PACE: u16 = 85;

impl Speech {
    fn pace(&self) -> Pace {
        let usual = if self.night { NIGHT_PACE } else { Pace::NORMAL.as_percent() };
        Pace::percent(self.pace.unwrap_or(usual))
    }
}

/// Verbs and options, for manual pages and completions.
#[must_use]
pub fn command() -> clap::Command {
    Args::command()
}

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> Exit {
    // Before there is a second thread.
    #[cfg(feature = "device")]
    crate::output::device::find_sound_server();
    let exit = perform().unwrap_or_else(|error| {
        if broken_pipe(&error) {
            return Exit::Done;
        }
        eprintln!("matside: {error:#}");
        log::failed(&format!("{error:#}"));
        Exit::of(&error)
    });
    log::end(exit);
    exit
}

fn perform() -> anyhow::Result<Exit> {
    let mut settings = Settings::read(&Args::command());
    let args = settings.args()?;
    if let Verb::Run(run) = &args.verb {
        log::begin(run.session());
    }
    let is_doctor = matches!(args.verb, Verb::Doctor(_));
    if let Some(why) = settings.unreadable.as_ref().filter(|_| !is_doctor) {
        anyhow::bail!("{why}");
    }
    shelf::print(&settings.sources, &settings.diagnostics);
    let verb = match &args.verb {
        // Whoever set something there does not want a session that is different.
        Verb::Run(_) | Verb::Render(_) if !settings.diagnostics.is_empty() => return Ok(Exit::BadScript),
        verb => verb,
    };
    let senses = || Senses::new(settings.buttons.clone());
    let (person, senses) = match (&args.profile, settings.profiles(), verb) {
        (Some(id), ..) => (Some(id.clone()), senses()),
        (None, [only], _) => (Some(only.id.clone()), senses()),
        (None, [_, _, ..], Verb::Run(run)) => match run::who(run, settings.profiles(), senses())? {
            Ok((id, senses)) => (Some(id), senses),
            Err(exit) => return Ok(exit),
        },
        (
            None,
            [_, _, ..],
            Verb::Today(_)
            | Verb::Why(_)
            | Verb::History(_)
            | Verb::Report(_)
            | Verb::Forget(_)
            | Verb::Journal(_),
        ) => {
            let ids: Vec<&str> = settings.profiles().iter().map(|profile| profile.id.as_str()).collect();
            anyhow::bail!("there are several profiles ({}): name one with --profile", ids.join(", "));
        }
        (None, ..) => (None, senses()),
    };
    if let Some(id) = person {
        settings.enter(&id)?;
        places::enter(&id);
    }
    let Args { profile, verb } = settings.args()?;
    act(&settings, verb, profile, senses)
}

fn act(settings: &Settings, verb: Verb, profile: Option<String>, senses: Senses) -> anyhow::Result<Exit> {
    match verb {
        Verb::Config => settings.print(settings.apply(Args::command())),
        Verb::Doctor(args) => doctor::run(&args, settings),
        #[cfg(feature = "buttons")]
        Verb::Buttons => buttons::run(&settings.buttons),
        Verb::Run(args) => run::run(&args, senses),
        Verb::Today(args) => today::run(&args),
        Verb::Why(args) => why::run(&args),
        Verb::Ctl(args) => ctl::run(&args),
        Verb::History(args) => history::run(&args),
        Verb::Report(args) => report::run(&args),
        Verb::Prepare(args) => prepare::run(&args),
        Verb::Render(args) => render::run(&args),
        Verb::Show(args) => show::run(&args),
        Verb::New(args) => new::run(&args),
        Verb::Schedule(args) => schedule::run(args, settings, profile),
        Verb::Forget(args) => forget::run(&args),
        Verb::Journal(args) => journal::run(&args),
        Verb::List => list::run(),
        Verb::Voices(args) => voices::run(&args),
        #[cfg(feature = "ears")]
        Verb::Ears(args) => ears::run(&args),
        #[cfg(feature = "ears")]
        Verb::Listen(args) => listen::run(&args),
        Verb::Check(args) => check::run(&args),
        Verb::Schema(args) => schema::run(&args),
    }
}

impl Settings {
    /// The command line over these settings.
    fn args(&self) -> Result<Args, clap::Error> {
        Args::from_arg_matches(&self.apply(Args::command()).get_matches())
    }
}

/// Whoever read our output has seen enough.
fn broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_of_every_verb_fit_together() {
        super::Args::command().debug_assert();
    }
}
