//! A client of a server's admin API.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

use crate::state_folder;

/// Longer than the server takes to give up on a worker that hangs.
const PATIENCE: Duration = Duration::from_secs(15);
/// The timeout for a complete answer: a recording may be large.
const DOWNLOAD_PATIENCE: Duration = Duration::from_hours(1);

/// A server and the token for it.
pub(super) struct Client {
    agent: Agent,
    server: String,
    token: String,
}

impl Client {
    /// Reads the token; no request is sent yet.
    pub(super) fn new(server: &str, token_file: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let file = token_file.map(PathBuf::from).or_else(state_folder::admin_token_file);
        let file = file.ok_or("no admin token: name its file with --token-file")?;
        let text = fs::read_to_string(&file).map_err(|error| {
            let shown = file.display();
            format!(
                "cannot read the admin token in {shown}: {error}; name its file with --token-file (a service of \
                 systemd has it in /var/lib/consonance/admin-token), or start a server with --admin, which makes one"
            )
        })?;
        // The token must go to that server only, so proxies that the environment names are ignored.
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

    /// Downloads a path into a new file, which is kept only if the download is complete; returns its length in bytes.
    pub(super) fn download(&self, path: &str, file: &Path) -> Result<u64, Box<dyn Error>> {
        let mut answer = self.agent.get(self.url(path)).header("Authorization", self.bearer()).call()?;
        if !answer.status().is_success() {
            self.answer(Ok(answer))?;
            return Err("the server returned no file".into());
        }
        let shown = |error| format!("cannot write {}: {error}", file.display());
        let mut made = File::create_new(file).map_err(shown)?;
        let copied = copy(&mut answer.body_mut().as_reader(), &mut made, file);
        if copied.is_err() {
            drop(made);
            // Otherwise it would block the next attempt.
            fs::remove_file(file).map_err(shown)?;
        }
        copied
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
            .map_err(|_| format!("{server} answers {status}, unlike an admin listener"))?;
        if is_good {
            return Ok(json);
        }
        Err(json["detail"].as_str().map_or_else(|| format!("{server} answers {status}"), Into::into).into())
    }
}

/// Copies an answer into a file. Read errors are reported as the server's or the network's, write errors as the
/// disk's.
fn copy(from: &mut dyn Read, to: &mut File, file: &Path) -> Result<u64, Box<dyn Error>> {
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(bytes),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(format!("the server's answer was cut off: {error}; fetch it again").into());
            }
        };
        let shown = |error| format!("cannot write {}: {error}", file.display());
        to.write_all(&buffer[..read]).map_err(shown)?;
        bytes += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::{env, process, thread};

    use super::*;

    /// A server that answers two requests with these parts of the five bytes that it promises.
    fn serve(sent: [&'static str; 2]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for body in sent {
                let (mut client, _) = listener.accept().unwrap();
                // Read the whole head, or closing would reset the connection.
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    client.read_exact(&mut byte).unwrap();
                    head.extend(byte);
                }
                write!(client, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n{body}")
                    .unwrap();
            }
        });
        format!("http://{address}")
    }

    #[test]
    fn a_file_that_did_not_come_whole_is_not_in_the_way_of_the_next_attempt() {
        let folder = env::temp_dir().join(format!("consonance-fetch-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (token, file) = (folder.join("token"), folder.join("recording.opus"));
        fs::write(&token, "secret").unwrap();
        let client = Client::new(&serve(["ab", "abcde"]), Some(&token)).unwrap();
        let refused = client.download("recording", &file).unwrap_err().to_string();
        assert!(refused.contains("was cut off"), "{refused}");
        assert!(!file.exists());
        assert_eq!(client.download("recording", &file).unwrap(), 5);
        assert_eq!(fs::read(&file).unwrap(), b"abcde");
        fs::remove_dir_all(&folder).unwrap();
    }
}
