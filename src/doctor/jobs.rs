//! Whether a session will start by itself, and find its sound server then.

use std::fs;
use std::path::Path;

use super::Finding;

/// A daemon that reads crontabs, where anything is in one. `proc` is `/proc`.
pub fn cron(proc: &Path, scheduled: usize) -> Finding {
    const ABOUT: &str = "cron";
    const DAEMONS: [&str; 4] = ["cron", "crond", "fcron", "cronie"];
    let processes = fs::read_dir(proc).into_iter().flatten().filter_map(Result::ok);
    let mut names = processes.filter_map(|entry| fs::read_to_string(entry.path().join("comm")).ok());
    let starts = format!("{scheduled} in the crontab");
    if names.any(|name| DAEMONS.contains(&name.trim())) {
        return Finding::good(ABOUT, format!("a daemon runs; {starts}"));
    }
    let cure = "sudo apt-get install cron && sudo service cron start";
    match scheduled {
        0 => Finding::doubt(ABOUT, "no daemon runs, so `matside schedule` would start nothing", cure),
        _ => Finding::fault(ABOUT, format!("no daemon runs, and nothing starts: {starts}"), cure),
    }
}

/// A timer of systemd that does not wait, and what systemd says of it.
pub fn timer(unit: &str, waits: Result<(), String>) -> Finding {
    const ABOUT: &str = "timer";
    match waits {
        Ok(()) => Finding::good(ABOUT, format!("`{unit}` waits")),
        Err(said) => {
            let cure = format!("systemctl --user daemon-reload && systemctl --user enable --now {unit}");
            Finding::fault(ABOUT, format!("`{unit}` starts nothing: {said}"), cure)
        }
    }
}

/// A sound server of the user's own ends with the login, and so do timers, unless the user lingers. `root` is `/`.
pub fn linger(root: &Path, user: &str, scheduled: usize, timers: usize) -> Finding {
    const ABOUT: &str = "linger";
    let has = |path: &str| root.join(path).exists();
    if !has("run/systemd/system") || timers == 0 && has("var/run/pulse/native") {
        return Finding::good(ABOUT, "not needed here");
    }
    if has(&format!("var/lib/systemd/linger/{user}")) {
        return Finding::good(ABOUT, format!("`{user}` lingers"));
    }
    let what = if timers == 0 { "sound server" } else { "timer" };
    let found = format!("without a login of `{user}` no {what} runs");
    let cure = format!("sudo loginctl enable-linger {user}");
    if scheduled + timers == 0 {
        Finding::doubt(ABOUT, found, cure)
    } else {
        Finding::fault(ABOUT, found, cure)
    }
}

/// Who runs this, by name.
pub fn user() -> String {
    std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    fn with(paths: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in paths {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    #[test]
    fn a_daemon_that_is_missing_is_a_fault_where_something_waits_for_it() {
        let none = with(&[("1/comm", "init\n"), ("self/comm", "matside\n")]);
        assert_eq!(cron(none.path(), 0).state, State::Doubt);
        assert_eq!(cron(none.path(), 2).state, State::Fault);
        let one = with(&[("1/comm", "init\n"), ("77/comm", "cron\n")]);
        assert_eq!(cron(one.path(), 2).state, State::Good);
    }

    #[test]
    fn who_does_not_linger_is_told() {
        let plain = with(&[("etc/hostname", "x")]);
        assert_eq!(linger(plain.path(), "anna", 1, 0).state, State::Good);
        let systemd = [("run/systemd/system/x", "")];
        let finding = linger(with(&systemd).path(), "anna", 1, 0);
        assert_eq!(finding.state, State::Fault);
        assert_eq!(finding.cure.unwrap(), "sudo loginctl enable-linger anna");
        let lingers = with(&[systemd[0], ("var/lib/systemd/linger/anna", "")]);
        assert_eq!(linger(lingers.path(), "anna", 1, 1).state, State::Good);
        // A sound server for all outlives a login, timers do not.
        let for_all = with(&[systemd[0], ("var/run/pulse/native", "")]);
        assert_eq!(linger(for_all.path(), "anna", 1, 0).state, State::Good);
        assert_eq!(linger(for_all.path(), "anna", 0, 1).state, State::Fault);
    }
}
