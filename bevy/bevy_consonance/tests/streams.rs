//! Voices as audio sources for `bevy_audio`, which has no device here: the test pulls the samples itself.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::thread;
use std::time::{Duration, Instant};

use bevy_app::prelude::*;
use bevy_asset::AssetPlugin;
use bevy_audio::{AudioPlayer, AudioPlugin, Decodable, PlaybackSettings, Source};
use bevy_consonance::VoiceStream;
use bevy_consonance::consonance::audio::Tone;
use bevy_consonance::consonance::host::{DedicatedServer, SessionLoop, SessionsSettings};
use bevy_consonance::consonance::transport::memory::MemoryNetwork;
use bevy_consonance::consonance::{VoiceChat, VoiceChatBuilder};
use bevy_consonance::prelude::*;

const PATIENCE: Duration = Duration::from_mins(2);

struct Fixture {
    network: MemoryNetwork,
    _server: DedicatedServer,
}

impl Fixture {
    fn open() -> Self {
        let network = MemoryNetwork::new();
        let mut sessions = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
        sessions.add_network(Box::new(network.listen()));
        Self { network, _server: DedicatedServer::start(sessions) }
    }

    fn chat(&self, name: &str) -> VoiceChatBuilder {
        VoiceChat::over(Box::new(self.network.client("main"))).name(name)
    }

    /// A player that sings in the lobby.
    fn singer(&self, name: &str) -> VoiceChat {
        self.chat(name).input(Box::new(Tone::new(440.0, 0.3))).speak_in_room("lobby").start().unwrap()
    }
}

/// Pulls sound in bursts, like a sound card's callbacks, until one of them satisfies the condition. It keeps a card's
/// pace: pulling faster than the sound is produced would add silence.
fn take_until(what: &str, mut sources: Vec<&mut dyn Iterator<Item = f32>>, is_so: impl Fn(&[f32]) -> bool) {
    const CALLBACK: Duration = Duration::from_millis(20);
    let deadline = Instant::now() + PATIENCE;
    let mut next = Instant::now();
    loop {
        let loudness: Vec<_> = sources.iter_mut().map(|source| loudness(source)).collect();
        if is_so(&loudness) {
            return;
        }
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}, {loudness:?}");
        next += CALLBACK;
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

/// The root mean square of the next callback, 960 samples.
fn loudness(source: &mut dyn Iterator<Item = f32>) -> f32 {
    (source.take(960).map(|sample| sample * sample).sum::<f32>() / 960.0).sqrt()
}

#[test]
fn a_player_is_heard_over_its_own_stream_and_not_in_the_mix() {
    let fixture = Fixture::open();
    let _alice = fixture.singer("Alice");
    let bob = fixture.chat("Bob").listen_to_room("lobby").start().unwrap();
    let mut mix = VoiceStream::mix(&bob).decoder();
    assert_eq!((mix.channels().get(), mix.sample_rate().get()), (2, 48_000));
    take_until("Alice is in the mix", vec![&mut mix], |loudness| loudness[0] > 0.05);
    let mut alice = VoiceStream::of_player(&bob, "Alice").decoder();
    assert_eq!((alice.channels().get(), alice.sample_rate().get()), (1, 48_000));
    take_until("she is apart", vec![&mut mix, &mut alice], |loudness| {
        loudness[0] < 0.001 && loudness[1] > 0.05
    });
    drop(alice);
    take_until("she is in the mix again", vec![&mut mix], |loudness| loudness[0] > 0.05);
}

#[test]
fn each_speaker_plays_its_players_stream_while_there_is_a_chat() {
    let fixture = Fixture::open();
    let mut app = App::new();
    // The order does not matter: the plugin looks for the others once all are added.
    let voice = VoicePlugin { sound: VoiceSound::BevyAudio, ..VoicePlugin::default() };
    app.add_plugins((voice, TaskPoolPlugin::default(), AssetPlugin::default(), AudioPlugin::default()));
    app.finish();
    app.cleanup();
    let alice = app.world_mut().spawn(VoiceSpeaker::new("Alice")).id();
    let own = PlaybackSettings::ONCE.muted();
    let bob = app.world_mut().spawn((VoiceSpeaker::new("Bob"), own)).id();
    app.update();
    assert_eq!(playing(&mut app), 0, "there is no chat");
    app.world_mut().resource_mut::<Voice>().connect(fixture.chat("Carol")).unwrap();
    app.update();
    assert_eq!(playing(&mut app), 3, "two players and the mix");
    let settings = |app: &App, entity| *app.world().get::<PlaybackSettings>(entity).unwrap();
    assert!(settings(&app, alice).spatial, "Bevy places her");
    assert!(settings(&app, bob).muted && !settings(&app, bob).spatial, "the game has said how he is played");
    app.world_mut().entity_mut(alice).remove::<VoiceSpeaker>();
    app.update();
    assert_eq!(playing(&mut app), 2);
    app.world_mut().resource_mut::<Voice>().disconnect();
    app.update();
    assert_eq!(playing(&mut app), 0);
}

fn playing(app: &mut App) -> usize {
    app.world_mut().query::<&AudioPlayer<VoiceStream>>().iter(app.world()).count()
}
