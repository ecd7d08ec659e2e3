//! The messages that the app receives.

use std::net::UdpSocket;
use std::time::Duration;

use bevy_app::prelude::*;
use bevy_consonance::consonance::quic::QuicClientSettings;
use bevy_consonance::consonance::{EventKind, TextTarget};
use bevy_consonance::prelude::*;
use bevy_consonance::voice_is_connected;
use bevy_ecs::prelude::*;

use crate::fixture::{Fixture, chat, cursor, until, until_event};

/// Waits until the state has changed from one to the other, and returns the reason.
fn until_changed(app: &mut App, from: VoiceState, to: VoiceState) -> Option<String> {
    let mut changes = app.world().resource::<Messages<VoiceStateChanged>>().get_cursor();
    let mut reason = None;
    until(&format!("from {from:?} to {to:?}"), || {
        app.update();
        let mut told = changes.read(app.world().resource::<Messages<VoiceStateChanged>>());
        let change = told.find(|change| (change.from, change.to) == (from, to));
        reason = change.and_then(|change| change.reason.clone());
        change.is_some()
    });
    reason
}

#[test]
fn players_come_write_and_go() {
    let fixture = Fixture::open();
    let mut alice = fixture.player("Alice");
    let mut events = cursor(&alice);
    let mut bob = fixture.player("Bob");
    until_event(&mut events, &mut alice, &mut [&mut bob], &EventKind::PlayerJoined { name: "Bob".into() });
    chat(&bob).player("Alice").send_text("hello").unwrap();
    let text =
        EventKind::Text { from: "Bob".into(), to: TextTarget::Player("Alice".into()), text: "hello".into() };
    until_event(&mut events, &mut alice, &mut [&mut bob], &text);
    bob.world_mut().resource_mut::<Voice>().disconnect();
    until_event(&mut events, &mut alice, &mut [&mut bob], &EventKind::PlayerLeft { name: "Bob".into() });
}

#[test]
fn a_lost_server_and_its_return_are_told() {
    let mut fixture = Fixture::open();
    let mut app = Fixture::app("Alice");
    fixture.join(&mut app, |builder| builder);
    until_changed(&mut app, VoiceState::Disconnected, VoiceState::Connecting);
    assert_eq!(until_changed(&mut app, VoiceState::Connecting, VoiceState::Connected), None);
    fixture.stop();
    let reason = until_changed(&mut app, VoiceState::Connected, VoiceState::Reconnecting);
    assert!(reason.is_some_and(|reason| !reason.is_empty()));
    fixture.start_again();
    until_changed(&mut app, VoiceState::Reconnecting, VoiceState::Connected);
    app.world_mut().resource_mut::<Voice>().disconnect();
    let reason = until_changed(&mut app, VoiceState::Connected, VoiceState::Disconnected);
    assert_eq!(reason, None, "it was asked for");
}

#[test]
fn systems_can_wait_for_the_session() {
    #[derive(Resource, Default)]
    struct Frames(u32);
    let fixture = Fixture::open();
    let mut app = Fixture::app("Alice");
    app.init_resource::<Frames>();
    app.add_systems(Update, (|mut frames: ResMut<Frames>| frames.0 += 1).run_if(voice_is_connected));
    app.update();
    fixture.join(&mut app, |builder| builder);
    until_changed(&mut app, VoiceState::Connecting, VoiceState::Connected);
    assert_eq!(app.world().resource::<Frames>().0, 1, "only the frame in which it was connected");
}

#[test]
fn the_plugin_joins_when_the_app_starts() {
    let fixture = Fixture::open();
    let mut app = App::new();
    let (server, sound) = (Some(fixture.address()), VoiceSound::Custom);
    app.add_plugins(VoicePlugin { server, sound, ..VoicePlugin::default() });
    until_changed(&mut app, VoiceState::Connecting, VoiceState::Connected);
}

#[test]
fn an_address_that_cannot_be_read_is_an_error() {
    let mut app = App::new();
    app.add_plugins(VoicePlugin { server: Some("voice.example".into()), ..VoicePlugin::default() });
    app.update();
    let mut errors = app.world_mut().resource_mut::<Messages<VoiceError>>();
    let codes: Vec<_> = errors.drain().map(|error| error.code()).collect();
    assert_eq!(codes, ["address"]);
}

#[test]
fn a_server_that_does_not_answer_is_an_error() {
    // Occupies the port, but never answers.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let settings =
        QuicClientSettings { connect_timeout: Duration::from_millis(100), ..QuicClientSettings::default() };
    let mut app = Fixture::app("Alice");
    let mut voice = app.world_mut().resource_mut::<Voice>();
    let address = format!("quic://{}/main", silent.local_addr().unwrap());
    let builder = voice.builder().server_with(&address, settings).unwrap().fallback(None);
    voice.connect(builder).unwrap();
    let mut errors = cursor::<VoiceError>(&app);
    let reason = until_changed(&mut app, VoiceState::Connecting, VoiceState::Disconnected);
    let told: Vec<_> = errors.read(app.world().resource::<Messages<VoiceError>>()).collect();
    assert!(matches!(told[..], [VoiceError::Ended(_)]), "{told:?}");
    assert!(reason.is_some_and(|reason| told[0].to_string().ends_with(&reason)));
    until("the chat is gone", || {
        app.update();
        app.world().resource::<Voice>().chat().is_none()
    });
}
