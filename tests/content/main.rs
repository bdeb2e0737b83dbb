//! Everything that is shipped, read, said and played through. The files are found as they arrive.

mod branches;
#[path = "../mat/mod.rs"]
mod mat;
mod mirror;
mod played;

mod spoken;
mod style;

pub(crate) use mat::*;
