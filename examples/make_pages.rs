//! Writes the manual pages and the completions of shells that a package carries.
//! usage: `cargo run --example make_pages DIR`

use std::fs;
use std::path::PathBuf;

use clap_complete::{Shell, generate_to};

const NAME: &str = "matside";

fn main() -> std::io::Result<()> {
    let dir = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| "target/package".into()));
    let [man, completions] = ["man", "completions"].map(|name| dir.join(name));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    clap_mangen::generate_to(matside::cli::command(), &man)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        generate_to(shell, &mut matside::cli::command(), NAME, &completions)?;
    }
    Ok(())
}
