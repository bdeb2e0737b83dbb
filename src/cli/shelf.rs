//! All session files: those embedded, the user's, those named on the command line.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use include_dir::{Dir, include_dir};

use crate::diagnostic::{Diagnostic, Layer, SourceId, Sources, did_you_mean, render};
use crate::plan::{Chosen, Plan, What};
use crate::script::{Filed, Kind, Library, Session, check, is_script};
use crate::timeline;
use crate::voice::heart::words::Corrections;

use super::{Exit, Which};

static SHIPPED: Dir = include_dir!("$CARGO_MANIFEST_DIR/sessions");

/// Not a session: words whose sound is put right, for voices with phonemes.
const PRONOUNCE: &str = "pronounce.toml";
/// The folder with what `matside new` begins with; no session lies in it, in no layer.
const STARTS: &str = "new";

/// Folders are walked no deeper: a link could lead round in a circle.
const DEEPEST: usize = 16;

/// The library with everything that is wrong with its files.
pub struct Shelf {
    pub library: Library,
    pub diagnostics: Vec<Diagnostic>,
    /// The files named on the command line.
    pub named: BTreeSet<SourceId>,
}

impl Shelf {
    /// Reads the shipped files, the user's, and `named` files and folders.
    pub fn read(named: &[PathBuf]) -> anyhow::Result<Self> {
        let mut reader = Reader::default();
        reader.shipped(&SHIPPED);
        if let Some(own) = super::places::config().filter(|dir| dir.is_dir()) {
            reader.path(&own, Layer::User, 0)?;
        }
        let first_named = reader.sources.iter().count();
        for path in named {
            reader.path(path, Layer::Named, 0)?;
        }
        let named = reader.sources.iter().map(|(id, _)| id).skip(first_named).collect();
        let (library, found) = Library::read(reader.sources);
        reader.diagnostics.extend(found);
        Ok(Self { library, diagnostics: reader.diagnostics, named })
    }

    /// Everything that is wrong: with the files, their rules, and the plans of their sessions.
    pub fn check(&mut self) {
        self.diagnostics.extend(check::check(&self.library));
        let broken: BTreeSet<SourceId> = errors(&self.diagnostics).map(|error| error.source).collect();
        for session in self.library.sessions() {
            if broken.contains(&session.source) {
                continue;
            }
            if let Ok(plan) = timeline::plan(&self.library, session)
                && plan.sources.is_disjoint(&broken)
            {
                self.diagnostics.extend(timeline::lint(session, &plan));
            }
        }
    }

