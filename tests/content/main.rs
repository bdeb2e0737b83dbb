//! What is shipped in `sessions/`, judged as content: the facts it carries and where each of them comes from, how it
//! sounds, and what becomes of every answer. The files are found as they arrive.

mod branches;
mod facts;
mod follow;
#[path = "../mat/mod.rs"]
mod mat;
mod mirror;
mod origins;
mod phases;
mod planted;
mod played;
mod programmes;
mod spoken;
mod style;

pub(crate) use mat::*;
