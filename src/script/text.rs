//! Spoken texts and `when` expressions. Owns the one minijinja environment: strict, without loader, loops or
//! assignments, limited in work and in length, with the filters `words`, `capitalize` and `lower`.
//! Must not know which names exist; the caller gives them.

pub(super) mod code;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, Expression, UndefinedBehavior, Value};

use super::FactValue;

/// Longest template and longest rendered text, in bytes.
const LONGEST: usize = 20_000;
/// Steps of the template machine; a text of a few sentences needs a few dozen.
const FUEL: u64 = 20_000;

/// Why a text or an expression cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TextError {
    pub message: String,
    /// Bytes in the template, where they are known.
    pub range: Option<Range<usize>>,
    pub hint: Option<String>,
}

/// Renders texts of one language. Compiled templates are kept, so that doing it again is cheap.
pub struct Texts {
    /// Templates are filed under their own text.
    environment: RwLock<Environment<'static>>,
    expressions: RwLock<HashMap<String, Arc<Expression<'static, 'static>>>>,
}

/// Expressions know no numbers' words, so one environment serves them all.
static EXPRESSIONS: LazyLock<Environment<'static>> = LazyLock::new(environment);

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_debug(true);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(50);
    // An unset fact is `none`; nobody should hear the word.
    environment.set_formatter(|out, state, value| {
        if value.is_none() { Ok(()) } else { minijinja::escape_formatter(out, state, value) }
    });
    environment.add_filter("capitalize", |value: Value| of_text(value, capitalize));
    environment.add_filter("lower", |value: Value| of_text(value, str::to_lowercase));
    environment.add_test("none", |value: &Value| value.is_none());
    environment
}

