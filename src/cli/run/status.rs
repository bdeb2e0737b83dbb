//! Where the session is, for whoever asks from outside.

use std::sync::{Arc, Mutex};

use serde::Serialize;

#[cfg(feature = "buttons")]
use crate::light::Glow;
use crate::plan::{Plan, Side};
use crate::runner::Note;
use crate::stage::{Happened, Report};

/// No question is open.
const NONE: &str = "none";
const PAUSED: &str = "paused";

#[derive(Clone, Debug, Serialize)]
struct Place {
    session: String,
    title: String,
    /// Of the exercise, or the session's own between two.
    doing: String,
    side: Option<&'static str>,
    set: Option<u32>,
    rep: Option<u32>,
    /// Check-in that is open.
    asking: Option<String>,
    paused: bool,
    /// What an answer or a command would be for: the check-in, "paused", or "none".
    window: String,
    /// Seconds of the session, without pauses.
    at: u64,
    /// As planned from here.
    left: u64,
}

/// Shared between the session and its socket.
#[derive(Clone, Debug)]
pub struct Status(Arc<Mutex<Place>>);

impl Status {
    pub fn new(plan: &Plan) -> Self {
        Self(Arc::new(Mutex::new(Place {
            session: plan.id.clone(),
            title: plan.title.clone(),
            doing: plan.title.clone(),
            side: None,
            set: None,
            rep: None,
            asking: None,
            paused: false,
            window: NONE.to_owned(),
            at: 0,
            left: 0,
        })))
    }

    pub fn take(&self, report: &Report) {
        let Ok(mut place) = self.0.lock() else { return };
        place.at = report.playhead.as_millis() / 1000;
        place.left = report.left.as_millis() / 1000;
        if let Happened::Note(note) = &report.what {
            place.note(note);
        }
    }

    /// What a light shows of it.
    #[cfg(feature = "buttons")]
    pub fn glow(&self) -> Glow {
        self.0.lock().map_or(Glow::Off, |place| match &*place.window {
            PAUSED => Glow::Slow,
            NONE => Glow::Steady,
            _ => Glow::Fast,
        })
    }

    /// One line of JSON.
    pub fn json(&self) -> String {
        let place = self.0.lock().map(|place| place.clone());
        place.ok().and_then(|place| serde_json::to_string(&place).ok()).unwrap_or_default()
    }
}

impl Place {
    fn note(&mut self, note: &Note) {
        match note {
            Note::Entered { title, .. } => {
                self.doing = title.clone().unwrap_or_else(|| self.title.clone());
                (self.side, self.set, self.rep) = (None, None, None);
            }
            Note::Place { set, side, rep, .. } => {
                (self.set, self.rep) = (Some(*set), Some(*rep).filter(|rep| *rep > 0));
                self.side = side.map(|side| if side == Side::Left { "left" } else { "right" });
            }
            Note::Asked { check_in } => self.asking = Some(check_in.clone()),
            Note::Answered { .. } | Note::NoAnswer { .. } => self.asking = None,
            Note::Paused => self.paused = true,
            Note::Resumed => self.paused = false,
            _ => {}
        }
        let open = self.asking.as_deref().unwrap_or(NONE);
        if self.paused { PAUSED } else { open }.clone_into(&mut self.window);
    }
}
