//! What a session costs, side by side. Nothing here fails when it is slow: read the columns against each other.
//! Where a counter is given, items are seconds of sound, so that `item/s` says how many times faster than real
//! time it goes; in `check_steps` they are steps.

use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use matside::diagnostic::{Diagnostic, Layer, Sources};
use matside::frames::{Frames, RATE};
use matside::line::Line;
use matside::mix::loudness::level;
use matside::mix::{Clip, Mix};
use matside::output::{Fill, file};
use matside::plan::Plan;
use matside::runner::{Options, Performance, Runner};
use matside::script::{Chime, Library, check, is_script};
use matside::stage::{Clips, Ready, Stage};
use matside::timeline::{self, Nobody, Trace};
use matside::voice::cache::Key;
use matside::voice::{Cache, DEFAULT_LIMIT, Studio, Tick, chime};

const RECORDED: Options = Options { recorded: true, pace: matside::line::Pace::NORMAL };

fn main() {
    divan::main();
}

/// The shipped files, and `further` ones over them.
fn sources(further: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::new();
    add(&mut sources, &Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions"));
    for (path, text) in further {
        sources.add(*path, text, Layer::Named);
    }
    sources
}

fn add(sources: &mut Sources, dir: &Path) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add(sources, &path);
        } else if is_script(&path) {
            sources.add(path.display().to_string(), &std::fs::read_to_string(&path).unwrap(), Layer::Shipped);
        }
    }
}

fn plan_of(library: &Library, id: &str) -> Arc<Plan> {
    Arc::new(timeline::plan(library, library.session(id, None).unwrap()).unwrap())
}

fn gentle_daily() -> Arc<Plan> {
    plan_of(&Library::read(sources(&[])).0, "gentle-daily")
}

fn trace(plan: &Arc<Plan>) -> Trace {
    timeline::trace(plan, RECORDED, None, &mut Nobody, &mut |line| line.estimate())
}

fn seconds(length: Frames) -> ItemsCount {
    ItemsCount::new(length.0 / u64::from(RATE))
}

/// From the text to the trace, as one command does it.
mod show {
    use super::{Bencher, Library, gentle_daily, plan_of, seconds, sources};

    #[divan::bench]
    fn read(bencher: Bencher) {
        bencher.with_inputs(|| sources(&[])).bench_values(Library::read);
    }

    #[divan::bench]
    fn check(bencher: Bencher) {
        let (library, _) = Library::read(sources(&[]));
        bencher.bench(|| super::check::check(&library));
    }

    #[divan::bench]
    fn plan(bencher: Bencher) {
        let (library, _) = Library::read(sources(&[]));
        bencher.bench(|| plan_of(&library, "gentle-daily"));
    }

    #[divan::bench]
    fn trace(bencher: Bencher) {
        let plan = gentle_daily();
        bencher.counter(seconds(plan.length())).bench(|| super::trace(&plan));
    }
}

/// A session of `steps` steps: texts that count, rests under a condition, and few enough exercises to stay within
/// a day.
fn generated(steps: usize) -> String {
    let head = "format = 1\nlanguage = \"en\"\ntitle = \"Generated\"\nminutes = [0, 1440]\norder = \"fixed\"\n\
                begin = [\"red-flags\", \"pain-now\"]\n";
    let exercises = ["pelvic-tilt", "knee-to-chest", "press-up", "bird-dog", "glute-bridge", "cat-cow"];
    let step = |i: usize| match i % 10 {
        0 => format!(
            "[[step]]\nexercise = \"{}\"\nreps = 1\nform = \"brief\"\n",
            exercises[i / 10 % exercises.len()]
        ),
        1..4 => {
            format!("[[step]]\nrest = \"{}s\"\nwhen = \"pain is none or pain < {}\"\n", i % 3 + 1, i % 11)
        }
        _ => format!("[[step]]\nsay = \"Text {i} of {{{{ done | words }}}}.\"\n"),
    };
    (0..steps).fold(head.to_owned(), |text, i| text + &step(i))
}

/// Everything that `matside check` does.
fn checked(sources: Sources) -> Vec<Diagnostic> {
    let (library, mut diagnostics) = Library::read(sources);
    diagnostics.extend(check::check(&library));
    for session in library.sessions() {
        if let Ok(plan) = timeline::plan(&library, session) {
            diagnostics.extend(timeline::lint(session, &plan));
        }
    }
    diagnostics
}

#[divan::bench(args = [100, 1_000, 10_000], sample_count = 20)]
fn check_steps(bencher: Bencher, steps: usize) {
    let text = generated(steps);
    let files = || sources(&[("generated.toml", &text)]);
    let found = checked(files());
    assert!(found.is_empty(), "{found:?}");
    bencher.counter(ItemsCount::new(steps)).with_inputs(files).bench_values(checked);
}

/// What the thread of the sound does beside mixing, whenever something happens.
mod upcoming {
    use super::{Bencher, Library, Options, Runner, black_box, generated, plan_of, sources};

