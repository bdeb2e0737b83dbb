//! Opening and closing a stream. Owns the threads on which that happens, because either may hang; must not
//! decide when.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rodio::cpal::{self, traits::HostTrait};
use rodio::{CpalErrorKind, DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink};

use super::feed::{Feed, Meter};
use super::{DeviceError, Options, Shared, urgency};
use crate::frames::{Frames, RATE};

/// A sound server that is being started takes seconds; one that hangs takes for ever.
const OPENING: Duration = Duration::from_secs(5);
/// One that has just played has been started.
const OPENING_AGAIN: Duration = Duration::from_millis(500);
/// A sleeping sound card needs a moment to take its first sound.
const WAKING: Duration = Duration::from_secs(1);
/// Between looks at a stream that starts.
const LOOK: Duration = Duration::from_millis(5);
/// A dead stream reports errors as fast as it is let.
const BREATH: Duration = Duration::from_millis(1);
const STEREO: NonZero<u16> = match NonZero::new(2) {
    Some(two) => two,
    None => NonZero::<u16>::MIN,
};
/// What alsa-lib says is cut here.
const SAID: usize = 400;

/// How a stream begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With silence, until it has woken the loudspeaker and its meter is armed.
    Silent,
    /// At once: another was playing a moment ago.
    Playing,
}

/// One stream and what is known of it.
pub struct Line {
    sink: Option<MixerDeviceSink>,
    period: u32,
    as_asked: bool,
    meter: Arc<Meter>,
}

struct Opened {
    sink: MixerDeviceSink,
    as_asked: bool,
}

impl Line {
    /// `period` is in frames; two are queued.
    pub fn open(source: &Shared, options: &Options, period: u32, start: Start) -> Result<Self, DeviceError> {
        let queue = Duration::from_secs_f64(f64::from(period) * 2.0 / f64::from(RATE));
        let playing = start == Start::Playing;
        let meter = Arc::new(Meter::new(queue, if playing { Frames::ZERO } else { options.wake_up }));
        if playing {
            meter.arm();
        }
        let feed = Feed::new(source.clone(), options, meter.clone());
        let opened = Self::opened(feed, period, start, &meter);
        if opened.is_err() {
            // The thread that opens may not have given up.
            meter.disarm();
        }
        opened.map(|Opened { sink, as_asked }| Self { sink: Some(sink), period, as_asked, meter })
    }

    fn opened(feed: Feed, period: u32, start: Start, meter: &Arc<Meter>) -> Result<Opened, DeviceError> {
        let patience = if start == Start::Playing { OPENING_AGAIN } else { OPENING };
        let (sender, opened) = channel();
        let meter = meter.clone();
        let opener = thread::Builder::new().name("sound-open".to_owned());
        opener.spawn(move || open(feed, &meter, period, &sender))?;
        match opened.recv_timeout(patience) {
            Ok(opened) => opened,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(DeviceError::Stuck(patience))
            }
        }
    }

    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Whether rate, channels and queue are what was asked for.
    pub fn is_as_asked(&self) -> bool {
        self.as_asked
    }

    /// Waits until more is taken than the queue holds at the start, so that the device is known to play.
    pub fn await_flow(&self) -> Result<(), DeviceError> {
        let start = Instant::now();
        while self.meter.taken() <= u64::from(self.period) * 2 {
            if self.meter.is_broken() || start.elapsed() > WAKING {
                return Err(DeviceError::Idle);
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Silences the stream and lets go of it. Returns at once.
    pub fn retire(&mut self) {
        self.meter.disarm();
        let Some(sink) = self.sink.take() else { return };
        let closer = thread::Builder::new().name("sound-close".to_owned());
        // Without a thread the closure is dropped, and the stream with it, here.
        drop(closer.spawn(move || {
            urgency::raise();
            drop(alsa::Output::local_error_handler());
            drop(sink);
        }));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.retire();
    }
}

/// On a thread of its own, whose urgency the threads of cpal and of the ALSA plugins inherit.
fn open(feed: Feed, meter: &Arc<Meter>, period: u32, reply: &Sender<Result<Opened, DeviceError>>) {
    urgency::raise();
    let said = alsa::Output::local_error_handler();
    let opened = stream(meter, period).map_err(|source| {
        let said = said.map(|said| said.borrow().to_string()).unwrap_or_default();
        DeviceError::Refused { said: one_line(&said, &source), source }
    });
    let opened = opened.map(|mut opened| {
        opened.sink.log_on_drop(false);
        opened.sink.mixer().add(feed);
        opened
    });
    // Nobody waits any longer: the stream is dropped here.
    drop(reply.send(opened));
}

fn stream(meter: &Arc<Meter>, period: u32) -> Result<Opened, DeviceSinkError> {
    let device = cpal::default_host().default_output_device().ok_or(DeviceSinkError::NoDevice)?;
    let asked = DeviceSinkBuilder::default()
        .with_device(device.clone())
        .with_sample_rate(NonZero::new(RATE).unwrap_or(NonZero::<u32>::MIN))
        .with_channels(STEREO)
        .with_buffer_size(cpal::BufferSize::Fixed(period))
        .with_error_callback(listener(meter))
        .open_stream();
    match asked {
        Err(DeviceSinkError::BuildError(error)) if error.kind() == CpalErrorKind::UnsupportedConfig => {
            let its_own = DeviceSinkBuilder::from_device(device)?.with_error_callback(listener(meter));
            its_own.open_stream().map(|sink| Opened { sink, as_asked: false })
        }
        asked => asked.map(|sink| Opened { sink, as_asked: true }),
    }
}

/// Errors by themselves mean little: many healthy streams start with thousands. Progress tells.
fn listener(meter: &Arc<Meter>) -> impl FnMut(rodio::CpalError) + Send + 'static {
    let meter = meter.clone();
    move |error| match error.kind() {
        CpalErrorKind::Xrun => meter.count_hole(),
        CpalErrorKind::DeviceNotAvailable | CpalErrorKind::StreamInvalidated => meter.mark_broken(),
        _ => thread::sleep(BREATH),
    }
}

/// What alsa-lib said first, the cause of the rest; failing that, rodio and its causes.
fn one_line(said: &str, error: &DeviceSinkError) -> String {
    let said: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = if said.is_empty() {
        causes(error)
    } else {
        said.first().map_or_else(String::new, |line| (*line).to_owned())
    };
    text.chars().take(SAID).collect()
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text = format!("{text}: {error}");
        next = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_alsa_says_becomes_one_line() {
        let said = "pulse_prepare: no\n\n  snd_pcm_open: nor this \n";
        assert_eq!(one_line(said, &DeviceSinkError::NoDevice), "pulse_prepare: no");
        assert_eq!(one_line("", &DeviceSinkError::NoDevice), DeviceSinkError::NoDevice.to_string());
    }
}
