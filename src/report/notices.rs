//! What was more than exercise: answers that referred to somebody, advice, sessions that were refused, and who
//! acknowledged it.

use crate::history::{ADVISED, Answer, BY_CLOCK, History, Moment, What};
use crate::script::Refer;

use super::names::Names;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// An answer that referred to somebody: the question's title, and the answer's id.
    Referred {
        to: Refer,
        question: String,
        answer: Option<String>,
    },
    /// The advice of this rule was said.
    Advised {
        rule: String,
    },
    /// This gate refused a session.
    Refused {
        gate: String,
        session: String,
    },
    Acknowledged {
        gate: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub when: Moment,
    pub what: Noticed,
}

pub(super) fn collect(history: &History, names: &Names) -> Vec<Notice> {
    let noticed = history.rows.iter().filter_map(|row| {
        let what = match &row.what {
            What::Answer(answer) => referred(answer, names)?,
            What::Note { note, about: Some(rule) } if note == ADVISED => {
                Noticed::Advised { rule: rule.clone() }
            }
            What::Refusal { gate, session } if !BY_CLOCK.contains(&gate.as_str()) => {
                Noticed::Refused { gate: gate.clone(), session: names.session(session) }
            }
            What::Acknowledgement { gate } => Noticed::Acknowledged { gate: gate.clone() },
            _ => return None,
        };
        Some(Notice { when: row.when, what })
    });
    noticed.collect()
}

fn referred(answer: &Answer, names: &Names) -> Option<Noticed> {
    let to = answer.refer.filter(|to| *to != Refer::Information)?;
    Some(Noticed::Referred { to, question: names.check_in(&answer.check_in), answer: answer.answer.clone() })
}
