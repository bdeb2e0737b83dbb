//! Owns nothing: hands over to the command line.

use matside::cli::{self, Exit};

fn main() -> Exit {
    // Before there is a second thread.
    #[cfg(feature = "device")]
    matside::output::device::find_sound_server();
    cli::main()
}
