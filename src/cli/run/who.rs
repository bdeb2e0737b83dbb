//! "Who is it?": asked where there are several profiles and none was named.

use std::sync::Arc;

use jiff::Zoned;

use crate::history::What;
use crate::plan::who as plan_who;
use crate::runner::{Options, Runner};

use super::super::config::Profile;
use super::super::{Exit, shelf};
use super::{Args, Senses, Show, memory, perform};

/// The id of the profile, and what listened, for the session; or how to leave.
///
/// # Errors
/// As for a session.
pub fn who(
    args: &Args,
    people: &[Profile],
    mut senses: Senses,
) -> anyhow::Result<Result<(String, Senses), Exit>> {
    if args.invite.is_quiet(&Zoned::now()) {
        return Ok(Err(Exit::Done));
    }
    let (shelf, id) = shelf::open(&args.which)?;
    let named = args.which.language.as_deref();
    let session = shelf.library.session(&id, named).map(|session| session.item.language.as_str());
    let guide = args.guide.guide(&shelf.library).ok();
    let language = session.or(guide.map(|guide| guide.programme.language.as_str())).or(named).unwrap_or("en");
    let people: Vec<(&str, &str)> =
        people.iter().map(|profile| (profile.id.as_str(), profile.name.as_str())).collect();
    let plan = Arc::new(plan_who(&shelf.library, language, &people)?);
    let runner = Runner::start(plan.clone(), Options { recorded: false, pace: args.speech.pace() });
    let begun = What::Note { note: String::new(), about: None };
    let show = Show { plan, runner, begun, advised: Vec::new(), journal: None, trouble: None };
    let _turn = memory::device()?;
    let performed = perform(args, show, &mut senses)?;
    Ok(match (performed.exit, performed.answered) {
        (Exit::Done, Some(id)) => Ok((id, senses)),
        // Nobody said who it is.
        (Exit::Symptoms, _) if args.invite.by_clock() => Err(Exit::Done),
        (Exit::Symptoms, _) => Err(Exit::EndedEarly),
        (exit, _) => Err(exit),
    })
}
