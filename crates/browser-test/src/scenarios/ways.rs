//! The ways of a voice where the usual one is shut: TCP, and a `WebSocket`.

use crate::conduct;
use crate::failure::{Failure, ensure};
use crate::person::{Person, Way};
use crate::stage::Stage;
use crate::voices::Voice;

/// Where UDP does not get through, and where there is no WebRTC, people hear and are heard.
pub(crate) fn play(stage: &Stage) -> Result<(), Failure> {
    let mut server = stage.server("ways", SETTINGS)?;
    let bob = Person::join(stage, &server, "Bob", Voice::Second)?;
    goes_by(&bob, "udp")?;
    for (way, name, voice, protocol) in OTHERS {
        let other = Person::join_by(way, stage, &server, name, voice)?;
        goes_by(&other, protocol)?;
        other.sees(&["Bob"])?;
        bob.sees(&[name])?;
        other.talks(|| bob.hears(stage, name, voice))?;
        bob.talks(|| other.hears(stage, "Bob", Voice::Second))?;
        conduct::is_impeccable(&other.tab, &server.page("127.0.0.1", "/"))?;
    }
    server.end()
}

fn goes_by(person: &Person, protocol: &str) -> Result<(), Failure> {
    let found = person.tab.voice_protocol()?;
    ensure(found == protocol, || {
        format!("the voice of {} goes by {found:?} instead of {protocol:?}", person.name)
    })
}

const OTHERS: [(Way, &str, Voice, &str); 2] =
    [(Way::Tcp, "Tess", Voice::First, "tcp"), (Way::WebSocket, "Will", Voice::Third, "")];
const SETTINGS: &str = "[web]\nlisten = \"127.0.0.1:PORT\"\ntcp = \"127.0.0.1:OTHER\"\n";
