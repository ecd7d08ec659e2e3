//! TOML values, each with its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value before it is checked against its key.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Decimal(f64),
    /// `true` or `false`.
    Flag(bool),
    /// An array.
    List(Vec<Placed>),
    /// Keys and values, in the order of the file.
    Table(Vec<(String, Placed)>),
    /// A value that no key accepts, such as a date or a too large number.
    Other(String),
}

/// A value and its line, from 1; for a key of a table, the line of the key.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Placed {
    /// The value.
    pub value: Value,
    /// The line.
    pub line: usize,
}

impl Value {
    /// Parses what follows the `=` in a file; other text is a string without quotes.
    pub fn of_text(text: &str) -> Self {
        let read = parse(&format!("value = {text}")).ok().filter(|table| table.len() == 1);
        read.and_then(|mut table| table.pop()).map_or_else(|| text.into(), |(_, placed)| placed.value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T: AsRef<str>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let placed = |text: T| Placed { value: text.as_ref().into(), line: 1 };
        Self::List(texts.into_iter().map(placed).collect())
    }
}

/// The table of a whole document, or the line of the first mistake and its description.
pub(super) fn parse(text: &str) -> Result<Vec<(String, Placed)>, (usize, String)> {
    let lines = Lines(text);
    match DeTable::parse(text) {
        Ok(table) => Ok(lines.table(table.get_ref())),
        Err(error) => {
            let span = error.span().unwrap_or_default();
            Err((lines.line_at(span.start), in_words(error.message(), text.get(span).unwrap_or_default())))
        }
    }
}

/// The parser's message about this part of a document, with a correction where it is not obvious.
fn in_words(message: &str, part: &str) -> String {
    if message == "duplicate key" {
        return format!("{part} occurs twice in this file: merge the two");
    }
    message.replace('\n', " ")
}

struct Lines<'t>(&'t str);

impl Lines<'_> {
    fn line_at(&self, offset: usize) -> usize {
        let before = self.0.bytes().take(offset);
        1 + before.filter(|byte| *byte == b'\n').count()
    }

    fn table(&self, table: &DeTable<'_>) -> Vec<(String, Placed)> {
        let mut keys: Vec<_> = table.iter().collect();
        keys.sort_by_key(|(key, _)| key.span().start);
        let placed = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| Placed {
            value: self.value(value.get_ref()),
            line: self.line_at(key.span().start),
        };
        keys.into_iter().map(|(key, value)| (key.get_ref().to_string(), placed((key, value)))).collect()
    }

    fn value(&self, value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => {
                let read = i64::from_str_radix(number.as_str(), number.radix());
                read.map_or_else(|_| Value::Other(number.to_string()), Value::Integer)
            }
            DeValue::Float(number) => {
                let read = number.as_str().parse();
                read.map_or_else(|_| Value::Other(number.to_string()), Value::Decimal)
            }
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Datetime(date) => Value::Other(date.to_string()),
            DeValue::Array(items) => Value::List(
                items
                    .iter()
                    .map(|item| Placed {
                        value: self.value(item.get_ref()),
                        line: self.line_at(item.span().start),
                    })
                    .collect(),
            ),
            DeValue::Table(table) => Value::Table(self.table(table)),
        }
    }
}

impl Value {
    /// Its description in messages about unexpected values.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Integer(number) => number.to_string(),
            Self::Decimal(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::List(_) => "a list".into(),
            Self::Table(_) => "a table".into(),
            Self::Other(text) => text.clone(),
        }
    }
}

/// A text as a TOML string (TOML 1.0, "String").
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.extend(format!("\\U{:08X}", letter as u32).chars()),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
