//! A session that is encrypted from end to end.

use consonance_testing::stage::{Failure, ensure};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::page_rules;
use crate::browser_test::person::{Person, Visitor, WITH_PAGE, Way};
use crate::browser_test::voices::Voice;

/// Visitors, one of them without WebRTC, and a native player hear and read each other. In a session that requires
/// encryption, none of them accepts unsealed data, so everything that arrives was sealed.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server(NAME, &format!("encryption = \"required\"\n{WITH_PAGE}"))?;
    let address = server.said_address("quic://")?;
    let page = server.page("127.0.0.1", "/");
    let alice = Person::join(fixture, &server, "Alice", Voice::First)?;
    let bob = Person::join(fixture, &server, "Bob", Voice::Second)?;
    let mut nell = fixture.native(NAME, &address, "Nell", Some(Voice::Third))?;
    for person in [&alice, &bob] {
        person.sees(&["Nell", "Encrypted"])?;
        person.hears(fixture, "Nell", Voice::Third)?;
    }
    nell.write("good evening")?;
    alice.sees(&["good evening"])?;
    alice.tab.fill("Message to lobby", "good night")?;
    alice.tab.click("Send")?;
    bob.sees(&["good night"])?;
    nell.wait_for_line("good night")?;
    nell.leave()?;
    let nell = fixture.native(NAME, &address, "Nell", None)?;
    bob.sees(&["Nell"])?;
    alice.talks(|| {
        bob.hears(fixture, "Alice", Voice::First)?;
        alice.hears_nothing(fixture)
    })?;
    fixture.understands_somewhere("Nell hears Alice", &nell.leave()?, Voice::First)?;
    let will = Visitor { way: Way::WebSocket, ..Visitor::new("Will", Voice::Third) };
    let will = Person::join_as(fixture, &server, will)?;
    will.sees(&["Encrypted"])?;
    will.talks(|| bob.hears(fixture, "Will", Voice::Third))?;
    bob.talks(|| will.hears(fixture, "Bob", Voice::Second))?;
    will.tab.fill("Message to lobby", "by another way")?;
    will.tab.click("Send")?;
    alice.sees(&["by another way"])?;
    page_rules::are_kept(&alice.tab, &page)?;
    // The reloaded page has lost its keys, and gets new ones.
    alice.tab.reload()?;
    alice.is_in()?;
    alice.sees(&["Encrypted", "Will"])?;
    alice.talks(|| bob.hears(fixture, "Alice", Voice::First))?;
    will.talks(|| alice.hears(fixture, "Will", Voice::Third))?;
    see_the_same_number([&alice, &bob, &will])?;
    // A verified player stays verified when the page is reloaded, and keeps its key.
    alice.tab.click("Bob's are the same")?;
    alice.sees(&["verified"])?;
    alice.tab.reload()?;
    alice.is_in()?;
    alice.sees(&["Encrypted", "Will"])?;
    alice.tab.click("Encryption: Encrypted")?;
    let is_verified = "[...document.querySelectorAll('.encryption li')].some((row) => \
                       row.innerText.includes('Bob') && row.innerText.includes('verified'))";
    alice.tab.wait_until("Alice still knows Bob as verified", is_verified)?;
    let knows = "[...document.querySelectorAll('.encryption li')].some((row) => \
                 row.innerText.includes('Alice') && !row.innerText.includes('another key'))";
    bob.tab.wait_until("Alice has the key that she had", knows)?;
    fixture.photograph(&bob.tab, "encrypted")?;
    for person in [&bob, &will] {
        page_rules::are_kept(&person.tab, &page)?;
    }
    server.end()
}

