//! The audio engine, and whole voice chats.

use super::super::bench::{Bench, Figure, FloorIs, Row, Run};

/// The common values of all benches of sound.
const SOUND: Bench =
    Bench { name: "", runs: &[Run::of(&[], &[])], figures: &[], is_real_time: false, is_exact: false };

const COST: &str = "us_per_block";
const COST_UNIT: &str = "µs for every 10 ms";
const COPY: FloorIs = FloorIs::Rows(COST, &[(&[("stage", "a bare copy of the samples")], 1.0)]);
const ENCODER: Row = &[("stage", "encoder, frames of 20 ms")];
const DECODER: Row = &[("stage", "decoder, frames of 20 ms")];
const CODEC_OF_2: FloorIs = FloorIs::Rows(COST, &[(ENCODER, 1.0), (DECODER, 1.0)]);
const CODEC_OF_17: FloorIs = FloorIs::Rows(COST, &[(ENCODER, 1.0), (DECODER, 16.0)]);

const fn stage(what: &'static str, row: Row) -> Figure {
    Figure::new(what, row, COST, COST_UNIT).floor("a bare copy", COPY)
}

const fn client(what: &'static str, row: Row, codec: FloorIs) -> Figure {
    Figure::new(what, row, COST, "µs for every 10 ms of a whole client").floor("the codec alone", codec)
}

/// A core has 10 000 µs for every 10 ms.
const PERCENT: f64 = 100.0;

pub(in super::super) const AUDIO: Bench = Bench {
    name: "audio",
    figures: &[
        stage("capture: sanitising and high-pass", &[("stage", "capture: sanitising and high-pass")])
            .detail(),
        stage("capture: echo, subtraction", &[("stage", "capture: echo, subtraction")]),
        stage("capture: to spectra and back", &[("stage", "capture: to spectra and back")]).detail(),
        stage("capture: echo, suppression", &[("stage", "capture: echo, suppression")]).detail(),
        stage("capture: noise suppression", &[("stage", "capture: noise suppression")]),
        stage(
            "capture: background removal (off by default)",
            &[("stage", "capture: background removal (off by default)")],
        ),
        stage("capture: automatic gain", &[("stage", "capture: automatic gain")]).detail(),
        stage("capture: voice detection", &[("stage", "capture: voice detection")]).detail(),
        stage("capture: activation with pre-roll", &[("stage", "capture: activation with pre-roll")])
            .detail(),
        stage("encoder, frames of 10 ms", &[("stage", "encoder, frames of 10 ms")]).detail(),
        stage("encoder, frames of 20 ms", &[("stage", "encoder, frames of 20 ms")]),
        stage("encoder, frames of 40 ms", &[("stage", "encoder, frames of 40 ms")]).detail(),
        stage("encoder, frames of 60 ms", &[("stage", "encoder, frames of 60 ms")]).detail(),
        stage("decoder, frames of 10 ms", &[("stage", "decoder, frames of 10 ms")]).detail(),
        stage("decoder, frames of 20 ms", &[("stage", "decoder, frames of 20 ms")]),
        stage("decoder, frames of 40 ms", &[("stage", "decoder, frames of 40 ms")]).detail(),
        stage("decoder, frames of 60 ms", &[("stage", "decoder, frames of 60 ms")]).detail(),
        stage("concealment of lost frames", &[("stage", "concealment of lost frames")]).detail(),
        stage("jitter buffer, one speaker", &[("stage", "jitter buffer, one speaker")]).detail(),
        stage("mixing one speaker of raw samples", &[("stage", "mixing one speaker of raw samples")])
            .detail(),
        stage(
            "the same with time stretching on a network with jitter",
            &[("stage", "the same with time stretching on a network with jitter")],
        )
        .detail(),
        stage("panning one speaker", &[("stage", "panning one speaker")]).detail(),
        stage("panning one speaker behind a wall", &[("stage", "panning one speaker behind a wall")])
            .detail(),
        stage("head model for one speaker", &[("stage", "head model for one speaker")]),
        stage(
            "head model for one speaker behind a wall",
            &[("stage", "head model for one speaker behind a wall")],
        )
        .detail(),
        stage("sum, master volume and limiter", &[("stage", "sum, master volume and limiter")]).detail(),
        client(
            "1 speaker, echo cancelling off",
            &[("stage", "whole client, 1 speaker, echo cancelling off")],
            CODEC_OF_2,
        )
        .at_most(2.0 * PERCENT),
        client("1 speaker, as it comes", &[("stage", "whole client, 1 speaker, as it comes")], CODEC_OF_2),
        client(
            "1 speaker, everything on",
            &[("stage", "whole client, 1 speaker, everything on")],
            CODEC_OF_2,
        )
        .at_most(5.0 * PERCENT),
        client(
            "16 speakers, echo cancelling off",
            &[("stage", "whole client, 16 speakers, echo cancelling off")],
            CODEC_OF_17,
        )
        .detail(),
        client(
            "16 speakers, everything on",
            &[("stage", "whole client, 16 speakers, everything on")],
            CODEC_OF_17,
        ),
        client(
            "16 in space (head model), everything on",
            &[("stage", "whole client, 16 in space (head model), everything on")],
            CODEC_OF_17,
        )
        .at_most(10.0 * PERCENT),
    ],
    ..SOUND
};

const fn score(what: &'static str, row: Row, original: &'static [(Row, f64)]) -> Figure {
    let figure = Figure::new(what, row, "measured.score", "of 5").more();
    figure.floor("the original's buffer", FloorIs::Rows("measured.score", original))
}

