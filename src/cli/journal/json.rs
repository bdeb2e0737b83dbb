//! The journal as JSON: one row a line, times with their offset.

use std::io::{self, Write};

use anyhow::Context;
use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Serialize};

use crate::history::{History, Moment, Row, What};

/// The version of this format.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Line {
    seq: i64,
    at: String,
    /// Number of the session it belongs to; `session` is a name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    began: Option<i64>,
    #[serde(flatten)]
    what: What,
}

#[derive(Deserialize)]
struct Exported {
    format: u32,
    rows: Vec<Line>,
}

pub fn write(mut out: impl Write, history: &History) -> io::Result<()> {
    write!(out, "{{\"format\":{FORMAT},\"rows\":[")?;
    for (place, row) in history.rows.iter().enumerate() {
        writeln!(out, "{}", if place > 0 { "," } else { "" })?;
        let Row { seq, session, what, .. } = row.clone();
        serde_json::to_writer(&mut out, &Line { seq, at: written(row.when), began: session, what })?;
    }
    writeln!(out, "\n]}}")
}

/// As in RFC 3339, with the offset on the wall.
pub fn written(moment: Moment) -> String {
    moment.at.display_with_offset(moment.offset).to_string()
}

pub fn read(text: &[u8]) -> anyhow::Result<History> {
    let exported: Exported =
        serde_json::from_slice(text).context("this is not what `matside journal export` writes")?;
    if exported.format != FORMAT {
        anyhow::bail!("its format is {}, this program knows {FORMAT}", exported.format);
    }
    let rows = exported.rows.into_iter().map(|line| {
        let when =
            moment(&line.at).with_context(|| format!("`{}` in row {} is no time", line.at, line.seq))?;
        Ok(Row { seq: line.seq, session: line.began, when, what: line.what })
    });
    Ok(History { rows: rows.collect::<anyhow::Result<_>>()? })
}

fn moment(text: &str) -> anyhow::Result<Moment> {
    let at: Timestamp = text.parse()?;
    let offset = Pieces::parse(text)?.to_numeric_offset().context("it has no offset")?;
    Ok(Moment { at, offset })
}
