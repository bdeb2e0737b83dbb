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

/// A button went down or up.
#[derive(Clone, Debug)]
pub struct Edge {
    pub button: Button,
    pub down: bool,
    pub at: Instant,
}

/// A press of a button that has a meaning when held: its end tells which it was.
#[derive(Debug)]
struct Held {
    since: Instant,
    /// Let go, unless that was a bounce.
    up: Option<Instant>,
}

impl Held {
    fn ends(&self) -> (Instant, Press) {
        self.up.map_or((self.since + LONG, Press::Long), |up| (up + BOUNCE, Press::Short))
    }
}

/// The buttons that were touched.
#[derive(Debug, Default)]
pub struct Presses {
    /// The last time that each went up or down.
    moved: BTreeMap<Button, Instant>,
    held: BTreeMap<Button, Held>,
}

impl Presses {
    /// What `edge` makes of a button. The press of one that `holds`, that is, has a meaning when held, is told by
    /// [`Self::ended`].
    pub fn moved(&mut self, edge: &Edge, holds: bool) -> Option<Press> {
        let Edge { button, down, at } = edge;
        let last = self.moved.insert(button.clone(), *at);
        if let Some(held) = self.held.get_mut(button) {
            let short = at.saturating_duration_since(held.since) < LONG;
            held.up = (!down && short).then_some(*at);
            return None;
        }
        let bounces = last.is_some_and(|last| at.saturating_duration_since(last) < BOUNCE);
        if !down || bounces {
            return None;
        }
        if holds {
            self.held.insert(button.clone(), Held { since: *at, up: None });
            return None;
        }
        Some(Press::Short)
    }

    /// The presses that have ended by now.
    pub fn ended(&mut self, now: Instant) -> Vec<(Button, Press)> {
        let ended = self.held.extract_if(.., |_, held| held.ends().0 <= now);
        ended.map(|(button, held)| (button, held.ends().1)).collect()
    }

    /// How long until [`Self::ended`] may have something to say.
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        self.held.values().map(|held| held.ends().0.saturating_duration_since(now)).min()
    }

    /// A device is gone: its buttons will never be let go.
    pub fn forget(&mut self) {
        self.held.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(code: u16, down: bool, at: Instant) -> Edge {
        Edge { button: Button::Key(code), down, at }
    }

    /// Edges of one button at milliseconds, and the presses they make within two seconds.
    fn presses(holds: bool, edges: &[(u64, bool)]) -> Vec<Press> {
        let (start, mut presses, mut made) = (Instant::now(), Presses::default(), Vec::new());
        for ms in 0..2_000 {
            let now = start + Duration::from_millis(ms);
            made.extend(presses.ended(now).into_iter().map(|(_, press)| press));
            for (_, down) in edges.iter().filter(|(at, _)| *at == ms) {
                made.extend(presses.moved(&edge(164, *down, now), holds));
            }
        }
        made
    }

    /// A contact that bounces both ways, down at the first time and up at the second.
    fn bouncing(down: u64, up: u64) -> Vec<(u64, bool)> {
        let edges = |at: u64, down: bool| {
            [(at, down), (at + 3, !down), (at + 6, down), (at + 8, !down), (at + 12, down)]
        };
        edges(down, true).into_iter().chain(edges(up, false)).collect()
    }

    #[test]
    fn a_press_counts_once_whatever_the_contact_does() {
        use Press::Short;
        assert_eq!(presses(false, &[(0, true), (200, false)]), [Short]);
        assert_eq!(presses(false, &bouncing(0, 200)), [Short]);
        assert_eq!(presses(false, &[(0, true), (100, false), (300, true), (400, false)]), [Short, Short]);
        assert_eq!(
            presses(false, &[(0, true), (1, true), (100, false), (101, false)]),
            [Short],
            "two devices"
        );
    }

    #[test]
    fn what_has_a_meaning_when_held_is_told_at_its_end() {
        use Press::{Long, Short};
        assert_eq!(presses(true, &[(0, true), (700, false)]), [Short]);
        assert_eq!(presses(true, &[(0, true), (900, false)]), [Long]);
        // Told late of both, as on a busy machine.
        let (now, mut late) = (Instant::now(), Presses::default());
        late.moved(&edge(1, true, now), true);
        late.moved(&edge(1, false, now + LONG), true);
        assert_eq!(late.ended(now + LONG * 2), [(Button::Key(1), Long)]);
        assert_eq!(presses(true, &bouncing(0, 300)), [Short]);
        assert_eq!(presses(true, &bouncing(0, 900)), [Long]);
        assert_eq!(presses(true, &[(0, true), (900, false), (1_500, true), (1_600, false)]), [Long, Short]);
    }

    #[test]
    fn waiting_is_for_what_is_held_only() {
        let (now, mut presses) = (Instant::now(), Presses::default());
        presses.moved(&edge(1, true, now), false);
        assert_eq!(presses.wait(now), None);
        presses.moved(&edge(2, true, now), true);
        assert_eq!(presses.wait(now), Some(LONG));
        presses.forget();
        assert_eq!((presses.wait(now), presses.ended(now + LONG)), (None, vec![]));
    }
}
