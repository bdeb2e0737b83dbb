//! SIGINT, SIGTERM and SIGHUP: the first asks the session to end, the second ends the process.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;

use anyhow::Context;

use super::{Exit, Message};

pub fn listen(messages: Sender<Message>) -> anyhow::Result<()> {
    let signals = AtomicUsize::new(0);
    ctrlc::set_handler(move || {
        let earlier = signals.fetch_add(1, Ordering::Relaxed);
        // The main thread may hang in a call of the sound system: this thread does not depend on it.
        if earlier > 0 || messages.send(Message::Signal).is_err() {
            let _ = crossterm::terminal::disable_raw_mode();
            std::process::exit(Exit::Interrupted.code().into());
        }
    })
    .context("cannot listen for signals")
}
