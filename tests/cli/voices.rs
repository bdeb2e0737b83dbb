//! Voices in packs: installed whole or not at all, from a folder, a package file or an address, and taken away again.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::user::{Seen, User, finish};

const WEIGHTS: &[u8] = b"no weights, but forty bytes for the tests";

fn pack(user: &User, name: &str, weights: &[u8]) -> PathBuf {
    let dir = user.path(name);
    fs::create_dir_all(&dir).unwrap();
    let sha256 = Sha256::digest(WEIGHTS).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let manifest = format!(
        r#"
name = "tiny"
engine = "none"
language = "en-GB"
about = "for tests"
licence = "CC0-1.0"
rate = 8000
weights = "a.onnx"
file = [{{ name = "a.onnx", bytes = {}, sha256 = "{sha256}" }}]
"#,
        WEIGHTS.len()
    );
    fs::write(dir.join("voice.toml"), manifest).unwrap();
    fs::write(dir.join("a.onnx"), weights).unwrap();
    dir
}

fn voices(user: &User) -> PathBuf {
    user.path("home/.local/share/matside/voices")
}

fn install(user: &User, name: &str, from: &str) -> Seen {
    user.run(&["voices", "install", name, "--from", from])
}

#[test]
fn a_pack_is_installed_listed_and_removed() {
    let user = User::new();
    let from = pack(&user, "pack", WEIGHTS);
    let seen = install(&user, "tiny", from.to_str().unwrap());
    assert_eq!(seen.code, 0, "{}", seen.err);
    assert_eq!(fs::read(voices(&user).join("tiny/a.onnx")).unwrap(), WEIGHTS);
    let listed = user.run(&["voices"]).out;
    assert!(listed.contains("tiny     en-GB  for tests"), "{listed}");
    assert!(listed.contains("matside voices install NAME") && listed.contains("heart"), "{listed}");
    assert_eq!(user.run(&["voices", "remove", "tiny"]).code, 0);
    assert_eq!(fs::read_dir(voices(&user)).unwrap().count(), 0);
    assert_eq!(user.run(&["voices", "remove", "tiny"]).code, 1);
    assert_eq!(user.run(&["voices", "remove", "../pack"]).code, 1);
    assert!(from.join("a.onnx").exists());
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let user = User::new();
    let from = pack(&user, "pack", WEIGHTS);
    fs::create_dir_all(voices(&user)).unwrap();
    let kept = user.path("home/.local/share/matside/kept");
    fs::create_dir_all(&kept).unwrap();
    for name in ["../kept", "..", ".", "", "a/b"] {
        let seen = install(&user, name, from.to_str().unwrap());
        assert_eq!(seen.code, 1, "{name}");
        assert!(seen.err.contains("is no name of a pack"), "{name}: {}", seen.err);
        assert_eq!(user.run(&["voices", "remove", name]).code, 1, "{name}");
    }
    assert!(kept.is_dir() && fs::read_dir(voices(&user)).unwrap().count() == 0);
}

#[test]
fn what_is_truncated_or_different_is_not_installed_and_the_old_one_stays() {
    let user = User::new();
    let good = pack(&user, "pack", WEIGHTS);
    assert_eq!(install(&user, "tiny", good.to_str().unwrap()).code, 0);
    let mut other = WEIGHTS.to_vec();
    other[3] ^= 1;
    for (weights, said) in [(&WEIGHTS[..10], "10 bytes"), (&other, "sha256"), (b"", "0 bytes")] {
        let bad = pack(&user, "bad", weights);
        let seen = install(&user, "tiny", bad.to_str().unwrap());
        assert_eq!(seen.code, 1);
        assert!(seen.err.contains("a.onnx") && seen.err.contains(said), "{}", seen.err);
        assert_eq!(fs::read(voices(&user).join("tiny/a.onnx")).unwrap(), WEIGHTS);
    }
    // One that was damaged later is named, with what mends it.
    fs::write(voices(&user).join("tiny/a.onnx"), b"short").unwrap();
    let listed = user.run(&["voices"]).out;
    assert!(listed.contains("damaged") && listed.contains("matside voices install tiny"), "{listed}");
}

#[test]
fn a_file_that_is_no_package_or_lacks_a_member_is_named() {
    let user = User::new();
    let file = user.path("heart.whl");
    fs::write(&file, b"PK, but nothing else").unwrap();
    let seen = install(&user, "heart", file.to_str().unwrap());
    assert_eq!(seen.code, 1);
    assert!(seen.err.contains("heart.whl") && seen.err.contains("package"), "{}", seen.err);
    let seen = install(&user, "heart", user.path("nowhere.whl").to_str().unwrap());
    assert_eq!(seen.code, 1);
    assert!(seen.err.contains("nowhere.whl"), "{}", seen.err);
    assert!(!voices(&user).join("heart").exists());
}

