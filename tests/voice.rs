//! Voices through their public face: espeak against programs that misbehave, the studio, and the worker.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use matside::frames::{Frames, RATE};
use matside::line::{Line, Pace};
use matside::mix::loudness;
use matside::voice::ahead::{Ahead, Report};
use matside::voice::{Cache, Espeak, Pcm, Studio, Synth, Tick, VoiceError, tick};
use tempfile::TempDir;

fn line(text: &str) -> Line {
    Line { text: text.into(), language: "en".into(), pace: Pace::NORMAL }
}

mod espeak {
    use super::*;

    /// One at a time: a process started by another test while a script is being written would hold it open, and
    /// the system refuses to run a program that somebody writes to.
    static ONE: Mutex<()> = Mutex::new(());

    struct Fake {
        dir: TempDir,
        espeak: Espeak,
        _one: MutexGuard<'static, ()>,
    }

    /// A program that lists English, notes each call that speaks, and then does `body`.
    fn fake(body: &str) -> Fake {
        fake_within(20, body)
    }

    fn fake_within(deadline: u64, body: &str) -> Fake {
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let dir = tempfile::tempdir().expect("a directory");
        let program = dir.path().join("fake");
        let script = format!(
            "#!/bin/sh\n\
             case \"$1\" in --voices) printf 'Pty Language\\n 5 en --/M English gmw/en\\n'; exit;; esac\n\
             cd '{}'; echo \"$@\" >> calls\n{body}\n",
            dir.path().display()
        );
        std::fs::write(&program, script).expect("a script");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&program, mode).expect("a mode");
        let espeak = Espeak::with_program(program, Duration::from_secs(deadline));
        Fake { dir, espeak, _one: one }
    }

    impl Fake {
        fn speak(&mut self, text: &str) -> Result<Pcm, VoiceError> {
            self.espeak.synth(&line(text))
        }

        fn calls(&self) -> Vec<String> {
            let calls = std::fs::read_to_string(self.dir.path().join("calls")).unwrap_or_default();
            calls.lines().map(str::to_owned).collect()
        }
    }

    /// Two samples behind the header that the real program streams.
    const WAV: &str = "printf 'RIFF\\044\\360\\377\\177WAVEfmt \\020\\0\\0\\0\\001\\0\\001\\0\\042\\126\\0\\0\\104\\254\\0\\0\\002\\0\\020\\0data\\0\\360\\377\\177\\0\\100\\0\\300'";

    #[test]
    fn text_goes_through_standard_input_only() {
        let mut fake = fake(&format!("cat > text; {WAV}"));
        let pcm = fake.speak("--help; $(rm -rf .)").expect("speech");
        assert_eq!(pcm, Pcm { samples: vec![0.5, -0.5], rate: 22_050 });
        let heard = std::fs::read_to_string(fake.dir.path().join("text")).expect("a text");
        assert_eq!(heard, "--help; $(rm -rf .)");
        assert_eq!(fake.calls(), ["--stdin --stdout -b 1 -z -v en -s 150 -p 45"]);
    }

    #[test]
    fn a_hung_program_is_killed_with_its_children_and_tried_once_again() {
        let mut fake = fake_within(2, "sleep 60 & echo $! >> pids; wait");
        let start = Instant::now();
        let error = fake.speak("one").expect_err("no speech");
        assert!(matches!(error, VoiceError::Hung { .. }), "{error}");
        assert!(start.elapsed() < Duration::from_secs(30));
        assert_eq!(fake.calls().len(), 2);
        let pids = std::fs::read_to_string(fake.dir.path().join("pids")).expect("pids");
        for pid in pids.lines() {
            assert!(gone(pid), "{pid} still runs");
        }
    }

    /// Ended, if perhaps not yet collected by its parent.
    fn gone(pid: &str) -> bool {
        let stat = PathBuf::from("/proc").join(pid).join("stat");
        (0..50).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            std::fs::read_to_string(&stat).map_or(true, |text| text.contains(") Z "))
        })
    }

    #[test]
    fn a_program_that_dies_once_is_forgiven() {
        let mut fake = fake(&format!("[ -e died ] || {{ touch died; kill -SEGV $$; }}; {WAV}"));
        assert!(fake.speak("one").is_ok());
        assert_eq!(fake.calls().len(), 2);
    }

    #[test]
    fn a_program_that_always_dies_is_quoted() {
        let mut fake = fake("echo 'no such voice' >&2; echo more >&2; exit 3");
        let error = fake.speak("one").expect_err("no speech");
        assert_eq!(error.to_string(), "`espeak-ng` failed: no such voice");
        assert_eq!(fake.calls().len(), 2);
    }

    #[test]
    fn garbage_and_half_headers_are_failures() {
        for body in
            ["echo hello", ":", "printf 'RIFF\\044\\360\\377\\177WAVEfmt '", "head -c 100000 /dev/zero"]
        {
            let mut fake = fake(body);
            let error = fake.speak("one").expect_err(body);
            assert!(matches!(error, VoiceError::Failed { .. }), "{body}: {error}");
            assert_eq!(fake.calls().len(), 2, "{body}");
        }
    }

    #[test]
    fn no_pipe_stands_in_anothers_way() {
        // A megabyte of complaints first, and no ear for the text.
        let mut fake = fake(&format!("head -c 1000000 /dev/zero >&2; {WAV}"));
        assert!(fake.speak(&"one ".repeat(100_000)).is_ok());
    }

    #[test]
    fn output_kept_open_by_somebody_else_does_not_hold_up_the_session() {
        let mut fake = fake(&format!("{WAV}; setsid sleep 5 & exit 0"));
        let start = Instant::now();
        assert!(fake.speak("one").is_err());
        assert!(start.elapsed() < Duration::from_secs(8));
    }

    #[test]
    fn a_missing_program_says_how_to_get_it() {
        let mut espeak = Espeak::with_program("/nowhere/espeak-ng", Duration::from_secs(1));
        let error = espeak.synth(&line("one")).expect_err("no speech");
        assert_eq!(
            error.to_string(),
            "the program `espeak-ng` is not installed; install it with `sudo apt install espeak-ng`"
        );
    }

    #[test]
    fn an_unknown_language_is_never_tried() {
        let mut fake = fake(WAV);
        let foreign = Line { language: "tlh".into(), ..line("one") };
        let error = fake.espeak.synth(&foreign).expect_err("no speech");
        assert_eq!(error.to_string(), "the voice `espeak-ng` does not speak `tlh`");
        assert!(fake.calls().is_empty());
    }

    #[test]
    fn the_real_program_speaks_at_the_loudness_asked_for() {
        let espeak = Espeak::default();
        if matches!(espeak.check("en"), Err(VoiceError::Missing { .. })) {
            return eprintln!("espeak-ng is not installed: nothing tested");
        }
        let mut studio = Studio::new(Box::new(espeak), None);
        for text in
            ["One.", "Switch sides.", "Lie on your back with both knees bent, feet flat on the floor."]
        {
            let clip = studio.clip(&line(text)).expect("speech");
            let loud = loudness::measure(clip.samples());
            assert!((loud.lufs - loudness::NORMAL).abs() < 1.0, "{text} {loud:?}");
            assert!(loud.peak < -2.9, "{text} {loud:?}");
        }
    }
}

