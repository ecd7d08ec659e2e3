//! The plugin that an app adds.

use std::collections::BTreeSet;

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_input::InputSystems;
use bevy_reflect::{ReflectDeserialize, ReflectSerialize};
use bevy_transform::TransformSystems;
use consonance::VoiceSettings;
use consonance::audio::SpatialSettings;

use crate::activity::{VoiceActivity, show_activity};
use crate::buttons::{PushToTalk, VoiceButton};
use crate::messages::{VoiceError, VoiceEvent, VoiceStateChanged};
use crate::places::{MetresPerUnit, VoiceListener, VoiceSpeaker, send_places};
use crate::receiving::receive;
use crate::rooms::{VoiceRoom, VoiceRoomState, VoiceWhisper, send_push_to_talk, update_rooms};
use crate::sound::VoiceSound;
use crate::voice::{ChatSettings, Voice};
use crate::zone::VoiceZone;

/// Voice chat for an app. Its fields are the initial settings.
#[derive(Clone, Debug)]
pub struct VoicePlugin {
    /// The session to join when the app starts: an address such as `quic://127.0.0.1:7777/main#sha256=…`, as a server
    /// prints it, or `offline:`. Without one (default), [`Voice::connect`] joins later. One that cannot be read is told
    /// as a [`VoiceError`].
    #[cfg(feature = "quic")]
    pub server: Option<String>,
    /// The player's name in each session, 1 to 128 bytes; a random one by default.
    pub name: Option<String>,
    /// Audio input and output (default: microphone and loudspeaker).
    pub sound: VoiceSound,
    /// The player's settings, such as the microphone and its noise suppression; `None` (default) fits `sound`.
    pub settings: Option<VoiceSettings>,
    /// Attenuation with distance, and the rendering of direction.
    pub spatial: SpatialSettings,
    /// Whether the server is told where the [`VoiceListener`](crate::VoiceListener) is, for its proximity rooms
    /// (default: no).
    pub share_position: bool,
    /// How long a unit of the world is, in metres (default 1). Games in two dimensions with pixels as units want
    /// some 0.02.
    pub metres_per_unit: f32,
    /// The buttons for push to talk (default: none).
    pub push_to_talk: PushToTalk,
}

impl Default for VoicePlugin {
    fn default() -> Self {
        Self {
            #[cfg(feature = "quic")]
            server: None,
            name: None,
            sound: VoiceSound::default(),
            settings: None,
            spatial: SpatialSettings::default(),
            share_position: false,
            metres_per_unit: 1.0,
            push_to_talk: PushToTalk::default(),
        }
    }
}

/// The system sets of the plugin, for ordering the game's own systems.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VoiceSystems {
    /// `PreUpdate`, after input: events become messages, [`VoiceActivity`](crate::VoiceActivity) is up to date.
    Receive,
    /// `PostUpdate`, after transform propagation: places, rooms and push to talk take effect.
    Send,
    /// `Last`: on `AppExit`, the session is left, which takes a few seconds at most.
    Leave,
}

impl Plugin for VoicePlugin {
    fn build(&self, app: &mut App) {
        let settings = ChatSettings {
            name: self.name.clone(),
            sound: self.sound,
            player: self.settings.clone(),
            spatial: self.spatial,
            share_position: self.share_position,
        };
        register_types(app);
        app.insert_resource(Voice::new(settings))
            .insert_resource(MetresPerUnit(self.metres_per_unit))
            .insert_resource(self.push_to_talk.clone())
            .add_message::<VoiceEvent>()
            .add_message::<VoiceError>()
            .add_message::<VoiceStateChanged>()
            .add_message::<AppExit>()
            .configure_sets(PreUpdate, VoiceSystems::Receive.after(InputSystems))
            .configure_sets(PostUpdate, VoiceSystems::Send.after(TransformSystems::Propagate))
            .add_systems(PreUpdate, (receive, show_activity).chain().in_set(VoiceSystems::Receive))
            .add_systems(
                PostUpdate,
                (send_places, send_push_to_talk, update_rooms).chain().in_set(VoiceSystems::Send),
            )
            .add_systems(Last, leave_at_exit.in_set(VoiceSystems::Leave));
        #[cfg(feature = "quic")]
        if let Some(server) = self.server.clone() {
            app.add_systems(Startup, move |voice: ResMut<Voice>, errors: MessageWriter<VoiceError>| {
                connect(voice, errors, &server);
            });
        }
    }

    #[cfg(feature = "bevy_audio")]
    fn finish(&self, app: &mut App) {
        if self.sound == VoiceSound::BevyAudio {
            crate::bevy_audio_streams::add(app);
        }
    }
}

/// Registers every component for inspectors and scenes, even if the app does not collect them automatically.
fn register_types(app: &mut App) {
    app.register_type::<PushToTalk>()
        .register_type::<VoiceActivity>()
        .register_type::<VoiceButton>()
        .register_type::<VoiceListener>()
        .register_type::<VoiceRoom>()
        .register_type::<VoiceRoomState>()
        .register_type::<VoiceSpeaker>()
        .register_type::<VoiceWhisper>()
        .register_type::<VoiceZone>()
        // For a room's tokens: Bevy treats such a set as opaque, and cannot serialize it without these.
        .register_type_data::<BTreeSet<String>, ReflectSerialize>()
        .register_type_data::<BTreeSet<String>, ReflectDeserialize>();
}

#[cfg(feature = "quic")]
fn connect(mut voice: ResMut<Voice>, mut errors: MessageWriter<VoiceError>, server: &str) {
    if let Err(error) = voice.connect_to(server) {
        tracing::error!(code = error.code(), "cannot join {server}: {error}");
        errors.write(error.into());
    }
}

/// Leaves explicitly, as runners that end the process do not drop the app.
fn leave_at_exit(mut voice: ResMut<Voice>, mut exits: MessageReader<AppExit>) {
    if exits.read().count() > 0 {
        voice.leave();
    }
}
