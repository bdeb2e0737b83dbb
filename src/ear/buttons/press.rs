//! What is one press: contacts bounce, keys repeat, and a long press may mean something else.
//! Owns no clock: the time is told.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::map::Button;

/// Nobody presses again so soon. Also takes a remote for one that reports a button twice, as two devices.
const BOUNCE: Duration = Duration::from_millis(80);
/// A press that lasts this long is a long one.
const LONG: Duration = Duration::from_millis(800);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    Short,
    Long,
}

/// The buttons that were touched.
#[derive(Debug, Default)]
pub struct Presses {
    /// The last time that each went up or down.
    moved: BTreeMap<Button, Instant>,
    /// What may still become a long press, and since when.
    down: BTreeMap<Button, Instant>,
}

impl Presses {
    /// A button went down or up. Only one that `holds`, that is, has a meaning when held, waits for its end.
    pub fn moved(&mut self, button: &Button, down: bool, holds: bool, now: Instant) -> Option<Press> {
        let last = self.moved.insert(button.clone(), now);
        if !down {
            return self.down.remove(button).map(|_| Press::Short);
        }
        let bounces = last.is_some_and(|last| now.saturating_duration_since(last) < BOUNCE);
        if bounces {
            return None;
        }
        if holds {
            self.down.insert(button.clone(), now);
            return None;
        }
        Some(Press::Short)
    }

    /// The buttons that have just been held long enough.
    pub fn held(&mut self, now: Instant) -> Vec<Button> {
        let long = |since: &Instant| now.saturating_duration_since(*since) >= LONG;
        self.down.extract_if(.., |_, since| long(since)).map(|(button, _)| button).collect()
    }

    /// How long until [`Self::held`] may have something to say.
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        self.down.values().map(|since| (*since + LONG).saturating_duration_since(now)).min()
    }

    /// A device is gone: its buttons will never be let go.
    pub fn forget(&mut self) {
        self.down.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Edges of one button at milliseconds, and the presses they make.
    fn presses(holds: bool, edges: &[(u64, bool)]) -> Vec<Press> {
        let (start, mut presses, mut made) = (Instant::now(), Presses::default(), Vec::new());
        for (ms, down) in edges {
            let now = start + Duration::from_millis(*ms);
            made.extend(presses.held(now).iter().map(|_| Press::Long));
            made.extend(presses.moved(&Button::Key(164), *down, holds, now));
        }
        made
    }

    #[test]
    fn a_press_counts_once_whatever_the_contact_does() {
        use Press::Short;
        assert_eq!(presses(false, &[(0, true), (200, false)]), [Short]);
        let bounces = [(0, true), (4, false), (7, true), (9, false), (12, true), (200, false), (203, true)];
        assert_eq!(presses(false, &bounces), [Short]);
        assert_eq!(presses(false, &[(0, true), (100, false), (300, true), (400, false)]), [Short, Short]);
        assert_eq!(
            presses(false, &[(0, true), (1, true), (100, false), (101, false)]),
            [Short],
            "two devices"
        );
    }

    #[test]
    fn what_has_a_meaning_when_held_is_a_press_when_let_go() {
        use Press::{Long, Short};
        assert_eq!(presses(true, &[(0, true)]), []);
        assert_eq!(presses(true, &[(0, true), (700, false)]), [Short]);
        assert_eq!(presses(true, &[(0, true), (810, false)]), [Long]);
        assert_eq!(presses(true, &[(0, true), (810, false), (1_500, true), (1_600, false)]), [Long, Short]);
    }

    #[test]
    fn waiting_is_for_what_is_held_only() {
        let (now, mut presses) = (Instant::now(), Presses::default());
        presses.moved(&Button::Key(1), true, false, now);
        assert_eq!(presses.wait(now), None);
        presses.moved(&Button::Key(2), true, true, now);
        assert_eq!(presses.wait(now), Some(LONG));
        presses.forget();
        assert_eq!((presses.wait(now), presses.held(now + LONG)), (None, vec![]));
    }
}