/// A tone between two silences, and a count of how often it was asked.
struct Tone {
    rate: u32,
    asked: Arc<AtomicUsize>,
}

impl Tone {
    fn new(rate: u32) -> (Self, Arc<AtomicUsize>) {
        let asked = Arc::default();
        (Self { rate, asked: Arc::clone(&asked) }, asked)
    }
}

impl Synth for Tone {
    fn id(&self) -> String {
        "tone".into()
    }

    fn synth(&mut self, line: &Line) -> Result<Pcm, VoiceError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match &*line.text {
            "fail" => return Err(VoiceError::Failed { program: "tone", reason: "as told".into() }),
            "panic" => panic!("as told"),
            "hang" => std::thread::sleep(Duration::from_secs(5)),
            _ => {}
        }
        let (quiet, length) = (self.rate as usize / 5, self.rate as usize);
        let wave = |at: usize| (at as f32 * 440.0 * std::f32::consts::TAU / self.rate as f32).sin() * 0.1;
        let samples =
            (0..length).map(|at| if (quiet..length - quiet).contains(&at) { wave(at) } else { 0.0 });
        Ok(Pcm { samples: samples.collect(), rate: self.rate })
    }
}

mod studio {
    use super::*;

    #[test]
    fn every_rate_becomes_one_rate_and_the_onset_comes_first() {
        for rate in [8_000, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000] {
            let mut studio = Studio::new(Box::new(Tone::new(rate).0), None);
            let clip = studio.clip(&line("one")).expect("a clip");
            let length = clip.len().as_secs_f64();
            assert!((0.6..0.64).contains(&length), "{rate}: {length}");
            let onset = clip.samples().iter().position(|sample| sample.abs() > 0.02);
            assert!(onset.is_some_and(|at| at < RATE as usize * 6 / 1_000), "{rate}: {onset:?}");
            let loud = loudness::measure(clip.samples());
            assert!((loud.lufs - loudness::NORMAL).abs() < 0.3, "{rate}: {loud:?}");
        }
    }

