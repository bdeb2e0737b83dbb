//! How a session begins: at its start, where it was cut off, with the question about that, or with words in its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};

use crate::history::{EMERGENCY, What};
use crate::journal::{Bookmark, Journal};
use crate::plan::{Chosen, Plan, wordless};
use crate::progress::{Choice, Guide, NoSession, Progress, Wish, follow};
use crate::runner::{CutOff, Ending, Options, Runner, Said};
use crate::script::{FactValue, Kind, Library};

use super::super::shelf::{self, Shelf};
use super::super::{Exit, guide};
use super::Args;
use super::memory::Memory;

/// The session that memory picks, unless a file has this name.
pub const TODAY: &str = "today";

/// After `--resume` for a language whose phrases do not say how long; in neither source document.
const WITHIN: SignedDuration = SignedDuration::from_hours(2);

/// Everything that is decided before the first sound.
pub struct Start {
    pub plan: Arc<Plan>,
    pub runner: Runner,
    /// The first row that the journal gets.
    pub begun: What,
    /// Rules whose words are said in place of a session.
    pub advised: Vec<Arc<str>>,
    pub refused: bool,
    /// Nobody has to hear why there is none.
    pub silent: bool,
}

/// What memory has to say about a session.
#[derive(Default)]
struct Guided {
    chosen: Chosen,
    facts: BTreeMap<String, FactValue>,
}

/// What is said in place of a session.
struct Told {
    gate: String,
    said: Vec<Said>,
    advised: Vec<Arc<str>>,
    ending: Ending,
}

/// What was asked for, before anybody looks into memory.
pub struct Asked<'a> {
    args: &'a Args,
    shelf: Shelf,
    id: String,
    /// The session is to be picked.
    picks: bool,
}

impl<'a> Asked<'a> {
    /// # Errors
    /// When there is no such session.
    pub fn read(args: &'a Args) -> anyhow::Result<Result<Self, Exit>> {
        let (shelf, id) = shelf::open(&args.which)?;
        let is_there = shelf.library.session(&id, args.which.language.as_deref()).is_some();
        if id != TODAY && !is_there {
            return shelf::absent(&shelf, &id, &[Kind::Session]).map(Err);
        }
        Ok(Ok(Self { args, shelf, id, picks: !is_there }))
    }

    /// Nothing when the files have errors, which were printed.
    ///
    /// # Errors
    /// When `--resume` was given and there is nothing to go on with, and when there is no programme.
    pub fn start(self, memory: &Memory) -> anyhow::Result<Option<Start>> {
        if let Some(when) = &memory.emergency {
            eprintln!(
                "matside: an emergency was reported on {when}; `matside journal acknowledge` comes first"
            );
            return self.told(memory, Told::blocked()).map(Some);
        }
        let cut_off = self.cut_off(memory)?;
        let guide = self.guide()?;
        let progress = guide.map(|guide| follow(guide, &memory.history, guide::now()));
        let mut id = self.id.clone();
        if let Some(bookmark) = &cut_off {
            id.clone_from(&bookmark.session);
        } else if let Some((guide, progress)) = guide.zip(progress.as_ref()).filter(|_| self.picks) {
            match guide::choose(guide, progress, Wish { minutes: self.args.minutes }) {
                Choice::Session(offer) => id = offer.id,
                Choice::None(none) => return self.none(memory, guide, progress, &none).map(Some),
            }
        }
        let now = progress.map(|progress| self.guided(guide, &id, &progress)).unwrap_or_default();
        let cut_off = cut_off.map(|bookmark| {
            let (history, began) = guide::before(&memory.history, bookmark.began);
            let then = guide.map(|guide| follow(guide, &history, began.unwrap_or_else(guide::now)));
            (bookmark, then.map(|then| self.guided(guide, &id, &then)).unwrap_or_default())
        });
        self.begin(memory, &id, now, cut_off)
    }

    /// The session as it was asked for: its name, or `today`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// There is no session today. A start by the clock is silent about that, unless it has advice to give.
    fn none(
        &self,
        memory: &Memory,
        guide: Guide,
        progress: &Progress,
        none: &NoSession,
    ) -> anyhow::Result<Start> {
        let by_clock = self.args.invite.by_clock();
        if !by_clock {
            println!("{}", guide::explain(none));
        }
        let language = guide.programme.language.as_str();
        let words = Told::none(none, progress, &self.shelf.library, language)?;
        let enough = matches!(none, NoSession::Rest { .. } | NoSession::Enough { .. } | NoSession::Done(_));
        let silent = by_clock && enough && words.advised.is_empty();
        Ok(Start { silent, ..self.told(memory, words)? })
    }