    /// Of everything that `plan` was made of, and which part of it was asked for.
    pub fn digest(&self, plan: &Plan, which: &Which) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(which.only.as_deref().unwrap_or_default().as_bytes());
        for source in plan.sources.iter().filter_map(|id| self.library.sources().get(*id)) {
            hasher.update(blake3::hash(source.text.as_bytes()).as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Prints `diagnostics` to stderr.
    pub fn print(&self, diagnostics: &[Diagnostic]) {
        print(self.library.sources(), diagnostics);
    }
}

/// Prints findings about `sources` to stderr.
pub fn print(sources: &Sources, diagnostics: &[Diagnostic]) {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    eprint!("{}", render(diagnostics, sources, colour));
}

/// The shipped corrections with the user's over them.
pub fn corrections() -> anyhow::Result<Corrections> {
    let mut corrections = Corrections::default();
    let shipped = SHIPPED.get_file(PRONOUNCE).and_then(|file| file.contents_utf8());
    corrections.add(PRONOUNCE, shipped.unwrap_or_default())?;
    let own = super::places::config().map(|dir| dir.join(PRONOUNCE)).filter(|path| path.is_file());
    if let Some(path) = own {
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        corrections.add(&path.display().to_string(), &text)?;
    }
    Ok(corrections)
}

pub fn errors(diagnostics: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    diagnostics.iter().filter(|diagnostic| diagnostic.is_error())
}

/// All files, with the one that `which` may name, and the id of what is asked for.
pub fn open(which: &Which) -> anyhow::Result<(Shelf, String)> {
    let path = Path::new(&which.session);
    let is_file = path.extension().is_some_and(|ending| ending == "toml");
    let named: Vec<PathBuf> = is_file.then(|| path.to_owned()).into_iter().collect();
    let stem = path.file_stem().filter(|_| is_file).map(|stem| stem.to_string_lossy().into_owned());
    Ok((Shelf::read(&named)?, stem.unwrap_or_else(|| which.session.clone())))
}

/// The plan of the session that is asked for; `None` when its files have errors, which have been printed then.
pub fn plan(which: &Which) -> anyhow::Result<Option<(Arc<Plan>, Shelf)>> {
    let (shelf, id) = open(which)?;
    if shelf.library.session(&id, which.language.as_deref()).is_none() {
        return absent(&shelf, &id, &[Kind::Session]).map(|_| None);
    }
    plan_of(shelf, &id, which)
}

/// Nothing is called `id`. A file that was named and cannot be read says why.
pub fn absent(shelf: &Shelf, id: &str, kinds: &[Kind]) -> anyhow::Result<Exit> {
    if errors(&shelf.diagnostics).any(|error| shelf.named.contains(&error.source)) {
        shelf.print(&shelf.diagnostics);
        return Ok(Exit::BadScript);
    }
    let sessions = shelf.library.sessions().map(|session| session.id.as_str());
    let programmes = shelf.library.programmes().map(|programme| programme.id.as_str());
    let programmes = programmes.filter(|_| kinds.contains(&Kind::Programme));
    let hint = match did_you_mean(id, sessions.chain(programmes)) {
        Some(hint) => hint,
        None if shelf.library.programme(id, None).is_some() => {
            format!("it is a programme: `matside show {id}`")
        }
        None => "`matside list` shows those there are".into(),
    };
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    anyhow::bail!("there is no {} `{id}`; {hint}", kinds.join(" or "))
}

/// The text that a new file of this kind begins as.
pub fn start(kind: Kind) -> Option<&'static str> {
    SHIPPED.get_file(format!("{STARTS}/{}.toml", kind.name()))?.contents_utf8()
}

/// Planned length, for a list.
pub fn length(library: &Library, session: &Filed<Session>) -> String {
    match timeline::plan(library, session) {
        Ok(plan) => format!("{} min", (plan.length().as_secs_f64() / 60.0).round()),
        Err(_) => "has errors".to_owned(),
    }
}

/// As [`plan`], from a shelf that was opened before.
pub fn plan_of(shelf: Shelf, id: &str, which: &Which) -> anyhow::Result<Option<(Arc<Plan>, Shelf)>> {
    plan_chosen(shelf, id, which, &Chosen::default())
}

/// The same, with what memory has chosen.
pub fn plan_chosen(
    mut shelf: Shelf,
    id: &str,
    which: &Which,
    chosen: &Chosen,
) -> anyhow::Result<Option<(Arc<Plan>, Shelf)>> {
    let session = shelf.library.session(id, which.language.as_deref());
    let session = session.with_context(|| format!("there is no session `{id}`"))?;
    let planned =
        timeline::plan_chosen(&shelf.library, session, chosen).map(|plan| only(plan, which.only.as_deref()));
    let concerns = |source: SourceId| match &planned {
        Ok(plan) => plan.as_ref().is_ok_and(|plan| plan.sources.contains(&source)),
        Err(_) => true,
    };
    let mut found = check::check(&shelf.library);
    found.append(&mut shelf.diagnostics);
    found.retain(|diagnostic| diagnostic.is_error() && concerns(diagnostic.source));
    if !found.is_empty() {
        shelf.print(&found);
        return Ok(None);
    }
    let plan = planned.context("the session cannot be planned")??;
    Ok(Some((Arc::new(plan), shelf)))
}

/// The part of the plan from the heading `block` to the next one, with everything that is asked.
fn only(mut plan: Plan, block: Option<&str>) -> anyhow::Result<Plan> {
    let Some(wanted) = block else { return Ok(plan) };
    let mut current: Option<Arc<str>> = None;
    let mut blocks = Vec::new();
    let begin = plan.steps.iter().position(|step| step.block.is_some()).unwrap_or(0);
    let keep: Vec<bool> = plan
        .steps
        .iter()
        .enumerate()
        .map(|(i, step)| {
            if let Some(block) = &step.block {
                blocks.push(block.to_string());
                current = Some(block.clone());
            }
            let inside = current.as_deref().is_some_and(|block| block.eq_ignore_ascii_case(wanted));
            i < begin || i >= plan.finish || inside
        })
        .collect();
    if !blocks.iter().any(|block| block.eq_ignore_ascii_case(wanted)) {
        anyhow::bail!("`{}` has no block `{wanted}`; it has {}", plan.id, blocks.join(", "));
    }
    let kept_before = |step: usize| keep.iter().take(step).filter(|kept| **kept).count();
    plan.finish = kept_before(plan.finish);
    for step in &mut plan.steps {
        // A way back to before this part goes back to its start.
        if let What::BackTo(to) = &mut step.what {
            *to = kept_before(*to);
        }
    }
    let mut kept = keep.iter();
    plan.steps.retain(|_| kept.next().copied().unwrap_or(false));
    let mut kept = keep.iter();
    plan.estimates.retain(|_| kept.next().copied().unwrap_or(false));
    Ok(plan)
}

#[derive(Default)]
struct Reader {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn shipped(&mut self, dir: &Dir) {
        for file in dir.files().filter(|file| is_script(file.path())) {
            let path = Path::new("sessions").join(file.path());
            self.bytes(&path, file.contents(), Layer::Shipped);
        }
        for dir in dir.dirs() {
            self.shipped(dir);
        }
    }

    fn path(&mut self, path: &Path, layer: Layer, depth: usize) -> anyhow::Result<()> {
        if !path.is_dir() {
            let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            self.bytes(path, &bytes, layer);
            return Ok(());
        }
        let entries = std::fs::read_dir(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        entries.sort();
        for entry in entries {
            if (entry.is_dir() && depth < DEEPEST) || (is_script(&entry) && entry.is_file()) {
                self.path(&entry, layer, depth + 1)?;
            }
        }
        Ok(())
    }

    fn bytes(&mut self, path: &Path, bytes: &[u8], layer: Layer) {
        if let Err(diagnostic) = self.sources.add_bytes(path.display().to_string(), bytes, layer) {
            self.diagnostics.push(diagnostic);
        }
    }
}
