//! Asking a server's admin API.

use std::error::Error;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

use crate::state_folder;

/// Longer than the server takes to give up on a worker that hangs.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long an answer may take to come, whole: a recording may be large.
const DOWNLOAD_PATIENCE: Duration = Duration::from_hours(1);

/// A server and the token for it.
pub(super) struct Client {
    agent: Agent,
    server: String,
    token: String,
}

impl Client {
    /// Reads the token; nobody is asked yet.
    pub(super) fn new(server: &str, token_file: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let file = token_file.map(PathBuf::from).or_else(state_folder::admin_token_file);
        let file = file.ok_or("say with --token-file where the admin token is")?;
        let text = std::fs::read_to_string(&file).map_err(|error| {
            let shown = file.display();
            format!(
                "cannot read the admin token in {shown}: {error}; name its file with --token-file (a service of \
                 systemd has it in /var/lib/consonance/admin-token), or start a server with --admin, which makes one"
            )
        })?;
        // The token goes to that server and nowhere else, whatever the environment says of proxies.
        let config = Agent::config_builder()
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_recv_body(Some(DOWNLOAD_PATIENCE))
            .http_status_as_error(false);
        let agent = Agent::from(config.proxy(None).max_redirects(0).build());
        let server = server.trim_end_matches('/').to_owned();
        Ok(Self { agent, server, token: text.trim().to_owned() })
    }

    pub(super) fn get(&self, path: &str) -> Result<Value, Box<dyn Error>> {
        self.answer(self.agent.get(self.url(path)).header("Authorization", self.bearer()).call())
    }

    pub(super) fn delete(&self, path: &str) -> Result<Value, Box<dyn Error>> {
        self.answer(self.agent.delete(self.url(path)).header("Authorization", self.bearer()).call())
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
        let request = self.agent.post(self.url(path)).header("Authorization", self.bearer());
        self.answer(request.header("Content-Type", "application/json").send(body.to_string()))
    }

    /// Writes what is there into a new file; its length in bytes.
    pub(super) fn download(&self, path: &str, file: &Path) -> Result<u64, Box<dyn Error>> {
        let mut answer = self.agent.get(self.url(path)).header("Authorization", self.bearer()).call()?;
        if !answer.status().is_success() {
            self.answer(Ok(answer))?;
            return Err("the server sends no file".into());
        }
        let shown = |error| format!("cannot write {}: {error}", file.display());
        let mut made = File::create_new(file).map_err(shown)?;
        Ok(io::copy(&mut answer.body_mut().as_reader(), &mut made).map_err(shown)?)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.server)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn answer(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Value, Box<dyn Error>> {
        let server = &self.server;
        let mut answer = answer.map_err(|error| {
            format!("no server answers at {server} ({error}): is one running with --admin, and is this its address?")
        })?;
        let (is_good, status) = (answer.status().is_success(), answer.status());
        let text = answer.body_mut().read_to_string()?;
        let json: Value = serde_json::from_str(&text)
            .map_err(|_| format!("{server} answers {status}, and not as an admin listener does"))?;
        if is_good {
            return Ok(json);
        }
        Err(json["detail"].as_str().map_or_else(|| format!("{server} answers {status}"), Into::into).into())
    }
}
