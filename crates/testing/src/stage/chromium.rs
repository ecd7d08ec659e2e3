//! A headless Chromium with its own profile, microphone and host names.

mod accessibility;
mod control;
mod devtools;
mod traffic;
mod window;

use std::cell::RefCell;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;

use serde_json::json;

use crate::stage::browser::{Browser, FOREIGN_NAME, Owner, Profile, see_off};
use crate::stage::failure::Failure;
use crate::stage::tab::Tab;
use devtools::Devtools;
use window::DevtoolsWindow;

/// Dropping it ends it.
pub(crate) struct Chromium {
    child: Child,
    devtools: Option<Rc<RefCell<Devtools>>>,
    /// Whether it plays to a sound card, which records it.
    has_devices: bool,
    /// Kept to remove the profile after the browser has ended.
    _profile: Profile,
}

impl Chromium {
    /// Starts it.
    ///
    /// # Errors
    /// If there is no such program, or it does not answer.
    pub(crate) fn start(program: &Path, owner: &Owner) -> Result<Self, Failure> {
        let profile = Profile::new()?;
        let mut command = Command::new("sh");
        command.args(["-c", AS_PIPE]).arg(program).args(arguments(profile.path(), owner));
        if let Some(devices) = &owner.devices {
            command.env("PULSE_SERVER", &devices.server).env("PULSE_SOURCE", &devices.microphone);
            command.env("PULSE_SINK", &devices.loudspeaker);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(Failure::io(format!("{}", program.display())))?;
        let pipe = child.stdin.take().zip(child.stdout.take());
        let (commands, answers) = pipe.ok_or(Failure::BrowserGone)?;
        let mut devtools = Devtools::new(commands, answers)?;
        devtools.call(None, "Browser.getVersion", &json!({}))?;
        if owner.has_denied {
            let denied = json!({ "permission": { "name": "microphone" }, "setting": "denied" });
            devtools.call(None, "Browser.setPermission", &denied)?;
        }
        let devtools = Some(Rc::new(RefCell::new(devtools)));
        Ok(Self { child, devtools, has_devices: owner.devices.is_some(), _profile: profile })
    }
}

impl Browser for Chromium {
    fn tab(&mut self) -> Result<Tab, Failure> {
        let devtools = self.devtools.clone().ok_or(Failure::BrowserGone)?;
        let window = DevtoolsWindow::open(devtools)?;
        if self.has_devices { Ok(Tab::without_ear(window)) } else { Tab::new(window) }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        if let Some(devtools) = self.devtools.take() {
            // The browser may be gone. Tabs may still hold the pipe, so closing it is not enough.
            let _ = devtools.borrow_mut().call(None, "Browser.close", &json!({}));
        }
        see_off(&mut self.child);
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
    if owner.devices.is_none() {
        arguments.push("--mute-audio".to_owned());
    }
    if let Some(speech) = &owner.speech {
        arguments.push("--use-fake-device-for-media-stream".to_owned());
        arguments.push(format!("--use-file-for-fake-audio-capture={}", speech.display()));
    }
    if !owner.has_denied {
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

/// Options as in a person's browser, except for those that need a person, a screen, or another machine.
const ALWAYS: [&str; 16] = [
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
    "--window-size=1280,900",
    // Windows that are covered by others must not be throttled.
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    // ICE candidates with IP addresses rather than mDNS names.
    "--disable-features=WebRtcHideLocalIpsWithMdns,OptimizationHints,MediaRouter,Translate",
];
