//! The journal as CSV, for a spreadsheet: one line a row, the same columns for all.

use std::io::{self, Write};

use crate::history::History;

use super::json;

/// Keys of the rows as in JSON.
const COLUMNS: [&str; 21] = [
    "kind",
    "session",
    "language",
    "resumes",
    "ending",
    "check-in",
    "answer",
    "number",
    "exercise",
    "facts",
    "days",
    "forgets",
    "then",
    "refer",
    "level",
    "direction",
    "sets",
    "reps",
    "hold",
    "completed",
    "lasted",
];
const FURTHER: [&str; 3] = ["note", "about", "gate"];

pub fn write(mut out: impl Write, history: &History) -> io::Result<()> {
    let columns = || COLUMNS.into_iter().chain(FURTHER);
    let head: Vec<&str> = ["seq", "at", "began"].into_iter().chain(columns()).collect();
    write!(out, "{}\r\n", head.join(","))?;
    for row in &history.rows {
        let what = serde_json::to_value(&row.what)?;
        let began = row.session.map(|session| session.to_string()).unwrap_or_default();
        let fixed = [row.seq.to_string(), json::written(row.when), began];
        let values = columns().map(|column| what.get(column).map(field).unwrap_or_default());
        let line: Vec<String> = fixed.into_iter().chain(values).collect();
        write!(out, "{}\r\n", line.join(","))?;
    }
    Ok(())
}

fn field(value: &serde_json::Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // What a spreadsheet would take for a formula is text.
    let text = if text.starts_with(['=', '+', '@']) { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
