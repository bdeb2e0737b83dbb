//! Numbers as words. Owns how digits are grouped; the words are the crate's.

use num2words::Num2Words;

/// More digits are read one by one.
const LONGEST: usize = 15;

/// The point in a number, which is said without any stress.
pub const POINT: &str = "·";

/// `digits`, thousands marked with commas or not, with a fraction or not.
pub fn cardinal(digits: &str) -> String {
    let plain = digits.replace(',', "");
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut words = vec![whole_number(whole)];
    if !fraction.is_empty() {
        words.extend([POINT.to_owned(), one_by_one(fraction)]);
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

fn whole_number(digits: &str) -> String {
    match digits.parse::<i64>() {
        Ok(value) if digits.len() <= LONGEST && (digits == "0" || !digits.starts_with('0')) => {
            said(Num2Words::new(value))
        }
        _ => one_by_one(digits),
    }
}

pub fn ordinal(value: i64) -> String {
    said(Num2Words::new(value).ordinal())
}

/// The day of a month: one word, `twenty-first`.
pub fn day(value: u32) -> String {
    Num2Words::new(i64::from(value)).ordinal().to_words().unwrap_or_default()
}

/// The minutes of a clock: one word, `forty-five`.
pub fn minutes(value: u32) -> String {
    Num2Words::new(i64::from(value)).to_words().unwrap_or_default()
}

/// Four digits as a year is read: by hundreds.
pub fn year(value: i64) -> String {
    said(Num2Words::new(value).year())
}

/// Digits of a name, such as those of `L5` or `B12`.
pub fn label(digits: &str) -> String {
    match digits.as_bytes() {
        [b'0', ..] | [_, _, _, _, ..] => one_by_one(digits),
        [_, b'0', b'0'] => cardinal(digits),
        [_, b'0', _] => one_by_one(digits).replacen("zero", "oh", 1),
        [_, _, _] => {
            let (first, rest) = digits.split_at(1);
            format!("{} {}", cardinal(first), cardinal(rest))
        }
        _ => cardinal(digits),
    }
}

pub fn one_by_one(digits: &str) -> String {
    let digit = |c: char| c.to_digit(10).map(|value| said(Num2Words::new(i64::from(value))));
    digits.chars().filter_map(digit).collect::<Vec<_>>().join(" ")
}

/// More than one of it: `eighties`.
pub fn plural(words: &str) -> String {
    match words.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if words.ends_with('x') => format!("{words}es"),
        None => format!("{words}s"),
    }
}

/// Words that are read one by one: a hyphen would make them one, and "and" is not said.
fn said(number: Num2Words) -> String {
    let words = number.to_words().unwrap_or_default();
    let parts = words.split([' ', '-', ',']).filter(|word| !word.is_empty() && *word != "and");
    parts.collect::<Vec<_>>().join(" ")
}

/// The value of a Roman numeral in capitals; `None` for anything else.
pub fn roman(text: &str) -> Option<i64> {
    let digit = |c| {
        Some(match c {
            'I' => 1,
            'V' => 5,
            'X' => 10,
            'L' => 50,
            'C' => 100,
            _ => return None,
        })
    };
    let digits = text.chars().map(digit).collect::<Option<Vec<i64>>>()?;
    let signed = digits
        .iter()
        .enumerate()
        .map(|(at, value)| if digits.get(at + 1).is_some_and(|next| next > value) { -value } else { *value });
    Some(signed.sum()).filter(|value| *value > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_separate_words() {
        assert_eq!(cardinal("1,234"), "one thousand two hundred thirty four");
        assert_eq!(cardinal("7.25"), "seven · two five");
        assert_eq!(cardinal(".5"), "· five");
        assert_eq!(cardinal("0"), "zero");
        assert_eq!(cardinal("007"), "zero zero seven");
        assert_eq!(cardinal(""), "");
        assert_eq!(year(1905), "nineteen oh five");
        assert_eq!(ordinal(21), "twenty first");
    }

    #[test]
    fn labels_are_short() {
        let said = ["5", "12", "305", "380", "400", "1234", "07"].map(label);
        let words = ["five", "twelve", "three oh five", "three eighty", "four hundred", "one two three four"];
        assert_eq!(said[..6], words);
        assert_eq!(said[6], "zero seven");
    }

    #[test]
    fn roman_numerals() {
        assert_eq!([roman("IV"), roman("XIX"), roman("")], [Some(4), Some(19), None]);
        assert_eq!(roman("Iv"), None);
    }
}
