//! A runner on its playhead: takes laid out to the frame. Live, render, dry run and tests all go through here.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::frames::Frames;
use crate::line::Line;

use super::Runner;
use super::cue::{Cue, Length, Sound};
use super::event::{Cut, Effect, Event, Note, Take};
use super::score::{Extent, Lead, Score, leading, score};
use super::state::Ending;

/// What whoever drives the performance has to do now.
#[derive(Clone, Debug, PartialEq)]
pub enum Do {
    /// Begin `sound` this many frames from now.
    Sound(Frames, Sound),
    Cut(Cut),
    /// Decibels relative to the programme's loudness.
    Volume(i8),
    Note(Note),
    Close(Ending),
}

/// The take being performed, or waiting for its clips.
#[derive(Debug)]
struct Current {
    take: Take,
    span: Span,
    elapsed: Frames,
}

/// What is known of a take's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    /// Its clips are not ready.
    Waiting,
    /// A voice has been asked to speak and has not begun.
    Asked {
        least: Frames,
        pause: Frames,
    },
    /// It speaks; `pause` comes after its end.
    Open {
        least: Frames,
        pause: Frames,
    },
    Known(Frames),
}

#[derive(Debug)]
pub struct Performance {
    runner: Runner,
    current: Option<Current>,
    /// How the first count of the next cue comes about.
    lead: Option<(Arc<Cue>, Lead)>,
    ready: VecDeque<Do>,
    playhead: Frames,
}

impl Performance {
    #[must_use]
    pub fn new(runner: Runner) -> Self {
        Self { runner, current: None, lead: None, ready: VecDeque::new(), playhead: Frames::ZERO }
    }

    /// Session time: it stands still in a pause, in an aside, and while a clip is not ready.
    #[must_use]
    pub fn playhead(&self) -> Frames {
        self.playhead
    }

    #[must_use]
    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    pub fn handle(&mut self, event: Event) {
        let elapsed = self.current.as_ref().map_or(Frames::ZERO, |current| current.elapsed);
        self.runner.handle(elapsed, event);
    }

    /// The next thing to do at the playhead; `None` when there is nothing until [`Self::remaining`] has passed.
    /// `len` gives the length of a line, or `None` while its clip is not ready.
    pub fn poll(&mut self, len: &mut dyn FnMut(&Line) -> Option<Extent>) -> Option<Do> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready);
            }
            match self.runner.poll_effect() {
                Some(Effect::Perform(take)) => {
                    self.current = Some(Current { elapsed: take.from, take, span: Span::Waiting });
                }
                Some(Effect::Cut(cut)) => {
                    self.current = None;
                    self.lead = None;
                    return Some(Do::Cut(cut));
                }
                Some(Effect::Volume(decibels)) => return Some(Do::Volume(decibels)),
                Some(Effect::Note(note)) => return Some(Do::Note(note)),
                Some(Effect::Close(ending)) => {
                    self.current = None;
                    return Some(Do::Close(ending));
                }
                None if self.finish() => {}
                None => {
                    self.lay_out(len);
                    return self.ready.pop_front();
                }
            }
        }
    }

    /// Frames until the current take ends. `None`: nothing is being performed, its clips are not ready, or a voice
    /// speaks until it has ended.
    #[must_use]
    pub fn remaining(&self) -> Option<Frames> {
        let current = self.current.as_ref()?;
        match current.span {
            Span::Known(length) => Some(length - current.elapsed),
            Span::Waiting | Span::Asked { .. } | Span::Open { .. } => None,
        }
    }

    /// Lets `frames` pass, never more than [`Self::remaining`]; nothing passes while a clip is not ready or a voice
    /// has not begun.
    pub fn advance(&mut self, frames: Frames) {
        let passes = |current: &&mut Current| matches!(current.span, Span::Known(_) | Span::Open { .. });
        let Some(current) = self.current.as_mut().filter(passes) else { return };
        current.elapsed += frames;
        if !current.take.aside {
            self.playhead += frames;
        }
    }

    /// The voice has begun the line that the take waits for.
    pub fn begun(&mut self) {
        if let Some(current) = &mut self.current
            && let Span::Asked { least, pause } = current.span
        {
            current.span = Span::Open { least, pause };
        }
    }

    /// It has ended it: the take ends a pause after this moment.
    pub fn ended(&mut self) {
        if let Some(current) = &mut self.current
            && let Span::Asked { least, pause } | Span::Open { least, pause } = current.span
        {
            current.span = Span::Known((current.elapsed + pause).max(least));
        }
    }

    /// It has failed: the take begins again, with whatever voice there is then.
    pub fn failed(&mut self) {
        if let Some(current) = &mut self.current
            && let Span::Asked { .. } | Span::Open { .. } = current.span
        {
            current.elapsed = current.take.from;
            current.span = Span::Waiting;
        }
    }

    /// Tells the runner when the current take has come to its end.
    fn finish(&mut self) -> bool {
        if self.remaining() != Some(Frames::ZERO) {
            return false;
        }
        let Some(current) = self.current.take() else { return false };
        self.runner.handle(current.elapsed, Event::Finished(current.take.id));
        true
    }

    fn lay_out(&mut self, len: &mut dyn FnMut(&Line) -> Option<Extent>) {
        let Some(current) = self.current.as_ref().filter(|current| current.span == Span::Waiting) else {
            return;
        };
        let (cue, from) = (current.take.cue.clone(), current.take.from);
        let lead = match &self.lead {
            // What has begun goes on as it began.
            _ if from > Frames::ZERO => Lead::Begun,
            Some((led, lead)) if Arc::ptr_eq(led, &cue) => *lead,
            _ => Lead::None,
        };
        let Some(mut score) = score(&cue, lead, len) else { return };
        self.lead = self.lead_on(&cue, from, &mut score, len);
        if let Some(current) = &mut self.current {
            let asked = |pause| Span::Asked { least: score.length, pause };
            current.span = score.open.map_or(Span::Known(score.length), asked);
        }
        // What lay before the interruption has been heard.
        let left = score.sounds.into_iter().filter(|(at, _)| *at >= from);
        self.ready.extend(left.map(|(at, sound)| Do::Sound(at - from, sound)));
    }

    /// Begins the count of the next cue within this one, so that its vowel is on the beat. One that is not ready yet is
    /// not waited for: the beat then comes later.
    fn lead_on(
        &self,
        cue: &Cue,
        from: Frames,
        score: &mut Score,
        len: &mut dyn FnMut(&Line) -> Option<Extent>,
    ) -> Option<(Arc<Cue>, Lead)> {
        let next = self.runner.following().filter(|_| matches!(cue.length, Length::Fixed(_)))?;
        let (onset, sound) = leading(next, len)?;
        let at = score.length - onset;
        if onset > score.length || at < from {
            return None;
        }
        if score.said > at {
            return Some((next.clone(), Lead::Late));
        }
        score.sounds.push((at, sound));
        Some((next.clone(), Lead::Begun))
    }
}