/// Anything that is no text stays as it is: a fact can be a number, or unset.
fn of_text(value: Value, change: impl Fn(&str) -> String) -> Value {
    value.as_str().map(change).map_or(value, Value::from)
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn in_words(value: Value, numbers: &[String]) -> Value {
    let number = (value.kind() == ValueKind::Number).then(|| value.as_usize()).flatten();
    number.and_then(|n| numbers.get(n)).map_or(value, |word| Value::from(word.as_str()))
}

impl From<FactValue> for Value {
    fn from(fact: FactValue) -> Self {
        match fact {
            FactValue::Flag(flag) => Self::from(flag),
            FactValue::Number(number) => Self::from(number),
            FactValue::Word(word) => Self::from(word),
        }
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Texts")
    }
}

impl Texts {
    /// `numbers`: words for 0, 1, 2 …, what the filter `words` gives.
    #[must_use]
    pub fn new(numbers: Vec<String>) -> Self {
        let mut environment = environment();
        environment.add_filter("words", move |value: Value| in_words(value, &numbers));
        Self { environment: RwLock::new(environment), expressions: RwLock::default() }
    }

    /// The text with `vars` put in, white space folded to single spaces.
    ///
    /// # Errors
    /// Syntax, an unknown name, or more work or text than any spoken sentence needs.
    pub fn render(&self, template: &str, vars: &BTreeMap<String, Value>) -> Result<String, TextError> {
        if !template.contains('{') {
            return Ok(fold(template));
        }
        self.compile(template)?;
        let environment = self.environment.read().unwrap_or_else(PoisonError::into_inner);
        let mut out = Limited(Vec::new());
        environment
            .get_template(template)
            .and_then(|compiled| compiled.render_captured_to(context(vars), &mut out).map(drop))
            .map_err(|error| text_error(&error))?;
        Ok(fold(&String::from_utf8_lossy(&out.0)))
    }

    /// Whether the expression is true with `vars`.
    ///
    /// # Errors
    /// As [`Texts::render`].
    pub fn holds(&self, expression: &str, vars: &BTreeMap<String, Value>) -> Result<bool, TextError> {
        let compiled = self.expression(expression)?;
        let value = compiled.eval(context(vars)).map_err(|error| text_error(&error))?;
        Ok(value.is_true())
    }

    /// Every name that the text uses.
    ///
    /// # Errors
    /// Syntax.
    pub fn names_in_text(&self, template: &str) -> Result<BTreeSet<String>, TextError> {
        if !template.contains('{') {
            return Ok(BTreeSet::new());
        }
        self.compile(template)?;
        let environment = self.environment.read().unwrap_or_else(PoisonError::into_inner);
        let compiled = environment.get_template(template).map_err(|error| text_error(&error))?;
        Ok(compiled.undeclared_variables(false).into_iter().collect())
    }

    /// Every name that the expression uses.
    ///
    /// # Errors
    /// Syntax.
    pub fn names_in_expression(&self, expression: &str) -> Result<BTreeSet<String>, TextError> {
        Ok(self.expression(expression)?.undeclared_variables(false).into_iter().collect())
    }

    fn compile(&self, template: &str) -> Result<(), TextError> {
        let known = self.environment.read().unwrap_or_else(PoisonError::into_inner);
        if known.get_template(template).is_ok() {
            return Ok(());
        }
        drop(known);
        code::limit_template(template)?;
        let mut environment = self.environment.write().unwrap_or_else(PoisonError::into_inner);
        environment
            .add_template_owned(template.to_owned(), template.to_owned())
            .map_err(|error| text_error(&error))
    }

    fn expression(&self, text: &str) -> Result<Arc<Expression<'static, 'static>>, TextError> {
        let known = self.expressions.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = known.get(text) {
            return Ok(Arc::clone(compiled));
        }
        drop(known);
        code::limit_expression(text)?;
        let compiled =
            EXPRESSIONS.compile_expression_owned(text.to_owned()).map_err(|error| text_error(&error))?;
        let compiled = Arc::new(compiled);
        let mut known = self.expressions.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(text.to_owned(), Arc::clone(&compiled));
        Ok(compiled)
    }
}

fn context(vars: &BTreeMap<String, Value>) -> Value {
    Value::from(vars.clone())
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text_error(error: &Error) -> TextError {
    let message = match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => "does more work than any spoken text needs".into(),
        (ErrorKind::UndefinedError, None) => "a name that is not known here".into(),
        (_, Some(detail)) => detail.to_owned(),
        (kind, None) => kind.to_string(),
    };
    TextError { message, range: error.range(), hint: None }
}

/// Stops writing where no spoken text goes.
struct Limited(Vec<u8>);

impl std::io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(std::io::Error::other(format!("longer than {LONGEST} bytes")));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Texts {
        Texts::new(["zero", "one", "two"].map(str::to_owned).to_vec())
    }

    fn vars() -> BTreeMap<String, Value> {
        let vars = [("pain", Value::from(2)), ("side", Value::from("left")), ("unset", Value::from(()))];
        vars.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    #[test]
    fn puts_names_in_and_folds_white_space() {
        let said =
            texts().render(" Pain\n {{ pain | words }}, {{ side | capitalize }}{{ unset }}. ", &vars());
        assert_eq!(said.as_deref(), Ok("Pain two, Left."));
        assert_eq!(texts().render("a  b", &vars()).as_deref(), Ok("a b"));
    }

    #[test]
    fn words_are_for_known_whole_numbers_only() {
        let said =
            texts().render("{{ 1 | words }} {{ 7 | words }} {{ 1.5 | words }} {{ 'x' | words }}", &vars());
        assert_eq!(said.as_deref(), Ok("one 7 1.5 x"));
    }

    #[test]
    fn expressions_know_unset_facts() {
        let texts = texts();
        assert_eq!(texts.holds("pain > 1 and side == 'left'", &vars()), Ok(true));
        assert_eq!(texts.holds("unset is none", &vars()), Ok(true));
        assert_eq!(texts.holds("unset != 'worse'", &vars()), Ok(true));
        assert!(texts.holds("nobody > 1", &vars()).is_err());
    }

    #[test]
    fn refuses_what_could_grow() {
        let texts = texts();
        for bad in
            ["{% set a = 1 %}", "{%- for x in y %}{% endfor %}", "{{ 'a' * 99999999 }}", "{{ x.y(1) }}", "{{"]
        {
            assert!(texts.render(bad, &vars()).is_err(), "{bad}");
        }
        assert!(texts.holds("'a' * 99999999", &vars()).is_err());
    }

    /// The test's thread has a small stack.
    #[test]
    fn deep_code_never_overflows() {
        let texts = texts();
        let around = "( ) [ ] not+ - pain~ 1+and+ 1+< .x [1] (1) |words +is+none +if+1+else+1 '}}'~ '\\''~";
        for part in around.split(' ').map(|part| part.replace('+', " ")) {
            for count in [50, 140, 280, 1_000, 18_000] {
                let (before, after) = (part.repeat(count), part.repeat(count));
                for code in [format!("{before} pain"), format!("pain{after}")] {
                    let _ = texts.names_in_expression(&code);
                    let _ = texts.holds(&code, &vars());
                    let _ = texts.render(&format!("{{{{ {code} }}}}"), &vars());
                }
            }
        }
        for count in [10, 100, 1_000] {
            let nested = "{% if pain %}".repeat(count) + &"{% endif %}".repeat(count);
            let _ = texts.render(&nested, &vars());
        }
    }

    #[test]
    fn names_are_found_without_values() {
        let names = texts().names_in_text("{% if a %}{{ b | words }}{% endif %}").expect("valid");
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["a", "b"]);
        let names = texts().names_in_expression("a is none or b > 3").expect("valid");
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }
}
