//! The difference between two configurations, and when a running server applies it.

use serde_json::Value as Json;

use crate::config::Config;
use crate::file_schema::settings;
use crate::schema::{Kind, Setting, kind};
use crate::written::written;

/// When a changed key is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakesEffect {
    /// At a reload.
    AtOnce,
    /// At a start.
    AtNextStart,
}

impl Config {
    /// The keys whose values differ from another configuration's, and when a running server applies each of them.
    pub fn changes(&self, former: &Self) -> Vec<(&'static str, TakesEffect)> {
        let effect =
            |key: &Setting| if key.is_reloadable { TakesEffect::AtOnce } else { TakesEffect::AtNextStart };
        let (new, old) = (self.to_json(), former.to_json());
        changed(&new, &old).map(|key| (&*key.path, effect(key))).collect()
    }

    /// The keys whose values are not the defaults, with these values in the syntax of the file.
    pub fn settings_made(&self) -> Vec<(&'static str, String)> {
        let (own, default) = (self.to_json(), Self::default().to_json());
        let value = |key: &Setting| match kind(key.schema) {
            Kind::Listeners => self.listen.written(),
            _ => written(key.schema, key.value_in(&own)).unwrap_or_else(|| "none".into()),
        };
        changed(&own, &default).map(|key| (&*key.path, value(key))).collect()
    }

    /// As JSON, with its secrets.
    pub(super) fn to_json(&self) -> Json {
        serde_json::to_value(self).unwrap_or_default()
    }
}

fn changed(new: &Json, old: &Json) -> impl Iterator<Item = &'static Setting> {
    settings().filter(|key| key.value_in(new) != key.value_in(old))
}
