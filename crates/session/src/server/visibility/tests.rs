//! The clients that others know of, without a server.

use super::*;

const ANN: ClientId = ClientId(1);
const BOB: ClientId = ClientId(2);
const CID: ClientId = ClientId(3);

#[test]
fn a_newcomer_is_news_once() {
    let mut visibility = Visibility::default();
    visibility.note_unannounced(ANN);
    assert!(visibility.is_unannounced(ANN) && !visibility.is_known(ANN) && visibility.is_known(BOB));
    assert_eq!(visibility.announce(ANN), Announcement { is_news: true, is_back: false });
    assert_eq!(visibility.announce(ANN), Announcement { is_news: false, is_back: false });
    assert!(visibility.is_known(ANN));
}

#[test]
fn clients_of_one_outage_are_an_audience_of_their_own() {
    let mut visibility = Visibility::default();
    let outage = visibility.begin_outage(&[ANN, BOB]);
    let of = |audience| [ANN, BOB, CID].map(|id| visibility.is_in(audience, id));
    assert_eq!(of(Audience::Inside(outage)), [true, true, false]);
    assert_eq!(of(Audience::Outside(outage)), [false, false, true]);
    assert_eq!(of(Audience::AllBut(BOB)), [true, false, true]);
    assert_eq!(of(Audience::All), [true; 3]);
    assert_eq!(visibility.unreachable(), 2);
}

#[test]
fn a_client_of_one_outage_is_outside_of_the_next() {
    let mut visibility = Visibility::default();
    let first = visibility.begin_outage(&[ANN]);
    let second = visibility.begin_outage(&[BOB]);
    assert!(
        visibility.is_in(Audience::Outside(first), BOB) && visibility.is_in(Audience::Outside(second), ANN)
    );
    assert_eq!(visibility.announce(BOB), Announcement { is_news: false, is_back: true });
    assert_eq!((visibility.forget(ANN), visibility.forget(ANN)), (Some(first), None));
    assert_eq!(visibility.unreachable(), 0);
}
