//! The threads that run QUIC.

mod error;

use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, EnterGuard, Handle, Runtime};
use tokio::task::AbortHandle;

pub use error::RuntimeError;

/// Threads for any number of clients and servers: its own, or those of a runtime of the program.
///
/// A clone shares them; its own threads end with the last clone. They never run code of the caller except its wakers.
/// Ending them cuts off everything still in flight: wait for `Disconnected` first to leave politely.
#[derive(Clone, Debug)]
pub struct QuicRuntime {
    handle: Handle,
    /// `None` for a runtime of the program.
    own: Option<Arc<Threads>>,
}

#[derive(Debug)]
struct Threads(Option<Runtime>);

impl QuicRuntime {
    /// Starts `worker_threads` threads, at least one. A client needs one, a server as many as the cores that it may
    /// use.
    ///
    /// # Errors
    /// If the system provides no threads or no event queue.
    pub fn new(worker_threads: usize) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(worker_threads.max(1))
            .thread_name("consonance-quic")
            .enable_io()
            .enable_time()
            .build()?;
        let handle = runtime.handle().clone();
        Ok(Self { handle, own: Some(Arc::new(Threads(Some(runtime)))) })
    }

    /// Uses a runtime of the program, with I/O and time enabled, and starts no thread.
    ///
    /// The program has to keep it running: on a `current_thread` runtime QUIC stands still while nothing is in
    /// `block_on` or while a task blocks. When the runtime ends, links on it are lost.
    ///
    /// # Errors
    /// [`RuntimeError`] if I/O or time is not enabled, or the runtime has ended. Tokio reports this only by a panic,
    /// which is caught here: its message is on standard error, and a program built with `panic = "abort"` ends.
    pub fn from_handle(handle: Handle) -> Result<Self, RuntimeError> {
        error::check(&handle)?;
        Ok(Self { handle, own: None })
    }

    /// Whether it started its own threads, instead of using a [runtime of the program](Self::from_handle).
    pub fn owns_threads(&self) -> bool {
        self.own.is_some()
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        self.handle.spawn(task).abort_handle()
    }

    /// Makes this the runtime of sockets created on the calling thread.
    pub(crate) fn enter(&self) -> EnterGuard<'_> {
        self.handle.enter()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // An ordinary drop would block, and panic in an async context.
            runtime.shutdown_background();
        }
    }
}
