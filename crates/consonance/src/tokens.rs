//! The tokens that the local player holds: names that open triggers.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use crate::event::{Event, EventKind};
use crate::event_queue::EventQueue;
use crate::lock::lock;

/// The tokens that the local player holds. A clone is the same set.
///
/// A trigger that requires tokens works while the player holds at least one of them. Tokens are compared byte by byte,
/// and only this game sees them: they are a convenience, not a protection.
#[derive(Clone, Debug)]
pub struct Tokens {
    held: Arc<Mutex<BTreeSet<String>>>,
    events: Arc<EventQueue>,
}

/// There is no room for another token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("already holding {} tokens, which is the limit: remove one first", Tokens::MAX)]
pub struct TokenLimitReached;

impl Tokens {
    /// The most tokens that may be held.
    pub const MAX: usize = 1024;

    pub(crate) fn new(events: Arc<EventQueue>) -> Self {
        Self { held: Arc::default(), events }
    }

    /// Adds a token; false if it was already held. Raises [`EventKind::TokenAdded`].
    ///
    /// # Errors
    /// If [`MAX`](Self::MAX) others are held.
    pub fn add(&self, token: impl Into<String>) -> Result<bool, TokenLimitReached> {
        let token = token.into();
        let mut held = self.lock();
        if held.contains(&token) {
            return Ok(false);
        }
        if held.len() >= Self::MAX {
            return Err(TokenLimitReached);
        }
        held.insert(token.clone());
        self.tell(EventKind::TokenAdded { token });
        Ok(true)
    }

    /// Removes a token; false if it was not held. Raises [`EventKind::TokenRemoved`].
    pub fn remove(&self, token: &str) -> bool {
        let mut held = self.lock();
        let was_held = held.remove(token);
        if was_held {
            self.tell(EventKind::TokenRemoved { token: token.into() });
        }
        was_held
    }

    /// Whether a token is held.
    pub fn contains(&self, token: &str) -> bool {
        self.lock().contains(token)
    }

    /// Whether the tokens held satisfy a request for any of those, or for none.
    pub fn satisfy(&self, asked_for: &BTreeSet<String>) -> bool {
        asked_for.is_empty() || !self.lock().is_disjoint(asked_for)
    }

    /// All tokens currently held, in order.
    pub fn to_vec(&self) -> Vec<String> {
        self.lock().iter().cloned().collect()
    }

    /// Raised while the set is locked, so that events come in the order of the changes.
    fn tell(&self, kind: EventKind) {
        self.events.push(Event { at: Instant::now(), kind });
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        lock(&self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(tokens: &Tokens) -> Vec<EventKind> {
        std::iter::from_fn(|| tokens.events.pop()).map(|event| event.kind).collect()
    }

    #[test]
    fn every_change_is_told_once() {
        let tokens = Tokens::new(Arc::default());
        assert_eq!(tokens.add("red"), Ok(true));
        assert_eq!(tokens.clone().add("red"), Ok(false));
        assert!(tokens.contains("red") && !tokens.contains("Red"));
        assert!(tokens.remove("red") && !tokens.remove("red"));
        let token = || String::from("red");
        let expected = [EventKind::TokenAdded { token: token() }, EventKind::TokenRemoved { token: token() }];
        assert_eq!(told(&tokens), expected);
    }

    #[test]
    fn nothing_is_asked_for_or_one_of_it_is_held() {
        let tokens = Tokens::new(Arc::default());
        let asked = BTreeSet::from(["red".to_owned(), "blue".to_owned()]);
        assert!(tokens.satisfy(&BTreeSet::new()) && !tokens.satisfy(&asked));
        tokens.add("blue").unwrap();
        tokens.add("green").unwrap();
        assert!(tokens.satisfy(&asked));
        assert_eq!(tokens.to_vec(), ["blue", "green"]);
    }

    #[test]
    fn after_the_end_of_the_chat_nothing_is_told() {
        let tokens = Tokens::new(Arc::default());
        tokens.tell(EventKind::Ended(crate::event::End::Left));
        tokens.add("red").unwrap();
        assert_eq!(told(&tokens).len(), 1);
    }

    #[test]
    fn there_is_a_bound() {
        let tokens = Tokens::new(Arc::default());
        for n in 0..Tokens::MAX {
            tokens.add(n.to_string()).unwrap();
        }
        assert_eq!(tokens.add("one more"), Err(TokenLimitReached));
        assert_eq!(tokens.add("7"), Ok(false));
    }
}
