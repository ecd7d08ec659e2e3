//! The users that are away while the session is joined again.

use std::collections::BTreeMap;

use consonance_session::ClientId;

use crate::players::users::User;

/// Users that the client knows and that have not resumed yet, by their names.
#[derive(Debug, Default)]
pub(super) struct Absent(BTreeMap<Box<str>, (ClientId, User)>);

impl Absent {
    pub(super) fn keep(&mut self, id: ClientId, user: User) {
        self.0.insert(user.name.clone(), (id, user));
    }

    /// A user that has come back, by its name, with its former id.
    pub(super) fn take(&mut self, name: &str) -> Option<(ClientId, User)> {
        self.0.remove(name)
    }

    /// Those that have not come back, with their former ids.
    pub(super) fn into_users(self) -> impl Iterator<Item = (ClientId, User)> {
        self.0.into_values()
    }
}
