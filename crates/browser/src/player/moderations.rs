//! The page's requests to moderate that the server has not answered yet.

use consonance_session::ModeratorAction;

use crate::control::Moderate;

/// Pending requests to moderate: no more than the client allows.
#[derive(Debug, Default)]
pub(super) struct Moderations(Vec<(Moderate, ModeratorAction)>);

impl Moderations {
    pub(super) fn add(&mut self, request: Moderate, action: ModeratorAction) {
        self.0.push((request, action));
    }

    /// Removes the oldest request for this action, which the server has answered.
    pub(super) fn take(&mut self, player: &str, action: &ModeratorAction) -> Option<Moderate> {
        let is_it =
            |(request, asked): &(Moderate, ModeratorAction)| *request.player == *player && asked == action;
        let place = self.0.iter().position(is_it)?;
        Some(self.0.remove(place).0)
    }
}
