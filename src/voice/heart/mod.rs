//! The natural voice. Owns nothing yet but its words.

pub mod words;
