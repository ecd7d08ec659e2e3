//! Sharing of the listener's position with the server, for its proximity rooms.

use consonance_session::{AbsurdPosition, Client, Position};

/// The listener's position as last set by the game, and whether it is shared.
#[derive(Debug, Default)]
pub(crate) struct PositionSharing {
    is_shared: bool,
    metres: Option<[f32; 3]>,
}

impl PositionSharing {
    pub(crate) fn new(is_shared: bool) -> Self {
        Self { is_shared, metres: None }
    }

    pub(crate) fn share(&mut self, is_shared: bool, client: &mut Client) -> Result<(), AbsurdPosition> {
        self.is_shared = is_shared;
        self.tell(client)
    }

    pub(crate) fn move_to(
        &mut self,
        metres: Option<[f32; 3]>,
        client: &mut Client,
    ) -> Result<(), AbsurdPosition> {
        self.metres = metres;
        self.tell(client)
    }

    /// An invalid position counts as none, so that a player is not heard from its former position.
    fn tell(&self, client: &mut Client) -> Result<(), AbsurdPosition> {
        let position = self.metres.filter(|_| self.is_shared).map(Position::new).transpose();
        client.set_position(position.unwrap_or_default());
        position.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use consonance_session::ClientSettings;

    fn metres(client: &Client) -> Option<[f32; 3]> {
        client.position().map(Position::metres)
    }

    #[test]
    fn a_place_is_told_only_while_it_is_shared() {
        let mut client = Client::new(ClientSettings::new("Alice"));
        let mut sharing = PositionSharing::new(false);
        sharing.move_to(Some([1.0, 2.0, 3.0]), &mut client).unwrap();
        assert_eq!(metres(&client), None);
        sharing.share(true, &mut client).unwrap();
        assert_eq!(metres(&client), Some([1.0, 2.0, 3.0]));
        sharing.move_to(Some([4.0, 5.0, 6.0]), &mut client).unwrap();
        assert_eq!(metres(&client), Some([4.0, 5.0, 6.0]));
        sharing.share(false, &mut client).unwrap();
        assert_eq!(metres(&client), None);
    }

    #[test]
    fn a_place_that_is_none_is_told_as_none_and_as_a_problem() {
        let mut client = Client::new(ClientSettings::new("Alice"));
        let mut sharing = PositionSharing::new(true);
        sharing.move_to(Some([0.0; 3]), &mut client).unwrap();
        assert!(sharing.move_to(Some([f32::NAN; 3]), &mut client).is_err());
        assert_eq!(metres(&client), None);
    }
}
