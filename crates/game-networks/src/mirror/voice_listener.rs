//! Games on Mirror, over its four networks.

mod ignorance;
mod kcp;
mod telepathy;
mod websocket;

use std::path::PathBuf;
use std::time::Duration;

use consonance_link::listener::{ListenerNetwork, ListenerProblem, Reading};
use consonance_settings::settings;

use crate::mirror::{Credentials, MirrorProxy, MirrorVoiceOnly, VoiceType};
use crate::voice_type_name::VoiceTypeName;

/// Mirror over kcp2k, for a server's list of networks.
pub const KCP_LISTENER: &dyn ListenerNetwork = kcp::LISTENER;
/// Mirror over Telepathy, for a server's list of networks.
pub const TELEPATHY_LISTENER: &dyn ListenerNetwork = telepathy::LISTENER;
/// Mirror over `SimpleWebTransport`, for a server's list of networks.
pub const WEBSOCKET_LISTENER: &dyn ListenerNetwork = websocket::LISTENER;
/// Mirror over Ignorance, for a server's list of networks.
pub const IGNORANCE_LISTENER: &dyn ListenerNetwork = ignorance::LISTENER;

/// The keys that a listener in front of a game's server does not have.
const WITHOUT_UPSTREAM: &[&str] = &["online_scene", "username", "password_file"];

settings! {
    /// What a server without a game must know of a game on Mirror, whatever its network.
    #[derive(Debug, PartialEq)]
    pub(crate) struct MirrorGameKeys {
        /// The scene that clients load first: the `onlineScene` of the game's `NetworkManager`.
        #[example("Assets/Scenes/Game.unity")]
        pub online_scene: Option<String> = None;
        /// The user name for games with Mirror's `BasicAuthenticator`.
        #[example("player")]
        pub username: Option<String> = None;
        /// A file with its password, which clients send as plain text.
        #[example("mirror-password.txt")]
        pub password_file: Option<PathBuf> = None;
    }
}

impl MirrorGameKeys {
    /// The conflict between keys, if there is one.
    fn problem(&self) -> Option<String> {
        let is_half = self.username.is_some() != self.password_file.is_some();
        is_half.then(|| "username and password_file belong together: set both or neither".into())
    }
}

/// A game on Mirror, whatever its network.
#[derive(Clone, Debug)]
struct MirrorGame {
    voice_type: VoiceType,
    online_scene: Option<String>,
    /// The credentials that its clients must present.
    credentials: Option<Credentials>,
}

impl MirrorGame {
    /// Reads the password of its clients, if they need one.
    fn read(
        voice: &VoiceTypeName,
        keys: &MirrorGameKeys,
        reading: &mut Reading<'_>,
    ) -> Result<Self, ListenerProblem> {
        let mut credentials = None;
        if let (Some(user), Some(path)) = (&keys.username, &keys.password_file) {
            let password = reading.secret_line(path)?;
            let wrong = |error| ListenerProblem::new(format_args!("username: {error}"));
            credentials = Some(Credentials::new(user, password.reveal()).map_err(wrong)?);
        }
        let (voice_type, online_scene) = (voice_type(voice), keys.online_scene.clone());
        Ok(Self { voice_type, online_scene, credentials })
    }

    /// A game as its network comes.
    #[cfg(test)]
    fn stock() -> Self {
        Self { voice_type: VoiceType::STOCK, online_scene: None, credentials: None }
    }

    /// The envelopes without a game's server.
    fn voice_only(&self, pong_interval_max: Option<Duration>) -> MirrorVoiceOnly {
        MirrorVoiceOnly::new(crate::mirror::VoiceOnlySettings {
            voice_type: self.voice_type,
            online_scene: self.online_scene.clone(),
            credentials: self.credentials.clone(),
            pong_interval_max,
            ..crate::mirror::VoiceOnlySettings::default()
        })
    }

    /// The envelopes in front of a game's server.
    fn proxy(&self) -> MirrorProxy {
        MirrorProxy::new(crate::mirror::ProxySettings { voice_type: self.voice_type, ..Default::default() })
    }
}

fn voice_type(name: &VoiceTypeName) -> VoiceType {
    name.voice_type.as_deref().map_or(VoiceType::STOCK, VoiceType::new)
}

/// Clients leave after 20 s of silence over `WebSocket`s, and after 30 s over Telepathy.
const PONG_INTERVAL: Duration = Duration::from_secs(5);

/// A player of ours over one of the networks.
#[cfg(feature = "testing")]
fn player(
    network: impl consonance_link::ClientNetwork<consonance_link::gateway::MessageChannel> + 'static,
) -> Box<dyn consonance_link::ClientNetwork> {
    let envelope = crate::mirror::MirrorClient::new(crate::mirror::ClientSettings::default());
    Box::new(consonance_link::gateway::EnvelopeClient::new(network, envelope))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_game_without_keys_has_the_stock_type_of_voice_messages() {
        let shown = |voice_type: VoiceType| format!("{voice_type:?}");
        assert_eq!(shown(voice_type(&VoiceTypeName::default())), shown(VoiceType::STOCK));
        let forked = VoiceTypeName { voice_type: Some("Game.Voice".into()) };
        assert_eq!(shown(voice_type(&forked)), shown(VoiceType::new("Game.Voice")));
    }
}
