//! No reply before the answer is on disk, and what is said when nothing can be written.

use matside::history::What as Row;
use matside::runner::{Command, Runner, Trouble};

use crate::*;

/// Events, and how long from now.
type Later = Vec<(Frames, Event)>;

/// Answers as somebody well does, and whoever writes down what is recorded tells so by `kept`.
fn kept(runner: Runner, kept: &mut dyn FnMut(u64, &Row) -> Later) -> Trace {
    let mut somebody = Somebody { answers: well(), acts: vec![] };
    let mut records = 0;
    let mut person = |entry: &Entry| {
        let mut events = somebody.react(entry);
        if let Some(Note::Record(row)) = note(entry) {
            records += 1;
            events.extend(kept(records, row));
        }
        events
    };
    timeline::trace_of(runner, &mut person, &mut estimate)
}

fn taste() -> Runner {
    Runner::start(plan("taste"), Options::default())
}

fn at_once(record: u64) -> Later {
    vec![(Frames::ZERO, Event::Kept(record))]
}

#[test]
fn a_session_whose_records_are_kept_is_the_same_session() {
    let plain = kept(taste(), &mut |_, _| vec![]);
    ended(&plain, Ending::Done);
    let slow =
        kept(taste().keeping(), &mut |record, _| vec![(Frames::from_millis(700), Event::Kept(record))]);
    ended(&slow, Ending::Done);
    assert_eq!(lines(&plain), lines(&slow));
    assert_eq!(plain.length, slow.length, "waiting is no session time");
}

#[test]
fn nothing_is_replied_before_the_answer_is_kept() {
    for late in [None, Some(0)] {
        let trace = kept(taste().keeping(), &mut |_, row| match (row, late) {
            (Row::Answer(_), Some(stale)) => at_once(stale),
            _ => vec![],
        });
        // Nothing more can ever happen.
        ended(&trace, Ending::Interrupted);
        let last = trace.entries.iter().filter_map(note).next_back();
        assert!(matches!(last, Some(Note::Mark(state)) if state.asking.as_ref().unwrap().reply.is_some()));
        assert!(!lines(&trace).contains(&"Thank you."), "{}", written(&trace));
    }
}

#[test]
fn a_pause_while_it_is_written_does_not_let_the_reply_through() {
    let mut held = true;
    let trace = kept(taste().keeping(), &mut |record, row| match row {
        Row::Answer(_) if std::mem::take(&mut held) => vec![
            (Frames::from_secs(1), Event::Command(Command::Pause)),
            (Frames::from_secs(9), Event::Command(Command::Resume)),
            (Frames::from_secs(60), Event::Kept(record)),
        ],
        _ => at_once(record),
    });
    ended(&trace, Ending::Done);
    let place = |text: &str| lines(&trace).iter().position(|line| *line == text).unwrap();
    assert!(place("Paused.") < place("We go on.") && place("We go on.") < place("Thank you."));
}

#[test]
fn whoever_stops_while_it_is_written_is_not_held_back() {
    let trace = kept(taste().keeping(), &mut |_, row| match row {
        Row::Answer(_) => vec![(Frames::from_secs(1), Event::Interrupt)],
        _ => vec![],
    });
    ended(&trace, Ending::Interrupted);
    assert!(lines(&trace).contains(&"Goodbye."), "{}", written(&trace));
}

#[test]
fn what_is_wrong_with_the_memory_is_said_once() {
    for (trouble, said) in
        [(Trouble::Damaged, "My notes of earlier days are damaged."), (Trouble::NotKept, "I cannot write")]
    {
        let mut runner = taste();
        runner.handle(Frames::ZERO, Event::Trouble(trouble));
        let again = |_, _: &Row| vec![(Frames::from_secs(1), Event::Trouble(trouble))];
        let trace = kept(runner, &mut { again });
        ended(&trace, Ending::Done);
        let said: Vec<usize> =
            (0..).zip(lines(&trace)).filter(|(_, line)| line.contains(said)).map(|(at, _)| at).collect();
        assert_eq!(said, [0], "first of all: {}", written(&trace));
    }
}

#[test]
fn each_command_that_was_obeyed_is_noted_once() {
    let asked =
        [Command::Pause, Command::Louder, Command::Resume, Command::Resume, Command::Worse, Command::Help];
    let trace = kept(taste(), &mut |record, _| {
        let asked = asked.iter().filter(|_| record == 1);
        (20..)
            .zip(asked)
            .map(|(later, command)| (Frames::from_secs(later), Event::Command(*command)))
            .collect()
    });
    let name = |note: &Note| match note {
        Note::Record(row) => match &**row {
            Row::Note { note, .. } => Some(note.clone()),
            _ => None,
        },
        _ => None,
    };
    let names: Vec<String> = trace.entries.iter().filter_map(note).filter_map(name).collect();
    assert_eq!(names, ["pause", "louder", "resume", "worse", "help"]);
}

#[test]
fn a_recording_leaves_no_record() {
    let trace = recorded(&plan("gentle-daily"));
    assert!(!trace.entries.iter().filter_map(note).any(|note| matches!(note, Note::Record(_))));
}
