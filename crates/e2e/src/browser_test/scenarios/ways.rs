//! Alternatives where the usual transport of voice is blocked: TCP, a `WebSocket`, a TURN server.

use consonance_testing::stage::{Failure, ensure};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::page_rules;
use crate::browser_test::person::{Person, Visitor, WITH_PAGE, Way};
use crate::browser_test::server::Server;
use crate::browser_test::voices::Voice;

/// People hear and are heard if UDP does not get through, and if there is no WebRTC.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server("ways", &format!("{WITH_PAGE}tcp = \"127.0.0.1:OTHER\"\n"))?;
    let bob = Person::join(fixture, &server, "Bob", Voice::Second)?;
    goes_by(&bob, "udp")?;
    both_talk(
        fixture,
        &server,
        &bob,
        Visitor { way: Way::Tcp, ..Visitor::new("Tess", Voice::First) },
        "tcp",
    )?;
    let will = Visitor { way: Way::WebSocket, ..Visitor::new("Will", Voice::Third) };
    let will = both_talk(fixture, &server, &bob, will, "")?;
    for transport in ["webrtc", "websocket"] {
        will.talks(|| has_a_sound_of(&bob, will.name, transport))?;
    }
    server.end()
}

/// A page that embeds the library gets that player's voice as an audio node and as a media stream, and neither is
/// silent.
fn has_a_sound_of(bob: &Person, name: &str, transport: &str) -> Result<(), Failure> {
    let script = format!("({TAP})({name:?}, {transport:?})");
    let heard = bob.tab.evaluate(&script)?;
    ensure(heard == "both", || format!("over {transport} the voice of {name} is in its {heard}"))
}

/// Joins with the library from the page's own server, and listens to a player's node and stream for 20 s at most.
const TAP: &str = "async (name, transport) => {
    const { connect, info } = await import('/consonance.js');
    const [session] = (await info()).sessions;
    const voice = await connect({ session, name: `Tap ${transport}`, microphone: false, transport });
    await voice.resume();
    voice.output.volume = 0;
    voice.rooms.listen('lobby');
    const wait = () => new Promise((done) => setTimeout(done, 50));
    while (!voice.players.has(name)) await wait();
    const { audioNode, mediaStream } = voice.players.get(name);
    const { context } = audioNode;
    const analyser = () => new AnalyserNode(context, { fftSize: 2048 });
    const taps = { node: audioNode.connect(analyser()), stream: context.createMediaStreamSource(mediaStream).connect(analyser()) };
    const samples = new Float32Array(2048), heard = new Set();
    const until = performance.now() + 20000;
    while (heard.size < 2 && performance.now() < until) {
        for (const [what, tap] of Object.entries(taps)) {
            tap.getFloatTimeDomainData(samples);
            if (samples.some((sample) => Math.abs(sample) > 0.02)) heard.add(what);
        }
        await wait();
    }
    voice.leave();
    const [track] = mediaStream.getAudioTracks();
    if (track.readyState !== 'ended') return 'stream, which does not end';
    return heard.size === 2 ? 'both' : [...heard].join() || 'neither';
}";

/// People hear and are heard if only TCP to a TURN server gets through.
pub(crate) fn play_relay(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let turn = fixture.run_once("relay")?;
    let mut server = fixture.server("relay", &format!("{WITH_PAGE}{}", turn.settings()))?;
    let bob = Person::join(fixture, &server, "Bob", Voice::Second)?;
    goes_by(&bob, "udp")?;
    let rita = Visitor { way: Way::Tcp, ..Visitor::new("Rita", Voice::First) };
    let rita = both_talk(fixture, &server, &bob, rita, "relay")?;
    // Clicked by selector, as its label contains the state of the connection, which varies with the machine's load.
    rita.tab.evaluate("document.querySelector('.connection summary').click()")?;
    rita.tab.wait_for_text("Voice goes over a relay because the direct path is blocked.")?;
    fixture.photograph(&rita.tab, "relay")?;
    server.end()
}

fn both_talk(
    fixture: &Fixture<'_>,
    server: &Server,
    bob: &Person,
    visitor: Visitor,
    protocol: &str,
) -> Result<Person, Failure> {
    let other = Person::join_as(fixture, server, visitor)?;
    goes_by(&other, protocol)?;
    other.sees(&[bob.name])?;
    bob.sees(&[other.name])?;
    other.talks(|| bob.hears(fixture, other.name, other.voice))?;
    bob.talks(|| other.hears(fixture, bob.name, bob.voice))?;
    page_rules::are_kept(&other.tab, &server.page("127.0.0.1", "/"))?;
    Ok(other)
}

fn goes_by(person: &Person, protocol: &str) -> Result<(), Failure> {
    let found = person.tab.voice_protocol()?;
    ensure(found == protocol, || {
        format!("the voice of {} goes by {found:?} instead of {protocol:?}", person.name)
    })
}
