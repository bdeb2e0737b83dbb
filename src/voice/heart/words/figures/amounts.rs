//! One chunk with figures in it: a time, a date, a range, money, a part, a measure, or a name with a number. Owns
//! their grammar.

use super::super::store::{Kind, Store};
use super::numbers::{self, cardinal, label, minutes, one_by_one, ordinal, plural, year};

/// The words around a figure.
#[derive(Clone, Copy, Debug, Default)]
pub struct Near<'a> {
    pub last: Option<&'a str>,
    pub next: Option<&'a str>,
}

/// What a figure is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    pub words: String,
    /// It took the next word in.
    pub uses_next: bool,
    /// It brings its own "the".
    pub drops_the: bool,
}

impl From<String> for Amount {
    fn from(words: String) -> Self {
        Self { words, ..Self::default() }
    }
}

/// The first grammar that fits `core`; the last one always does.
pub fn words(store: &Store, core: &str, near: &Near) -> Amount {
    time(core, near)
        .or_else(|| day(store, core, near))
        .or_else(|| date(store, core).map(Amount::from))
        .or_else(|| money(store, core, near))
        .or_else(|| telephone(core).map(Amount::from))
        .or_else(|| part(core).map(Amount::from))
        .or_else(|| range(store, core, near))
        .or_else(|| measure(store, core, near))
        .unwrap_or_else(|| mixed(core).into())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A figure with thousands and a fraction, if `text` is nothing else.
fn is_number(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b == b',' || b == b'.')
        && text.matches('.').count() < 2
}

/// Where the number at the beginning ends.
fn number_end(text: &str) -> usize {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_end_matches([',', '.']).len()
}

fn small(text: &str, most: u32) -> Option<u32> {
    (is_digits(text) && text.len() <= 2).then(|| text.parse().ok().filter(|value| *value <= most))?
}

/// A number on its own: four digits are a year.
fn alone(number: &str) -> String {
    match number.parse() {
        Ok(value) if is_digits(number) && number.len() == 4 && value > 0 => year(value),
        _ => cardinal(number),
    }
}

/// `7:30`, `7:30pm`, `7:30 p.m.`, `1:02:03`.
fn time(core: &str, near: &Near) -> Option<Amount> {
    let end = core.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(core.len());
    let (clock, half) = core.split_at_checked(end)?;
    let mut parts = clock.split(':');
    let hour = small(parts.next()?, 24)?;
    let minute = parts.next().filter(|minute| minute.len() == 2).and_then(|minute| small(minute, 59))?;
    let seconds = parts.next().map(|seconds| small(seconds, 59).ok_or(()));
    let seconds = seconds.transpose().ok()?;
    let uses_next = half.is_empty() && near.next.and_then(halves).is_some();
    let half = if uses_next { near.next.and_then(halves) } else { halves(half) };
    if !core.ends_with(clock) && half.is_none() {
        return None;
    }
    let mut words = vec![minutes(hour)];
    match minute {
        0 if half.is_none() && seconds.is_none() => words.push("o'clock".into()),
        0 => {}
        1..10 => words.extend(["oh".into(), minutes(minute)]),
        _ => words.push(minutes(minute)),
    }
    if let Some(seconds) = seconds {
        let unit = if seconds == 1 { "second" } else { "seconds" };
        words.push(format!("and {} {unit}", minutes(seconds)));
    }
    words.extend(half.map(str::to_owned));
    Some(Amount { words: words.join(" "), uses_next, drops_the: false })
}

/// Dotted, so that its letters are named. The last full stop is the sentence's or none.
fn halves(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "am" | "a.m" | "a.m." => Some("A.M"),
        "pm" | "p.m" | "p.m." => Some("P.M"),
        _ => None,
    }
}

fn month<'a>(store: &'a Store, word: &str) -> Option<&'a str> {
    let short = word.trim_end_matches(['.', ',']);
    let capital = short.starts_with(|c: char| c.is_ascii_uppercase());
    let name = store.text(Kind::Month, &short.get(..3)?.to_lowercase())?;
    (capital && (short == name || short.len() == 3 || short == "Sept")).then_some(name)
}

