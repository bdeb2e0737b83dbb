use matside::cli::{self, Exit};

fn main() -> Exit {
    cli::main()
}
