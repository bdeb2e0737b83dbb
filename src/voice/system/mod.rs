//! The voice of this system: speech-dispatcher through the `tts` crate. It speaks by itself, so it is a [`Speaker`].
//! Owns the deadlines for its answers and what follows when there is none. Never calls the crate: any call may hang.

mod worker;

use std::slice::Iter;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{Speaker, Spoken, VoiceError};
use crate::line::Line;
use worker::{Job, NAME, Opened};

/// For the daemon to answer at all, started or to be started: a busy small computer needs more than 3 s.
const CONNECT: Duration = Duration::from_secs(10);
/// For its list of voices: thirteen thousand lines that two threads hand to each other one by one, and that twice. A
/// busy small computer was seen to need more than 30 s.
const CHOOSE: Duration = Duration::from_secs(90);
/// From a line to its first sound, and what is added to twice the length that it should have.
const PATIENCE: Duration = Duration::from_secs(5);
/// What follows [`CONNECT`].
const LATER: [Duration; 2] = [CHOOSE, PATIENCE];
/// For silence.
const HUSH: Duration = Duration::from_millis(200);

/// A connected voice. Dropping it silences it. When its daemon dies it connects anew, once in
/// a line, and repeats the line.
pub struct System {
    language: String,
    link: Link,
    /// Number of the line last said; news of others is old.
    line: u64,
    now: Option<Now>,
    volume: f32,
}

/// The way to one thread with a connection, and how far that has come.
struct Link {
    jobs: Sender<Job>,
    opening: Receiver<Opened>,
    news: Receiver<(u64, Spoken)>,
    /// How long the next step may take: to connect, to choose a voice, to begin a line.
    patience: Duration,
    later: Iter<'static, Duration>,
}

/// A line being spoken.
struct Now {
    line: Line,
    begun: bool,
    /// The daemon has died over it before.
    again: bool,
    due: Instant,
}

impl System {
    /// Connects, starts the daemon if need be, and chooses a voice for `language`.
    ///
    /// # Errors
    /// [`VoiceError`] at once when there is no daemon, after 10 s when it does not answer, and when it has no voice
    /// for the language.
    pub fn open(language: &str) -> Result<Self, VoiceError> {
        let mut system = Self::start(language);
        system.link.wait()?;
        Ok(system)
    }

    /// The same without waiting: what goes wrong comes as the failure of the first line.
    #[must_use]
    pub fn start(language: &str) -> Self {
        let link = Link::open(language);
        Self { language: language.into(), link, line: 0, now: None, volume: 0.0 }
    }

    /// Another connection in place of one whose daemon has died.
    fn begin_again(&mut self, line: &Line) {
        self.link = Link::open(&self.language);
        self.link.send(Job::Volume(self.volume));
        self.say(line);
        if let Some(now) = &mut self.now {
            now.again = true;
        }
    }

    /// What became of the line, or that it is overdue; `None` while there is nothing to tell.
    fn news(&mut self) -> Option<Spoken> {
        let moved = self.link.follow();
        let now = self.now.as_mut()?;
        if moved && !now.begun {
            now.due = Instant::now() + self.link.patience;
        }
        let line = self.line;
        let news = self.link.news.try_iter().find(|(of, _)| *of == line).map(|(_, spoken)| spoken);
        news.or_else(|| (Instant::now() >= now.due).then(|| Spoken::Failed(hung(self.link.patience))))
    }
}

impl Link {
    fn open(language: &str) -> Self {
        let (jobs, inbox) = channel();
        let (opened, opening) = channel();
        let (tell, news) = channel();
        let (language, callbacks) = (language.to_owned(), jobs.clone());
        thread::spawn(move || worker::run(&language, inbox, &callbacks, &opened, tell));
        Self { jobs, opening, news, patience: CONNECT, later: LATER.iter() }
    }

    fn wait(&mut self) -> Opened {
        for _ in LATER {
            let limit = self.patience;
            self.opening.recv_timeout(limit).unwrap_or_else(|_| Err(hung(limit)))?;
            self.step();
        }
        Ok(())
    }

    /// Whether the opening has come further.
    fn follow(&mut self) -> bool {
        let further = matches!(self.opening.try_recv(), Ok(Ok(())));
        if further {
            self.step();
        }
        further
    }

    fn is_ready(&self) -> bool {
        self.later.as_slice().is_empty()
    }

    fn step(&mut self) {
        self.patience = self.later.next().copied().unwrap_or(PATIENCE);
    }

    /// Its thread lives until the process ends.
    fn send(&self, job: Job) {
        let _ = self.jobs.send(job);
    }
}

impl Speaker for System {
    fn say(&mut self, line: &Line) {
        self.line += 1;
        self.now = Some(Now {
            line: line.clone(),
            begun: false,
            again: false,
            due: Instant::now() + self.link.patience,
        });
        // A zero byte panics inside the crate.
        let text = line.text.replace('\0', " ");
        self.link.send(Job::Say { line: self.line, text, pace: line.pace });
    }

    fn poll(&mut self) -> Option<Spoken> {
        let spoken = self.news()?;
        match &spoken {
            Spoken::Begun => {
                let now = self.now.as_mut()?;
                now.begun = true;
                now.due =
                    Instant::now() + Duration::from_millis(now.line.estimate().as_millis() * 2) + PATIENCE;
            }
            Spoken::Ended => self.now = None,
            Spoken::Failed(error) => {
                let now = self.now.take()?;
                // One that hangs is still there: to connect again would hang too.
                if self.link.is_ready() && !now.again && !matches!(error, VoiceError::Hung { .. }) {
                    self.begin_again(&now.line);
                    return None;
                }
            }
        }
        Some(spoken)
    }

    fn hush(&mut self) {
        if self.now.take().is_some() {
            self.line += 1;
            let (done, silent) = channel();
            self.link.send(Job::Hush(done));
            let _ = silent.recv_timeout(HUSH);
        }
    }

    fn volume(&mut self, decibels: f32) {
        self.volume = decibels;
        self.link.send(Job::Volume(decibels));
    }
}

impl Drop for System {
    fn drop(&mut self) {
        self.hush();
    }
}

fn hung(limit: Duration) -> VoiceError {
    VoiceError::Hung { program: NAME, seconds: limit.as_secs() }
}
