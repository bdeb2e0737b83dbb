//! Owns nothing: hands over to the command line.

fn main() {}
