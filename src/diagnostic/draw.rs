//! A batch of diagnostics as text: `path:line:column: error: message`, the source line with a marker, the hint.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::renderer::{DEFAULT_EMPHASIS_STYLE, DEFAULT_ERROR_STYLE, DEFAULT_WARNING_STYLE};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Severity, Source, SourceId, Sources};

/// Draws `diagnostics`, sorted by file and place, without doubles.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, colour: bool) -> String {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by(|a, b| key(a, sources).cmp(&key(b, sources)));
    sorted.dedup();
    let mut out = String::new();
    let mut page = Page { sources, lines: HashMap::new(), colour };
    for diagnostic in sorted {
        if !out.is_empty() {
            out.push('\n');
        }
        page.draw(diagnostic, &mut out);
    }
    out
}

fn key<'a>(d: &'a Diagnostic, sources: &'a Sources) -> (&'a str, SourceId, usize, usize, Severity, &'a str) {
    let path = sources.get(d.source).map_or("", |source| &source.path);
    (path, d.source, d.span.start, d.span.end, d.severity, &d.message)
}

struct Page<'a> {
    sources: &'a Sources,
    /// Where the lines of each text begin.
    lines: HashMap<SourceId, Vec<usize>>,
    colour: bool,
}

/// One line of a source and the part of it that is meant.
struct Spot<'a> {
    path: &'a str,
    line: usize,
    /// Counted in characters, from 1.
    column: usize,
    text: &'a str,
    span: Range<usize>,
}

impl<'a> Page<'a> {
    fn draw(&mut self, diagnostic: &Diagnostic, out: &mut String) {
        let Some(spot) = self.spot(diagnostic.source, &diagnostic.span) else {
            return;
        };
        self.headline(diagnostic, &spot, out);
        let label = diagnostic.label.as_deref().map(printable);
        let marker = AnnotationKind::Primary.span(spot.span.clone()).label(label);
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let snippet = Snippet::source(spot.text).line_start(spot.line).annotation(marker);
        let mut group = Group::with_level(level).element(snippet);
        if let Some(also) = &diagnostic.also
            && let Some(spot) = self.spot(also.source, &also.span)
        {
            let marker = AnnotationKind::Context.span(spot.span.clone()).label(printable(&also.label));
            let snippet = Snippet::source(spot.text).line_start(spot.line).path(spot.path);
            group = group.element(snippet.annotation(marker));
        }
        let renderer = if self.colour { Renderer::styled() } else { Renderer::plain() };
        out.push_str(&renderer.render(&[group]));
        out.push('\n');
        if let Some(hint) = &diagnostic.hint {
            let _ = writeln!(out, "help: {}", printable(hint));
        }
    }

    fn headline(&self, diagnostic: &Diagnostic, spot: &Spot<'_>, out: &mut String) {
        let (style, word) = match diagnostic.severity {
            Severity::Error => (DEFAULT_ERROR_STYLE, "error"),
            Severity::Warning => (DEFAULT_WARNING_STYLE, "warning"),
        };
        let (path, message) = (printable(spot.path), printable(&diagnostic.message));
        let Spot { line, column, .. } = spot;
        let _ = if self.colour {
            let bold = DEFAULT_EMPHASIS_STYLE;
            writeln!(
                out,
                "{bold}{path}:{line}:{column}:{bold:#} {style}{word}{style:#}{bold}: {message}{bold:#}"
            )
        } else {
            writeln!(out, "{path}:{line}:{column}: {word}: {message}")
        };
    }

    /// Only the first line of a longer span is shown.
    fn spot(&mut self, id: SourceId, span: &Range<usize>) -> Option<Spot<'a>> {
        let Source { path, text, .. } = self.sources.get(id)?;
        let starts = self.lines.entry(id).or_insert_with(|| line_starts(text));
        let start = boundary(text, span.start);
        let index = starts.partition_point(|&s| s <= start).saturating_sub(1);
        let begin = starts.get(index).copied().unwrap_or(0);
        let line = text.get(begin..)?.lines().next().unwrap_or_default();
        let from = (start - begin).min(line.len());
        let to = boundary(line, span.end.saturating_sub(begin).clamp(from, line.len()));
        let column = line.get(..from)?.chars().count() + 1;
        Some(Spot { path, line: index + 1, column, text: line, span: from..to })
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// The nearest place at or before `at` where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Control characters of a script must not reach the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
