//! The chosen output, kept alive.

#[cfg(feature = "device")]
mod device;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::frames::Frames;
use crate::output::null::{self, Pacing};
use crate::script::Duration;
use crate::stage::Stage;

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Where the sound goes: device, null (nowhere, in real time) or free (nowhere, as fast as it can)
    #[arg(long, value_enum, default_value = "device")]
    output: Output,
    /// How long to wait for a sound device that is gone, in seconds; at the start, where nobody sits at a terminal
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    wait_for_device: u64,
    /// How long a sleeping loudspeaker is woken with next to nothing, at the start and when it is back, up to 5s; 0s: silence
    /// stays silent
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = wake_up)]
    wake_up: Frames,
    /// Frames in a period of the sound device, for odd hardware
    #[arg(long, value_name = "FRAMES", value_parser = clap::value_parser!(u32).range(64..=65_536))]
    buffer: Option<u32>,
}

const LONGEST_WAKE_UP: Frames = Frames::from_secs(5);

fn wake_up(text: &str) -> Result<Frames, String> {
    let Duration(time) = Duration::parse(text)?;
    if time > LONGEST_WAKE_UP { Err(format!("`{text}` is longer than 5s")) } else { Ok(time) }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    Device,
    Null,
    Free,
}

/// What has become of the output.
#[cfg_attr(not(feature = "device"), expect(dead_code, reason = "only a device is lost"))]
pub enum State {
    Playing,
    /// It has just been lost.
    Lost,
    /// It plays again.
    Back,
    /// It did not come back in time; why.
    GivenUp(String),
}

/// Something that pulls from the stage.
pub enum Sound {
    Null {
        _running: Null,
    },
    #[cfg(feature = "device")]
    Device(Box<device::Keeper>),
}

impl Sound {
    pub fn open(args: &Args, stage: &Arc<Mutex<Stage>>) -> anyhow::Result<Self> {
        match args.output {
            #[cfg(feature = "device")]
            Output::Device => Ok(Self::Device(Box::new(device::Keeper::open(args, stage)?))),
            #[cfg(not(feature = "device"))]
            Output::Device => anyhow::bail!("this build has no sound device; use `--output null`"),
            Output::Null => Ok(Self::Null { _running: Null::start(stage, Pacing::RealTime) }),
            Output::Free => Ok(Self::Null { _running: Null::start(stage, Pacing::Free) }),
        }
    }

    /// Looks whether it still plays, and mends it if it does not.
    pub fn look(&mut self) -> State {
        match self {
            Self::Null { .. } => State::Playing,
            #[cfg(feature = "device")]
            Self::Device(device) => device.look(),
        }
    }

    /// The stage has fallen silent: nothing of what was pulled before is to be heard any more.
    pub fn hush(&mut self) {
        match self {
            Self::Null { .. } => {}
            #[cfg(feature = "device")]
            Self::Device(device) => device.hush(),
        }
    }

    /// What the loudspeaker is given; nothing where there is none.
    #[cfg(feature = "ears")]
    pub fn own(&self) -> super::hearing::Own {
        let (played, lag) = match self {
            Self::Null { .. } => (Arc::default(), 0),
            Self::Device(device) => device.played(),
        };
        super::hearing::Own { played, lag }
    }

    /// What was pulled and is still to be heard, at most.
    pub fn queued(&self) -> Frames {
        match self {
            Self::Null { .. } => Frames::ZERO,
            #[cfg(feature = "device")]
            Self::Device(device) => device.queued(),
        }
    }

    /// Waits until what was pulled has been heard.
    pub fn play_out(&self) {
        match self {
            Self::Null { .. } => {}
            #[cfg(feature = "device")]
            Self::Device(device) => device.play_out(),
        }
    }
}

/// Pulls on a thread of its own, and plays nothing.
pub struct Null {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Null {
    fn start(stage: &Arc<Mutex<Stage>>, pacing: Pacing) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (theirs, mut stage) = (stop.clone(), stage.clone());
        let mut left =
            move |_| if theirs.load(Ordering::Relaxed) { Frames::ZERO } else { Frames::from_secs(1) };
        let thread = std::thread::spawn(move || {
            null::run(&mut stage, pacing, &mut left);
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Null {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
