//! What a listener's keys mean for the envelope of its network.

use consonance_darkrift::voice::{Layout, VoiceSettings};
use consonance_fishnet::{Authentication, BroadcastKey};
use consonance_mirror::VoiceType;
use consonance_ngo::SceneHandle;
use consonance_server_config::{GameListenerConfig, VoiceLayout};

/// The type of voice messages of a game on Mirror.
pub(super) fn voice_type(config: &GameListenerConfig) -> VoiceType {
    config.voice_type.as_deref().map_or(VoiceType::STOCK, VoiceType::new)
}

/// The type of voice broadcasts of a game on Fish-Networking.
pub(super) fn voice_key(config: &GameListenerConfig) -> BroadcastKey {
    config.voice_type.as_deref().map_or(BroadcastKey::VOICE, BroadcastKey::of_type)
}

/// What is told of voice in a game on `DarkRift`.
pub(super) fn darkrift_settings(config: &GameListenerConfig) -> VoiceSettings {
    let layout = match config.layout {
        VoiceLayout::Raw => Layout::Raw,
        VoiceLayout::Prefixed => Layout::Prefixed,
        VoiceLayout::PrefixedLittleEndian => Layout::PrefixedLittleEndian,
    };
    VoiceSettings {
        tag_to_server: config.tag,
        tag_to_client: config.tag_to_client,
        layout: config.tag.map(|_| layout),
        ..VoiceSettings::default()
    }
}

/// What clients of a game on Fish-Networking are told where there is no game.
pub(super) fn fishnet_settings(config: &GameListenerConfig) -> consonance_fishnet::VoiceOnlySettings {
    let is_told = config.announce_authenticated;
    consonance_fishnet::VoiceOnlySettings {
        voice_key: voice_key(config),
        authentication: if is_told { Authentication::OnArrival } else { Authentication::Never },
        predicted_spawning: config.predicted_spawning,
        tells_empty_scenes: config.announce_no_scenes,
        ..consonance_fishnet::VoiceOnlySettings::default()
    }
}

/// What clients of a game on Netcode for `GameObjects` are told where there is no game.
pub(super) fn ngo_settings(config: &GameListenerConfig) -> consonance_ngo::VoiceOnlySettings {
    let is_long = config.long_scene_handles;
    consonance_ngo::VoiceOnlySettings {
        manages_scenes: config.manages_scenes,
        scene_handle: if is_long { SceneHandle::EightBytes } else { SceneHandle::FourBytes },
        ..consonance_ngo::VoiceOnlySettings::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_as_the_envelopes_have_it() {
        let config = GameListenerConfig::default();
        assert_eq!(darkrift_settings(&config), VoiceSettings::default());
        let as_it_is = |settings: &dyn std::fmt::Debug| format!("{settings:?}");
        let fishnet = consonance_fishnet::VoiceOnlySettings::default();
        assert_eq!(as_it_is(&fishnet_settings(&config)), as_it_is(&fishnet));
        let ngo = consonance_ngo::VoiceOnlySettings::default();
        assert_eq!(as_it_is(&ngo_settings(&config)), as_it_is(&ngo));
        assert_eq!(as_it_is(&voice_type(&config)), as_it_is(&VoiceType::STOCK));
    }

    #[test]
    fn what_is_told_reaches_the_envelopes() {
        let mut config = GameListenerConfig::default();
        config.voice_type = Some("Game.Voice".into());
        (config.tag, config.tag_to_client) = (Some(7), Some(8));
        config.layout = VoiceLayout::PrefixedLittleEndian;
        (config.announce_authenticated, config.predicted_spawning, config.announce_no_scenes) =
            (false, true, true);
        (config.manages_scenes, config.long_scene_handles) = (false, true);
        let darkrift = darkrift_settings(&config);
        assert_eq!((darkrift.tag_to_server, darkrift.tag_to_client), (Some(7), Some(8)));
        assert_eq!(darkrift.layout, Some(Layout::PrefixedLittleEndian));
        let fishnet = fishnet_settings(&config);
        assert_eq!(fishnet.voice_key, BroadcastKey::of_type("Game.Voice"));
        assert_eq!(fishnet.authentication, Authentication::Never);
        assert!(fishnet.predicted_spawning && fishnet.tells_empty_scenes);
        let ngo = ngo_settings(&config);
        assert_eq!((ngo.manages_scenes, ngo.scene_handle), (false, SceneHandle::EightBytes));
    }
}
