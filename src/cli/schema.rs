//! `matside schema`

use std::io::Write;

use crate::script::Kind;

use super::Exit;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// session, exercise, check-in, programme or phrases
    #[arg(default_value = "session", value_parser = kind)]
    kind: Kind,
}

fn kind(name: &str) -> Result<Kind, String> {
    let names = || Kind::ALL.iter().map(|kind| kind.name());
    let known = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    known.ok_or_else(|| format!("the kinds are {}", names().collect::<Vec<_>>().join(", ")))
}

pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let schema = crate::script::schema(args.kind);
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&schema)?)?;
    Ok(Exit::Done)
}
