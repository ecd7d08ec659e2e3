//! How rooms and players are written on the command line.

use consonance::Target;

/// `ROOM`, or `@PLAYER`.
///
/// # Errors
/// If there is no name.
pub(crate) fn parse(text: &str) -> Result<Target, String> {
    match text.strip_prefix('@') {
        Some("") => Err("--talk @: a player is written @NAME, such as --talk @Bob".into()),
        Some(player) => Ok(Target::Player(player.into())),
        None if text.is_empty() => {
            Err("--talk: the room has no name; write --talk lobby, or --talk @Bob".into())
        }
        None => Ok(Target::Room(text.into())),
    }
}

/// A room to listen to is not a player.
///
/// # Errors
/// If it looks like one, or is empty.
pub(crate) fn check_room(text: &str) -> Result<(), String> {
    match text.strip_prefix('@') {
        Some(_) => Err(format!(
            "--listen {text}: one listens to rooms, not to players; whoever speaks to you is heard anyway"
        )),
        None if text.is_empty() => Err("--listen: the room has no name; write --listen lobby".into()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_at_sign_makes_a_player() {
        assert_eq!(parse("lobby"), Ok(Target::Room("lobby".into())));
        assert_eq!(parse("@Bob"), Ok(Target::Player("Bob".into())));
    }

    #[test]
    fn a_target_has_a_name() {
        assert!(parse("").is_err());
        assert!(parse("@").is_err());
    }

    #[test]
    fn one_listens_to_rooms_only() {
        assert!(check_room("lobby").is_ok());
        assert!(check_room("@Bob").is_err());
        assert!(check_room("").is_err());
    }
}
