//! The command line: one file a verb. Owns wiring, wording for terminals, and exit codes.

mod check;
mod clips;
mod config;
mod doctor;
#[cfg(feature = "ears")]
mod ears;
mod exit;
mod forget;
mod guide;
mod journal;
mod list;
#[cfg(feature = "ears")]
mod listen;
mod new;
mod places;
mod prepare;
mod programme;
mod render;
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

/// Voice-guided sessions for people who practise on the floor.
#[derive(Debug, Parser)]
#[command(version, after_help = exit::HELP)]
struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run a session, or `today`: speak it, listen for keys or lines
    Run(run::Args),
    /// Say which session is for today, and why
    Today(today::Args),
    /// Say why an exercise is done as it is: which rule, which days
    Why(why::Args),
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

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> Exit {
    // Before there is a second thread.
    #[cfg(feature = "device")]
    crate::output::device::find_sound_server();
    perform().unwrap_or_else(|error| {
        if broken_pipe(&error) {
            return Exit::Done;
        }
        eprintln!("matside: {error:#}");
        Exit::of(&error)
    })
}

fn perform() -> anyhow::Result<Exit> {
    let settings = Settings::read(&Args::command());
    let command = settings.apply(Args::command());
    let args = Args::from_arg_matches(&command.clone().get_matches())?;
    let is_doctor = matches!(args.verb, Verb::Doctor(_));
    if let Some(why) = settings.unreadable.as_ref().filter(|_| !is_doctor) {
        anyhow::bail!("{why}");
    }
    shelf::print(&settings.sources, &settings.diagnostics);
    match args.verb {
        // Whoever set something there does not want a session that is different.
        Verb::Run(_) | Verb::Render(_) if !settings.diagnostics.is_empty() => Ok(Exit::BadScript),
        Verb::Config => settings.print(command),
        Verb::Doctor(args) => doctor::run(&args, &settings),
        Verb::Run(args) => run::run(&args),
        Verb::Today(args) => today::run(&args),
        Verb::Why(args) => why::run(&args),
        Verb::Prepare(args) => prepare::run(&args),
        Verb::Render(args) => render::run(&args),
        Verb::Show(args) => show::run(&args),
        Verb::New(args) => new::run(&args),
        Verb::Schedule(args) => schedule::run(args),
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