/// A visitor that cannot encrypt is rejected with an explanation where encryption is required. Where encryption is
/// optional, it talks with the others, and they see that the room is not encrypted.
pub(crate) fn play_plain_room(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let pete = Visitor { can_encrypt: false, ..Visitor::new("Pete", Voice::Second) };
    let mut strict =
        fixture.server("plain-room-required", &format!("encryption = \"required\"\n{WITH_PAGE}"))?;
    let refused = Person::open(fixture, &strict, pete)?;
    refused.tab.fill("Your name", "Pete")?;
    refused.tab.click("Join and talk")?;
    refused.sees(&["requires end-to-end encryption, which this client does not support"])?;
    drop(refused);
    strict.end()?;

    let mut server = fixture.server("plain-room", &format!("encryption = \"allowed\"\n{WITH_PAGE}"))?;
    let alice = Person::join(fixture, &server, "Alice", Voice::First)?;
    alice.sees(&["Encrypted"])?;
    let pete = Person::join_as(fixture, &server, pete)?;
    alice.sees(&["Pete", "Not encrypted"])?;
    pete.talks(|| alice.hears(fixture, "Pete", Voice::Second))?;
    alice.talks(|| pete.hears(fixture, "Alice", Voice::First))?;
    fixture.photograph(&alice.tab, "plain-room")?;
    server.end()
}

/// Two native players, a visitor with Chromium and one with Firefox talk in a session that requires encryption; the
/// last one is kicked, disappears from the others' members, and hears nothing.
pub(crate) fn play_kick(fixture: &Fixture<'_>) -> Result<(), Failure> {
    const NAME: &str = "kicked";
    let settings =
        "encryption = \"required\"\n[admin]\nlisten = \"127.0.0.1:OTHER\"\ntoken_file = \"admin-token\"\n";
    let mut server = fixture.server(NAME, &format!("{settings}{WITH_PAGE}"))?;
    let address = server.said_address("quic://")?;
    let fay = Visitor { has_firefox: true, ..Visitor::new("Fay", Voice::Second) };
    let fay = Person::join_as(fixture, &server, fay)?;
    let alice = Person::join(fixture, &server, "Alice", Voice::First)?;
    let nora = fixture.native(NAME, &address, "Nora", None)?;
    let nell = fixture.native(NAME, &address, "Nell", Some(Voice::Third))?;
    for person in [&alice, &fay] {
        person.sees(&["Nell", "Encrypted"])?;
        person.hears(fixture, "Nell", Voice::Third)?;
    }
    nell.leave()?;
    fixture.understands_somewhere("Nora hears Nell", &nora.leave()?, Voice::Third)?;

    let nora = fixture.native(NAME, &address, "Nora", None)?;
    alice.talks(|| fay.hears(fixture, "Alice", Voice::First))?;
    fixture.understands_somewhere("Nora hears Alice", &nora.leave()?, Voice::First)?;
    let nell = fixture.native(NAME, &address, "Nell", None)?;
    fay.talks(|| alice.hears(fixture, "Fay", Voice::Second))?;
    fixture.understands_somewhere("Nell hears Fay", &nell.leave()?, Voice::Second)?;

    let nora = fixture.native(NAME, &address, "Nora", None)?;
    let admin = format!("http://{}", server.other_address());
    let token = fixture.folder(NAME)?.join("admin-token").display().to_string();
    fixture.command(&["admin", "--server", &admin, "--token-file", &token, "kick", "main", "Fay"])?;
    alice.tab.click("Encryption: Encrypted")?;
    let is_gone = "!document.querySelector('.encryption ul').innerText.includes('Fay')";
    alice.tab.wait_until("Fay is no member any more", is_gone)?;
    alice.talks(|| {
        fay.hears_nothing(fixture)?;
        // Alice talks on, so that the native player records enough of her voice.
        alice.hears_nothing(fixture)
    })?;
    fixture.understands_somewhere("Nora hears Alice without Fay", &nora.leave()?, Voice::First)?;
    server.end()
}

/// Checks that each lists the others as members, and that all have the same safety number.
fn see_the_same_number(people: [&Person; 3]) -> Result<(), Failure> {
    let mut numbers = Vec::new();
    for person in people {
        person.tab.click("Encryption: Encrypted")?;
        for other in people {
            let what = format!("{} sees {} as a member", person.name, other.name);
            let is_listed =
                format!("document.querySelector('.encryption ul').innerText.includes({:?})", other.name);
            person.tab.wait_until(&what, &is_listed)?;
        }
        numbers.push(
            person.tab.evaluate("document.querySelector('.encryption .card > .safety-number').innerText")?,
        );
    }
    let is_same = numbers.iter().all(|number| *number == numbers[0]);
    ensure(is_same && !numbers[0].as_str().unwrap_or_default().is_empty(), || {
        format!("the safety numbers of the session: {numbers:?}")
    })
}

const NAME: &str = "encryption";
