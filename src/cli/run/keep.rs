//! Keeps the place and the remembered facts through a power cut, on a thread of its own: a slow card must not delay a key.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use jiff::Timestamp;

use crate::journal::{Bookmark, Journal, JournalError};
use crate::runner::{Ending, State};
use crate::script::FactValue;

/// What is to be written.
enum Job {
    Mark(Box<State>),
    Remember { facts: BTreeMap<String, Option<FactValue>>, days: u32 },
}

pub struct Keep {
    journal: Journal,
    /// Gone once the session is closed.
    jobs: Option<Sender<Job>>,
    failures: Receiver<JournalError>,
    writer: Option<JoinHandle<()>>,
}

impl Keep {
    pub fn start(journal: Journal, session: String, digest: String) -> Self {
        let (jobs, inbox) = channel();
        let (failed, failures) = channel();
        let theirs = journal.clone();
        let writer = std::thread::spawn(move || {
            // Without anybody to tell, the next job is tried all the same.
            let tell = |done: Result<(), JournalError>| drop(done.map_err(|error| failed.send(error)));
            while let Some((remember, mark)) = waiting(&inbox) {
                for (facts, days) in remember {
                    tell(theirs.remember(&facts, days, Timestamp::now()));
                }
                if let Some(state) = mark {
                    let (session, digest) = (session.clone(), digest.clone());
                    tell(theirs.keep(&Bookmark { session, digest, saved: Timestamp::now(), state }));
                }
            }
        });
        Self { journal, jobs: Some(jobs), failures, writer: Some(writer) }
    }

    pub fn mark(&self, state: Box<State>) {
        self.send(Job::Mark(state));
    }

    pub fn remember(&self, facts: BTreeMap<String, Option<FactValue>>, days: u32) {
        self.send(Job::Remember { facts, days });
    }

    fn send(&self, job: Job) {
        // The writer lives until the jobs end.
        let _ = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
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

    /// Waits for the last job to be on disk.
    fn finish(&mut self) {
        self.jobs = None;
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

type Waiting = (Vec<(BTreeMap<String, Option<FactValue>>, u32)>, Option<State>);

/// Waits for a job, and takes what has come meanwhile: all facts, first, for the mark of their reply comes after them;
/// of several marks only the last is worth the card's time.
fn waiting(inbox: &Receiver<Job>) -> Option<Waiting> {
    let first = inbox.recv().ok()?;
    let (mut remember, mut mark) = (Vec::new(), None);
    for job in [first].into_iter().chain(inbox.try_iter()) {
        match job {
            Job::Mark(state) => mark = Some(*state),
            Job::Remember { facts, days } => remember.push((facts, days)),
        }
    }
    Some((remember, mark))
}
