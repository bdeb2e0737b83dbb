//! What is rendered is what the timeline says: onsets measured in the samples.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use matside::mix::Clip;
use matside::output::Fill;
use matside::runner::{Command, Performance, Runner, Sound};
use matside::script::Chime;
use matside::stage::{Clips, Ready, Stage};
use matside::voice::{Studio, Tick, chime};

use crate::*;

/// Clips are the same in every session, and making them costs more than mixing them.
static CLIPS: LazyLock<Mutex<(Studio, HashMap<Line, Clip>)>> =
    LazyLock::new(|| Mutex::new((Studio::new(Box::new(Tick), None), HashMap::new())));

pub(crate) struct Ticks;

fn clip(line: &Line) -> Clip {
    let (studio, known) = &mut *CLIPS.lock().unwrap();
    known.entry(line.clone()).or_insert_with(|| studio.clip(line).unwrap()).clone()
}

impl Clips for Ticks {
    fn want(&mut self, _: Vec<Line>) {}
    fn line(&mut self, line: &Line) -> Ready {
        Ready::Clip(clip(line))
    }
    fn chime(&mut self, name: Chime) -> Clip {
        chime(name)
    }
}

fn rendered(plan: &Arc<Plan>, block: usize) -> Vec<f32> {
    let mut samples = Vec::new();
    render_in_blocks(plan, block, |block, _| samples.extend_from_slice(block));
    samples
}

/// Gives each block, and whether it is the last.
fn render_in_blocks(plan: &Arc<Plan>, block: usize, mut each: impl FnMut(&[f32], bool)) {
    let options = Options { recorded: true, ..Options::default() };
    let performance = Performance::new(Runner::start(plan.clone(), options));
    let mut stage = Stage::new(performance, Box::new(Ticks), 0.0, Box::new(|_| {}));
    let mut buffer = vec![0.0; block];
    while !stage.is_over() {
        let filled = stage.pull(&mut buffer);
        each(&buffer[..filled], stage.is_over());
    }
}

/// Where `clip` begins within 50 frames of `at`: the shift at which it differs least from what is there.
fn measured(samples: &[f32], clip: &Clip, at: usize) -> usize {
    let head = &clip.samples()[..clip.samples().len().min(960)];
    let (mut best, mut least) = (at, f32::INFINITY);
    // From where it should be outward: what differs more is given up early.
    let shifts = (0..=50).flat_map(|shift| [at.saturating_sub(shift), at + shift]);
    for start in shifts.filter(|start| *start < samples.len()) {
        let mut difference = 0.0;
        for (i, sample) in head.iter().enumerate() {
            difference += (sample - samples.get(start + i).unwrap_or(&0.0)).powi(2);
            if difference >= least {
                break;
            }
        }
        if difference < least {
            (best, least) = (start, difference);
        }
    }
    best
}

#[test]
fn every_shipped_session_renders_with_every_onset_where_the_timeline_has_it() {
    std::thread::scope(|scope| {
        for plan in shipped() {
            scope.spawn(move || renders(plan));
        }
    });
}

/// Rendered block by block, so that a long session does not fill the memory.
fn renders(plan: &Arc<Plan>) {
    let trace = recorded(plan);
    let onsets = trace.entries.iter().filter_map(|entry| match &entry.what {
        What::Sound(Sound::Line(line), _) => Some((entry, clip(line))),
        What::Sound(Sound::Chime(name), _) => Some((entry, chime(*name))),
        _ => None,
    });
    let onsets: Vec<_> = onsets.collect();
    assert!(onsets.len() > 40, "only {} onsets in {}", onsets.len(), plan.id);
    let mut left = onsets.iter().peekable();
    let (mut kept, mut from, mut peak) = (Vec::new(), 0, 0.0_f32);
    render_in_blocks(plan, 4_096, |block, over| {
        // A plain loop: built without care, `fold` over hours of samples is most of this test.
        for sample in block {
            if sample.abs() > peak {
                peak = sample.abs();
            }
        }
        kept.extend_from_slice(block);
        while let Some((entry, clip)) =
            left.next_if(|(entry, _)| over || entry.at.0 as usize + 2_000 < from + kept.len())
        {
            let at = entry.at.0 as usize;
            assert_eq!(from + measured(&kept, clip, at - from), at, "{}: {entry:?}", plan.id);
        }
        let next = left.peek().map_or(usize::MAX, |(entry, _)| entry.at.0 as usize);
        let past = next.saturating_sub(from + 100).min(kept.len().saturating_sub(480));
        kept.drain(..past);
        from += past;
    });
    assert_eq!((from + kept.len()) as u64, trace.length.0, "{}", plan.id);
    assert!(left.next().is_none());
    assert!(peak > 0.05 && peak < 0.8414, "{}: peak {peak}", plan.id);
    assert!(
        kept[kept.len() - 480..].iter().all(|sample| sample.abs() < 1e-3),
        "{} clicks at its end",
        plan.id
    );
}

/// A shifted render would be noticed.
#[test]
fn the_measurement_sees_a_shift_of_one_frame() {
    let plan = plan("taste");
    let samples = rendered(&plan, 4_096);
    let first =
        recorded(&plan).entries.into_iter().find(|entry| matches!(entry.what, What::Sound(..))).unwrap();
    let at = first.at.0 as usize;
    assert_eq!(measured(&samples[1..], &chime(Chime::Begin), at), at - 1);
}

