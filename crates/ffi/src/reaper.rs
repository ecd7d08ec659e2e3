//! Ends what takes longer than a game can wait for: a goodbye, the last bytes of a file.

use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::error::{CError, Failure};
use crate::lock::lock;

/// The longest that `consonance_destroy` takes.
const WAIT_MAX: Duration = Duration::from_millis(50);

/// About as long as a function of the header takes.
const USE: Duration = Duration::from_millis(1);
/// More objects than exist at a time.
const WAITING_MAX: usize = 1024;

/// An object to end on a separate thread, and the channel that reports its end.
struct Remains {
    end: Box<dyn FnOnce() + Send>,
    ended: SyncSender<()>,
}

impl Remains {
    fn end(self) {
        (self.end)();
        // An error means that the caller has stopped waiting.
        let _ = self.ended.send(());
    }
}

static REAPER: Mutex<Option<SyncSender<Remains>>> = Mutex::new(None);

/// Starts the thread that ends things, before there is anything to end.
///
/// # Errors
/// If no thread can be started.
pub(crate) fn prepare() -> Result<(), Failure> {
    let mut reaper = lock(&REAPER);
    if reaper.is_none() {
        let (remains, to_end) = sync_channel::<Remains>(WAITING_MAX);
        let name = "consonance-end".to_owned();
        let run = move || to_end.into_iter().for_each(Remains::end);
        let thread = thread::Builder::new().name(name).spawn(run);
        thread.map_err(|cause| Failure::new(CError::Start, format!("could not start a thread: {cause}")))?;
        *reaper = Some(remains);
    }
    Ok(())
}

/// Ends what is in no table any more, and returns when that is done, or after 50 ms.
pub(crate) fn end<T: Send + Sync + 'static>(object: Arc<T>) {
    let reaper = lock(&REAPER).clone();
    let (ended, end) = sync_channel(1);
    let remains = Remains { end: Box::new(|| drop_last(object)), ended };
    let sent = reaper.map(|reaper| reaper.try_send(remains));
    // The queue is full of objects that wait for their goodbyes; a thread of its own avoids waiting behind them.
    if let Some(Err(TrySendError::Full(remains))) = sent {
        let _ = thread::Builder::new().name("consonance-end".to_owned()).spawn(|| remains.end());
    }
    let _ = end.recv_timeout(WAIT_MAX);
}

/// Drops it here, and not on a thread of the host that still uses it for a moment.
fn drop_last<T>(mut object: Arc<T>) {
    loop {
        match Arc::try_unwrap(object) {
            Ok(object) => return drop(object),
            Err(shared) => object = shared,
        }
        thread::sleep(USE);
    }
}
