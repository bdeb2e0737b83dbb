//! `matside show PROGRAMME`: a programme as people read it.

use std::io::Write;

use crate::script::{Filed, Parameter, Phase, Programme, Rule, Session, check};

use super::shelf::{self, Shelf};
use super::{Exit, Which, shelf::errors};

/// Prints the programme that `which` names, if it is one. Its own errors are printed in its place.
pub fn show(shelf: &Shelf, id: &str, which: &Which) -> anyhow::Result<Option<Exit>> {
    let Some(filed) = shelf.library.programme(id, which.language.as_deref()) else { return Ok(None) };
    if which.only.is_some() {
        anyhow::bail!("`{id}` is a programme; `--only` is for the blocks of a session");
    }
    let mut found = check::check(&shelf.library);
    found.extend(shelf.diagnostics.iter().cloned());
    found.retain(|diagnostic| diagnostic.is_error() && diagnostic.source == filed.source);
    if errors(&found).next().is_some() {
        shelf.print(&found);
        return Ok(Some(Exit::BadScript));
    }
    print(&mut std::io::stdout().lock(), shelf, filed)?;
    Ok(Some(Exit::Done))
}

fn print(out: &mut impl Write, shelf: &Shelf, filed: &Filed<Programme>) -> std::io::Result<()> {
    let Programme { title, language, origin, phase, advance, rule, parameter, .. } = &filed.item;
    writeln!(out, "{} ({}, {})", title.value, filed.id, language.value)?;
    from(out, 0, origin.as_deref())?;
    writeln!(out, "\nPhases: the first that applies")?;
    for phase in phase {
        print_phase(out, shelf, language, phase)?;
    }
    if let Some(advance) = advance {
        writeln!(out, "\nStepping up\n    when {}", advance.when.value)?;
        from(out, 4, Some(&advance.origin))?;
    }
    if !rule.is_empty() {
        writeln!(out, "\nRules")?;
    }
    for rule in rule {
        print_rule(out, rule)?;
    }
    if !parameter.is_empty() {
        writeln!(out, "\nParameters")?;
    }
    for (name, Parameter { value, origin }) in parameter {
        writeln!(out, "    {:<24} {origin}", format!("{} = {value}", name.value))?;
    }
    Ok(())
}

fn print_phase(out: &mut impl Write, shelf: &Shelf, language: &str, phase: &Phase) -> std::io::Result<()> {
    writeln!(out, "\n  {}: {}", phase.id.value, phase.title)?;
    let when = phase.when.as_ref().map_or("nothing above applies", |when| when.as_str());
    writeln!(out, "    when {when}")?;
    if let Some(days) = &phase.days_per_week {
        writeln!(out, "    {} days a week", days.value)?;
    }
    if phase.advance == Some(false) {
        writeln!(out, "    no stepping up")?;
    }
    from(out, 4, phase.origin.as_deref())?;
    for session in phase.sessions.iter().filter_map(|id| shelf.library.session(id, Some(language))) {
        print_session(out, shelf, session)?;
    }
    Ok(())
}

fn print_session(out: &mut impl Write, shelf: &Shelf, session: &Filed<Session>) -> std::io::Result<()> {
    let length = shelf::length(&shelf.library, session);
    writeln!(out, "      {:<26} {length:>10}  {}", session.id, session.item.title.value)
}

fn print_rule(out: &mut impl Write, rule: &Rule) -> std::io::Result<()> {
    writeln!(out, "\n  {}: {}", rule.id.value, rule.then.name())?;
    writeln!(out, "    when {}", rule.when.value)?;
    let said: Vec<&str> = rule.say.split_whitespace().collect();
    writeln!(out, "    says {}", said.join(" "))?;
    from(out, 4, Some(&rule.origin))
}

fn from(out: &mut impl Write, indent: usize, origin: Option<&str>) -> std::io::Result<()> {
    origin.map_or(Ok(()), |origin| writeln!(out, "{:indent$}origin: {origin}", ""))
}
