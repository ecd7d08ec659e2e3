//! The declaration of a struct of settings.

use crate::key::SettingKey;

/// A struct that [`settings!`](crate::settings) declares.
pub trait DeclaredSettings: Clone + Default {
    /// Shows each key with its value, in the order of the struct.
    fn visit(&mut self, visit: &mut dyn FnMut(SettingKey<'_>));
}

/// Declares a struct of settings, with `Clone`, its defaults and [`DeclaredSettings`].
///
/// A field has its documentation, whose first paragraph an operator reads, then `#[example(…)]` if no default shows how
/// a value looks, then its name and type, its key, its default, and for a number its range. The key is the field's
/// name, or what stands behind `as`:
///
/// * `as key`: another name, such as one with the unit: a [`Duration`](core::time::Duration) is written in seconds;
/// * `as _`: no key: an operator does not set it;
/// * `as ..`: the keys of this field, which are settings themselves, are keys of this table;
/// * `as { … }`: each part of this field that is named has a key of its own, with its documentation and its range;
/// * `as key in ms`, also for such a part: a duration in whole milliseconds instead of seconds;
/// * `as table.key`, also for such a part: a key of a table that is in this one, for settings that few need;
/// * `as table.*`: the keys of this field, which are settings themselves, are keys of that table.
///
/// ```
/// # use consonance_settings::{DeclaredSettings, settings};
/// #[derive(Clone, Debug, PartialEq)]
/// pub struct Rate {
///     per_second: u32,
///     burst: u32,
/// }
///
/// settings! {
///     /// Limits of a link.
///     pub struct LinkLimits {
///         /// Packets of one link.
///         pub packets: Rate as {
///             /// Packets of one link per second.
///             per_second as packets_per_second;
///             /// Burst of packets.
///             burst as packets_burst, 1..=100;
///         } = Rate { per_second: 10, burst: 20 };
///         /// Only programs set it.
///         pub links: usize as _ = 5;
///     }
/// }
///
/// let mut names = Vec::new();
/// LinkLimits::default().visit(&mut |key| names.push(key.name));
/// assert_eq!(names, ["packets_per_second", "packets_burst"]);
/// ```
#[macro_export]
macro_rules! settings {
    (
        $(#[$of_struct:meta])*
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $about:literal])*
                $(#[example($example:expr)])?
                pub $field:ident: $kind:ty $(as $key:tt $(. $inner:tt)? $(in $unit:ident)?)? = $default:expr
                    $(, $least:tt..=$most:tt)?;
            )*
        }
    ) => {
        $(#[$of_struct])*
        #[derive(Clone)]
        $vis struct $name {
            $(
                $(#[doc = $about])*
                #[doc = concat!("\n\nDefault: `", stringify!($default), "`", $("; allowed: `", stringify!($least..=$most), "`",)? ".")]
                pub $field: $kind,
            )*
        }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $crate::DeclaredSettings for $name {
            fn visit(&mut self, visit: &mut dyn FnMut($crate::SettingKey<'_>)) {
                $($crate::visit_setting! {
                    visit, self.$field, $field, ($($key $(. $inner)? $(in $unit)?)?),
                    [$($about),*], ($($example)?), ($($least, $most)?)
                })*
            }
        }
    };
}

/// Shows the keys of one field; see [`settings!`](crate::settings).
#[doc(hidden)]
#[macro_export]
macro_rules! visit_setting {
    ($visit:ident, $value:expr, $field:ident, (), $($more:tt)*) => {
        $crate::visit_setting! { $visit, $value, $field, ($field), $($more)* }
    };
    ($visit:ident, $value:expr, $field:ident, (_), $($more:tt)*) => {};
    ($visit:ident, $value:expr, $field:ident, (..), $($more:tt)*) => {
        $crate::DeclaredSettings::visit(&mut $value, $visit);
    };
    ($visit:ident, $value:expr, $field:ident, ($table:ident . *), $($more:tt)*) => {
        $crate::DeclaredSettings::visit(&mut $value, &mut |key| $visit(key.in_table(stringify!($table))));
    };
    ($visit:ident, $value:expr, $field:ident, ($table:ident . $key:ident $(in $unit:ident)?), $($more:tt)*) => {{
        let mut visit = |key: $crate::SettingKey<'_>| $visit(key.in_table(stringify!($table)));
        $crate::visit_setting! { visit, $value, $field, ($key $(in $unit)?), $($more)* }
    }};
    ($visit:ident, $value:expr, $field:ident, ({$(
        $(#[doc = $about:literal])*
        $part:ident as $key:ident $(. $inner:ident)? $(in $unit:ident)? $(, $least:tt..=$most:tt)?;
    )*}), $($more:tt)*) => {
        $($crate::visit_setting! {
            $visit, $value.$part, $part, ($key $(. $inner)? $(in $unit)?), [$($about),*], (), ($($least, $most)?)
        })*
    };
    (
        $visit:ident, $value:expr, $field:ident, ($key:ident $(in $unit:ident)?), [$($about:literal),*],
        ($($example:expr)?), ($($least:tt, $most:tt)?)
    ) => {
        let key = $crate::SettingKey::new(stringify!($key), &[$($about),*], &mut $value);
        $(let key = key.$unit();)?
        $(let key = key.with_example($example);)?
        $(let key = key.with_range($least, $most);)?
        $visit(key);
    };
}
