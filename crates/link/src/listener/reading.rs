//! The input of [`ListenerNetwork::read`](super::ListenerNetwork::read), and its errors.

use std::any::type_name;
use std::error::Error;
use std::fmt;
use std::path::Path;

use consonance_settings::secrets::SecretText;

use super::{ListenerKeys, NetworkSettings};

/// The keys of a listener, and the files that they name.
pub struct Reading<'r> {
    network: &'static str,
    keys: &'r ListenerKeys,
    secret_line: &'r mut dyn FnMut(&Path) -> Result<SecretText, ListenerProblem>,
}

impl<'r> Reading<'r> {
    /// A listener for the network of this name with these keys; `secret_line` reads the first line of a file.
    pub fn new(
        network: &'static str,
        keys: &'r ListenerKeys,
        secret_line: &'r mut dyn FnMut(&Path) -> Result<SecretText, ListenerProblem>,
    ) -> Self {
        Self { network, keys, secret_line }
    }

    /// The keys of its network.
    ///
    /// # Errors
    /// If `T` is not the struct in the network's table.
    pub fn settings<T: NetworkSettings>(&self) -> Result<T, ListenerProblem> {
        self.keys.get().cloned().ok_or_else(|| {
            let (network, asked) = (self.network, type_name::<T>());
            let what = format!(
                "the settings of {network} are not {asked}: read them as the type in the network's table"
            );
            ListenerProblem::new(what)
        })
    }

    /// The first line of a file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn secret_line(&mut self, file: &Path) -> Result<SecretText, ListenerProblem> {
        (self.secret_line)(file)
    }
}

/// A problem with the configuration of a listener, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerProblem(String);

impl ListenerProblem {
    /// This one.
    pub fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string())
    }
}

impl fmt::Display for ListenerProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for ListenerProblem {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listener::{ConnectionLimit, IdleTimeout};

    impl NetworkSettings for ConnectionLimit {}
    impl NetworkSettings for IdleTimeout {}

    #[test]
    fn settings_are_only_read_as_the_type_of_their_network() {
        let keys = ListenerKeys::of::<ConnectionLimit>();
        let mut no_file = |_: &Path| Err(ListenerProblem::new("there is no file"));
        let reading = Reading::new("made-up", &keys, &mut no_file);
        assert_eq!(reading.settings(), Ok(ConnectionLimit::default()));
        let error = reading.settings::<IdleTimeout>().unwrap_err().to_string();
        assert!(error.starts_with("the settings of made-up are not "), "{error}");
        assert!(error.contains("IdleTimeout: "), "{error}");
    }
}
