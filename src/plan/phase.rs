//! Which phase of a programme a person is in.

use std::collections::BTreeMap;

use crate::script::{At, FactValue, Phase, Programme, Texts};

/// The first phase whose `when` holds, or that has none. `known` holds facts and measures by name; what is not in it
/// is unset. What cannot be decided does not hold.
#[must_use]
pub fn phase<'a>(programme: &'a Programme, known: &BTreeMap<String, FactValue>) -> Option<&'a At<Phase>> {
    let texts = Texts::new(Vec::new());
    programme.phase.iter().find(|phase| {
        phase.when.as_ref().is_none_or(|when| holds(&texts, programme, known, when).unwrap_or(false))
    })
}

fn holds(
    texts: &Texts,
    programme: &Programme,
    known: &BTreeMap<String, FactValue>,
    when: &str,
) -> Result<bool, crate::script::TextError> {
    let value = |name: &str| match programme.parameter.get(name) {
        Some(parameter) => FactValue::Number(parameter.value).into(),
        None => known.get(name).cloned().map_or(minijinja::Value::from(()), Into::into),
    };
    let names = texts.names_in_expression(when)?;
    texts.holds(when, &names.into_iter().map(|name| (name.clone(), value(&name))).collect())
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Layer, Sources};
    use crate::script::Library;

    use super::*;

    const PROGRAMME: &str = r#"
format = 1
language = "en"
title = "Two limits"
[parameter.high]
value = 7
origin = "a test"
[[phase]]
id = "rest"
title = "Rest"
when = "pain is none or pain >= high"
sessions = ["a"]
[[phase]]
id = "well"
title = "Well"
when = "mood == 'good' and good_in_a_row >= 3"
sessions = ["a"]
[[phase]]
id = "else"
title = "Else"
sessions = ["a"]
"#;

    fn of(known: &[(&str, FactValue)]) -> String {
        let mut sources = Sources::new();
        sources.add("programmes/p.toml", PROGRAMME, Layer::Named);
        let (library, found) = Library::read(sources);
        assert!(found.is_empty());
        let known = known.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        phase(&library.programmes().next().unwrap().item, &known).unwrap().id.value.clone()
    }

    #[test]
    fn the_first_phase_that_holds_applies() {
        let pain = |pain| ("pain", FactValue::Number(pain));
        let (good, days) =
            (("mood", FactValue::Word("good".into())), ("good_in_a_row", FactValue::Number(3)));
        assert_eq!(of(&[]), "rest");
        assert_eq!(of(&[pain(7)]), "rest");
        assert_eq!(of(&[pain(6)]), "else");
        assert_eq!(of(&[pain(6), good.clone(), days.clone()]), "well");
        assert_eq!(of(&[pain(7), good, days]), "rest");
    }

    #[test]
    fn what_cannot_be_decided_does_not_hold() {
        let known = [("pain", FactValue::Number(1)), ("mood", FactValue::Word("good".into()))];
        assert_eq!(of(&known), "else");
    }
}
