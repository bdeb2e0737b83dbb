//! `matside buttons`: what is pressed and what that does, for finding the names for `[buttons]`.

use std::io::Write;
use std::sync::mpsc::channel;

use crate::ear::buttons::press::Press;
use crate::ear::buttons::{Report, watch};

use super::Exit;
use super::config::Buttons;

pub fn run(buttons: &Buttons) -> anyhow::Result<Exit> {
    let (sender, reports) = channel();
    watch(buttons.map.clone(), false, true, Box::new(move |report| sender.send(report).is_ok()));
    println!("waiting for buttons; Ctrl-C ends");
    for report in reports {
        show(buttons, report)?;
    }
    Ok(Exit::Done)
}

fn show(buttons: &Buttons, report: Report) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match report {
        Report::Came(name) => writeln!(out, "{name:?} is there"),
        Report::Gone(name) => writeln!(out, "{name:?} is gone"),
        Report::Refused(why) => writeln!(out, "{why}"),
        Report::Pressed { button, press, on, left } => {
            let hold = if press == Press::Long { " hold" } else { "" };
            let does = buttons.map.meaning(&button, press).unwrap_or("nothing");
            let on = if on.is_empty() { on } else { format!(", on {on:?}") };
            let left =
                if left { "; left to who sits at the screen, unless `grab` names the device" } else { "" };
            writeln!(out, "{button}{hold}: {does}{on}{left}")
        }
    }
}
