//! Where somebody stands: the journal, followed by a programme. What `today`, `why` and `run` have in common.

use std::collections::BTreeSet;

use anyhow::Context;
use jiff::{SignedDuration, Zoned};

use crate::history::{History, Moment};
use crate::journal::{FILE, Folder, Journal, marked};
use crate::plan::build_chosen;
use crate::progress::{Choice, Guide, NoSession, Offer, Progress, Wish, follow};
use crate::script::Library;
use crate::timeline;

use super::places;

/// How far back is looked; ours. Answers that are remembered and emergencies count however old they are.
pub const BACK: SignedDuration = SignedDuration::from_hours(24 * 100);

#[derive(Clone, Debug, Default, clap::Args)]
pub struct Guidance {
    /// Programme that chooses sessions and doses, where there are several
    #[arg(long, value_name = "NAME")]
    programme: Option<String>,
}

impl Guidance {
    /// The programme that was named, or the only one.
    pub fn guide<'a>(&self, library: &'a Library) -> anyhow::Result<Guide<'a>> {
        let found = match &self.programme {
            Some(name) => {
                library.programme(name, None).with_context(|| format!("there is no programme `{name}`"))?
            }
            None => {
                let ids: BTreeSet<&str> = library.programmes().map(|filed| filed.id.as_str()).collect();
                if ids.len() > 1 {
                    let ids: Vec<&str> = ids.into_iter().collect();
                    anyhow::bail!(
                        "there are several programmes ({}): name one with --programme",
                        ids.join(", ")
                    );
                }
                library.programmes().next().context("there is no programme")?
            }
        };
        Ok(Guide { library, programme: &found.item })
    }

    /// The programme that decides about the session `id`: the one that was named, or the only one that has it.
    pub fn guide_of<'a>(&self, library: &'a Library, id: &str) -> anyhow::Result<Option<Guide<'a>>> {
        if self.programme.is_some() {
            return self.guide(library).map(Some);
        }
        let has = |programme: &crate::script::Programme| {
            programme.phase.iter().flat_map(|phase| &phase.sessions).any(|session| session.value == id)
        };
        let mut having = library.programmes().map(|filed| &filed.item).filter(|programme| has(programme));
        let first = having.next().filter(|_| having.next().is_none());
        Ok(first.map(|programme| Guide { library, programme }))
    }
}

pub fn now() -> Moment {
    Moment::from(&Zoned::now())
}

/// What happened of late, up to now. Nothing is made where nothing ever happened.
pub fn progress(guide: Guide<'_>) -> anyhow::Result<Progress<'_>> {
    let history = history()?;
    let mut progress = follow(guide, &history, now());
    progress.emergency |= places::state().is_some_and(|path| marked(&path).is_some());
    Ok(progress)
}

fn history() -> anyhow::Result<History> {
    let path = places::state().context(places::NO_STATE)?;
    if !path.join(FILE).is_file() {
        return Ok(History::default());
    }
    let journal = Journal::open(&Folder::open(&path)?)?;
    Ok(journal.recent(Zoned::now().timestamp() - BACK)?)
}

/// The history before the session of which `part` is the latest beginning, and when that session began.
pub fn before(history: &History, part: i64) -> (History, Option<Moment>) {
    let sittings = history.sittings();
    let sitting = sittings.iter().find(|sitting| sitting.rows.iter().any(|row| row.seq == part));
    let first = sitting.and_then(|sitting| sitting.rows.first()).map_or(part, |row| row.seq);
    let rows = history.rows.iter().filter(|row| row.seq < first).cloned().collect();
    (History { rows }, sitting.map(|sitting| sitting.began))
}

/// Picks a session, with its true length.
pub fn choose(guide: Guide, progress: &Progress, wish: Wish) -> Choice {
    let (chosen, language) = (progress.chosen(), &guide.programme.language.value);
    let mut offer = |id: &str| {
        let session = guide.library.session(id, Some(language))?;
        let plan = match wish.minutes {
            Some(_) => timeline::plan_chosen(guide.library, session, &chosen),
            None => build_chosen(guide.library, session, &chosen),
        };
        Some(Offer::of(&plan.ok()?))
    };
    match progress.choose(wish, &mut offer) {
        Choice::Session(offer) => {
            let session = guide.library.session(&offer.id, Some(language));
            let plan =
                session.and_then(|session| timeline::plan_chosen(guide.library, session, &chosen).ok());
            Choice::Session(plan.as_ref().map_or(offer, Offer::of))
        }
        none @ Choice::None(_) => none,
    }
}

/// Why there is none, for a terminal.
pub fn explain(none: &NoSession) -> String {
    match none {
        NoSession::Rest { rule, says } => format!("a day of rest: {says} (rule `{rule}`)"),
        NoSession::Enough { days } => {
            format!("a day of rest: {days} days of the last seven were days of practice")
        }
        NoSession::Done(done) => {
            let done: Vec<&str> = done.iter().map(String::as_str).collect();
            format!("done for today: {}", done.join(", "))
        }
        NoSession::Emergency => {
            "no session: an answer was an emergency, and nobody has acknowledged it at this keyboard"
                .to_owned()
        }
        NoSession::TooShort { shortest: Some(minutes) } => {
            format!("no session of this phase is as short; the shortest takes {minutes} minutes")
        }
        NoSession::TooShort { shortest: None } => "this phase has no session".to_owned(),
    }
}
