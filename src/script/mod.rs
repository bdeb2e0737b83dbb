//! The session language: TOML text to spanned scripts. Owns parsing and the library of all files by name.
//! Must not read the disk or decide doses; it is given texts, and the plan decides.

mod at;
mod model;
mod units;

pub use at::At;
pub use model::*;
pub use units::{Duration, Minutes, NumberRange, Tempo};
