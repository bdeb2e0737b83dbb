//! Which phase of the shipped programme somebody is in.

use std::collections::BTreeMap;

use matside::plan::phase;
use matside::script::FactValue;

use crate::SHIPPED;

/// Nothing known but numbers by name.
fn of(known: &[(&str, i64)]) -> String {
    let programme = SHIPPED.programme("sciatica", None).expect("the programme");
    let known: BTreeMap<String, FactValue> =
        known.iter().map(|(name, value)| ((*name).to_owned(), FactValue::Number(*value))).collect();
    phase(&programme.item, &known).expect("some phase always applies").id.value.clone()
}

#[test]
fn the_phase_follows_pain_and_good_sessions() {
    let at = |pain, good| of(&[("pain", pain), ("good_in_a_row", good), ("spread_in_a_row", 0)]);
    for pain in 7..=10 {
        assert_eq!(at(pain, 100), "acute", "however good it was before: {pain}");
    }
    assert_eq!(at(6, 100), "subacute");
    assert_eq!(at(4, 0), "subacute");
    assert_eq!(at(3, 2), "subacute", "few symptoms, but not for long");
    assert_eq!(at(3, 3), "recovery");
    assert_eq!(at(0, 13), "recovery");
    assert_eq!(at(0, 14), "prevention");
    assert_eq!(at(1, 14), "recovery");
}

#[test]
fn silence_about_pain_is_the_gentlest_phase() {
    assert_eq!(of(&[("good_in_a_row", 100), ("spread_in_a_row", 0)]), "acute");
}

#[test]
fn pain_that_spread_twice_is_tested_again() {
    assert_eq!(of(&[("pain", 2), ("good_in_a_row", 0), ("spread_in_a_row", 1)]), "subacute");
    assert_eq!(of(&[("pain", 2), ("good_in_a_row", 0), ("spread_in_a_row", 2)]), "test-again");
    assert_eq!(of(&[("pain", 8), ("good_in_a_row", 0), ("spread_in_a_row", 2)]), "acute");
}