const fn delay(what: &'static str, row: Row, original: &'static [(Row, f64)]) -> Figure {
    let figure = Figure::new(what, row, "measured.delay_mean_ms", "ms on average");
    figure.floor("the original's buffer", FloorIs::Rows("measured.delay_mean_ms", original))
}

const PERFECT: Row =
    &[("listener", "ours"), ("loss_percent", "0"), ("burst_packets", "1.0"), ("jitter_ms", "0")];
const PERFECT_ORIGINAL: &[(Row, f64)] = &[(
    &[
        ("listener", "original, 20 ms frames"),
        ("loss_percent", "0"),
        ("burst_packets", "1.0"),
        ("jitter_ms", "0"),
    ],
    1.0,
)];
const JITTER: Row =
    &[("listener", "ours"), ("loss_percent", "0"), ("burst_packets", "1.0"), ("jitter_ms", "60")];
const JITTER_ORIGINAL: &[(Row, f64)] = &[(
    &[
        ("listener", "original, 20 ms frames"),
        ("loss_percent", "0"),
        ("burst_packets", "1.0"),
        ("jitter_ms", "60"),
    ],
    1.0,
)];
const LOSS: Row =
    &[("listener", "ours"), ("loss_percent", "10"), ("burst_packets", "1.0"), ("jitter_ms", "0")];
const LOSS_ORIGINAL: &[(Row, f64)] = &[(
    &[
        ("listener", "original, 20 ms frames"),
        ("loss_percent", "10"),
        ("burst_packets", "1.0"),
        ("jitter_ms", "0"),
    ],
    1.0,
)];
const BOTH: Row =
    &[("listener", "ours"), ("loss_percent", "10"), ("burst_packets", "1.0"), ("jitter_ms", "60")];
const BOTH_ORIGINAL: &[(Row, f64)] = &[(
    &[
        ("listener", "original, 20 ms frames"),
        ("loss_percent", "10"),
        ("burst_packets", "1.0"),
        ("jitter_ms", "60"),
    ],
    1.0,
)];
const WORST: Row =
    &[("listener", "ours"), ("loss_percent", "20"), ("burst_packets", "3.0"), ("jitter_ms", "60")];
const WORST_ORIGINAL: &[(Row, f64)] = &[(
    &[
        ("listener", "original, 20 ms frames"),
        ("loss_percent", "20"),
        ("burst_packets", "3.0"),
        ("jitter_ms", "60"),
    ],
    1.0,
)];

pub(in super::super) const QUALITY: Bench = Bench {
    name: "quality",
    runs: &[Run::of(&[], &["--seeds", "1"])],
    figures: &[
        score("score, a perfect network", PERFECT, PERFECT_ORIGINAL).detail(),
        score("score, 60 ms of jitter", JITTER, JITTER_ORIGINAL).detail(),
        score("score, 10 % loss", LOSS, LOSS_ORIGINAL).detail(),
        score("score, 10 % loss, 60 ms of jitter", BOTH, BOTH_ORIGINAL).detail(),
        score("score, 20 % loss in bursts, 60 ms of jitter", WORST, WORST_ORIGINAL),
        delay("delay, a perfect network", PERFECT, PERFECT_ORIGINAL).detail(),
        delay("delay, 60 ms of jitter", JITTER, JITTER_ORIGINAL).detail(),
        delay("delay, 10 % loss", LOSS, LOSS_ORIGINAL).detail(),
        delay("delay, 10 % loss, 60 ms of jitter", BOTH, BOTH_ORIGINAL).detail(),
        delay("delay, 20 % loss in bursts, 60 ms of jitter", WORST, WORST_ORIGINAL),
    ],
    is_exact: true,
    ..SOUND
};

const SENT: Row = &[("is_cleaned", "0")];
const CLEANED: Row = &[("is_cleaned", "1")];

const fn ear(what: &'static str, row: Row, field: &'static str) -> Figure {
    let figure = Figure::new(what, row, field, "ms");
    figure.floor("the least possible", FloorIs::Field("unavoidable_ms"))
}

const fn part(what: &'static str, row: Row, field: &'static str) -> Figure {
    Figure::new(what, row, field, "ms of that").detail()
}

pub(in super::super) const MOUTH_TO_EAR: Bench = Bench {
    name: "mouth-to-ear",
    runs: &[Run::of(&[], &["--seconds", "5"])],
    figures: &[
        ear("as it is given, p50", SENT, "p50_ms"),
        ear("as it is given, p95", SENT, "p95_ms").detail(),
        ear("as it is given, p99", SENT, "p99_ms").detail(),
        ear("cleaned like a microphone, p50", CLEANED, "p50_ms"),
        ear("cleaned like a microphone, p95", CLEANED, "p95_ms").detail(),
        ear("cleaned like a microphone, p99", CLEANED, "p99_ms").detail(),
        part("cleaning", CLEANED, "cleaning_ms"),
        part("the frame", CLEANED, "frame_ms"),
        part("encoding, both networks, the server", CLEANED, "way_ms"),
        part("jitter buffer and block", CLEANED, "buffer_ms"),
        part("the codec's own delay", CLEANED, "codec_ms"),
        Figure::new("chirps that were not found", SENT, "not_heard", "chirps").detail().at_most(0.0),
    ],
    ..SOUND
};

pub(in super::super) const FIRST_WORDS: Bench = Bench {
    name: "first-words",
    figures: &[
        Figure::new("heard, median", &[], "heard_median_ms", "ms")
            .floor("joining", FloorIs::Field("joined_median_ms"))
            .at_most(150.0),
        Figure::new("heard, worst of 20", &[], "heard_worst_ms", "ms").at_most(150.0),
    ],
    ..SOUND
};
