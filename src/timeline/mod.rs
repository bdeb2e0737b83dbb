//! The runner on a virtual playhead: what would be heard when, to print, to caption and to test.
//! Owns the trace. Must not make sound.

mod captions;
mod estimate;
mod lint;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::frames::Frames;
use crate::line::{Line, Timing};
use crate::plan::Plan;
use crate::runner::{Do, Ending, Event, Extent, Note, Options, Performance, Runner, Sound, State};

pub use captions::{Chapter, chapters, vtt};
pub use estimate::{plan, plan_chosen};
pub use lint::lint;

/// Something that happened at a frame of the session.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub at: Frames,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A sound begins, and how long it is.
    Sound(Sound, Frames),
    Note(Note),
    /// What was sounding was silenced.
    Cut,
}

/// A whole session.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    pub entries: Vec<Entry>,
    pub ending: Ending,
    /// Playhead at the end.
    pub length: Frames,
}

/// Somebody who reacts to what happens: after each entry, events and how long after it they come.
pub trait Person {
    fn react(&mut self, entry: &Entry) -> Vec<(Frames, Event)>;
}

/// Says and presses nothing.
pub struct Nobody;

impl Person for Nobody {
    fn react(&mut self, _: &Entry) -> Vec<(Frames, Event)> {
        Vec::new()
    }
}

impl<F: FnMut(&Entry) -> Vec<(Frames, Event)>> Person for F {
    fn react(&mut self, entry: &Entry) -> Vec<(Frames, Event)> {
        self(entry)
    }
}

/// A session longer than this, or one that never ends, is cut off.
const LONGEST: Frames = Frames::from_secs(24 * 3_600);

/// Runs `plan` from its start, or from `state`. `len` gives the length of each line's clip, or its whole timing.
pub fn trace<T: Into<Timing>>(
    plan: &Arc<Plan>,
    options: Options,
    state: Option<State>,
    person: &mut dyn Person,
    len: &mut dyn FnMut(&Line) -> T,
) -> Trace {
    let runner = match state {
        Some(state) => Runner::resume(plan.clone(), options, state),
        None => Runner::start(plan.clone(), options),
    };
    trace_of(runner, person, len)
}

/// Runs `runner` to its end.
pub fn trace_of<T: Into<Timing>>(
    runner: Runner,
    person: &mut dyn Person,
    len: &mut dyn FnMut(&Line) -> T,
) -> Trace {
    let mut dry = DryRun {
        performance: Performance::new(runner),
        clock: Frames::ZERO,
        entries: Vec::new(),
        events: VecDeque::new(),
    };
    let ending = dry.run(person, &mut |line| len(line).into());
    Trace { entries: dry.entries, ending, length: dry.performance.playhead() }
}

struct DryRun {
    performance: Performance,
    /// Runs on also when the playhead stands still.
    clock: Frames,
    entries: Vec<Entry>,
    /// What the person is about to do, soonest first.
    events: VecDeque<(Frames, Event)>,
}

impl DryRun {
    fn run(&mut self, person: &mut dyn Person, len: &mut dyn FnMut(&Line) -> Timing) -> Ending {
        loop {
            while let Some(done) = self.performance.poll(&mut |line| Some(Extent::Clip(len(line)))) {
                let entry = match done {
                    Do::Close(ending) => return ending,
                    Do::Volume(_) => continue,
                    Do::Cut(_) => self.entry(Frames::ZERO, What::Cut),
                    Do::Note(note) => self.entry(Frames::ZERO, What::Note(note)),
                    Do::Sound(after, sound) => {
                        let length = length(&sound, len);
                        self.entry(after, What::Sound(sound, length))
                    }
                };
                self.react(person, &entry);
                self.entries.push(entry);
            }
            if !self.wait() || self.clock > LONGEST {
                return Ending::Interrupted;
            }
        }
    }

    fn entry(&self, after: Frames, what: What) -> Entry {
        Entry { at: self.performance.playhead() + after, what }
    }

    fn react(&mut self, person: &mut dyn Person, entry: &Entry) {
        for (after, event) in person.react(entry) {
            self.events.push_back((self.clock + after, event));
        }
        self.events.make_contiguous().sort_by_key(|(at, _)| *at);
    }

    /// Lets time pass until the take ends or the person does something; false when neither will ever be.
    fn wait(&mut self) -> bool {
        let event = self.events.front().map(|(at, _)| *at - self.clock);
        let remaining = self.performance.remaining();
        match (event, remaining) {
            (None, None) => return false,
            (Some(event), take) if take.is_none_or(|take| event <= take) => {
                self.pass(event);
                if let Some((_, event)) = self.events.pop_front() {
                    self.performance.handle(event);
                }
            }
            (_, Some(take)) => self.pass(take),
            (Some(_), None) => {}
        }
        true
    }

    fn pass(&mut self, frames: Frames) {
        self.performance.advance(frames);
        self.clock += frames;
    }
}

fn length(sound: &Sound, len: &mut dyn FnMut(&Line) -> Timing) -> Frames {
    match sound {
        Sound::Line(line) => len(line).length,
        Sound::Chime(chime) => crate::runner::chime_length(*chime),
    }
}
