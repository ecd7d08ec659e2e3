//! What `--check` looks at beyond the settings themselves: folders on the disk, and what others would see.

use consonance_server::recording::SessionRecorder;
use consonance_server::records::Records;
use consonance_server::store::StoreError;
use consonance_server_config::{Config, ConfigError, LoadedConfig};

/// Tries the folders that the server would use, without changing them; returns what an operator should know besides.
///
/// # Errors
/// Every folder with which the server would not start.
pub(super) fn check(loaded: &LoadedConfig) -> Result<Vec<String>, ConfigError> {
    let config = &loaded.config;
    let (mut notes, mut problems) = (Vec::new(), Vec::new());
    notes.extend(plain_page(config));
    if let Some(folder) = &config.storage.folder {
        match Records::check(folder) {
            Ok(()) => {}
            // Before a reload, the server that runs has it.
            Err(error @ StoreError::InUse { .. }) => notes.push(format!("storage.folder: {error}")),
            Err(error) => problems.push(loaded.problem("storage.folder", error.to_string())),
        }
    }
    if let Some(folder) = &config.recording.folder
        && let Err(error) = SessionRecorder::check(folder)
    {
        problems.push(loaded.problem("recording.folder", error.to_string()));
    }
    if problems.is_empty() { Ok(notes) } else { Err(ConfigError::of(problems)) }
}

/// Browsers give no microphone to a page that came over plain HTTP from another machine.
fn plain_page(config: &Config) -> Option<String> {
    let web = &config.web;
    let address = web.listen.filter(|address| !address.ip().is_loopback())?;
    (web.certificate_file.is_none() && web.proxies.is_empty()).then(|| {
        format!(
            "web.listen: the page at {address} is plain HTTP: browsers on other machines deny it the \
             microphone, and passwords can be read in transit; set web.certificate_file, or \
             web.proxies behind a proxy with TLS (docs/browser/https.md)"
        )
    })
}
