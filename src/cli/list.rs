//! `matside list`

use std::io::Write;

use crate::timeline;

use super::Exit;
use super::shelf::Shelf;

pub fn run() -> anyhow::Result<Exit> {
    let shelf = Shelf::read(&[])?;
    let mut out = std::io::stdout().lock();
    for session in shelf.library.sessions() {
        let length = match timeline::plan(&shelf.library, session) {
            Ok(plan) => format!("{} min", (plan.length().as_secs_f64() / 60.0).round()),
            Err(_) => "has errors".to_owned(),
        };
        let (id, language, title) = (&session.id, &*session.item.language, &*session.item.title);
        writeln!(out, "{id:<20} {language:<4} {length:>10}  {title}")?;
    }
    Ok(Exit::Done)
}
