//! Whole sessions as a user would meet them: performed on a virtual playhead, rendered, cut off and resumed.

mod directions;
mod golden;
mod hearing;
mod loops;
#[path = "../mat/mod.rs"]
mod mat;
mod play;
mod properties;
mod reach;
mod remember;
mod resume;
mod stage;
mod stopping;

pub(crate) use mat::*;
