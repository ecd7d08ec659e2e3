//! The end of a listener, for what goes on meanwhile.

use tokio::sync::watch;

/// Tells when a listener is stopped.
#[derive(Clone, Debug)]
pub struct Stopped(pub(crate) watch::Receiver<bool>);

impl Stopped {
    /// Until the listener is stopped.
    pub async fn wait(&self) {
        // One that is gone has stopped, too.
        let _ = self.0.clone().wait_for(|stop| *stop).await;
    }
}
