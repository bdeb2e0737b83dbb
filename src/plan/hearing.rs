//! The words around answers and commands, folded. Owns nothing but the lists.

use std::collections::BTreeMap;

use crate::script::{At, Hearing, fold};

/// [`Hearing`], each text as [`fold`] gives it.
#[derive(Clone, Debug, Default)]
pub struct HearingWords {
    pub filler: Vec<String>,
    pub not: Vec<String>,
    pub article: Vec<String>,
    pub correction: Vec<String>,
    pub or: Vec<String>,
    pub point: Vec<String>,
    pub half: Vec<String>,
    pub yes: Vec<String>,
    pub no: Vec<String>,
    pub near: Vec<String>,
    pub alike: BTreeMap<String, String>,
}

impl HearingWords {
    pub(super) fn new(hearing: &Hearing) -> Self {
        Self {
            filler: folded(&hearing.filler),
            not: folded(&hearing.not),
            article: folded(&hearing.article),
            correction: folded(&hearing.correction),
            or: folded(&hearing.or),
            point: folded(&hearing.point),
            half: folded(&hearing.half),
            yes: folded(&hearing.yes),
            no: folded(&hearing.no),
            near: folded(&hearing.near),
            alike: hearing.alike.iter().map(|(heard, meant)| (fold(heard), fold(meant))).collect(),
        }
    }
}

fn folded(texts: &[At<String>]) -> Vec<String> {
    texts.iter().map(|text| fold(text)).filter(|text| !text.is_empty()).collect()
}
