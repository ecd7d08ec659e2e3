//! A headless Chromium of its own: profile, microphone, names of hosts. It reaches nothing but this machine.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use crate::devtools::Devtools;
use crate::failure::Failure;
use crate::patience::{SOON, until};
use crate::tab::Tab;

/// Dropping it ends it, and takes its profile away.
pub(crate) struct Chromium {
    child: Child,
    devtools: Option<Rc<RefCell<Devtools>>>,
    profile: PathBuf,
}

/// Whom the browser belongs to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owner {
    /// What the microphone hears, again and again: a WAV file.
    /// Without one the browser has no microphone at all.
    pub(crate) speech: Option<PathBuf>,
    /// Whether pages have to ask whether they may use it; nobody answers.
    pub(crate) is_asked: bool,
    /// Whether pages have no WebRTC over UDP.
    pub(crate) is_without_udp: bool,
}

/// A name of this machine that is not `localhost`, so that a page there is not in a secure context.
pub(crate) const FOREIGN_NAME: &str = "voice.test";

impl Chromium {
    /// Starts it.
    ///
    /// # Errors
    /// If there is no such program, or it does not answer.
    pub(crate) fn start(program: &Path, owner: &Owner) -> Result<Self, Failure> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("consonance-browser-test-{}-{number}", std::process::id());
        let profile = std::env::temp_dir().join(name);
        fs::create_dir_all(&profile).map_err(Failure::io("a folder for the browser's profile"))?;
        let mut command = Command::new("sh");
        command.args(["-c", AS_PIPE]).arg(program).args(arguments(&profile, owner));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(Failure::io(format!("{}", program.display())))?;
        let pipe = child.stdin.take().zip(child.stdout.take());
        let (commands, answers) = pipe.ok_or(Failure::BrowserGone)?;
        let devtools = Devtools::new(commands, answers)?;
        let mut chromium = Self { child, devtools: Some(Rc::new(RefCell::new(devtools))), profile };
        chromium.devtools()?.borrow_mut().call(None, "Browser.getVersion", &json!({}))?;
        Ok(chromium)
    }

    /// A new window with an empty page.
    ///
    /// # Errors
    /// If the browser has gone.
    pub(crate) fn tab(&mut self) -> Result<Tab, Failure> {
        Tab::open(self.devtools()?)
    }

    /// From now on, pages of this origin get no microphone.
    ///
    /// # Errors
    /// If the browser has gone.
    pub(crate) fn deny_microphone(&mut self, origin: &str) -> Result<(), Failure> {
        let setting =
            json!({ "permission": { "name": "microphone" }, "setting": "denied", "origin": origin });
        self.devtools()?.borrow_mut().call(None, "Browser.setPermission", &setting).map(drop)
    }

    fn devtools(&mut self) -> Result<Rc<RefCell<Devtools>>, Failure> {
        self.devtools.clone().ok_or(Failure::BrowserGone)
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        if let Some(devtools) = self.devtools.take() {
            // It may be gone. Tabs may still have the pipe, and so its end alone would not do.
            let _ = devtools.borrow_mut().call(None, "Browser.close", &json!({}));
        }
        if until("the browser has ended", SOON, || Ok(self.child.try_wait().ok().flatten())).is_err() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        // A folder that stays is in a folder for such things.
        let _ = fs::remove_dir_all(&self.profile);
    }
}

/// Chromium talks over descriptors 3 and 4: ours are its standard input and output.
const AS_PIPE: &str = "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>&2";

fn arguments(profile: &Path, owner: &Owner) -> Vec<String> {
    let mut arguments: Vec<String> = ALWAYS.map(str::to_owned).into();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments.push(format!(
        "--host-resolver-rules=MAP {FOREIGN_NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
    ));
    if let Some(speech) = &owner.speech {
        arguments.push("--use-fake-device-for-media-stream".to_owned());
        arguments.push(format!("--use-file-for-fake-audio-capture={}", speech.display()));
    }
    if !owner.is_asked {
        arguments.push("--use-fake-ui-for-media-stream".to_owned());
    }
    if owner.is_without_udp {
        arguments.push("--webrtc-ip-handling-policy=disable_non_proxied_udp".to_owned());
    }
    if rustix::process::geteuid().is_root() {
        arguments.push("--no-sandbox".to_owned());
    }
    arguments
}

/// As a person's browser, but for what would need a person, a screen, or another machine.
const ALWAYS: [&str; 17] = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-pings",
    "--disable-gpu",
    "--mute-audio",
    "--window-size=1280,900",
    // A window behind others is a window all the same.
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    // Candidates are told as addresses, and nobody is asked for names by multicast.
    "--disable-features=WebRtcHideLocalIpsWithMdns,OptimizationHints,MediaRouter,Translate",
];