#[test]
fn the_size_of_the_blocks_changes_no_sample() {
    let plan = plan("taste");
    let whole = rendered(&plan, 4_096);
    for block in [1, 441, 10_000] {
        let found = rendered(&plan, block);
        let differs = whole.iter().zip(&found).position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!((differs, found.len()), (None, whole.len()), "blocks of {block}");
    }
}

/// No chime's file is longer than the room that the score gives it.
#[test]
fn every_chime_fits_its_room() {
    for name in Chime::ALL {
        let (clip, room) = (chime(name), matside::runner::chime_length(name));
        assert!(!clip.is_empty() && clip.len() <= room, "{}: {} in {room}", name.name(), clip.len());
    }
}

/// Two things asked for between two pulls: what was held stays held.
#[test]
fn a_hold_interrupted_twice_before_the_next_pull_is_not_held_again() {
    let plan = plan("taste");
    let whole = recorded(&plan);
    let hold = |entry: &&Entry| matches!(note(entry), Some(Note::Place { reps: 0, rep: 1, .. }));
    let middle = whole.entries.iter().find(hold).unwrap().at + Frames::from_secs(5);
    let options = Options { recorded: true, ..Options::default() };
    let performance = Performance::new(Runner::start(plan.clone(), options));
    let heard = Arc::new(std::sync::Mutex::new(Frames::ZERO));
    let theirs = heard.clone();
    let report = Box::new(move |report: matside::stage::Report| *theirs.lock().unwrap() = report.playhead);
    let mut stage = Stage::new(performance, Box::new(Ticks), 0.0, report);
    let mut block = vec![0.0; usize::try_from(middle.0).unwrap()];
    stage.pull(&mut block);
    for _ in 0..2 {
        stage.handle(Event::Command(Command::HowLong));
    }
    let mut block = [0.0; 4_096];
    while !stage.is_over() {
        stage.pull(&mut block);
    }
    assert_eq!(*heard.lock().unwrap(), whole.length);
}

/// A clip that is not ready holds the session up; it loses nothing and shifts nothing.
#[test]
fn a_late_voice_delays_and_loses_nothing() {
    struct Late(Ticks, HashMap<Arc<str>, u32>);
    impl Clips for Late {
        fn want(&mut self, _: Vec<Line>) {}
        fn line(&mut self, line: &Line) -> Ready {
            let asked = self.1.entry(line.text.clone()).or_default();
            *asked += 1;
            // Once there, it stays.
            if *asked >= 7 { self.0.line(line) } else { Ready::Later }
        }
        fn chime(&mut self, name: Chime) -> Clip {
            chime(name)
        }
    }
    let plan = plan("taste");
    let options = Options { recorded: true, ..Options::default() };
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let theirs = heard.clone();
    let report = Box::new(move |report: matside::stage::Report| {
        if let matside::stage::Happened::Sound(sound) = report.what {
            theirs.lock().unwrap().push((report.playhead, sound));
        }
    });
    let performance = Performance::new(Runner::start(plan.clone(), options));
    let mut stage = Stage::new(performance, Box::new(Late(Ticks, HashMap::new())), 0.0, report);
    let mut block = [0.0; 256];
    while !stage.is_over() {
        stage.fill(&mut block);
    }
    let wanted: Vec<_> = recorded(&plan)
        .entries
        .into_iter()
        .filter_map(|entry| match entry.what {
            What::Sound(sound, _) => Some((entry.at, sound)),
            _ => None,
        })
        .collect();
    assert_eq!(*heard.lock().unwrap(), wanted);
}

/// Captions and records come from these reports.
#[test]
fn a_sound_is_reported_when_it_begins_and_not_if_it_is_cut_off_before() {
    use matside::stage::{Happened, Report};

    let plan = plan("taste");
    let whole = recorded(&plan);
    let hold = |entry: &&Entry| matches!(note(entry), Some(Note::Place { reps: 0, rep: 1, .. }));
    let middle = whole.entries.iter().find(hold).unwrap().at + Frames::from_secs(5);
    let sound = |entry: &Entry| match &entry.what {
        What::Sound(sound, _) => Some(sound.clone()),
        _ => None,
    };
    let planned: Vec<Sound> = whole.entries.iter().filter_map(sound).collect();
    let (tell, told) = std::sync::mpsc::channel();
    let reports = Box::new(move |report: Report| tell.send(report).unwrap());
    let options = Options { recorded: true, ..Options::default() };
    let mut stage = Stage::new(Performance::new(Runner::start(plan, options)), Box::new(Ticks), 0.0, reports);
    let mut block = [0.0; 480];
    let (mut pulled, mut heard, mut at_stop) = (0, Vec::new(), None);
    while !stage.is_over() {
        pulled += stage.pull(&mut block) as u64;
        for report in told.try_iter() {
            assert!(report.produced.0 <= pulled, "{:?} was reported before it began", report.what);
            if let Happened::Sound(sound) = report.what {
                heard.push(sound);
            }
        }
        if pulled > middle.0 && at_stop.is_none() {
            at_stop = Some(heard.len());
            stage.handle(Event::Command(Command::Stop));
        }
    }
    let at = at_stop.unwrap();
    assert_eq!(heard[..at], planned[..at]);
    assert!(!heard[at..].contains(&planned[at]), "{:?} was cut off before it began", planned[at]);
}
