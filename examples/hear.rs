//! What the ears make of recordings, for `tests/ears/measure.py`: the program's own chain, from samples to meanings, with
//! no microphone and as fast as it goes.
//!
//!     hear EARS-FOLDER < JOBS
//!
//! A job is a line of tab-separated fields: a WAV file, 16 kHz mono; the question that is open, or `commands` for none;
//! and, where the program speaks meanwhile, what it played, as another such file, and its lines: a file with a sample
//! number, a length and a text in each line; a length of nothing is a cut. For each thing that was heard there is a line of JSON, and one at the end.

use std::io::BufRead;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use matside::diagnostic::{Layer, Sources};
use matside::ear::clean::Cleaner;
use matside::ear::guard::Guard;
use matside::ear::letters::Letters;
use matside::ear::listener::{Clean, Expected, Listener, Options, Report};
use matside::ear::source::{Next, Source};
use matside::ear::vosk::{Model, Vosk};
use matside::meaning::{Vocabulary, told, vocabulary};
use matside::plan::{Plan, PlannedCheckIn};
use matside::script::{Library, is_script};
use matside::timeline;

const BLOCK: usize = 800;

fn add(sources: &mut Sources, dir: &Path) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "de") {
                add(sources, &path);
            }
        } else if is_script(&path) {
            sources.add(path.display().to_string(), &std::fs::read_to_string(&path).unwrap(), Layer::Shipped);
        }
    }
}

