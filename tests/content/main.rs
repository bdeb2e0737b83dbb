//! What is shipped in `sessions/`, judged as content: the facts it carries and where each of them comes from, how it
//! sounds, and what becomes of every answer. The files are found as they arrive.

#[path = "../mat/mod.rs"]
mod mat;
#[allow(dead_code, reason = "of the folder reader only the list of files is used")]
#[path = "../tree/mod.rs"]
mod tree;

mod facts;
mod mirror;
mod origins;
mod spoken;
mod style;

pub(crate) use mat::*;
