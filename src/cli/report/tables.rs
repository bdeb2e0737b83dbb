//! What the report is made of: a few lines about the whole, and tables.

use jiff::civil::Date;

use crate::history::{Ending, Take};
use crate::report::{Change, Exercise, Felt, Notice, Noticed, Period, Question, Report, Unit};
use crate::script::Refer;

use super::super::history::{ended, minutes};
use super::table::{Column, Table, number, one, or_dash, signed, words};

/// Where the lines for an important change come from.
pub const SOURCE: &str = "Farrar and others 2001, Pain 94:149-158";

/// Name and value.
pub type Fact = (&'static str, String);

pub fn summary(report: &Report) -> Vec<Fact> {
    let count = report.sessions.len();
    let total = report.sessions.iter().map(|session| minutes(session.lasted)).sum::<i64>();
    let each = total as f64 / count.max(1) as f64;
    let days = &report.days;
    vec![
        ("Sessions", format!("{count}: {}", endings(report))),
        ("Time", format!("{} h {} min; {} min a session", total / 60, total % 60, one(each))),
        ("Days of practice", days.practised.to_string()),
        ("Most days in a row", days.longest.to_string()),
        ("Days in a row now", days.current.to_string()),
    ]
}

fn endings(report: &Report) -> String {
    let order = [
        Some(Ending::Done),
        Some(Ending::EndedEarly),
        Some(Ending::Symptoms),
        Some(Ending::Emergency),
        Some(Ending::Interrupted),
        None,
    ];
    let counted = order.into_iter().filter_map(|ending| {
        let count = report.sessions.iter().filter(|session| session.ending == ending).count();
        (count > 0).then(|| format!("{count} {}", ended(ending)))
    });
    counted.collect::<Vec<_>>().join(", ")
}

/// First and last days, and what lies between.
pub fn change(report: &Report) -> Vec<Fact> {
    let Some(change) = &report.change else {
        return vec![("Change", "there are fewer than two days with a number to compare".to_owned())];
    };
    let window = |window: &crate::report::Window| {
        let days = if window.days == 1 { "day" } else { "days" };
        format!("{} ({} {days}, {} to {})", one(window.mean), window.days, window.from, window.to)
    };
    vec![
        ("First days", window(&change.first)),
        ("Last days", window(&change.last)),
        ("Change", difference(change)),
        ("Important change", important(change)),
    ]
}

fn difference(change: &Change) -> String {
    let points = signed(change.points(), 1);
    match change.share() {
        Some(share) => format!("{points} points, {} %", signed(share * 100.0, 0)),
        None => format!("{points} points; no percentage, since the first days had no pain"),
    }
}

fn important(change: &Change) -> String {
    let lines = [
        change.points_line().map(|line| format!("2 points lower is {}", one(line))),
        change.share_line().map(|line| format!("30 % lower is {}", one(line))),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    if lines.is_empty() { "no line below the first days".to_owned() } else { lines.join(", ") }
}

/// How a period is called; its first day, its month, its year.
pub fn name(unit: Unit, start: Date) -> String {
    let form = match unit {
        Unit::Day | Unit::Week => "%Y-%m-%d",
        Unit::Month => "%Y-%m",
        Unit::Year => "%Y",
    };
    start.strftime(form).to_string()
}

pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Day => "day",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Year => "year",
    }
}

