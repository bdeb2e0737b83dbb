//! The ears of a running session: opened where they are installed, told what may be said, heard from.

use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use crate::ear::listener::{Listener, Options, Report};
use crate::ear::microphone::Microphone;
use crate::ear::recogniser::{EarError, Heard};
use crate::ear::vosk::Vosk;
use crate::line::Line;
use crate::meaning::Vocabulary;
use crate::plan::Plan;
use crate::runner::{Event, Window};
use crate::script::fold;

use super::Message;
use crate::cli::ears;

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// What is listened for: nothing, answers to questions, or commands at any time too [default: always, where the
    /// ears are installed]
    #[arg(long, value_enum, value_name = "WHEN")]
    ears: Option<When>,
    /// Keep each utterance as a WAV file in this folder; nothing that is heard is kept otherwise
    #[arg(long, value_name = "DIR")]
    keep_audio: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum When {
    Off,
    Windows,
    Always,
}

/// Below this, words were not heard well: what is harmless is dropped, what is serious asked about.
const SURE: f32 = 0.7;

/// What is queued, what a slow voice takes longer, and the time to hear it.
const ECHO: Duration = Duration::from_millis(1_500);

pub struct Ears {
    /// Absent where nothing is listened for.
    listener: Option<Listener>,
    when: When,
    window: Option<Window>,
    /// That the microphone is gone has been said.
    told: bool,
    /// What the program itself says, and until when it may be heard.
    own: Vec<(String, Instant)>,
}

impl Ears {
    /// Opens the ears that are installed for the plan's language. That there are none is an error only for whoever
    /// asked for them.
    ///
    /// # Errors
    /// [`EarError`]; the session can go on without.
    pub fn open(args: &Args, plan: &Plan, messages: &Sender<Message>) -> Result<Self, EarError> {
        let when = args.ears.unwrap_or(When::Always);
        let folder = if when == When::Off { None } else { ears::find(&plan.language) };
        let listener = match folder {
            Some(folder) => Some(listen(&folder, args.keep_audio.clone(), messages.clone())?),
            None if args.ears.is_some_and(|when| when != When::Off) => return Err(EarError::NotInstalled),
            None => None,
        };
        Ok(Self { listener, when, window: None, told: false, own: Vec::new() })
    }

    #[must_use]
    pub fn deaf() -> Self {
        Self { listener: None, when: When::Off, window: None, told: false, own: Vec::new() }
    }

    /// Tells the listener what may be said, when that has changed.
    pub fn follow(&mut self, window: &Window, plan: &Plan) {
        let Some(listener) = &self.listener else { return };
        if self.window.as_ref() == Some(window) {
            return;
        }
        self.window = Some(window.clone());
        let listens = self.when == When::Always || window.is_question();
        listener.expect(if listens { window.vocabulary(plan) } else { Vocabulary::default() });
    }

    /// The program itself begins to say this.
    pub fn own(&mut self, line: &Line, now: Instant) {
        let length = Duration::from_millis(line.estimate().as_millis());
        self.own.retain(|(_, until)| *until > now);
        self.own.push((format!(" {} ", fold(&line.text)), now + length + ECHO));
    }

    /// Whether the program itself is saying these words.
    fn is_own(&self, words: &str, now: Instant) -> bool {
        let words = format!(" {} ", fold(words));
        self.own.iter().any(|(own, until)| *until > now && own.contains(&words))
    }

    /// What a report means for the session, and what is to be shown of it.
    pub fn report(&mut self, report: Report) -> (Option<Event>, Option<String>) {
        match report {
            Report::Heard { heard: Heard { words, .. }, .. } if self.is_own(&words, Instant::now()) => {
                (None, None)
            }
            Report::Heard { heard: Heard { words, confidence }, .. } => {
                (Some(Event::Heard { words, sure: confidence >= SURE }), None)
            }
            Report::Voice(voice) => (Some(Event::Voice(voice)), None),
            Report::Lost(why) => {
                let first = !std::mem::replace(&mut self.told, true);
                let why = format!("the microphone cannot be used ({why}); trying again");
                (first.then_some(Event::Deaf), Some(why))
            }
            Report::Back => (None, Some("the microphone is back".to_owned())),
            Report::Failed(why) => (None, Some(why)),
            Report::Level(_) | Report::SoFar(_) | Report::Over => (None, None),
        }
    }
}

fn listen(
    folder: &std::path::Path,
    keep: Option<PathBuf>,
    messages: Sender<Message>,
) -> Result<Listener, EarError> {
    let recogniser = Box::new(Vosk::new(ears::load(folder)?));
    let options = Options { keep, clean: None };
    let reports = move |report| match report {
        Report::Level(_) | Report::SoFar(_) => {}
        // When the main thread is gone, the process is about to be.
        report => drop(messages.send(Message::Heard(report))),
    };
    let microphone = Box::new(Microphone::open());
    Listener::start(Vocabulary::default(), recogniser, microphone, options, Box::new(reports))
}