/// Every plan that can be made of the shipped sessions.
fn plans() -> Vec<Arc<Plan>> {
    let mut sources = Sources::new();
    add(&mut sources, &Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions"));
    let library = Library::read(sources).0;
    library.sessions().filter_map(|session| timeline::plan(&library, session).ok()).map(Arc::new).collect()
}

fn expected(plans: &[Arc<Plan>], context: &str) -> Expected {
    let of = |plan: &Arc<Plan>| Some((plan.clone(), plan.check_ins.get(context)?.clone()));
    let (plan, check_in) = match plans.iter().find_map(of) {
        Some((plan, check_in)) => (plan, Some(check_in)),
        None if context == "commands" => (plans[0].clone(), None),
        None => panic!("no session asks `{context}`"),
    };
    let phrases = vocabulary(&plan.phrases, check_in.as_deref(), &|_| true);
    let answers = |check_in: &PlannedCheckIn| {
        check_in.answers.iter().flat_map(|answer| answer.heard.clone()).collect::<Vec<_>>()
    };
    let answers = check_in.as_deref().map(answers).unwrap_or_default();
    let urgent = plan.phrases.commands().filter(|(words, name)| {
        (*name == "stop" || *name == "worse" && check_in.is_none())
            && !answers.iter().any(|answer| answer == words)
    });
    let urgent = urgent.map(|(words, _)| words.to_owned()).collect();
    let question = check_in.is_some();
    let tells = Arc::new(move |words: &str| told(words, &plan.phrases, check_in.as_deref()));
    Expected { vocabulary: Vocabulary { phrases, urgent, question }, tells }
}

fn samples(path: &str) -> Vec<f32> {
    let mut wav = hound::WavReader::open(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!((wav.spec().channels, wav.spec().sample_rate), (1, 16_000), "{path}");
    wav.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_768.0).collect()
}

struct Recording(std::vec::IntoIter<Vec<f32>>);

impl Source for Recording {
    fn next(&mut self) -> Next {
        self.0.next().map_or(Next::Over, Next::Block)
    }
}

/// What the program plays during a recording, and where it has got to.
struct Own {
    played: Vec<f32>,
    lines: Vec<(usize, usize, String)>,
}

fn own(played: Option<&str>, lines: Option<&str>) -> Option<Own> {
    let line = |line: &str| {
        let mut fields = line.splitn(3, '\t');
        let mut number = || fields.next().unwrap().parse::<usize>().unwrap();
        Some((number(), number(), fields.next()?.to_owned()))
    };
    let lines = std::fs::read_to_string(lines?).unwrap();
    Some(Own { played: samples(played?), lines: lines.lines().filter_map(line).collect() })
}

/// What was heard in each second in which the program sounded, and what was left of it.
type Seconds = Arc<Mutex<Vec<[f32; 2]>>>;

/// How much of the echo is gone in half of the seconds, in decibels.
fn gone(seconds: &Seconds) -> f32 {
    let seconds = seconds.lock().unwrap();
    let mut gone: Vec<f32> = seconds.iter().map(|[heard, left]| 10.0 * (heard / left).log10()).collect();
    gone.retain(|gone| gone.is_finite());
    gone.sort_by(f32::total_cmp);
    gone.get(gone.len() / 2).copied().unwrap_or_default()
}

fn energy(samples: &[f32]) -> f32 {
    samples.iter().map(|sample| sample * sample).sum()
}

fn cleaning(own: Option<Own>, at: &Arc<AtomicUsize>, guard: &Arc<Mutex<Guard>>, seconds: &Seconds) -> Clean {
    let (at, guard, seconds) = (at.clone(), guard.clone(), seconds.clone());
    let mut cleaner = Cleaner::default();
    let mut next = 0;
    Box::new(move |block| {
        let from = at.fetch_add(block.len(), Relaxed);
        let Some(own) = &own else { return true };
        let mut guard = guard.lock().unwrap();
        while let Some((_, length, text)) =
            own.lines.get(next).filter(|(begin, ..)| *begin < from + block.len())
        {
            if *length == 0 {
                guard.cut();
                cleaner.begin_anew();
            } else {
                guard.plays(text, *length);
            }
            next += 1;
        }
        let (heard, played) = (energy(block), own.played.get(from..).unwrap_or_default());
        cleaner.take(block, played, &mut guard);
        if energy(played.get(..block.len()).unwrap_or_default()) > 0.1 {
            let mut seconds = seconds.lock().unwrap();
            seconds.resize(from / 16_000 + 1, [0.0; 2]);
            if let Some([all, left]) = seconds.last_mut() {
                *all += heard;
                *left += energy(block);
            }
        }
        guard.may_be_somebody()
    })
}

fn main() {
    let folder = std::env::args().nth(1).expect("the folder of the ears");
    let folder = Path::new(&folder);
    let model = Arc::new(Model::load(&folder.join("libvosk.so"), folder).unwrap());
    let plans = plans();
    for job in std::io::stdin().lock().lines().map_while(Result::ok) {
        let fields: Vec<&str> = job.split('\t').collect();
        let (at, guard) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Guard::default())));
        let (own, seconds) = (own(fields.get(2).copied(), fields.get(3).copied()), Seconds::default());
        let clean = cleaning(own, &at, &guard, &seconds);
        let mut sound = samples(fields[0]);
        sound.resize(sound.len() + 16_000, 0.0);
        let blocks: Vec<Vec<f32>> = sound.chunks(BLOCK).map(<[f32]>::to_vec).collect();
        let (done, over) = channel();
        let context = fields[1].to_owned();
        let wanted = expected(&plans, &context);
        let tells = wanted.tells.clone();
        let reports = move |report| match report {
            Report::Heard { heard, length, after } => {
                let line = serde_json::json!({
                    "at": at.load(Relaxed), "words": heard.words, "sure": heard.sure, "length": length,
                    "told": format!("{:?}", tells(&heard.words)), "urgent": after.is_none(),
                });
                println!("{line}");
            }
            Report::Over => drop(done.send(())),
            Report::Failed(why) => panic!("{why}"),
            _ => {}
        };
        let judge = guard.clone();
        let believes = Box::new(move |words: &str, length, urgent| {
            judge.lock().unwrap().believes(words, length, urgent)
        });
        let options = Options { keep: None, clean: Some(clean), believes, letters: Letters::load().ok() };
        let recogniser = Box::new(Vosk::new(model.clone()));
        let source = Box::new(Recording(blocks.into_iter()));
        let _listener = Listener::start(wanted, recogniser, source, options, Box::new(reports)).unwrap();
        over.recv().unwrap();
        println!("{}", serde_json::json!({ "job": fields[0], "gone": gone(&seconds) }));
    }
}