fn by_period(
    report: &Report,
    (id, what): (&'static str, &str),
    columns: [Column; 2],
    cells: impl Fn(&Period) -> [String; 2],
) -> Table {
    let first = match report.periods.unit {
        Unit::Day => "Day",
        Unit::Week => "Week from",
        Unit::Month => "Month",
        Unit::Year => "Year",
    };
    let caption = format!("{what} by {}", unit(report.periods.unit));
    let rows = report.periods.all.iter().map(|period| {
        let name = name(report.periods.unit, period.start);
        std::iter::once(name).chain(cells(period)).collect()
    });
    let head = std::iter::once(words(first)).chain(columns).collect();
    Table { id, caption, head, rows: rows.collect() }
}

pub fn pain(report: &Report) -> Table {
    by_period(
        report,
        ("pain-figures", "Mean pain before and after the exercises,"),
        [number("Before"), number("After")],
        |period| [or_dash(period.before.value()), or_dash(period.after.value())],
    )
}

pub fn practice(report: &Report) -> Table {
    by_period(
        report,
        ("time-figures", "Sessions and minutes,"),
        [number("Sessions"), number("Minutes")],
        |period| [period.sessions.to_string(), minutes(period.lasted).to_string()],
    )
}

pub fn directions(report: &Report) -> Table {
    let felt = [Felt::Helped, Felt::Same, Felt::Worse, Felt::Spread, Felt::Unknown];
    let rows = report.directions.iter().map(|direction| {
        let name = direction.name.clone().unwrap_or_else(|| "something else".to_owned());
        std::iter::once(name).chain(felt.map(|felt| direction.times(felt).to_string())).collect()
    });
    Table {
        id: "directions",
        caption: "Answers about each direction of movement".to_owned(),
        head: vec![
            words("Direction"),
            number("Eased"),
            number("Same"),
            number("Worse"),
            number("Spread"),
            number("No answer"),
        ],
        rows: rows.collect(),
    }
}

pub fn exercises(report: &Report) -> Table {
    let row = |exercise: &Exercise| {
        let Exercise { done, skipped, easier, harder, worse, helped, spread, .. } = exercise;
        let counts = [done, skipped, easier, harder, worse, helped, spread].map(ToString::to_string);
        let last = exercise.last.as_ref().map_or_else(|| "-".to_owned(), dose);
        std::iter::once(exercise.title.clone()).chain(counts).chain([last]).collect()
    };
    Table {
        id: "exercises",
        caption: "How often each exercise was done, and what was told of it".to_owned(),
        head: vec![
            words("Exercise"),
            number("Done"),
            number("Skipped"),
            number("Easier"),
            number("Harder"),
            number("Worse"),
            number("Eased"),
            number("Spread"),
            words("Last dose"),
        ],
        rows: report.exercises.iter().map(row).collect(),
    }
}

fn dose(take: &Take) -> String {
    let amount = match (take.reps, take.hold) {
        (Some(reps), _) => format!("{reps} times"),
        (None, Some(hold)) => format!("{} s", hold / 1000),
        (None, None) => "as it was".to_owned(),
    };
    let amount = if take.sets > 1 { format!("{} sets of {amount}", take.sets) } else { amount };
    take.level.as_ref().map_or(amount.clone(), |level| format!("{level}, {amount}"))
}

pub fn questions(report: &Report) -> Table {
    let row = |question: &Question| {
        vec![question.title.clone(), told(question), question.silent.to_string(), question.last.to_string()]
    };
    Table {
        id: "answers",
        caption: "Answers to each question".to_owned(),
        head: vec![words("Question"), words("Answers"), number("No answer"), words("Last asked")],
        rows: report.questions.iter().map(row).collect(),
    }
}

fn told(question: &Question) -> String {
    let words =
        question.answers.iter().map(|(answer, count)| format!("{} {count}", answer.replace('-', " ")));
    let numbers = question.numbers.map(|numbers| {
        let mean = or_dash(numbers.mean.value());
        format!("{} numbers from {} to {}, mean {mean}", numbers.mean.count, numbers.lowest, numbers.highest)
    });
    let told: Vec<String> = numbers.into_iter().chain(words).collect();
    if told.is_empty() { "-".to_owned() } else { told.join(", ") }
}

pub fn notices(report: &Report) -> Table {
    let row = |notice: &Notice| {
        let when = notice.when.local().strftime("%Y-%m-%d %H:%M").to_string();
        let (kind, what) = noticed(&notice.what);
        vec![when, kind.to_owned(), what]
    };
    Table {
        id: "referrals",
        caption: "Referrals, advice, and sessions that were refused".to_owned(),
        head: vec![words("When"), words("What"), words("About")],
        rows: report.notices.iter().map(row).collect(),
    }
}

fn noticed(noticed: &Noticed) -> (&'static str, String) {
    match noticed {
        Noticed::Referred { to, question, answer } => {
            let answer =
                answer.as_ref().map_or_else(|| "no answer".to_owned(), |answer| answer.replace('-', " "));
            let to = if *to == Refer::Emergency { "emergency" } else { "referred to a professional" };
            (to, format!("{question}: {answer}"))
        }
        Noticed::Advised { rule } => ("advice said", rule.clone()),
        Noticed::Refused { gate, session } => ("session refused", format!("{session} ({gate})")),
        Noticed::Acknowledged { gate } => ("acknowledged at the keyboard", gate.clone()),
    }
}
