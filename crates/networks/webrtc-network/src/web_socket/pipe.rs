//! What a WebSocket reads from and writes to: bytes that came and bytes that have to leave, with or without TLS.

use std::collections::VecDeque;
use std::io::{self, Read, Write};

use rustls::Connection;

pub(super) struct Pipe {
    tls: Option<Box<Connection>>,
    /// What came and was not read; with TLS, it has that.
    incoming: VecDeque<u8>,
    outgoing: Vec<u8>,
}

impl Pipe {
    pub(super) fn new(mut tls: Option<Connection>) -> Self {
        if let Some(tls) = &mut tls {
            // What waits is bounded where it leaves.
            tls.set_buffer_limit(None);
        }
        Self { tls: tls.map(Box::new), incoming: VecDeque::new(), outgoing: Vec::new() }
    }

    /// Bytes came.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        let Some(tls) = &mut self.tls else {
            self.incoming.extend(bytes);
            return Ok(());
        };
        while !bytes.is_empty() {
            tls.read_tls(&mut bytes).map_err(|error| error.to_string())?;
            let state = tls.process_new_packets().map_err(|error| error.to_string())?;
            let mut plain = vec![0; state.plaintext_bytes_to_read()];
            tls.reader().read_exact(&mut plain).map_err(|error| error.to_string())?;
            self.incoming.extend(plain);
        }
        Ok(())
    }

    pub(super) fn take_outgoing(&mut self) -> Vec<u8> {
        if let Some(tls) = &mut self.tls {
            while tls.wants_write() {
                // A vector takes everything.
                if tls.write_tls(&mut self.outgoing).is_err() {
                    break;
                }
            }
        }
        std::mem::take(&mut self.outgoing)
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.incoming.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.incoming.read(buffer)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.tls {
            Some(tls) => tls.writer().write(bytes),
            None => self.outgoing.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
