//! Compares a spanned TOML tree with a shape. Owns the errors of shape: every one of a file in one walk, each with
//! its place; what does not fit is left out of the tree, so that serde can read the rest.
//!
//! The other way, to deserialise, remove the node of the first error and deserialise again, costs one pass over the
//! file for each error and has to guess from serde's messages which keys were meant. Here one pass knows them all.

use std::collections::HashMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeInteger, DeString, DeTable, DeValue};

use super::shape::{Shape, Table};
use super::{Duration, notes};
use crate::diagnostic::{Diagnostic, SourceId, did_you_mean, suggest};

/// Keys that tables have in their file, but not in their typed form: by the place of the table, as they should
/// be called.
pub(super) type Holes = HashMap<Range<usize>, Vec<String>>;

pub(super) struct Fit<'a> {
    source: SourceId,
    root: Option<&'a Table>,
    pub diagnostics: Vec<Diagnostic>,
    pub holes: Holes,
    /// Whether an absent key is an error; after errors of syntax nobody knows what is absent.
    pub whole: bool,
}

type Node<'i> = Spanned<DeValue<'i>>;

impl<'a> Fit<'a> {
    pub fn new(source: SourceId, shape: &'a Shape, whole: bool) -> Self {
        Self { source, root: shape.table(), diagnostics: Vec::new(), holes: Holes::new(), whole }
    }

    /// The part of `node` that fits; `None` where nothing is left that could be used.
    /// `name` is the key it stands under.
    pub fn fit<'i>(&mut self, name: &str, node: Node<'i>, shape: &Shape) -> Option<Node<'i>> {
        let span = node.span();
        let value = match (shape, node.into_inner()) {
            (Shape::Table(table), DeValue::Table(tree)) => self.table(tree, table, &span)?,
            (Shape::Map(item), DeValue::Table(tree)) => self.map(tree, item, &span),
            (Shape::List(item), DeValue::Array(array)) => {
                DeValue::Array(array.into_iter().filter_map(|node| self.fit(name, node, item)).collect())
            }
            (Shape::Fixed(item, count), DeValue::Array(array)) => {
                self.fixed(name, array, item, *count, &span)?
            }
            (shape, value) => {
                if let Err((message, hint)) = scalar(name, &value, shape) {
                    self.diagnostics.push(self.error(&span, message).maybe_hint(hint));
                    return None;
                }
                value
            }
        };
        Some(Spanned::new(span, value))
    }

    fn error(&self, span: &Range<usize>, message: String) -> Diagnostic {
        Diagnostic::error(self.source, span.clone(), message)
    }

    fn table<'i>(&mut self, tree: DeTable<'i>, table: &Table, span: &Range<usize>) -> Option<DeValue<'i>> {
        let mut kept = DeTable::new();
        let present: Vec<String> = tree.keys().map(|key| key.get_ref().to_string()).collect();
        for (key, node) in tree {
            let Some(shape) = table.keys.get(key.get_ref().as_ref()) else {
                self.unknown_key(&key, table, &present, span);
                continue;
            };
            let name = key.get_ref().to_string();
            match self.fit(&name, node, shape) {
                Some(node) => drop(kept.insert(key, node)),
                None => self.lose(span, name),
            }
        }
        let lacks = table.required.iter().filter(|name| !kept.contains_key(name.as_str()));
        let lacks: Vec<&String> = lacks.collect();
        for name in &lacks {
            if self.whole && !present.contains(name) && !self.is_hole(span, name) {
                let message = format!("the key `{name}` is missing");
                self.diagnostics.push(self.error(span, message).hint(notes::of_key(name)));
            }
        }
        lacks.is_empty().then_some(DeValue::Table(kept))
    }

    fn is_hole(&self, span: &Range<usize>, name: &str) -> bool {
        self.holes.get(span).is_some_and(|keys| keys.iter().any(|key| key == name))
    }

    fn lose(&mut self, span: &Range<usize>, key: String) {
        self.holes.entry(span.clone()).or_default().push(key);
    }

    fn unknown_key(
        &mut self,
        key: &Spanned<DeString<'_>>,
        table: &Table,
        present: &[String],
        span: &Range<usize>,
    ) {
        let name = key.get_ref().as_ref();
        let free = table.keys.keys().filter(|known| !present.contains(known));
        let near = suggest(name, free.map(String::as_str));
        let hint = near
            .as_ref()
            .map(|near| format!("did you mean `{near}`?"))
            .or_else(|| self.elsewhere(name, table))
            .or_else(|| did_you_mean(name, table.keys.keys().map(String::as_str)))
            .unwrap_or_else(|| format!("known here: {}", notes::listed(table.keys.keys())));
        self.diagnostics.push(self.error(&key.span(), format!("unknown key `{name}`")).hint(hint));
        self.lose(span, near.unwrap_or_else(|| name.to_owned()));
    }

    /// Where a key that is unknown here would belong.
    fn elsewhere(&self, name: &str, table: &Table) -> Option<String> {
        let holds = |shape: &Shape| shape.table().is_some_and(|table| table.keys.contains_key(name));
        let below = table.keys.iter().find(|(_, shape)| holds(shape));
        if let Some((key, shape)) = below {
            let header =
                if matches!(shape, Shape::List(_)) { format!("[[{key}]]") } else { format!("[{key}]") };
            return Some(format!("`{name}` belongs under `{header}`"));
        }
        let at_top = self.root.is_some_and(|root| root.keys.contains_key(name));
        at_top.then(|| format!("`{name}` belongs at the top of the file, before the first `[`"))
    }

    fn map<'i>(&mut self, tree: DeTable<'i>, item: &Shape, span: &Range<usize>) -> DeValue<'i> {
        let mut kept = DeTable::new();
        for (key, node) in tree {
            let name = key.get_ref().to_string();
            match self.fit(&name, node, item) {
                Some(node) => drop(kept.insert(key, node)),
                None => self.lose(span, name),
            }
        }
        DeValue::Table(kept)
    }

    fn fixed<'i>(
        &mut self,
        name: &str,
        array: DeArray<'i>,
        item: &Shape,
        count: u64,
        span: &Range<usize>,
    ) -> Option<DeValue<'i>> {
        if array.len() as u64 != count {
            let message = format!("`{name}` must be {count} numbers in brackets, not {}", array.len());
            self.diagnostics.push(self.error(span, message).hint(notes::of_key(name)));
            return None;
        }
        let kept: DeArray<'i> = array.into_iter().filter_map(|node| self.fit(name, node, item)).collect();
        (kept.len() as u64 == count).then_some(DeValue::Array(kept))
    }
}

