//! `config.toml`: the user's own defaults for the options of `matside run` and its like, and `matside config`, which
//! prints them. Owns where each value comes from: command line, environment, file, built in, in this order.

#[cfg(feature = "buttons")]
mod buttons;

use std::ffi::OsString;
use std::io::Write;
use std::ops::Range;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Layer, SourceId, Sources, did_you_mean};

use crate::script::{fold, is_name};

use super::Exit;

#[cfg(feature = "buttons")]
pub use buttons::Buttons;

/// This build has none, and passes over their table.
#[cfg(not(feature = "buttons"))]
#[derive(Clone, Default)]
pub struct Buttons;

pub const FILE: &str = "config.toml";
/// The verb whose options can be set.
const RUN: &str = "run";
/// The tables of a household.
const PROFILE: &str = "profile";
/// Letters of a profile's name; it becomes a folder.
const LONGEST: usize = 32;
/// For one call only, so they have no place in a file.
const ONCE: [&str; 8] = ["anew", "due", "help", "invite", "missed", "only", "resume", "snoozed"];

/// What the file sets, and what is wrong with it.
#[derive(Default)]
pub struct Settings {
    path: Option<PathBuf>,
    values: Vec<Setting>,
    /// In their order.
    profiles: Vec<Profile>,
    pub buttons: Buttons,
    pub sources: Sources,
    pub diagnostics: Vec<Diagnostic>,
    /// Why a file that is there cannot be read.
    pub unreadable: Option<String>,
}

/// One person of a household: `[profile.NAME]`.
pub struct Profile {
    pub id: String,
    /// As it is said.
    pub name: String,
    values: Vec<Setting>,
}

/// One line of the file.
struct Setting {
    key: String,
    value: String,
    /// Counted from one.
    line: usize,
}

