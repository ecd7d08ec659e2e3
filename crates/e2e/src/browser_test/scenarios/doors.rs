//! Rejected visitors learn the reason, and how to get in.

use std::path::Path;

use consonance_testing::stage::{Failure, Owner};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::page_rules;
use crate::browser_test::person::{Person, Visitor};
use crate::browser_test::voices::Voice;

/// A password, a token, both, a password that only some visitors need, and a full server.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    the_password_has_to_be_right(fixture)?;
    the_token_has_to_be_right(fixture)?;
    both_have_to_be_shown_where_both_are_asked_for(fixture)?;
    a_password_of_another_session_is_not_asked_for(fixture)?;
    a_full_server_says_so(fixture)
}

fn the_password_has_to_be_right(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let settings = "[web]\nlisten = \"127.0.0.1:PORT\"\n[joining]\npassword = \"sesame\"\n";
    let mut server = fixture.server("password", settings)?;
    let alice = Person::open(fixture, &server, Visitor::new("Alice", Voice::First))?;
    alice.tab.fill("Your name", "Alice")?;
    alice.tab.click("Join and talk")?;
    alice.tab.wait_for_text("This server requires a password.")?;
    alice.tab.fill("Password", "simsim")?;
    alice.tab.click("Join and talk")?;
    alice.tab.wait_for_text("password")?;
    alice.tab.wait_until(
        "the password is refused",
        "document.querySelector('input[type=password][aria-invalid=true]')",
    )?;
    fixture.photograph(&alice.tab, "password-refused")?;
    page_rules::are_kept(&alice.tab, &server.page("127.0.0.1", "/"))?;
    alice.tab.fill("Password", "sesame")?;
    alice.tab.click("Join and talk")?;
    alice.is_in()?;
    server.end()
}

fn the_token_has_to_be_right(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let secret = keys(fixture, &fixture.folder("token")?)?;
    let for_bob = fixture.command(&["token", "new", "--signing-key", &secret, "--name", "Bob"])?;
    let token = fixture.command(&["token", "new", "--signing-key", &secret, "--name", "Alice"])?;

    let settings = "[web]\nlisten = \"127.0.0.1:PORT\"\n[joining]\ntoken_key_files = [\"public.jwk\"]\n";
    let mut server = fixture.server("token", settings)?;
    let alice = Person::open(fixture, &server, Visitor::new("Alice", Voice::First))?;
    alice.tab.fill("Your name", "Alice")?;
    for (wrong, is_refused) in [("", "This server requires a token."), (for_bob.trim(), "token is for")] {
        alice.tab.fill("Invitation token", wrong)?;
        alice.tab.click("Join and talk")?;
        alice.tab.wait_for_text(is_refused)?;
    }
    fixture.photograph(&alice.tab, "token-refused")?;
    alice.tab.fill("Invitation token", token.trim())?;
    alice.tab.click("Join and talk")?;
    alice.is_in()?;
    server.end()
}

fn both_have_to_be_shown_where_both_are_asked_for(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let secret = keys(fixture, &fixture.folder("both")?)?;
    let token = fixture.command(&["token", "new", "--signing-key", &secret, "--name", "Alice"])?;

    let joining = "token_key_files = [\"public.jwk\"]\npassword = \"sesame\"\nrequire_both = true\n";
    let settings = format!("[web]\nlisten = \"127.0.0.1:PORT\"\n[joining]\n{joining}");
    let mut server = fixture.server("both", &settings)?;
    let alice = Person::open(fixture, &server, Visitor::new("Alice", Voice::First))?;
    alice.tab.fill("Your name", "Alice")?;
    alice.tab.fill("Invitation token", token.trim())?;
    alice.tab.click("Join and talk")?;
    alice.tab.wait_for_text("This server requires a password.")?;
    fixture.photograph(&alice.tab, "both-needed")?;
    page_rules::are_kept(&alice.tab, &server.page("127.0.0.1", "/"))?;
    alice.tab.fill("Password", "sesame")?;
    alice.tab.click("Join and talk")?;
    alice.is_in()?;
    server.end()
}

fn a_password_of_another_session_is_not_asked_for(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let joining = "passwords = [{ session = \"staff\", password = \"sesame\" }]\n";
    let web = "[web]\nlisten = \"127.0.0.1:PORT\"\n";
    let settings = format!("sessions = [\"main\", \"staff\"]\n{web}[joining]\n{joining}");
    let mut server = fixture.server("some-passwords", &settings)?;
    let alice = Person::open(fixture, &server, Visitor::new("Alice", Voice::First))?;
    alice.tab.fill("Your name", "Alice")?;
    alice.tab.fill("Session", "staff")?;
    alice.tab.click("Join and talk")?;
    alice.tab.wait_for_text("requires a password")?;
    alice.tab.fill("Session", "main")?;
    alice.tab.click("Join and talk")?;
    alice.is_in()?;
    server.end()
}

/// Makes a key pair in a server's folder; returns the path of the signing key.
fn keys(fixture: &Fixture<'_>, folder: &Path) -> Result<String, Failure> {
    let [secret, public] = ["secret.jwk", "public.jwk"].map(|name| folder.join(name).display().to_string());
    fixture.command(&["token", "keygen", &secret, &public])?;
    Ok(secret)
}

fn a_full_server_says_so(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server("full", "[web]\nlisten = \"127.0.0.1:PORT\"\nplayers_max = 1\n")?;
    let _alice = Person::join(fixture, &server, "Alice", Voice::First)?;
    let mut browser = fixture.browser(&Owner::default())?;
    let late = browser.tab()?;
    late.go_to(&server.page("127.0.0.1", "/"))?;
    late.fill("Your name", "Bob")?;
    late.click("Just listen")?;
    late.wait_for_text("full")?;
    fixture.photograph(&late, "full")?;
    server.end()
}
