//! Answers as lines of a pipe.

use std::io::{BufRead, Read};
use std::sync::mpsc::Sender;
use std::time::Duration;

use crate::runner::Event;

use super::Input;

/// No answer is longer; a stream without line ends cannot fill the memory.
const LONGEST: u64 = 1_000;

/// Nobody answers faster. A stream that never ends would outrun whoever takes the answers, and fill the memory with them.
const LEAST: Duration = Duration::from_millis(20);

/// Reads on a thread that is never joined, until the end of the stream.
pub fn listen<T: From<Input> + Send + 'static>(inputs: Sender<T>) {
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        while let Some(words) = line(&mut stdin) {
            let words = words.trim();
            if !words.is_empty() && inputs.send(Input::Event(Event::Said(words.to_owned())).into()).is_err() {
                return;
            }
            std::thread::sleep(LEAST);
        }
    });
}

fn line(stream: &mut impl BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    match stream.take(LONGEST).read_until(b'\n', &mut bytes) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_the_stream_and_may_be_garbage() {
        let mut stream: &[u8] = b"yes\n\xff\xfe\nno";
        let lines: Vec<_> = std::iter::from_fn(|| line(&mut stream)).collect();
        assert_eq!(lines, ["yes\n", "\u{fffd}\u{fffd}\n", "no"]);
    }
}
