//! Mumble's control messages.

use std::sync::Arc;

use consonance_mumble::control::CONTROL_BYTES_MAX;
use consonance_mumble::control::messages::{
    Acl, Authenticate, BanList, ChannelRemove, ChannelUpdate, CodecVersion, ContextAction, CryptSetup,
    PermissionDenied, PermissionQuery, Ping, PluginData, QueryUsers, Reject, RequestBlob, ServerConfig,
    ServerSync, UserList, UserRemove, UserState, UserStats, UserText, VersionExchange, VoiceTarget,
    WhisperTarget,
};
use consonance_mumble::players::{MumblePlayer, Neighbours, PlayerCommand, PlayerSettings};
use consonance_mumble::{Control, Login, MumbleVersion};
use consonance_session::LinkId;

use crate::alone;
use crate::fixture::{Fixture, PLAYERS, measured};

const LINK: LinkId = LinkId(70_000);

/// A user in the big session.
struct User {
    fixture: Fixture,
    player: MumblePlayer,
    neighbours: Neighbours,
}

impl User {
    fn new() -> Self {
        let fixture = Fixture::new();
        let authenticate =
            Authenticate { username: Some("Mia".into()), opus: Some(true), ..Authenticate::default() };
        let (version, release) = (MumbleVersion::OURS, "a test".into());
        let login = Login { version, release, certificate: None, authenticate };
        let mut settings = PlayerSettings::new("main");
        settings.rooms = vec!["room 0".into(), "room 1".into()];
        let player = MumblePlayer::new(fixture.now, Arc::new(settings), &login);
        let mut user = Self { fixture, player, neighbours: Neighbours::default() };
        assert_eq!(user.player.poll_command(), Some(PlayerCommand::Open));
        user.fixture.server.handle_connected(user.fixture.now, LINK);
        user.player.handle_connected(user.fixture.now, &user.neighbours);
        let told = user.settle();
        assert!(told > 2 * usize::from(PLAYERS), "{told} messages: of the channels and of the users");
        user
    }

    /// Carries packets between the player and the server until there are none; returns the steps.
    fn settle(&mut self) -> usize {
        let Self { fixture, player, neighbours } = self;
        let mut steps = 0;
        loop {
            let mut sent = Vec::new();
            while let Some((delivery, packet)) = player.poll_transmit() {
                sent.push((delivery, packet.to_vec()));
            }
            for (delivery, packet) in &sent {
                let relayed = fixture.server.handle_packet(fixture.now, LINK, *delivery, packet);
                steps += 1 + relayed.map_or(0, |relayed| relayed.to.len());
            }
            let mut came = Vec::new();
            while let Some(transmit) = fixture.server.poll_transmit() {
                steps += 1 + transmit.to.len();
                if transmit.to.contains(&LINK) {
                    came.push((transmit.delivery, transmit.payload.to_vec()));
                }
            }
            while fixture.server.poll_event().is_some() {
                steps += 1;
            }
            for (delivery, packet) in &came {
                player.handle_packet(fixture.now, *delivery, packet, neighbours);
            }
            while player.poll_control().is_some() {
                steps += 1;
            }
            while player.poll_plugin_note().is_some() {
                steps += 1;
            }
            if sent.is_empty() && came.is_empty() {
                return steps;
            }
        }
    }
}

/// A text that is nearly as long as a message may be.
fn text() -> String {
    "&".repeat(CONTROL_BYTES_MAX - 100)
}

/// So many numbers below 128, which are one byte each.
fn numbers(count: usize) -> Vec<u32> {
    (0..count).map(|number| number as u32 % 128).collect()
}

