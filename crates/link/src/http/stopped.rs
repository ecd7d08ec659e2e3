//! The stop signal of a listener, for its tasks.

use tokio::sync::watch;

/// A signal that a listener has been stopped.
#[derive(Clone, Debug)]
pub struct Stopped(pub(crate) watch::Receiver<bool>);

impl Stopped {
    /// Waits until the listener is stopped.
    pub async fn wait(&self) {
        // A listener that was dropped has also stopped.
        let _ = self.0.clone().wait_for(|stop| *stop).await;
    }
}
