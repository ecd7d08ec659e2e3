//! What one message of a game's client costs an envelope, at worst: full of voice, of messages of the game, and of
//! nonsense, towards a server without a game and through a proxy.

use std::time::Instant;

use consonance_game_networks::{fishnet, mirror, ngo};
use consonance_link::gateway::{
    ClientEnvelope, Envelope as _, EnvelopeKind, MessageChannel, MessagePart, MessageParts,
};
use consonance_link::{Delivery, PacketLimits};
use consonance_testing::cost::{Cost, alone, measured};

/// As long as the networks' longest messages.
const MESSAGE_BYTES_MAX: usize = 256 * 1024;

/// Takes what is to go to the other end.
fn said(parts: &mut MessageParts) -> Vec<(MessageChannel, Vec<u8>)> {
    let mut said = Vec::new();
    while let Some((part, bytes)) = parts.pop() {
        match part {
            MessagePart::ToClient(channel) | MessagePart::ToGame(channel) => {
                said.push((channel, bytes.to_vec()));
            }
            MessagePart::Voice(_) => {}
        }
    }
    said
}

/// A connection of which the client has said what it says at first.
fn connected<K: EnvelopeKind>(kind: &mut K, client: &mut impl ClientEnvelope) -> K::Envelope {
    let now = Instant::now();
    let (mut envelope, mut up, mut down) = (kind.open(now), MessageParts::default(), MessageParts::default());
    envelope.handle_connected(now, &mut down);
    client.handle_connected(now, &mut up);
    for _ in 0..10 {
        for (channel, message) in said(&mut up) {
            envelope.handle_from_client(now, channel, &message, &mut down);
        }
        for (channel, message) in said(&mut down) {
            client.handle_message(now, channel, &message, &mut up);
        }
    }
    envelope
}

/// A voice message to a server without a game, and its channel.
fn voice(kind: &mut impl EnvelopeKind, client: &mut impl ClientEnvelope) -> (MessageChannel, Vec<u8>) {
    connected(kind, client);
    let mut voice = Vec::new();
    let channel = client.wrap(Instant::now(), Delivery::Reliable, b"\x8b\xc7\x02", &mut voice);
    (channel.expect("it is ready to speak"), voice)
}

/// The cost of a message, and the voice packets in it.
fn cost(
    envelope: &mut impl consonance_link::gateway::Envelope,
    channel: MessageChannel,
    message: &[u8],
) -> (Cost, usize) {
    let now = Instant::now();
    let (mut parts, mut voices) = (MessageParts::default(), 0);
    let cost = measured(|| {
        envelope.handle_from_client(now, channel, message, &mut parts);
        let mut steps = 1;
        while let Some((part, _)) = parts.pop() {
            steps += 1;
            voices += usize::from(matches!(part, MessagePart::Voice(_)));
        }
        steps
    });
    (cost, voices)
}

/// Has these messages judged, the first of which is full of voice, and others.
fn judge<K: EnvelopeKind, C: ClientEnvelope>(
    (what, voices_min): (&str, usize),
    mut kind: K,
    client: impl Fn() -> C,
    (channel, messages): (MessageChannel, &[Vec<u8>]),
) {
    let nonsense = [0, 1, 3, 7, 0xff].map(|byte| vec![byte; MESSAGE_BYTES_MAX]);
    for (index, message) in messages.iter().chain(&nonsense).enumerate() {
        assert!(message.len() <= MESSAGE_BYTES_MAX, "{what}: {} bytes", message.len());
        let mut envelope = connected(&mut kind, &mut client());
        let (cost, voices) = cost(&mut envelope, channel, message);
        cost.assert_is_bounded(&format!("{what}, message {index} with {voices} voices"));
        assert!(index > 0 || voices >= voices_min, "{what}: {voices} voices");
    }
}

/// The message with what is behind its head as often as it fits, and the same without its last byte.
fn repeated(message: &[u8], head: usize) -> Vec<Vec<u8>> {
    let (head, one) = message.split_at(head);
    let whole = [head, &one.repeat((MESSAGE_BYTES_MAX - head.len()) / one.len())].concat();
    let cut = whole[..whole.len() - 1].to_vec();
    vec![whole, cut]
}