#[test]
fn without_the_client_or_a_network_the_way_out_is_named() {
    let user = User::new();
    let mut bare = user.program(&["voices", "install", "heart"]);
    bare.env("PATH", user.path("here"));
    let seen = finish(bare);
    assert_eq!(seen.code, 1);
    assert!(seen.err.contains("`pip`") && seen.err.contains("apt-get install python3-pip"), "{}", seen.err);
    // A port that nothing listens on.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let seen = install(&user, "heart", &format!("http://127.0.0.1:{port}/heart.whl"));
    assert_eq!(seen.code, 1);
    assert!(seen.err.contains("could not fetch") && seen.err.contains("--from FILE"), "{}", seen.err);
    assert!(!voices(&user).join("heart").exists());
}

#[test]
fn a_full_disk_leaves_nothing_half_installed() {
    let user = User::new();
    let from = pack(&user, "pack", WEIGHTS);
    // A file may not grow beyond nothing: what a full disk looks like without one.
    let args = ["voices", "install", "tiny", "--from", from.to_str().unwrap()];
    let line =
        format!("trap '' XFSZ; ulimit -f 0; exec '{}' \"$@\" 2>&1 | cat", env!("CARGO_BIN_EXE_matside"));
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &line, "sh"]);
    let seen = finish(user.dressed(shell, &args));
    assert!(
        seen.out.contains("a.onnx") && seen.out.contains("could not be written"),
        "{} {}",
        seen.out,
        seen.err
    );
    assert!(!voices(&user).join("tiny").exists());
    let seen = install(&user, "tiny", from.to_str().unwrap());
    assert_eq!(seen.code, 0, "{}", seen.err);
}

/// What was fetched before the line broke is not fetched again.
#[test]
fn a_download_that_broke_off_is_gone_on_with() {
    let user = User::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/heart.whl", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut ranges = Vec::new();
        for stream in listener.incoming().take(2) {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let range = head
                .iter()
                .find_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
            let answer = match &range {
                // Ten of twenty bytes, and then nothing more.
                None => "HTTP/1.1 200 OK\r\nContent-Length: 20\r\nConnection: close\r\n\r\n0123456789",
                Some(_) => {
                    "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 10-19/20\r\nContent-Length: 10\r\nConnection: close\r\n\r\nabcdefghij"
                }
            };
            stream.write_all(answer.as_bytes()).unwrap();
            ranges.push(range);
        }
        ranges
    });
    let first = install(&user, "heart", &url);
    assert!(first.err.contains("could not fetch"), "{}", first.err);
    let second = install(&user, "heart", &url);
    assert_eq!(server.join().unwrap(), [None, Some("10-".to_owned())]);
    // Whole now, though no package.
    assert!(second.err.contains("could not be opened as a package"), "{}", second.err);
    assert_eq!(
        fs::read(voices(&user).join(".heart.partial/.packages/package.zip")).unwrap(),
        b"0123456789abcdefghij"
    );
}

#[test]
fn a_voice_that_is_not_there_or_speaks_another_language_is_an_error_before_the_first_word() {
    let user = User::new();
    for verb in [&["run", "--output", "free", "tiny"][..], &["render", "tiny", "-o", "a.wav"]] {
        let seen = user.run(&[verb, &["--voice", "kore"]].concat());
        assert_eq!(seen.code, 1);
        assert!(seen.err.contains("matside voices install kore"), "{}", seen.err);
        let seen = user.run(&[verb, &["--voice", "nobody"]].concat());
        assert!(seen.err.contains("`nobody`") && seen.err.contains("`heart`"), "{}", seen.err);
    }
    let seen = user.run(&["render", "tiny", "-o", "a.wav", "--voice", "system"]);
    assert!(seen.code == 1 && seen.err.contains("`system` speaks by itself"), "{}", seen.err);
    let from = pack(&user, "pack", WEIGHTS);
    install(&user, "tiny", from.to_str().unwrap());
    let seen = user.run(&["show", "gentle-daily", "--language", "de"]);
    assert_eq!(seen.code, 0, "{}", seen.err);
    let seen = user.run(&["render", "gentle-daily", "--language", "de", "--voice", "tiny", "-o", "a.wav"]);
    assert!(seen.err.contains("`tiny` does not speak `de`"), "{}", seen.err);
}
