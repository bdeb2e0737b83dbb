//! Whether the clock can be believed. Owns what a time zone on this system looks like.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Finding;

const ABOUT: &str = "clock";
/// No clock that is right shows less: this was written then.
const BUILT: &str = "2026-11-01T00:00:00Z";

/// Now, in this zone, and after `latest`, the last thing that is known to have happened. `etc` is `/etc`.
pub fn clock(etc: &Path, latest: Option<Timestamp>) -> Finding {
    let now = Timestamp::now();
    let built = BUILT.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    if let Some(after) = [Some(built), latest].into_iter().flatten().find(|after| now < *after) {
        let found = format!("it shows {now:.0}, which is before {after:.0}");
        return Finding::fault(ABOUT, found, "sudo timedatectl set-ntp true");
    }
    match zone(etc, std::env::var("TZ").ok().as_deref()) {
        Ok(zone) => Finding::good(ABOUT, now.to_zoned(zone).strftime("%a %F %R, %Q").to_string()),
        Err(found) => Finding::fault(ABOUT, found, "sudo timedatectl set-timezone REGION/CITY"),
    }
}

/// The zone that programs see, unless two places name different ones.
fn zone(etc: &Path, variable: Option<&str>) -> Result<TimeZone, String> {
    if let Some(name) = variable.map(|name| name.trim_start_matches(':')).filter(|name| !name.is_empty()) {
        return TimeZone::get(name)
            .or_else(|_| TimeZone::posix(name))
            .map_err(|_| format!("`TZ` is `{name}`, which is no time zone"));
    }
    let localtime = etc.join("localtime");
    let link = std::fs::canonicalize(&localtime).ok();
    let linked = link.as_deref().and_then(Path::to_str).and_then(|path| path.split_once("zoneinfo/"));
    let linked = linked.map(|(_, name)| name.to_owned());
    let written = std::fs::read_to_string(etc.join("timezone")).ok();
    let written = written.as_deref().map(str::trim).filter(|name| !name.is_empty());
    match (linked, written) {
        (Some(linked), Some(written)) if !same(&linked, written) => {
            Err(format!("`{}` is `{linked}`, `timezone` beside it `{written}`", localtime.display()))
        }
        (Some(linked), _) => TimeZone::get(&linked).map_err(|error| error.to_string()),
        (None, _) if link.is_some() => Ok(TimeZone::system()),
        (None, Some(written)) if written != "Etc/UTC" => {
            Err(format!("`{}` is missing, so it is UTC, and not `{written}`", localtime.display()))
        }
        (None, _) => Ok(TimeZone::UTC),
    }
}

/// Several names stand for one zone.
fn same(a: &str, b: &str) -> bool {
    let rules = |name| {
        TimeZone::get(name)
            .ok()
            .map(|zone| zone.following(Timestamp::now()).next().map(|t| (t.timestamp(), t.offset())))
    };
    let now = |name| TimeZone::get(name).ok().map(|zone| zone.to_offset(Timestamp::now()));
    a == b || (now(a) == now(b) && rules(a) == rules(b))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    fn etc(localtime: Option<&str>, timezone: Option<&str>) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        if let Some(name) = localtime {
            let file = dir.path().join("zoneinfo").join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, "").unwrap();
            std::os::unix::fs::symlink(file, dir.path().join("localtime")).unwrap();
        }
        if let Some(name) = timezone {
            std::fs::write(dir.path().join("timezone"), format!("{name}\n")).unwrap();
        }
        dir
    }

    #[test]
    fn two_places_that_disagree_are_told() {
        let found = |localtime, timezone| zone(etc(localtime, timezone).path(), None).map(|_| ());
        assert_eq!(found(Some("Europe/Berlin"), Some("Europe/Berlin")), Ok(()));
        assert_eq!(found(Some("Etc/UTC"), Some("UTC")), Ok(()));
        assert_eq!(found(None, None), Ok(()));
        assert!(found(Some("Etc/UTC"), Some("Europe/Berlin")).unwrap_err().contains("`Europe/Berlin`"));
        assert!(found(None, Some("Europe/Berlin")).unwrap_err().contains("so it is UTC"));
    }

    #[test]
    fn the_variable_wins() {
        let wrong = etc(None, Some("Europe/Berlin"));
        assert!(zone(wrong.path(), Some("Europe/Madrid")).is_ok());
        assert!(zone(wrong.path(), Some("CET-1CEST,M3.5.0,M10.5.0/3")).is_ok());
        assert!(zone(wrong.path(), Some("Europe/Moon")).unwrap_err().contains("`Europe/Moon`"));
    }

    #[test]
    fn a_clock_that_was_set_back_is_a_fault() {
        let etc = etc(None, None);
        assert_eq!(clock(etc.path(), None).state, State::Good);
        let later = Timestamp::now() + jiff::SignedDuration::from_hours(30);
        assert_eq!(clock(etc.path(), Some(later)).state, State::Fault);
    }
}
