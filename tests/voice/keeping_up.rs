//! A session with a cold cache: a voice begins at the first sentence, and is never waited for.

use super::*;
use crate::mat::plan;
use matside::mix::Clip;
use matside::runner::{Event, Note, Options, Performance, Runner, Sound};
use matside::script::Chime;
use matside::stage::{Clips, Happened, Ready, Report, Stage};

/// Times as fast as one listens.
const HURRY: u32 = 4;
/// Seconds of the session that are heard.
const HEARD: u64 = 100;
/// Until an answer: the question is put again before.
const PATIENCE: Frames = Frames::from_secs(30);
/// Each answer silences what sounds, and that takes 20 ms.
const SLACK: Frames = Frames::from_millis(200);

/// Loads for a second, then speaks five times as fast as one listens: the natural voice on the slowest computer there is
/// to be. It sleeps, so that a busy machine makes it no slower.
struct Slow {
    loaded: bool,
}

impl Synth for Slow {
    fn id(&self) -> String {
        "slow".into()
    }

    fn synth(&mut self, line: &Line) -> Result<Pcm, VoiceError> {
        let load = if std::mem::replace(&mut self.loaded, true) { 0.0 } else { 1.0 };
        let length = line.estimate().as_secs_f64();
        std::thread::sleep(Duration::from_secs_f64((load + length / 5.0) / f64::from(HURRY)));
        Ok(Pcm { samples: vec![0.1; line.estimate().0 as usize], rate: RATE })
    }

    /// The studio's work is measured elsewhere.
    fn finished(&self) -> bool {
        true
    }
}

struct Live(Ahead, Vec<Line>);

impl Clips for Live {
    fn want(&mut self, lines: Vec<Line>) {
        self.1.clone_from(&lines);
        self.0.want(lines);
    }

    fn line(&mut self, line: &Line) -> Ready {
        let ready = self.0.take(line);
        if ready.is_none() && self.1.first() != Some(line) {
            self.1.insert(0, line.clone());
            self.0.want(self.1.clone());
        }
        ready.map_or(Ready::Later, Ready::Clip)
    }

    fn chime(&mut self, _: Chime) -> Clip {
        Clip::new([])
    }
}

/// The planned answers, each question put again first.
#[test]
fn a_cold_cache_makes_nobody_wait() {
    let studio = Studio::new(Box::new(Slow { loaded: false }), None);
    let ahead = Ahead::start(studio, mpsc::channel().0).expect("a thread");
    let (tell, told) = mpsc::channel();
    let reports = Box::new(move |report| _ = tell.send(report));
    let plan = plan("taste");
    let performance = Performance::new(Runner::start(plan.clone(), Options::default()));
    let mut stage = Stage::new(performance, Box::new(Live(ahead, Vec::new())), 0.0, reports);
    let (mut block, mut waits, mut open) = (vec![0.0; RATE as usize / 100], Vec::new(), None);
    for now in (0..HEARD * 100).map(|block| Frames::from_millis(block * 10)) {
        stage.pull(&mut block);
        std::thread::sleep(Duration::from_millis(10) / HURRY);
        for report in told.try_iter() {
            let Report { what, produced, playhead, .. } = report;
            match what {
                Happened::Note(Note::Asked { check_in }) => open = Some((check_in, now + PATIENCE)),
                Happened::Sound(Sound::Line(line)) => waits.push((produced - playhead, line.text)),
                _ => {}
            }
        }
        if let Some((check_in, _)) = open.take_if(|(_, due)| now > *due) {
            let check_in = &plan.check_ins[&check_in];
            let words = check_in.answers[check_in.planned].heard[0].clone();
            stage.handle(Event::Said(words));
        }
    }
    assert!(waits.len() > 12 && waits.iter().all(|wait| wait.0 < SLACK), "{waits:#?}");
}
