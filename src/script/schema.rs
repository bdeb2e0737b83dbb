//! The JSON Schema of each kind of file, generated from the types. Editors read it, and [`super::shape`] is made of it.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::{CheckIn, Exercise, Kind, Phrases, Programme, Session};

/// The schema of one kind of file, as `matside schema` prints it.
#[must_use]
pub fn schema(kind: Kind) -> Value {
    match kind {
        Kind::Session => of::<Session>(),
        Kind::Exercise => of::<Exercise>(),
        Kind::CheckIn => of::<CheckIn>(),
        Kind::Programme => of::<Programme>(),
        Kind::Phrases => of::<Phrases>(),
    }
}

fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(drop_null));
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// TOML has no null: an optional key is left out.
fn drop_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    if object.get("default") == Some(&Value::Null) {
        object.remove("default");
    }
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if types.len() == 1
            && let Some(only) = types.pop()
        {
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(branches)) = object.get_mut("anyOf") {
        branches.retain(|branch| branch.get("type") != Some(&Value::from("null")));
        if branches.len() == 1
            && let Some(Value::Object(only)) = branches.pop()
        {
            object.remove("anyOf");
            object.extend(only);
        }
    }
}
