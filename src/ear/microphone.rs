//! The microphone. Owns the stream from the default device, from opening to losing it, and its way to 16 kHz mono.
//! Must not write sound anywhere, nor believe in errors: a stream that delivers is alive.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rodio::cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use rodio::cpal::{self, BufferSize, FromSample, SampleFormat, SizedSample, StreamConfig};
use rodio::{CpalError, CpalErrorKind};

use super::rate::Rate;
use super::recogniser::RATE;
use super::source::{Next, Source};

/// Samples in a block, 50 ms: shorter ones cost more, longer ones are later.
const PERIOD: u32 = 800;
/// Blocks that may wait for their reader: 10 s.
const QUEUE: usize = 200;
/// A microphone that delivers nothing for so long is dead, whatever it says.
const DEAD: Duration = Duration::from_secs(1);
/// Opening may hang.
const OPENING: Duration = Duration::from_secs(5);
/// Between two tries.
const WAIT: Duration = Duration::from_millis(500);
/// A dead stream reports errors as fast as it is let.
const BREATH: Duration = Duration::from_millis(1);

/// A real microphone hisses: nothing but zeros for 3 s is one that is muted, or not there.
const MUTE: usize = 3 * RATE as usize;

/// The default microphone, opened again whenever it is lost.
pub struct Microphone {
    now: Now,
    /// Samples of nothing at all.
    zeros: usize,
    lost: bool,
}

enum Now {
    Open(Box<Open>),
    /// A thread opens it; a thread that hangs is waited for, so that there is only one.
    Opening {
        opened: Receiver<Result<Open, String>>,
        since: Instant,
    },
    Waiting {
        until: Instant,
    },
}

struct Open {
    stream: Option<cpal::Stream>,
    blocks: Receiver<Vec<f32>>,
    mono: Rate,
}

impl Microphone {
    /// Begins to open it.
    #[must_use]
    pub fn open() -> Self {
        Self { now: opening(), zeros: 0, lost: false }
    }

    fn failed(&mut self, why: &str) -> Next {
        self.now = Now::Waiting { until: Instant::now() + WAIT };
        self.lost = true;
        self.zeros = 0;
        Next::Dead(why.to_owned())
    }

    /// A block, or nothing where none came in time.
    fn heard(&mut self, block: Option<Vec<f32>>) -> Next {
        let Some(block) = block else { return self.failed("it delivers nothing") };
        let silent = block.iter().all(|sample| *sample == 0.0);
        self.zeros = if silent { self.zeros + block.len() } else { 0 };
        if self.zeros > MUTE {
            return self.failed("it delivers nothing but silence; is it plugged in, or muted?");
        }
        if self.lost && !silent {
            self.lost = false;
            return Next::Back;
        }
        Next::Block(block)
    }
}

impl Source for Microphone {
    fn next(&mut self) -> Next {
        match &mut self.now {
            Now::Open(open) => {
                let block = open.blocks.recv_timeout(DEAD).ok().map(|block| open.mono.take(&block));
                self.heard(block)
            }
            Now::Waiting { until } => {
                thread::sleep(until.saturating_duration_since(Instant::now()));
                self.now = opening();
                Next::Block(Vec::new())
            }
            Now::Opening { opened, since } => match opened.recv_timeout(WAIT) {
                Ok(Ok(open)) => {
                    self.now = Now::Open(Box::new(open));
                    Next::Block(Vec::new())
                }
                Err(RecvTimeoutError::Timeout) if since.elapsed() < OPENING => Next::Block(Vec::new()),
                Err(RecvTimeoutError::Timeout) => {
                    self.lost = true;
                    Next::Dead("it does not answer".to_owned())
                }
                Ok(Err(said)) => self.failed(&said),
                Err(RecvTimeoutError::Disconnected) => self.failed("no thread opens it"),
            },
        }
    }
}

fn opening() -> Now {
    let (sender, opened) = channel();
    let opener = thread::Builder::new().name("microphone-open".to_owned());
    // Without a thread the sender is dropped, which is seen at the next look.
    drop(opener.spawn(move || {
        let said = alsa::Output::local_error_handler();
        let open = open().map_err(|error| {
            let said = said.map(|said| said.borrow().to_string()).unwrap_or_default();
            said.lines().find(|line| !line.trim().is_empty()).map_or(error, |line| line.trim().to_owned())
        });
        // Nobody waits any longer: the stream is dropped here.
        drop(sender.send(open));
    }));
    Now::Opening { opened, since: Instant::now() }
}

/// At 16 kHz mono where the device, or a plugin before it, can; else as the device wishes.
fn open() -> Result<Open, String> {
    let device = cpal::default_host().default_input_device().ok_or("there is none")?;
    let asked = StreamConfig { channels: 1, sample_rate: RATE, buffer_size: BufferSize::Fixed(PERIOD) };
    match start::<f32>(&device, asked) {
        Err(error) if error.kind() == CpalErrorKind::UnsupportedConfig => as_it_wishes(&device),
        started => started.map_err(|error| error.to_string())?,
    }
}

fn as_it_wishes(device: &cpal::Device) -> Result<Open, String> {
    let wish = device.default_input_config().map_err(|error| error.to_string())?;
    let config = wish.config();
    let started = match wish.sample_format() {
        SampleFormat::F32 => start::<f32>(device, config),
        SampleFormat::I32 => start::<i32>(device, config),
        SampleFormat::I16 => start::<i16>(device, config),
        other => return Err(format!("its samples are {other}")),
    };
    started.map_err(|error| error.to_string())?
}