/// `March 3` and `3 March`.
fn day(store: &Store, core: &str, near: &Near) -> Option<Amount> {
    let number = core.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let ending = core.strip_prefix(number)?;
    let day = small(number, 31).filter(|day| *day > 0)?;
    if !["", "st", "nd", "rd", "th"].contains(&ending) {
        return None;
    }
    let words = numbers::day(day);
    if near.last.is_some_and(|last| !last.ends_with(',') && month(store, last).is_some()) {
        return Some(words.into());
    }
    let month = near.next.and_then(|next| month(store, next)).filter(|_| ending.is_empty())?;
    Some(Amount { words: format!("the {words} of {month}"), uses_next: true, drops_the: true })
}

/// `2026-03-01` and `3/1/2026`.
fn date(store: &Store, core: &str) -> Option<String> {
    let parts: Vec<&str> = core.split(['-', '/']).collect();
    let (whole, month, day) = match parts[..] {
        [year, month, day] if year.len() == 4 && core.contains('-') => (year, month, day),
        [month, day, year] if year.len() == 4 && core.contains('/') => match small(month, 12) {
            Some(_) => (year, month, day),
            None => (year, day, month),
        },
        _ => return None,
    };
    let month = usize::try_from(small(month, 12)?).ok()?.checked_sub(1)?;
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let name = store.text(Kind::Month, names.get(month)?)?;
    let day = small(day, 31).filter(|day| *day > 0)?;
    is_digits(whole).then(|| format!("{name} {}, {}", numbers::day(day), alone(whole)))
}

/// `$9.50`, `£2m`, `$3 million`.
fn money(store: &Store, core: &str, near: &Near) -> Option<Amount> {
    let sign = core.chars().next()?;
    let [one, many] = forms(store, Kind::Currency, sign.encode_utf8(&mut [0; 4]))?;
    let (number, rest) = core.strip_prefix(sign).map(|rest| rest.split_at(number_end(rest)))?;
    if !is_number(number) {
        return None;
    }
    let short = [("k", "thousand"), ("m", "million"), ("b", "billion")];
    let scale = short.iter().find(|(letter, _)| *letter == rest.to_lowercase()).map(|(_, word)| *word);
    let large = ["hundred", "thousand", "million", "billion", "trillion"];
    let next = near.next.filter(|next| rest.is_empty() && large.contains(next));
    if let Some(scale) = scale.or(next) {
        let words = format!("{} {scale} {many}", cardinal(number));
        return Some(Amount { words, uses_next: next.is_some(), drops_the: false });
    }
    rest.is_empty().then(|| coins(sign, number, one, many).into())
}

fn coins(sign: char, number: &str, one: &str, many: &str) -> String {
    let named = |number: &str, one: &str, many: &str| {
        format!("{} {}", cardinal(number), if number.trim_start_matches('0') == "1" { one } else { many })
    };
    let (whole, small) = number.split_once('.').unwrap_or((number, ""));
    let (cent, cents) = if sign == '£' { ("pence", "pence") } else { ("cent", "cents") };
    let small = match small.trim_start_matches('0') {
        "" => None,
        _ if small.len() != 2 => return named(number, many, many),
        some => Some(named(some, cent, cents)),
    };
    let whole =
        Some(named(whole, one, many)).filter(|_| small.is_none() || !whole.trim_matches('0').is_empty());
    whole.into_iter().chain(small).collect::<Vec<_>>().join(" and ")
}

fn forms<'a>(store: &'a Store, kind: Kind, key: &str) -> Option<[&'a str; 2]> {
    store.text(kind, key)?.split_once('\n').map(|(one, many)| [one, many])
}

/// `555-0100` digit by digit.
fn telephone(core: &str) -> Option<String> {
    let parts: Vec<&str> = core.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let fits = [&[3, 4][..], &[3, 3, 4]].contains(&lengths.as_slice());
    (fits && parts.iter().all(|part| is_digits(part)))
        .then(|| parts.iter().map(|part| one_by_one(part)).collect::<Vec<_>>().join(", "))
}

