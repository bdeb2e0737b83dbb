//! Play-throughs: what somebody on the mat says, and what becomes of the session.

use matside::runner::{Command, Sound};
use matside::script::{Chime, Refer};

use crate::*;

fn gentle(answers: &[(&'static str, &'static str)], acts: Vec<(&'static str, u64, Event)>) -> Trace {
    // What is given here comes before what somebody well would say.
    let mut all: Vec<_> = answers.to_vec();
    all.extend(well().into_iter().filter(|(id, _)| answers.iter().all(|(given, _)| given != id)));
    live(&plan("gentle-daily"), None, &mut Somebody { answers: all, acts })
}

fn command(command: Command) -> Event {
    Event::Command(command)
}

fn said(trace: &Trace, part: &str) -> bool {
    lines(trace).iter().any(|line| line.contains(part))
}

fn titles(trace: &Trace) -> Vec<&str> {
    let entered = trace.entries.iter().filter_map(note);
    entered
        .filter_map(|note| match note {
            Note::Entered { title: Some(title), .. } => Some(title.as_str()),
            _ => None,
        })
        .collect()
}

fn at(trace: &Trace, part: &str) -> Frames {
    trace.entries.iter().find(|entry| text(entry).is_some_and(|text| text.contains(part))).unwrap().at
}

#[test]
fn somebody_well_does_everything_and_hears_the_comparison() {
    let trace = gentle(&[], vec![]);
    ended(&trace, Ending::Done);
    assert!(said(&trace, "That was ten of ten exercises."), "{}", written(&trace));
    assert!(said(&trace, "Now it is three."));
    assert!(
        trace.length >= Frames::from_secs(600) && trace.length <= Frames::from_secs(900),
        "{}",
        trace.length
    );
}

#[test]
fn a_red_flag_is_an_emergency_and_the_end() {
    for yes in ["yes", "Yes!", "not sure", "y"] {
        let trace = gentle(&[("red-flags", yes)], vec![]);
        ended(&trace, Ending::Emergency);
        assert!(said(&trace, "Call for emergency help now."));
        assert!(!said(&trace, "Walking in place"));
        assert!(trace.entries.iter().any(|entry| note(entry) == Some(&Note::Refer(Refer::Emergency))));
    }
}

#[test]
fn an_emergency_stays_one_when_its_words_are_cut_short() {
    let trace = gentle(&[("red-flags", "yes")], vec![("Then we do not exercise", 200, Event::Key('q'))]);
    ended(&trace, Ending::Emergency);
}

#[test]
fn silence_about_red_flags_is_asked_again_and_then_no_session() {
    let mut agrees = Somebody { answers: vec![("consent", "yes")], acts: vec![] };
    let trace = live(&plan("gentle-daily"), None, &mut agrees);
    ended(&trace, Ending::Symptoms);
    let asked = lines(&trace).iter().filter(|line| line.contains("bladder or bowel")).count();
    assert_eq!(asked, 3, "once and twice again");
    assert!(said(&trace, "I did not hear an answer."));
    assert!(!said(&trace, "Walking in place"));
}

#[test]
fn skipping_a_question_is_no_answer_to_it() {
    let trace = gentle(&[("red-flags", "skip")], vec![]);
    ended(&trace, Ending::Symptoms);
}

#[test]
fn pain_further_down_the_leg_leaves_that_direction_out() {
    let trace = gentle(&[("where-did-it-move", "further down")], vec![]);
    ended(&trace, Ending::Done);
    assert!(
        titles(&trace).contains(&"Press-ups") && said(&trace, "Ten times.") && !said(&trace, "Cat and cow.")
    );
    let left_out = "Then we leave this out for today, and all that bends you backward.";
    assert!(said(&trace, left_out));
    // The same with no answer at all, said aloud.
    let silent = gentle(&[("where-did-it-move", "")], vec![]);
    assert!(said(&silent, "I did not hear an answer."));
}

#[test]
fn high_pain_keeps_to_the_gentle_movements_and_severe_pain_stops() {
    let high = gentle(&[("pain-now", "eight")], vec![]);
    ended(&high, Ending::Done);
    assert!(!titles(&high).contains(&"Press-ups") && !titles(&high).contains(&"Bird dog"));
    let severe = gentle(&[("pain-now", "10")], vec![]);
    ended(&severe, Ending::Symptoms);
    assert!(said(&severe, "professional"));
}

#[test]
fn worse_stops_the_exercise_at_once_and_asks() {
    let act = ("Press-ups", 20_000, command(Command::Worse));
    let trace = gentle(&[("got-worse", "further down")], vec![act]);
    ended(&trace, Ending::Done);
    let worse =
        trace.entries.iter().position(|entry| matches!(note(entry), Some(Note::Worse { .. }))).unwrap();
    assert_eq!(trace.entries[worse - 1].what, What::Cut);
    let next = trace.entries[worse..].iter().filter_map(text).collect::<Vec<_>>();
    assert_eq!(next[0], "Let go, slowly.");
    assert!(next[1].starts_with("Is it stronger in the same place"), "{}", next[1]);
    let rest: Vec<_> = next.iter().take_while(|line| **line != "Bird dog.").collect();
    assert!(!rest.contains(&&"ten"), "the set is not finished: {rest:?}");
    // The press-ups themselves, and the cat and cow that bends back like them.
    assert!(said(&trace, "That was eight of ten exercises."), "{}", written(&trace));
}

#[test]
fn easier_and_harder_change_the_exercise_in_progress() {
    let acts = vec![
        ("Press-ups", 25_000, command(Command::Harder)),
        ("Your arms may straighten", 6_000, command(Command::Easier)),
        ("Stay on your forearms", 2_000, command(Command::Easier)),
    ];
    let trace = gentle(&[], acts);
    ended(&trace, Ending::Done);
    for part in ["Your arms may straighten", "Stay on your forearms", "This is the easiest form."] {
        assert!(said(&trace, part), "{part}\n{}", written(&trace));
    }
    // Ten repetitions in all: the count went on where it was.
    let press_ups = trace.entries.iter().filter_map(note);
    let reps: Vec<u32> = press_ups
        .skip_while(|note| !matches!(note, Note::Entered { title: Some(title), .. } if title == "Press-ups"))
        .take_while(|note| !matches!(note, Note::Left { .. }))
        .filter_map(|note| match note {
            Note::Place { rep, .. } if *rep > 0 => Some(*rep),
            _ => None,
        })
        .collect();
    assert_eq!(*reps.last().unwrap(), 10);
    assert!(reps.is_sorted(), "{reps:?}");
}

#[test]
fn a_pause_freezes_the_playhead_and_a_hold_goes_on_where_it_was() {
    let plain = gentle(&[], vec![]);
    // In the first half of the first hold of the knee.
    let acts = vec![("On each side.", 8_000, command(Command::Pause)), ("Paused.", 60_000, Event::Key(' '))];
    let trace = gentle(&[], acts);
    ended(&trace, Ending::Done);
    assert_eq!(trace.length, plain.length, "a pause takes no session time");
    assert!(said(&trace, "We go on."));
}

#[test]
fn an_interrupted_sentence_is_said_again() {
    let acts =
        vec![("Your feet lift", 300, command(Command::Pause)), ("Paused.", 5_000, command(Command::Resume))];
    let trace = gentle(&[], acts);
    assert_eq!(lines(&trace).iter().filter(|line| line.contains("Your feet lift")).count(), 2);
}

#[test]
fn in_a_pause_nothing_moves_until_going_on_or_stopping() {
    let keys = [
        (10, command(Command::Pause)),
        (3_000, command(Command::Skip)),
        (3_500, command(Command::Back)),
        (4_000, Event::Said("repeat".into())),
        (6_000, command(Command::Stop)),
    ];
    let trace = pressed(&well(), "Pelvic tilts.", &keys);
    ended(&trace, Ending::EndedEarly);
    assert_eq!(titles(&trace).last(), Some(&"Pelvic tilts"));
    assert!(!said(&trace, "Knee to chest.") && !said(&trace, "We go on."));
    assert_eq!(lines(&trace).iter().filter(|line| **line == "Pelvic tilts.").count(), 1);
}

#[test]
fn stop_is_silence_at_once_then_goodbye() {
    let trace = gentle(&[], vec![("Pelvic tilts.", 100, Event::Key('q'))]);
    ended(&trace, Ending::EndedEarly);
    let said = lines(&trace);
    let goodbye = said.iter().position(|line| *line == "We stop here.").unwrap();
    assert_eq!(said[goodbye - 1], "Pelvic tilts.");
    assert_eq!(said[goodbye + 1], "Rest as long as you need.");
    assert!(said[goodbye + 2..].iter().all(|line| line.starts_with("Why did you stop")), "{said:?}");
}

#[test]
fn a_signal_lets_the_word_end_and_says_goodbye() {
    let trace = gentle(&[], vec![("Pelvic tilts.", 100, Event::Interrupt)]);
    ended(&trace, Ending::Interrupted);
    assert!(said(&trace, "Goodbye."));
}

#[test]
fn skip_back_and_repeat_move_between_exercises() {
    let acts = vec![
        ("Pelvic tilts.", 100, command(Command::Skip)),
        ("Knee to chest.", 100, command(Command::Back)),
        ("Fifteen times.", 10_000, command(Command::Repeat)),
    ];
    let trace = gentle(&[], acts);
    ended(&trace, Ending::Done);
    let all = titles(&trace);
    let order: Vec<_> = all.iter().filter(|t| ["Pelvic tilts", "Knee to chest"].contains(t)).collect();
    assert_eq!(order, [&"Pelvic tilts", &"Knee to chest", &"Pelvic tilts", &"Knee to chest"]);
    assert_eq!(lines(&trace).iter().filter(|line| **line == "Pelvic tilts.").count(), 3);
}

#[test]
fn an_exercise_done_twice_counts_once() {
    let trace = gentle(&[], vec![("Knee to chest.", 100, command(Command::Back))]);
    assert!(said(&trace, "That was ten of ten exercises."), "{}", written(&trace));
}

#[test]
fn how_long_is_answered_and_takes_no_session_time() {
    let trace = gentle(&[], vec![("Pelvic tilts.", 100, Event::Said("how long".into()))]);
    assert!(said(&trace, "minutes left."), "{}", written(&trace));
    assert_eq!(
        trace.length,
        gentle(&[], vec![]).length + at(&gentle(&[], vec![]), "Pelvic tilts.") - at(&trace, "Pelvic tilts.")
            + Frames::from_millis(100)
    );
}

#[test]
fn slower_stretches_repetitions_and_not_holds() {
    let trace = gentle(&[], vec![("Walking in place.", 100, command(Command::Slower))]);
    let count =
        |trace: &Trace, word: &str| trace.entries.iter().find(|entry| text(entry) == Some(word)).unwrap().at;
    let plain = gentle(&[], vec![]);
    let beat = |trace: &Trace| count(trace, "two") - count(trace, "one");
    assert!(beat(&trace).0.abs_diff((beat(&plain) * 100 / 90).0) <= 2, "{} {}", beat(&trace), beat(&plain));
    let hold = |trace: &Trace| {
        let chime = |wanted| move |entry: &&Entry| matches!(&entry.what, What::Sound(Sound::Chime(chime), _) if *chime == wanted);
        let knee = at(trace, "Knee to chest.");
        let after = || trace.entries.iter().filter(move |entry| entry.at > knee);
        after().find(chime(Chime::HoldEnd)).unwrap().at - after().find(chime(Chime::HoldStart)).unwrap().at
    };
    assert_eq!(hold(&trace), Frames::from_secs(30));
}

#[test]
fn numbers_come_as_keys_one_or_two() {
    for (keys, number) in [("4", 4), ("0", 0), ("1", 1), ("10", 10)] {
        let acts = keys.chars().enumerate();
        let acts =
            acts.map(|(i, key)| ("How strong is the pain now", 3_000 + 200 * i as u64, Event::Key(key)));
        let mut somebody = Somebody { answers: vec![("consent", "yes"), ("red-flags", "no")], acts: vec![] };
        let acts: Vec<_> = acts.collect();
        let mut once = true;
        let mut person = |entry: &Entry| {
            let mut events = somebody.react(entry);
            if once && text(entry).is_some_and(|text| text.starts_with("How strong")) {
                once = false;
                events.extend(acts.iter().map(|(_, ms, event)| (Frames::from_millis(*ms), event.clone())));
            }
            events
        };
        let trace = live(&plan("gentle-daily"), None, &mut person);
        let answered = trace.entries.iter().filter_map(note).find_map(|note| match note {
            Note::Answered { check_in, number, .. } if check_in == "pain-now" => *number,
            _ => None,
        });
        assert_eq!(answered, Some(number), "{keys}");
    }
}

#[test]
fn words_not_understood_are_asked_again_and_never_taken_for_fine() {
    let trace = gentle(&[("red-flags", "perhaps next week"), ("red-flags", "no")], vec![]);
    assert!(said(&trace, "I did not understand."));
    let trace = gentle(&[("red-flags", "banana")], vec![]);
    ended(&trace, Ending::Symptoms);
}

#[test]
fn a_lost_output_goes_on_from_the_start_of_the_sentence() {
    let trace = gentle(&[], vec![("Your feet lift", 700, Event::OutputLost(Frames::ZERO))]);
    assert_eq!(lines(&trace).iter().filter(|line| line.contains("Your feet lift")).count(), 2);
    ended(&trace, Ending::Done);
}

/// What the loudspeaker had not played yet is held again.
#[test]
fn a_hold_goes_on_where_it_was_heard() {
    let plain = gentle(&[], vec![]);
    let unheard = Frames::from_millis(170);
    let trace = gentle(&[], vec![("On each side.", 8_000, Event::OutputLost(unheard))]);
    ended(&trace, Ending::Done);
    assert_eq!(trace.length, plain.length + unheard);
    assert!(said(&trace, "We go on."));
}

#[test]
fn both_sides_mirror_each_other() {
    for exercise in SHIPPED.exercises().filter(|e| e.item.switch.is_some()) {
        let text = format!("{} {}", exercise.item.full.value, exercise.item.switch.as_ref().unwrap().value);
        assert!(
            !text.contains("left") && !text.contains("right "),
            "{}: sides come from the phrases",
            exercise.id
        );
    }
}

/// Keys pressed so many milliseconds after a line begins.
fn pressed(answers: &[(&'static str, &'static str)], line: &str, keys: &[(u64, Event)]) -> Trace {
    let mut somebody = Somebody { answers: answers.to_vec(), acts: vec![] };
    let mut once = true;
    let mut person = |entry: &Entry| {
        let mut events = somebody.react(entry);
        if once && text(entry).is_some_and(|text| text.starts_with(line)) {
            once = false;
            events.extend(keys.iter().map(|(ms, event)| (Frames::from_millis(*ms), event.clone())));
        }
        events
    };
    live(&plan("gentle-daily"), None, &mut person)
}

#[test]
fn a_digit_before_the_question_is_repeated_is_forgotten() {
    let keys = [(500, Event::Key('1')), (800, Event::Key('r')), (2_500, Event::Key('0'))];
    let trace = pressed(&[("consent", "yes"), ("red-flags", "no")], "How strong", &keys);
    let answered = trace.entries.iter().filter_map(note).find_map(|note| match note {
        Note::Answered { number: Some(number), .. } => Some(*number),
        _ => None,
    });
    assert_eq!(answered, Some(0));
}

#[test]
fn a_signal_does_not_undo_an_emergency() {
    let answers = [("consent", "yes"), ("red-flags", "yes")];
    let trace = pressed(&answers, "Then we do not", &[(200, Event::Interrupt)]);
    ended(&trace, Ending::Emergency);
    assert!(trace.entries.iter().any(|entry| note(entry) == Some(&Note::Refer(Refer::Emergency))));
    let trace =
        pressed(&answers, "Then we do not", &[(200, command(Command::Stop)), (300, Event::Interrupt)]);
    ended(&trace, Ending::Emergency);
}

#[test]
fn symptoms_stay_symptoms_when_the_words_about_them_are_cut_short() {
    let answers = [("red-flags", "no"), ("pain-now", "nine")];
    ended(&pressed(&answers, "Then we leave the exercises", &[(200, Event::Key('q'))]), Ending::Symptoms);
}

#[test]
fn harder_while_sides_change_goes_on_with_the_other_side() {
    let trace = pressed(&well(), "Switch sides.", &[(200, command(Command::Harder))]);
    let after: Vec<_> =
        lines(&trace).into_iter().skip_while(|line| *line != "Switch sides.").skip(1).collect();
    let until = after.iter().position(|line| line.contains("iriformis")).unwrap();
    assert!(after[..until].iter().all(|line| !line.contains("Your right knee comes")), "{after:#?}");
    assert!(after[..until].iter().any(|line| line.contains("eft knee")), "{after:#?}");
}

#[test]
fn back_while_sides_change_stays_in_the_exercise() {
    let trace = pressed(&well(), "Switch sides.", &[(200, command(Command::Back))]);
    let all = titles(&trace);
    assert_eq!(all.iter().filter(|title| **title == "Pelvic tilts").count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|title| **title == "Knee to chest").count(), 2, "{all:?}");
}

