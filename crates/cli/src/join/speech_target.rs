//! The syntax of rooms and players on the command line.

use consonance::Target;
use consonance_session::Limits;

/// `ROOM`, or `@PLAYER`.
///
/// # Errors
/// If there is no name, or an invalid one.
pub(crate) fn parse(text: &str) -> Result<Target, String> {
    let limits = Limits::default();
    match text.strip_prefix('@') {
        Some("") => Err("--speak @: write a player as @NAME, such as --speak @Bob".into()),
        Some(player) => {
            check_length("--speak", "player's name", player, limits.name_bytes)?;
            Ok(Target::Player(player.into()))
        }
        None if text.is_empty() => {
            Err("--speak: the room has no name; write --speak lobby, or --speak @Bob".into())
        }
        None => {
            check_length("--speak", "room's name", text, limits.room_name_bytes)?;
            Ok(Target::Room(text.into()))
        }
    }
}

/// A room to listen to is not a player.
///
/// # Errors
/// If it looks like one, or has no possible name.
pub(crate) fn check_room(text: &str) -> Result<(), String> {
    match text.strip_prefix('@') {
        Some(_) => Err(format!(
            "--listen {text}: expected a room, not a player; players that speak to you are heard anyway"
        )),
        None if text.is_empty() => Err("--listen: the room has no name; write --listen lobby".into()),
        None => check_length("--listen", "room's name", text, Limits::default().room_name_bytes),
    }
}

fn check_length(option: &str, what: &str, name: &str, limit: usize) -> Result<(), String> {
    let bytes = name.len();
    if bytes <= limit {
        return Ok(());
    }
    Err(format!("{option}: the {what} has {bytes} bytes, at most {limit} are allowed; shorten it"))
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
    fn a_name_is_no_longer_than_names_may_be() {
        let (longest, longer) = ("x".repeat(128), "x".repeat(129));
        assert!(parse(&longest).is_ok() && parse(&format!("@{longest}")).is_ok());
        assert!(parse(&longer).is_err() && parse(&format!("@{longer}")).is_err());
        assert!(check_room(&longest).is_ok() && check_room(&longer).is_err());
    }

    #[test]
    fn one_listens_to_rooms_only() {
        assert!(check_room("lobby").is_ok());
        assert!(check_room("@Bob").is_err());
        assert!(check_room("").is_err());
    }
}
