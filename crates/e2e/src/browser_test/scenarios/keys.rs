//! What a browser keeps of an encrypted session, and what it shows of the page's code.

use consonance_testing::stage::{Failure, ensure};
use serde_json::json;

use crate::browser_test::fixture::Fixture;
use crate::browser_test::page_rules;
use crate::browser_test::person::{Person, Visitor, WITH_PAGE};
use crate::browser_test::voices::Voice;

/// A visitor with Chromium and one with Firefox have the same keys for each other after each has reloaded its page. The
/// keys are stored where no script gets their bytes, and both pages show the hash that the program prints.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server("keys", &format!("encryption = \"required\"\n{WITH_PAGE}"))?;
    let fay = Visitor { has_firefox: true, ..Visitor::new("Fay", Voice::Second) };
    let fay = Person::join_as(fixture, &server, fay)?;
    // Before it has met anyone, too.
    opens_the_lock(&fay)?;
    stores_no_readable_key(&fay)?;
    let alice = Person::join(fixture, &server, "Alice", Voice::First)?;
    let hash = fixture.command(&["page-hash"])?;
    for person in [&alice, &fay] {
        opens_the_lock(person)?;
        sees_the_hash(person, hash.trim())?;
        stores_no_readable_key(person)?;
    }
    let number = number_of(&alice, "Fay")?;
    ensure(number == number_of(&fay, "Alice")?, || "the numbers of two players differ".to_owned())?;
    fixture.photograph(&alice.tab, "keys")?;
    page_rules::is_accessible(&alice.tab, "the lock")?;

    for (reloaded, other) in [(&fay, &alice), (&alice, &fay)] {
        reloaded.tab.reload()?;
        reloaded.is_in()?;
        opens_the_lock(reloaded)?;
        for (person, name) in [(other, reloaded.name), (reloaded, other.name)] {
            let what = format!("{} knows the key of {name}", person.name);
            let row = row_of(name);
            let same = format!(
                "{row}.querySelector('.safety-number').innerText === {} && !{row}.innerText.includes('another key')",
                json!(number)
            );
            person.tab.wait_until(&what, &same)?;
        }
        stores_no_readable_key(reloaded)?;
    }
    server.end()
}

fn opens_the_lock(person: &Person) -> Result<(), Failure> {
    person.tab.wait_until("the page has keys", "document.querySelector('.encryption[data-state=on]')")?;
    // By selector, as both browsers are asked.
    person.tab.evaluate("document.querySelector('.encryption').open = true").map(drop)
}

fn sees_the_hash(person: &Person, hash: &str) -> Result<(), Failure> {
    let shown = "[...document.querySelectorAll('.encryption .card > .safety-number')].at(-1).innerText";
    let what = format!("{} sees the hash of the page", person.name);
    let is_same = format!("{shown}.replace(/\\s/g, '') === {}", json!(hash));
    person.tab.wait_until(&what, &is_same)
}

/// The safety number that a player sees for another one, which depends on both keys.
fn number_of(person: &Person, of: &str) -> Result<String, Failure> {
    let row = row_of(of);
    let what = format!("{} sees the number of {of}", person.name);
    person.tab.wait_until(&what, &format!("{row}.querySelector('.safety-number').innerText"))?;
    let number = person.tab.evaluate(&format!("{row}.querySelector('.safety-number').innerText"))?;
    Ok(number.as_str().unwrap_or_default().to_owned())
}

fn row_of(name: &str) -> String {
    let rows = "[...document.querySelectorAll('.encryption li')]";
    format!("{rows}.find((row) => row.querySelector('.name').innerText === {})", json!(name))
}

/// Keys are stored, and no script can read them.
fn stores_no_readable_key(person: &Person) -> Result<(), Failure> {
    let found = person.tab.evaluate(&format!("({STORED})()"))?;
    ensure(found == json!([]), || format!("the browser of {} stores readable keys: {found}", person.name))
}

/// Waits until keys are stored; returns a word for each place where their bytes can be read.
const STORED: &str = "async () => {
    const answered = (request) => new Promise((done, fail) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
    });
    const database = await answered(indexedDB.open('consonance-identity'));
    let rows = {};
    for (let tries = 0; !rows.text && tries < 200; tries += 1) {
        await new Promise((done) => setTimeout(done, 50));
        const stored = database.transaction('rows').objectStore('rows');
        const [names, values] = await Promise.all([answered(stored.getAllKeys()), answered(stored.getAll())]);
        rows = Object.fromEntries(names.map((name, index) => [name, values[index]]));
    }
    database.close();
    const { key, text, ...others } = rows;
    if (!text) return ['nothing is stored'];
    const readable = Object.keys(others);
    if (!(key instanceof CryptoKey) || key.extractable) readable.push('a key that can be extracted');
    await crypto.subtle.exportKey('raw', key).then(() => readable.push('an exported key'), () => {});
    const hasKey = (words) => /identityKey|knownKeys|[0-9a-f]{64}/.test(words);
    if (hasKey(new TextDecoder('latin1').decode(text.sealed))) readable.push('IndexedDB');
    if (hasKey(JSON.stringify({ ...localStorage }))) readable.push('localStorage');
    if (/identityKey|knownKeys|[0-9a-f]{128}/.test(JSON.stringify({ ...sessionStorage }))) readable.push('sessionStorage');
    return readable;
}";