type Misfit = (String, Option<String>);

fn scalar(name: &str, value: &DeValue<'_>, shape: &Shape) -> Result<(), Misfit> {
    match (shape, value) {
        (Shape::Any, _)
        | (Shape::Text, DeValue::String(_))
        | (Shape::Flag, DeValue::Boolean(_))
        | (Shape::Fact, DeValue::String(_) | DeValue::Boolean(_))
        | (Shape::Number, DeValue::Float(_)) => Ok(()),
        (Shape::Duration, DeValue::String(text)) => {
            Duration::parse(text).map(drop).map_err(|message| match message.split_once("; ") {
                Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
                None => (message, None),
            })
        }
        (Shape::Letter, DeValue::String(text)) => letter(name, text),
        (Shape::Word(words), DeValue::String(text)) => word(name, text, words),
        (Shape::Integer { least, most }, DeValue::Integer(number)) => integer(name, number, *least, *most),
        (Shape::Fact | Shape::Number, DeValue::Integer(number)) => integer(name, number, i64::MIN, i64::MAX),
        _ => Err(mismatch(name, value, shape)),
    }
}

fn letter(name: &str, text: &str) -> Result<(), Misfit> {
    if text.chars().count() == 1 {
        return Ok(());
    }
    let hint = "write the key that is pressed, like `\"y\"`".into();
    Err((format!("`{name}` must be a single character, not `{text}`"), Some(hint)))
}

fn word(name: &str, text: &str, words: &[String]) -> Result<(), Misfit> {
    if words.iter().any(|word| word == text) {
        return Ok(());
    }
    let hint = did_you_mean(text, words.iter().map(String::as_str));
    let hint = hint.unwrap_or_else(|| format!("one of {}", notes::listed(words)));
    Err((format!("`{text}` is no value of `{name}`"), Some(hint)))
}

fn integer(name: &str, number: &DeInteger<'_>, least: i64, most: i64) -> Result<(), Misfit> {
    match i64::from_str_radix(number.as_str(), number.radix()) {
        Ok(value) if value < least => {
            Err((format!("`{name}` is `{value}`; it cannot be less than {least}"), None))
        }
        Ok(value) if value <= most => Ok(()),
        _ => Err((format!("`{name}` is too large"), None)),
    }
}

fn mismatch(name: &str, value: &DeValue<'_>, shape: &Shape) -> Misfit {
    let given = match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let hint = match (shape, value) {
        (Shape::Duration, DeValue::Integer(number)) => {
            Some(format!("write it with its unit: `{name} = \"{}s\"`", number.as_str()))
        }
        (Shape::Text, DeValue::Integer(number)) => Some(format!("write `{name} = \"{}\"`", number.as_str())),
        (Shape::Integer { .. } | Shape::Number, DeValue::String(text)) if text.parse::<i64>().is_ok() => {
            Some(format!("write it without quotes: `{name} = {text}`"))
        }
        (Shape::List(item), DeValue::Table(_)) if item.table().is_some() => {
            Some(format!("write the header with two brackets: `[[{name}]]`"))
        }
        (Shape::Table(_), DeValue::Array(_)) => {
            Some(format!("write the header with one bracket: `[{name}]`"))
        }
        (Shape::List(_), DeValue::String(text)) => Some(format!("write `{name} = [\"{text}\"]`")),
        _ => None,
    };
    (format!("`{name}` must be {}, not {given}", shape.wanted()), hint)
}
