//! Whether this machine has room to work in.

use std::path::Path;

use super::Finding;

/// In megabytes: a session without ears takes less than this, as measured in docs/performance.md.
const ENOUGH: u64 = 100;

/// Memory that is free or can be freed. `proc` is `/proc`.
pub fn memory(proc: &Path) -> Finding {
    const ABOUT: &str = "memory";
    let text = std::fs::read_to_string(proc.join("meminfo")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let Some(free) = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()) else {
        return Finding::doubt(ABOUT, "the system does not say how much is free", "free -m");
    };
    let found = format!("{} MB free", free >> 10);
    if free >> 10 < ENOUGH {
        return Finding::fault(
            ABOUT,
            found,
            "ps -e -o rss,comm --sort=-rss | head    # and stop what is not needed",
        );
    }
    Finding::good(ABOUT, found)
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn little_memory_is_a_fault() {
        let state = |text: &str| {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join("meminfo"), text).unwrap();
            memory(dir.path()).state
        };
        assert_eq!(state("MemTotal: 999 kB\nMemAvailable:   50000 kB\n"), State::Fault);
        assert_eq!(state("MemAvailable:  500000 kB\n"), State::Good);
        assert_eq!(state("MemAvailable: lots\n"), State::Doubt);
    }
}
