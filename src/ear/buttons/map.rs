//! Which button means what: the names of buttons, what is built in, what a file sets. Must not read files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use evdev::KeyCode;
use strsim::damerau_levenshtein;

use crate::diagnostic::suggest;
use crate::runner::Command;

use super::press::Press;

/// After the name of a button: the long press.
const HOLD: &str = "hold";
/// After the name of a line: pressed is high, with a pull-down. Otherwise a button pulls its line to ground.
const HIGH: &str = "high";
/// Takes a button's meaning away.
const NOTHING: &str = "nothing";
/// Before words that would otherwise be taken for a misspelt command.
const SAY: &str = "say ";
/// Above all names of keys in the kernel's list.
const KEYS: u16 = 0x300;
/// The last of the keys that type or move a cursor, from Escape to Delete; those of media come after.
const LAST_TYPED: u16 = KeyCode::KEY_DELETE.0;

/// Between several meanings, of which the first that is one now counts.
const OR: char = '/';

/// What a plain remote, a keypad or the keys of a headset mean. A single character is an answer by its key; "start" is
/// one to the invitation.
const BUILT_IN: [(&str, &[KeyCode]); 19] = [
    (
        "start / pause",
        &[
            KeyCode::KEY_PLAYPAUSE,
            KeyCode::KEY_PLAY,
            KeyCode::KEY_PAUSE,
            KeyCode::KEY_PLAYCD,
            KeyCode::KEY_PAUSECD,
            KeyCode::KEY_OK,
            KeyCode::KEY_SELECT,
            KeyCode::KEY_ENTER,
            KeyCode::KEY_KPENTER,
        ],
    ),
    ("skip", &[KeyCode::KEY_NEXTSONG, KeyCode::KEY_NEXT, KeyCode::KEY_FASTFORWARD]),
    ("back", &[KeyCode::KEY_PREVIOUSSONG, KeyCode::KEY_PREVIOUS, KeyCode::KEY_REWIND]),
    ("stop", &[KeyCode::KEY_STOPCD, KeyCode::KEY_STOP]),
    ("louder", &[KeyCode::KEY_VOLUMEUP]),
    ("softer", &[KeyCode::KEY_VOLUMEDOWN]),
    ("help", &[KeyCode::KEY_HELP]),
    ("y", &[KeyCode::KEY_Y]),
    ("n", &[KeyCode::KEY_N]),
    ("0", &[KeyCode::KEY_0, KeyCode::KEY_KP0, KeyCode::KEY_NUMERIC_0]),
    ("1", &[KeyCode::KEY_1, KeyCode::KEY_KP1, KeyCode::KEY_NUMERIC_1]),
    ("2", &[KeyCode::KEY_2, KeyCode::KEY_KP2, KeyCode::KEY_NUMERIC_2]),
    ("3", &[KeyCode::KEY_3, KeyCode::KEY_KP3, KeyCode::KEY_NUMERIC_3]),
    ("4", &[KeyCode::KEY_4, KeyCode::KEY_KP4, KeyCode::KEY_NUMERIC_4]),
    ("5", &[KeyCode::KEY_5, KeyCode::KEY_KP5, KeyCode::KEY_NUMERIC_5]),
    ("6", &[KeyCode::KEY_6, KeyCode::KEY_KP6, KeyCode::KEY_NUMERIC_6]),
    ("7", &[KeyCode::KEY_7, KeyCode::KEY_KP7, KeyCode::KEY_NUMERIC_7]),
    ("8", &[KeyCode::KEY_8, KeyCode::KEY_KP8, KeyCode::KEY_NUMERIC_8]),
    ("9", &[KeyCode::KEY_9, KeyCode::KEY_KP9, KeyCode::KEY_NUMERIC_9]),
];

/// Something that can be pressed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Button {
    /// The kernel's code of a key.
    Key(u16),
    Line(Line),
}

/// A line of a GPIO chip.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// As in `/dev`.
    pub chip: String,
    pub line: u32,
    /// Pressed is high.
    pub high: bool,
}

impl Button {
    /// Whether it types something, for a screen that somebody may sit at.
    pub fn types(&self) -> bool {
        matches!(self, Self::Key(code) if *code <= LAST_TYPED)
    }
}

