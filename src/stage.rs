//! The one loop: pulled for samples, it performs the session, mixes it, and reports what happened.
//! Owns nothing that outlives the session. Must not know where samples go or where voices come from.
//! A voice that speaks by itself is only told when, and silenced; that it has ended comes from it.

use std::collections::VecDeque;

use crate::frames::{Frames, RATE};
use crate::line::{Line, Timing};
use crate::mix::{Clip, Mix};
use crate::output::Fill;
use crate::runner::{Cut, Do, Ending, Event, Extent, Note, Performance, Sound, Window};
use crate::script::Chime;
use crate::voice::{Speaker, Spoken};

/// Where clips come from.
pub trait Clips: Send {
    /// The lines that will be needed, most urgent first. Others may be forgotten.
    fn want(&mut self, lines: Vec<Line>);
    fn line(&mut self, line: &Line) -> Ready;
    fn chime(&mut self, chime: Chime) -> Clip;
    /// The voice for the lines that are [`Ready::Spoken`].
    fn speaker(&mut self) -> Option<&mut dyn Speaker> {
        None
    }
}

/// Whether a line can be played.
#[derive(Clone, Debug, PartialEq)]
pub enum Ready {
    Clip(Clip),
    /// The voice speaks by itself: it can be asked now, and says when it has ended.
    Spoken,
    Later,
    /// It could not be spoken: silence takes its time.
    Lost,
}

/// What happened when, for captions, records and whoever waits for the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Session time.
    pub playhead: Frames,
    /// Frames handed out since the start, pauses included.
    pub produced: Frames,
    /// The whole session as planned from here, for a display.
    pub left: Frames,
    pub what: Happened,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    Sound(Sound),
    Note(Note),
    Lost(Line),
    Over(Ending),
}

/// After a cut, nothing new begins for this many frames: 20 ms, the fade and a breath. An output that is asked to
/// be silent at once may throw them away with its queue.
pub const SETTLE: usize = RATE as usize / 50;
/// An output may have this much queued. A voice that speaks by itself does not wait in that queue: asked at once, it
/// would speak into what is still to be heard.
const QUEUE: Frames = Frames(2 * 4_096);
/// How many lines are prepared ahead.
const AHEAD: usize = 24;

/// Takes reports on the thread that pulls, so it must return at once.
pub type Reports = Box<dyn FnMut(Report) + Send>;

pub struct Stage {
    performance: Performance,
    mix: Mix,
    clips: Box<dyn Clips>,
    reports: Reports,
    produced: Frames,
    /// Sounds that begin later in the cue: [`Report::produced`], [`Report::playhead`] and what.
    coming: VecDeque<(Frames, Frames, Sound)>,
    /// What is still to be faded out before anything new begins.
    settle: usize,
    /// Base gain in decibels, to which the person's volume is added.
    gain: f32,
    /// Both.
    volume: f32,
    /// Added to it while somebody else speaks.
    duck: f32,
    ending: Option<Ending>,
    /// What a voice that speaks by itself will be asked, and when.
    due: Option<(Frames, Line)>,
    /// What it was asked and has not begun.
    asked: Option<Line>,
}

impl Stage {
    /// A stage that begins when it is first pulled. `gain` is in decibels.
    #[must_use]
    pub fn new(performance: Performance, mut clips: Box<dyn Clips>, gain: f32, reports: Reports) -> Self {
        clips.want(performance.runner().upcoming(AHEAD));
        let mut mix = Mix::default();
        mix.start_at_gain(gain);
        Self {
            performance,
            mix,
            clips,
            reports,
            produced: Frames::ZERO,
            coming: VecDeque::new(),
            settle: 0,
            gain,
            volume: gain,
            duck: 0.0,
            ending: None,
            due: None,
            asked: None,
        }
    }

    /// Takes an event at once, and says whether it silenced what was sounding: then the next [`SETTLE`] frames
    /// hold nothing but the fade.
    pub fn handle(&mut self, event: Event) -> bool {
        self.performance.handle(event);
        if self.settle == 0 {
            self.perform();
        }
        self.settle > 0
    }

    /// Silences a voice that speaks by itself, for good: it would speak on when nothing is pulled any more.
    pub fn hush(&mut self) {
        (self.due, self.asked) = (None, None);
        if let Some(speaker) = self.clips.speaker() {
            speaker.hush();
        }
    }

    /// Fills `block`, and says how much of it belongs to the session: less than all of it once it has ended.
    pub fn pull(&mut self, block: &mut [f32]) -> usize {
        let mut filled = 0;
        while filled < block.len() {
            if self.settle > 0 {
                filled += self.fade(block.get_mut(filled..).unwrap_or_default());
                continue;
            }
            self.perform();
            if self.settle > 0 {
                continue;
            }
            if self.is_over() {
                block.get_mut(filled..).unwrap_or_default().fill(0.0);
                break;
            }
            let left = block.len() - filled;
            let remaining = self.performance.remaining().map_or(left as u64, |frames| frames.0);
            let len = usize::try_from(remaining).unwrap_or(left).min(left);
            self.mix.render(block.get_mut(filled..filled + len).unwrap_or_default());
            self.performance.advance(Frames(len as u64));
            self.produced += Frames(len as u64);
            filled += len;
        }
        filled
    }