fn worst_user_states() -> Vec<Control> {
    vec![
        // Each takes three bytes there.
        UserState { listening_channel_add: numbers(MANY * 2 / 3), ..Default::default() }.into(),
        UserState { listening_channel_add: numbers(CHANNELS_MAX), ..Default::default() }.into(),
        UserState { listening_channel_remove: numbers(CHANNELS_MAX), ..Default::default() }.into(),
        UserState { channel_id: Some(900), ..Default::default() }.into(),
        UserState { channel_id: Some(0), ..Default::default() }.into(),
        UserState { self_mute: Some(true), ..Default::default() }.into(),
        UserState { comment: Some(text()), ..Default::default() }.into(),
        UserState { session: Some(2), channel_id: Some(5), ..Default::default() }.into(),
    ]
}

fn worst_texts() -> Vec<Control> {
    let texts = |text: &str| text.repeat((CONTROL_BYTES_MAX - 300) / text.len());
    let to_32 = |message: String| UserText { channel_id: numbers(32), message, ..Default::default() };
    let hostile = ["&", "<a", "<style></style>", "<", "&lt;", "<style></"];
    let mut all: Vec<Control> = hostile.map(|text| to_32(texts(text)).into()).into();
    let hello = || "hello".repeat(100);
    all.extend([
        UserText { tree_id: vec![0; 30_000], message: hello(), ..Default::default() }.into(),
        UserText { tree_id: vec![0], message: hello(), ..Default::default() }.into(),
        UserText { session: numbers(30_000), message: hello(), ..Default::default() }.into(),
        to_32(hello()).into(),
    ]);
    all
}

/// Channels that one message may name.
const CHANNELS_MAX: usize = 64;
/// Numbers that fill a message.
const MANY: usize = (CONTROL_BYTES_MAX - 100) / 2;

/// The worst messages of a kind, of which any message is shown.
fn worst(kind: &Control) -> Vec<Control> {
    match kind {
        Control::Version(_) => vec![VersionExchange { release: Some(text()), ..Default::default() }.into()],
        Control::Authenticate(_) => {
            vec![Authenticate { tokens: vec![String::new(); 8000], ..Default::default() }.into()]
        }
        Control::Ping(_) => vec![Ping::default().into()],
        Control::Reject(_) => vec![Reject { reason: Some(text()), ..Default::default() }.into()],
        Control::ServerSync(_) => {
            vec![ServerSync { welcome_text: Some(text()), ..Default::default() }.into()]
        }
        Control::ChannelRemove(_) => vec![ChannelRemove { channel_id: 1 }.into()],
        Control::ChannelState(_) => vec![
            ChannelUpdate { name: Some(text()), parent: Some(0), ..Default::default() }.into(),
            ChannelUpdate { channel_id: Some(1), links_add: numbers(MANY), ..Default::default() }.into(),
            ChannelUpdate { channel_id: Some(1), links_add: numbers(CHANNELS_MAX), ..Default::default() }
                .into(),
            ChannelUpdate { channel_id: Some(1), links_remove: numbers(CHANNELS_MAX), ..Default::default() }
                .into(),
            ChannelUpdate { channel_id: Some(1), links_add: numbers(CHANNELS_MAX), ..Default::default() }
                .into(),
            // All links end when the user is in another channel.
            ChannelUpdate { name: Some("new".into()), parent: Some(0), ..Default::default() }.into(),
        ],
        Control::UserRemove(_) => {
            vec![UserRemove { session: 2, reason: Some(text()), ..Default::default() }.into()]
        }
        Control::UserState(_) => worst_user_states(),
        Control::BanList(_) => vec![BanList::default().into()],
        Control::TextMessage(_) => worst_texts(),
        Control::PermissionDenied(_) => {
            vec![PermissionDenied { reason: Some(text()), ..Default::default() }.into()]
        }
        Control::Acl(_) => vec![Acl { channel_id: 1 }.into()],
        Control::QueryUsers(_) => vec![QueryUsers::default().into()],
        Control::CryptSetup(_) => {
            vec![CryptSetup { key: Some(vec![7; 60_000]), ..Default::default() }.into()]
        }
        Control::ContextAction(_) => vec![ContextAction { action: text() }.into()],
        Control::UserList(_) => vec![UserList::default().into()],
        Control::VoiceTarget(_) => {
            let whisper = |targets| Control::from(VoiceTarget { id: Some(1), targets });
            let tree = WhisperTarget { channel_id: Some(0), children: Some(true), ..Default::default() };
            vec![
                whisper(vec![WhisperTarget::default(); 4000]),
                whisper(vec![tree; 1000]),
                whisper(vec![WhisperTarget { session: numbers(4000), ..Default::default() }]),
            ]
        }
        Control::PermissionQuery(_) => {
            vec![PermissionQuery { channel_id: Some(900), ..Default::default() }.into()]
        }
        Control::CodecVersion(_) => vec![CodecVersion::default().into()],
        Control::UserStats(_) => vec![UserStats { session: Some(900), ..Default::default() }.into()],
        Control::RequestBlob(_) => vec![RequestBlob::default().into()],
        Control::ServerConfig(_) => {
            vec![ServerConfig { welcome_text: Some(text()), ..Default::default() }.into()]
        }
        Control::PluginData(_) => {
            let (data, data_id) = (Some(vec![7; 1000]), Some("i".repeat(100)));
            vec![PluginData { receiver_sessions: numbers(6900), data, data_id, sender_session: None }.into()]
        }
    }
}

