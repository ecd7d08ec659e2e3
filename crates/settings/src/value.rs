//! Values of settings, and the types that have them.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::time::Duration;

/// A value, whatever the type of its field.
#[derive(Clone, Debug, PartialEq)]
pub enum PlainValue {
    /// No value, for an [`Option`].
    None,
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Whole(u64),
    /// A number with a fraction; seconds, for a duration.
    Decimal(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<PlainValue>),
}

impl PlainValue {
    /// A number, whole or not.
    pub fn as_decimal(&self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(*number as f64),
            Self::Decimal(number) => Some(*number),
            Self::None | Self::Flag(_) | Self::Text(_) | Self::List(_) => None,
        }
    }
}

/// What values a key takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// True or false.
    Flag,
    /// A whole number up to this one.
    Whole(u64),
    /// A number with a fraction.
    Decimal,
    /// A text.
    Text,
    /// The path of a file or folder.
    #[cfg(feature = "std")]
    Path,
    /// An IP address with a port, as text.
    Address,
    /// One of these words.
    Choice(Vec<&'static str>),
    /// A list.
    List(Box<SettingKind>),
}

/// A type that fields of settings may have.
pub trait SettingType: Sized {
    /// What values it takes.
    fn kind() -> SettingKind;
    /// Its value.
    fn to_plain(&self) -> PlainValue;
    /// The field with this value; `None` if it is of another kind.
    fn from_plain(value: &PlainValue) -> Option<Self>;
}

impl SettingType for bool {
    fn kind() -> SettingKind {
        SettingKind::Flag
    }

    fn to_plain(&self) -> PlainValue {
        PlainValue::Flag(*self)
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        if let PlainValue::Flag(flag) = value { Some(*flag) } else { None }
    }
}

macro_rules! whole_numbers {
    ($($kind:ty),*) => {$(
        #[allow(clippy::cast_lossless, reason = "usize has no `From` for it")]
        impl SettingType for $kind {
            fn kind() -> SettingKind {
                SettingKind::Whole(<$kind>::MAX as u64)
            }

            fn to_plain(&self) -> PlainValue {
                PlainValue::Whole(*self as u64)
            }

            fn from_plain(value: &PlainValue) -> Option<Self> {
                if let PlainValue::Whole(number) = value { (*number).try_into().ok() } else { None }
            }
        }
    )*};
}

whole_numbers!(u8, u16, u32, u64, usize);

/// From 0 on: a number of another program that is an `i32` there and never negative. A negative one is written as 0.
impl SettingType for i32 {
    fn kind() -> SettingKind {
        SettingKind::Whole(i32::MAX.unsigned_abs().into())
    }

    fn to_plain(&self) -> PlainValue {
        PlainValue::from(*self)
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        if let PlainValue::Whole(number) = value { (*number).try_into().ok() } else { None }
    }
}

impl SettingType for f64 {
    fn kind() -> SettingKind {
        SettingKind::Decimal
    }

    fn to_plain(&self) -> PlainValue {
        PlainValue::Decimal(*self)
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        value.as_decimal()
    }
}

/// As the shortest decimal number that is read as the same one: 0.1, not 0.10000000149.
impl SettingType for f32 {
    fn kind() -> SettingKind {
        SettingKind::Decimal
    }

    fn to_plain(&self) -> PlainValue {
        PlainValue::Decimal(self.to_string().parse().unwrap_or(f64::from(*self)))
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        value.as_decimal().map(|number| number as f32)
    }
}

/// In seconds.
impl SettingType for Duration {
    fn kind() -> SettingKind {
        SettingKind::Decimal
    }

    fn to_plain(&self) -> PlainValue {
        PlainValue::Decimal(self.as_secs_f64())
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        Self::try_from_secs_f64(value.as_decimal()?).ok()
    }
}

impl SettingType for String {
    fn kind() -> SettingKind {
        SettingKind::Text
    }

    fn to_plain(&self) -> PlainValue {
        PlainValue::Text(self.clone())
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        if let PlainValue::Text(text) = value { Some(text.clone()) } else { None }
    }
}

/// With slashes as the system has them. A path that is not valid UTF-8 is written with replacement characters.
#[cfg(feature = "std")]
impl SettingType for std::path::PathBuf {
    fn kind() -> SettingKind {
        SettingKind::Path
    }

    fn to_plain(&self) -> PlainValue {
        PlainValue::Text(self.to_string_lossy().into_owned())
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        if let PlainValue::Text(text) = value { Some(text.into()) } else { None }
    }
}

/// A type whose values an operator chooses by a word.
///
/// ```
/// use consonance_settings::{SettingChoice, SettingKind, SettingType};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// enum Color {
///     Red,
///     Green,
/// }
///
/// impl SettingChoice for Color {
///     const CHOICES: &'static [(&'static str, Self)] = &[("red", Self::Red), ("green", Self::Green)];
/// }
///
/// assert_eq!(Color::kind(), SettingKind::Choice(vec!["red", "green"]));
/// assert_eq!(Color::from_plain(&"green".into()), Some(Color::Green));
/// assert_eq!(Color::from_plain(&"blue".into()), None);
/// ```
pub trait SettingChoice: Copy + PartialEq + 'static {
    /// Each value with its word.
    const CHOICES: &'static [(&'static str, Self)];
}

/// A value without a word has none.
impl<T: SettingChoice> SettingType for T {
    fn kind() -> SettingKind {
        SettingKind::Choice(T::CHOICES.iter().map(|(word, _)| *word).collect())
    }

    fn to_plain(&self) -> PlainValue {
        let chosen = T::CHOICES.iter().find(|(_, value)| value == self);
        chosen.map_or(PlainValue::None, |(word, _)| (*word).into())
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        let PlainValue::Text(text) = value else { return None };
        T::CHOICES.iter().find(|(word, _)| word == text).map(|(_, value)| *value)
    }
}

impl<T: SettingType> SettingType for Option<T> {
    fn kind() -> SettingKind {
        T::kind()
    }

    fn to_plain(&self) -> PlainValue {
        self.as_ref().map_or(PlainValue::None, T::to_plain)
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        if *value == PlainValue::None { Some(None) } else { T::from_plain(value).map(Some) }
    }
}

impl<T: SettingType> SettingType for Vec<T> {
    fn kind() -> SettingKind {
        SettingKind::List(Box::new(T::kind()))
    }

    fn to_plain(&self) -> PlainValue {
        PlainValue::List(self.iter().map(T::to_plain).collect())
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        if let PlainValue::List(items) = value { items.iter().map(T::from_plain).collect() } else { None }
    }
}

impl From<i32> for PlainValue {
    /// Whole numbers without a type, as ranges have them; none is negative.
    fn from(number: i32) -> Self {
        Self::Whole(u64::try_from(number).unwrap_or_default())
    }
}

impl From<u32> for PlainValue {
    fn from(number: u32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<u64> for PlainValue {
    fn from(number: u64) -> Self {
        Self::Whole(number)
    }
}

impl From<f64> for PlainValue {
    fn from(number: f64) -> Self {
        Self::Decimal(number)
    }
}

impl From<&str> for PlainValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
