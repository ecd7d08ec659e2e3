//! What differs from one configuration to another, and when a running server follows.

use crate::Config;
use crate::keys::{KEYS, Takes};

/// When a changed key is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakesEffect {
    /// By a reload, while players are there.
    AtOnce,
    /// By a start only.
    AtNextStart,
}

impl Config {
    /// The keys whose values differ from another configuration's, and when a running server takes each of them over.
    pub fn changes(&self, former: &Self) -> Vec<(&'static str, TakesEffect)> {
        let (mut new, mut old) = (self.clone(), former.clone());
        let changed = KEYS.iter().filter(|key| key.field.compared(&mut new) != key.field.compared(&mut old));
        let effect = |takes| match takes {
            Takes::AtOnce => TakesEffect::AtOnce,
            Takes::AtStart => TakesEffect::AtNextStart,
        };
        changed.map(|key| (key.path, effect(key.takes))).collect()
    }

    /// The keys whose values are not the defaults, with these values as a file has them.
    pub fn settings_made(&self) -> Vec<(&'static str, String)> {
        let mut own = self.clone();
        let changes = self.changes(&Self::default());
        let made = KEYS.iter().filter(|key| changes.iter().any(|(path, _)| *path == key.path));
        made.map(|key| (key.path, key.field.written(&mut own).unwrap_or_else(|| "none".into()))).collect()
    }
}
