//! `matside run`: a live session.

#[cfg(feature = "ears")]
mod hearing;
mod invite;
mod keep;
mod live;
mod memory;
mod screen;
mod signals;
mod snooze;
mod sound;
mod start;
mod status;
mod who;

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

use crate::ear::socket::Socket;
use crate::ear::{Ear, Input};
use crate::frames::Frames;
use crate::history::What;
use crate::journal::Journal;
#[cfg(feature = "buttons")]
use crate::light::Light;
use crate::line::Line;
use crate::plan::Plan;
use crate::runner::{Ending, Event, Performance, Reaction, Runner, Trouble};
use crate::stage::{Report, Stage};
use crate::voice::VoiceError;

use super::config::Buttons;
use super::{Exit, Speech, Which, clips, ctl, guide, log, places, voices};

use invite::{Invited, Turn};
use keep::{Keep, Written};
use screen::Screen;
use snooze::Snoozed;
use sound::Sound;
pub use start::TODAY;
use start::{Asked, Start};
use status::Status;
pub use who::who;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    speech: Speech,
    /// Time that there is, in minutes, for `today`
    #[arg(long, value_name = "N")]
    minutes: Option<u64>,
    #[command(flatten)]
    guide: guide::Guidance,
    /// Go on where the last session was cut off
    #[arg(long)]
    resume: bool,
    /// Begin anew, without asking about a session that was cut off
    #[arg(long, conflicts_with = "resume")]
    anew: bool,
    /// Print what is said
    #[arg(long)]
    captions: bool,
    #[command(flatten)]
    invite: invite::Args,
    #[command(flatten)]
    sound: sound::Args,
    #[cfg(feature = "ears")]
    #[command(flatten)]
    ears: hearing::Args,
}

impl Args {
    /// As it was asked for.
    pub fn session(&self) -> &str {
        &self.which.session
    }
}

/// Everything that reaches the main thread.
enum Message {
    Input(Input),
    Report(Report),
    #[cfg(feature = "ears")]
    Heard(crate::ear::listener::Report),
    Signal,
    Written(Written),
}

impl From<Input> for Message {
    fn from(input: Input) -> Self {
        Self::Input(input)
    }
}

/// What reaches this process from a person. Listening begins once: a thread that waits for a line cannot be called off.
pub struct Senses {
    messages: Sender<Message>,
    inbox: Receiver<Message>,
    ear: Option<Ear>,
    heeds_signals: bool,
    #[cfg_attr(not(feature = "buttons"), expect(dead_code, reason = "there are none"))]
    buttons: Buttons,
    #[cfg(feature = "ears")]
    loaded: hearing::Loaded,
}

impl Senses {
    pub fn new(buttons: Buttons) -> Self {
        let (messages, inbox) = channel();
        Self {
            messages,
            inbox,
            ear: None,
            heeds_signals: false,
            buttons,
            #[cfg(feature = "ears")]
            loaded: hearing::Loaded::default(),
        }
    }

    fn heed_signals(&mut self) -> anyhow::Result<()> {
        if !std::mem::replace(&mut self.heeds_signals, true) {
            signals::listen(self.messages.clone())?;
        }
        Ok(())
    }

    /// Whether single keys are heard.
    fn listen(&mut self) -> anyhow::Result<bool> {
        self.heed_signals()?;
        if self.ear.is_none() {
            let ear = Ear::open(self.messages.clone());
            #[cfg(feature = "buttons")]
            crate::ear::buttons::listen(self.buttons.map.clone(), ear.keys, self.messages.clone());
            self.ear = Some(ear);
        }
        Ok(self.ear.as_ref().is_some_and(|ear| ear.keys))
    }

    /// What is left of an earlier performance is not about the next; what a person did is.
    fn settle(&self) {
        let left: Vec<Message> = self.inbox.try_iter().collect();
        for message in left.into_iter().filter(|left| matches!(left, Message::Input(_) | Message::Signal)) {
            drop(self.messages.send(message));
        }
    }
}

/// What is performed.
struct Show {
    plan: Arc<Plan>,
    runner: Runner,
    begun: What,
    /// Rules whose words are said in place of a session.
    advised: Vec<Arc<str>>,
    journal: Option<Journal>,
    trouble: Option<Trouble>,
}

/// How a performance went.
struct Performed {
    exit: Exit,
    /// The last answer.
    answered: Option<String>,
    /// To an invitation.
    reaction: Option<Reaction>,
}

impl From<Exit> for Performed {
    fn from(exit: Exit) -> Self {
        Self { exit, answered: None, reaction: None }
    }
}

pub fn run(args: &Args, mut senses: Senses) -> anyhow::Result<Exit> {
    let waited = args.invite.snoozed.map(|snoozed| snoozed.wait(&mut senses)).transpose()?;
    if let Some(exit) = waited.flatten() {
        return Ok(exit);
    }
    match turn(args, &mut senses)? {
        Ok(exit) => Ok(exit),
        Err(snoozed) => snoozed.begin(senses),
    }
}

