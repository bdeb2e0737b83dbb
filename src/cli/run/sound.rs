//! The chosen output, kept alive.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::frames::Frames;
use crate::output::null::{self, Pacing};
use crate::stage::Stage;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the sound goes: device, null (nowhere, in real time) or free (nowhere, as fast as it can)
    #[arg(long, value_enum, default_value = "device")]
    output: Output,
    /// How long to wait for a lost sound device, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    wait_for_device: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    Device,
    Null,
    Free,
}

/// What has become of the output.
pub enum State {
    Playing,
    Lost(String),
    Back,
    GivenUp,
}

pub enum Sound {
    Null { stop: Arc<AtomicBool>, thread: Option<JoinHandle<()>> },
}

impl Sound {
    pub fn open(args: &Args, stage: &Arc<Mutex<Stage>>) -> anyhow::Result<Self> {
        match args.output {
            Output::Device => anyhow::bail!("no device yet"),
            Output::Null => Ok(Self::null(stage, Pacing::RealTime)),
            Output::Free => Ok(Self::null(stage, Pacing::Free)),
        }
    }

    fn null(stage: &Arc<Mutex<Stage>>, pacing: Pacing) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (theirs, mut stage) = (stop.clone(), stage.clone());
        let left = move |_| if theirs.load(Ordering::Relaxed) { Frames::ZERO } else { Frames::from_secs(1) };
        let thread = std::thread::spawn(move || {
            let mut left = left;
            null::run(&mut stage, pacing, &mut left);
        });
        Self::Null { stop, thread: Some(thread) }
    }

    pub fn look(&mut self, _stage: &Arc<Mutex<Stage>>) -> State {
        State::Playing
    }

    /// Waits until what was pulled has been heard.
    pub fn play_out(&mut self) {}
}

impl Drop for Sound {
    fn drop(&mut self) {
        match self {
            Self::Null { stop, thread } => {
                stop.store(true, Ordering::Relaxed);
                if let Some(thread) = thread.take() {
                    let _ = thread.join();
                }
            }
        }
    }
}
