//! A real HTTP server, as small as can be, that answers what a test wants.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Dropping it ends nothing that is being answered; its threads end with the tests.
pub(crate) struct HttpServer {
    at: SocketAddr,
    scheme: &'static str,
    requests: Arc<Mutex<Vec<Request>>>,
    asked: Mutex<Receiver<()>>,
    held: Option<SyncSender<Vec<u8>>>,
}

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A whole answer with this body.
pub(crate) fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

impl HttpServer {
    /// Answers each request so, and closes the connection.
    pub(crate) fn start(answer: impl Fn(&Request) -> Vec<u8> + Send + 'static) -> Self {
        Self::run("http", answer, |stream, answer| answer(Box::new(stream)))
    }

    /// Takes requests and never answers.
    pub(crate) fn silent() -> Self {
        Self::start(|_| {
            loop {
                thread::park();
            }
        })
    }

    /// Answers its first request when it is [released](Self::release), and others at once in the same way.
    pub(crate) fn held() -> Self {
        let (release, released) = sync_channel::<Vec<u8>>(1);
        let kept = Mutex::new(None);
        let answer = move |_: &Request| {
            let mut kept = kept.lock().unwrap();
            kept.get_or_insert_with(|| released.recv().unwrap()).clone()
        };
        Self { held: Some(release), ..Self::start(answer) }
    }

    /// The same over TLS, and the certificate to believe.
    pub(crate) fn start_tls(answer: impl Fn(&Request) -> Vec<u8> + Send + 'static) -> (Self, String) {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let server = Self::run("https", answer, move |stream, answer| {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            answer(Box::new(rustls::StreamOwned::new(connection, stream)));
        });
        (server, made.cert.pem())
    }

    /// An address without a listener: a system never assigns this port automatically.
    pub(crate) fn dead_url() -> String {
        "http://127.0.0.1:5/join".to_owned()
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://{}/join", self.scheme, self.at)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits for a request.
    pub(crate) fn until_asked(&self) {
        self.asked.lock().unwrap().recv_timeout(Duration::from_secs(30)).expect("a request comes");
    }

    pub(crate) fn release(&self, answer: Vec<u8>) {
        self.held.as_ref().unwrap().send(answer).unwrap();
    }

    fn run(
        scheme: &'static str,
        answer: impl Fn(&Request) -> Vec<u8> + Send + 'static,
        wrap: impl Fn(TcpStream, &dyn Fn(Box<dyn Stream>)) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (kept, (tell, asked)) = (Arc::clone(&requests), sync_channel(64));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                wrap(stream, &|mut stream| {
                    let Some(request) = read_request(&mut *stream) else { return };
                    kept.lock().unwrap().push(request.clone());
                    // A test need not wait for it.
                    let _ = tell.try_send(());
                    // The caller can have gone.
                    let _ = stream.write_all(&answer(&request)).and_then(|()| stream.flush());
                });
            }
        });
        Self { at, scheme, requests, asked: Mutex::new(asked), held: None }
    }
}

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// A head, and as many bytes as it says; nothing if the other side has had enough before.
fn read_request(stream: &mut dyn Stream) -> Option<Request> {
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
                return Some(Request { head: head.to_owned(), body: body.to_owned() });
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}
