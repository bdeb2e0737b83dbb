//! `cargo run --example make_journal -- DIR DAYS` writes a journal of that many days into DIR, for measuring.

#[path = "../tests/years/mod.rs"]
mod years;

use std::path::Path;

use jiff::Timestamp;
use matside::journal::{Folder, Journal};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dir, days] = args.as_slice() else { return Err("DIR DAYS".into()) };
    let history = years::history(days.parse()?, Timestamp::now());
    Journal::open(&Folder::open(Path::new(dir))?)?.import(&history)?;
    println!("{} rows", history.rows.len());
    Ok(())
}
