//! A client's handling of the server's answer to its request.

use super::handshake::{Head, Response};
use crate::gateway::streams::StreamViolation;

/// How far a client's upgrade from HTTP is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Upgrade {
    /// More bytes are needed.
    Partial,
    /// There is a `WebSocket` now.
    Accepted {
        /// The protocol that the server has chosen.
        protocol: Option<String>,
        /// How long the answer is, in bytes.
        bytes: usize,
    },
    /// The server refused it.
    Refused {
        /// How long the answer is, in bytes.
        bytes: usize,
    },
}

impl Upgrade {
    /// Reads the answer to the request with this key, at the beginning of a stream; appends the text of a refusal.
    ///
    /// # Errors
    ///
    /// If it is not an HTTP response, or a response to another key.
    pub(super) fn read(stream: &[u8], key: &str, words: &mut Vec<u8>) -> Result<Self, StreamViolation> {
        let (response, bytes) = match Response::read(stream) {
            Head::Complete(response, bytes) => (response, bytes),
            Head::Partial => return Ok(Self::Partial),
            Head::Ambiguous(..) | Head::Bad => return Err(StreamViolation("the answer is not HTTP")),
        };
        if response.status == 101 {
            return if response.answers(key) {
                Ok(Self::Accepted { protocol: response.protocol, bytes })
            } else {
                Err(StreamViolation("the server answers a question that was not asked"))
            };
        }
        let end = bytes + response.body_bytes.min(WORDS_BYTES_MAX);
        let Some(said) = stream.get(bytes..end) else { return Ok(Self::Partial) };
        words.extend_from_slice(said);
        Ok(Self::Refused { bytes: end })
    }
}

/// How many bytes of a refusal are read.
const WORDS_BYTES_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::super::handshake::{new_key, write_acceptance, write_refusal};
    use super::*;

    #[test]
    fn an_acceptance_is_one_when_it_is_whole_and_answers_the_key() {
        let (key, mut answer, mut words) = (new_key(), Vec::new(), Vec::new());
        write_acceptance(&key, Some("chat"), &mut answer);
        let read = Upgrade::read(&answer, &key, &mut words);
        assert_eq!(read, Ok(Upgrade::Accepted { protocol: Some("chat".to_owned()), bytes: answer.len() }));
        assert!(Upgrade::read(&answer, &new_key(), &mut words).is_err());
        for cut in 0..answer.len() {
            assert_eq!(Upgrade::read(&answer[..cut], &key, &mut words), Ok(Upgrade::Partial));
        }
        assert!(words.is_empty());
    }

    #[test]
    fn a_refusal_comes_with_its_words_as_far_as_they_are_read() {
        let (key, mut answer, mut words) = (new_key(), Vec::new(), Vec::new());
        write_refusal("403 Forbidden", &"no ".repeat(1000), &mut answer);
        let bytes = answer.len() - 3000 + WORDS_BYTES_MAX;
        assert_eq!(Upgrade::read(&answer[..bytes - 1], &key, &mut words), Ok(Upgrade::Partial));
        assert_eq!(Upgrade::read(&answer, &key, &mut words), Ok(Upgrade::Refused { bytes }));
        assert_eq!(words, &"no ".repeat(1000).as_bytes()[..WORDS_BYTES_MAX]);
    }

    #[test]
    fn what_is_no_answer_is_a_violation() {
        assert!(Upgrade::read(b"SSH-2.0-OpenSSH_9.9\r\n", &new_key(), &mut Vec::new()).is_err());
    }
}
