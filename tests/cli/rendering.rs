//! `matside render`: the same bytes each time, the same samples in both formats, captions as the timeline says.

use std::fs;
use std::path::Path;

use flac_codec::decode::FlacSampleReader;

use crate::user::User;

fn render(user: &User, session: &str, file: &str) -> Vec<u8> {
    let seen = user.run(&["render", session, "--voice", "tick", "-o", file]);
    assert_eq!((seen.code, &*seen.err), (0, ""), "{}", seen.out);
    fs::read(user.path("here").join(file)).unwrap()
}

#[test]
fn two_renders_are_the_same_bytes() {
    let user = User::new();
    for ending in ["wav", "flac"] {
        let [a, b] = ["a", "b"].map(|name| render(&user, "tiny", &format!("{name}.{ending}")));
        assert!(a == b, "{ending}");
    }
    let captions = ["a.vtt", "b.vtt"].map(|name| fs::read(user.path("here").join(name)).unwrap());
    assert_eq!(captions[0], captions[1]);
}

#[test]
fn both_formats_hold_the_same_samples() {
    let user = User::new();
    render(&user, "taste", "a.wav");
    render(&user, "taste", "a.flac");
    let wav = hound::WavReader::open(user.path("here/a.wav")).unwrap();
    let wav: Vec<i32> = wav.into_samples::<i16>().map(|sample| sample.unwrap().into()).collect();
    let mut flac = Vec::new();
    FlacSampleReader::open(user.path("here/a.flac")).unwrap().read_to_end(&mut flac).unwrap();
    assert!(wav.iter().any(|sample| *sample != 0));
    assert!(wav == flac, "{} and {} samples", wav.len(), flac.len());
}

#[test]
fn the_captions_stand_where_the_timeline_says() {
    let user = User::new();
    for session in ["tiny", "taste"] {
        render(&user, session, "a.wav");
        let captions = captions(&user.path("here/a.vtt"));
        let shown = shown(&user.run(&["show", session]).out);
        assert!(!shown.is_empty());
        assert_eq!(captions, shown, "{session}");
    }
}

/// Begin in tenths of a second, and text.
type Said = (u64, String);

/// `00:00:01.234 --> 00:00:02.000`, then the text.
fn captions(path: &Path) -> Vec<Said> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let mut said = Vec::new();
    while let Some(line) = lines.next() {
        let Some((begin, _)) = line.split_once(" --> ") else { continue };
        let (time, milliseconds) = begin.split_once('.').unwrap();
        let seconds = time.split(':').fold(0, |sum, part| sum * 60 + part.parse::<u64>().unwrap());
        let text = lines.next().unwrap().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        said.push((seconds * 10 + milliseconds.parse::<u64>().unwrap() / 100, text));
    }
    said
}

/// `  1:02.3    text`
fn shown(out: &str) -> Vec<Said> {
    let said = |line: &str| {
        let (time, text) = line.trim_start().split_once("    ")?;
        let (minutes, rest) = time.split_once(':')?;
        let (seconds, tenth) = rest.split_once('.')?;
        let number = |text: &str| text.parse::<u64>().ok();
        Some((number(minutes)? * 600 + number(seconds)? * 10 + number(tenth)?, text.to_owned()))
    };
    out.lines().filter_map(said).collect()
}

#[test]
fn a_place_that_cannot_be_written_is_named_and_nothing_is_left() {
    let user = User::new();
    for file in ["nowhere/a.wav", "a.mp3", "a"] {
        let seen = user.run(&["render", "tiny", "--voice", "tick", "-o", file]);
        assert_eq!(seen.code, 1, "{file}");
        assert!(seen.err.contains(&format!("`{file}`")), "{}", seen.err);
    }
    assert_eq!(fs::read_dir(user.path("here")).unwrap().count(), 0);
}
