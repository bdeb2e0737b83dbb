//! The report as one page of HTML that loads nothing and runs nothing. Owns what stands where; `page.html` has the words.

use anyhow::Context;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;

use crate::report::{Mean, Period, Report, Session};

use super::super::history::{ended, felt, minutes};
use super::chart::{self, HEIGHT, INKS, WIDTH};
use super::table::{Table, number, one, words};
use super::tables::{self, Fact, SOURCE};

const PAGE: &str = include_str!("page.html");

/// So many of the last sessions are listed one by one.
const SESSIONS: usize = 30;

#[derive(Serialize)]
struct Page {
    first: String,
    last: String,
    made: String,
    /// Of titles from the files; the page itself is English.
    language: String,
    inks: Vec<Ink>,
    width: u32,
    height: u32,
    source: &'static str,
    unit: &'static str,
    summary: Vec<Fact>,
    change: Vec<Fact>,
    pain: Chart,
    time: Chart,
    tables: Vec<Section>,
}

#[derive(Serialize)]
struct Ink {
    name: &'static str,
    written: String,
    dark: &'static str,
    dashes: &'static str,
}

/// A drawing with the words for somebody who does not see it.
#[derive(Serialize)]
struct Chart {
    title: String,
    description: String,
    drawing: Value,
    table: Table,
}

#[derive(Serialize)]
struct Section {
    title: &'static str,
    table: Table,
}

/// The page, with titles of `language`.
pub fn page(report: &Report, language: &str) -> anyhow::Result<String> {
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let page = Value::from(Serde(filled(report, language)?));
    let rendered = environment.template_from_str(PAGE).and_then(|template| template.render(page));
    rendered.context("the page cannot be written")
}

fn filled(report: &Report, language: &str) -> anyhow::Result<Page> {
    let day = |session: Option<&Session>| session.map(|session| session.began.day().to_string());
    let inks =
        INKS.map(|ink| Ink { name: ink.name, written: ink.written(), dark: ink.dark, dashes: ink.dashes });
    Ok(Page {
        first: day(report.sessions.first()).unwrap_or_default(),
        last: day(report.sessions.last()).unwrap_or_default(),
        made: report.today.to_string(),
        language: language.to_owned(),
        inks: inks.into(),
        width: WIDTH,
        height: HEIGHT,
        source: SOURCE,
        unit: tables::unit(report.periods.unit),
        summary: tables::summary(report),
        change: tables::change(report),
        pain: pain(report)?,
        time: time(report)?,
        tables: sections(report),
    })
}

fn pain(report: &Report) -> anyhow::Result<Chart> {
    let table = tables::pain(report);
    let of = |name, of: fn(&Period) -> Mean| {
        let means = report.periods.all.iter().filter_map(|period| of(period).value());
        format!("{name} the exercises: {}.", range(&means.collect::<Vec<_>>()))
    };
    let before = of("Before", |period| period.before);
    let after = of("After", |period| period.after);
    let lines = report.change.as_ref().map_or(String::new(), |change| {
        let line =
            |line: Option<f64>, name| line.map(|line| format!(" A dashed line at {} is {name}.", one(line)));
        let points = line(change.points_line(), "two points below the first days");
        let share = line(change.share_line(), "30 % below them");
        [points, share].into_iter().flatten().collect()
    });
    Ok(Chart {
        title: format!("Pain by {}, from 0 to 10", tables::unit(report.periods.unit)),
        description: format!("{before} {after}{lines} The table `{}` has each number.", table.caption),
        drawing: Value::from_safe_string(chart::pain(&report.periods, report.change.as_ref())?),
        table,
    })
}

fn time(report: &Report) -> anyhow::Result<Chart> {
    let table = tables::practice(report);
    let minutes = report.periods.all.iter().map(|period| minutes(period.lasted) as f64);
    Ok(Chart {
        title: format!("Minutes by {}", tables::unit(report.periods.unit)),
        description: format!(
            "Minutes: {}. The table `{}` has each number.",
            range(&minutes.collect::<Vec<_>>()),
            table.caption
        ),
        drawing: Value::from_safe_string(chart::time(&report.periods)?),
        table,
    })
}

/// First, last, lowest and highest.
fn range(values: &[f64]) -> String {
    let Some((first, last)) = values.first().zip(values.last()) else { return "no number".to_owned() };
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("first {}, last {}, lowest {}, highest {}", one(*first), one(*last), one(lowest), one(highest))
}

fn sections(report: &Report) -> Vec<Section> {
    let section = |title, table| Section { title, table };
    vec![
        section("What eased and what spread", tables::directions(report)),
        section("Exercises", tables::exercises(report)),
        section("Answers", tables::questions(report)),
        section("Referrals", tables::notices(report)),
        section("Last sessions", last(report)),
    ]
}

fn last(report: &Report) -> Table {
    let hidden = report.sessions.len().saturating_sub(SESSIONS);
    let shown = report.sessions.iter().skip(hidden);
    Table {
        id: "sessions",
        caption: format!("The last {} of {} sessions", shown.len(), report.sessions.len()),
        head: vec![
            words("Began"),
            words("Session"),
            number("Minutes"),
            words("Ended"),
            number("Before"),
            number("After"),
            words("Directions"),
        ],
        rows: shown.map(row).collect(),
    }
}

fn row(session: &Session) -> Vec<String> {
    let pain = |pain: Option<i64>| pain.map_or_else(|| "-".to_owned(), |pain| pain.to_string());
    vec![
        session.began.local().strftime("%Y-%m-%d %H:%M").to_string(),
        session.title.clone(),
        minutes(session.lasted).to_string(),
        ended(session.ending).to_owned(),
        pain(session.before),
        pain(session.after),
        felt(session),
    ]
}
