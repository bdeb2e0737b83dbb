//! What `matside history` and `matside report` make of a journal that the real writer wrote.

mod browser;
mod golden;
mod past;
#[path = "../cli/user.rs"]
#[allow(dead_code, reason = "the other suite uses more of it")]
mod user;
mod years;
