//! Which sentences the engine says and which commands it knows. The words themselves lie in `sessions/phrases/`.

/// Every name that `[say]` must hold, with the variables its text may use.
pub const SAY: &[(&str, &[&str])] = &[
    ("reps", &["count"]),
    ("hold", &["time"]),
    ("for-time", &["time"]),
    ("each-side", &[]),
    ("sets", &["count"]),
    ("seconds", &["count"]),
    ("one-second", &[]),
    ("minutes", &["count"]),
    ("one-minute", &[]),
    ("duration-and", &["first", "second"]),
    ("halfway", &[]),
    ("rest", &["time"]),
    ("set", &["number"]),
    ("switch-sides", &[]),
    ("paused", &[]),
    ("resumed", &[]),
    ("stopped", &[]),
    ("interrupted", &[]),
    ("worse", &[]),
    ("easiest", &[]),
    ("hardest", &[]),
    ("time-left", &["time"]),
    ("almost-done", &[]),
    ("not-understood", &[]),
    ("resuming", &["title"]),
    ("recording", &[]),
    ("nothing-back", &[]),
    ("side-unknown", &["title"]),
    ("did-you-say", &["words"]),
    ("which-number", &["first", "second"]),
    ("rounded", &["number"]),
    ("help", &[]),
    ("cannot-hear", &[]),
    ("noisy-room", &[]),
    ("too-loud", &[]),
    ("memory-damaged", &[]),
    ("not-kept", &[]),
    ("blocked", &[]),
    ("today-done", &[]),
    ("today-enough", &["count"]),
    ("today-too-short", &["time"]),
    ("who", &["names"]),
    ("who-again", &["names"]),
    ("who-unknown", &[]),
    ("why-more", &["count"]),
    ("why-less", &[]),
    ("why-not-yet", &[]),
    ("why-same", &[]),
    ("why-written", &[]),
];

/// The variables of the texts in `[invitation]`, but of its `later`.
pub const INVITATION: &[&str] = &["title", "time"];
/// Those of its `later`.
pub const LATER: &[&str] = &["time"];

/// Every name that `[commands]` may hold.
pub const COMMANDS: &[&str] = &[
    "pause", "resume", "skip", "back", "repeat", "easier", "harder", "worse", "how-long", "louder", "softer",
    "slower", "faster", "stop", "help", "why",
];

/// Number words that `numbers` must at least hold: zero to sixty.
pub const NUMBERS: usize = 61;

/// Lower case, without punctuation, single spaces: how spoken and typed words are compared.
#[must_use]
pub fn fold(words: &str) -> String {
    let kept = words.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' });
    kept.collect::<String>().to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}
