//! Names and texts are plain text, whatever they look like.

use consonance_testing::stage::{Failure, ensure};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::page_rules;
use crate::browser_test::person::{Person, WITH_PAGE};
use crate::browser_test::voices::Voice;

/// Text that looks like markup arrives as it was written, in browsers and in native players.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server(NAME, WITH_PAGE)?;
    let address = server.said_address("quic://")?;
    let mallory = Person::join(fixture, &server, MARKUP_NAME, Voice::First)?;
    let bob = Person::join(fixture, &server, "Bob", Voice::Second)?;
    let mut nell = fixture.native(NAME, &address, "Nell", None)?;
    bob.sees(&[MARKUP_NAME, "Nell"])?;
    mallory.sees(&["Bob", "Nell"])?;
    let twisted = fixture.native(NAME, &address, TWISTED_NAME, None)?;
    bob.sees(&[TWISTED_AS_SHOWN, "Nell"])?;
    twisted.leave()?;
    let scripted = fixture.native(NAME, &address, page_rules::MARKUP_NAME, None)?;

    mallory.tab.fill("Message to lobby", MARKUP)?;
    mallory.tab.click("Send")?;
    bob.sees(&[MARKUP])?;
    mallory.sees(&[MARKUP])?;
    nell.wait_for_line("onerror")?;
    nell.write("good evening")?;
    bob.sees(&["good evening"])?;
    fixture.photograph(&bob.tab, "texts")?;

    for person in [&mallory, &bob] {
        person.sees(&[page_rules::MARKUP_NAME])?;
        page_rules::names_are_no_markup(&person.tab)?;
        let elements =
            person.tab.evaluate("document.querySelectorAll('main script, main b, main i').length")?;
        ensure(elements == 0, || format!("a text has become {elements} elements of the page"))?;
        page_rules::are_kept(&person.tab, &server.page("127.0.0.1", "/"))?;
    }
    scripted.leave()?;
    server.end()
}

const NAME: &str = "texts";
const MARKUP_NAME: &str = "<i>Mallory</i> &amp; co";
/// A name with a character that would reverse it, and with an invisible one.
const TWISTED_NAME: &str = "\u{202e}eciveD\u{200b}";
const TWISTED_AS_SHOWN: &str = "\\u{202e}eciveD\\u{200b}";
const MARKUP: &str =
    "<b>hello</b> <img src=x onerror='window.markupRan = 1'><script>window.markupRan = 2</script> &lt;";
