//! The threads on which QUIC lives.

use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, EnterGuard, Runtime};
use tokio::task::AbortHandle;

/// Threads for any number of clients and servers. A clone shares them; they end with the last clone.
///
/// They never run code of the caller's except its wakers.
/// Ending them cuts off what is still on its way: wait for `Disconnected` first to leave politely.
#[derive(Clone, Debug)]
pub struct QuicRuntime(Arc<Threads>);

#[derive(Debug)]
struct Threads(Option<Runtime>);

impl QuicRuntime {
    /// Starts `worker_threads` threads, at least one. A client needs one, a server as many as cores it may fill.
    ///
    /// # Errors
    /// When the system gives no threads or no event queue.
    pub fn new(worker_threads: usize) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(worker_threads.max(1))
            .thread_name("consonance-quic")
            .enable_io()
            .enable_time()
            .build()?;
        Ok(Self(Arc::new(Threads(Some(runtime)))))
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        self.runtime().spawn(task).abort_handle()
    }

    /// Makes this the runtime that sockets made on the calling thread belong to.
    pub(crate) fn enter(&self) -> EnterGuard<'_> {
        self.runtime().enter()
    }

    fn runtime(&self) -> &Runtime {
        self.0.0.as_ref().expect("the runtime is only taken out when the last handle is dropped")
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
