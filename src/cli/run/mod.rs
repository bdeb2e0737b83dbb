//! `matside run`: a live session.

#[cfg(feature = "ears")]
mod hearing;
mod keep;
mod screen;
mod signals;
mod sound;

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::Timestamp;

use crate::ear::{Ear, Input};
use crate::journal::Journal;
use crate::line::Line;
use crate::plan::Plan;
use crate::runner::{Ending, Event, Note, Options, Performance, Runner, State};
use crate::script::FactValue;
use crate::stage::{Happened, Report, Stage};
use crate::voice::VoiceError;

use super::{Exit, Speech, Which, clips, places, shelf, voices};

use keep::Keep;
use screen::Screen;
use sound::{Sound, State as SoundState};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    speech: Speech,
    /// Go on where the last session was cut off
    #[arg(long)]
    resume: bool,
    /// Print what is said
    #[arg(long)]
    captions: bool,
    #[command(flatten)]
    sound: sound::Args,
    #[cfg(feature = "ears")]
    #[command(flatten)]
    ears: hearing::Args,
}

/// How often the sound is looked after.
const LOOK: Duration = Duration::from_millis(50);
/// After the first signal the goodbye may take this long.
const GOODBYE: Duration = Duration::from_secs(6);
/// A voice that fails this often is no voice.
const LOSSES: usize = 3;

/// Everything that reaches the main thread.
enum Message {
    Input(Input),
    Report(Report),
    #[cfg(feature = "ears")]
    Heard(crate::ear::listener::Report),
    Signal,
}

impl From<Input> for Message {
    fn from(input: Input) -> Self {
        Self::Input(input)
    }
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let Some((plan, shelf)) = shelf::plan(&args.which)? else { return Ok(Exit::BadScript) };
    let journal = Journal::open(&places::state().context(places::NO_STATE)?)?;
    let _lock = journal.lock()?;
    let digest = shelf.digest(&plan, &args.which);
    let state = bookmarked(args, &journal, &plan, &digest)?;
    let (speaking, fallen) = voices::live(&args.speech, &plan.language)?;
    let (messages, inbox) = channel();
    let (lost, losses) = channel();
    let clips = Box::new(clips::Live::start(speaking, lost)?);
    let options = Options { recorded: false, pace: args.speech.pace() };
    let runner = match state {
        Some(state) => Runner::resume(plan.clone(), options, state),
        None => Runner::start_knowing(plan.clone(), options, remembered(&journal)),
    };
    let reports = reporter(messages.clone());
    let gain = voices::gain(&args.speech);
    let stage = Arc::new(Mutex::new(Stage::new(Performance::new(runner), clips, gain, reports)));
    let sound = match Sound::open(&args.sound, &stage) {
        Ok(sound) => sound,
        Err(error) => {
            eprintln!("matside: {error:#}");
            return Ok(Exit::NoDevice);
        }
    };
    signals::listen(messages.clone())?;
    #[cfg(feature = "ears")]
    let ears = hearing::Ears::open(&args.ears, &plan, sound.own(), &messages).unwrap_or_else(|error| {
        eprintln!("matside: {error}");
        hearing::Ears::deaf()
    });
    let ear = Ear::open(messages);
    let screen = Screen::new(args.captions, ear.keys, plan.clone());
    let keep = Keep::start(journal, plan.id.clone(), digest);
    let live = Live {
        stage,
        sound,
        inbox,
        losses,
        fallen,
        screen,
        keep,
        #[cfg(feature = "ears")]
        ears,
        plan,
        ending: None,
        leave_by: None,
        lost: 0,
    };
    live.run()
}

fn bookmarked(args: &Args, journal: &Journal, plan: &Plan, digest: &str) -> anyhow::Result<Option<State>> {
    if !args.resume {
        return Ok(None);
    }
    let bookmark = journal.bookmark().context("there is no session to go on with")?;
    if bookmark.session != plan.id {
        anyhow::bail!("the session that was cut off is `{}`, not `{}`", bookmark.session, plan.id);
    }
    if !bookmark.is_fresh(Timestamp::now()) {
        anyhow::bail!(
            "too long ago: the questions at the beginning have to be asked again; start anew, without --resume"
        );
    }
    if bookmark.digest != digest {
        anyhow::bail!("the files of `{}` have changed since; start it anew, without --resume", plan.id);
    }
    Ok(Some(bookmark.state))
}

/// Memory that cannot be read costs questions, not the session.
fn remembered(journal: &Journal) -> BTreeMap<String, FactValue> {
    journal.remembered(Timestamp::now()).unwrap_or_else(|error| {
        eprintln!("matside: {:#}", anyhow::Error::from(error));
        BTreeMap::new()
    })
}

fn reporter(messages: Sender<Message>) -> crate::stage::Reports {
    // When the main thread is gone, the process is about to be.
    Box::new(move |report| drop(messages.send(Message::Report(report))))
}

