//! A radio and the world at once: hold V to speak to the team, B to the players nearby, or both.
//!
//! The radio has no direction and a radio's sound; in the world, voices come from the players' places and carry for
//! 25 metres. The first window starts the server; others join it with the address that it logs.
//!
//! `cargo xtask check bevy --run radio`; add `-- ADDRESS Bob` for the second player.

use std::env;
use std::error::Error;

use bevy::prelude::*;
use bevy_consonance::consonance::VoiceChat;
use bevy_consonance::prelude::*;
use bevy_consonance_examples::{LocalServer, log_voice};

/// The line on the screen for a room.
#[derive(Component)]
struct Line {
    room: Entity,
    what: &'static str,
}

/// The line for the current speakers.
#[derive(Component)]
struct Speaking;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut app = App::new();
    app.add_plugins(DefaultPlugins);
    let address = if let Some(address) = arguments.next() {
        address
    } else {
        let server = LocalServer::start()?;
        let address = server.address.clone();
        app.insert_resource(server);
        address
    };
    info!("others join with: cargo run --bin radio -- '{address}' NAME");
    let name = arguments.next().unwrap_or_else(|| "Alice".into());
    app.add_plugins(VoicePlugin {
        server: Some(address),
        name: Some(name),
        share_position: true,
        ..VoicePlugin::default()
    })
    .add_systems(Startup, set_up)
    .add_systems(Update, (log_voice, show_rooms, show_speaking, sound_like_a_radio))
    .run();
    Ok(())
}

fn set_up(mut commands: Commands) {
    commands.spawn((Camera3d::default(), VoiceListener));
    let world = commands.spawn(VoiceRoom::new("world").push_to_talk([KeyCode::KeyB])).id();
    let radio = commands.spawn(VoiceRoom::radio("team", [KeyCode::KeyV])).id();
    let column = Node {
        flex_direction: FlexDirection::Column,
        padding: UiRect::all(px(24)),
        row_gap: px(12),
        ..Node::default()
    };
    commands.spawn((
        column,
        children![
            (Text::default(), Line { room: radio, what: "V  radio" }),
            (Text::default(), Line { room: world, what: "B  world" }),
            (Text::default(), Speaking),
        ],
    ));
}

/// Shows each room's state, and why it is silent.
fn show_rooms(rooms: Query<&VoiceRoomState>, mut lines: Query<(&Line, &mut Text)>) {
    for (line, mut text) in &mut lines {
        let Ok(state) = rooms.get(line.room) else { continue };
        let said = match (state.is_transmitting, state.speaking_blocked) {
            (true, _) => "on the air".to_owned(),
            (false, Some(blocked)) => blocked.to_string(),
            (false, None) => "silent".to_owned(),
        };
        text.set_if_neq(Text(format!("{}: {said}", line.what)));
    }
}

fn show_speaking(voice: Res<Voice>, mut text: Single<&mut Text, With<Speaking>>) {
    let players = voice.chat().map(VoiceChat::players).unwrap_or_default();
    let speaking = players.iter().filter(|player| !player.is_local() && player.is_speaking());
    let names: Vec<_> = speaking.map(|player| player.name().to_owned()).collect();
    text.set_if_neq(Text(format!("{:?}; speaking: {}", voice.state(), names.join(", "))));
}

/// Uses the chat's own handle for a feature that the plugin does not cover.
fn sound_like_a_radio(voice: Res<Voice>, mut changes: MessageReader<VoiceStateChanged>) -> Result {
    for change in changes.read() {
        if let (VoiceState::Connected, Some(chat)) = (change.to, voice.chat()) {
            chat.room("team").set_effects("radio strength=0.5".parse()?);
        }
    }
    Ok(())
}
