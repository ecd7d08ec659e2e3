//! Checks that a page, and everything that it loads, is served.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Requests the page at an address such as `http://127.0.0.1:7780/`, and the files that it loads.
///
/// # Errors
/// A description of the first request that failed.
pub(super) fn is_whole(address: &str) -> Result<(), String> {
    let page = get(address)?;
    let loaded = loaded(&page);
    if loaded.is_empty() {
        return Err(format!("the page at {address} loads no script and no style"));
    }
    loaded.iter().try_for_each(|name| get(&format!("{address}{name}")).map(drop))
}

/// Files that a page loads from its own server.
fn loaded(page: &str) -> Vec<&str> {
    let values = page.split([' ', '>']).filter_map(|attribute| {
        attribute.strip_prefix("src=\"").or_else(|| attribute.strip_prefix("href=\""))
    });
    values.filter_map(|value| value.split('"').next()).filter(|value| !value.contains(':')).collect()
}

/// The body, if the status is 200 and the body is not empty.
fn get(address: &str) -> Result<String, String> {
    let answer = ask(address).map_err(|error| format!("{address} does not answer: {error}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.lines().next().unwrap_or_default();
    match status.split(' ').nth(1) {
        Some("200") if !body.is_empty() => Ok(body.to_owned()),
        Some("200") => Err(format!("{address} is empty")),
        _ => Err(format!("{address} answers {status:?}")),
    }
}

fn ask(address: &str) -> io::Result<String> {
    let rest =
        address.strip_prefix("http://").ok_or_else(|| io::Error::other("it begins with no http://"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut connection = TcpStream::connect(host)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

const PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A server that gives these answers, one for each request.
    fn server(answers: Vec<&'static str>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        thread::spawn(move || {
            for answer in answers {
                let (asked, _) = listener.accept().unwrap();
                let mut asked = BufReader::new(asked);
                // Closing a socket with unread input would discard the response.
                while asked.by_ref().lines().next().unwrap().unwrap() != "" {}
                asked.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    const PAGE: &str =
        "HTTP/1.1 200 OK\r\n\r\n<link href=\"data:,\"><script type=\"module\" src=\"page.js\"></script>";

    #[test]
    fn a_page_is_whole_with_what_it_loads() {
        assert_eq!(is_whole(&server(vec![PAGE, "HTTP/1.1 200 OK\r\n\r\nlet a;"])), Ok(()));
    }

    #[test]
    fn what_a_page_loads_has_to_be_there() {
        let address = server(vec![PAGE, "HTTP/1.1 404 Not Found\r\n\r\nno"]);
        assert_eq!(is_whole(&address), Err(format!("{address}page.js answers \"HTTP/1.1 404 Not Found\"")));
        let address = server(vec!["HTTP/1.1 200 OK\r\n\r\nnothing but text"]);
        assert_eq!(is_whole(&address), Err(format!("the page at {address} loads no script and no style")));
    }
}
