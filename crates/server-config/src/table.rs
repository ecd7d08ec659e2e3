//! The tables of the file: structs with defaults, and the kinds of values that serde lacks.

use std::time::{Duration, TryFromFloatSecsError};

use consonance_server::{SecretText, ServiceAddress, ServiceAddressError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares a table: for each key its documentation, its default, as in RFC 3681, and for a number its range.
///
/// From it follow the struct, the keys of the file, the environment variables, the JSON Schema, the printed file and
/// the reference page. `x-reload` says whether a reload applies a key, or all keys of a table; `format` tells paths and
/// addresses from other strings.
#[macro_export]
macro_rules! table {
    ($(#[$of_table:meta])* $vis:vis struct $name:ident {
        $($(#[$of_key:meta])* pub $key:ident: $kind:ty = $default:expr $(, $least:tt..=$most:tt)?;)*
    }) => {
        #[derive(
            Clone,
            Debug,
            PartialEq,
            $crate::derives::serde::Deserialize,
            $crate::derives::serde::Serialize,
            $crate::derives::schemars::JsonSchema,
        )]
        #[serde(crate = "consonance_server_config::derives::serde")]
        #[schemars(crate = "consonance_server_config::derives::schemars")]
        $(#[$of_table])*
        #[serde(default, deny_unknown_fields)]
        #[schemars(extend("x-order" = [$(stringify!($key)),*]))]
        #[non_exhaustive]
        $vis struct $name {
            $($(#[$of_key])* $(#[schemars(range(min = $least, max = $most))])? pub $key: $kind,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default,)* }
            }
        }
    };
}

pub(super) use table;

/// A time in the file: a number of seconds, fractions allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(inline)]
pub struct Seconds(pub Duration);

impl Seconds {
    /// Whole seconds.
    pub const fn new(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// Milliseconds.
    pub const fn millis(milliseconds: u64) -> Self {
        Self(Duration::from_millis(milliseconds))
    }
}

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Self {
        seconds.0
    }
}

impl From<Seconds> for f64 {
    fn from(seconds: Seconds) -> Self {
        seconds.0.as_secs_f64()
    }
}

impl TryFrom<f64> for Seconds {
    type Error = TryFromFloatSecsError;

    fn try_from(seconds: f64) -> Result<Self, Self::Error> {
        Duration::try_from_secs_f64(seconds).map(Self)
    }
}

/// A secret such as a password, which is neither printed nor shown in errors.
///
/// It is serialised in plain text, so that configurations can be compared; printing hides it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(from = "String", into = "String")]
#[schemars(inline, extend("writeOnly" = true))]
pub struct Secret(pub SecretText);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(SecretText::new(text))
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.0.reveal().to_owned()
    }
}

/// The address of a service, of which only scheme, host and port are printed; one with a password is refused.
///
/// It is serialised whole, so that configurations can be compared; printing hides the rest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", inline, extend("format" = "uri"))]
pub struct ServiceUrl(pub ServiceAddress);

impl TryFrom<String> for ServiceUrl {
    type Error = ServiceAddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl From<ServiceUrl> for String {
    fn from(url: ServiceUrl) -> Self {
        url.0.reveal().to_owned()
    }
}
