//! Push-to-talk bindings: keys, mouse buttons and gamepad buttons.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use bevy_input::ButtonInput;
use bevy_input::gamepad::{Gamepad, GamepadButton};
use bevy_input::keyboard::KeyCode;
use bevy_input::mouse::MouseButton;
use bevy_reflect::prelude::*;

/// A key or button that is held to talk.
#[derive(Reflect, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[reflect(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub enum VoiceButton {
    /// A key, by its place on the keyboard.
    Key(KeyCode),
    /// A mouse button.
    Mouse(MouseButton),
    /// A button of any gamepad.
    Gamepad(GamepadButton),
}

impl From<KeyCode> for VoiceButton {
    fn from(key: KeyCode) -> Self {
        Self::Key(key)
    }
}

impl From<MouseButton> for VoiceButton {
    fn from(button: MouseButton) -> Self {
        Self::Mouse(button)
    }
}

impl From<GamepadButton> for VoiceButton {
    fn from(button: GamepadButton) -> Self {
        Self::Gamepad(button)
    }
}

/// The buttons for push to talk, for all channels that have none of their own.
///
/// They open each [`VoiceRoom`](crate::VoiceRoom) and [`VoiceWhisper`](crate::VoiceWhisper) that is spoken in by
/// [`TriggerActivation::PushToTalk`](consonance::trigger::TriggerActivation::PushToTalk), and what the chat itself does
/// by [`ActivationMode::PushToTalk`](consonance::audio::ActivationMode::PushToTalk).
#[derive(Resource, Reflect, Clone, Debug, Default, PartialEq, Eq)]
#[reflect(Resource, Clone, Debug, Default, PartialEq)]
pub struct PushToTalk {
    /// Any of these.
    pub buttons: Vec<VoiceButton>,
    /// Held by something other than a button: a touch, a voice command, the game's own input library.
    pub held: bool,
}

impl PushToTalk {
    /// Any of these buttons: `PushToTalk::new([KeyCode::KeyV])`.
    pub fn new(buttons: impl IntoIterator<Item = impl Into<VoiceButton>>) -> Self {
        Self { buttons: buttons.into_iter().map(Into::into).collect(), held: false }
    }
}

/// The buttons that are currently held; none in an app without input.
#[derive(SystemParam)]
pub struct VoiceButtons<'w, 's> {
    keys: Option<Res<'w, ButtonInput<KeyCode>>>,
    mouse: Option<Res<'w, ButtonInput<MouseButton>>>,
    gamepads: Query<'w, 's, &'static Gamepad>,
}

impl VoiceButtons<'_, '_> {
    /// Whether any of these buttons is held.
    pub fn any_held(&self, buttons: &[VoiceButton]) -> bool {
        buttons.iter().any(|button| self.is_held(*button))
    }

    fn is_held(&self, button: VoiceButton) -> bool {
        match button {
            VoiceButton::Key(key) => self.keys.as_ref().is_some_and(|keys| keys.pressed(key)),
            VoiceButton::Mouse(button) => self.mouse.as_ref().is_some_and(|mouse| mouse.pressed(button)),
            VoiceButton::Gamepad(button) => self.gamepads.iter().any(|gamepad| gamepad.pressed(button)),
        }
    }
}
