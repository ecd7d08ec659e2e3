//! A minimal real HTTP server, whose responses a test chooses.
//!
//! ```
//! use std::io::Write as _;
//!
//! let server = consonance_testing::http_server::HttpServer::start(|_| consonance_testing::http_server::ok(""));
//! let mut stream = std::net::TcpStream::connect(server.addr())?;
//! stream.write_all(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")?;
//! server.until_asked();
//! assert_eq!(server.requests()[0].body, "{}");
//! # Ok::<(), std::io::Error>(())
//! ```

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A server. Dropping it does not end running requests; its threads end with the tests.
pub struct HttpServer {
    at: SocketAddr,
    scheme: &'static str,
    requests: Arc<Mutex<Vec<HttpRequest>>>,
    asked: Mutex<Receiver<()>>,
    held: Option<SyncSender<Vec<u8>>>,
}

/// A request as received.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// The lines before the body.
    pub head: String,
    /// The body.
    pub body: String,
}

impl HttpRequest {
    /// The value of a header, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }
}

/// A complete response with this body.
pub fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

impl HttpServer {
    /// Answers each request with this function, and closes the connection.
    ///
    /// # Panics
    /// If the system has no port.
    pub fn start(answer: impl Fn(&HttpRequest) -> Vec<u8> + Send + 'static) -> Self {
        Self::run("http", answer, |stream, answer| answer(Box::new(stream)))
    }

    /// Takes requests and never answers.
    pub fn silent() -> Self {
        Self::start(|_| {
            loop {
                thread::park();
            }
        })
    }

    /// Answers its first request when it is [released](Self::release), and others at once in the same way.
    ///
    /// # Panics
    /// If the system has no port.
    pub fn held() -> Self {
        let (release, released) = sync_channel::<Vec<u8>>(1);
        let kept = Mutex::new(None);
        let answer = move |_: &HttpRequest| {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get_or_insert_with(|| released.recv().expect("the test releases an answer")).clone()
        };
        Self { held: Some(release), ..Self::start(answer) }
    }

    /// An address without a listener: a system never assigns this port automatically.
    pub fn dead_url() -> String {
        "http://127.0.0.1:5/join".to_owned()
    }

    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.at
    }

    /// A URL on this server.
    pub fn url(&self) -> String {
        format!("{}://{}/join", self.scheme, self.at)
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for a request.
    ///
    /// # Panics
    /// If none comes.
    pub fn until_asked(&self) {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.recv_timeout(Duration::from_secs(30)).expect("a request comes");
    }

    /// Answers the [held](Self::held) request.
    ///
    /// # Panics
    /// If there is none.
    pub fn release(&self, answer: Vec<u8>) {
        let held = self.held.as_ref().expect("an answer is held");
        held.send(answer).expect("the server runs");
    }

    /// Answers each request with this function, on connections that `wrap` makes from TCP streams.
    ///
    /// # Panics
    /// If the system has no port.
    pub fn run(
        scheme: &'static str,
        answer: impl Fn(&HttpRequest) -> Vec<u8> + Send + 'static,
        wrap: impl Fn(TcpStream, &dyn Fn(Box<dyn Stream>)) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let at = listener.local_addr().expect("the port");
        let requests: Arc<Mutex<Vec<HttpRequest>>> = Arc::default();
        let (kept, (tell, asked)) = (Arc::clone(&requests), sync_channel(64));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                wrap(stream, &|mut stream| {
                    let Some(request) = read_request(&mut *stream) else { return };
                    kept.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
                    // The test may not be waiting for requests.
                    let _ = tell.try_send(());
                    // The client may have disconnected.
                    let _ = stream.write_all(&answer(&request)).and_then(|()| stream.flush());
                });
            }
        });
        Self { at, scheme, requests, asked: Mutex::new(asked), held: None }
    }
}

/// A connection, encrypted or not.
pub trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// Reads a head, and as many bytes as it announces; `None` if the other side closes the connection first.
fn read_request(stream: &mut dyn Stream) -> Option<HttpRequest> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(HttpRequest { head: head.to_owned(), body: body.to_owned() });
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}
