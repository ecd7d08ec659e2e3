//! Voices in files: fetched from the server.

use std::path::PathBuf;

use clap::Args;
use consonance_link::session_name::encode as percent_encoded;
use serde_json::json;

use super::client::Client;
use super::commands::Answer;

/// Where files go.
#[derive(Debug, Args)]
pub(super) struct Destination {
    /// The folder to write to; it is created if missing, and existing files are not overwritten.
    folder: PathBuf,
}

impl Destination {
    /// Fetches all tracks of the recording or report at this path of the API.
    pub(super) fn act(&self, client: &Client, path: &str) -> Answer {
        let details = client.get(path)?;
        std::fs::create_dir_all(&self.folder)?;
        let mut fetched = Vec::new();
        for track in details["tracks"].as_array().into_iter().flatten() {
            let name = track["file"].as_str().unwrap_or_default();
            // A file name from the server must not lead out of the folder.
            if PathBuf::from(name).file_name().is_none_or(|own| own != name) {
                return Err(format!("the server sent the invalid file name {name:?}").into());
            }
            let file = self.folder.join(name);
            let bytes = client.download(&format!("{path}/tracks/{}", percent_encoded(name)), &file)?;
            fetched.push(json!({"file": file.to_string_lossy(), "bytes": bytes}));
        }
        Ok(json!({ "fetched": fetched }))
    }
}
