//! `sessions/schema/` is what the types say (`UPDATE=1` rewrites it), and every shipped file keeps to it.

mod tree;

use std::path::{Path, PathBuf};

use matside::script::{Kind, schema};

fn sessions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions")
}

fn schema_file(kind: Kind) -> PathBuf {
    sessions().join("schema").join(format!("{}.json", kind.name()))
}

#[test]
fn checked_in_schemas_are_those_of_the_types() {
    for kind in Kind::ALL {
        let path = schema_file(kind);
        let current = serde_json::to_string_pretty(&schema(kind)).expect("a schema is JSON") + "\n";
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(sessions().join("schema")).expect("a folder");
            std::fs::write(&path, &current).expect("the schema can be written");
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(found, current, "{} is out of date; UPDATE=1 rewrites it", path.display());
    }
}

#[test]
fn every_shipped_file_names_its_schema() {
    for path in tree::files(&sessions()) {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let first = text.lines().next().unwrap_or_default();
        let named = first.strip_prefix("#:schema ").unwrap_or_else(|| panic!("{}: {first}", path.display()));
        let folder = path.parent().expect("a folder");
        let named = folder.join(named).canonicalize().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let kind = Kind::of_path(&path.display().to_string());
        assert_eq!(named, schema_file(kind).canonicalize().expect("a schema"), "{}", path.display());
    }
}

#[test]
fn every_shipped_file_keeps_to_its_schema() {
    for kind in Kind::ALL {
        let validator = jsonschema::validator_for(&schema(kind)).expect("a valid schema");
        let of_kind = |path: &PathBuf| Kind::of_path(&path.display().to_string()) == kind;
        for path in tree::files(&sessions()).into_iter().filter(of_kind) {
            let text = std::fs::read_to_string(&path).expect("a readable file");
            let value: toml::Value = toml::from_str(&text).expect("valid TOML");
            let value = serde_json::to_value(value).expect("TOML as JSON");
            let errors: Vec<String> =
                validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{}:\n{}", path.display(), errors.join("\n"));
        }
    }
}

/// The schema refuses what the program refuses.
#[test]
fn broken_durations_and_keys_fail_the_schema() {
    let validator = jsonschema::validator_for(&schema(Kind::Exercise)).expect("a valid schema");
    let sound = serde_json::json!({
        "format": 1, "language": "en", "title": "A", "position": "standing", "full": "B.", "brief": "C.",
        "dose": { "hold": "1min 30s", "sides": "both" }
    });
    assert!(validator.is_valid(&sound));
    let duration = ["90", "soon", "3 minuts", ""].map(|text| ("hold", serde_json::json!(text)));
    let others = [
        ("sides", serde_json::json!("bth")),
        ("hodl", serde_json::json!("3s")),
        ("reps", serde_json::json!(-1)),
    ];
    for (key, value) in duration.into_iter().chain(others) {
        let mut broken = sound.clone();
        broken["dose"][key] = value.clone();
        assert!(!validator.is_valid(&broken), "{key} = {value}");
    }
}
