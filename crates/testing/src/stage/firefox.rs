//! A headless Firefox with its own profile, settings and microphone.

mod bidi;
mod log;
mod window;

use std::cell::RefCell;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::stage::browser::{Browser, FOREIGN_NAME, Owner, Profile, see_off};
use crate::stage::failure::Failure;
use crate::stage::patience::{BEAT, Patience, SOON};
use crate::stage::sound_card::SoundCard;
use crate::stage::tab::Tab;
use crate::stage::window::Window as _;
use bidi::Bidi;
use window::BidiWindow;

/// Dropping it ends it.
pub(crate) struct Firefox {
    child: Child,
    bidi: Option<Rc<RefCell<Bidi>>>,
    /// Scripts that run before every page.
    scripts: Vec<String>,
    /// Removed after the browser has ended. Without a microphone there is no sound card either.
    _sound_card: Option<SoundCard>,
    _profile: Profile,
}

impl Firefox {
    /// Starts it.
    ///
    /// # Errors
    /// If there is no such program, or it does not answer.
    pub(crate) fn start(program: &Path, owner: &Owner) -> Result<Self, Failure> {
        let profile = Profile::new()?;
        let settings = profile.path().join("user.js");
        fs::write(&settings, settings_of(owner)).map_err(Failure::io("the browser's settings"))?;
        // Firefox does not start Web Audio without a sound card.
        let sound_card = owner.speech.as_ref().map(|_| SoundCard::plug_in(profile.path())).transpose()?;
        let mut command = Command::new(program);
        command.args(["--headless", "--no-remote", "--remote-allow-system-access"]);
        command.args(["--remote-debugging-port", "0", "--profile"]);
        // Firefox must not touch files outside of its profile.
        command.arg(profile.path()).env("HOME", profile.path());
        // Nor may it use a sound server that happens to run here.
        command
            .env("PULSE_SERVER", sound_card.as_ref().map_or_else(|| "none".to_owned(), SoundCard::address));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let child = command.spawn().map_err(Failure::io(format!("{}", program.display())))?;
        let mut firefox =
            Self { child, bidi: None, scripts: scripts(owner)?, _sound_card: sound_card, _profile: profile };
        let said = firefox.child.stderr.take().ok_or(Failure::BrowserGone)?;
        let bidi = Bidi::connect(&address_in(said)?)?;
        firefox.bidi = Some(Rc::new(RefCell::new(bidi)));
        Ok(firefox)
    }
}

impl Browser for Firefox {
    fn tab(&mut self) -> Result<Tab, Failure> {
        let bidi = self.bidi.clone().ok_or(Failure::BrowserGone)?;
        let window = BidiWindow::open(bidi)?;
        for script in &self.scripts {
            window.run_before_pages(script)?;
        }
        Tab::new(window)
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        let bidi = self.bidi.take();
        let asked = bidi.map(|bidi| bidi.borrow_mut().call("browser.close", &json!({})));
        if !matches!(asked, Some(Ok(_))) {
            // It may have exited already.
            let _ = self.child.kill();
        }
        see_off(&mut self.child);
    }
}

/// Waits until the browser prints its address; later output is ignored.
fn address_in(said: ChildStderr) -> Result<String, Failure> {
    let (sender, addresses) = sync_channel(1);
    let read = move || {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            if let Some((_, address)) = line.split_once("WebDriver BiDi listening on ") {
                // The caller may have stopped waiting.
                let _ = sender.try_send(address.trim().to_owned());
            }
        }
    };
    thread::Builder::new()
        .name("firefox".to_owned())
        .spawn(read)
        .map_err(Failure::io("a thread that reads what the browser says"))?;
    wait_for(&addresses)
}

fn wait_for(addresses: &Receiver<String>) -> Result<String, Failure> {
    let patience = Patience::of(SOON);
    loop {
        match addresses.recv_timeout(patience.left("the browser listens")?.min(BEAT)) {
            Ok(address) => return Ok(address),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(Failure::BrowserGone),
        }
    }
}

/// Settings as in a person's browser, except for those that need a person, a sound card, or another machine.
fn settings_of(owner: &Owner) -> String {
    let settings = [
        // Two fake devices that hum; a script replaces their sound.
        ("media.navigator.streams.fake", json!(owner.speech.is_some())),
        // 1: yes, 2: no, without asking.
        ("permissions.default.microphone", json!(if owner.has_denied { 2 } else { 1 })),
        // Lets ICE use the loopback address, for servers that listen on nothing else.
        ("media.peerconnection.ice.loopback", json!(true)),
        ("network.dns.localDomains", json!(FOREIGN_NAME)),
        // Allow autoplay: the recording that replaces the microphone plays without a user gesture.
        ("media.autoplay.default", json!(0)),
    ];
    settings.map(|(name, value): (&str, Value)| format!("user_pref({}, {value});\n", json!(name))).concat()
}

/// The scripts for this owner's pages: the log of violations, the microphone, and the removal of UDP.
fn scripts(owner: &Owner) -> Result<Vec<String>, Failure> {
    let mut scripts = vec![log::SCRIPT.to_owned()];
    if let Some(speech) = &owner.speech {
        let wav = fs::read(speech).map_err(Failure::io(format!("{}", speech.display())))?;
        scripts.push(include_str!("firefox/microphone.js").replace("SPEECH", &STANDARD.encode(wav)));
    }
    if owner.is_without_udp {
        scripts.push(include_str!("firefox/without_udp.js").to_owned());
    }
    Ok(scripts)
}
