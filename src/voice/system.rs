//! The voice of this system: speech-dispatcher through the `tts` crate. It speaks by itself, so it is a [`Speaker`].
//! Owns the connection, on a thread of its own, because every call of it may hang, and the deadlines for its answers.
//!
//! The connection is never given up, only forgotten: an answer that came after that would panic inside a C callback.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use tts::{Tts, UtteranceId};

use super::{Speaker, Spoken, VoiceError};
use crate::line::{Line, Pace};

const NAME: &str = "speech-dispatcher";
const HINT: &str =
    "install `speech-dispatcher` and `speech-dispatcher-espeak-ng`, or see what `spd-say hello` says";

/// For the daemon to answer at all, started or to be started.
const CONNECT: Duration = Duration::from_secs(3);
/// For its list of voices, which has thousands of lines and is read twice; a small computer takes its time.
const CHOOSE: Duration = Duration::from_secs(30);
/// From a line to its first sound, and what is added to twice the length that it should have.
const PATIENCE: Duration = Duration::from_secs(5);
/// While it speaks, it is asked this often whether it still lives.
const PULSE: Duration = Duration::from_secs(1);
/// For silence.
const HUSH: Duration = Duration::from_millis(200);

/// A connected voice. Dropping it silences it.
pub struct System {
    jobs: Sender<Job>,
    opening: Receiver<Result<(), VoiceError>>,
    news: Receiver<(u64, Spoken)>,
    /// Number of the line last said; news of others is old.
    line: u64,
    now: Option<Now>,
    /// How long a line may take to begin.
    patience: Duration,
}

/// A line being spoken.
struct Now {
    due: Instant,
    /// What it may take once it has begun.
    most: Duration,
}

enum Job {
    Say { line: u64, text: String, rate: f32 },
    Hush(Sender<()>),
    Volume(f32),
    Begun(UtteranceId),
    Ended(UtteranceId),
}

impl System {
    /// Connects, starts the daemon if need be, and chooses a voice for `language`.
    ///
    /// # Errors
    /// [`VoiceError`] at once when there is no daemon, after 3 s when it does not answer, and when it has no voice
    /// for the language.
    pub fn open(language: &str) -> Result<Self, VoiceError> {
        let mut system = Self::start(language);
        for limit in [CONNECT, CHOOSE] {
            system.opening.recv_timeout(limit).unwrap_or_else(|_| Err(hung(limit)))?;
        }
        system.patience = PATIENCE;
        Ok(system)
    }

    /// The same without waiting: what goes wrong comes as the failure of the first line.
    #[must_use]
    pub fn start(language: &str) -> Self {
        let (jobs, inbox) = channel();
        let (opened, opening) = channel();
        let (tell, news) = channel();
        let (language, callbacks) = (language.to_owned(), jobs.clone());
        thread::spawn(move || {
            let tts = connect(&callbacks, &opened).and_then(|tts| choose(tts, &language));
            let _ = opened.send(tts.as_ref().map(|_| ()).map_err(Clone::clone));
            match tts {
                Ok(tts) => Worker { tts, inbox, tell, now: None, rate: 0.0 }.work(),
                Err(error) => refuse(&inbox, &tell, &error),
            }
        });
        Self { jobs, opening, news, line: 0, now: None, patience: CONNECT + CHOOSE + PATIENCE }
    }

    /// Its thread lives until the process ends.
    fn send(&self, job: Job) {
        let _ = self.jobs.send(job);
    }
}

impl Speaker for System {
    fn say(&mut self, line: &Line) {
        self.line += 1;
        let most = Duration::from_millis(line.estimate().as_millis() * 2) + PATIENCE;
        self.now = Some(Now { due: Instant::now() + self.patience, most });
        // A zero byte panics inside the crate.
        let text = line.text.replace('\0', " ");
        self.send(Job::Say { line: self.line, text, rate: rate(line.pace) });
    }

    fn poll(&mut self) -> Option<Spoken> {
        let now = self.now.as_mut()?;
        let news = self.news.try_iter().find(|(line, _)| *line == self.line).map(|(_, spoken)| spoken);
        match news {
            Some(Spoken::Begun) => {
                now.due = Instant::now() + now.most;
                self.patience = PATIENCE;
            }
            None if Instant::now() < now.due => return None,
            Some(Spoken::Ended | Spoken::Failed(_)) | None => self.now = None,
        }
        Some(news.unwrap_or_else(|| Spoken::Failed(hung(PATIENCE))))
    }

    fn hush(&mut self) {
        if self.now.take().is_some() {
            self.line += 1;
            let (done, silent) = channel();
            self.send(Job::Hush(done));
            let _ = silent.recv_timeout(HUSH);
        }
    }

    fn volume(&mut self, decibels: f32) {
        self.send(Job::Volume(decibels));
    }
}

impl Drop for System {
    fn drop(&mut self) {
        self.hush();
    }
}

fn connect(jobs: &Sender<Job>, opened: &Sender<Result<(), VoiceError>>) -> Result<Tts, VoiceError> {
    let tts = Tts::default().map_err(|_| VoiceError::Failed { program: NAME, reason: HINT.into() })?;
    let _ = opened.send(Ok(()));
    let (begun, ended, stopped) = (jobs.clone(), jobs.clone(), jobs.clone());
    // These run under a lock of the crate: to call it here would wait for ever.
    let begun = Box::new(move |id| drop(begun.send(Job::Begun(id))));
    let ended = Box::new(move |id| drop(ended.send(Job::Ended(id))));
    let stopped = Box::new(move |id| drop(stopped.send(Job::Ended(id))));
    tts.on_utterance_begin(Some(begun)).map_err(|error| failed(&error))?;
    tts.on_utterance_end(Some(ended)).map_err(|error| failed(&error))?;
    // Somebody else silenced it: they were heard.
    tts.on_utterance_stop(Some(stopped)).map_err(|error| failed(&error))?;
    Ok(tts)
}

