//! Unguessable tokens.

use ring::hmac;

use crate::darkrift::format::Token;

/// Makes one token after the other out of a secret.
#[derive(Debug)]
pub(crate) struct Tokens {
    key: hmac::Key,
    count: u64,
}

impl Tokens {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret), count: 0 }
    }

    /// Eight bytes that begin with `80 FF FF`: an acknowledgement that comes a second time reads as the command 65 535,
    /// which stock clients ignore. The other five are as good as random without the secret.
    pub(crate) fn next(&mut self) -> Token {
        let sealed = hmac::sign(&self.key, &self.count.to_be_bytes());
        self.count += 1;
        let mut token = [0x80, 0xFF, 0xFF, 0, 0, 0, 0, 0];
        token[3..].copy_from_slice(&sealed.as_ref()[..5]);
        Token(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_read_as_an_unknown_command() {
        let mut tokens = Tokens::new(&[1; 32]);
        let made: std::collections::BTreeSet<Token> = (0..1000).map(|_| tokens.next()).collect();
        assert_eq!(made.len(), 1000);
        assert!(made.iter().all(|token| token.0.starts_with(&[0x80, 0xFF, 0xFF])));
        assert!(!made.contains(&Tokens::new(&[2; 32]).next()), "another secret, other tokens");
    }
}
