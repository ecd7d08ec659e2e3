//! Everything between the network and the loudspeaker except the codec.

use consonance::audio::jitter::{Decision, JitterBuffer, JitterSettings};
use consonance::audio::{
    BLOCK_SAMPLES, CodecSettings, FrameProperties, FrameSize, Mixer, MixerSettings, Pose, SamplePosition,
    SpatialMode, SpatialSettings, Spatializer, SpeakerKey, SpeakerPlace, StereoBlock,
};

use super::line::Line;
use super::stopwatch::micros_per_block;

const BLOCKS: usize = 1_000;
const BLOCK: u64 = BLOCK_SAMPLES as u64;
const FRAME: FrameSize = FrameSize::Ms20;
const SPEAKER: SpeakerKey = SpeakerKey(1);

/// The maximum delay of packets on a rough network, in blocks.
const ROUGH_BLOCKS: u64 = 7;

/// Measures the jitter buffer, time stretching, mixing, positioning and limiting.
pub(super) fn stages(sound: &[f32]) -> Vec<Line> {
    let packets: Vec<Vec<u8>> = sound.chunks_exact(FRAME.samples()).map(raw).collect();
    let empty = micros_per_block(BLOCKS, || Mixer::new(MixerSettings::default()), |mixer, _| mix(mixer));
    let calm = one_speaker(&packets, 0) - empty;
    let rough = one_speaker(&packets, ROUGH_BLOCKS) - empty;
    let mut lines = vec![
        Line::new("jitter buffer, one speaker", jitter_buffer()),
        Line::new("mixing one speaker of raw samples", calm),
        Line::new("the same with time stretching on a network with jitter", rough),
    ];
    for (stage, mode, occlusion) in [
        ("panning one speaker", SpatialMode::Panning, 0.0),
        ("panning one speaker behind a wall", SpatialMode::Panning, 0.7),
        ("head model for one speaker", SpatialMode::Hrtf, 0.0),
        ("head model for one speaker behind a wall", SpatialMode::Hrtf, 0.7),
    ] {
        lines.push(Line::new(stage, placing(sound, mode, occlusion)));
    }
    lines.push(Line::new("head model for eight speakers", placing_eight(sound)));
    lines.push(Line::new("sum, master volume and limiter", empty));
    lines
}

fn raw(frame: &[f32]) -> Vec<u8> {
    frame.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

fn jitter_buffer() -> f64 {
    let packet = [0x55; 60];
    micros_per_block(
        BLOCKS * 10,
        || {
            let mut buffer = JitterBuffer::new(FRAME, JitterSettings::default());
            buffer.start_utterance();
            buffer
        },
        |buffer, block| {
            let now = SamplePosition(block as u64 * BLOCK);
            if block % 2 == 0 {
                let sequence = (block / 2) as u32;
                buffer.push(sequence, now, &packet, FrameProperties::default(), 0);
                // A frame lasts two blocks, so one is due at every other block.
                if let Decision::Play { packet, .. } = buffer.next(now, 0) {
                    std::hint::black_box(packet);
                }
            }
        },
    )
}

/// Measures one speaker of raw samples, whose packets are up to `rough_blocks` late.
fn one_speaker(packets: &[Vec<u8>], rough_blocks: u64) -> f64 {
    let speaking = || {
        let mut mixer = Mixer::new(MixerSettings::default());
        mixer.add_speaker(SPEAKER, CodecSettings::identity(FRAME)).expect("an empty mixer has room");
        mixer.start_utterance(SPEAKER);
        (mixer, 0)
    };
    micros_per_block(BLOCKS, speaking, |(mixer, next), block| {
        let late = u64::from(*next) * 7_919 % 101 * rough_blocks / 100;
        if block as u64 >= u64::from(*next) * 2 + late {
            let packet = &packets[*next as usize % packets.len()];
            mixer.push_frame(SPEAKER, *next, mixer.position(), packet, FrameProperties::default());
            *next += 1;
        }
        mix(mixer);
        while mixer.poll_played().is_some() {}
    })
}

fn mix(mixer: &mut Mixer) {
    let mut block = StereoBlock::default();
    mixer.mix(&mut block);
    std::hint::black_box(&block);
}

/// Measures one speaker that circles around the listener.
fn placing(sound: &[f32], mode: SpatialMode, occlusion: f32) -> f64 {
    let settings = SpatialSettings { mode, ..SpatialSettings::default() };
    let sound = sound.as_chunks::<BLOCK_SAMPLES>().0;
    micros_per_block(
        BLOCKS,
        || Spatializer::new(settings),
        |spatializer, block| {
            let angle = block as f32 * 0.02;
            let place = SpeakerPlace { position_m: [3.0 * angle.sin(), 0.5, 3.0 * angle.cos()], occlusion };
            let mut ears = StereoBlock::default();
            spatializer.render(&sound[block % sound.len()], Some(place), &Pose::default(), &mut ears);
            std::hint::black_box(&ears);
        },
    )
}

/// Measures eight speakers that circle around the listener, evenly spaced.
fn placing_eight(sound: &[f32]) -> f64 {
    let settings = SpatialSettings { mode: SpatialMode::Hrtf, ..SpatialSettings::default() };
    let sound = sound.as_chunks::<BLOCK_SAMPLES>().0;
    micros_per_block(
        BLOCKS,
        || std::array::from_fn::<_, 8, _>(|_| Spatializer::new(settings)),
        |spatializers, block| {
            let mut ears = StereoBlock::default();
            for (number, spatializer) in spatializers.iter_mut().enumerate() {
                let angle = block as f32 * 0.02 + number as f32 * std::f32::consts::FRAC_PI_4;
                let position_m = [3.0 * angle.sin(), 0.5, 3.0 * angle.cos()];
                let place = SpeakerPlace { position_m, occlusion: 0.0 };
                spatializer.render(&sound[block % sound.len()], Some(place), &Pose::default(), &mut ears);
            }
            std::hint::black_box(&ears);
        },
    )
}