    #[test]
    fn cold_and_warm_give_the_same_samples() {
        let dir = tempfile::tempdir().expect("a directory");
        let (tone, asked) = Tone::new(22_050);
        let mut studio = Studio::new(Box::new(tone), Some(Cache::new(dir.path(), 1 << 20)));
        let cold = studio.clip(&line("one")).expect("a clip");
        let warm = studio.clip(&line("one")).expect("a clip");
        assert_eq!(cold, warm);
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn failures_are_not_cached() {
        let dir = tempfile::tempdir().expect("a directory");
        let (tone, asked) = Tone::new(48_000);
        let mut studio = Studio::new(Box::new(tone), Some(Cache::new(dir.path(), 1 << 20)));
        assert!(studio.clip(&line("fail")).is_err());
        assert!(studio.clip(&line("fail")).is_err());
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn nothing_to_say_is_nothing_to_hear() {
        let (tone, asked) = Tone::new(48_000);
        let mut studio = Studio::new(Box::new(tone), None);
        assert!(studio.clip(&line(" \n")).is_ok_and(|clip| clip.is_empty()));
        assert_eq!(asked.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn the_test_voice_passes_through_to_the_frame() {
        let mut studio = Studio::new(Box::new(Tick), None);
        let text = "Switch sides: fünf.";
        let clip = studio.clip(&line(text)).expect("a clip");
        assert_eq!(clip.len(), tick::frames(text));
        assert_eq!(clip.len(), Frames(19 * 3_200));
        assert_eq!(Tick.synth(&line(text)).map(|pcm| pcm.samples).ok().as_deref(), Some(clip.samples()));
    }
}

mod ahead {
    use super::*;

    fn worker() -> (Ahead, Receiver<Report>, Arc<AtomicUsize>) {
        let (tone, asked) = Tone::new(48_000);
        let (sender, receiver) = mpsc::channel();
        let ahead = Ahead::start(Studio::new(Box::new(tone), None), sender).expect("a thread");
        (ahead, receiver, asked)
    }

    fn report(reports: &Receiver<Report>) -> (String, bool) {
        match reports.recv_timeout(Duration::from_secs(5)).expect("a report") {
            Report::Ready(line) => (line.text.to_string(), true),
            Report::Failed(line, _) => (line.text.to_string(), false),
        }
    }

    fn lines(texts: &[&str]) -> Vec<Line> {
        texts.iter().map(|text| line(text)).collect()
    }

    #[test]
    fn wishes_are_met_in_order_and_only_once() {
        let (ahead, reports, asked) = worker();
        ahead.want(lines(&["one", "two", "one", "three"]));
        assert_eq!(
            ["one", "two", "three"].map(|text| (text.to_owned(), true)),
            [(); 3].map(|()| report(&reports))
        );
        ahead.want(lines(&["two", "three"]));
        assert!(ahead.take(&line("two")).is_some());
        assert!(ahead.take(&line("one")).is_none(), "no longer wished");
        assert!(ahead.wait(&line("three")).is_ok());
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn waiting_needs_no_wish() {
        let (ahead, _, _) = worker();
        assert!(ahead.wait(&line("one")).is_ok());
        assert!(ahead.take(&line("one")).is_none(), "not kept");
    }

    #[test]
    fn a_failure_stays_with_its_line() {
        let (ahead, reports, asked) = worker();
        ahead.want(lines(&["fail", "panic", "one"]));
        let all = [(); 3].map(|()| report(&reports));
        assert_eq!(all, [("fail".into(), false), ("panic".into(), false), ("one".into(), true)]);
        assert!(ahead.wait(&line("fail")).is_err());
        assert!(ahead.wait(&line("panic")).is_err());
        assert!(ahead.take(&line("one")).is_some());
        assert_eq!(asked.load(Ordering::SeqCst), 3);
        // Wished for anew, it is tried anew.
        ahead.want(Vec::new());
        ahead.want(lines(&["fail"]));
        assert_eq!(report(&reports), ("fail".into(), false));
        assert_eq!(asked.load(Ordering::SeqCst), 4);
    }

    /// Ten seconds of silence for every line, at once.
    struct Long(Arc<AtomicUsize>);

    impl Synth for Long {
        fn id(&self) -> String {
            "long".into()
        }

        fn synth(&mut self, _: &Line) -> Result<Pcm, VoiceError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(Pcm { samples: vec![0.0; 480_000], rate: RATE })
        }

        fn finished(&self) -> bool {
            true
        }
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let asked = Arc::default();
        let (sender, reports) = mpsc::channel();
        let studio = Studio::new(Box::new(Long(Arc::clone(&asked))), None);
        let ahead = Ahead::start(studio, sender).expect("a thread");
        let many: Vec<Line> = (0..50).map(|at| line(&at.to_string())).collect();
        ahead.want(many.clone());
        (0..9).for_each(|_| drop(report(&reports)));
        assert!(reports.recv_timeout(Duration::from_millis(300)).is_err(), "the room is full");
        assert!(ahead.wait(&many[49]).is_ok(), "waiting is served beyond the room");
        assert_eq!(report(&reports), ("49".into(), true));
        ahead.want(many[5..].to_vec());
        assert_eq!(
            [(); 5].map(|()| report(&reports).0),
            ["9", "10", "11", "12", "13"],
            "as much as was freed"
        );
        let urgent = [&[line("urgent")], &many[5..]].concat();
        ahead.want(urgent);
        assert_eq!(report(&reports), ("urgent".into(), true));
        assert!(ahead.take(&many[12]).is_some());
        assert!(ahead.take(&many[13]).is_none(), "the last makes room for the urgent one");
        assert!(reports.recv_timeout(Duration::from_millis(300)).is_err());
        assert_eq!(asked.load(Ordering::SeqCst), 16);
    }

    #[test]
    fn the_end_does_not_wait_for_a_hung_line() {
        let (ahead, _, asked) = worker();
        ahead.want(lines(&["hang"]));
        while asked.load(Ordering::SeqCst) == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        let start = Instant::now();
        drop(ahead);
        assert!(start.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn nobody_need_listen_to_the_reports() {
        let (ahead, reports, _) = worker();
        drop(reports);
        ahead.want(lines(&["one"]));
        assert!(ahead.wait(&line("one")).is_ok());
    }
}

/// Figures, not a test: `cargo test --release --test voice measurements -- --ignored --nocapture`.
mod measurements {
    use super::*;
    use matside::mix::Clip;
    use matside::output::{Fill, file};

    const LINES: [&str; 10] = [
        "One.",
        "Seven.",
        "Switch sides.",
        "Halfway.",
        "Rest.",
        "Lie on your back with both knees bent.",
        "Press your lower back softly into the floor, then let it arch a little.",
        "How strong is the pain now, from zero to ten?",
        "Roll onto your side, and push yourself up with your hands.",
        "Stop at once if the pain goes further down the leg, and tell me that it got worse. We then leave this out.",
    ];

    #[test]
    #[ignore = "prints figures"]
    fn measurements() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut espeak = Espeak::default();
        espeak.check("en").expect("espeak-ng");
        let cache = || Some(Cache::new(dir.path().join("cache"), 1 << 28));
        println!(
            "synth: wall; finish: processor time of cutting, rate, level, cache\n   synth    finish   length    LUFS   dBTP"
        );
        for text in LINES {
            let wall = Instant::now();
            espeak.synth(&line(text)).expect("speech");
            let synth = wall.elapsed().as_secs_f64() * 1e3;
            let mut studio = Studio::new(Box::new(Espeak::default()), cache());
            let _ = studio.clip(&line("warm up the list of languages"));
            let start = cpu();
            let clip = studio.clip(&line(text)).expect("a clip");
            let whole = (cpu() - start) * 1e3;
            let (length, loud) = (clip.len().as_secs_f64(), loudness::measure(clip.samples()));
            println!(
                "{synth:5.1} ms  {whole:5.1} ms  {length:5.2} s  {:5.2}  {:5.2}  {text:.40}",
                loud.lufs, loud.peak
            );
        }
        reading(&mut Studio::new(Box::new(Espeak::default()), cache()));
        for ending in ["wav", "flac"] {
            writing(&dir.path().join("a").with_extension(ending));
        }
        println!("peak memory: {}", peak_memory());
    }

    fn reading(studio: &mut Studio) {
        let start = cpu();
        let mut length = Frames::ZERO;
        for text in LINES.iter().cycle().take(2_000) {
            length += studio.clip(&line(text)).expect("a clip").len();
        }
        let (sound, took) = (length.as_secs_f64(), cpu() - start);
        println!("cache: {sound:.0} s of speech in 2000 lines read in {took:.3} s, {:.0} x", sound / took);
    }

    fn writing(path: &std::path::Path) {
        struct Loop(Clip, usize);
        impl Fill for Loop {
            fn fill(&mut self, block: &mut [f32]) {
                for sample in block {
                    *sample = self.0.samples().get(self.1).copied().unwrap_or(0.0);
                    self.1 = (self.1 + 1) % (3 * self.0.samples().len());
                }
            }
        }
        let mut studio = Studio::new(Box::new(Espeak::default()), None);
        let clip = studio.clip(&line(LINES[6])).expect("a clip");
        let start = cpu();
        let all = Frames::from_secs(720);
        file::write(path, &[("TITLE", "x")], &mut Loop(clip, 0), &mut |w| all - w).expect("a file");
        let took = cpu() - start;
        let (size, ending) = (std::fs::metadata(path).map_or(0, |about| about.len()), path.extension());
        println!("{ending:?}: 720 s, {size} bytes, in {took:.2} s, {:.0} x", 720.0 / took);
    }

    /// Seconds this thread has had a processor, so that a busy machine does not falsify the figures.
    fn cpu() -> f64 {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        text.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0.0) / 1e9
    }

    fn peak_memory() -> String {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default().to_owned()
    }
}
