//! The main thread while a session runs: takes what reaches it, and looks after sound, voice and journal.

use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use crate::ear::Input;
use crate::frames::Frames;
use crate::history::{ADVISED, SOUND_BACK, SOUND_LOST, What};
use crate::runner::{Ending, Event, Note, Trouble};
use crate::stage::{Happened, Report, SETTLE};

use super::super::{Exit, log};
use super::keep::Written;
use super::sound::State as SoundState;
use super::{Live, Message, Performed, memory};

/// How often the sound is looked after.
const LOOK: Duration = Duration::from_millis(50);
/// After the first signal the goodbye may take this long.
const GOODBYE: Duration = Duration::from_secs(6);
/// An answer that is not on disk by then is replied to all the same. Longer than a slow card takes, shorter than
/// somebody waits before speaking again.
const WRITTEN: Duration = Duration::from_secs(2);
/// A voice that fails this often is no voice.
const LOSSES: usize = 3;

impl Live<'_> {
    pub(super) fn run(mut self) -> anyhow::Result<Performed> {
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
