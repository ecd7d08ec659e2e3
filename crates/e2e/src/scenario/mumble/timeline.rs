//! The sound that was heard, with each packet at the place of its number.

/// Mono, 48 kHz. The numbers of all speakers count the same time.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// The number of the first packet.
    began: Option<u64>,
    sound: Vec<f32>,
}

const SAMPLES_PER_NUMBER: u64 = consonance_mumble::SAMPLES_PER_NUMBER;
/// Two minutes; later packets are left out.
const SAMPLES_MAX: usize = 120 * 48_000;

impl Timeline {
    /// Adds a decoded packet. One that is older than the first is left out.
    pub(super) fn add(&mut self, number: u64, packet: &[f32]) {
        let began = *self.began.get_or_insert(number);
        let from = number.checked_sub(began).and_then(|numbers| numbers.checked_mul(SAMPLES_PER_NUMBER));
        let Some(from) = from.and_then(|from| usize::try_from(from).ok()) else { return };
        let until = from.saturating_add(packet.len());
        if until > SAMPLES_MAX {
            return;
        }
        self.sound.resize(self.sound.len().max(until), 0.0);
        self.sound[from..until].iter_mut().zip(packet).for_each(|(sum, sample)| *sum += sample);
    }

    pub(super) fn sound(&self) -> &[f32] {
        &self.sound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_stand_where_their_numbers_put_them_and_add_up() {
        let mut timeline = Timeline::default();
        timeline.add(70, &[0.5; 480]);
        timeline.add(72, &[0.25; 480]);
        timeline.add(70, &[0.25; 480]);
        timeline.add(69, &[0.5; 480]);
        timeline.add(u64::MAX, &[0.5; 480]);
        let expected = [[0.75; 480], [0.0; 480], [0.25; 480]];
        assert_eq!(timeline.sound(), expected.as_flattened());
    }
}
