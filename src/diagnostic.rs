//! What is wrong with a file, and where. Owns the diagnostic, the texts it points into, and how a batch is drawn.
//! Must not know the session language, nor read or print anything.

mod draw;
mod source;

use std::ops::Range;

pub use draw::render;
pub use source::{Layer, Source, SourceId, Sources};

/// Whether a finding makes a check fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    /// Advice; never fails a check.
    Warning,
}

/// One finding about one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub source: SourceId,
    /// Bytes in the text of `source`.
    pub span: Range<usize>,
    /// Lower case, values in backticks, no full stop.
    pub message: String,
    /// Written beside the marker.
    pub label: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// A second place that belongs to it, with its own label.
    pub also: Option<Box<Place>>,
}

/// A place in a file with something to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub source: SourceId,
    pub span: Range<usize>,
    pub label: String,
}

impl Diagnostic {
    #[must_use]
    pub fn error(source: SourceId, span: Range<usize>, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { severity: Severity::Error, source, span, message, label: None, hint: None, also: None }
    }

    #[must_use]
    pub fn warning(source: SourceId, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(source, span, message) }
    }

    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A hint where there is one.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    #[must_use]
    pub fn also(mut self, source: SourceId, span: Range<usize>, label: impl Into<String>) -> Self {
        self.also = Some(Box::new(Place { source, span, label: label.into() }));
        self
    }

    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The known name that `name` is most likely meant to be; `None` when nothing is near.
#[must_use]
pub fn suggest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    // Longer names than this are never near anything, and comparing them costs time.
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    let folded = name.to_lowercase().replace('_', "-");
    known
        .filter(|known| known.len() <= LONGEST && *known != name)
        .map(|known| (nearness(&folded, &known.replace('_', "-")), known))
        .filter(|(score, _)| *score > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, known)| known.to_owned())
}

fn nearness(name: &str, known: &str) -> f64 {
    if name.len() > 2 && strsim::damerau_levenshtein(name, known) == 1 {
        return 0.95;
    }
    strsim::normalized_damerau_levenshtein(name, known).max(strsim::jaro_winkler(name, known) - 0.1)
}

/// "did you mean `x`?" for the nearest known name.
#[must_use]
pub fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    suggest(name, known).map(|near| format!("did you mean `{near}`?"))
}
