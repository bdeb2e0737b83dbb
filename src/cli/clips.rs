//! The stage's clips from the voices: waiting for each line when a file is written, never waiting when live.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, Sender};

use crate::line::Line;
use crate::mix::Clip;
use crate::script::Chime;
use crate::stage::{Clips, Ready};
use crate::voice::{Ahead, AheadReport, Speaker, Spoken, Studio, VoiceError, chime};

use super::voices::{LastResort, SYSTEM, Voices};

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
/// While a voice that speaks by itself is first, it speaks and nothing is made.
pub struct Live {
    speaker: Option<Box<dyn Speaker>>,
    /// What it was asked for.
    said: Option<Line>,
    ahead: Option<Ahead>,
    done: Receiver<AheadReport>,
    /// Speaks on when those that are made ahead fail.
    last: Option<LastResort>,
    lost: Sender<(Line, VoiceError)>,
    fell: Sender<(String, VoiceError)>,
    wishes: Vec<Line>,
    failed: HashSet<Line>,
}

impl Live {
    pub fn start(voices: Voices, lost: Sender<(Line, VoiceError)>) -> std::io::Result<Self> {
        let (reports, done) = std::sync::mpsc::channel();
        let ahead = voices.studio.map(|studio| Ahead::start(studio, reports)).transpose()?;
        let Voices { speaker, last, fell, .. } = voices;
        let (said, wishes, failed) = (None, Vec::new(), HashSet::new());
        Ok(Self { speaker, said, ahead, done, last, lost, fell, wishes, failed })
    }

    fn take_reports(&mut self) {
        while let Ok(report) = self.done.try_recv() {
            let AheadReport::Failed(line, error) = report else { continue };
            match self.last.take() {
                Some(LastResort { after, open }) => {
                    self.speaker = Some(open());
                    let _ = self.fell.send((after, error));
                }
                None => self.lose(line, error),
            }
        }
    }

    fn lose(&mut self, line: Line, error: VoiceError) {
        self.failed.insert(line.clone());
        let _ = self.lost.send((line, error));
    }

    fn wish(&self) {
        if let (None, Some(ahead)) = (&self.speaker, &self.ahead) {
            ahead.want(self.wishes.clone());
        }
    }

    /// Those behind it speak on, or without any the line is lost.
    fn speaker_failed(&mut self, error: VoiceError) {
        let said = self.said.take();
        if self.ahead.is_some() {
            self.speaker = None;
            let _ = self.fell.send((SYSTEM.into(), error));
            self.wish();
        } else if let Some(line) = said {
            self.lose(line, error);
        }
    }
}

impl Clips for Live {
    fn want(&mut self, lines: Vec<Line>) {
        self.failed.clear();
        self.wishes = lines;
        self.wish();
    }

    fn line(&mut self, line: &Line) -> Ready {
        // Asked twice, it must not be a clip the second time.
        if self.speaker.is_none() {
            if let Some(clip) = self.ahead.as_ref().and_then(|ahead| ahead.take(line)) {
                return Ready::Clip(clip);
            }
            self.take_reports();
        }
        if self.failed.contains(line) {
            return Ready::Lost;
        }
        if self.speaker.is_some() {
            return Ready::Spoken;
        }
        if self.wishes.first() != Some(line) {
            self.wishes.insert(0, line.clone());
            self.wish();
        }
        Ready::Later
    }

    fn chime(&mut self, name: Chime) -> Clip {
        chime(name)
    }

    fn speaker(&mut self) -> Option<&mut dyn Speaker> {
        if self.speaker.is_some() { Some(self) } else { None }
    }
}

/// The voice that speaks by itself, and what follows when it fails.
impl Speaker for Live {
    fn say(&mut self, line: &Line) {
        self.said = Some(line.clone());
        if let Some(speaker) = &mut self.speaker {
            speaker.say(line);
        }
    }

    fn poll(&mut self) -> Option<Spoken> {
        let spoken = self.speaker.as_mut()?.poll()?;
        if let Spoken::Failed(error) = &spoken {
            self.speaker_failed(error.clone());
        }
        Some(spoken)
    }

    fn hush(&mut self) {
        if let Some(speaker) = &mut self.speaker {
            speaker.hush();
        }
    }

    fn volume(&mut self, decibels: f32) {
        if let Some(speaker) = &mut self.speaker {
            speaker.volume(decibels);
        }
    }
}
