//! The ears of a running session: opened where they are installed, told what may be said, heard from.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::ear::clean::Cleaner;
use crate::ear::guard::Guard;
use crate::ear::letters::Letters;
use crate::ear::level::Hindrance;
use crate::ear::listener::{Clean, Expected, Listener, Options, Report};
use crate::ear::microphone::Microphone;
use crate::ear::recogniser::{EarError, Heard, RATE};
use crate::ear::reference::{self, Reference};
use crate::ear::vosk::{Model, Vosk};
use crate::line::Line;
use crate::output::played::Played;
use crate::plan::Plan;
use crate::runner::{Event, Trouble, Window};

use super::{Message, Senses};
use crate::cli::ears;

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// What is listened for: nothing, answers to questions, or commands at any time too (the default where ears are
    /// installed)
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

/// What the voice of the program is softer by while somebody else speaks, in decibels.
const DUCK: f32 = -14.0;

/// What the program hands to the loudspeaker, for the ears to take out again.
pub struct Own {
    pub played: Arc<Played>,
    /// The least number of frames that wait there.
    pub lag: u64,
}

impl reference::Played for Own {
    fn taken(&self) -> u64 {
        self.played.taken()
    }

    fn begun(&self) -> (u64, u64) {
        self.played.begun()
    }

    fn read(&self, from: u64, out: &mut [f32]) {
        self.played.read(from, out);
    }
}

/// The model, once something has needed it: an invitation and the session after it share it.
#[derive(Default)]
pub struct Loaded(Option<(PathBuf, Arc<Model>)>);

impl Loaded {
    fn model(&mut self, folder: &Path) -> Result<Arc<Model>, EarError> {
        // Another is given back before this one is loaded.
        let (of, model) = match self.0.take().filter(|(of, _)| of == folder) {
            Some(loaded) => loaded,
            None => (folder.to_owned(), ears::load(folder)?),
        };
        self.0 = Some((of, model.clone()));
        Ok(model)
    }
}

pub struct Ears {
    /// Absent where nothing is listened for.
    listener: Option<Listener>,
    guard: Arc<Mutex<Guard>>,
    when: When,
    window: Option<Window>,
    /// That the microphone is gone has been said.
    told: bool,
    /// An utterance goes on.
    voice: bool,
}