impl fmt::Display for Button {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(code) => match key_name(*code) {
                Some(name) => f.write_str(&name),
                None => write!(f, "#{code}"),
            },
            Self::Line(Line { chip, line, high }) => {
                write!(f, "{chip}:{line}{}", if *high { " high" } else { "" })
            }
        }
    }
}

fn key_name(code: u16) -> Option<String> {
    let name = format!("{:?}", KeyCode::new(code));
    (name.starts_with("KEY_") || name.starts_with("BTN_")).then_some(name)
}

/// Why something is no name or no meaning, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Of the meaning; otherwise of the name.
    pub meaning: bool,
    pub message: String,
    pub hint: String,
}

impl FromStr for Button {
    type Err = Wrong;

    fn from_str(name: &str) -> Result<Self, Wrong> {
        let (line, high) = name.strip_suffix(HIGH).map_or((name, false), |line| (line.trim_end(), true));
        if let Some((chip, line)) = line.split_once(':')
            && let Ok(line) = line.parse()
            && chip.starts_with("gpiochip")
            && chip.chars().all(char::is_alphanumeric)
        {
            return Ok(Self::Line(Line { chip: chip.to_owned(), line, high }));
        }
        let code = name.strip_prefix('#').and_then(|code| code.parse().ok()).filter(|code| *code < KEYS);
        let code = code.or_else(|| Some(KeyCode::from_str(name).ok()?.code()));
        code.map(Self::Key).ok_or_else(|| {
            // Names are compared in lower case.
            let names: Vec<String> = (0..KEYS).filter_map(key_name).map(|name| name.to_lowercase()).collect();
            let near = suggest(name, names.iter().map(String::as_str));
            let hint = near.map(|near| format!("did you mean `{}`?", near.to_uppercase()));
            let known =
                "`KEY_…` or `gpiochip0:17`; `matside buttons` prints the name of each that is pressed";
            let message = format!("there is no button `{name}`");
            Wrong { meaning: false, message, hint: hint.unwrap_or_else(|| known.into()) }
        })
    }
}

/// What each button means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    short: BTreeMap<Button, String>,
    long: BTreeMap<Button, String>,
    /// Part of the name of the devices that nobody else is to hear.
    pub grab: Option<String>,
    /// Somebody wants buttons, and wants to know when there are none.
    pub wanted: bool,
}

impl Default for Map {
    fn default() -> Self {
        let keys = BUILT_IN.iter().flat_map(|(what, keys)| keys.iter().map(|key| (key.code(), *what)));
        let short = keys.map(|(code, what)| (Button::Key(code), what.to_owned())).collect();
        Self { short, long: BTreeMap::new(), grab: None, wanted: false }
    }
}

impl Map {
    /// Sets what the button `name` means, which may end in "hold" for a long press.
    ///
    /// # Errors
    /// There is no such button, or it cannot mean that.
    pub fn set(&mut self, name: &str, meaning: &str) -> Result<(), Wrong> {
        let (name, map) = match name.strip_suffix(HOLD) {
            Some(name) => (name.trim_end(), &mut self.long),
            None => (name, &mut self.short),
        };
        let button: Button = name.parse()?;
        match read(meaning)? {
            Some(what) => map.insert(button, what),
            None => map.remove(&button),
        };
        self.wanted = true;
        Ok(())
    }

    pub fn meaning(&self, button: &Button, press: Press) -> Option<&str> {
        let map = match press {
            Press::Short => &self.short,
            Press::Long => &self.long,
        };
        map.get(button).map(String::as_str)
    }

    /// Whether a long press means something.
    pub fn holds(&self, button: &Button) -> bool {
        self.long.contains_key(button)
    }

    /// Whether it means anything.
    pub fn knows(&self, button: &Button) -> bool {
        self.short.contains_key(button) || self.holds(button)
    }

    /// The lines among the buttons.
    pub fn lines(&self) -> BTreeSet<&Line> {
        let buttons = self.short.keys().chain(self.long.keys());
        buttons.filter_map(|button| if let Button::Line(line) = button { Some(line) } else { None }).collect()
    }

    /// Name and meaning of each, as in a file.
    pub fn all(&self) -> impl Iterator<Item = (String, &str)> {
        let short = self.short.iter().map(|(button, what)| (button.to_string(), what.as_str()));
        short.chain(self.long.iter().map(|(button, what)| (format!("{button} {HOLD}"), what.as_str())))
    }
}

