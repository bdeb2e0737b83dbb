//! What a value of a file may look like, compiled from the JSON Schema of the types, so that the two cannot differ.
//! Owns the shapes; the comparison of a file with them is in [`super::fit`].

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value};

use super::{Kind, schema};

/// What a value must be.
#[derive(Debug)]
pub(super) enum Shape {
    Text,
    Duration,
    Letter,
    Flag,
    Number,
    Integer {
        least: i64,
        most: i64,
    },
    /// One of these words.
    Word(Vec<String>),
    /// A flag, an integer or a text.
    Fact,
    /// Exactly so many numbers.
    Fixed(Box<Shape>, u64),
    List(Box<Shape>),
    /// A table with keys of the author's choice.
    Map(Box<Shape>),
    Table(Arc<Table>),
    /// Nothing is known; serde has the last word.
    Any,
}

#[derive(Debug)]
pub(super) struct Table {
    pub keys: BTreeMap<String, Shape>,
    pub required: Vec<String>,
}

impl Shape {
    pub fn of(kind: Kind) -> &'static Self {
        static SHAPES: LazyLock<BTreeMap<Kind, Shape>> =
            LazyLock::new(|| Kind::ALL.into_iter().map(|kind| (kind, compile(&schema(kind)))).collect());
        SHAPES.get(&kind).unwrap_or(&Self::Any)
    }

    /// The keys of the table, or of the tables of the list, that this is.
    pub fn table(&self) -> Option<&Table> {
        match self {
            Self::Table(table) => Some(table),
            Self::List(item) => item.table(),
            _ => None,
        }
    }

    /// For messages: "must be …".
    pub fn wanted(&self) -> String {
        match self {
            Self::Text | Self::Word(_) => "a text in quotes".into(),
            Self::Duration => "a duration in quotes, like `\"30s\"`".into(),
            Self::Letter => "a single character in quotes".into(),
            Self::Flag => "`true` or `false`".into(),
            Self::Number => "a number".into(),
            Self::Integer { least, most: i64::MAX | 4_294_967_295 } if *least == 0 => {
                "a whole number, 0 or more".into()
            }
            Self::Integer { .. } => "a whole number".into(),
            Self::Fact => "a text in quotes, a whole number, `true` or `false`".into(),
            Self::Fixed(item, count) => match **item {
                Self::Integer { .. } => format!("{count} whole numbers in brackets"),
                _ => format!("{count} numbers in brackets"),
            },
            Self::List(item) if item.table().is_some() => "a list of tables".into(),
            Self::List(_) => "a list in brackets".into(),
            Self::Map(_) | Self::Table(_) => "a table".into(),
            Self::Any => "something else".into(),
        }
    }
}

fn compile(root: &Value) -> Shape {
    let none = Map::new();
    let definitions = root.get("$defs").and_then(Value::as_object).unwrap_or(&none);
    Compiler { definitions }.shape(root)
}

struct Compiler<'a> {
    definitions: &'a Map<String, Value>,
}

impl Compiler<'_> {
    fn shape(&self, schema: &Value) -> Shape {
        if let Some(name) = text(schema, "$ref").and_then(|path| path.rsplit('/').next()) {
            return self.definitions.get(name).map_or(Shape::Any, |schema| self.shape(schema));
        }
        if schema.get("anyOf").is_some() {
            return Shape::Fact;
        }
        let words = words(schema);
        if !words.is_empty() {
            return Shape::Word(words);
        }
        match text(schema, "type") {
            Some("string") if text(schema, "format") == Some(super::units::DURATION_FORMAT) => {
                Shape::Duration
            }
            Some("string") if number(schema, "maxLength") == Some(1) => Shape::Letter,
            Some("string") => Shape::Text,
            Some("boolean") => Shape::Flag,
            Some("number") => Shape::Number,
            Some("integer") => integer(schema),
            Some("array") => self.list(schema),
            Some("object") => self.table(schema),
            _ => Shape::Any,
        }
    }

    fn list(&self, schema: &Value) -> Shape {
        let item = Box::new(schema.get("items").map_or(Shape::Any, |item| self.shape(item)));
        match schema.get("maxItems").and_then(Value::as_u64) {
            Some(count) => Shape::Fixed(item, count),
            None => Shape::List(item),
        }
    }

    fn table(&self, schema: &Value) -> Shape {
        if let Some(item @ Value::Object(_)) = schema.get("additionalProperties") {
            return Shape::Map(Box::new(self.shape(item)));
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        let keys = properties.into_iter().flatten().map(|(key, value)| (key.clone(), self.shape(value)));
        let required = schema.get("required").and_then(Value::as_array);
        let required = required.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        Shape::Table(Arc::new(Table { keys: keys.collect(), required: required.collect() }))
    }
}

/// The words of an enum, also where some of them have descriptions of their own.
fn words(schema: &Value) -> Vec<String> {
    let list = |key| schema.get(key).and_then(Value::as_array).into_iter().flatten();
    let own = list("enum").chain(schema.get("const")).filter_map(Value::as_str).map(str::to_owned);
    own.chain(list("oneOf").flat_map(words)).collect()
}

fn integer(schema: &Value) -> Shape {
    let most = match text(schema, "format") {
        Some("uint32") => i64::from(u32::MAX),
        _ => i64::MAX,
    };
    Shape::Integer { least: number(schema, "minimum").unwrap_or(i64::MIN), most }
}

fn text<'a>(schema: &'a Value, key: &str) -> Option<&'a str> {
    schema.get(key).and_then(Value::as_str)
}

fn number(schema: &Value, key: &str) -> Option<i64> {
    schema.get(key).and_then(Value::as_i64)
}
