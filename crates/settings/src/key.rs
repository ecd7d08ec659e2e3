//! One key of a table, with its value.

use alloc::string::String;
use core::fmt;

use crate::value::{PlainValue, SettingKind, SettingType};

/// One key: what it is, and its value in a struct of settings.
#[non_exhaustive]
pub struct SettingKey<'s> {
    /// As an operator writes it.
    pub name: &'static str,
    /// The table that it is in, inside of the struct's own.
    pub table: Option<&'static str>,
    /// What values it takes.
    pub kind: SettingKind,
    /// The range of a number, if not all of its type are allowed.
    pub range: Option<SettingRange>,
    /// How a value looks, where no default shows it.
    pub example: Option<PlainValue>,
    lines: &'static [&'static str],
    value: &'s mut dyn Slot,
    is_in_ms: bool,
}

/// The least and the greatest allowed number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SettingRange {
    /// Of whole numbers.
    Whole(u64, u64),
    /// Of numbers with fractions, and of seconds.
    Decimal(f64, f64),
}

/// A value whose type is known to itself only.
trait Slot {
    fn plain(&self) -> PlainValue;
    fn set(&mut self, value: &PlainValue) -> bool;
}

impl<T: SettingType> Slot for T {
    fn plain(&self) -> PlainValue {
        self.to_plain()
    }

    fn set(&mut self, value: &PlainValue) -> bool {
        let Some(value) = T::from_plain(value) else { return false };
        *self = value;
        true
    }
}

impl<'s> SettingKey<'s> {
    /// A key without an example and a range, with the lines of its documentation.
    pub fn new<T: SettingType>(name: &'static str, lines: &'static [&'static str], value: &'s mut T) -> Self {
        Self { name, table: None, kind: T::kind(), range: None, example: None, lines, value, is_in_ms: false }
    }

    /// The same in a table inside of the struct's own.
    #[must_use]
    pub fn in_table(self, table: &'static str) -> Self {
        Self { table: Some(table), ..self }
    }

    /// The same for a [`Duration`](core::time::Duration) that is written in whole milliseconds.
    #[must_use]
    pub fn ms(self) -> Self {
        Self { kind: SettingKind::Whole(u32::MAX.into()), is_in_ms: true, ..self }
    }

    /// How a value looks.
    #[must_use]
    pub fn with_example(self, example: impl Into<PlainValue>) -> Self {
        Self { example: Some(example.into()), ..self }
    }

    /// The least and the greatest allowed number.
    #[must_use]
    pub fn with_range(self, least: impl Into<PlainValue>, most: impl Into<PlainValue>) -> Self {
        let range = match (&self.kind, least.into(), most.into()) {
            (SettingKind::Decimal, least, most) => least.as_decimal().zip(most.as_decimal()).map(decimal),
            (_, PlainValue::Whole(least), PlainValue::Whole(most)) => Some(SettingRange::Whole(least, most)),
            _ => None,
        };
        Self { range, ..self }
    }

    /// What an operator reads: the first paragraph of the documentation, in one line.
    pub fn about(&self) -> String {
        let mut about = String::new();
        for line in self.lines.iter().map(|line| line.trim()).take_while(|line| !line.is_empty()) {
            if !about.is_empty() {
                about.push(' ');
            }
            about.push_str(line);
        }
        about
    }

    /// The value.
    pub fn value(&self) -> PlainValue {
        match self.value.plain() {
            PlainValue::Decimal(seconds) if self.is_in_ms => {
                PlainValue::Whole((seconds * 1000.0 + 0.5) as u64)
            }
            value => value,
        }
    }

    /// Sets the value, if it is of the key's kind; the range is the caller's concern.
    pub fn set(&mut self, value: &PlainValue) -> bool {
        match value {
            PlainValue::Whole(ms) if self.is_in_ms => {
                self.value.set(&PlainValue::Decimal(*ms as f64 / 1000.0))
            }
            _ if self.is_in_ms => false,
            value => self.value.set(value),
        }
    }
}

impl fmt::Debug for SettingKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SettingKey").field("name", &self.name).finish_non_exhaustive()
    }
}

fn decimal((least, most): (f64, f64)) -> SettingRange {
    SettingRange::Decimal(least, most)
}
