//! Who is not let in is told why, beside what has to change.

use consonance_test_stage::{Failure, Owner};

use crate::page_rules;
use crate::person::{Person, Visitor};
use crate::stage::Stage;
use crate::voices::Voice;

/// A password, a token, a server that is full.
pub(crate) fn play(stage: &Stage<'_>) -> Result<(), Failure> {
    the_password_has_to_be_right(stage)?;
    the_token_has_to_be_right(stage)?;
    a_full_server_says_so(stage)
}

fn the_password_has_to_be_right(stage: &Stage<'_>) -> Result<(), Failure> {
    let settings = "[web]\nlisten = \"127.0.0.1:PORT\"\n[joining]\npassword = \"sesame\"\n";
    let mut server = stage.server("password", settings)?;
    let alice = Person::open(stage, &server, Visitor::new("Alice", Voice::First))?;
    alice.tab.fill("Your name", "Alice")?;
    alice.tab.click("Join and talk")?;
    alice.tab.wait_for_text("This server asks for a password.")?;
    alice.tab.fill("Password", "simsim")?;
    alice.tab.click("Join and talk")?;
    alice.tab.wait_for_text("password")?;
    alice.tab.wait_until(
        "the password is refused",
        "document.querySelector('input[type=password][aria-invalid=true]')",
    )?;
    stage.photograph(&alice.tab, "password-refused")?;
    page_rules::are_kept(&alice.tab, &server.page("127.0.0.1", "/"))?;
    alice.tab.fill("Password", "sesame")?;
    alice.tab.click("Join and talk")?;
    alice.is_in()?;
    server.end()
}

fn the_token_has_to_be_right(stage: &Stage<'_>) -> Result<(), Failure> {
    let folder = stage.folder("token")?;
    let [secret, public] = ["secret.jwk", "public.jwk"].map(|name| folder.join(name).display().to_string());
    stage.command(&["token", "keygen", &secret, &public])?;
    let for_bob = stage.command(&["token", "new", "--key", &secret, "--name", "Bob"])?;
    let token = stage.command(&["token", "new", "--key", &secret, "--name", "Alice"])?;

    let settings = "[web]\nlisten = \"127.0.0.1:PORT\"\n[joining]\ntoken_key_files = [\"public.jwk\"]\n";
    let mut server = stage.server("token", settings)?;
    let alice = Person::open(stage, &server, Visitor::new("Alice", Voice::First))?;
    alice.tab.fill("Your name", "Alice")?;
    for (wrong, is_refused) in [("", "This server asks for a token."), (for_bob.trim(), "token is for")] {
        alice.tab.fill("Invitation token", wrong)?;
        alice.tab.click("Join and talk")?;
        alice.tab.wait_for_text(is_refused)?;
    }
    stage.photograph(&alice.tab, "token-refused")?;
    alice.tab.fill("Invitation token", token.trim())?;
    alice.tab.click("Join and talk")?;
    alice.is_in()?;
    server.end()
}

fn a_full_server_says_so(stage: &Stage<'_>) -> Result<(), Failure> {
    let mut server = stage.server("full", "[web]\nlisten = \"127.0.0.1:PORT\"\nplayers_max = 1\n")?;
    let _alice = Person::join(stage, &server, "Alice", Voice::First)?;
    let mut browser = stage.browser(&Owner::default())?;
    let late = browser.tab()?;
    late.go_to(&server.page("127.0.0.1", "/"))?;
    late.fill("Your name", "Bob")?;
    late.click("Just listen")?;
    late.wait_for_text("full")?;
    stage.photograph(&late, "full")?;
    server.end()
}
