//! The ways of a voice where the usual one is shut: TCP, a `WebSocket`, a TURN server.

use consonance_test_stage::{Failure, ensure};

use crate::page_rules;
use crate::person::{Person, Visitor, WITH_PAGE, Way};
use crate::server::Server;
use crate::stage::Stage;
use crate::voices::Voice;

/// Where UDP does not get through, and where there is no WebRTC, people hear and are heard.
pub(crate) fn play(stage: &Stage<'_>) -> Result<(), Failure> {
    let mut server = stage.server("ways", &format!("{WITH_PAGE}tcp = \"127.0.0.1:OTHER\"\n"))?;
    let bob = Person::join(stage, &server, "Bob", Voice::Second)?;
    goes_by(&bob, "udp")?;
    both_talk(stage, &server, &bob, Visitor { way: Way::Tcp, ..Visitor::new("Tess", Voice::First) }, "tcp")?;
    let will = Visitor { way: Way::WebSocket, ..Visitor::new("Will", Voice::Third) };
    both_talk(stage, &server, &bob, will, "")?;
    server.end()
}

/// Where nothing gets through but TCP to a TURN server, people hear and are heard.
pub(crate) fn play_relay(stage: &Stage<'_>) -> Result<(), Failure> {
    let turn = stage.turn("relay")?;
    let mut server = stage.server("relay", &format!("{WITH_PAGE}{}", turn.settings()))?;
    let bob = Person::join(stage, &server, "Bob", Voice::Second)?;
    goes_by(&bob, "udp")?;
    let rita = Visitor { way: Way::Tcp, ..Visitor::new("Rita", Voice::First) };
    let rita = both_talk(stage, &server, &bob, rita, "relay")?;
    // Its name has the word for the connection in it, which changes with what the machine has to do.
    rita.tab.evaluate("document.querySelector('.connection summary').click()")?;
    rita.tab.wait_for_text("Voice takes a detour over a relay because the direct way is blocked.")?;
    stage.photograph(&rita.tab, "relay")?;
    server.end()
}

fn both_talk(
    stage: &Stage<'_>,
    server: &Server,
    bob: &Person,
    visitor: Visitor,
    protocol: &str,
) -> Result<Person, Failure> {
    let other = Person::join_as(stage, server, visitor)?;
    goes_by(&other, protocol)?;
    other.sees(&[bob.name])?;
    bob.sees(&[other.name])?;
    other.talks(|| bob.hears(stage, other.name, other.voice))?;
    bob.talks(|| other.hears(stage, bob.name, bob.voice))?;
    page_rules::are_kept(&other.tab, &server.page("127.0.0.1", "/"))?;
    Ok(other)
}

fn goes_by(person: &Person, protocol: &str) -> Result<(), Failure> {
    let found = person.tab.voice_protocol()?;
    ensure(found == protocol, || {
        format!("the voice of {} goes by {found:?} instead of {protocol:?}", person.name)
    })
}
