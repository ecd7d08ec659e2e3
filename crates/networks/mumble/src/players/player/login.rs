//! Turns a login into a client of the session, and sends a client the state of its session once it is in.

use consonance_session::{Client, ClientSettings, EndCode, EndReason, JoinToken, TEXT_BYTES_MAX};

use super::MumblePlayer;
use crate::Login;
use crate::control::messages::{ServerConfig, ServerSync, UserState};
use crate::players::channels::ROOT;
use crate::players::html;
use crate::players::profile::Neighbours;
use crate::players::users::OWN;

/// The session client, and the reason for rejecting it, if that is known already.
pub(super) fn client_of(login: &Login) -> (Client, Option<EndReason>) {
    let said = &login.authenticate;
    let mut settings = ClientSettings::new(said.username().trim());
    let mut refusal = None;
    if !said.opus() {
        let words = "this server supports only Opus, not CELT or Speex: use Mumble 1.2.4 or newer";
        refusal = Some(EndReason::with_words(EndCode::Version, words));
    }
    match join_token(said.password(), &said.tokens) {
        Ok(token) => settings.join_token = token,
        Err(words) => refusal = Some(EndReason::with_words(EndCode::TokenInvalid, &words)),
    }
    (Client::new(settings), refusal)
}

/// The password, and the first of the access tokens that is a join token: three parts with dots between them.
fn join_token(password: &str, tokens: &[String]) -> Result<Option<JoinToken>, String> {
    let is_join_token = |token: &&str| token.matches('.').count() == 2 && token.len() > 20;
    let token = tokens.iter().map(|token| token.trim()).find(is_join_token);
    let shown = match (token, password) {
        (None, "") => return Ok(None),
        (Some(token), "") => JoinToken::new(token.as_bytes()),
        (token, password) => JoinToken::with_password(token, password),
    };
    shown.map(Some).map_err(|error| error.to_string())
}

impl MumblePlayer {
    /// Sends the client all channels and users, once, when all players are known.
    pub(super) fn sync(&mut self, neighbours: &Neighbours) {
        if self.is_synced {
            return;
        }
        while let Some(room) = self.own.entering.first_entered() {
            self.settle(&room);
        }
        self.is_synced = true;
        self.controls.extend(self.channels.all());
        let own = UserState {
            session: Some(OWN),
            name: Some(self.client.name().to_owned()),
            channel_id: Some(self.own.channel()),
            hash: (!self.profile.hash.is_empty()).then(|| self.profile.hash.clone().into()),
            self_mute: self.profile.self_mute.then_some(true),
            self_deaf: self.profile.self_deaf.then_some(true),
            ..UserState::default()
        };
        let ids: Vec<_> = self.users.iter().map(|(id, _)| id).collect();
        for id in ids {
            self.tell_user(id, neighbours);
        }
        self.tell(own);
        let welcome = (!self.settings.welcome.is_empty()).then(|| html::escaped(&self.settings.welcome));
        let permissions = Some(self.permissions(ROOT).into());
        let max_bandwidth = Some(self.settings.bandwidth_max);
        self.tell(ServerSync { session: Some(OWN), max_bandwidth, welcome_text: welcome, permissions });
        self.tell(ServerConfig {
            allow_html: Some(false),
            message_length: Some(TEXT_BYTES_MAX as u32),
            image_message_length: Some(0),
            max_users: Some(self.settings.users_max),
            recording_allowed: Some(true),
            ..ServerConfig::default()
        });
        self.tell_restrictions();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_and_join_token_travel_together() {
        let token = format!("{0}.{0}.{0}", "a".repeat(20));
        let shown = |password: &str, tokens: &[&str]| {
            let tokens: Vec<_> = tokens.iter().map(|token| (*token).to_owned()).collect();
            join_token(password, &tokens)
        };
        assert_eq!(shown("", &[]), Ok(None));
        assert_eq!(shown("", &["a word", "1.2.3"]), Ok(None), "these are for other servers");
        let both = shown("secret", &["a word", &token]).unwrap().unwrap();
        assert_eq!((both.token(), both.password()), (token.as_bytes(), Some(&b"secret"[..])));
        let alone = shown("", &[&token]).unwrap().unwrap();
        assert_eq!((alone.token(), alone.password()), (token.as_bytes(), None));
        assert!(shown(&"x".repeat(5000), &[]).is_err());
    }
}
