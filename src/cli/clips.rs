//! The stage's clips from the voices: waiting for each line when a file is written, never waiting when live.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, Sender};

use crate::line::Line;
use crate::mix::Clip;
use crate::script::Chime;
use crate::stage::{Clips, Ready};
use crate::voice::{Ahead, AheadReport, Studio, VoiceError, chime};

/// Each line is made when it is needed.
pub struct Waiting {
    pub studio: Studio,
    pub lost: Sender<(Line, VoiceError)>,
}

impl Clips for Waiting {
    fn want(&mut self, _: Vec<Line>) {}

    fn line(&mut self, line: &Line) -> Ready {
        match self.studio.clip(line) {
            Ok(clip) => Ready::Clip(clip),
            Err(error) => {
                let _ = self.lost.send((line.clone(), error));
                Ready::Lost
            }
        }
    }

    fn chime(&mut self, name: Chime) -> Clip {
        chime(name)
    }
}

/// Lines are made ahead on a thread of their own.
pub struct Live {
    ahead: Ahead,
    done: Receiver<AheadReport>,
    lost: Sender<(Line, VoiceError)>,
    wishes: Vec<Line>,
    failed: HashSet<Line>,
}

impl Live {
    pub fn start(studio: Studio, lost: Sender<(Line, VoiceError)>) -> std::io::Result<Self> {
        let (reports, done) = std::sync::mpsc::channel();
        let ahead = Ahead::start(studio, reports)?;
        Ok(Self { ahead, done, lost, wishes: Vec::new(), failed: HashSet::new() })
    }

    fn take_reports(&mut self) {
        for report in self.done.try_iter() {
            if let AheadReport::Failed(line, error) = report {
                self.failed.insert(line.clone());
                let _ = self.lost.send((line, error));
            }
        }
    }
}

impl Clips for Live {
    fn want(&mut self, lines: Vec<Line>) {
        self.failed.clear();
        self.wishes.clone_from(&lines);
        self.ahead.want(lines);
    }

    fn line(&mut self, line: &Line) -> Ready {
        if let Some(clip) = self.ahead.take(line) {
            return Ready::Clip(clip);
        }
        self.take_reports();
        if self.failed.contains(line) {
            return Ready::Lost;
        }
        if self.wishes.first() != Some(line) {
            self.wishes.insert(0, line.clone());
            self.ahead.want(self.wishes.clone());
        }
        Ready::Later
    }

    fn chime(&mut self, name: Chime) -> Clip {
        chime(name)
    }
}
