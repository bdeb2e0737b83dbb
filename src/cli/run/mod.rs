//! `matside run`: a live session.

#[cfg(feature = "ears")]
mod hearing;
mod invite;
mod keep;
mod memory;
mod screen;
mod signals;
mod snooze;
mod sound;
mod start;
mod status;
mod who;

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use crate::ear::socket::Socket;
use crate::ear::{Ear, Input};
use crate::frames::Frames;
use crate::history::{ADVISED, SOUND_BACK, SOUND_LOST, What};
use crate::journal::Journal;
#[cfg(feature = "buttons")]
use crate::light::Light;
use crate::line::Line;
use crate::plan::Plan;
use crate::runner::{Ending, Event, Note, Performance, Reaction, Runner, Trouble};
use crate::stage::{Happened, Report, SETTLE, Stage};
use crate::voice::VoiceError;

use super::config::Buttons;
use super::{Exit, Speech, Which, clips, ctl, guide, log, places, voices};

use invite::{Invited, Turn};
use keep::{Keep, Written};
use screen::Screen;
use snooze::Snoozed;
use sound::{Sound, State as SoundState};
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

/// How often the sound is looked after.
const LOOK: Duration = Duration::from_millis(50);
/// After the first signal the goodbye may take this long.
const GOODBYE: Duration = Duration::from_secs(6);
/// An answer that is not on disk by then is replied to all the same. Longer than a slow card takes, shorter than
/// somebody waits before speaking again.
const WRITTEN: Duration = Duration::from_secs(2);
/// A voice that fails this often is no voice.
const LOSSES: usize = 3;

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
}

impl Senses {
    pub fn new(buttons: Buttons) -> Self {
        let (messages, inbox) = channel();
        Self { messages, inbox, ear: None, heeds_signals: false, buttons }
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
    let ears =
        hearing::Ears::open(&args.ears, &show.plan, sound.own(), &senses.messages).unwrap_or_else(|error| {
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

impl Live<'_> {
    fn run(mut self) -> anyhow::Result<Performed> {
        let exit = self.until_it_ends();
        if let Ok(mut stage) = self.stage.lock() {
            stage.hush();
        }
        Ok(Performed { exit: exit?, answered: self.answered, reaction: self.reaction })
    }

    fn until_it_ends(&mut self) -> anyhow::Result<Exit> {
        loop {
            match self.inbox.recv_timeout(LOOK) {
                Ok(Message::Input(Input::Event(event))) => self.send(event),
                Ok(Message::Input(Input::Told(told))) => self.screen.warn(&told),
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
                Ok(Message::Written(written)) => self.written(written),
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
        self.status.take(&report);
        #[cfg(feature = "buttons")]
        if let Some(light) = &self.light {
            light.show(self.status.glow());
        }
        match report.what {
            Happened::Note(Note::Mark(state)) => self.keep.mark(state),
            Happened::Note(Note::StartedOver) => self.keep.start_over(),
            Happened::Note(Note::Answered { answer, .. }) => self.answered = Some(answer),
            Happened::Note(Note::Invited(reaction)) => self.reaction = Some(reaction),
            Happened::Note(Note::Entered { .. }) => self.entered = report.playhead,
            Happened::Note(Note::Record(what)) => self.record(*what, report.playhead),
            Happened::Over(ending) => {
                for rule in std::mem::take(&mut self.advised).iter().filter(|_| ending == Ending::Done) {
                    let about = Some(rule.to_string());
                    self.keep.record(What::Note { note: ADVISED.to_owned(), about });
                }
                self.keep.close(ending);
                self.ending = Some(ending);
            }
            _ => {}
        }
    }

    fn record(&mut self, mut what: What, playhead: Frames) {
        if let What::Take(take) = &mut what {
            take.lasted = (playhead - self.entered).as_millis();
        }
        let (waited_for, emergency) = (matches!(what, What::Answer(_)), what.is_emergency());
        let record = self.keep.record(what);
        if emergency && record.is_none() {
            memory::mark_emergency();
        }
        if let Some(record) = record.filter(|_| waited_for) {
            self.written_by = Some((record, Instant::now() + WRITTEN));
        }
    }

    fn written(&mut self, written: Written) {
        let record = match written {
            Written::Kept(record) => {
                self.failing = false;
                record
            }
            Written::Failed(record, error) => {
                if !std::mem::replace(&mut self.failing, true) {
                    self.screen.warn(&format!("{:#}", anyhow::Error::from(error)));
                    self.send(Event::Trouble(Trouble::NotKept));
                }
                record
            }
        };
        self.written_by = self.written_by.filter(|(awaited, _)| *awaited > record);
        self.send(Event::Kept(record));
    }

    /// Nothing is pulled until the device is back; then the sentence begins again.
    fn lost_sound(&mut self) {
        self.keep.aside(SOUND_LOST);
        self.screen.tell("the sound device is gone; waiting for it");
        let unheard = self.sound.queued();
        if let Ok(mut stage) = self.stage.lock()
            && stage.handle(Event::OutputLost(unheard))
        {
            // What is left of the fade belongs to a sentence that nobody hears any more.
            stage.pull(&mut [0.0; SETTLE]);
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
            let error = anyhow::Error::from(error);
            self.screen.print(&format!("`{}` was not spoken: {error:#}", line.text));
            // What is said may follow from an answer.
            log::warned(&format!("a line was not spoken: {error:#}"));
        }
        if let Some((record, _)) = self.written_by.filter(|(_, by)| Instant::now() > *by) {
            self.written_by = None;
            self.screen.warn("an answer was replied to before it was on disk, which took too long");
            self.send(Event::Kept(record));
        }
        if self.lost >= LOSSES {
            return Ok(Some(Exit::Failed));
        }
        if self.leave_by.is_some_and(|by| Instant::now() > by) {
            return Ok(Some(Exit::Interrupted));
        }
        match self.sound.look() {
            SoundState::Playing => {}
            SoundState::Lost => self.lost_sound(),
            SoundState::Back => {
                self.keep.aside(SOUND_BACK);
                self.screen.tell("the sound device is back");
            }
            SoundState::GivenUp(why) => {
                self.screen.warn(&format!("the sound device is gone and did not come back: {why}"));
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