    fn guide(&self) -> anyhow::Result<Option<Guide<'_>>> {
        let guide = &self.args.guide;
        if self.picks {
            guide.guide(&self.shelf.library).map(Some)
        } else {
            guide.guide_of(&self.shelf.library, &self.id)
        }
    }

    /// Words of a programme are for sessions in its language.
    fn guided(&self, guide: Option<Guide>, id: &str, progress: &Progress) -> Guided {
        let session = self.shelf.library.session(id, self.args.which.language.as_deref());
        let language = session.map(|session| &session.item.language.value);
        let own = guide.is_some_and(|guide| language == Some(&guide.programme.language.value));
        let chosen = if own { progress.chosen() } else { progress.chosen().without_words() };
        Guided { chosen, facts: progress.facts().collect() }
    }

    /// A session as it stands now, or one that was cut off, as it stood when it began.
    fn begin(
        self,
        memory: &Memory,
        id: &str,
        now: Guided,
        cut_off: Option<(Bookmark, Guided)>,
    ) -> anyhow::Result<Option<Start>> {
        let (args, keeps) = (self.args, memory.journal.is_some());
        let Some((plan, shelf)) = shelf::plan_chosen(self.shelf, id, &args.which, &now.chosen)? else {
            return Ok(None);
        };
        let digest = shelf.digest(&plan, &args.which);
        let cut_off = cut_off.filter(|(bookmark, _)| bookmark.digest == digest);
        if args.resume && cut_off.is_none() {
            anyhow::bail!("the files of `{id}` have changed since; start it anew, without --resume");
        }
        let resumes = cut_off.as_ref().map(|(bookmark, _)| bookmark.began);
        let cut_off = match cut_off {
            None => None,
            Some((bookmark, then)) => {
                let then = shelf::plan_chosen(shelf, id, &args.which, &then.chosen)?;
                let Some((plan, _)) = then else { return Ok(None) };
                Some(CutOff { plan, state: bookmark.state })
            }
        };
        let mut known = memory.history.remembered(Timestamp::now());
        known.extend(now.facts);
        let options = Options { recorded: false, pace: args.speech.pace() };
        let runner = match cut_off {
            None => Runner::start_knowing(plan.clone(), options, known),
            Some(cut_off) if args.resume => Runner::resume(cut_off.plan, options, cut_off.state),
            Some(cut_off) => Runner::offer(plan.clone(), options, cut_off, known),
        };
        let (session, language) = (plan.id.clone(), plan.language.to_string());
        let begun = What::Session { session, language, digest, resumes };
        let runner = if keeps { runner.keeping() } else { runner };
        Ok(Some(Start { plan, runner, begun, advised: Vec::new(), refused: false, silent: false }))
    }

    fn told(&self, memory: &Memory, words: Told) -> anyhow::Result<Start> {
        let (library, named) = (&self.shelf.library, self.args.which.language.as_deref());
        let session = library.session(&self.id, named).map(|session| session.item.language.as_str());
        let guide = self.args.guide.guide(library).ok();
        let programme = guide.map(|guide| guide.programme.language.as_str());
        let language = session.or(programme).or(named).context("no language to speak in")?;
        let plan = Arc::new(wordless(library, language, &self.id)?);
        let options = Options { recorded: false, pace: self.args.speech.pace() };
        let runner = Runner::tell(plan.clone(), options, &words.said, words.ending);
        let runner = if memory.journal.is_some() { runner.keeping() } else { runner };
        let refused = words.ending == Ending::Emergency;
        let begun = What::Refusal { gate: words.gate, session: self.id.clone() };
        Ok(Start { plan, runner, begun, advised: words.advised, refused, silent: false })
    }

    /// The bookmark, if it is wanted, of this session, and not too old.
    fn cut_off(&self, memory: &Memory) -> anyhow::Result<Option<Bookmark>> {
        if self.args.anew {
            return Ok(None);
        }
        match self.bookmark(memory) {
            Err(_) if !self.args.resume => Ok(None),
            found => found.map(Some),
        }
    }

    fn bookmark(&self, memory: &Memory) -> anyhow::Result<Bookmark> {
        let bookmark = memory.journal.as_ref().map(Journal::bookmark).transpose()?.flatten();
        let bookmark = bookmark.context("there is no session to go on with")?;
        if !self.picks && bookmark.session != self.id {
            anyhow::bail!("the session that was cut off is `{}`, not `{}`", bookmark.session, self.id);
        }
        let library = &self.shelf.library;
        let session = library.session(&bookmark.session, self.args.which.language.as_deref());
        let session = session.with_context(|| {
            format!("the session that was cut off is `{}`, which is gone", bookmark.session)
        })?;
        let phrases = library.phrases(&session.item.language);
        let resume = phrases.and_then(|phrases| phrases.item.resume.as_ref());
        let within = resume.map(|resume| resume.within.value.0.as_millis());
        let within = within.and_then(|within| i64::try_from(within).ok()).map(SignedDuration::from_millis);
        if !bookmark.is_fresh(Timestamp::now(), within.unwrap_or(WITHIN)) {
            anyhow::bail!(
                "too long ago: the questions at the beginning have to be asked again; start anew, without --resume"
            );
        }
        Ok(bookmark)
    }
}

impl Told {
    fn blocked() -> Self {
        let said = vec![Said::Phrase("blocked", Vec::new())];
        Self { gate: EMERGENCY.to_owned(), said, advised: Vec::new(), ending: Ending::Emergency }
    }

    /// Why there is none today, after the advice that is due.
    fn none(
        none: &NoSession,
        progress: &Progress,
        library: &Library,
        language: &str,
    ) -> anyhow::Result<Self> {
        let phrases = wordless(library, language, TODAY)?.phrases;
        let (gate, why) = match none {
            NoSession::Rest { rule, says } => (rule.as_str(), Said::Words(says.clone())),
            NoSession::Enough { days } => {
                ("enough", Said::Phrase("today-enough", vec![("count", phrases.number((*days).into()))]))
            }
            NoSession::Done(_) => ("done", Said::Phrase("today-done", Vec::new())),
            NoSession::Emergency => return Ok(Self::blocked()),
            NoSession::TooShort { shortest } => {
                let minutes = shortest.context("this phase has no session")?;
                let time = phrases.minutes(crate::frames::Frames::from_secs(60 * minutes));
                ("too-short", Said::Phrase("today-too-short", vec![("time", time)]))
            }
        };
        let (advised, words): (Vec<_>, Vec<_>) = progress.advice.iter().cloned().unzip();
        let said = words.into_iter().map(Said::Words).chain([why]).collect();
        Ok(Self { gate: gate.to_owned(), said, advised, ending: Ending::Done })
    }
}
