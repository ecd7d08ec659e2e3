//! Games on Mirror, over its four networks.

/// Declares the keys of one of the networks: its own between those that all have.
macro_rules! mirror_table {
    ($(#[$of_table:meta])* $name:ident {
        $($(#[$of_key:meta])* $key:ident: $kind:ty = $default:expr $(, $least:tt..=$most:tt)?;)*
    }) => {
        consonance_server_config::table! {
            $(#[$of_table])*
            pub(crate) struct $name {
                /// Clients at once, not counting those with a pending handshake or an unproved address.
                pub connections_max: usize = 1000, 1..=65_535;
                /// The full name of the type of the game's voice messages, for games with a fork of the integration.
                #[schemars(example = &"Game.Voice.VoiceMessage")]
                pub voice_type: Option<String> = None;
                $($(#[$of_key])* pub $key: $kind = $default $(, $least..=$most)?;)*
                /// The scene that clients load before they speak: exactly the `onlineScene` of the game's
                /// `NetworkManager`, if it has one.
                #[schemars(example = &"Assets/Scenes/Game.unity")]
                pub online_scene: Option<String> = None;
                /// The user name for games with Mirror's `BasicAuthenticator`, with the password in `password_file`.
                #[schemars(example = &"player")]
                pub username: Option<String> = None;
                /// A file with that password in its first line; protect it from other users. Clients send the password
                /// as plain text.
                #[schemars(example = &"mirror-password.txt", extend("format" = "path"))]
                pub password_file: Option<std::path::PathBuf> = None;
            }
        }

        impl $name {
            /// The settings that all networks of Mirror share.
            fn game(&self) -> $crate::mirror::MirrorGame {
                $crate::mirror::MirrorGame {
                    voice_type: self.voice_type.clone(),
                    online_scene: self.online_scene.clone(),
                    username: self.username.clone(),
                    password_file: self.password_file.clone(),
                    credentials: None,
                }
            }
        }
    };
}

mod ignorance;
mod kcp;
mod telepathy;
mod websocket;

use std::path::PathBuf;
use std::time::Duration;

use consonance_game_networks::mirror::{Credentials, MirrorProxy, MirrorVoiceOnly, VoiceType};
use consonance_server_config::ConfigProblem;

use crate::Reading;

pub(crate) use ignorance::Ignorance;
pub(crate) use kcp::Kcp;
pub(crate) use telepathy::Telepathy;
pub(crate) use websocket::WebSocket;

/// The keys that a listener in front of a game's server does not have.
const WITHOUT_UPSTREAM: &[&str] = &["online_scene", "username", "password_file"];

/// A game on Mirror, whatever its network.
#[derive(Clone, Debug, Default)]
struct MirrorGame {
    voice_type: Option<String>,
    online_scene: Option<String>,
    username: Option<String>,
    password_file: Option<PathBuf>,
    /// The credentials that its clients must present.
    credentials: Option<Credentials>,
}

impl MirrorGame {
    /// Reads the password of its clients, if they need one.
    fn read(mut self, reading: &mut Reading<'_>) -> Result<Self, ConfigProblem> {
        if let (Some(user), Some(path)) = (&self.username, &self.password_file) {
            let password = reading.secret_line(path)?;
            let credentials = Credentials::new(user, password.reveal());
            let wrong = |error| reading.problem(format_args!("username: {error}"));
            self.credentials = Some(credentials.map_err(wrong)?);
        }
        Ok(self)
    }

    /// The conflict between keys, if there is one.
    fn problem(&self) -> Option<String> {
        let is_half = self.username.is_some() != self.password_file.is_some();
        is_half.then(|| "username and password_file belong together: set both or neither".into())
    }

    fn voice_type(&self) -> VoiceType {
        self.voice_type.as_deref().map_or(VoiceType::STOCK, VoiceType::new)
    }

    /// The envelopes without a game's server.
    fn voice_only(&self, pong_interval_max: Option<Duration>) -> MirrorVoiceOnly {
        MirrorVoiceOnly::new(consonance_game_networks::mirror::VoiceOnlySettings {
            voice_type: self.voice_type(),
            online_scene: self.online_scene.clone(),
            credentials: self.credentials.clone(),
            pong_interval_max,
            ..consonance_game_networks::mirror::VoiceOnlySettings::default()
        })
    }

    /// The envelopes in front of a game's server.
    fn proxy(&self) -> MirrorProxy {
        MirrorProxy::new(consonance_game_networks::mirror::ProxySettings {
            voice_type: self.voice_type(),
            ..Default::default()
        })
    }
}

/// Clients leave after 20 s of silence over `WebSocket`s, and after 30 s over Telepathy.
const PONG_INTERVAL: Duration = Duration::from_secs(5);

/// A player of ours over one of the networks.
#[cfg(feature = "testing")]
fn player(
    network: impl consonance_link::ClientNetwork<consonance_link::gateway::MessageChannel> + 'static,
) -> Box<dyn consonance_link::ClientNetwork> {
    let envelope = consonance_game_networks::mirror::MirrorClient::new(
        consonance_game_networks::mirror::ClientSettings::default(),
    );
    Box::new(consonance_link::gateway::EnvelopeClient::new(network, envelope))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_game_without_keys_has_the_stock_type_of_voice_messages() {
        let shown = |voice_type: VoiceType| format!("{voice_type:?}");
        assert_eq!(shown(MirrorGame::default().voice_type()), shown(VoiceType::STOCK));
        let forked = MirrorGame { voice_type: Some("Game.Voice".into()), ..MirrorGame::default() };
        assert_eq!(shown(forked.voice_type()), shown(VoiceType::new("Game.Voice")));
    }
}
