//! What is spoken, and where in its file. Owns the way from a spoken word to its place.

use std::ops::Range;

use super::super::{At, Library};
use super::{literal, wording};
use crate::diagnostic::SourceId;

/// One text that somebody hears.
#[derive(Clone, Copy, Debug)]
pub struct Spoken<'a> {
    pub source: SourceId,
    pub language: &'a str,
    pub text: &'a At<String>,
}

impl Spoken<'_> {
    /// The text with blanks where its code stands, each word at its place.
    #[must_use]
    pub fn words(&self) -> String {
        let (mut words, mut rest) = (String::new(), self.text.as_str());
        while let Some(at) = rest.find(['{']) {
            let (before, code) = rest.split_at(at);
            let close = code.find(['}']).unwrap_or(code.len());
            let end = close + code.bytes().skip(close).take_while(|byte| *byte == b'}').count();
            words.push_str(before);
            words.extend(std::iter::repeat_n(' ', end));
            rest = code.get(end..).unwrap_or_default();
        }
        words + rest
    }

    /// Where in its file `word` stands; where it cannot be found, the whole text.
    #[must_use]
    pub fn place(&self, library: &Library, word: &str) -> Range<usize> {
        let file = library.sources().get(self.source).map_or("", |source| &source.text);
        let range = wording::word_from(&self.words(), 0, word);
        range.map_or(self.text.span.clone(), |range| literal::place(file, &self.text.span, self.text, &range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Layer, Sources};
    use crate::script::check;

    const FILE: &str = "format = 1\nlanguage = \"en\"\ntitle = \"T\"\nminutes = [0, 5]\n\n[[step]]\n\
                        say = \"Wait {{ done }} of {% if done > 1 %}fnords{% endif %}.\"\n";

    #[test]
    fn a_word_is_found_outside_of_code() {
        let mut sources = Sources::default();
        sources.add_bytes("sessions/x.toml", FILE.as_bytes(), Layer::Named).unwrap();
        let (library, _) = Library::read(sources);
        let spoken = check::spoken(&library);
        let text = spoken.iter().find(|spoken| spoken.text.contains("Wait")).unwrap();
        assert_eq!(text.words().split_whitespace().collect::<Vec<_>>(), ["Wait", "of", "fnords", "."]);
        assert_eq!(&FILE[text.place(&library, "fnords")], "fnords");
        assert_eq!(text.place(&library, "if"), text.text.span);
    }
}