/// `3/4`, and `4/10` as people say it of pain.
fn part(core: &str) -> Option<String> {
    let (above, below) = core.split_once('/')?;
    let (above, below) = (small(above, 99)?, small(below, 99)?);
    let name = match below {
        2 if above == 1 => "half".to_owned(),
        4 => "quarter".to_owned(),
        3 | 5..=9 => ordinal(i64::from(below)),
        _ => String::new(),
    };
    let count = cardinal(&above.to_string());
    Some(match (above, name.as_str()) {
        (_, "") => format!("{count} out of {}", cardinal(&below.to_string())),
        _ if above == 0 || above >= below => format!("{count} out of {}", cardinal(&below.to_string())),
        (1, name) => format!("{count} {name}"),
        (_, name) => format!("{count} {name}s"),
    })
}

/// `20-30`, and what is counted after it.
fn range(store: &Store, core: &str, near: &Near) -> Option<Amount> {
    let (from, rest) = core.split_once(['-', '–'])?;
    let (to, _) = rest.split_at(number_end(rest));
    let least = from.trim_end_matches('%');
    let short = |text: &str| is_number(text) && text.len() <= 4;
    if !short(least) || !short(to) {
        return None;
    }
    let rest = measure(store, rest, near).unwrap_or_else(|| mixed(rest).into());
    let percent = if from.ends_with('%') { " percent" } else { "" };
    Some(Amount { words: format!("{}{percent} to {}", alone(least), rest.words), ..rest })
}

/// A number with what it counts: `50%`, `90°`, `30sec`, `2 km`, `3rd`, `1980s`, `-5`.
fn measure(store: &Store, core: &str, near: &Near) -> Option<Amount> {
    let signs = [('-', "minus "), ('−', "minus "), ('+', "plus "), ('#', "number ")];
    let sign = signs.iter().find(|(sign, _)| core.starts_with(*sign));
    let bare = sign.and_then(|(sign, _)| core.strip_prefix(*sign)).unwrap_or(core);
    let (number, unit) = bare.split_at(number_end(bare));
    if !is_number(number) {
        return None;
    }
    let is_one = ["1", "1.0"].contains(&number);
    let counted = |kind: Kind, unit: &str| {
        forms(store, kind, unit)
            .map(|[one, many]| format!("{} {}", alone(number), if is_one { one } else { many }))
    };
    let next = near.next.filter(|_| unit.is_empty()).and_then(|next| counted(Kind::Unit, next));
    let uses_next = next.is_some();
    let words = next.or_else(|| match unit {
        "" => Some(alone(number)),
        "%" => Some(format!("{} percent", cardinal(number))),
        "°" | "°C" | "°F" => Some(degrees(number, unit, is_one)),
        "s" | "'s" => Some(plural(&alone(number))),
        "st" | "nd" | "rd" | "th" => number.replace(',', "").parse().ok().map(ordinal),
        _ => counted(Kind::Unit, unit).or_else(|| counted(Kind::Currency, unit)),
    })?;
    let sign = sign.map_or("", |(_, word)| word);
    Some(Amount { words: format!("{sign}{words}"), uses_next, drops_the: false })
}

fn degrees(number: &str, unit: &str, is_one: bool) -> String {
    let scale = match unit {
        "°C" => " Celsius",
        "°F" => " Fahrenheit",
        _ => "",
    };
    format!("{} degree{}{scale}", cardinal(number), if is_one { "" } else { "s" })
}

/// Everything else, run by run: `45-second`, `L4-L5`, `A380`, `2x`.
fn mixed(core: &str) -> String {
    let (mut words, mut rest, mut named) = (Vec::new(), core, false);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if first.is_ascii_digit() => number_end(rest),
            '-' | '–' => first.len_utf8(),
            _ => rest.find(|c: char| c.is_ascii_digit() || c == '-' || c == '–').unwrap_or(rest.len()),
        };
        let (run, after) = rest.split_at(length.max(first.len_utf8()));
        words.push(match first {
            _ if first.is_ascii_digit() && named => label(&run.replace([',', '.'], "")),
            _ if first.is_ascii_digit() => alone(run),
            '-' | '–' => String::new(),
            '.' => numbers::POINT.to_owned(),
            _ => run.to_owned(),
        });
        named = first.is_alphabetic();
        rest = after;
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}
