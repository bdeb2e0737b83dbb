//! Any text as a template and as an expression.
#![no_main]

use std::cell::RefCell;
use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use matside::script::Texts;
use minijinja::Value;

/// Texts keep what they compiled; a new one now and then bounds the memory.
const KEPT: u32 = 500;

thread_local! {
    static TEXTS: RefCell<(u32, Texts)> = RefCell::new((0, Texts::new(Vec::new())));
}

fuzz_target!(|text: &str| {
    TEXTS.with_borrow_mut(|(count, texts)| {
        *count += 1;
        if *count % KEPT == 1 {
            *texts = Texts::new((0..=60).map(|number| format!("n{number}")).collect());
        }
        try_text(texts, text);
    });
});

fn try_text(texts: &Texts, text: &str) {
    let values = [("pain", Value::from(4)), ("unset", Value::from(())), ("side", Value::from("left"))];
    let vars: BTreeMap<String, Value> =
        values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    // The second time comes from the cache.
    for _ in 0..2 {
        let named = texts.names_in_text(text);
        let rendered = texts.render(text, &vars);
        if let Ok(said) = &rendered {
            assert!(named.is_ok(), "rendered, but its names are not known");
            assert!(said.len() <= 20_000 && !said.contains("  "));
        }
        let _ = texts.names_in_expression(text);
        let _ = texts.holds(text, &vars);
    }
}
