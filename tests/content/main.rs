//! What is shipped in `sessions/`, judged as content: the facts it carries and where each of them comes from.

#[allow(dead_code, reason = "of the folder reader only the list of files is used")]
#[path = "../tree/mod.rs"]
mod tree;

mod facts;
mod origins;