    fn runner(steps: usize) -> Runner {
        let text = generated(steps);
        let (library, _) = Library::read(sources(&[("generated.toml", &text)]));
        Runner::start(plan_of(&library, "generated"), Options::default())
    }

    #[divan::bench(args = [100, 10_000])]
    fn lines(bencher: Bencher, steps: usize) {
        let runner = runner(steps);
        bencher.bench(|| runner.upcoming(24));
    }

    #[divan::bench(args = [100, 10_000])]
    fn time_left(bencher: Bencher, steps: usize) {
        let runner = runner(steps);
        bencher.bench(|| black_box(&runner).time_left());
    }
}

/// Speech that is there already.
struct Known(HashMap<Line, Clip>);

impl Clips for Known {
    fn want(&mut self, _: Vec<Line>) {}

    fn line(&mut self, line: &Line) -> Ready {
        self.0.get(line).cloned().map_or(Ready::Lost, Ready::Clip)
    }

    fn chime(&mut self, name: Chime) -> Clip {
        chime(name)
    }
}

fn spoken(plan: &Arc<Plan>) -> HashMap<Line, Clip> {
    let mut studio = Studio::new(Box::new(Tick), None);
    let mut clips = HashMap::new();
    timeline::trace(plan, RECORDED, None, &mut Nobody, &mut |line| {
        clips.entry(line.clone()).or_insert_with(|| studio.clip(line).unwrap()).len()
    });
    clips
}

fn stage(plan: &Arc<Plan>, clips: &HashMap<Line, Clip>) -> Stage {
    let performance = Performance::new(Runner::start(plan.clone(), RECORDED));
    let clips = Box::new(Known(clips.clone()));
    Stage::new(performance, clips, 0.0, Box::new(|report| drop(black_box(report))))
}

/// From the plan to samples and files, speech at hand.
mod render {
    use super::{Bencher, black_box, gentle_daily, seconds, spoken, stage};

    #[divan::bench(args = [64, 512, 4_096], sample_count = 20)]
    fn blocks_of(bencher: Bencher, block: usize) {
        let plan = gentle_daily();
        let clips = spoken(&plan);
        bencher.counter(seconds(plan.length())).with_inputs(|| stage(&plan, &clips)).bench_values(
            |mut stage| {
                let mut block = vec![0.0; block];
                while !stage.is_over() {
                    stage.pull(black_box(&mut block));
                }
            },
        );
    }

    #[divan::bench(args = ["wav", "flac"], sample_count = 10)]
    fn file(bencher: Bencher, ending: &str) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("session").with_extension(ending);
        let plan = gentle_daily();
        let (clips, length) = (spoken(&plan), plan.length());
        bencher.counter(seconds(length)).with_inputs(|| stage(&plan, &clips)).bench_values(|mut stage| {
            super::file::write(&path, &[], &mut stage, &mut |written| length - written).unwrap()
        });
    }
}

/// The mix alone: how many clips sound at once.
#[divan::bench(args = [0, 1, 4])]
fn mix(bencher: Bencher, clips: usize) {
    let clip = Clip::new(vec![0.1; RATE as usize * 10]);
    let mixed = || {
        let mut mix = Mix::default();
        (0..clips).for_each(|_| mix.add(clip.clone(), Frames::ZERO));
        mix
    };
    bencher.counter(ItemsCount::new(10_usize)).with_inputs(mixed).bench_values(|mut mix| {
        let mut block = [0.0; 480];
        for _ in 0..1_000 {
            mix.render(black_box(&mut block));
        }
    });
}

/// A sentence of three seconds from the disk's cache, which the system has in memory.
#[divan::bench]
fn cached_sentence(bencher: Bencher) {
    let dir = tempfile::tempdir().unwrap();
    let mut cache = Cache::new(dir.path(), DEFAULT_LIMIT);
    let text = Arc::from("Lie on your back with both knees bent.");
    let line = Line { text, language: Arc::from("en"), pace: matside::line::Pace::NORMAL };
    cache.put(&Key::new("tick", &line), &Clip::new(vec![0.1; RATE as usize * 3]));
    bencher.counter(ItemsCount::new(3_usize)).bench(|| cache.get(&Key::new("tick", &line)).unwrap());
}

/// Three seconds levelled to the loudness of the programme, as each new sentence is once.
#[divan::bench]
fn levelled_sentence(bencher: Bencher) {
    let sound: Vec<f32> = (0..RATE * 3).map(|i| ((i / 100 % 2) as f32 - 0.5) * 0.2).collect();
    bencher.counter(ItemsCount::new(3_usize)).bench(|| level(&sound, -19.0));
}

/// Nothing but silence asked for: the floor under the numbers above.
#[divan::bench]
fn silence(bencher: Bencher) {
    struct Silence;
    impl Fill for Silence {
        fn fill(&mut self, block: &mut [f32]) {
            block.fill(0.0);
        }
    }
    let mut block = vec![0.0_f32; 48_000];
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| Silence.fill(black_box(&mut block)));
}