#[test]
fn no_control_message_of_mumble_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let mut user = User::new();
        for kind in Control::KINDS {
            let sample = Control::read(*kind, &[]).unwrap().expect("it is known");
            for message in worst(&sample) {
                assert_eq!(message.kind(), *kind);
                let mut bytes = Vec::new();
                message.write(&mut bytes);
                let body = &bytes[6..];
                assert!(body.len() <= CONTROL_BYTES_MAX, "{} bytes of kind {kind}", body.len());
                // What is longer than its kind may be is refused unread, which costs nothing.
                let cost = measured(|| {
                    let Ok(Some(control)) = Control::read(*kind, body) else { return 1 };
                    let User { fixture, player, neighbours } = &mut user;
                    player.handle_control(fixture.now, control, neighbours);
                    user.settle()
                });
                cost.assert_is_bounded(&format!("kind {kind}, {} bytes", body.len()));
                // What it asked for is answered some time later; and no message makes up for another one's budget.
                user.fixture.now = user.fixture.now + std::time::Duration::from_secs(10);
                let cost = measured(|| {
                    user.player.handle_timeout(user.fixture.now, &user.neighbours);
                    user.settle()
                });
                cost.assert_is_bounded(&format!("after kind {kind}, {} bytes", body.len()));
            }
        }
        // Lists may also be packed, at a byte for each number.
        for (kind, field) in [(7_u16, 6_u8), (7, 7), (9, 21), (9, 22), (11, 2), (11, 3), (11, 4)] {
            let length = CONTROL_BYTES_MAX - 8;
            let key = u16::from(field) << 3 | 2;
            let mut body =
                if field > 15 { vec![key as u8 | 0x80, (key >> 7) as u8] } else { vec![key as u8] };
            body.extend([
                length as u8 & 0x7F | 0x80,
                (length >> 7) as u8 & 0x7F | 0x80,
                (length >> 14) as u8,
            ]);
            body.extend(vec![1; length]);
            let cost = measured(|| {
                let control = Control::read(kind, &body).unwrap().expect("it is known");
                let User { fixture, player, neighbours } = &mut user;
                player.handle_control(fixture.now, control, neighbours);
                user.settle()
            });
            cost.assert_is_bounded(&format!("kind {kind}, packed field {field}"));
        }
        assert!(!user.player.is_over(), "it is in the session to the end: {:?}", user.player.end());
    });
}

#[test]
fn what_is_too_expensive_is_seen() {
    alone(|| {
        let hundreds = vec!["room".to_owned(); 300];
        // As each of many lists of rooms was written out once.
        let cost = measured(|| (0..300).map(|_| hundreds.clone().len()).sum());
        assert!(cost.bytes > crate::BYTES_MAX && cost.steps > crate::STEPS_MAX, "{cost:?}");
    });
}
