//! What a terminal shows of a session: one line that changes, captions when asked for.

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use crate::frames::Frames;
use crate::plan::{Plan, Side};
use crate::runner::{Command, Note, Sound};
use crate::stage::{Happened, Report};

use super::super::log;

/// Back to the start of the line, and clear it.
const CLEAR: &str = "\r\x1b[K";

#[expect(clippy::struct_excessive_bools, reason = "independent facts of a terminal")]
pub struct Screen {
    captions: bool,
    progress: bool,
    /// In raw mode a line feed alone goes straight down.
    raw: bool,
    plan: Arc<Plan>,
    title: String,
    place: String,
    paused: bool,
}

impl Screen {
    pub fn new(captions: bool, raw: bool, plan: Arc<Plan>) -> Self {
        let progress = std::io::stderr().is_terminal();
        let title = plan.title.clone();
        let screen = Self { captions, progress, raw, plan, title, place: String::new(), paused: false };
        if screen.progress && raw {
            screen.line("keys: space pauses, q stops, ? shows the others");
        }
        screen
    }

    pub fn show(&mut self, report: &Report) {
        match &report.what {
            Happened::Sound(Sound::Line(line)) if self.captions => self.caption(&line.text),
            Happened::Note(note) => self.note(note),
            _ => {}
        }
        self.draw(report.left);
    }

    fn note(&mut self, note: &Note) {
        match note {
            Note::Entered { title, .. } => {
                self.title = title.clone().unwrap_or_else(|| self.plan.title.clone());
                self.place.clear();
            }
            Note::Place { set, side, rep, reps } => self.place = place(*set, *side, *rep, *reps),
            Note::Asked { check_in } if self.raw => self.answers(check_in),
            Note::Paused => self.paused = true,
            Note::Resumed => self.paused = false,
            Note::Help => self.help(),
            Note::Doubted { words } if self.captions => self.caption(&format!("({words}?)")),
            Note::NotUnderstood { words, .. } if self.captions => self.caption(&format!("({words}?)")),
            Note::Answered { answer, number, .. } if self.captions => {
                let number = number.map(|number| format!(", {number}")).unwrap_or_default();
                self.caption(&format!("> {answer}{number}"));
            }
            _ => {}
        }
    }

    fn answers(&self, check_in: &str) {
        let Some(check_in) = self.plan.check_ins.get(check_in) else { return };
        let scale = check_in.scale.map(|scale| format!("{} to {}", scale.0[0], scale.0[1]));
        let keys =
            check_in.answers.iter().filter_map(|answer| Some(format!("{} {}", answer.key?, answer.id)));
        let keys: Vec<String> = scale.into_iter().chain(keys).collect();
        self.line(&format!("{}? keys: {}", check_in.title, keys.join(", ")));
    }

    fn help(&self) {
        for (name, key) in Command::keys() {
            let key = if key == ' ' { "space".to_owned() } else { key.to_string() };
            self.line(&format!("{key:>6}  {name}"));
        }
    }

    fn draw(&self, left: Frames) {
        if !self.progress {
            return;
        }
        let paused = if self.paused { " (paused)" } else { "" };
        let seconds = left.as_millis() / 1000;
        let line = format!("{}{}{paused}, {}:{:02} left", self.title, self.place, seconds / 60, seconds % 60);
        // A serial line knows no width and says 0.
        let columns = crossterm::terminal::size().map_or(0, |(columns, _)| usize::from(columns));
        let width = if columns == 0 { 80 } else { columns };
        let line: String = line.chars().take(width.saturating_sub(1)).collect();
        let mut err = std::io::stderr().lock();
        let _ = write!(err, "{CLEAR}{line}");
        let _ = err.flush();
    }

    fn caption(&self, text: &str) {
        self.clear();
        let end = if self.raw { "\r\n" } else { "\n" };
        let mut out = std::io::stdout().lock();
        let _ = write!(out, "{text}{end}");
        let _ = out.flush();
    }

    fn line(&self, text: &str) {
        self.clear();
        let end = if self.raw { "\r\n" } else { "\n" };
        let _ = write!(std::io::stderr(), "{text}{end}");
    }

    /// What mends itself: for the log, and for somebody who looks.
    pub fn tell(&self, text: &str) {
        if self.progress {
            self.print(text);
        }
        log::warned(text);
    }

    /// What goes into the log, too.
    pub fn warn(&self, text: &str) {
        self.print(text);
        log::warned(text);
    }

    pub fn print(&self, text: &str) {
        self.line(&format!("matside: {text}"));
    }

    pub fn clear(&self) {
        if self.progress {
            let _ = write!(std::io::stderr(), "{CLEAR}");
        }
    }
}

fn place(set: u32, side: Option<Side>, rep: u32, reps: u32) -> String {
    let side = match side {
        Some(Side::Left) => ", left",
        Some(Side::Right) => ", right",
        None => "",
    };
    let rep = if reps > 0 { format!(", {rep} of {reps}") } else { String::new() };
    let set = if set > 1 { format!(", set {set}") } else { String::new() };
    format!("{side}{set}{rep}")
}