/// The invitation where there is one, and the session; or until when it was put off. Everything that only one process can
/// have is held here, and given back.
fn turn(args: &Args, senses: &mut Senses) -> anyhow::Result<Result<Exit, Snoozed>> {
    let asked = match Asked::read(args)? {
        Ok(asked) => asked,
        Err(exit) => return Ok(Ok(exit)),
    };
    let id = asked.id().to_owned();
    let Some(mut turn) = Turn::take(&args.invite, &id)? else { return Ok(Ok(Exit::Done)) };
    let Some(missed) = invite::call(&args.invite, &turn, &id) else { return Ok(Ok(Exit::Done)) };
    let Some(start) = asked.start(&turn.memory)? else { return Ok(Ok(Exit::BadScript)) };
    if start.silent {
        memory::note(start.begun);
        return Ok(Ok(Exit::Done));
    }
    match invite::invite(args, &id, &start, missed, senses)? {
        Invited::Start => {}
        Invited::Later(snoozed) => return Ok(Err(snoozed)),
        Invited::Over(exit) => return Ok(Ok(exit)),
    }
    let Start { plan, runner, begun, advised, refused, .. } = start;
    let (journal, trouble) = (turn.memory.journal.take(), turn.memory.trouble);
    let show = Show { plan, runner, begun, advised, journal, trouble };
    let exit = perform(args, show, senses)?.exit;
    Ok(Ok(if refused && exit == Exit::Emergency { Exit::Blocked } else { exit }))
}

fn perform(args: &Args, show: Show, senses: &mut Senses) -> anyhow::Result<Performed> {
    let (speaking, fallen) = voices::live(&args.speech, &show.plan.language)?;
    let (lost, losses) = channel();
    let clips = Box::new(clips::Live::start(speaking, lost)?);
    let alive = Arc::new(());
    let reports = reporter(senses.messages.clone(), Arc::downgrade(&alive));
    let mut stage = Stage::new(Performance::new(show.runner), clips, voices::gain(&args.speech), reports);
    if let Some(trouble) = show.trouble {
        stage.handle(Event::Trouble(trouble));
    }
    let stage = Arc::new(Mutex::new(stage));
    senses.settle();
    let sound = match Sound::open(&args.sound, &stage) {
        Ok(sound) => sound,
        Err(error) => {
            log::warn(&format!("{error:#}"));
            return Ok(Exit::NoDevice.into());
        }
    };
    #[cfg(feature = "ears")]
    let ears = hearing::Ears::open(&args.ears, &show.plan, sound.own(), senses).unwrap_or_else(|error| {
        log::warn(&error.to_string());
        hearing::Ears::deaf()
    });
    let keys = senses.listen()?;
    let messages = senses.messages.clone();
    let status = Status::new(&show.plan);
    #[cfg(feature = "buttons")]
    let light = light(senses.buttons.led.as_deref(), &senses.messages);
    let _socket = listen(messages.clone(), status.clone());
    let told = Box::new(move |written| drop(messages.send(Message::Written(written))));
    let live = Live {
        stage,
        sound,
        inbox: &senses.inbox,
        _alive: alive,
        losses,
        fallen,
        #[cfg(feature = "ears")]
        ears,
        #[cfg(feature = "ears")]
        plan: show.plan.clone(),
        screen: Screen::new(args.captions, keys, show.plan),
        status,
        #[cfg(feature = "buttons")]
        light,
        keep: Keep::start(show.journal, show.begun, told),
        advised: show.advised,
        answered: None,
        reaction: None,
        entered: Frames::ZERO,
        written_by: None,
        failing: false,
        ending: None,
        leave_by: None,
        lost: 0,
    };
    live.run()
}

/// Without its socket a session still runs.
fn listen(messages: Sender<Message>, status: Status) -> Option<Socket> {
    // Whether it could be made was said before.
    let path = places::device().filter(|dir| dir.is_dir())?.join(ctl::SOCKET);
    let opened = Socket::open(&path, messages, Box::new(move || status.json()));
    let failed =
        |error: &io::Error| log::warn(&format!("`matside ctl` will not reach this session: {error}"));
    opened.inspect_err(failed).ok()
}

/// Without its light a session still runs.
#[cfg(feature = "buttons")]
fn light(name: Option<&str>, messages: &Sender<Message>) -> Option<Light> {
    let opened = Light::open(name?).map_err(anyhow::Error::from);
    let told = |error: &_| format!("{error:#}; `matside doctor` says what mends it");
    opened.inspect_err(|error| drop(messages.send(Message::Input(Input::Told(told(error)))))).ok()
}

/// Nobody wants reports of what is no longer alive; and when the main thread is gone, the process is about to be.
fn reporter(messages: Sender<Message>, alive: Weak<()>) -> crate::stage::Reports {
    Box::new(move |report| {
        if alive.upgrade().is_some() {
            drop(messages.send(Message::Report(report)));
        }
    })
}

struct Live<'a> {
    stage: Arc<Mutex<Stage>>,
    sound: Sound,
    inbox: &'a Receiver<Message>,
    /// As long as it lives, there are reports.
    _alive: Arc<()>,
    losses: Receiver<(Line, VoiceError)>,
    fallen: voices::Fallen,
    screen: Screen,
    status: Status,
    #[cfg(feature = "buttons")]
    light: Option<Light>,
    keep: Keep,
    #[cfg(feature = "ears")]
    ears: hearing::Ears,
    #[cfg(feature = "ears")]
    plan: Arc<crate::plan::Plan>,
    /// Rules whose words are said in place of a session.
    advised: Vec<Arc<str>>,
    /// The last answer.
    answered: Option<String>,
    /// To an invitation.
    reaction: Option<Reaction>,
    /// Playhead at the beginning of the step.
    entered: Frames,
    /// Until when a record is waited for.
    written_by: Option<(u64, Instant)>,
    /// The last write failed, and that was said.
    failing: bool,
    ending: Option<Ending>,
    /// When to leave whatever is still to be said.
    leave_by: Option<Instant>,
    lost: usize,
}