struct Live {
    stage: Arc<Mutex<Stage>>,
    sound: Sound,
    inbox: Receiver<Message>,
    losses: Receiver<(Line, VoiceError)>,
    fallen: voices::Fallen,
    screen: Screen,
    keep: Keep,
    #[cfg(feature = "ears")]
    ears: hearing::Ears,
    #[cfg_attr(not(feature = "ears"), expect(dead_code, reason = "the ears look into it"))]
    plan: Arc<Plan>,
    ending: Option<Ending>,
    /// When to leave whatever is still to be said.
    leave_by: Option<Instant>,
    lost: usize,
}

impl Live {
    fn run(mut self) -> anyhow::Result<Exit> {
        let exit = self.until_it_ends();
        if let Ok(mut stage) = self.stage.lock() {
            stage.hush();
        }
        exit
    }

    fn until_it_ends(&mut self) -> anyhow::Result<Exit> {
        loop {
            match self.inbox.recv_timeout(LOOK) {
                Ok(Message::Input(Input::Event(event))) => self.send(event),
                Ok(Message::Input(Input::Interrupt) | Message::Signal) => {
                    if self.leave_by.is_some() {
                        return Ok(Exit::Interrupted);
                    }
                    self.leave_by = Some(Instant::now() + GOODBYE);
                    self.send(Event::Interrupt);
                }
                Ok(Message::Report(report)) => self.report(report),
                #[cfg(feature = "ears")]
                Ok(Message::Heard(report)) => self.heard(report),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
            #[cfg(feature = "ears")]
            self.follow();
            if let Some(exit) = self.look()? {
                self.screen.clear();
                return Ok(exit);
            }
        }
    }

    /// Acts at once, not when the output next asks for sound.
    fn send(&mut self, event: Event) {
        let cut = self.stage.lock().is_ok_and(|mut stage| stage.handle(event));
        if cut {
            self.sound.hush();
            #[cfg(feature = "ears")]
            self.ears.cut();
        }
    }

    #[cfg(feature = "ears")]
    fn heard(&mut self, report: crate::ear::listener::Report) {
        let (event, shown) = self.ears.report(report);
        if let Some(shown) = shown {
            self.screen.warn(&shown);
        }
        if let Some(event) = event {
            self.send(event);
        }
    }

    #[cfg(feature = "ears")]
    fn follow(&mut self) {
        let duck = self.ears.duck();
        let window = self.stage.lock().map(|mut stage| {
            stage.duck(duck);
            stage.window()
        });
        if let Ok(window) = window {
            self.ears.follow(&window, &self.plan);
        }
    }

    fn report(&mut self, report: Report) {
        self.screen.show(&report);
        #[cfg(feature = "ears")]
        if let Happened::Sound(crate::runner::Sound::Line(line)) = &report.what {
            self.ears.own(line);
        }
        match report.what {
            Happened::Note(Note::Mark(state)) => self.keep.mark(state),
            Happened::Note(Note::Remember { days, facts }) => self.keep.remember(facts, days),
            Happened::Over(ending) => {
                self.keep.close(ending);
                self.ending = Some(ending);
            }
            _ => {}
        }
    }

    /// Looks after the sound and the voice; says how to leave, if it is time to.
    fn look(&mut self) -> anyhow::Result<Option<Exit>> {
        for (voice, error) in self.fallen.try_iter() {
            let error = anyhow::Error::from(error);
            self.screen.warn(&format!("the voice `{voice}` failed, the next one speaks on: {error:#}"));
        }
        for (line, error) in self.losses.try_iter() {
            self.lost += 1;
            self.screen.warn(&format!("`{}` was not spoken: {:#}", line.text, anyhow::Error::from(error)));
        }
        for error in self.keep.failures() {
            self.screen.warn(&format!("{:#}", anyhow::Error::from(error)));
        }
        if self.lost >= LOSSES {
            return Ok(Some(Exit::Failed));
        }
        if self.leave_by.is_some_and(|by| Instant::now() > by) {
            return Ok(Some(Exit::Interrupted));
        }
        match self.sound.look() {
            SoundState::Playing => {}
            SoundState::Lost => {
                self.screen.warn("the sound device is gone; waiting for it");
                // Nothing is pulled until it is back; then the sentence begins again.
                if let Ok(mut stage) = self.stage.lock() {
                    stage.handle(Event::OutputLost);
                }
            }
            SoundState::Back => self.screen.warn("the sound device is back"),
            SoundState::GivenUp(why) => {
                self.screen.warn(&format!("the sound device did not come back: {why}"));
                return Ok(Some(Exit::NoDevice));
            }
        }
        // Silence for ever would look like a very long hold.
        let Ok(over) = self.stage.lock().map(|stage| stage.is_over()) else {
            anyhow::bail!("the session broke off; this is a fault of the program");
        };
        match self.ending {
            Some(ending) if over => {
                self.sound.play_out();
                Ok(Some(ending.into()))
            }
            _ => Ok(None),
        }
    }
}
