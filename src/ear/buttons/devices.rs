//! Remotes, keypads and foot switches, as the kernel reports them under `/dev/input`. Owns which are open, and that one
//! that is plugged in again is opened again.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use evdev::{Device, EventSummary};

use super::map::Button;
use super::press::Edge;

/// No event is read later than that.
const LATEST: Duration = Duration::from_secs(2);

/// Where the kernel has them.
pub const FOLDER: &str = "/dev/input";

/// One that is listened to.
#[derive(Debug)]
pub struct Open {
    pub name: String,
    /// Nobody else hears it.
    pub grabbed: bool,
    path: PathBuf,
    device: Device,
}

/// What became of a device that has come.
#[derive(Debug)]
pub enum Change {
    Came(String),
    /// Told of the first only: what is wrong with one is wrong with all.
    Refused(PathBuf, io::Error),
}

#[derive(Debug, Default)]
pub struct Devices {
    open: Vec<Open>,
    /// Without a button that means anything: path and inode, since the next device may get the same path.
    passed_over: BTreeSet<(PathBuf, u64)>,
    /// Could not be opened at the last look. A device that has just come gets its rights a moment later.
    refused: BTreeSet<PathBuf>,
    told: bool,
}

impl Devices {
    /// Opens what has come and has a button that is `wanted`, and takes for itself what `grab` is part of the name of.
    pub fn look(
        &mut self,
        folder: &Path,
        wanted: &dyn Fn(&Button) -> bool,
        grab: Option<&str>,
    ) -> Vec<Change> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let events = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("event"));
        let found: BTreeSet<(PathBuf, u64)> =
            events.filter_map(|entry| Some((entry.path(), entry.metadata().ok()?.ino()))).collect();
        self.passed_over.retain(|known| found.contains(known));
        let before = std::mem::take(&mut self.refused);
        let mut changes = Vec::new();
        for (path, inode) in found {
            let known = self.open.iter().any(|open| open.path == path);
            if known || self.passed_over.contains(&(path.clone(), inode)) {
                continue;
            }
            match open(&path, wanted, grab) {
                Ok(Some(device)) => {
                    changes.push(Change::Came(device.name.clone()));
                    self.open.push(device);
                }
                Ok(None) => _ = self.passed_over.insert((path, inode)),
                Err(error) => {
                    self.refused.insert(path.clone());
                    if before.contains(&path) && !std::mem::replace(&mut self.told, true) {
                        changes.push(Change::Refused(path, error));
                    }
                }
            }
        }
        changes
    }

    pub fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.open.iter().map(|open| open.device.as_fd())
    }

    /// What the device at `place` of [`Self::fds`] has to report: buttons that went down or up, without repeats.
    /// Nothing when it is gone; then [`Self::close`] is due.
    pub fn read(&mut self, place: usize) -> Option<(&Open, Vec<Edge>)> {
        let open = self.open.get_mut(place)?;
        let edges = match open.device.fetch_events() {
            Ok(events) => events
                .filter_map(|event| match event.destructure() {
                    EventSummary::Key(event, key, value @ (0 | 1)) => Some(Edge {
                        button: Button::Key(key.code()),
                        down: value == 1,
                        at: when(event.timestamp()),
                    }),
                    _ => None,
                })
                .collect(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Vec::new(),
            Err(_) => return None,
        };
        Some((open, edges))
    }

    /// Gives its name.
    pub fn close(&mut self, place: usize) -> String {
        if place < self.open.len() { self.open.remove(place).name } else { String::new() }
    }
}

/// On a busy machine an event is read long after it happened. The clock may have been set since.
fn when(event: SystemTime) -> Instant {
    let ago = event.elapsed().unwrap_or_default().min(LATEST);
    let now = Instant::now();
    now.checked_sub(ago).unwrap_or(now)
}

fn open(path: &Path, wanted: &dyn Fn(&Button) -> bool, grab: Option<&str>) -> io::Result<Option<Open>> {
    let mut device = Device::open(path)?;
    let keys = device.supported_keys();
    if !keys.is_some_and(|keys| keys.iter().any(|key| wanted(&Button::Key(key.code())))) {
        return Ok(None);
    }
    let name = device.name().unwrap_or("a device without a name").to_owned();
    let grabbed = grab.is_some_and(|part| name.to_lowercase().contains(&part.to_lowercase()));
    if grabbed {
        device.grab()?;
    }
    device.set_nonblocking(true)?;
    Ok(Some(Open { name, grabbed, path: path.to_owned(), device }))
}
