//! The texts that diagnostics point into.

use std::ops::Range;
use std::sync::Arc;

use super::Diagnostic;

/// Which text of a [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// Where a file comes from. A higher layer replaces a file of the same key in a lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Embedded in the program.
    Shipped,
    /// The person's own directory.
    User,
    /// Named on the command line.
    Named,
}

#[derive(Clone, Debug)]
pub struct Source {
    /// As it is shown.
    pub path: String,
    pub text: Arc<str>,
    pub layer: Layer,
    pub(crate) readable: bool,
}

/// All texts of one check or one run.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A byte order mark at the front is dropped: no column counts it.
    pub fn add(&mut self, path: impl Into<String>, text: &str, layer: Layer) -> SourceId {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        self.push(Source { path: path.into(), text: text.into(), layer, readable: true })
    }

    /// # Errors
    /// The place of the first byte that is not UTF-8. The file still counts as there, so that nothing
    /// that refers to it is called unknown.
    pub fn add_bytes(
        &mut self,
        path: impl Into<String>,
        bytes: &[u8],
        layer: Layer,
    ) -> Result<SourceId, Diagnostic> {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(self.add(path, text, layer)),
            Err(error) => error,
        };
        // Lossy decoding keeps everything before the bad byte, so the place stays true.
        let text = String::from_utf8_lossy(bytes).into();
        let id = self.push(Source { path: path.into(), text, layer, readable: false });
        let at = error.valid_up_to();
        let end = at + char::REPLACEMENT_CHARACTER.len_utf8();
        let byte = bytes.get(at).copied().unwrap_or_default();
        Err(Diagnostic::error(id, at..end, format!("the byte 0x{byte:02x} is not valid UTF-8"))
            .label("not text from here on")
            .hint("save the file with the encoding UTF-8"))
    }

    fn push(&mut self, source: Source) -> SourceId {
        let id = SourceId(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        self.0.push(source);
        id
    }

    #[must_use]
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.0.get(id.0 as usize)
    }

    /// The text between two bytes, or "" where there is none.
    #[must_use]
    pub fn slice(&self, id: SourceId, span: &Range<usize>) -> &str {
        self.get(id).and_then(|source| source.text.get(span.clone())).unwrap_or_default()
    }

    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0u32..).map(SourceId).zip(&self.0)
    }
}