#[test]
fn no_message_of_mirror_costs_an_envelope_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let client = || mirror::MirrorClient::new(mirror::ClientSettings::default());
        let mut voice_only = mirror::MirrorVoiceOnly::new(mirror::VoiceOnlySettings::default());
        let (channel, voice) = voice(&mut voice_only, &mut client());
        let messages = repeated(&voice, 8);
        judge(("mirror", 1000), voice_only, client, (channel, &messages));
        let proxy = mirror::MirrorProxy::new(mirror::ProxySettings::default());
        judge(("mirror, proxy", 1000), proxy, client, (channel, &messages));
    });
}

#[test]
fn no_message_of_fishnet_costs_an_envelope_more() {
    alone(|| {
        let client = || fishnet::FishNetClient::new(fishnet::ClientSettings::default());
        let mut voice_only = fishnet::FishNetVoiceOnly::new(fishnet::VoiceOnlySettings::default());
        let (channel, voice) = voice(&mut voice_only, &mut client());
        let packets = fishnet::Payload::parse(&voice).expect("it is a payload").packets.len();
        let messages = repeated(&voice, voice.len() - packets);
        judge(("fishnet", 1000), voice_only, client, (channel, &messages));
        let proxy = fishnet::FishNetProxy::new(fishnet::ProxySettings::default());
        judge(("fishnet, proxy", 1000), proxy, client, (channel, &messages));
    });
}

#[test]
fn no_message_of_netcode_costs_an_envelope_more() {
    alone(|| {
        let client = || ngo::NgoClient::new(ngo::ClientSettings::default());
        let mut voice_only = ngo::NgoVoiceOnly::new(ngo::VoiceOnlySettings::default());
        let (channel, voice) = voice(&mut voice_only, &mut client());
        let message = ngo::NgoBatch::parse(&voice).expect("it is a batch").messages().next();
        let message = message.expect("there is one").expect("it is whole");
        let batch = |id: u32, body: &[u8], bytes: usize| {
            let mut batched = Vec::new();
            let mut batch = ngo::NgoBatchWriter::new(&mut batched);
            (0..(MESSAGE_BYTES_MAX - 40) / bytes).for_each(|_| batch.message(id, &[body]));
            batch.finish();
            batched
        };
        let messages = [
            batch(message.id, message.body, message.framed.len()),
            batch(message.id, &[], 6),
            batch(200, &[7; 2], 8),
        ];
        judge(("netcode", 1000), voice_only, client, (channel, &messages));
        let proxy = Proxy(answers(client()));
        judge(("netcode, proxy", 1000), proxy, client, (channel, &messages));
    });
}

/// The answers of a server without a game to a client's first messages.
fn answers(mut client: ngo::NgoClient) -> Vec<(MessageChannel, Vec<u8>)> {
    let now = Instant::now();
    let (mut up, mut down) = (MessageParts::default(), MessageParts::default());
    let mut server = ngo::NgoVoiceOnly::new(ngo::VoiceOnlySettings::default()).open(now);
    client.handle_connected(now, &mut up);
    for (channel, message) in said(&mut up) {
        server.handle_from_client(now, channel, &message, &mut down);
    }
    said(&mut down)
}

/// A proxy in front of a game that has answered already: its answers say how voice looks.
struct Proxy(Vec<(MessageChannel, Vec<u8>)>);

impl EnvelopeKind for Proxy {
    type Envelope = ngo::NgoProxiedConnection;

    fn open(&mut self, now: Instant) -> ngo::NgoProxiedConnection {
        let (mut envelope, mut parts) = (ngo::NgoProxy.open(now), MessageParts::default());
        for (channel, message) in &self.0 {
            envelope.handle_from_game(now, *channel, message, &mut parts);
        }
        envelope
    }

    fn limits(&self, messages: PacketLimits) -> PacketLimits {
        ngo::NgoProxy.limits(messages)
    }
}
