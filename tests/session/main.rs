//! Whole sessions as a user would meet them: performed on a virtual playhead, rendered, cut off and resumed.

mod chosen;
mod directions;
mod golden;
mod hearing;
mod invite;
mod keeping;
mod loops;
#[path = "../mat/mod.rs"]
mod mat;
mod offer;
mod play;
mod pressing;
mod properties;
mod quarter;
mod random;
mod reach;
mod remember;
mod resume;
mod stage;
mod stopping;

pub(crate) use mat::*;