impl Settings {
    /// The user's file, held against the options that `command` has. No file is an empty one.
    pub fn read(command: &Command) -> Self {
        let Some(path) = super::places::config().map(|dir| dir.join(FILE)) else { return Self::default() };
        let mut settings = Self { path: Some(path.clone()), ..Self::default() };
        match std::fs::read(&path) {
            Ok(bytes) => settings.fill(command, &path.display().to_string(), &bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => settings.unreadable = Some(format!("cannot read `{}`: {error}", path.display())),
        }
        settings
    }

    fn fill(&mut self, command: &Command, path: &str, bytes: &[u8]) {
        let source = match self.sources.add_bytes(path, bytes, Layer::User) {
            Ok(source) => source,
            Err(diagnostic) => return self.diagnostics.push(diagnostic),
        };
        let Some(text) = self.sources.get(source).map(|source| source.text.clone()) else { return };
        let (tree, errors) = DeTable::parse_recoverable(&text);
        let end = text.len();
        let broken = errors.iter().map(|error| {
            let span = error.span().map_or(0..0, |span| span.start.min(end)..span.end.min(end));
            Diagnostic::error(source, span, error.message())
        });
        self.diagnostics.extend(broken);
        let mut reader = Reader { command, source, text: &text, diagnostics: &mut self.diagnostics };
        for (key, value) in tree.into_inner() {
            match value.get_ref() {
                DeValue::Table(people) if key.get_ref() == PROFILE => {
                    self.profiles.extend(people.iter().filter_map(|(id, table)| reader.profile(id, table)));
                }
                #[cfg(feature = "buttons")]
                DeValue::Table(table) if key.get_ref() == buttons::TABLE => {
                    table.iter().for_each(|(key, value)| reader.button(&mut self.buttons, key, value));
                }
                #[cfg(not(feature = "buttons"))]
                DeValue::Table(_) if key.get_ref() == "buttons" => {}
                _ => self.values.extend(reader.setting(&key, &value)),
            }
        }
    }

    /// Those who live here.
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// From here on the values of the profile `id` come before the others.
    ///
    /// # Errors
    /// When there is no such profile.
    pub fn enter(&mut self, id: &str) -> anyhow::Result<()> {
        let Some(place) = self.profiles.iter().position(|profile| profile.id == id) else {
            let hint = did_you_mean(id, self.profiles.iter().map(|profile| profile.id.as_str()));
            let hint = hint.unwrap_or_else(|| format!("`[{PROFILE}.NAME]` in `{FILE}` makes one"));
            anyhow::bail!("there is no profile `{id}`; {hint}");
        };
        let own = self.profiles.swap_remove(place).values;
        self.values.splice(..0, own);
        Ok(())
    }

    /// What the environment or the file sets for `key`.
    pub fn value(&self, key: &str) -> Option<String> {
        let set = self.values.iter().find(|setting| setting.key == key);
        std::env::var(variable(key)).ok().or_else(|| set.map(|setting| setting.value.clone()))
    }

    /// `command` with the values as defaults, and with the environment above them.
    pub fn apply(&self, command: Command) -> Command {
        let keys: Vec<String> = keys(&command).map(str::to_owned).collect();
        let mut command = command;
        for verb in command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect::<Vec<_>>() {
            command = command.mut_subcommand(verb, |verb| {
                verb.mut_args(|arg| match arg.get_long() {
                    // What has to be given has no default: `render --output` is not `run --output`.
                    Some(long) if !arg.is_required_set() && keys.iter().any(|key| key == long) => {
                        self.set(arg)
                    }
                    _ => arg,
                })
            });
        }
        command
    }

    fn set(&self, arg: Arg) -> Arg {
        let key = arg.get_long().unwrap_or_default().to_owned();
        let arg = arg.env(variable(&key)).hide_env(true);
        // A flag that the file sets can be taken back with `--flag=no`.
        let arg = match arg.get_action() {
            ArgAction::SetTrue => arg
                .action(ArgAction::Set)
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true")
                .hide_possible_values(true)
                .hide_default_value(true)
                .value_name("YES|NO")
                .value_parser(BoolishValueParser::new())
                .default_value("false"),
            _ => arg,
        };
        match self.values.iter().find(|setting| setting.key == key) {
            Some(setting) => arg.default_value(&setting.value),
            None => arg,
        }
    }

    /// `matside config`: every key with its value and where that comes from.
    pub fn print(&self, command: Command) -> anyhow::Result<Exit> {
        let keys: Vec<String> = keys(&command).map(str::to_owned).collect();
        let matches = command.try_get_matches_from(["matside", RUN, "-"])?;
        let matches = matches.subcommand_matches(RUN);
        let mut out = std::io::stdout().lock();
        if let Some(path) = &self.path {
            let there = if path.exists() { "" } else { " (there is none)" };
            writeln!(out, "# {}{there}", path.display())?;
        }
        for key in keys {
            let (value, from) =
                matches.map_or((None, String::new()), |matches| self.effective(matches, &key));
            match value {
                Some(value) => writeln!(out, "{:<24} # {from}", format!("{key} = {}", shown(&value)))?,
                None => writeln!(out, "# {key} is not set")?,
            }
        }
        #[cfg(feature = "buttons")]
        self.buttons.print(&mut out)?;
        Ok(if self.diagnostics.is_empty() { Exit::Done } else { Exit::BadScript })
    }

    fn effective(&self, matches: &ArgMatches, key: &str) -> (Option<String>, String) {
        let id = key.replace('-', "_");
        let value = matches.get_raw(&id).and_then(|mut values| values.next());
        let value = value.map(|value| value.to_string_lossy().into_owned());
        let line = self.values.iter().find(|setting| setting.key == key).map(|setting| setting.line);
        let from = match (matches.value_source(&id), line) {
            (Some(ValueSource::EnvVariable), _) => variable(key),
            (_, Some(line)) => format!("{FILE}, line {line}"),
            (_, None) => "built in".into(),
        };
        (value, from)
    }
}

/// Reads the lines of one file.
struct Reader<'a> {
    command: &'a Command,
    source: SourceId,
    text: &'a str,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Counted from one.
    fn line(&self, key: &Spanned<DeString<'_>>) -> usize {
        self.text.get(..key.span().start).map_or(1, |before| before.matches('\n').count() + 1)
    }

