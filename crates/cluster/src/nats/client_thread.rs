//! A thread with its own NATS client.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use tokio::sync::Notify;
use tokio::task::LocalSet;

use crate::nats::error::NatsError;

/// A thread that runs until it is dropped, which waits for its end.
#[derive(Debug)]
pub(crate) struct ClientThread {
    stop: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

impl ClientThread {
    /// Creates a driver on a thread of this name, and runs it until it is told to stop.
    ///
    /// # Errors
    /// The error of `make`; or [`NatsError::Client`] if the thread or its runtime cannot be started.
    pub(crate) fn start<D>(
        name: &str,
        make: impl AsyncFnOnce() -> Result<D, NatsError> + Send + 'static,
        run: impl AsyncFnOnce(D, &Notify) + Send + 'static,
    ) -> Result<Self, NatsError> {
        let stop = Arc::<Notify>::default();
        let stopped = Arc::clone(&stop);
        let (tell_start, started) = sync_channel(1);
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => {
                    LocalSet::new().block_on(&runtime, run_driver(make, run, &stopped, &tell_start));
                }
                Err(cause) => drop(tell_start.send(Err(client_error(&cause)))),
            }
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
        let thread = Self { stop, thread: Some(thread.map_err(|cause| client_error(&cause))?) };
        started.recv().unwrap_or(Ok(())).map(|()| thread)
    }
}

async fn run_driver<D>(
    make: impl AsyncFnOnce() -> Result<D, NatsError>,
    run: impl AsyncFnOnce(D, &Notify),
    stopped: &Notify,
    tell_start: &SyncSender<Result<(), NatsError>>,
) {
    match make().await {
        Ok(driver) => {
            let _ = tell_start.send(Ok(()));
            run(driver, stopped).await;
        }
        Err(error) => drop(tell_start.send(Err(error))),
    }
}

fn client_error(cause: &std::io::Error) -> NatsError {
    NatsError::Client { cause: cause.to_string() }
}

impl Drop for ClientThread {
    fn drop(&mut self) {
        self.stop.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