type Started = Result<Result<Open, String>, CpalError>;

fn start<T: SizedSample>(device: &cpal::Device, config: StreamConfig) -> Started
where
    f32: FromSample<T>,
{
    let (sender, blocks) = sync_channel(QUEUE);
    let channels = usize::from(config.channels).max(1);
    let (mut quiet, mut naps) = (false, Naps::default());
    let take = move |samples: &[T], _: &cpal::InputCallbackInfo| {
        if !quiet {
            quiet = true;
            drop(alsa::Output::local_error_handler());
        }
        send(&sender, samples, channels);
        let seconds = (samples.len() / channels) as f64 / f64::from(config.sample_rate);
        thread::sleep(naps.take(Instant::now(), Duration::try_from_secs_f64(seconds).unwrap_or_default()));
    };
    let stream = device.build_input_stream(config, take, |_| thread::sleep(BREATH), None)?;
    stream.play()?;
    let mono = Rate::new(config.sample_rate, RATE);
    Ok(mono.map(|mono| Open { stream: Some(stream), blocks, mono }))
}

/// Until shortly before the next block the stream's thread sleeps. A sound server's plugin says that there is sound as soon
/// as there is most of a block, and would be asked again without a pause until there is all of it.
#[derive(Default)]
struct Naps {
    /// When the last block was due, as soon after the one before as ever, and when it was there.
    last: Option<(Instant, Instant)>,
}

impl Naps {
    /// After a block of this length, which is there `now`. A device holds two blocks, so nothing is lost.
    fn take(&mut self, now: Instant, length: Duration) -> Duration {
        // The device's clock may be slower, and what was lost does not come any more.
        let due = self.last.map_or(now, |(due, there)| now.min(due + length + (now - there) / 64));
        self.last = Some((due, now));
        // What is later has more waiting behind it.
        if now - due < length / 2 { length * 19 / 20 } else { Duration::ZERO }
    }
}

/// Never waits: what nobody reads for ten seconds is lost.
fn send<T: SizedSample>(blocks: &SyncSender<Vec<f32>>, samples: &[T], channels: usize)
where
    f32: FromSample<T>,
{
    let mono = samples.chunks(channels).map(|frame| {
        let sum: f32 = frame.iter().map(|sample| f32::from_sample_(*sample)).sum();
        sum / channels as f32
    });
    let _ = blocks.try_send(mono.collect());
}

impl Drop for Open {
    /// Closing may hang, so it has a thread of its own.
    fn drop(&mut self) {
        let Some(stream) = self.stream.take() else { return };
        let closer = thread::Builder::new().name("microphone-close".to_owned());
        drop(closer.spawn(move || {
            drop(alsa::Output::local_error_handler());
            drop(stream);
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: Duration = Duration::from_millis(50);

    /// Takes blocks that are there at the times given, in ms. When each was taken, and how long was slept in all.
    fn taken(there: impl IntoIterator<Item = u64>) -> (Vec<u64>, Duration) {
        let (mut naps, start) = (Naps::default(), Instant::now());
        let (mut now, mut slept) = (start, Duration::ZERO);
        let take = |there| {
            now = now.max(start + Duration::from_millis(there));
            let taken = now - start;
            let nap = naps.take(now, LENGTH);
            (now, slept) = (now + nap, slept + nap);
            u64::try_from(taken.as_millis()).unwrap()
        };
        let taken = there.into_iter().map(take).collect();
        (taken, slept)
    }

    #[test]
    fn nearly_all_of_the_time_is_slept_and_no_block_is_later_for_it() {
        let there: Vec<u64> = (1..=200).map(|block| block * 50).collect();
        let (taken, slept) = taken(there.clone());
        assert_eq!(taken, there);
        assert_eq!(slept, LENGTH * 190);
    }

    #[test]
    fn what_comes_in_packets_is_taken_within_one_of_them() {
        // Of 20 ms.
        let there: Vec<u64> = (1..=2_000).map(|block| (block * 50_u64).next_multiple_of(20)).collect();
        let (taken, slept) = taken(there.clone());
        let late = there.iter().zip(&taken).map(|(there, taken)| taken - there);
        assert!(late.max().is_some_and(|late| late <= 10));
        assert!(slept > LENGTH * 1_800);
    }

    #[test]
    fn a_backlog_is_taken_at_once() {
        // Nothing comes for a second, and then all of it.
        let there = |block| if (20..=40).contains(&block) { 2_000 } else { block * 50 };
        let (taken, _) = taken((1..=100).map(there));
        assert_eq!(taken[19..39], [2_000; 20]);
        let late = |block: u64| taken[usize::try_from(block).unwrap() - 1] - there(block);
        assert!((40..=100).all(|block| late(block) < 50));
        assert!((80..=100).all(|block| late(block) == 0));
    }

    #[test]
    fn after_a_gap_it_sleeps_again() {
        // A second is lost, which is forgotten within a minute; and the clock of the device is slower by a thousandth.
        let there =
            (1..=4_000).map(|block| if block < 20 { block * 50 } else { 1_000 + block * 50 + block / 20 });
        let (_, slept) = taken(there);
        assert!(slept > LENGTH * 2_500);
    }
}
