//! A network's own keys, whatever the type of their struct.

use std::any::Any;
use std::fmt;
use std::net::SocketAddr;

use consonance_settings::{DeclaredSettings, SettingKey};

/// The struct of a network's own keys.
pub trait NetworkSettings: DeclaredSettings + fmt::Debug + Send + Sync + 'static {
    /// What does not fit together, as the end of a sentence, for a listener at this address.
    fn problem(&self, _listener: SocketAddr) -> Option<String> {
        None
    }
}

/// A network's own keys with their values: a [`NetworkSettings`] of a type that only its network knows.
pub struct ListenerKeys(Box<dyn AnySettings>);

impl ListenerKeys {
    /// The keys of this struct, with its defaults.
    pub fn of<T: NetworkSettings>() -> Self {
        Self(Box::new(T::default()))
    }

    /// Shows each key with its value, in the order of the struct.
    pub fn visit(&mut self, visit: &mut dyn FnMut(SettingKey<'_>)) {
        self.0.visit_keys(visit);
    }

    /// What does not fit together, as the end of a sentence, for a listener at this address.
    pub fn problem(&self, listener: SocketAddr) -> Option<String> {
        self.0.problem_at(listener)
    }

    /// The struct, if it is of this type.
    pub fn get<T: NetworkSettings>(&self) -> Option<&T> {
        let any: &dyn Any = &*self.0;
        any.downcast_ref()
    }
}

impl Clone for ListenerKeys {
    fn clone(&self) -> Self {
        Self(self.0.boxed_clone())
    }
}

impl fmt::Debug for ListenerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// [`NetworkSettings`] without its supertraits that depend on the type.
trait AnySettings: Any + fmt::Debug + Send + Sync {
    fn visit_keys(&mut self, visit: &mut dyn FnMut(SettingKey<'_>));
    fn problem_at(&self, listener: SocketAddr) -> Option<String>;
    fn boxed_clone(&self) -> Box<dyn AnySettings>;
}

impl<T: NetworkSettings> AnySettings for T {
    fn visit_keys(&mut self, visit: &mut dyn FnMut(SettingKey<'_>)) {
        self.visit(visit);
    }

    fn problem_at(&self, listener: SocketAddr) -> Option<String> {
        self.problem(listener)
    }

    fn boxed_clone(&self) -> Box<dyn AnySettings> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use consonance_settings::{PlainValue, settings};

    use super::*;

    settings! {
        /// The keys of one network.
        #[derive(Debug)]
        struct Keys {
            /// Clients at once.
            pub clients_max: usize = 5, 1..=10;
        }
    }

    settings! {
        /// The keys of another network.
        #[derive(Debug)]
        struct OtherKeys {
            /// Clients at once.
            pub clients_max: usize = 6, 1..=10;
        }
    }

    impl NetworkSettings for Keys {
        fn problem(&self, listener: SocketAddr) -> Option<String> {
            (self.clients_max == 7).then(|| format!("7 is unlucky at {listener}"))
        }
    }

    impl NetworkSettings for OtherKeys {}

    #[test]
    fn keys_are_only_read_as_the_type_of_their_network() {
        let keys = ListenerKeys::of::<Keys>();
        assert_eq!(keys.get::<Keys>().map(|keys| keys.clients_max), Some(5));
        assert!(keys.get::<OtherKeys>().is_none());
    }

    #[test]
    fn a_clone_has_values_of_its_own() {
        let original = ListenerKeys::of::<Keys>();
        let mut changed = original.clone();
        changed.visit(&mut |mut key| assert!(key.set(&PlainValue::Whole(7))));
        let at = ([127, 0, 0, 1], 5).into();
        assert_eq!(changed.problem(at).as_deref(), Some("7 is unlucky at 127.0.0.1:5"));
        assert_eq!(original.problem(at), None);
    }
}
