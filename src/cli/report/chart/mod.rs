//! Charts as SVG: lines of pain, columns of minutes. Owns ink, axes and places. The colours that are written are those of
//! a light page; the style sheet replaces them by name.

mod axis;

use anyhow::anyhow;
use plotters::backend::SVGBackend;
use plotters::chart::ChartContext;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::report::{Change, Mean, Period, Periods};

use super::super::history::minutes;
use axis::{Time, middle, span};

/// A colour by what it is for.
pub struct Ink {
    pub name: &'static str,
    pub light: RGBColor,
    pub dark: &'static str,
    /// Of its lines, as in `stroke-dasharray`.
    pub dashes: &'static str,
}

const fn ink(name: &'static str, light: RGBColor, dark: &'static str, dashes: &'static str) -> Ink {
    Ink { name, light, dark, dashes }
}

static TEXT: Ink = ink("text", RGBColor(0x22, 0x2B, 0x33), "#E4E8EB", "none");
static GRID: Ink = ink("grid", RGBColor(0xDD, 0xE2, 0xE6), "#353D45", "none");
static BEFORE: Ink = ink("before", RGBColor(0x0B, 0x5F, 0xA5), "#7FC1FF", "none");
static AFTER: Ink = ink("after", RGBColor(0xA8, 0x4A, 0x08), "#FFB27A", "none");
static LINE: Ink = ink("line", RGBColor(0x5B, 0x65, 0x6E), "#A9B2BA", "7 5");
static COLUMN: Ink = ink("column", RGBColor(0x2F, 0x75, 0x66), "#72C4B0", "none");
pub static INKS: [&Ink; 6] = [&TEXT, &GRID, &BEFORE, &AFTER, &LINE, &COLUMN];

impl Ink {
    /// As it stands in a chart.
    pub fn written(&self) -> String {
        let RGBColor(red, green, blue) = self.light;
        format!("#{red:02X}{green:02X}{blue:02X}")
    }
}

pub const WIDTH: u32 = 760;
pub const HEIGHT: u32 = 280;
/// Room on the right, for what lines are called.
const RIGHT: u32 = 96;
/// Two names closer than this would run into each other.
const APART: i32 = 15;
/// More points than this stand close together.
const CROWD: usize = 60;
const SIZE: f64 = 15.0;

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Time, RangedCoordf64>>;
/// What the library says when it cannot write, which a string always can.
type Drawn<T> = Result<T, DrawingAreaErrorKind<std::io::Error>>;

/// What stands between `<svg>` and `</svg>`.
fn draw(on: impl FnOnce(&Area) -> Drawn<()>) -> anyhow::Result<String> {
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
    on(&area).and_then(|()| area.present()).map_err(|error| anyhow!("the chart cannot be drawn: {error}"))?;
    drop(area);
    let inside = svg.split_once('>').and_then(|(_, rest)| rest.rsplit_once("</svg>"));
    Ok(inside.map(|(inside, _)| inside.trim().to_owned()).unwrap_or_default())
}

/// Mean pain before and after the exercises, and the lines of an important change.
pub fn pain(periods: &Periods, change: Option<&Change>) -> anyhow::Result<String> {
    draw(|area| {
        let mut chart = frame(area, periods, 10.0, 11)?;
        if let Some(change) = change {
            important(area, &mut chart, periods, change)?;
        }
        series(&mut chart, periods, &BEFORE, |period| period.before)?;
        series(&mut chart, periods, &AFTER, |period| period.after)
    })
}

/// Minutes of each period.
pub fn time(periods: &Periods) -> anyhow::Result<String> {
    let of = |period: &Period| minutes(period.lasted) as f64;
    let most = periods.all.iter().map(of).fold(0.0, f64::max);
    draw(|area| {
        let mut chart = frame(area, periods, (most * 1.1).max(10.0), 6)?;
        let columns = periods.all.iter().filter(|period| of(period) > 0.0).map(|period| {
            let (from, to) = span(period);
            let gap = (to - from) * 0.12;
            Rectangle::new([(from + gap, 0.0), (to - gap, of(period))], COLUMN.light.filled())
        });
        chart.draw_series(columns).map(drop)
    })
}

fn frame<'a, 'b>(area: &'a Area<'b>, periods: &Periods, top: f64, labels: usize) -> Drawn<Chart<'a, 'b>> {
    let mut chart = ChartBuilder::on(area)
        .margin_top(12)
        .margin_left(4)
        .margin_right(RIGHT)
        .x_label_area_size(34)
        .y_label_area_size(40)
        .build_cartesian_2d(Time::of(periods), 0.0..top)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(GRID.light)
        .light_line_style(TRANSPARENT)
        .axis_style(TEXT.light)
        .label_style(("sans-serif", SIZE).into_font().color(&TEXT.light))
        .x_labels(axis::TICKS)
        .y_labels(labels)
        .y_label_formatter(&|value| format!("{value:.0}"))
        .draw()?;
    Ok(chart)
}

/// One line, with a point for each period; broken where there was no number.
fn series(chart: &mut Chart, periods: &Periods, ink: &Ink, of: fn(&Period) -> Mean) -> Drawn<()> {
    let point = |period: &Period| Some((middle(period), of(period).value()?));
    let points: Vec<Option<(f64, f64)>> = periods.all.iter().map(point).collect();
    for run in points.split(Option::is_none) {
        let run: Vec<(f64, f64)> = run.iter().copied().flatten().collect();
        chart.draw_series(LineSeries::new(run.iter().copied(), ink.light.stroke_width(2)))?;
        // Round before, square after: the colour is not needed to tell them apart.
        let style = ink.light.filled();
        let size: i32 = if periods.all.len() > CROWD { 2 } else { 3 };
        if ink.name == AFTER.name {
            let square = || Rectangle::new([(-size, -size), (size, size)], style);
            chart.draw_series(run.iter().map(|point| EmptyElement::at(*point) + square()))?;
        } else {
            chart.draw_series(run.iter().map(|point| Circle::new(*point, size, style)))?;
        }
    }
    Ok(())
}

/// The lines, named beside the chart.
fn important(area: &Area, chart: &mut Chart, periods: &Periods, change: &Change) -> Drawn<()> {
    let Some((from, to)) = axis::ends(periods) else { return Ok(()) };
    let lines = [(change.points_line(), "-2 points"), (change.share_line(), "-30 %")];
    let mut named = Vec::new();
    for (pain, name) in lines.into_iter().filter_map(|(pain, name)| Some((pain?, name))) {
        chart.draw_series(LineSeries::new([(from, pain), (to, pain)], LINE.light.stroke_width(1)))?;
        named.push((chart.backend_coord(&(to, pain)), name));
    }
    named.sort_by_key(|((_, y), _)| *y);
    let style = ("sans-serif", SIZE).into_font().color(&LINE.light).pos(Pos::new(HPos::Left, VPos::Center));
    let mut lowest = i32::MIN;
    for ((x, y), name) in named {
        lowest = y.max(lowest.saturating_add(APART));
        area.draw(&Text::new(name, (x + 8, lowest), style.clone()))?;
    }
    Ok(())
}
