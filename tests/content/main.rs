<<<<<<< HEAD
//! What is shipped in `sessions/`, judged as content: the facts it carries and where each of them comes from, how it
//! sounds, and what becomes of every answer. The files are found as they arrive.
=======
//! What is shipped in `sessions/`, judged as content: the facts it carries and where each of them comes from, how it is
//! worded, and where each answer leads. The files are found as they arrive.
>>>>>>> e9fd034fe93f44bd150ce287718b83c4b8dbc1e5

mod branches;
mod facts;
#[path = "../mat/mod.rs"]
mod mat;
<<<<<<< HEAD
=======
mod mirror;
mod played;
mod spoken;
mod style;
>>>>>>> e9fd034fe93f44bd150ce287718b83c4b8dbc1e5
#[allow(dead_code, reason = "of the folder reader only the list of files is used")]
#[path = "../tree/mod.rs"]
mod tree;

<<<<<<< HEAD
mod facts;
<<<<<<< HEAD
mod mirror;
mod phases;
mod spoken;
mod style;

pub(crate) use mat::*;
=======
mod origins;
>>>>>>> 86ac67d11cf21dafd14ceefb5edefdc2b57656aa
=======
pub(crate) use mat::*;
>>>>>>> e9fd034fe93f44bd150ce287718b83c4b8dbc1e5
