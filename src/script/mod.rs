//! The session language: TOML text to spanned scripts. Owns parsing, the library of all files by name, the rules
//! that need no plan, and the texts and expressions.
//! Must not read the disk or decide doses; it is given texts, and the plan decides.

mod at;
pub mod check;
mod dose;
mod fit;
mod library;
mod model;
mod notes;
mod parse;
pub mod phrases;
mod schema;
mod shape;
mod text;
mod units;

pub use at::At;
pub use check::names::is_name;
pub use library::{Filed, Item, Kind, Library, is_script};
pub use model::*;
pub use phrases::fold;
pub use schema::schema;
pub use text::{TextError, Texts};
pub use units::{Duration, Minutes, NumberRange, Tempo};

pub use crate::diagnostic::Layer;

/// The fact that `sides = "affected"` goes by: `'left'`, `'right'` or `'both'`.
pub const AFFECTED_SIDE: &str = "affected_side";

/// The fact that tells how movement in `direction` feels: called the same, with `_` for `-`.
#[must_use]
pub fn direction_fact(direction: &str) -> String {
    direction.replace('-', "_")
}

/// What every text and expression may use besides facts: exercises done and planned, planned minutes.
pub const BUILT_INS: &[&str] = &["done", "planned", "minutes"];
