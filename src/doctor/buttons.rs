//! Whether buttons can be listened to, and the light lit.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::Finding;

const ABOUT: &str = "buttons";
/// The rest of a command that holds until the machine is started again.
const FOR_NOW: &str = "# until the next start; docs/buttons.md has the rule that lasts";

/// Remotes and the like below `root`, and the GPIO `chips` that the settings name.
pub fn buttons<'a>(root: &Path, chips: impl IntoIterator<Item = &'a str>, user: &str) -> Finding {
    let folder = fs::read_dir(root.join("dev/input")).into_iter().flatten().flatten();
    let events = folder.filter(|entry| entry.file_name().to_string_lossy().starts_with("event"));
    let mut nodes: Vec<PathBuf> = events.map(|entry| entry.path()).collect();
    nodes.extend(chips.into_iter().map(|chip| root.join("dev").join(chip)));
    if let Some(missing) = nodes.iter().find(|node| !node.exists()) {
        return Finding::doubt(ABOUT, format!("there is no `{}`", missing.display()), "ls /dev/gpiochip*");
    }
    let refused: Vec<&PathBuf> =
        nodes.iter().filter(|node| access(node.as_path(), Access::READ_OK).is_err()).collect();
    match cure(root, &refused, user) {
        None => Finding::good(ABOUT, format!("{} devices can be listened to", nodes.len())),
        Some(cure) => {
            let found = format!("no right to listen to {} of {} devices", refused.len(), nodes.len());
            Finding::doubt(ABOUT, found, cure)
        }
    }
}

/// Joins the groups that the devices belong to. What belongs to nobody's group takes another right.
fn cure(root: &Path, refused: &[&PathBuf], user: &str) -> Option<String> {
    let group = |node: &&PathBuf| fs::metadata(node).ok().and_then(|node| group(root, node.gid()));
    let groups: BTreeSet<String> = refused.iter().filter_map(group).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let user = if user.is_empty() { "$USER" } else { user };
    match groups.as_slice() {
        [] => refused.first().map(|node| format!("sudo chmod a+r {}    {FOR_NOW}", node.display())),
        groups => Some(format!("sudo usermod -aG {} {user}    # then log in again", groups.join(","))),
    }
}

/// Its name; root's is joined by nobody.
fn group(root: &Path, id: u32) -> Option<String> {
    let groups = fs::read_to_string(root.join("etc/group")).ok()?;
    let mut groups = groups.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let own = groups.find(|fields| fields.get(2).is_some_and(|number| *number == id.to_string()));
    own.and_then(|fields| fields.first().map(|name| (*name).to_owned())).filter(|name| name != "root")
}

/// The light that the settings name. A line of a chip is looked at with the buttons.
pub fn light(root: &Path, name: &str) -> Finding {
    const ABOUT: &str = "light";
    let file = root.join("sys/class/leds").join(name).join("brightness");
    if !file.exists() {
        return Finding::doubt(ABOUT, format!("there is no light `{name}`"), "ls /sys/class/leds");
    }
    if access(&file, Access::WRITE_OK).is_err() {
        let cure = format!("sudo chmod a+w {}    {FOR_NOW}", file.display());
        return Finding::doubt(ABOUT, format!("no right to light `{name}`"), cure);
    }
    Finding::good(ABOUT, format!("`{name}` can be lit"))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    /// A root with these files, which belong to whoever runs the tests, in the group called `group`.
    fn root(files: &[&str], group: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let own = fs::metadata(dir.path()).unwrap().gid();
        fs::create_dir_all(dir.path().join("etc")).unwrap();
        fs::write(dir.path().join("etc/group"), format!("other:x:77777:\n{group}:x:{own}:\n")).unwrap();
        dir
    }

    #[test]
    fn what_is_missing_is_named() {
        let dir = root(&["dev/input/event0", "dev/input/mice", "dev/gpiochip0"], "input");
        let found = |chips: &[&'static str]| buttons(dir.path(), chips.iter().copied(), "anna");
        assert_eq!((found(&[]).state, &*found(&[]).found), (State::Good, "1 devices can be listened to"));
        assert_eq!(found(&["gpiochip0"]).state, State::Good);
        assert!(found(&["gpiochip9"]).found.contains("dev/gpiochip9"));
        assert_eq!(light(dir.path(), "led0").state, State::Doubt);
        assert_eq!(light(root(&["sys/class/leds/led0/brightness"], "x").path(), "led0").state, State::Good);
    }

    #[test]
    fn the_command_names_the_groups_and_the_user() {
        let cure = |group: &str, user: &str| {
            let dir = root(&["dev/input/event0"], group);
            cure(dir.path(), &[&dir.path().join("dev/input/event0")], user).unwrap()
        };
        assert!(cure("input", "anna").starts_with("sudo usermod -aG input anna "));
        assert!(cure("input", "").starts_with("sudo usermod -aG input $USER "));
        assert!(cure("root", "anna").starts_with("sudo chmod a+r "));
    }
}
