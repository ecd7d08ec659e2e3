//! Answers that several requests share while they are recent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// The newest answer to one question, and when it was made.
#[derive(Debug)]
pub(crate) struct Recent<T>(Mutex<Option<(Instant, T)>>);

/// The maximum age of an answer.
const FRESH: Duration = Duration::from_millis(900);

impl<T: Clone> Recent<T> {
    /// The last answer, or a fresh one if that is too old. Concurrent requests wait for it; errors are not kept.
    pub(crate) async fn get_or<E>(&self, fresh: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let mut newest = self.0.lock().await;
        if let Some((at, answer)) = &*newest
            && at.elapsed() < FRESH
        {
            return Ok(answer.clone());
        }
        let answer = fresh.await?;
        *newest = Some((Instant::now(), answer.clone()));
        Ok(answer)
    }
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// Answers by name, each of which exists as long as a subscriber holds it.
#[derive(Debug)]
pub(crate) struct RecentByName<T>(SyncMutex<BTreeMap<String, Weak<Recent<T>>>>);

impl<T> RecentByName<T> {
    /// The answer that all subscribers of this name share.
    pub(crate) fn subscribe(&self, name: &str) -> Arc<Recent<T>> {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.retain(|_, answer| answer.strong_count() > 0);
        if let Some(answer) = answers.get(name).and_then(Weak::upgrade) {
            return answer;
        }
        let answer = Arc::default();
        answers.insert(name.to_owned(), Arc::downgrade(&answer));
        answer
    }
}

impl<T> Default for RecentByName<T> {
    fn default() -> Self {
        Self(SyncMutex::default())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn subscribers_of_one_name_share_an_answer_and_those_of_another_do_not() {
        let asked = Cell::new(0);
        let answers = RecentByName::default();
        let ask = async |name: &str| {
            let answer: Arc<Recent<u32>> = answers.subscribe(name);
            let fresh = async {
                asked.set(asked.get() + 1);
                Ok::<_, ()>(asked.get())
            };
            (answer.get_or(fresh).await, answer)
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (first, _held) = ask("main").await;
            assert_eq!((first, ask("main").await.0), (Ok(1), Ok(1)));
            let (other, _held) = ask("arena").await;
            assert_eq!((other, answers.0.lock().unwrap().len()), (Ok(2), 2));
        });
    }

    #[test]
    fn an_answer_without_subscribers_is_forgotten() {
        let answers = RecentByName::<u32>::default();
        for number in 0..100 {
            drop(answers.subscribe(&number.to_string()));
        }
        assert_eq!(answers.0.lock().unwrap().len(), 1);
    }

    #[test]
    fn an_error_is_not_kept() {
        let answer = Recent::default();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            assert_eq!(answer.get_or(async { Err("busy") }).await, Err("busy"));
            assert_eq!(answer.get_or(async { Ok::<_, &str>(1) }).await, Ok(1));
        });
    }
}
