//! The table `[buttons]`: what each button means, and which light shows how the session stands.

use std::collections::BTreeMap;
use std::io::Write;

use toml::Spanned;
use toml::de::{DeString, DeValue};

use crate::diagnostic::Diagnostic;
use crate::ear::buttons::map::Map;

use super::{FILE, Reader, shown};

pub const TABLE: &str = "buttons";
/// Part of a device's name, which nobody else is to hear.
const GRAB: &str = "grab";
/// The name of a light.
const LED: &str = "led";

/// What is built in, and what the file changes.
#[derive(Clone, Default)]
pub struct Buttons {
    pub map: Map,
    pub led: Option<String>,
    /// Keys of the file, with their lines.
    lines: BTreeMap<String, usize>,
}

impl Buttons {
    /// The table as TOML, with where each value comes from.
    pub fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        writeln!(out, "\n[{TABLE}]")?;
        let set = [(LED, &self.led), (GRAB, &self.map.grab)];
        let set = set.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.as_deref()?)));
        for (key, value) in set.chain(self.map.all()) {
            let from = self.lines.get(&key).map(|line| format!("{FILE}, line {line}"));
            let bare = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let quoted = if bare { key } else { format!("\"{key}\"") };
            let from = from.unwrap_or_else(|| "built in".to_owned());
            writeln!(out, "{:<32} # {from}", format!("{quoted} = {}", shown_text(value)))?;
        }
        Ok(())
    }
}

/// Here a number is a text too: the answer with this key.
fn shown_text(value: &str) -> String {
    if shown(value) == value { format!("\"{value}\"") } else { shown(value) }
}

impl Reader<'_> {
    /// One line of the table.
    pub fn button(
        &mut self,
        buttons: &mut Buttons,
        key: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let name = key.get_ref().split_whitespace().collect::<Vec<_>>().join(" ");
        let text = match value.get_ref() {
            DeValue::String(text) => text.trim().to_owned(),
            DeValue::Integer(number) => number.to_string(),
            _ => {
                let hint = "a command such as `\"pause\"`, or words such as `\"say no\"`";
                let wrong =
                    Diagnostic::error(self.source, value.span(), format!("`{name}` is one text")).hint(hint);
                return self.diagnostics.push(wrong);
            }
        };
        buttons.lines.insert(name.clone(), self.line(key));
        match &*name {
            LED | GRAB if text.is_empty() || text.contains('/') => {
                let hint = "a name from /sys/class/leds or a line such as gpiochip0:27; for `grab` part of a device's name";
                let wrong =
                    Diagnostic::error(self.source, value.span(), format!("`{text}` is no name")).hint(hint);
                self.diagnostics.push(wrong);
            }
            LED => buttons.led = Some(text),
            GRAB => (buttons.map.grab, buttons.map.wanted) = (Some(text), true),
            _ => {
                if let Err(wrong) = buttons.map.set(&name, &text) {
                    let span = if wrong.meaning { value.span() } else { key.span() };
                    self.diagnostics
                        .push(Diagnostic::error(self.source, span, wrong.message).hint(wrong.hint));
                }
            }
        }
    }
}
