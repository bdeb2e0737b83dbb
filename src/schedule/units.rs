//! Units of systemd for an entry: a timer, and the service that it starts. Owns their names and texts.

use std::path::Path;

use super::{Entry, EntryError, Missed};

/// Begins every unit that is ours.
const MARK: &str = "# written by `matside schedule`; changes here are lost\n";
/// The next line of a timer: the entry as it was given.
const ENTRY: &str = "#: ";

/// Name of both without their ending. It has a digest of the entry in it, so that nothing that systemd remembers of one
/// start is taken for another's.
pub fn name(entry: &Entry) -> String {
    let stem = Path::new(&entry.session).file_stem().unwrap_or_default().to_string_lossy();
    let plain: String = stem.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect();
    let digest: String = blake3::hash(entry.to_string().as_bytes()).to_hex().chars().take(8).collect();
    format!("matside-{plain}-{digest}")
}

/// The entry of a timer's text; nothing if somebody else wrote it.
///
/// # Errors
/// When the line that we wrote has been changed.
pub fn entry(text: &str) -> Option<Result<Entry, EntryError>> {
    let line = text.strip_prefix(MARK)?.lines().next()?.strip_prefix(ENTRY)?;
    Some(line.parse())
}

/// A start by the clock. Unless told, systemd would be up to a minute late. A start that it makes up for is told when it
/// was due, and judges for itself.
pub fn timer(entry: &Entry) -> String {
    format!(
        "{MARK}{ENTRY}{entry}\n[Unit]\nDescription={}\n\n\
         [Timer]\nOnCalendar={}\nAccuracySec=1s\nPersistent={}\n\n[Install]\nWantedBy=timers.target\n",
        plain(&entry.to_string()),
        entry.when.calendar(),
        entry.missed != Missed::Skip
    )
}

/// What a person decides is no failure: ended early, stopped for symptoms, an emergency, another session runs.
pub fn service(entry: &Entry, command: &[String]) -> String {
    let command: Vec<String> = command.iter().map(|word| quoted(word)).collect();
    format!(
        "{MARK}[Unit]\nDescription={}\n\n[Service]\nType=oneshot\nExecStart=:{}\nSuccessExitStatus=3 4 5 8 9\n",
        plain(&entry.to_string()),
        command.join(" ")
    )
}

/// systemd takes `%` for the beginning of a name of its own.
fn plain(text: &str) -> String {
    text.replace('%', "%%")
}

/// A word of a command that is marked with `:`, so that `$` means nothing in it.
fn quoted(word: &str) -> String {
    format!("\"{}\"", plain(&word.replace('\\', "\\\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry_of(text: &str) -> Entry {
        text.parse().unwrap()
    }

    #[test]
    fn units_are_written_and_read() {
        let entry = entry_of("Mon-Sat 07:30 '/home/me/my 100% \"own\".toml'");
        assert!(name(&entry).starts_with("matside-my100own-"), "{}", name(&entry));
        assert_eq!(
            timer(&entry),
            "# written by `matside schedule`; changes here are lost\n\
             #: Mon-Sat 07:30 '/home/me/my 100% \"own\".toml'\n\
             [Unit]\nDescription=Mon-Sat 07:30 '/home/me/my 100%% \"own\".toml'\n\n\
             [Timer]\nOnCalendar=Mon,Tue,Wed,Thu,Fri,Sat *-*-* 07:30:00\nAccuracySec=1s\nPersistent=false\n\n\
             [Install]\nWantedBy=timers.target\n"
        );
        let service = service(&entry, &[vec!["/usr/bin/matside".to_owned()], entry.arguments()].concat());
        let command = "ExecStart=:\"/usr/bin/matside\" \"run\" \"/home/me/my 100%% \\\"own\\\".toml\"\n";
        assert!(service.contains(command), "{service}");
        assert_eq!(super::entry(&timer(&entry)), Some(Ok(entry)));
        let asks = entry_of("Mon 07:30 today --missed ask");
        assert!(timer(&asks).contains("\nPersistent=true\n"));
        let command = "\"run\" \"today\" \"--due\" \"Mon 07:30\" \"--missed\" \"ask\"\n";
        assert!(super::service(&asks, &asks.arguments()).contains(command));
    }

    #[test]
    fn another_s_unit_is_none_of_ours() {
        let ours = timer(&entry_of("Mon 07:30 today"));
        assert_eq!(entry(&ours.replace("changes here", "changes")), None);
        assert_eq!(entry("[Timer]\nOnCalendar=daily\n"), None);
        assert!(entry(&ours.replace("07:30", "7h30")).is_some_and(|entry| entry.is_err()));
    }

    #[test]
    fn two_starts_of_a_session_have_two_names() {
        assert_ne!(name(&entry_of("Mon 07:30 today")), name(&entry_of("Mon 18:00 today")));
    }
}
