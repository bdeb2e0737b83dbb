//! `matside list`

use std::io::Write;

use super::shelf::Shelf;
use super::{Exit, shelf};

pub fn run() -> anyhow::Result<Exit> {
    let shelf = Shelf::read(&[])?;
    let mut out = std::io::stdout().lock();
    for session in shelf.library.sessions() {
        let length = shelf::length(&shelf.library, session);
        let (id, language, title) = (&session.id, &*session.item.language, &*session.item.title);
        writeln!(out, "{id:<20} {language:<4} {length:>10}  {title}")?;
    }
    for programme in shelf.library.programmes() {
        let (id, language, title) = (&programme.id, &*programme.item.language, &*programme.item.title);
        writeln!(out, "{id:<20} {language:<4} {:>10}  {title}", "programme")?;
    }
    Ok(Exit::Done)
}
