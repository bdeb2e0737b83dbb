//! Espeak against programs that misbehave, and the real one at the end.

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
    for body in ["echo hello", ":", "printf 'RIFF\\044\\360\\377\\177WAVEfmt '", "head -c 100000 /dev/zero"] {
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
    for text in ["One.", "Switch sides.", "Lie on your back with both knees bent, feet flat on the floor."] {
        let clip = studio.clip(&line(text)).expect("speech");
        let loud = loudness::measure(clip.samples());
        assert!((loud.lufs - loudness::NORMAL).abs() < 1.0, "{text} {loud:?}");
        assert!(loud.peak < -2.9, "{text} {loud:?}");
    }
}
