//! `matside new`: a file to begin with. What it says lies in `sessions/new/`; here it is only filled in and put in its place.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::diagnostic::did_you_mean;
use crate::script::{Kind, Library, Sides, is_name};

use super::shelf::{self, Shelf};
use super::{Exit, places};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// exercise, check-in, session or programme
    #[arg(value_parser = kind)]
    kind: Kind,
    /// Lower-case words joined by hyphens; the file is called like that
    name: String,
    /// Language of what is spoken in it
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
    /// Folder to write under (default: your own sessions)
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// The phrases of a language are too much to begin with.
const KINDS: [Kind; 4] = [Kind::Exercise, Kind::CheckIn, Kind::Session, Kind::Programme];

fn kind(name: &str) -> Result<Kind, String> {
    let names = || KINDS.map(Kind::name).join(", ");
    KINDS.into_iter().find(|kind| kind.name() == name).ok_or_else(|| format!("the kinds are {}", names()))
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let Args { kind, name, language, dir } = args;
    if !is_name(name) {
        bail!("`{name}` is not a name; names are lower-case words joined by hyphens, like `knee-to-chest`");
    }
    let library = Shelf::read(&[])?.library;
    if library.phrases(language).is_none() {
        let hint = did_you_mean(language, library.all_phrases().map(|phrases| phrases.id.as_str()))
            .unwrap_or_else(|| format!("write `phrases/{language}.toml` first"));
        bail!("there are no phrases for the language `{language}`; {hint}");
    }
    if let Some(path) = existing(&library, *kind, language, name) {
        bail!("the {} `{name}` is there already, in `{path}`; take another name", kind.name());
    }
    let own = places::config().context("no home directory: set HOME or XDG_CONFIG_HOME")?;
    let base = dir.as_ref().unwrap_or(&own);
    let path = place(base, *kind, language, name);
    let text = shelf::start(*kind).context("nothing to begin with; this is a fault of the program")?;
    write(&path, &Filling { library: &library, language, name }.fill(text)?)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}\nnext: {}", path.display(), next(args, &path))?;
    Ok(Exit::Done)
}

/// Where a file of this name lies already.
fn existing<'a>(library: &'a Library, kind: Kind, language: &str, name: &str) -> Option<&'a str> {
    let source = match kind {
        Kind::Session => library.session(name, Some(language))?.source,
        Kind::Exercise => library.exercise(language, name)?.source,
        Kind::CheckIn => library.check_in(language, name)?.source,
        Kind::Programme => library.programme(name, Some(language))?.source,
        Kind::Phrases => library.phrases(language)?.source,
    };
    library.sources().get(source).map(|source| source.path.as_str())
}

/// Ids may be the same in several languages, and files may not.
fn place(base: &Path, kind: Kind, language: &str, name: &str) -> PathBuf {
    let base = if language == "en" { base.to_owned() } else { base.join(language) };
    let folder = match kind {
        Kind::Session => base,
        _ => base.join(kind.folder().trim_matches(['`', '/'])),
    };
    folder.join(format!("{name}.toml"))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the directory `{}`", folder.display()))?;
    let wrote = File::create_new(path).map(|mut file| file.write_all(text.as_bytes()));
    wrote.flatten().with_context(|| format!("cannot write `{}`; nothing is ever overwritten", path.display()))
}

/// What to type now.
fn next(args: &Args, path: &Path) -> String {
    let shows = matches!(args.kind, Kind::Session | Kind::Programme);
    let what =
        if shows && args.dir.is_none() { args.name.clone() } else { quoted(&path.display().to_string()) };
    let language =
        if shows && args.language != "en" { format!(" --language {}", args.language) } else { String::new() };
    format!("matside {} {what}{language}", if shows { "show" } else { "check" })
}

/// For a shell.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

/// What is put in for `@…@`.
struct Filling<'a> {
    library: &'a Library,
    language: &'a str,
    name: &'a str,
}

impl Filling<'_> {
    fn fill(&self, text: &str) -> anyhow::Result<String> {
        let mut parts = text.split('@');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        while let (Some(wanted), Some(rest)) = (parts.next(), parts.next()) {
            filled.push_str(&self.value(wanted)?);
            filled.push_str(rest);
        }
        Ok(filled)
    }

    fn value(&self, wanted: &str) -> anyhow::Result<String> {
        Ok(match wanted.split_once(':') {
            Some((kind, preferred)) => self.known(kind, preferred)?,
            None => match wanted {
                "LANGUAGE" => self.language.to_owned(),
                "TITLE" => title(self.name),
                // So that it begins with a letter, and means nothing else in a text.
                "FACT" => format!("answer_{}", self.name.replace('-', "_")),
                _ => bail!("`@{wanted}@` is nothing; this is a fault of the program"),
            },
        })
    }

    /// `preferred`, or the first of its kind that there is in the language.
    fn known(&self, kind: &str, preferred: &str) -> anyhow::Result<String> {
        let ids = self.ids(kind);
        let found = ids.iter().find(|id| **id == preferred).or(ids.first());
        let found = found.with_context(|| {
            let language = self.language;
            format!("there is no {kind} in `{language}` yet; make one first: `matside new {kind} NAME --language {language}`")
        })?;
        Ok((*found).to_owned())
    }

    fn ids(&self, kind: &str) -> Vec<&str> {
        let (library, language) = (self.library, self.language);
        match kind {
            "exercise" => {
                let own = library.exercises().filter(|e| e.item.language.value == language);
                // Nothing in a new session can tell the affected side.
                let any_side = |sides| !matches!(sides, Sides::Affected | Sides::Unaffected);
                own.filter(|e| any_side(e.item.sides(e.item.first_level()))).map(|e| e.id.as_str()).collect()
            }
            "check-in" => {
                let own = library.check_ins().filter(|c| c.item.language.value == language);
                own.map(|c| c.id.as_str()).collect()
            }
            "session" => {
                let own = library.sessions().filter(|s| s.item.language.value == language);
                own.map(|s| s.id.as_str()).collect()
            }
            _ => {
                let phrases = library.phrases(language).into_iter();
                phrases.flat_map(|phrases| phrases.item.positions.keys()).map(|name| name.as_str()).collect()
            }
        }
    }
}

/// `knee-lift`: `Knee lift`.
fn title(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
