//! Keeps the place through a power cut, on a thread of its own: a slow card must not delay a key.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use jiff::Timestamp;

use crate::journal::{Bookmark, Journal, JournalError};
use crate::runner::{Ending, State};

pub struct Keep {
    journal: Journal,
    /// Gone once the session is closed.
    marks: Option<Sender<State>>,
    failures: Receiver<JournalError>,
    writer: Option<JoinHandle<()>>,
}

impl Keep {
    pub fn start(journal: Journal, session: String, digest: String) -> Self {
        let (marks, inbox) = channel();
        let (failed, failures) = channel();
        let theirs = journal.clone();
        let writer = std::thread::spawn(move || {
            while let Some(state) = newest(&inbox) {
                let (session, digest) = (session.clone(), digest.clone());
                let kept = theirs.keep(&Bookmark { session, digest, saved: Timestamp::now(), state });
                // Without anybody to tell, the next mark is tried all the same.
                let _ = kept.map_err(|error| failed.send(error));
            }
        });
        Self { journal, marks: Some(marks), failures, writer: Some(writer) }
    }

    pub fn mark(&self, state: State) {
        // The writer lives until the marks end.
        let _ = self.marks.as_ref().is_some_and(|marks| marks.send(state).is_ok());
    }

    pub fn failures(&self) -> impl Iterator<Item = JournalError> {
        self.failures.try_iter()
    }

    /// A session that is over for today cannot be resumed.
    pub fn close(&mut self, ending: Ending) {
        self.finish();
        if matches!(ending, Ending::Done | Ending::Symptoms | Ending::Emergency) {
            self.journal.forget_bookmark();
        }
    }

    /// Waits for the last mark to be on disk.
    fn finish(&mut self) {
        self.marks = None;
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has nothing more to write.
            let _ = writer.join();
        }
    }
}

impl Drop for Keep {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Waits for a mark; of several that have come meanwhile only the last is worth the card's time.
fn newest(inbox: &Receiver<State>) -> Option<State> {
    let first = inbox.recv().ok()?;
    Some(inbox.try_iter().last().unwrap_or(first))
}
