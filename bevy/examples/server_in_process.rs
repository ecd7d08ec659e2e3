//! A game that is its own server: no window, no sound card, no network for the host itself.
//!
//! The server is a resource of the app. The host's player reaches it through memory; a guest, here another player in
//! this process, through QUIC. It exits once the guest has been heard.
//!
//! `cargo xtask check bevy --run server_in_process`

use std::error::Error;
use std::time::Duration;

use bevy::app::ScheduleRunnerPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy_consonance::consonance::VoiceChat;
use bevy_consonance::prelude::*;
use bevy_consonance_examples::{LocalServer, Recording, log_voice};

/// A player in another copy of the game.
#[derive(Resource)]
struct Guest(VoiceChat);

fn main() -> Result<(), Box<dyn Error>> {
    let server = LocalServer::start()?;
    let guest = VoiceChat::to(&server.address)?
        .name("Guest")
        .input(Box::new(Recording::open("austen-2.wav")?))
        .speak_in_room("lobby")
        .retry_first_connect()
        .start()?;
    let frames = ScheduleRunnerPlugin::run_loop(Duration::from_millis(16));
    let host = VoicePlugin { name: Some("Host".into()), sound: VoiceSound::Custom, ..VoicePlugin::default() };
    App::new()
        .add_plugins((MinimalPlugins.set(frames), LogPlugin::default(), TransformPlugin, host))
        .insert_resource(server)
        .insert_resource(Guest(guest))
        .add_systems(Startup, join)
        .add_systems(Update, (log_voice, greet, end_when_heard))
        .run();
    Ok(())
}

fn join(mut commands: Commands, mut voice: ResMut<Voice>, server: Res<LocalServer>) -> Result {
    info!("others join with: consonance join '{}' --speak lobby", server.address);
    let through_memory = voice.builder().network(Box::new(server.memory.client("main")));
    voice.connect(through_memory)?;
    commands.spawn(VoiceRoom { speak: TriggerActivation::None, ..VoiceRoom::new("lobby") });
    Ok(())
}

/// Sends a text from the host to each player that joins.
fn greet(voice: Res<Voice>, mut events: MessageReader<VoiceEvent>) -> Result {
    for event in events.read() {
        if let (EventKind::PlayerJoined { name }, Some(chat)) = (&event.kind, voice.chat()) {
            chat.player(name.as_str()).send_text("welcome")?;
        }
    }
    Ok(())
}

fn end_when_heard(
    guest: Res<Guest>,
    mut events: MessageReader<VoiceEvent>,
    mut exit: MessageWriter<AppExit>,
    mut was_greeted: Local<bool>,
    mut was_heard: Local<bool>,
) {
    *was_greeted |= guest.0.events().any(|event| matches!(event.kind, EventKind::Text { .. }));
    *was_heard |= events.read().any(|event| matches!(event.kind, EventKind::StartedSpeaking { .. }));
    if *was_greeted && *was_heard {
        info!("the guest was greeted, and was heard");
        exit.write(AppExit::Success);
    }
}
