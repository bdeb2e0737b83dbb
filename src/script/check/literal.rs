//! Where in a file a place within a TOML string stands.

use std::ops::Range;

/// `range` of the value of the string literal at `span`, as a range of the file; where the literal cannot be
/// followed, the whole literal.
pub(super) fn place(file: &str, span: &Range<usize>, value: &str, range: &Range<usize>) -> Range<usize> {
    let literal = file.get(span.clone()).unwrap_or_default();
    let Some(map) = map(literal, value) else {
        return span.clone();
    };
    let at = |index: usize| map.get(index.min(value.len())).copied().unwrap_or(literal.len());
    let start = span.start + at(range.start);
    start..(span.start + at(range.end.max(range.start))).max(start)
}

/// For each byte of the value, and its end, the byte of the literal that it comes from.
fn map(literal: &str, value: &str) -> Option<Vec<usize>> {
    let (quotes, escapes) = match literal {
        l if l.starts_with("\"\"\"") => (3, true),
        l if l.starts_with("'''") => (3, false),
        l if l.starts_with('"') => (1, true),
        l if l.starts_with('\'') => (1, false),
        _ => return None,
    };
    let mut reader = Reader { literal, at: quotes, end: literal.len().checked_sub(quotes)? };
    if quotes == 3 {
        reader.newline();
    }
    let mut map = Vec::with_capacity(value.len() + 1);
    for wanted in value.chars() {
        if escapes {
            reader.joined_lines(wanted);
        }
        map.extend(std::iter::repeat_n(reader.at, wanted.len_utf8()));
        if reader.next(escapes)? != wanted {
            return None;
        }
    }
    map.push(reader.at);
    Some(map)
}

struct Reader<'a> {
    literal: &'a str,
    at: usize,
    end: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.literal.get(self.at..self.end).unwrap_or_default()
    }

    fn newline(&mut self) -> bool {
        let length = match self.rest() {
            rest if rest.starts_with("\r\n") => 2,
            rest if rest.starts_with('\n') => 1,
            _ => 0,
        };
        self.at += length;
        length > 0
    }

    /// Skips a backslash at a line's end and the white space after it.
    fn joined_lines(&mut self, wanted: char) {
        while let Some(rest) = self.rest().strip_prefix('\\') {
            let blank = rest.len() - rest.trim_start().len();
            let is_joint = rest.get(..blank).is_some_and(|blank| blank.contains('\n'));
            if !is_joint || wanted == '\\' && blank == 0 {
                return;
            }
            self.at += 1 + blank;
        }
    }

    fn next(&mut self, escapes: bool) -> Option<char> {
        if self.rest().starts_with("\r\n") {
            // The value of a multi-line string has bare newlines.
            self.at += 2;
            return Some('\n');
        }
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        if c == '\\' && escapes { self.escape() } else { Some(c) }
    }

    fn escape(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(match c {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            'e' => '\u{1b}',
            '"' | '\\' => c,
            'x' => self.code(2)?,
            'u' => self.code(4)?,
            'U' => self.code(8)?,
            _ => return None,
        })
    }

    fn code(&mut self, digits: usize) -> Option<char> {
        let code = self.rest().get(..digits)?;
        let c = u32::from_str_radix(code, 16).ok().and_then(char::from_u32)?;
        self.at += digits;
        Some(c)
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    fn found(literal: &str, value: &str, part: &str) -> String {
        let file = format!("say = {literal}\n");
        let start = value.find(part).expect("part of the value");
        let range = place(&file, &(6..6 + literal.len()), value, &(start..start + part.len()));
        file[range].to_owned()
    }

    #[test]
    fn follows_every_kind_of_literal() {
        assert_eq!(found(r#""a {{ x }}""#, "a {{ x }}", "x"), "x");
        assert_eq!(found("'a {{ x }}'", "a {{ x }}", "x"), "x");
        assert_eq!(found("\"\"\"\na {{ x }}\"\"\"", "a {{ x }}", "x"), "x");
        assert_eq!(found("'''\r\na\r\n{{ x }}'''", "a\n{{ x }}", "x"), "x");
        assert_eq!(found(r#""\u00e9\t\"{{ x }}""#, "é\t\"{{ x }}", "x"), "x");
        assert_eq!(found("\"\"\"a \\\n   {{ x }}\"\"\"", "a {{ x }}", "x"), "x");
    }

    #[test]
    fn falls_back_to_the_whole_literal() {
        assert_eq!(place("say = \"abc\"", &(6..11), "xyz", &(0..1)), 6..11);
    }
}
