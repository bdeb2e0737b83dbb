//! Whether a sound reaches the loudspeaker, as far as a program can know.

use std::process::{Command, Stdio};

use crate::output::device::{DeviceError, play};
use crate::script::Chime;
use crate::voice::chime;

use super::Finding;

const ABOUT: &str = "sound";
/// Plays a chime on the default device.
pub fn plays() -> Finding {
    match play(chime(Chime::Begin)) {
        Ok(()) => Finding::good(ABOUT, "the device took a chime; was it heard?"),
        Err(error) => {
            let cure = cure(&error);
            Finding::fault(ABOUT, error.to_string(), cure)
        }
    }
}

const RESTART: &str = "systemctl --user restart pipewire pipewire-pulse wireplumber || pulseaudio -k";

fn cure(error: &DeviceError) -> String {
    match error {
        DeviceError::Refused { .. } if !std::path::Path::new("/proc/asound/cards").exists() => {
            "aplay -l    # shows no sound card: plug one in, or pair the speaker".to_owned()
        }
        DeviceError::Refused { .. } => "sudo usermod -aG audio \"$USER\"    # then log in again".to_owned(),
        _ => RESTART.to_owned(),
    }
}

/// What the sound server says of its loudspeaker, where its own program can be asked.
pub fn muted() -> Option<Finding> {
    let ask = |what: &str| {
        let mut pactl = Command::new("pactl");
        pactl.args([what, "@DEFAULT_SINK@"]).env("LC_ALL", "C").stdin(Stdio::null()).stderr(Stdio::null());
        let output = pactl.output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    judge(&ask("get-sink-mute")?, &ask("get-sink-volume")?)
}

fn judge(mute: &str, volume: &str) -> Option<Finding> {
    const ABOUT: &str = "volume";
    if mute.contains("yes") {
        return Some(Finding::fault(
            ABOUT,
            "the loudspeaker is muted",
            "pactl set-sink-mute @DEFAULT_SINK@ 0",
        ));
    }
    let percent = volume.split_whitespace().find_map(|word| word.strip_suffix('%')?.parse::<u32>().ok())?;
    let found = format!("{percent} percent");
    // Below this nothing is understood on a mat. Ours.
    if percent < 15 {
        return Some(Finding::fault(ABOUT, found, "pactl set-sink-volume @DEFAULT_SINK@ 60%"));
    }
    Some(Finding::good(ABOUT, found))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn what_the_server_says_is_understood() {
        let volume = "Volume: front-left: 39322 /  60% / -13.31 dB,   front-right: 39322 /  60% / -13.31 dB";
        assert_eq!(judge("Mute: no", volume).unwrap(), Finding::good("volume", "60 percent"));
        assert_eq!(judge("Mute: yes", volume).unwrap().state, State::Fault);
        assert_eq!(judge("Mute: no", &volume.replace("60%", "5%")).unwrap().state, State::Fault);
        assert_eq!(judge("Mute: no", "?"), None);
    }
}
