//! How a session begins: at its start, where it was cut off, with the question about that, or not at all.

use std::sync::Arc;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};

use crate::history::What;
use crate::journal::{Bookmark, Journal};
use crate::plan::Plan;
use crate::progress::gates;
use crate::runner::{Options, Runner};

use super::Args;
use super::memory::Memory;

/// After `--resume` for a language whose phrases do not say how long; in neither source document.
const WITHIN: SignedDuration = SignedDuration::from_hours(2);

pub enum Start {
    Anew,
    Resume(Box<Bookmark>),
    Offer(Box<Bookmark>),
    /// An emergency is not acknowledged.
    Refused,
}

impl Start {
    /// # Errors
    /// When `--resume` was given and there is nothing to go on with.
    pub fn choose(args: &Args, memory: &Memory, plan: &Plan, digest: &str) -> anyhow::Result<Self> {
        if let Some(row) = gates::emergency(&memory.history) {
            let when = row.when.local().strftime("%Y-%m-%d at %H:%M");
            eprintln!(
                "matside: an emergency was reported on {when}; `matside journal acknowledge` comes first"
            );
            return Ok(Self::Refused);
        }
        if args.resume {
            return resumed(memory.journal.as_ref(), plan, digest)
                .map(|bookmark| Self::Resume(bookmark.into()));
        }
        if args.anew {
            return Ok(Self::Anew);
        }
        let bookmark = resumed(memory.journal.as_ref(), plan, digest).ok();
        Ok(bookmark.map_or(Self::Anew, |bookmark| Self::Offer(bookmark.into())))
    }

    /// The first row that the journal gets.
    pub fn row(&self, plan: &Plan, digest: String) -> What {
        let resumes = match self {
            Self::Refused => {
                return What::Refusal { gate: gates::EMERGENCY.to_owned(), session: plan.id.clone() };
            }
            Self::Anew => None,
            Self::Resume(bookmark) | Self::Offer(bookmark) => Some(bookmark.began),
        };
        What::Session { session: plan.id.clone(), language: plan.language.to_string(), digest, resumes }
    }

    pub fn runner(self, plan: &Arc<Plan>, options: Options, memory: &Memory) -> Runner {
        let known = || memory.history.remembered(Timestamp::now());
        let runner = match self {
            Self::Anew => Runner::start_knowing(plan.clone(), options, known()),
            Self::Resume(bookmark) => Runner::resume(plan.clone(), options, bookmark.state),
            Self::Offer(bookmark) => Runner::offer(plan.clone(), options, bookmark.state, known()),
            Self::Refused => Runner::refuse(plan.clone(), options, "blocked"),
        };
        if memory.journal.is_some() { runner.keeping() } else { runner }
    }
}

/// The bookmark, if it is one of this session and not too old.
fn resumed(journal: Option<&Journal>, plan: &Plan, digest: &str) -> anyhow::Result<Bookmark> {
    let bookmark = journal.map(Journal::bookmark).transpose()?.flatten();
    let bookmark = bookmark.context("there is no session to go on with")?;
    if bookmark.session != plan.id {
        anyhow::bail!("the session that was cut off is `{}`, not `{}`", bookmark.session, plan.id);
    }
    let within = plan.resume.as_ref().map(|(_, within)| within.as_millis());
    let within = within.and_then(|within| i64::try_from(within).ok()).map(SignedDuration::from_millis);
    if !bookmark.is_fresh(Timestamp::now(), within.unwrap_or(WITHIN)) {
        anyhow::bail!(
            "too long ago: the questions at the beginning have to be asked again; start anew, without --resume"
        );
    }
    if bookmark.digest != digest {
        anyhow::bail!("the files of `{}` have changed since; start it anew, without --resume", plan.id);
    }
    Ok(bookmark)
}
