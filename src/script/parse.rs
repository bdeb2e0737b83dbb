//! One TOML text to one typed file, with every error of syntax and shape.

use serde::de::{DeserializeOwned, IntoDeserializer as _};
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::diagnostic::{Diagnostic, SourceId};

pub(super) fn parse<T: DeserializeOwned>(
    source: SourceId,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    let (tree, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        diagnostics
            .extend(errors.iter().map(|e| Diagnostic::error(source, e.span().unwrap_or(0..0), e.message())));
        return None;
    }
    let span = tree.span();
    let tree = toml::Spanned::new(span, DeValue::Table(tree.into_inner()));
    let deserializer: ValueDeserializer<'_> = tree.into_deserializer();
    match T::deserialize(deserializer) {
        Ok(item) => Some(item),
        Err(error) => {
            diagnostics.push(Diagnostic::error(source, error.span().unwrap_or(0..0), error.message()));
            None
        }
    }
}
