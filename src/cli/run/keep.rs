//! Writes down what happens, on a thread of its own: a slow card must not delay a key.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use jiff::Zoned;

use crate::history::{Ending, Moment, What};
use crate::journal::{Happened, Journal, JournalError};
use crate::runner::State;

/// What is to be written.
enum Job {
    Mark(Box<State>),
    Record(What),
    /// Is no record of the runner's, and nobody waits for it.
    Aside(What),
}

/// What became of it.
pub enum Written {
    /// The record with this number is on disk, and all before it.
    Kept(u64),
    /// That record, or one before it, is not.
    Failed(u64, JournalError),
}

pub struct Keep {
    /// Gone once the session is closed, and where there is no journal.
    jobs: Option<Sender<Job>>,
    writer: Option<JoinHandle<()>>,
    records: u64,
    begun: What,
}

/// Takes word of what was written, on the writer's thread.
pub type Told = Box<dyn Fn(Written) + Send>;

impl Keep {
    /// Begins with the row `begun`. Without a journal nothing is kept.
    pub fn start(journal: Option<Journal>, begun: What, told: Told) -> Self {
        let Some(journal) = journal else { return Self { jobs: None, writer: None, records: 0, begun } };
        let (jobs, inbox) = channel();
        let writer =
            Writer { journal, session: None, rows: vec![happened(begun.clone())], mark: None, kept: 0, told };
        let writer = std::thread::spawn(move || writer.run(&inbox));
        Self { jobs: Some(jobs), writer: Some(writer), records: 0, begun }
    }

    pub fn mark(&self, state: Box<State>) {
        self.send(Job::Mark(state));
    }

    /// Gives the number of the record, counted from 1, if it is to be written.
    pub fn record(&mut self, what: What) -> Option<u64> {
        self.records += 1;
        self.send(Job::Record(what));
        self.jobs.is_some().then_some(self.records)
    }

    /// The session that was cut off is not gone on with after all.
    pub fn start_over(&self) {
        if let What::Session { session, language, digest, .. } = self.begun.clone() {
            self.send(Job::Aside(What::Session { session, language, digest, resumes: None }));
        }
    }

    /// Something that happened around the session. Without a session there is no place for it.
    pub fn aside(&self, note: &str) {
        if matches!(self.begun, What::Session { .. }) {
            self.send(Job::Aside(What::Note { note: note.to_owned(), about: None }));
        }
    }

    fn send(&self, job: Job) {
        // The writer lives until the jobs end.
        let _ = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
    }

    /// Waits for the last row to be on disk.
    pub fn close(&mut self, ending: Ending) {
        // What was refused has no end.
        if matches!(self.begun, What::Session { .. }) {
            self.record(What::Ending { ending });
        }
        self.finish();
    }

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

fn happened(what: What) -> Happened {
    Happened { when: Moment::from(&Zoned::now()), what }
}

struct Writer {
    journal: Journal,
    session: Option<i64>,
    /// What is not on disk yet. A failed write leaves it for the next.
    rows: Vec<Happened>,
    mark: Option<Box<State>>,
    /// How many records of the session came, its beginning not counted.
    kept: u64,
    told: Told,
}

impl Writer {
    fn run(mut self, inbox: &Receiver<Job>) {
        self.write();
        while let Ok(job) = inbox.recv() {
            // Of several marks only the last is worth the card's time.
            for job in [job].into_iter().chain(inbox.try_iter()) {
                self.take(job);
            }
            self.write();
        }
    }

    fn take(&mut self, job: Job) {
        match job {
            Job::Mark(state) => self.mark = Some(state),
            Job::Aside(what) => self.rows.push(happened(what)),
            Job::Record(what) => {
                self.kept += 1;
                self.rows.push(happened(what));
            }
        }
    }

    fn write(&mut self) {
        let mark = self.mark.as_deref().map(|state| (Moment::from(&Zoned::now()), state));
        match self.journal.write(self.session, &self.rows, mark) {
            Ok(session) => {
                self.session = session;
                self.mark = None;
                let rows = std::mem::take(&mut self.rows);
                if !rows.is_empty() {
                    (self.told)(Written::Kept(self.kept));
                }
            }
            Err(error) => (self.told)(Written::Failed(self.kept, error)),
        }
    }
}