    fn setting(&mut self, key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) -> Option<Setting> {
        let line = self.line(key);
        let span = [key.span(), value.span()];
        match judge(self.command, self.source, key.get_ref(), value.get_ref(), span) {
            Ok(value) => Some(Setting { key: key.get_ref().to_string(), value, line }),
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic);
                None
            }
        }
    }

    fn profile(&mut self, id: &Spanned<DeString<'_>>, table: &Spanned<DeValue<'_>>) -> Option<Profile> {
        let wrong =
            |span, message: String, hint: &str| Diagnostic::error(self.source, span, message).hint(hint);
        if !is_name(id.get_ref()) || id.get_ref().len() > LONGEST {
            let hint = "lower-case words joined by hyphens, like `anna`, not too long";
            self.diagnostics.push(wrong(
                id.span(),
                format!("`{}` is no name for a profile", id.get_ref()),
                hint,
            ));
            return None;
        }
        let id = id.get_ref().to_string();
        let DeValue::Table(table) = table.get_ref() else {
            self.diagnostics.push(wrong(
                table.span(),
                format!("`{PROFILE}.{id}` is no table"),
                "write `[profile.NAME]`",
            ));
            return None;
        };
        let mut profile = Profile { name: id.replace('-', " "), id, values: Vec::new() };
        for (key, value) in table {
            match value.get_ref() {
                DeValue::String(name) if key.get_ref() == "name" && !fold(name).is_empty() => {
                    profile.name = name.to_string();
                }
                _ => profile.values.extend(self.setting(key, value)),
            }
        }
        Some(profile)
    }
}

fn keys(command: &Command) -> impl Iterator<Item = &str> {
    let run = command.find_subcommand(RUN).into_iter();
    run.flat_map(Command::get_arguments).filter_map(Arg::get_long).filter(|key| !ONCE.contains(key))
}

fn variable(key: &str) -> String {
    format!("MATSIDE_{}", key.replace('-', "_").to_uppercase())
}

/// As TOML would have it.
fn shown(value: &str) -> String {
    let bare = value.parse::<i64>().is_ok() || value.parse::<bool>().is_ok();
    if bare { value.to_owned() } else { toml::Value::from(value).to_string() }
}

/// The value in words of the command line, if it is one that the option takes.
fn judge(
    command: &Command,
    source: SourceId,
    key: &str,
    value: &DeValue<'_>,
    [at_key, at_value]: [Range<usize>; 2],
) -> Result<String, Diagnostic> {
    let known = keys(command).any(|known| known == key);
    if !known {
        let hint = did_you_mean(key, keys(command));
        let hint = hint.unwrap_or_else(|| "`matside config` shows every key".into());
        return Err(Diagnostic::error(source, at_key, format!("there is no key `{key}`")).hint(hint));
    }
    let text = match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(yes) => yes.to_string(),
        _ => return Err(Diagnostic::error(source, at_value, format!("`{key}` is one value, not several"))),
    };
    let option = OsString::from(format!("--{key}={text}"));
    // The flags take a value only once this has been applied.
    let command = Settings::default().apply(command.clone());
    match command.try_get_matches_from([OsString::from("matside"), RUN.into(), option, "-".into()]) {
        Ok(_) => Ok(text),
        Err(error) => Err(Diagnostic::error(source, at_value, format!("`{text}` is no value for `{key}`"))
            .hint(hint(&error))),
    }
}

/// What clap has to say about a value, without its frame.
fn hint(error: &clap::Error) -> String {
    let said = error.to_string();
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let reason = first.split_once(" for '").and_then(|(_, rest)| rest.split_once("': "));
    let values = lines.next().filter(|line| line.starts_with("[possible values"));
    reason.map(|(_, reason)| reason).or(values).unwrap_or(first).to_owned()
}
