//! The sound device, and getting it back.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::frames::Frames;
use crate::output::device::{self, Device, DeviceError, Options, Shared};
#[cfg(feature = "ears")]
use crate::output::played::Played;
use crate::stage::Stage;

use super::{Args, State};

/// What a device that does not tell may still have to play.
const QUEUE: Duration = Duration::from_millis(200);

pub struct Keeper {
    source: Shared,
    options: Options,
    patience: Duration,
    now: Now,
}

enum Now {
    Open(Device),
    /// A thread is opening it again.
    Lost {
        back: Receiver<Result<Device, DeviceError>>,
        stop: Arc<AtomicBool>,
    },
}

impl Keeper {
    /// What is played, and how many frames of it wait at least.
    #[cfg(feature = "ears")]
    pub fn played(&self) -> (Arc<Played>, u64) {
        (self.options.played.clone(), self.period().into())
    }

    fn period(&self) -> u32 {
        self.options.buffer.unwrap_or(device::DEEP)
    }

    pub fn open(args: &Args, stage: &Arc<Mutex<Stage>>) -> Result<Self, DeviceError> {
        let source: Shared = stage.clone();
        let options = Options { buffer: args.buffer, wake_up: args.wake_up, ..Options::default() };
        let patience = Duration::from_secs(args.wait_for_device);
        // Whoever looks is told at once. By the clock, a loudspeaker may still be on its way.
        let at_start = if std::io::stderr().is_terminal() { Duration::ZERO } else { patience };
        let device = device::reopen(&source, &options, Instant::now() + at_start, &AtomicBool::new(false))?;
        Ok(Self { source, options, patience, now: Now::Open(device) })
    }

    pub fn look(&mut self) -> State {
        let back = match &self.now {
            Now::Open(device) if !device.is_dead(Instant::now()) => return State::Playing,
            Now::Open(_) => {
                self.now = self.find();
                // What waited in the queue was never heard.
                self.options.played.begin_anew(self.period() as usize * 2);
                return State::Lost;
            }
            Now::Lost { back, .. } => back.try_recv(),
        };
        match back {
            Err(TryRecvError::Empty) => State::Playing,
            Err(TryRecvError::Disconnected) => State::GivenUp("the search for it broke off".into()),
            Ok(Err(error)) => State::GivenUp(format!("{:#}", anyhow::Error::from(error))),
            Ok(Ok(device)) => {
                self.now = Now::Open(device);
                State::Back
            }
        }
    }

    fn find(&self) -> Now {
        let (found, back) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let (source, options, theirs) = (self.source.clone(), self.options.clone(), stop.clone());
        let give_up = Instant::now() + self.patience;
        std::thread::spawn(move || {
            // Nobody waits any more when the session has ended.
            let _ = found.send(device::reopen(&source, &options, give_up, &theirs));
        });
        Now::Lost { back, stop }
    }

    pub fn hush(&mut self) {
        if let Now::Open(device) = &mut self.now {
            device.hush();
        }
    }

    pub fn queued(&self) -> Frames {
        Frames(2 * u64::from(self.period()))
    }

    pub fn play_out(&self) {
        if let Now::Open(device) = &self.now {
            std::thread::sleep(device.latency().unwrap_or(QUEUE));
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Now::Lost { stop, .. } = &self.now {
            stop.store(true, Ordering::Relaxed);
        }
    }
}