/// What a text of a file means: names of commands, words or keys of answers; or nothing.
fn read(meaning: &str) -> Result<Option<String>, Wrong> {
    if meaning.trim() == NOTHING {
        return Ok(None);
    }
    let all: Vec<&str> = meaning.split(OR).map(|one| read_one(one.trim())).collect::<Result<_, _>>()?;
    Ok(Some(all.join(" / ")))
}

fn read_one(meaning: &str) -> Result<&str, Wrong> {
    let wrong = |message, hint| Err(Wrong { meaning: true, message, hint });
    let words = meaning.strip_prefix(SAY).map(str::trim);
    let said = words.unwrap_or(meaning);
    if said.is_empty() || said == SAY.trim() {
        let hint = format!("`\"{NOTHING}\"` takes the meaning of a button away");
        return wrong("this button says nothing".to_owned(), hint);
    }
    if words.is_some() || Command::named(said).is_some() {
        return Ok(said);
    }
    // Nearer than for other names: most words of answers are a little like some command.
    match Command::keys().find(|(name, _)| damerau_levenshtein(said, name) == 1) {
        Some((near, _)) => {
            let hint = format!("did you mean `{near}`? `\"{SAY}{said}\"` means the words");
            wrong(format!("`{said}` is no command"), hint)
        }
        None => Ok(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Button {
        name.parse().unwrap()
    }

    fn hint(name: &str, meaning: &str) -> String {
        Map::default().set(name, meaning).unwrap_err().hint
    }

    #[test]
    fn a_plain_remote_has_meanings_and_its_names_are_read_back() {
        let map = Map::default();
        for (name, what) in
            [("KEY_PLAYPAUSE", "start / pause"), ("KEY_NEXTSONG", "skip"), ("KEY_KP7", "7"), ("KEY_N", "n")]
        {
            assert_eq!(map.meaning(&key(name), Press::Short), Some(what));
        }
        assert_eq!(map.meaning(&key("KEY_POWER"), Press::Short), None);
        for (name, _) in map.all() {
            assert_eq!(key(&name).to_string(), name);
        }
        for name in ["gpiochip0:17", "gpiochip12:3 high", "BTN_LEFT", "#700"] {
            assert_eq!(key(name).to_string(), name);
        }
        assert!(key("KEY_KP7").types() && key("KEY_PAGEDOWN").types());
        assert!(
            !key("KEY_VOLUMEUP").types() && !key("KEY_NUMERIC_5").types() && !key("gpiochip0:17").types()
        );
    }

    #[test]
    fn a_file_adds_changes_and_takes_away() {
        let mut map = Map::default();
        for (name, what) in [
            ("KEY_VOLUMEUP", "nothing"),
            ("KEY_PAGEDOWN", "skip"),
            ("KEY_B", "say stop it"),
            ("KEY_B hold", "later/stop"),
            ("gpiochip0:17", "yes"),
            ("gpiochip0:4 high hold", "worse"),
        ] {
            map.set(name, what).unwrap();
        }
        assert!(!map.knows(&key("KEY_VOLUMEUP")));
        assert_eq!(map.meaning(&key("KEY_B"), Press::Short), Some("stop it"));
        assert_eq!(map.meaning(&key("KEY_B"), Press::Long), Some("later / stop"));
        assert!(map.holds(&key("KEY_B")) && !map.holds(&key("KEY_PAGEDOWN")));
        let lines: Vec<_> = map.lines().into_iter().map(|line| (line.line, line.high)).collect();
        assert_eq!(lines, [(4, true), (17, false)]);
    }

    #[test]
    fn what_is_wrong_has_a_hint() {
        assert!(hint("KEY_PLAYPAUS", "pause").contains("did you mean `KEY_PLAYPAUSE`?"));
        assert!(hint("gpiochip0", "pause").contains("matside buttons"));
        assert!(hint("gpio/chip0:1", "pause").contains("matside buttons"));
        assert!(hint("#99999", "pause").contains("matside buttons"));
        assert!(hint("KEY_A", "puase").contains("did you mean `pause`? `\"say puase\"` means the words"));
        assert!(hint("KEY_A", "yes / puase").contains("did you mean `pause`?"));
        assert!(hint("KEY_A", " ").contains("nothing"));
        assert!(hint("KEY_A", "yes /").contains("nothing"));
        assert!(hint("KEY_A", "say ").contains("nothing"));
    }
}
