//! The loudspeaker. Owns the stream to the default sound device, from opening to losing it; must not know what
//! it plays, and must never print, block for ever or bring the program down because a sound server did.
//!
//! The queue is deep, because a sound server on a busy machine is late by tens of milliseconds and nothing
//! here can hurry it. A cut is still heard at once: [`Device::hush`] throws the queue away. docs/latency.md has
//! the figures.

mod faint;
mod feed;
mod opening;
mod server;
mod urgency;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::played::Played;
use super::{Fill, Once};
use crate::frames::{Frames, RATE};
use crate::mix::Clip;
use opening::{Line, Start};

pub use server::find_sound_server;

/// What is played, as everyone who holds it sees it.
pub type Shared = Arc<Mutex<dyn Fill>>;

/// Asked of ALSA as the period. The queue is twice that: 171 ms.
pub const DEEP: u32 = 4_096;
/// How long a loudspeaker is woken, where nobody says otherwise.
pub const WAKE_UP: Frames = Frames::from_secs(1);
/// A queue of this period is heard out sooner than a new stream could be opened.
const NEAR: u32 = 768;
/// A device that takes nothing for so long is gone, whatever it says.
const DEAD: Duration = Duration::from_millis(300);
/// What is thrown away with the queue at a cut, so that no fade is left over to be heard after it.
const FADE: usize = RATE as usize / 50;
/// How often it is looked whether a clip has come to its end.
const LOOK: Duration = Duration::from_millis(20);
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_millis(250);

#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Frames in a period, half of the queue; for odd hardware.
    pub buffer: Option<u32>,
    /// For so long a new device plays next to nothing before it pulls, so that a loudspeaker that sleeps swallows no
    /// word; and it plays that in place of silence. Zero: neither.
    pub wake_up: Frames,
    /// Told everything that is played.
    pub played: Arc<Played>,
}

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error("the sound device does not open: `{said}`; is a sound server running, or is there a sound card?")]
    Refused { said: String, source: rodio::DeviceSinkError },
    #[error("the sound device does not answer for `{}` ms; restart the sound server", .0.as_millis())]
    Stuck(Duration),
    #[error("the sound device opens but takes no sound; is its session manager running?")]
    Idle,
    #[error("the sound device is gone")]
    Gone,
    #[error("no thread for the sound device")]
    Thread(#[from] io::Error),
}

/// An open device that pulls from its source. Dropping it silences it and never waits.
pub struct Device {
    line: Line,
    source: Shared,
    options: Options,
    period: u32,
    /// By streams before this one.
    pulled_before: u64,
    holes_before: u64,
}

impl Device {
    /// Opens the default device and starts pulling from `source`, once it is seen to take sound.
    ///
    /// # Errors
    /// There is no device, it does not open, does not answer within 5 s, or takes no sound within 1 s.
    pub fn open(source: Shared, options: &Options) -> Result<Self, DeviceError> {
        let period = options.buffer.unwrap_or(DEEP).max(1);
        let line = Line::open(&source, options, period, Start::Silent)?;
        line.await_flow()?;
        line.meter().arm();
        Ok(Self { line, source, options: options.clone(), period, pulled_before: 0, holes_before: 0 })
    }

    /// Frames taken from the source so far.
    pub fn frames_pulled(&self) -> u64 {
        self.pulled_before + self.line.meter().pulled()
    }

    /// How often the queue must have run empty, as the device said or the clock showed.
    pub fn holes(&self) -> u64 {
        self.holes_before + self.line.meter().holes()
    }

    /// No progress for too long, or the device said that it is gone, or the source panicked.
    pub fn is_dead(&self, now: Instant) -> bool {
        let patience = DEAD.max(self.queue() * 2);
        self.line.meter().is_broken() || self.line.meter().idle(now) > patience
    }

    /// From pulled to heard, without what the hardware adds; none where the device chose its own queue.
    pub fn latency(&self) -> Option<Duration> {
        self.line.is_as_asked().then(|| self.queue())
    }

    /// Makes a cut heard at once. To be called after the source was told to fade or stop: what is queued is
    /// thrown away, with the next 20 ms of the source, and a new stream goes on from there. Where the queue is
    /// short anyway nothing is done, and the source's own fade is heard. If no new stream opens soon, the device
    /// is dead.
    pub fn hush(&mut self) {
        if self.period <= NEAR {
            return;
        }
        self.line.retire();
        self.options.played.take_back(self.period as usize * 2);
        feed::discard(&self.source, FADE);
        let (pulled, holes) = self.line.meter().settle();
        self.pulled_before += pulled + FADE as u64;
        self.holes_before += holes;
        match Line::open(&self.source, &self.options, self.period, Start::Playing) {
            Ok(line) => self.line = line,
            Err(_) => self.line.meter().mark_broken(),
        }
    }

    fn queue(&self) -> Duration {
        Duration::from_secs_f64(f64::from(self.period) * 2.0 / f64::from(RATE))
    }
}

/// Plays `clip` on the default device until it has been heard.
///
/// # Errors
/// As [`Device::open`]; and the device was lost meanwhile.
pub fn play(clip: Clip) -> Result<(), DeviceError> {
    let length = clip.len().0;
    let options = Options { wake_up: WAKE_UP, ..Options::default() };
    let device = Device::open(Arc::new(Mutex::new(Once::new(clip))), &options)?;
    while device.frames_pulled() < length {
        if device.is_dead(Instant::now()) {
            return Err(DeviceError::Gone);
        }
        thread::sleep(LOOK);
    }
    thread::sleep(device.latency().unwrap_or(device.queue()));
    Ok(())
}

/// Opens the device again and again until it takes sound. Blocks meanwhile.
///
/// # Errors
/// The last one, once `give_up` has come or `stop` is set.
pub fn reopen(
    source: &Shared,
    options: &Options,
    give_up: Instant,
    stop: &AtomicBool,
) -> Result<Device, DeviceError> {
    let mut wait = FIRST_WAIT;
    loop {
        match Device::open(source.clone(), options) {
            Err(_) if Instant::now() + wait < give_up && !stop.load(Ordering::Relaxed) => {
                thread::sleep(wait);
                wait = (wait * 2).min(LONGEST_WAIT);
            }
            done => return done,
        }
    }
}
