//! Programmes: each phase, rule and criterion is met by somebody, and none by everybody who it is not for.

use std::collections::{BTreeMap, BTreeSet};

use matside::plan::phase;
use matside::script::{FactValue, Filed, Programme};
use minijinja::Value;

use crate::spoken::{Language, Values, languages};
use crate::{SHIPPED, library};

/// Facts and measures.
type Known = BTreeMap<String, FactValue>;

#[test]
fn somebody_comes_to_every_phase_and_every_rule() {
    let all = languages(&SHIPPED);
    let complaints: Vec<String> = all
        .iter()
        .flat_map(|language| language.programmes().flat_map(|programme| judge(language, programme)))
        .collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn a_phase_and_a_rule_that_nobody_comes_to_are_found() {
    let planted = r#"
format = 1
language = "en"
title = "Planted"
parameter.few = { value = 3, origin = "a test" }
advance = { when = "good_in_a_row < 0", origin = "a test" }

[[phase]]
id = "all"
title = "All"
when = "pain is none or pain > few or pain <= few"
sessions = ["taste"]

[[phase]]
id = "nobody"
title = "Nobody"
sessions = ["taste"]

[[rule]]
id = "always"
when = "days_since_start >= 0"
then = "hold"
say = "Nothing grows."
origin = "a test"

[[rule]]
id = "never"
when = "pain is none and pain == few"
then = "rest"
say = "Rest."
origin = "a test"
"#;
    let library = library(&[("programmes/planted.toml", planted)]);
    let english = languages(&library).into_iter().find(|language| language.tag() == "en").unwrap();
    let found = judge(&english, library.programme("planted", Some("en")).unwrap());
    let wanted = [
        "nobody is in the phase `nobody`",
        "`advance` is never true",
        "`always` is always true",
        "`never` is never true",
    ];
    assert!(wanted.iter().all(|wanted| found.iter().any(|found| found.contains(wanted))), "{found:#?}");
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
}

fn judge(language: &Language, programme: &Filed<Programme>) -> Vec<String> {
    let (file, item) = (language.file(programme), &programme.item);
    let mut complaints = Vec::new();
    let whens: Vec<&str> =
        item.phase.iter().filter_map(|phase| phase.when.as_ref()).map(|when| when.as_str()).collect();
    let people = people(language, &whens);
    let met: BTreeSet<&str> =
        people.iter().filter_map(|known| phase(item, known)).map(|phase| phase.id.as_str()).collect();
    let empty = item.phase.iter().map(|phase| phase.id.as_str()).filter(|id| !met.contains(id));
    complaints.extend(empty.map(|id| format!("{file}: nobody is in the phase `{id}`")));
    let rules = item.rule.iter().map(|rule| (rule.id.as_str(), rule.when.as_str()));
    let advance = item.advance.iter().map(|advance| ("advance", advance.when.as_str()));
    for (id, when) in rules.chain(advance) {
        let held: BTreeSet<bool> =
            ways(language, when).iter().map(|vars| language.texts.holds(when, vars).unwrap()).collect();
        if held.len() < 2 {
            let how = if held.contains(&true) { "always" } else { "never" };
            complaints.push(format!("{file}: `{id}` is {how} true"));
        }
    }
    complaints
}

/// Everybody who differs in what the expressions ask for.
fn people(language: &Language, whens: &[&str]) -> Vec<Known> {
    let all = whens.join(" and ");
    let fact = |value: &Value| match value.as_str() {
        Some(word) => Some(FactValue::Word(word.to_owned())),
        None => value
            .as_i64()
            .map(FactValue::Number)
            .or_else(|| bool::try_from(value.clone()).ok().map(FactValue::Flag)),
    };
    let known =
        |vars: Values| vars.into_iter().filter_map(|(name, value)| Some((name, fact(&value)?))).collect();
    ways(language, &format!("{all} or true")).into_iter().map(known).collect()
}

/// Every combination of the values of the names that the expression uses.
fn ways(language: &Language, when: &str) -> Vec<Values> {
    let mut ways = vec![Values::new()];
    for name in language.texts.names_in_expression(when).unwrap() {
        let with = |way: &Values| {
            let values = language.values(&name).iter();
            values
                .map(|value| {
                    way.iter()
                        .map(|(n, v)| (n.clone(), v.clone()))
                        .chain([(name.clone(), value.clone())])
                        .collect()
                })
                .collect::<Vec<Values>>()
        };
        ways = ways.iter().flat_map(with).collect();
        assert!(ways.len() <= 200_000, "too many cases: {when}");
    }
    ways
}
