//! Buttons on the lines of a GPIO chip. The kernel keeps their bounces to itself.

use std::collections::BTreeSet;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::time::{Duration, Instant};

use gpiocdev::Request;
use gpiocdev::line::{Bias, EdgeDetection, EdgeKind};

use super::map::{Button, Line};
use super::press::Edge;

const BOUNCE: Duration = Duration::from_millis(10);

/// Lines that are asked for, each held once its chip is there.
#[derive(Debug)]
pub struct Lines {
    wires: Vec<(Line, Option<Request>)>,
    /// Chips of which was said that a line cannot be had.
    told: BTreeSet<String>,
}

impl Lines {
    pub fn new<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Self {
        Self { wires: lines.into_iter().map(|line| (line.clone(), None)).collect(), told: BTreeSet::new() }
    }

    /// Asks for what is not held yet; gives what cannot be had, once for each chip.
    pub fn look(&mut self) -> Vec<(Line, gpiocdev::Error)> {
        let mut refused = Vec::new();
        for (line, held) in self.wires.iter_mut().filter(|(_, held)| held.is_none()) {
            match request(line) {
                Ok(request) => *held = Some(request),
                Err(error) if self.told.insert(line.chip.clone()) => refused.push((line.clone(), error)),
                Err(_) => {}
            }
        }
        refused
    }

    pub fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.wires.iter().filter_map(|(_, held)| held.as_ref()).map(Request::as_fd)
    }

    /// What the line at `place` of [`Self::fds`] has to report: whether it was pressed or let go. One that is gone is
    /// asked for again at the next look.
    pub fn read(&mut self, place: usize) -> Option<Edge> {
        let (line, held) = self.wires.iter_mut().filter(|(_, held)| held.is_some()).nth(place)?;
        let event = held.as_ref()?.read_edge_event();
        if event.is_err() {
            *held = None;
        }
        let down = event.ok()?.kind == EdgeKind::Rising;
        Some(Edge { button: Button::Line(line.clone()), down, at: Instant::now() })
    }
}

/// Rising is pressed: a line that a button pulls to ground is turned round by the kernel.
fn request(line: &Line) -> gpiocdev::Result<Request> {
    let mut builder = Request::builder();
    let builder = builder.on_chip(Path::new("/dev").join(&line.chip)).with_consumer("matside");
    let builder = builder.with_line(line.line).as_input();
    let builder = if line.high {
        builder.with_bias(Bias::PullDown)
    } else {
        builder.as_active_low().with_bias(Bias::PullUp)
    };
    builder.with_edge_detection(EdgeDetection::BothEdges).with_debounce_period(BOUNCE).request()
}
