//! A table, before it is text or HTML: both show the same figures.

use serde::Serialize;

/// The first cell of a row is its heading.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// Name for links.
    pub id: &'static str,
    pub caption: String,
    pub head: Vec<Column>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Column {
    pub name: &'static str,
    /// Stands to the right.
    pub number: bool,
}

pub const fn words(name: &'static str) -> Column {
    Column { name, number: false }
}

pub const fn number(name: &'static str) -> Column {
    Column { name, number: true }
}

/// A number that there may be none of.
pub fn or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), one)
}

/// With one decimal.
pub fn one(value: f64) -> String {
    // No "-0.0".
    format!("{:.1}", (value * 10.0).round() / 10.0 + 0.0)
}

/// With a sign.
pub fn signed(value: f64, decimals: usize) -> String {
    let shift = 10_f64.powi(i32::try_from(decimals).unwrap_or_default());
    format!("{:+.decimals$}", (value * shift).round() / shift + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_negative_zero() {
        assert_eq!((one(-0.04).as_str(), one(6.66).as_str()), ("0.0", "6.7"));
        assert_eq!((signed(-0.04, 1).as_str(), signed(-4.66, 1).as_str()), ("+0.0", "-4.7"));
        assert_eq!((signed(0.6, 0).as_str(), signed(-70.1, 0).as_str()), ("+1", "-70"));
    }
}
