//! Any input to a page without WebRTC, in any order: the body of the fuzz target, with meaningful calls.

use consonance_browser::wasm_voice::fuzz::page_without_webrtc;
use proptest::prelude::*;

/// Messages of a page, of a worker to a worklet, and of a server.
fn said() -> impl Strategy<Value = Vec<u8>> {
    let messages = prop::sample::select(vec![
        r#"{"type":"listen","room":"lobby"}"#,
        r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#,
        r#"{"type":"text","to":{"player":"Bob"},"text":"hi"}"#,
        r#"{"type":"place","x":1e300,"y":-0.0,"z":3}"#,
        r#"{"type":"stats","lostPercent":1e9,"delayMs":-1}"#,
        r#"{"type":"ping","id":18446744073709551616}"#,
        r#"{"type":"leave"}"#,
    ]);
    let numbers =
        (0_u32..6, 0_u32..3, any::<u8>(), prop::sample::select(vec![480_u32, 960, 1_920, 2_880, 7]));
    let packet = prop::collection::vec(any::<u8>(), 0..60);
    let frame = (numbers, packet.clone()).prop_map(|((slot, stream, sequence, samples), packet)| {
        let header = [slot, stream, sequence.into(), samples];
        header.into_iter().flat_map(u32::to_le_bytes).chain(packet).collect()
    });
    prop_oneof![messages.prop_map(|text| text.as_bytes().to_vec()), frame, packet]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_order_of_calls_ends_a_page(calls in prop::collection::vec((any::<u8>(), said()), 0..80)) {
        let call = |(call, said): &(u8, Vec<u8>)| [&[*call, said.len() as u8], &**said].concat();
        page_without_webrtc(&calls.iter().flat_map(call).collect::<Vec<u8>>());
    }

    #[test]
    fn no_bytes_end_a_page(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        page_without_webrtc(&bytes);
    }
}
