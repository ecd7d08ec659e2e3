//! The figures of all sides, and the cost that the proxy adds.

use serde_json::{Map, Value};

use super::side::Side;
use super::{ProxyBench, Total};

const SHARES: [(&str, f64); 3] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

/// Named figures; those of the bare forwarder are included if the network has one.
pub(super) fn report(bench: &ProxyBench, totals: &[(Side, Total)]) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: f64| {
        let value = (value * 10.0).round() / 10.0;
        let value = if value.fract() == 0.0 { Value::from(value as i64) } else { Value::from(value) };
        fields.insert(name.to_owned(), value);
    };
    put("clients", bench.clients.into());
    put("speakers", bench.speakers.into());
    put("messages_per_s_each_way", bench.rate);
    let of = |side: Side| totals.iter().find(|(of, _)| *of == side).map(|(_, total)| total);
    let (Some(direct), Some(proxied)) = (of(Side::Direct), of(Side::Proxied)) else { return fields };
    for (kind, is_reliable) in [("unreliable", false), ("reliable", true)] {
        for (name, share) in SHARES {
            for (side, total) in totals {
                put(&format!("{kind}_{}_{name}_us", side.name()), total.quantile_us(is_reliable, share));
            }
            let added = proxied.quantile_us(is_reliable, share) - direct.quantile_us(is_reliable, share);
            put(&format!("{kind}_added_{name}_us"), added);
        }
    }
    for (side, total) in totals {
        put(&format!("{}_lost", side.name()), total.meter.lost() as f64);
    }
    put("voice_heard_per_s", proxied.meter.voice as f64 / proxied.wall.as_secs_f64());
    put("proxy_cpu_percent_voice_alone", 100.0 * direct.cpu_share());
    put("proxy_cpu_percent", 100.0 * proxied.cpu_share());
    put("game_messages_per_s", proxied.messages_per_s());
    put("cpu_per_message_us", 1e6 * (proxied.cpu_share() - direct.cpu_share()) / proxied.messages_per_s());
    if let Some(proxied) = of(Side::Bare) {
        let share = proxied.bare_cpu.as_secs_f64() / proxied.wall.as_secs_f64();
        put("bare_cpu_per_message_us", 1e6 * share / proxied.messages_per_s());
    }
    fields
}

impl Total {
    fn quantile_us(&self, is_reliable: bool, share: f64) -> f64 {
        self.meter.delays(is_reliable).quantile(share).map_or(0.0, |it| it.as_secs_f64() * 1e6)
    }

    fn cpu_share(&self) -> f64 {
        self.cpu.as_secs_f64() / self.wall.as_secs_f64()
    }

    fn messages_per_s(&self) -> f64 {
        self.meter.received() as f64 / self.wall.as_secs_f64()
    }
}
