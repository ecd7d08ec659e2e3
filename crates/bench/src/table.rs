//! Rows as a table or as JSON lines, each printed as soon as it is known.

use std::error::Error;
use std::io::{Write, stdout};

use serde_json::{Map, Value};

/// Prints rows of equal columns.
pub(crate) struct Table<const COLUMNS: usize> {
    fields: [&'static str; COLUMNS],
    json: bool,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// Starts a table; `fields` are the names in JSON and the headings.
    pub(crate) fn start(fields: [&'static str; COLUMNS], json: bool) -> Result<Self, Box<dyn Error>> {
        if !json {
            let headings = fields.map(|field| format!("{:>24}", field.replace('_', " ")));
            writeln!(stdout(), "{}", headings.concat())?;
        }
        Ok(Self { fields, json })
    }

    pub(crate) fn row(&self, values: [f64; COLUMNS]) -> Result<(), Box<dyn Error>> {
        let mut out = stdout();
        if self.json {
            let fields = self.fields.iter().map(|field| (*field).to_owned());
            let object: Map<String, Value> = fields.zip(values.map(number)).collect();
            writeln!(out, "{}", Value::Object(object))?;
        } else {
            writeln!(out, "{}", values.map(|value| format!("{:>24}", grouped(value))).concat())?;
        }
        out.flush()?;
        Ok(())
    }
}

/// A JSON number; whole numbers as integers.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { Value::from(value as i64) } else { Value::from(value) }
}

/// Formats a number with separated thousands, and with decimals only if it is small.
fn grouped(value: f64) -> String {
    if value.fract() != 0.0 && value.abs() < 1000.0 {
        return format!("{value:.3}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Prints named numbers, each on a line of its own, or all of them in one JSON object.
pub(crate) fn print_object(fields: &Map<String, Value>, json: bool) -> Result<(), Box<dyn Error>> {
    let mut out = stdout();
    if json {
        writeln!(out, "{}", Value::Object(fields.clone()))?;
    } else {
        for (name, value) in fields {
            writeln!(out, "{:>36}  {value}", name.replace('_', " "))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped_and_small_ones_keep_their_fractions() {
        assert_eq!(grouped(35_000_000.0), "35 000 000");
        assert_eq!(grouped(1234.5), "1 234");
        assert_eq!(grouped(0.25), "0.250");
        assert_eq!(grouped(7.0), "7");
    }

    #[test]
    fn whole_numbers_are_whole_in_json() {
        assert_eq!(number(100.0).to_string(), "100");
        assert_eq!(number(0.5).to_string(), "0.5");
    }
}
