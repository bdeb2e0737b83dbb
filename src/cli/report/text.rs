//! The report on a terminal: plain lines, so that it can be read aloud and sent on.

use std::io::{Result, Write};

use crate::report::Report;

use super::super::history::plain;
use super::table::Table;
use super::tables::{self, Fact};

/// So many rows of a table at most; the page has the others.
const ROWS: usize = 14;

pub fn write(out: &mut impl Write, report: &Report) -> Result<()> {
    let Some((first, last)) = report.sessions.first().zip(report.sessions.last()) else {
        return writeln!(out, "no session yet: nothing to report");
    };
    writeln!(out, "Sessions from {} to {}; made on {}", first.began.day(), last.began.day(), report.today)?;
    writeln!(out)?;
    facts(out, &tables::summary(report))?;
    section(out, "Pain, from 0 to 10, before the exercises")?;
    facts(out, &tables::change(report))?;
    writeln!(out, "  Whose lines         {}", tables::SOURCE)?;
    for of in [
        tables::pain,
        tables::practice,
        tables::directions,
        tables::exercises,
        tables::questions,
        tables::notices,
    ] {
        table(out, &of(report))?;
    }
    Ok(())
}

fn section(out: &mut impl Write, title: &str) -> Result<()> {
    writeln!(out, "\n{title}")
}

fn facts(out: &mut impl Write, facts: &[Fact]) -> Result<()> {
    facts.iter().try_for_each(|(name, value)| writeln!(out, "  {name:<18}  {value}"))
}

fn table(out: &mut impl Write, table: &Table) -> Result<()> {
    section(out, &table.caption)?;
    if table.rows.is_empty() {
        return writeln!(out, "  none");
    }
    let hidden = table.rows.len().saturating_sub(ROWS);
    if hidden > 0 {
        writeln!(out, "  (the last {ROWS} of {}; `matside report --html FILE` has all)", table.rows.len())?;
    }
    let head: Vec<String> = table.head.iter().map(|column| column.name.to_owned()).collect();
    let body = table.rows.iter().skip(hidden).map(|row| row.iter().map(|cell| plain(cell)).collect());
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(body).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..table.head.len()).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).zip(&table.head).map(|((cell, width), column)| {
            if column.number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        writeln!(out, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}
