//! The neural net: phoneme ids to a spectrum. Owns which way it is computed: [`pass`] for the nets that are known, the
//! runtime in [`graph`] for all others. Must not know text or samples.

mod attend;
mod dense;
mod eight;
mod graph;
mod layers;
mod pass;
mod weights;
mod wide;

use rten::ThreadPool;

use super::signal::Spectrum;
use graph::Graph;
pub(super) use graph::operators;
use pass::Pass;
use weights::Weights;

/// The loaded net.
pub struct Net {
    way: Way,
    /// One thread: lines are short, and the session's sound is worth more than a second core.
    pool: ThreadPool,
}

enum Way {
    Known(Box<Pass>),
    Other(Box<Graph>),
}

impl Net {
    /// # Errors
    /// In words, when the bytes are another kind of net. They must be whole: some torn ones are read for ever.
    pub fn load(bytes: Vec<u8>) -> Result<Self, String> {
        let pool = ThreadPool::with_num_threads(1);
        let way = match Weights::read(&bytes) {
            Some(weights) => Way::Known(Box::new(Pass::new(&weights)?)),
            None => Way::Other(Box::new(Graph::load(bytes)?)),
        };
        Ok(Self { way, pool })
    }

    /// # Errors
    /// In words, when the net does not take the ids or answers in another shape.
    pub fn run(&self, ids: &[i32], speed: f32) -> Result<Spectrum, String> {
        match &self.way {
            Way::Known(pass) => self.pool.run(|| pass.run(ids, speed)),
            Way::Other(graph) => graph.run(ids, speed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Let your breath slow down."
    const IDS: [i32; 27] = [
        0, 54, 156, 86, 62, 16, 52, 135, 123, 16, 44, 123, 156, 86, 119, 16, 61, 54, 156, 31, 16, 46, 157,
        39, 56, 4, 0,
    ];

    fn installed() -> Option<Vec<u8>> {
        let home = std::env::var_os("HOME").map(|home| std::path::Path::new(&home).join(".local/share"));
        let named = std::env::var_os("MATSIDE_VOICES").map(std::path::PathBuf::from);
        let data = std::env::var_os("XDG_DATA_HOME").map(std::path::PathBuf::from).or(home);
        let voices = named.or_else(|| Some(data?.join("matside/voices")))?;
        std::fs::read(voices.join("heart/hibari.onnx")).ok()
    }

    #[test]
    fn the_known_net_says_what_the_runtime_says() {
        let Some(bytes) = installed() else {
            eprintln!("skipped: the voice `heart` is not installed");
            return;
        };
        let other = Graph::load(bytes.clone()).expect("a net").run(&IDS, 1.0).expect("a spectrum");
        let known = Net::load(bytes).expect("a net");
        assert!(matches!(known.way, Way::Known(_)));
        let known = known.run(&IDS, 1.0).expect("a spectrum");
        assert_eq!(known.f0.len(), other.f0.len());
        let far: f32 = known.rows.iter().zip(&other.rows).map(|(a, b)| (a - b).abs()).sum();
        // Of values around 5: a step of 8 bits here and there.
        assert!(far / (known.rows.len() as f32) < 0.1, "{far}");
    }

    #[test]
    fn any_other_net_is_left_to_the_runtime() {
        assert!(Weights::read(b"").is_none());
        assert!(Weights::read(b"\x08\x07").is_none());
    }
}
