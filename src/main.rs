//! Owns nothing: hands over to the command line.

use matside::cli::{self, Exit};

fn main() -> Exit {
    cli::main()
}
