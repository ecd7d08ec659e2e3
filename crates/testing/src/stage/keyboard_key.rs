//! Keys of the keyboard.

/// The keys that tests press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyboardKey {
    /// To the end.
    End,
    /// Confirms the input.
    Enter,
    /// To the beginning.
    Home,
    /// A large step up.
    PageUp,
    /// To the left, with Shift.
    FarLeft,
    /// To the right, with Shift.
    FarRight,
    /// Presses the focused button; on our page, talks while held.
    Space,
    /// To the next control.
    Tab,
    /// Up, with Shift.
    FarUp,
}

impl KeyboardKey {
    /// Whether Shift is held meanwhile.
    pub fn is_with_shift(self) -> bool {
        matches!(self, Self::FarLeft | Self::FarRight | Self::FarUp)
    }
}
