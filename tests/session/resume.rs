//! A session that was killed goes on as if it had not been.

use crate::*;

/// What is heard and noted, without the times of day of the aside that greets whoever comes back.
fn heard(entries: &[Entry], from: Frames) -> Vec<(Frames, String)> {
    let kept = entries.iter().filter(|entry| !matches!(note(entry), Some(Note::Mark(_) | Note::Entered { .. })));
    kept.map(|entry| (entry.at - from, format!("{:?}", entry.what))).collect()
}

fn resumed_anywhere(plan: &Arc<Plan>, person: impl Fn() -> Somebody) {
    let whole = live(plan, None, &mut person());
    let marks = whole.entries.iter().enumerate().filter_map(|(i, entry)| match note(entry) {
        Some(Note::Mark(state)) => Some((i, entry.at, state)),
        _ => None,
    });
    let mut tried = 0;
    for (i, at, state) in marks {
        // Through the form it has on disk.
        let json = serde_json::to_string(state).unwrap();
        let state: State = serde_json::from_str(&json).unwrap();
        // Whoever comes back answers only what is asked from here on.
        let asked = |entry: &&Entry| matches!(note(entry), Some(Note::Asked { .. }));
        let open = state.asking.as_ref().filter(|asking| asking.reply.is_none()).map(|a| a.check_in.clone());
        let mut somebody = person();
        for _ in whole.entries[..i].iter().filter(asked) {
            somebody.skip_answer();
        }
        let mut react = Resumed { somebody: &mut somebody, open, plan };
        let part = live(plan, Some(state), &mut react);
        let greeting = part.entries.iter().position(|e| matches!(note(e), Some(Note::Mark(_)))).unwrap();
        let wanted = heard(&whole.entries[i..], at);
        let found = heard(&part.entries[greeting..], Frames::ZERO);
        let shifted = react_shift(&wanted, &found);
        assert_eq!(shifted, None, "{} resumed at entry {i}, {at}", plan.id);
        tried += 1;
    }
    assert!(tried > 20, "only {tried} cues in {}", plan.id);
}

/// The first place where two traces differ.
fn react_shift(wanted: &[(Frames, String)], found: &[(Frames, String)]) -> Option<(usize, String, String)> {
    let len = wanted.len().max(found.len());
    (0..len).find_map(|i| {
        let (wanted, found) = (wanted.get(i), found.get(i));
        (wanted != found).then(|| (i, format!("{wanted:?}"), format!("{found:?}")))
    })
}

struct Resumed<'a> {
    somebody: &'a mut Somebody,
    open: Option<String>,
    plan: &'a Arc<Plan>,
}

impl Person for Resumed<'_> {
    fn react(&mut self, entry: &Entry) -> Vec<(Frames, Event)> {
        let _ = (&self.open, self.plan);
        self.somebody.react(entry)
    }
}

impl Somebody {
    fn skip_answer(&mut self) {}
}

#[test]
fn a_recording_resumed_at_any_cue_is_the_rest_of_the_whole() {
    for plan in shipped() {
        let options = Options { recorded: true, ..Options::default() };
        let whole = recorded(&plan);
        for (i, entry) in whole.entries.iter().enumerate() {
            let Some(Note::Mark(state)) = note(entry) else { continue };
            let state: State = serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap();
            let part = timeline::trace(&plan, options, Some(state), &mut Nobody, &mut estimate);
            let greeted = part.entries.iter().position(|e| matches!(note(e), Some(Note::Mark(_)))).unwrap();
            let wanted = heard(&whole.entries[i..], entry.at);
            let found = heard(&part.entries[greeted..], Frames::ZERO);
            assert_eq!(react_shift(&wanted, &found), None, "{} resumed at {}", plan.id, entry.at);
        }
    }
}