    /// Renders what is left of the fade, session time standing still.
    fn fade(&mut self, block: &mut [f32]) -> usize {
        let len = self.settle.min(block.len());
        self.mix.render(block.get_mut(..len).unwrap_or_default());
        self.produced += Frames(len as u64);
        self.settle -= len;
        len
    }

    /// Whether the last sound has died away.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.ending.is_some() && self.mix.is_silent()
    }

    /// Speaks by so many decibels louder, or softer for whoever else speaks. A voice that speaks by itself does not.
    pub fn duck(&mut self, decibels: f32) {
        if self.duck.total_cmp(&decibels).is_ne() {
            self.duck = decibels;
            self.mix.set_gain(self.volume + decibels);
        }
    }

    /// What decides about the words that may be said now.
    #[must_use]
    pub fn window(&self) -> Window {
        self.performance.runner().window()
    }

    fn perform(&mut self) {
        self.begun();
        self.listen();
        self.ask();
        loop {
            let clips = &mut self.clips;
            let next = self.performance.poll(&mut |line| extent(clips.line(line), line));
            match next {
                None => return,
                Some(Do::Sound(after, sound)) => self.sound(after, sound),
                Some(Do::Cut(Cut::Now)) => {
                    self.coming.clear();
                    self.mix.cut();
                    self.hush();
                    self.settle = SETTLE;
                    return;
                }
                Some(Do::Cut(Cut::Word)) => {
                    self.coming.clear();
                    self.mix.cut_at_word();
                    self.hush();
                }
                Some(Do::Volume(decibels)) => self.volume(self.gain + f32::from(decibels)),
                Some(Do::Note(note)) => self.note(note),
                Some(Do::Close(ending)) => {
                    self.ending = Some(ending);
                    self.report(Happened::Over(ending));
                    return;
                }
            }
        }
    }

    fn sound(&mut self, after: Frames, sound: Sound) {
        match &sound {
            Sound::Chime(chime) => self.mix.add(self.clips.chime(*chime), after),
            Sound::Line(line) => match self.clips.line(line) {
                Ready::Clip(clip) => self.mix.add(clip, after),
                Ready::Spoken => return self.due = Some((self.produced + after + QUEUE, line.clone())),
                Ready::Later | Ready::Lost => self.report(Happened::Lost(line.clone())),
            },
        }
        let begins = self.produced + after;
        let at = self.coming.partition_point(|(produced, ..)| *produced <= begins);
        self.coming.insert(at, (begins, self.performance.playhead() + after, sound));
        self.begun();
    }

    /// Reports the sounds that have begun. What is cut off before was never heard.
    fn begun(&mut self) {
        while let Some((produced, playhead, sound)) =
            self.coming.pop_front_if(|(produced, ..)| *produced <= self.produced)
        {
            self.report_at(produced, playhead, Happened::Sound(sound));
        }
    }

    /// Asks for the line that is due.
    fn ask(&mut self) {
        let Some((_, line)) = self.due.take_if(|(at, _)| *at <= self.produced) else { return };
        if let Some(speaker) = self.clips.speaker() {
            speaker.volume(self.volume);
            speaker.say(&line);
            self.asked = Some(line);
        }
    }

    /// Takes what the voice that speaks by itself has to tell.
    fn listen(&mut self) {
        while let Some(spoken) = self.clips.speaker().and_then(Speaker::poll) {
            match spoken {
                Spoken::Begun => {
                    self.performance.begun();
                    if let Some(line) = self.asked.take() {
                        self.report(Happened::Sound(Sound::Line(line)));
                    }
                }
                Spoken::Ended => self.performance.ended(),
                Spoken::Failed(_) => {
                    self.asked = None;
                    self.performance.failed();
                }
            }
        }
    }

    fn volume(&mut self, decibels: f32) {
        self.volume = decibels;
        self.mix.set_gain(decibels + self.duck);
        if let Some(speaker) = self.clips.speaker() {
            speaker.volume(decibels);
        }
    }

    fn note(&mut self, note: Note) {
        let changes_what_comes = matches!(
            note,
            Note::Entered { .. }
                | Note::Asked { .. }
                | Note::Answered { .. }
                | Note::NoAnswer { .. }
                | Note::Level { .. }
        );
        if changes_what_comes || matches!(note, Note::Paused | Note::Resumed) {
            self.clips.want(self.performance.runner().upcoming(AHEAD));
        }
        self.report(Happened::Note(note));
    }

    fn report(&mut self, what: Happened) {
        self.report_at(self.produced, self.performance.playhead(), what);
    }

    fn report_at(&mut self, produced: Frames, playhead: Frames, what: Happened) {
        let left = self.performance.runner().time_left();
        (self.reports)(Report { playhead, produced, left, what });
    }
}

fn extent(ready: Ready, line: &Line) -> Option<Extent> {
    match ready {
        Ready::Clip(clip) => Some(Extent::Clip(Timing { length: clip.len(), onset: clip.onset() })),
        Ready::Spoken => Some(Extent::Open),
        Ready::Later => None,
        Ready::Lost => Some(Extent::Clip(line.estimate().into())),
    }
}

impl Fill for Stage {
    fn fill(&mut self, block: &mut [f32]) {
        self.pull(block);
    }
}
