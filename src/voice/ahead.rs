//! Speech made before it is needed. Owns the one thread that speaks and the clips that wait to be played.
//! Must not know what follows what in a session: it is told what will be needed, most urgent first.

use std::collections::{HashMap, HashSet};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Studio, VoiceError};
use crate::frames::Frames;
use crate::line::Line;
use crate::mix::Clip;

/// Ninety seconds of speech, 17 MB: beyond that the worker rests until clips are no longer wished for.
const ROOM: Frames = Frames::from_secs(90);
/// How long the end waits for a line in work; after that the thread is left to itself.
const PATIENCE: Duration = Duration::from_millis(300);

/// What is reported about a line, also when it is no longer wished: a failure is worth knowing then too.
#[derive(Clone, Debug)]
pub enum Report {
    Ready(Line),
    Failed(Line, VoiceError),
}

/// A worker that turns wished lines into clips.
pub struct Ahead {
    shared: Arc<Shared>,
    worker: Option<JoinHandle<()>>,
}

impl Ahead {
    /// Starts the worker. `reports` takes one message for each line that becomes ready or fails; it may be dropped.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(studio: Studio, reports: Sender<Report>) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let worker =
            thread::Builder::new().name("speech".into()).spawn(move || theirs.work(studio, &reports))?;
        Ok(Self { shared, worker: Some(worker) })
    }

    /// Replaces the wishes, most urgent first. Clips and failures of lines no longer wished are forgotten; a line
    /// that failed is not tried again while it stays wished.
    pub fn want(&self, lines: Vec<Line>) {
        let mut desk = self.shared.desk();
        desk.wish(lines);
        drop(desk);
        self.shared.changed.notify_all();
    }

    /// The clip if it is ready; it stays ready as long as it is wished.
    #[must_use]
    pub fn take(&self, line: &Line) -> Option<Clip> {
        self.shared.desk().done.get(line)?.as_ref().ok().cloned()
    }

    /// Waits for the clip, before everything else that is wished.
    ///
    /// # Errors
    /// The line's own, or that the worker has ended.
    pub fn wait(&self, line: &Line) -> Result<Clip, VoiceError> {
        let mut desk = self.shared.desk();
        if !desk.done.contains_key(line) {
            desk.awaited.push(line.clone());
            self.shared.changed.notify_all();
        }
        while !desk.done.contains_key(line) && !desk.ended {
            desk = self.shared.changed.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
        desk.hand_over(line)
    }
}

/// Ends the thread; one that hangs in a program it started is left behind and ends with that program.
impl Drop for Ahead {
    fn drop(&mut self) {
        self.shared.desk().stop = true;
        self.shared.changed.notify_all();
        let desk = self.shared.desk();
        let waited = self.shared.changed.wait_timeout_while(desk, PATIENCE, |desk| !desk.ended);
        let ended = waited.unwrap_or_else(PoisonError::into_inner).0.ended;
        if let Some(worker) = self.worker.take().filter(|_| ended) {
            let _ = worker.join();
        }
    }
}

#[derive(Default)]
struct Shared {
    desk: Mutex<Desk>,
    /// Wishes, results, or the end.
    changed: Condvar,
}

#[derive(Default)]
struct Desk {
    wishes: Vec<Line>,
    /// Somebody stands waiting for these.
    awaited: Vec<Line>,
    done: HashMap<Line, Result<Clip, VoiceError>>,
    stop: bool,
    ended: bool,
}

impl Desk {
    fn wish(&mut self, mut lines: Vec<Line>) {
        let mut seen = HashSet::new();
        lines.retain(|line| seen.insert(line.clone()));
        self.wishes = lines;
        self.tidy();
    }

    /// Forgets what is not wished, or so far down that it stands beyond the room.
    fn tidy(&mut self) {
        let near: HashSet<Line> = self.near().chain(&self.awaited).cloned().collect();
        self.done.retain(|line, _| near.contains(line));
    }

    /// The wishes that there is room for, as far as lengths are known.
    fn near(&self) -> impl Iterator<Item = &Line> {
        let mut length = Frames::ZERO;
        self.wishes.iter().take_while(move |line| {
            let fits = length < ROOM;
            length +=
                self.done.get(*line).and_then(|done| done.as_ref().ok()).map_or(Frames::ZERO, Clip::len);
            fits
        })
    }

    /// What to speak now.
    fn next(&self) -> Option<Line> {
        self.awaited.iter().chain(self.near()).find(|line| !self.done.contains_key(*line)).cloned()
    }

    fn keep(&mut self, line: &Line, result: Result<Clip, VoiceError>) {
        if self.awaited.contains(line) || self.wishes.contains(line) {
            self.done.insert(line.clone(), result);
            self.tidy();
        }
    }

    /// The result of an awaited line, which is then kept only if it is also wished.
    fn hand_over(&mut self, line: &Line) -> Result<Clip, VoiceError> {
        if let Some(at) = self.awaited.iter().position(|awaited| awaited == line) {
            self.awaited.swap_remove(at);
        }
        let result = self.done.get(line).cloned();
        if !self.awaited.contains(line) && !self.wishes.contains(line) {
            self.done.remove(line);
        }
        result.unwrap_or_else(|| Err(broken("its worker has ended")))
    }
}

impl Shared {
    /// Nothing in here can be left half done, so a poisoned lock is as good as any.
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, mut studio: Studio, reports: &Sender<Report>) {
        while let Some(line) = self.next() {
            // A fault in an engine costs its line, and never leaves anybody waiting.
            let spoken = catch_unwind(AssertUnwindSafe(|| studio.clip(&line)));
            let result = spoken.unwrap_or_else(|_| Err(broken("it panicked")));
            self.desk().keep(&line, result.clone());
            self.changed.notify_all();
            let _ = reports.send(match result {
                Ok(_) => Report::Ready(line),
                Err(error) => Report::Failed(line, error),
            });
        }
        self.desk().ended = true;
        self.changed.notify_all();
    }

    /// Waits for something to speak; `None` at the end.
    fn next(&self) -> Option<Line> {
        let mut desk = self.desk();
        loop {
            if desk.stop {
                return None;
            }
            if let Some(line) = desk.next() {
                return Some(line);
            }
            desk = self.changed.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn broken(reason: &str) -> VoiceError {
    VoiceError::Failed { program: "speech", reason: reason.into() }
}
