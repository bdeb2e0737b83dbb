//! Whatever is pressed and said, a session comes to an end and never panics.

use std::sync::LazyLock;

use matside::runner::Command;
use proptest::prelude::*;

use crate::*;

fn event() -> impl Strategy<Value = Event> {
    let commands = (0..15_usize).prop_map(|i| {
        let name = Command::keys().nth(i).unwrap().0;
        Event::Command(Command::named(name).unwrap())
    });
    let words =
        ["yes", "no", "four", "ten", "the same", "further down", "left", "banana", "", "stop", "\u{0}"];
    prop_oneof![
        6 => commands,
        3 => prop::char::range(' ', '~').prop_map(Event::Key),
        3 => prop::sample::select(words.to_vec()).prop_map(|words| Event::Said(words.into())),
        3 => prop::sample::select(words.to_vec()).prop_map(|words| Event::Pressed(words.into())),
        1 => any::<u64>().prop_map(Event::Finished),
        1 => (0..100_000_u64).prop_map(|unheard| Event::OutputLost(Frames(unheard))),
    ]
}

/// Plans, and a length in hours that nothing can stretch them to. An hour is more than 120 events of up to twenty
/// seconds can make of two minutes; in a loop each of them may be an answer, after which it goes round four times.
static PLANS: LazyLock<[(Arc<Plan>, u64); 2]> =
    LazyLock::new(|| [(plan("taste"), 1), (crate::loops::rounds(), 6)]);

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_events_lead_to_an_end(events in prop::collection::vec((0_u64..20_000, event()), 0..120)) {
        for (plan, hours) in &*PLANS {
            let mut events = events.iter().cloned();
            let mut presses = |_: &Entry| {
                let next = events.next();
                next.into_iter().map(|(ms, event)| (Frames::from_millis(ms), event)).collect()
            };
            let trace = live(plan, None, &mut presses);
            prop_assert!(trace.length < Frames::from_secs(hours * 3_600));
            for pair in trace.entries.windows(2) {
                let order = |entry: &Entry| matches!(entry.what, What::Sound(..));
                prop_assert!(order(&pair[0]) || pair[0].at <= pair[1].at);
            }
        }
    }

    /// However early or late in the question it is said.
    #[test]
    fn a_red_flag_always_ends_it(ms in 0_u64..8_000) {
        let plan = plan("taste");
        let mut yes = |entry: &Entry| match note(entry) {
            Some(Note::Asked { .. }) => vec![(Frames::from_millis(ms), Event::Said("yes".into()))],
            _ => Vec::new(),
        };
        prop_assert_eq!(live(&plan, None, &mut yes).ending, Ending::Emergency);
    }
}
