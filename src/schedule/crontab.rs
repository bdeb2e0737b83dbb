//! Matside's block in the text of a crontab. Owns the block; every byte outside of it stays as it is.

use super::{Entry, EntryError, Missed};

const BEGIN: &str = "# >>> matside (written by `matside schedule`; changes here are lost)";
const END: &str = "# <<< matside";
/// Before the lines for cron, the entry as it was given.
const ENTRY: &str = "#: ";
/// When the device is up again, a minute later: then it has its clock, its network and its sound.
const AGAIN: &str = "@reboot sleep 60; exec";

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CrontabError {
    #[error(
        "line {0} of the crontab begins the block of matside, and nothing ends it; mend that with `crontab -e`"
    )]
    NoEnd(usize),
    #[error("line {0} of the crontab begins the block of matside once more; remove one with `crontab -e`")]
    Twice(usize),
    #[error("line {line} of the crontab: {error}; remove it and what it starts with `crontab -e`")]
    Entry { line: usize, error: EntryError },
}

/// The entries of the block in `text`; none without a block.
///
/// # Errors
/// A block that is not as it was written, with the number of its line.
pub fn read(text: &str) -> Result<Vec<Entry>, CrontabError> {
    let Some((before, block, _)) = split(text)? else { return Ok(Vec::new()) };
    let first = before.lines().count() + 1;
    let entries = block.lines().enumerate().filter_map(|(i, line)| Some((i, line.strip_prefix(ENTRY)?)));
    let entry = |(i, line): (usize, &str)| {
        line.parse().map_err(|error| CrontabError::Entry { line: first + i, error })
    };
    entries.map(entry).collect()
}

/// `text` with these entries in place of those of its block, each started by the command that `command` gives. Without
/// entries there is no block.
///
/// # Errors
/// As [`read`].
pub fn write(
    text: &str,
    entries: &[Entry],
    command: impl Fn(&Entry) -> String,
) -> Result<String, CrontabError> {
    let (before, after) = match split(text)? {
        Some((before, _, after)) => (before, after),
        None => (text, ""),
    };
    if entries.is_empty() {
        return Ok(format!("{before}{after}"));
    }
    // cron takes `%` for the end of the line.
    let line = |entry: &Entry| {
        let command = command(entry).replace('%', "\\%");
        let again = (entry.missed != Missed::Skip).then(|| format!("{AGAIN} {command}\n"));
        format!("{ENTRY}{entry}\n{} {command}\n{}", entry.when.cron(), again.unwrap_or_default())
    };
    let lines: String = entries.iter().map(line).collect();
    let newline = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    Ok(format!("{before}{newline}{BEGIN}\n{lines}{END}\n{after}"))
}

/// What stands before, in and after the block.
fn split(text: &str) -> Result<Option<(&str, &str, &str)>, CrontabError> {
    let mut place = 0;
    let mut begin = None;
    let mut found = None;
    for (i, line) in text.split_inclusive('\n').enumerate() {
        match (line.trim_end(), begin) {
            (BEGIN, Some(_)) => return Err(CrontabError::Twice(i + 1)),
            (BEGIN, None) => begin = Some((i + 1, place)),
            (END, Some((_, from))) if found.is_none() => found = Some((from, place + line.len())),
            _ => {}
        }
        place += line.len();
    }
    match (begin, found) {
        (Some((line, _)), None) => Err(CrontabError::NoEnd(line)),
        (_, None) => Ok(None),
        (_, Some((from, to))) => {
            let (before, rest) = text.split_at(from);
            let (block, after) = rest.split_at(to - from);
            Ok(Some((before, block, after)))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn command(entry: &Entry) -> String {
        format!("/usr/bin/matside run {}", entry.session)
    }

    fn entries() -> Vec<Entry> {
        ["Mon-Sat 07:30 today", "Sun 09:00 'my own 100%'"].map(|text| text.parse().unwrap()).to_vec()
    }

    #[test]
    fn a_block_is_added_and_read() {
        let text = write("MAILTO=me\n5 4 * * * backup\n", &entries(), command).unwrap();
        assert_eq!(
            text,
            "MAILTO=me\n5 4 * * * backup\n\
             # >>> matside (written by `matside schedule`; changes here are lost)\n\
             #: Mon-Sat 07:30 today\n30 7 * * 1,2,3,4,5,6 /usr/bin/matside run today\n\
             #: Sun 09:00 'my own 100%'\n0 9 * * 0 /usr/bin/matside run my own 100\\%\n\
             # <<< matside\n"
        );
        assert_eq!(read(&text), Ok(entries()));
        assert_eq!(write(&text, &entries(), command), Ok(text));
    }

    #[test]
    fn what_was_missed_is_made_up_when_the_device_is_up_again() {
        let entry = "Mon 07:30 today --missed ask".parse().unwrap();
        let text = write("", &[entry], |entry| format!("matside {}", entry.arguments().len())).unwrap();
        let lines: Vec<&str> = text.lines().skip(1).take(3).collect();
        assert_eq!(
            lines,
            ["#: Mon 07:30 today --missed ask", "30 7 * * 1 matside 6", "@reboot sleep 60; exec matside 6"]
        );
    }

    #[test]
    fn a_broken_block_is_left_alone() {
        let text = write("a\n", &entries(), command).unwrap();
        let torn = text.replace("# <<< matside\n", "");
        assert_eq!(write(&torn, &[], command), Err(CrontabError::NoEnd(2)));
        assert_eq!(write(&format!("{text}{text}"), &[], command), Err(CrontabError::Twice(9)));
        let error = read(&text.replace("07:30", "7h30")).unwrap_err().to_string();
        assert!(error.starts_with("line 3 of the crontab: `7h30` is no time of day"), "{error}");
    }

    proptest! {
        #[test]
        fn what_is_not_ours_stays_as_it_is(before in "([ -~é]{0,20}\n){0,4}", after in "([ -~]{0,20}\n){0,4}") {
            let with = write(&before, &entries(), command).unwrap();
            prop_assert!(with.starts_with(&before));
            prop_assert_eq!(write(&with, &[], command).unwrap(), before.clone());
            let between = format!("{with}{after}");
            prop_assert_eq!(read(&between).unwrap(), entries());
            prop_assert_eq!(write(&between, &[], command).unwrap(), format!("{before}{after}"));
        }
    }
}
