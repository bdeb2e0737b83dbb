//! A trace as `WebVTT` captions and as chapters.

use std::fmt::Write;

use crate::frames::Frames;
use crate::runner::{Note, Sound};
use crate::script::Chime;

use super::{Entry, Trace, What};

/// Where a block or an exercise begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    pub at: Frames,
    pub title: String,
}

/// Chapters in order: the headings and titles of the session.
#[must_use]
pub fn chapters(trace: &Trace) -> Vec<Chapter> {
    let chapter = |entry: &Entry| match &entry.what {
        What::Note(Note::Entered { block, title, .. }) => {
            let title = match (block, title) {
                (Some(block), Some(title)) => format!("{block}: {title}"),
                (Some(one), None) | (None, Some(one)) => one.clone(),
                (None, None) => return None,
            };
            Some(Chapter { at: entry.at, title })
        }
        _ => None,
    };
    trace.entries.iter().filter_map(chapter).collect()
}

/// The whole session as a `WebVTT` file: a cue for each line, chimes in square brackets, ticks left out.
#[must_use]
pub fn vtt(trace: &Trace) -> String {
    let mut out = String::from("WEBVTT\n");
    for entry in &trace.entries {
        let What::Sound(sound, length) = &entry.what else { continue };
        let text = match sound {
            Sound::Line(line) => escape(&line.text),
            Sound::Chime(Chime::Tick) => continue,
            Sound::Chime(chime) => format!("[{}]", chime.name()),
        };
        // Writing to a string cannot fail.
        let _ = write!(out, "\n{} --> {}\n{text}\n", stamp(entry.at), stamp(entry.at + *length));
    }
    out
}

/// `hh:mm:ss.mmm`
fn stamp(at: Frames) -> String {
    let ms = at.as_millis();
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
