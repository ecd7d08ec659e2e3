//! The bans that hold, all of them.

use serde_json::Value;

use super::client::Client;
use super::commands::Answer;

/// The maximum number of bans in one answer of a server.
const PAGE: usize = 1000;

/// Every ban, by number, however many pages that takes.
pub(super) fn all(client: &Client) -> Answer {
    let mut bans = Vec::new();
    let mut after = 0;
    loop {
        let page = client.get(&format!("bans?limit={PAGE}&after={after}"))?;
        let Value::Array(page) = page else {
            return Err("unexpected response: expected a list of bans".into());
        };
        let (is_last, newest) = (page.len() < PAGE, page.last().and_then(|ban| ban["id"].as_u64()));
        bans.extend(page);
        match newest {
            _ if is_last => return Ok(Value::Array(bans)),
            Some(newest) if newest > after => after = newest,
            // Otherwise this loop would not end.
            _ => return Err("the server returned the same bans again".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;
    use std::{env, fs, process, thread};

    use serde_json::json;

    use super::*;

    /// A server with this many bans, which it lists by their numbers.
    fn serve(bans: u64) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let mut asked = String::new();
                stream.read_line(&mut asked).unwrap();
                // Read the whole head, or closing would reset the connection.
                let mut line = String::new();
                while line != "\r\n" {
                    line.clear();
                    stream.read_line(&mut line).unwrap();
                }
                let query = asked.split([' ', '?']).nth(2).unwrap();
                let number = |key: &str| -> Option<u64> {
                    query.split('&').find_map(|part| part.strip_prefix(key)?.parse().ok())
                };
                let (after, limit) = (number("after=").unwrap_or(0), number("limit=").unwrap_or(100));
                let page: Vec<_> = (after + 1..=bans).take(limit.min(1000) as usize).collect();
                let page: Vec<_> = page.into_iter().map(|id| json!({"id": id})).collect();
                let (body, stream) = (Value::Array(page).to_string(), stream.get_mut());
                let length = body.len();
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                )
                .unwrap();
            }
        });
        format!("http://{address}")
    }

    #[test]
    fn every_ban_is_shown_however_many_there_are() {
        let token = env::temp_dir().join(format!("consonance-bans-{}", process::id()));
        fs::write(&token, "secret").unwrap();
        for bans in [0, 1, 999, 1000, 1001, 2500] {
            let client = Client::new(&serve(bans), Some(&token)).unwrap();
            let shown = all(&client).unwrap();
            let shown = shown.as_array().unwrap();
            let numbers = shown.iter().map(|ban| ban["id"].as_u64().unwrap());
            assert!(numbers.eq(1..=bans), "{} of {bans}", shown.len());
        }
        fs::remove_file(&token).unwrap();
    }
}
