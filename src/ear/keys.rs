//! Single keys from a terminal.

use std::sync::mpsc::Sender;

use crossterm::event::{self, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::terminal;

use crate::runner::Event;

use super::Input;

/// Keys arrive one by one while this lives.
#[derive(Debug)]
pub struct RawMode(());

impl RawMode {
    pub fn enter() -> Option<Self> {
        terminal::enable_raw_mode().ok().map(|()| Self(()))
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // A terminal that is gone needs no mode.
        let _ = terminal::disable_raw_mode();
    }
}

/// Whether this process may read its terminal.
pub fn in_foreground() -> bool {
    let stdin = rustix::stdio::stdin();
    rustix::termios::tcgetpgrp(stdin).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// Reads on a thread that is never joined: a read cannot be called off.
pub fn listen<T: From<Input> + Send + 'static>(inputs: Sender<T>) {
    std::thread::spawn(move || {
        while let Ok(event) = event::read() {
            let input = match event {
                event::Event::Key(key) if key.kind != KeyEventKind::Release => input(key),
                _ => None,
            };
            if input.is_some_and(|input| inputs.send(input.into()).is_err()) {
                return;
            }
        }
    });
}

fn input(key: KeyEvent) -> Option<Input> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c' | '\u{3}') if control => Some(Input::Interrupt),
        KeyCode::Char(_) if control => None,
        KeyCode::Char(key) => Some(Input::Event(Event::Key(key))),
        KeyCode::Esc => Some(Input::Event(Event::Command(crate::runner::Command::Stop))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ctrl_c_interrupts_and_other_control_keys_do_nothing() {
        let key = |c, modifiers| input(KeyEvent::new(KeyCode::Char(c), modifiers));
        assert_eq!(key('c', KeyModifiers::CONTROL), Some(Input::Interrupt));
        assert_eq!(key('q', KeyModifiers::CONTROL), None);
        assert_eq!(key('q', KeyModifiers::NONE), Some(Input::Event(Event::Key('q'))));
    }
}
