//! Information for operators about the player: its state, and the result of its login.

use consonance_link::ThirdPartyClient;
use consonance_session::{EndReason, Instant};

use super::MumblePlayer;
use crate::Login;

/// Maximum length of a client's release name.
const RELEASE_CHARACTERS_MAX: usize = 64;

impl MumblePlayer {
    /// The state of the user, except for the path of its voice.
    pub fn state(&self, now: Instant) -> ThirdPartyClient {
        let room = |channel| self.channels.room(channel).map(str::to_owned);
        let ago = |then: Option<Instant>| then.map(|then| now.since(then));
        ThirdPartyClient {
            client: self.client_release.to_string(),
            self_mute: self.profile.self_mute,
            self_deaf: self.profile.self_deaf,
            room: room(self.own.channel()),
            listening: self.own.listening().filter_map(room).collect(),
            is_tunnelled: false,
            voice: ago(self.arrivals.voice),
            other_codec: ago(self.arrivals.other_codec),
            too_many: ago(self.arrivals.too_many),
        }
    }

    /// The reason why its login was rejected; `None` for a player that has joined, or that has left by itself.
    pub fn refusal(&self) -> Option<&EndReason> {
        self.end().filter(|reason| !self.is_synced && !reason.is_empty())
    }
}

/// Version and name of a client, on one line.
pub(super) fn release_of(login: &Login) -> Box<str> {
    let crate::MumbleVersion { major, minor, patch } = login.version;
    let release = login.release.chars().filter(|character| !character.is_control());
    let release: String = release.take(RELEASE_CHARACTERS_MAX).collect();
    format!("{major}.{minor}.{patch}, {release}").into()
}

#[cfg(test)]
mod tests {
    use crate::MumbleVersion;
    use crate::control::messages::Authenticate;

    use super::*;

    #[test]
    fn what_a_client_calls_itself_is_short_and_on_one_line() {
        let version = MumbleVersion { major: 1, minor: 5, patch: 634 };
        let login = |release: &str| Login {
            version,
            release: release.to_owned(),
            certificate: None,
            authenticate: Authenticate::default(),
        };
        assert_eq!(&*release_of(&login("Mum\nble")), "1.5.634, Mumble");
        assert_eq!(release_of(&login(&"x".repeat(60_000))).len(), "1.5.634, ".len() + RELEASE_CHARACTERS_MAX);
    }
}
