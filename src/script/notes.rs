//! Hints that more than one rule gives.

/// `` `a`, `b`, `c` ``
pub(super) fn listed(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    names.join(", ")
}

/// How a key that must be there is written.
pub(super) fn of_key(name: &str) -> String {
    match name {
        "format" => "write `format = 1` at the top of the file".into(),
        "language" => "write the language of what is spoken, like `language = \"en\"`".into(),
        "minutes" => "write the shortest and the longest length, like `minutes = [10, 15]`".into(),
        "tempo" => "write the seconds to rise, to hold and to lower, like `tempo = [2, 0, 2]`".into(),
        "scale" | "number" => "write the lowest and the highest, like `[0, 10]`".into(),
        _ => format!("add `{name} = …`"),
    }
}
