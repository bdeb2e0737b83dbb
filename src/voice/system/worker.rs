//! The thread that calls the `tts` crate, which is where it may wait for ever. Owns the connection.
//! Must not decide what an answer means, or a missing one.
//!
//! The connection is never given up, only forgotten: an answer that came after that would panic inside a C callback.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use tts::{Tts, UtteranceId};

use crate::line::Pace;
use crate::voice::{Spoken, VoiceError};

pub const NAME: &str = "speech-dispatcher";
const HINT: &str =
    "install `speech-dispatcher` and `speech-dispatcher-espeak-ng`, or see what `spd-say hello` says";

/// While it speaks, it is asked this often whether it still lives.
const PULSE: Duration = Duration::from_secs(1);

/// Told twice: connected, and ready.
pub type Opened = Result<(), VoiceError>;

pub enum Job {
    Say { line: u64, text: String, pace: Pace },
    Hush(Sender<()>),
    Volume(f32),
    Begun(UtteranceId),
    Ended(UtteranceId),
}

/// Connects, chooses a voice for `language`, and does what `inbox` says until the process ends. `jobs` leads there.
pub fn run(
    language: &str,
    inbox: Receiver<Job>,
    jobs: &Sender<Job>,
    opened: &Sender<Opened>,
    tell: Sender<(u64, Spoken)>,
) {
    let tts = connect(jobs, opened).and_then(|tts| choose(tts, language));
    let _ = opened.send(tts.as_ref().map(|_| ()).map_err(Clone::clone));
    match tts {
        Ok(tts) => Worker { tts, inbox, tell, now: None, rate: 0.0 }.work(),
        Err(error) => refuse(&inbox, &tell, &error),
    }
}

fn connect(jobs: &Sender<Job>, opened: &Sender<Opened>) -> Result<Tts, VoiceError> {
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
            Job::Say { line, text, pace } => self.say(line, text, rate(pace)),
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
