//! Actions of keys.

use consonance_inspector::{Action, why};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::screen::{Screen, Tab};

/// The action of a pressed key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pressed {
    Nothing,
    End,
    Do(Action),
}

impl Screen {
    /// Runs the key's action, or says where it is available.
    pub(super) fn press(&mut self, key: &KeyEvent) -> Pressed {
        if key.kind == KeyEventKind::Release {
            return Pressed::Nothing;
        }
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if is_control => return Pressed::End,
            KeyCode::Esc if self.is_asked => self.is_asked = false,
            KeyCode::Char('q') | KeyCode::Esc => return Pressed::End,
            KeyCode::Tab | KeyCode::Right => self.tab = self.tab.after(1),
            KeyCode::BackTab | KeyCode::Left => self.tab = self.tab.after(Tab::ALL.len() - 1),
            KeyCode::Char(digit @ '1'..='5') => self.tab = Tab::ALL[digit as usize - '1' as usize],
            KeyCode::Down | KeyCode::Char('j') => self.select(1),
            KeyCode::Up | KeyCode::Char('k') => self.select(-1),
            KeyCode::Char('w') => self.is_asked = !self.is_asked && self.selected_player().is_some(),
            KeyCode::Char('m') => return self.mute_selected(),
            KeyCode::Char('M') => return self.own(|muted, _| Action::Mute { muted: !muted }),
            KeyCode::Char('D') => return self.own(|_, deafened| Action::Deafen { deafened: !deafened }),
            _ => {}
        }
        Pressed::Nothing
    }

    fn mute_selected(&self) -> Pressed {
        let player = self.selected_player().filter(|player| !player.is_local);
        player.map_or(Pressed::Nothing, |player| {
            Pressed::Do(Action::MutePlayer { name: player.name.clone(), muted: !player.muted })
        })
    }

    fn own(&self, action: impl FnOnce(bool, bool) -> Action) -> Pressed {
        self.client().map_or(Pressed::Nothing, |client| Pressed::Do(action(client.muted, client.deafened)))
    }

    /// The diagnosis of why the selected player is not heard, if requested.
    pub(super) fn diagnosis(&self) -> Option<consonance_inspector::Diagnosis> {
        let (snapshot, client, speaker) = (self.snapshot.as_ref()?, self.client()?, self.selected_player()?);
        self.is_asked.then(|| why(std::slice::from_ref(snapshot), &speaker.name, &client.name))
    }
}