impl Ears {
    /// Opens the ears that are installed for the plan's language. That there are none is an error only for whoever
    /// asked for them.
    ///
    /// # Errors
    /// [`EarError`]; the session can go on without.
    pub fn open(args: &Args, plan: &Plan, own: Own, senses: &mut Senses) -> Result<Self, EarError> {
        let when = args.ears.unwrap_or(When::Always);
        let folder = if when == When::Off { None } else { ears::find(&plan.language) };
        let guard = Arc::new(Mutex::new(Guard::default()));
        let listener = match folder {
            Some(folder) => {
                let judge = guard.clone();
                let believes = Box::new(move |words: &str, length, urgent| {
                    judge
                        .lock()
                        .is_ok_and(|guard: MutexGuard<'_, Guard>| guard.believes(words, length, urgent))
                });
                let (keep, clean) = (args.keep_audio.clone(), cleaning(own, guard.clone()));
                let options = Options { keep, clean, believes, letters: Letters::load().ok() };
                let model = senses.loaded.model(&folder)?;
                Some(listen(model, options, senses.messages.clone())?)
            }
            None if args.ears.is_some_and(|when| when != When::Off) => return Err(EarError::NotInstalled),
            None => None,
        };
        Ok(Self { listener, guard, when, window: None, told: false, voice: false })
    }

    #[must_use]
    pub fn deaf() -> Self {
        let guard = Arc::default();
        Self { listener: None, guard, when: When::Off, window: None, told: false, voice: false }
    }

    /// Tells the listener what may be said, when that has changed.
    pub fn follow(&mut self, window: &Window, plan: &Arc<Plan>) {
        let Some(listener) = &self.listener else { return };
        if self.window.as_ref() == Some(window) {
            return;
        }
        self.window = Some(window.clone());
        let listens = self.when == When::Always || window.is_question();
        listener.expect(if listens { expected(window, plan) } else { Expected::default() });
    }

    /// The program itself begins to say this.
    pub fn own(&self, line: &Line) {
        let samples = line.estimate().as_millis() * u64::from(RATE) / 1_000;
        // A voice may be slower than is thought.
        let samples = usize::try_from(samples + samples / 2).unwrap_or(usize::MAX);
        if let Ok(mut guard) = self.guard.lock() {
            guard.plays(&line.text, samples);
        }
    }

    /// What the program was saying was cut off.
    pub fn cut(&self) {
        if let Ok(mut guard) = self.guard.lock() {
            guard.cut();
        }
    }

    /// How much softer the program is to speak for whoever speaks now, in decibels.
    #[must_use]
    pub fn duck(&self) -> f32 {
        let somebody = self.voice && self.guard.lock().is_ok_and(|guard| guard.hears_somebody());
        if somebody { DUCK } else { 0.0 }
    }

    /// What a report means for the session, and what is to be shown of it.
    pub fn report(&mut self, report: Report) -> (Option<Event>, Option<String>) {
        match report {
            Report::Heard { heard: Heard { words, sure, .. }, .. } => {
                (Some(Event::Heard { words, sure }), None)
            }
            Report::Voice(voice) => {
                self.voice = voice;
                (Some(Event::Voice(voice)), None)
            }
            Report::Lost(why) => {
                let first = !std::mem::replace(&mut self.told, true);
                let why = format!("the microphone cannot be used ({why}); trying again");
                (first.then_some(Event::Deaf), Some(why))
            }
            Report::Hindered(Hindrance::Noise) => {
                (Some(Event::Trouble(Trouble::Noisy)), Some("the room is loud".to_owned()))
            }
            Report::Hindered(Hindrance::Clipping) => (
                Some(Event::Trouble(Trouble::TooLoud)),
                Some("the microphone is cut off at its loudest; turn it down".to_owned()),
            ),
            Report::Back => (None, Some("the microphone is back".to_owned())),
            Report::Failed(why) => (None, Some(why)),
            Report::Level(_) | Report::SoFar(_) | Report::Over => (None, None),
        }
    }
}

fn expected(window: &Window, plan: &Arc<Plan>) -> Expected {
    let vocabulary = window.vocabulary(plan);
    let (window, plan) = (window.clone(), plan.clone());
    Expected { vocabulary, tells: Arc::new(move |words| window.told(words, &plan)) }
}

/// Takes the program's own sound out of each block.
fn cleaning(own: Own, guard: Arc<Mutex<Guard>>) -> Option<Clean> {
    let lag = own.lag;
    let mut reference = Reference::new(Box::new(own), lag).ok()?;
    let mut cleaner = Cleaner::default();
    Some(Box::new(move |block| {
        if block.is_empty() {
            reference.lose_step();
            guard.lock().map(|mut guard| guard.begin_anew()).unwrap_or_default();
            return false;
        }
        let played = reference.take(block.len());
        if reference.began_anew() {
            cleaner.begin_anew();
        }
        guard.lock().is_ok_and(|mut guard| {
            cleaner.take(block, &played, &mut guard);
            guard.may_be_somebody()
        })
    }))
}

fn listen(model: Arc<Model>, options: Options, messages: Sender<Message>) -> Result<Listener, EarError> {
    let recogniser = Box::new(Vosk::new(model));
    let reports = move |report| match report {
        Report::Level(_) | Report::SoFar(_) => {}
        // When the main thread is gone, the process is about to be.
        report => drop(messages.send(Message::Heard(report))),
    };
    let microphone = Box::new(Microphone::open());
    Listener::start(Expected::default(), recogniser, microphone, options, Box::new(reports))
}