/// The voice whose tag is `language`, or the nearest to it.
fn choose(mut tts: Tts, language: &str) -> Result<Tts, VoiceError> {
    let mut voices = tts.voices().map_err(|error| failed(&error))?;
    voices.retain(|voice| primary(voice.language().as_str()) == primary(language));
    let best = voices.iter().min_by_key(|voice| distance(voice.language().as_str(), language));
    let Some(voice) = best else {
        return Err(VoiceError::Language { voice: "system".into(), language: language.into() });
    };
    tts.set_voice(voice).map_err(|error| failed(&error))?;
    Ok(tts)
}

fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_lowercase()
}

/// Zero for the same tag. Of the regions, that of the shipped sessions comes first, then the plainest.
fn distance(tag: &str, wanted: &str) -> usize {
    let (tag, wanted) = (tag.to_lowercase(), wanted.to_lowercase());
    match tag.strip_prefix(&wanted) {
        Some("") => 0,
        Some("-us") => 1,
        _ => 1 + tag.len(),
    }
}

/// What speech-dispatcher calls a rate, -100 to 100: calm at the normal pace.
fn rate(pace: Pace) -> f32 {
    f32::from(pace.as_percent()) - 120.0
}

/// What it calls a volume, -100 to 100.
fn loudness(decibels: f32) -> f32 {
    (200.0 * 10_f32.powf(decibels / 20.0) - 100.0).clamp(-100.0, 100.0)
}

struct Worker {
    tts: Tts,
    inbox: Receiver<Job>,
    tell: Sender<(u64, Spoken)>,
    /// The utterance being spoken, and the number of its line.
    now: Option<(UtteranceId, u64)>,
    rate: f32,
}

impl Worker {
    fn work(mut self) {
        loop {
            match self.inbox.recv_timeout(PULSE) {
                Ok(job) => self.act(job),
                Err(RecvTimeoutError::Timeout) => self.feel_pulse(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn act(&mut self, job: Job) {
        match job {
            Job::Say { line, text, rate } => self.say(line, text, rate),
            Job::Hush(done) => {
                self.stop();
                let _ = done.send(());
            }
            // A voice that cannot be made softer still speaks.
            Job::Volume(decibels) => drop(self.tts.set_volume(loudness(decibels)).map(drop)),
            Job::Begun(id) => self.news(id, Spoken::Begun),
            Job::Ended(id) => {
                self.news(id, Spoken::Ended);
                self.now = self.now.filter(|(now, _)| *now != id);
            }
        }
    }

    fn say(&mut self, line: u64, text: String, rate: f32) {
        self.stop();
        self.rate = rate;
        let spoken = self.tts.set_rate(rate).map(drop).and_then(|()| self.tts.speak(text, false));
        match spoken {
            Ok(id) => self.now = id.map(|id| (id, line)),
            Err(error) => drop(self.tell.send((line, Spoken::Failed(failed(&error))))),
        }
    }

    fn stop(&mut self) {
        if self.now.take().is_some() {
            // If it fails there is nobody left who could speak.
            let _ = self.tts.stop().map(drop);
        }
    }

    fn news(&self, id: UtteranceId, spoken: Spoken) {
        if let Some((_, line)) = self.now.filter(|(now, _)| *now == id) {
            let _ = self.tell.send((line, spoken));
        }
    }

    /// A daemon that died says nothing, but a call then fails at once. To ask it for a value would crash.
    fn feel_pulse(&mut self) {
        if let Some((_, line)) = self.now
            && let Err(error) = self.tts.set_rate(self.rate).map(drop)
        {
            self.now = None;
            let _ = self.tell.send((line, Spoken::Failed(failed(&error))));
        }
    }
}

/// Answers for a voice that did not open.
fn refuse(inbox: &Receiver<Job>, tell: &Sender<(u64, Spoken)>, error: &VoiceError) {
    for job in inbox {
        if let Job::Say { line, .. } = job {
            let _ = tell.send((line, Spoken::Failed(error.clone())));
        }
    }
}

fn failed(error: &tts::Error) -> VoiceError {
    VoiceError::Failed { program: NAME, reason: error.to_string() }
}

fn hung(limit: Duration) -> VoiceError {
    VoiceError::Hung { program: NAME, seconds: limit.as_secs() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_voice_of_a_language() {
        let best =
            |tags: &[&'static str], wanted| *tags.iter().min_by_key(|tag| distance(tag, wanted)).unwrap();
        let english = ["en-029", "en-GB", "en-GB-SCOTLAND", "en-US"];
        assert_eq!(best(&english, "en"), "en-US");
        assert_eq!(best(&english, "en-gb"), "en-GB");
        assert_eq!(best(&["de-CH", "de"], "de"), "de");
        assert_eq!((primary("en_GB"), primary("EN")), ("en".into(), "en".into()));
    }

    #[test]
    fn rate_and_volume_stay_within_what_the_daemon_takes() {
        let rates = [70, 100, 150].map(|percent| rate(Pace::percent(percent)) as i32);
        assert_eq!(rates, [-50, -20, 30]);
        assert_eq!([0.0, 12.0, -200.0].map(|decibels| loudness(decibels) as i32), [100, 100, -100]);
    }
}