#[test]
fn worse_is_heard_in_a_pause() {
    let keys = [(200, command(Command::Pause)), (4_000, Event::Said("it hurts".into()))];
    let trace = pressed(&well(), "Switch sides.", &keys);
    assert!(said(&trace, "Let go, slowly.") && said(&trace, "Is it stronger in the same place"));
}

#[test]
fn repeat_does_not_ask_for_the_position_again() {
    let trace = pressed(&well(), "Fifteen times.", &[(5_000, command(Command::Repeat))]);
    let kneel =
        lines(&trace).iter().filter(|line| line.starts_with("Put one hand on a chair, and kneel")).count();
    assert_eq!(kneel, 1);
}

#[test]
fn an_output_lost_while_an_aside_is_said_says_it_again() {
    let keys = [(200, command(Command::Worse)), (900, Event::OutputLost(Frames::ZERO))];
    let trace = pressed(&well(), "Switch sides.", &keys);
    assert_eq!(lines(&trace).iter().filter(|line| **line == "Let go, slowly.").count(), 2);
}

#[test]
fn pain_that_rose_is_referred() {
    let trace = gentle(&[("pain-now", "two"), ("pain-now", "five")], vec![]);
    let last = lines(&trace).into_iter().skip_while(|line| !line.contains("Now it is five.")).nth(1);
    assert_eq!(last, Some("If it keeps getting worse, see a professional."));
    assert!(!said(&gentle(&[], vec![]), "If it keeps getting worse"));
}
