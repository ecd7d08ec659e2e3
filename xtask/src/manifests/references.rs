//! Names in manifests of Kubernetes that other manifests, or other parts of the same one, have to have.

use std::collections::BTreeSet;

use serde_json::Value;

/// Broken references, and settings that a voice server cannot run with.
pub(super) fn missing(manifests: &[Value]) -> Vec<String> {
    let of_kind = |kind: &'static str| manifests.iter().filter(move |it| it["kind"] == kind);
    let mut missing = Vec::new();
    let mut sets = of_kind("StatefulSet").peekable();
    if sets.peek().is_none() {
        missing.push("no StatefulSet".to_owned());
    }
    for set in sets {
        let (spec, pod) = (&set["spec"], &set["spec"]["template"]);
        let labels = &pod["metadata"]["labels"];
        let mut selectors = vec![("the StatefulSet", &spec["selector"]["matchLabels"])];
        selectors.extend(
            of_kind("PodDisruptionBudget").map(|it| ("a budget", &it["spec"]["selector"]["matchLabels"])),
        );
        selectors.extend(of_kind("Service").map(|it| ("a Service", &it["spec"]["selector"])));
        if selectors.len() < 3 {
            missing.push("no Service, or no PodDisruptionBudget".to_owned());
        }
        for (what, selector) in selectors {
            if !selects(selector, labels) {
                missing.push(format!("{what} selects {selector}, and pods have {labels}"));
            }
        }
        if of_kind("Service").all(|it| it["metadata"]["name"] != spec["serviceName"]) {
            missing.push(format!("no Service {}", spec["serviceName"]));
        }
        let policies: Vec<&Value> = of_kind("NetworkPolicy")
            .filter(|it| selects(&it["spec"]["podSelector"]["matchLabels"], labels))
            .collect();
        missing.extend(of_policies(&policies));
        let configs: BTreeSet<&str> =
            of_kind("ConfigMap").filter_map(|it| it["metadata"]["name"].as_str()).collect();
        missing.extend(of_pod(&pod["spec"], &spec["volumeClaimTemplates"], &configs));
    }
    missing
}

fn of_pod(pod: &Value, claims: &Value, configs: &BTreeSet<&str>) -> Vec<String> {
    let mut missing = Vec::new();
    let mut volumes: BTreeSet<&str> =
        items(claims).filter_map(|it| it["metadata"]["name"].as_str()).collect();
    for volume in items(&pod["volumes"]) {
        volumes.extend(volume["name"].as_str());
        if let Some(name) = volume["configMap"]["name"].as_str()
            && !configs.contains(name)
        {
            missing.push(format!("no ConfigMap {name}"));
        }
    }
    for container in items(&pod["containers"]) {
        let mounted: BTreeSet<&str> =
            items(&container["volumeMounts"]).filter_map(|it| it["name"].as_str()).collect();
        missing.extend(
            mounted
                .symmetric_difference(&volumes)
                .map(|name| format!("volume {name} is not there, or not mounted")),
        );
        for probe in ["readinessProbe", "livenessProbe"] {
            let words = &container[probe]["exec"]["command"];
            if !items(words).any(|word| *word == "probe") {
                missing
                    .push(format!("{probe} asks from outside, where strangers can be in its way: {words}"));
            }
        }
        let is_of_host = |port: &Value| port["protocol"] == "UDP" && port["hostPort"].is_u64();
        if !items(&container["ports"]).any(is_of_host) {
            missing.push("no UDP port of the host".to_owned());
        }
        missing.extend(of_hook(pod, container));
    }
    missing
}

/// Anybody reaches the voice port, and only who is named reaches the admin port.
fn of_policies(policies: &[&Value]) -> Option<String> {
    let rules: Vec<&Value> = policies.iter().flat_map(|it| items(&it["spec"]["ingress"])).collect();
    let is_open = |rule: &Value| items(&rule["from"]).next().is_none();
    let is_of = |rule: &Value, port: &str| items(&rule["ports"]).any(|it| it["port"] == port);
    let takes_players = rules.iter().any(|rule| is_open(rule) && is_of(rule, "voice"));
    let keeps_strangers_out = rules.iter().all(|rule| {
        let names_ports = items(&rule["ports"]).next().is_some();
        !is_open(rule) || names_ports && !is_of(rule, "admin")
    });
    (!takes_players || !keeps_strangers_out)
        .then(|| "no NetworkPolicy that guards the admin port only".to_owned())
}

/// The hook waits for players for as long as the pod may take to end, less what ending takes.
fn of_hook(pod: &Value, container: &Value) -> Option<String> {
    let hook = &container["lifecycle"]["preStop"]["exec"]["command"];
    let words: Vec<&str> = items(hook).filter_map(Value::as_str).collect();
    let within = words.iter().position(|word| *word == "--within").and_then(|at| words.get(at + 1));
    let within = within.and_then(|seconds| seconds.parse::<u64>().ok());
    let grace = pod["terminationGracePeriodSeconds"].as_u64();
    let fits = within.zip(grace).is_some_and(|(within, grace)| within < grace);
    (!fits || !words.contains(&"--wait")).then(|| format!("the hook {words:?} does not fit into {grace:?} s"))
}

fn selects(selector: &Value, labels: &Value) -> bool {
    let wanted = selector.as_object();
    wanted.is_some_and(|wanted| !wanted.is_empty() && wanted.iter().all(|(key, value)| labels[key] == *value))
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn manifests() -> Vec<Value> {
        let (labels, meta) = (json!({"app": "voice"}), json!({"name": "voice"}));
        let hook = json!(["consonance", "admin", "drain", "--within", "600", "--wait"]);
        let probe = json!({"exec": {"command": ["consonance", "admin", "probe"]}});
        let ingress = json!([
            {"ports": [{"port": "voice", "protocol": "UDP"}]},
            {"ports": [{"port": "admin"}], "from": [{"podSelector": {"matchLabels": {"admin": "true"}}}]},
        ]);
        let policy = json!({"podSelector": {"matchLabels": labels}, "ingress": ingress});
        let container = json!({
            "ports": [
                {"name": "voice", "containerPort": 7777, "hostPort": 7777, "protocol": "UDP"},
                {"name": "admin", "containerPort": 7778}
            ],
            "readinessProbe": probe, "livenessProbe": probe,
            "lifecycle": {"preStop": {"exec": {"command": hook}}},
            "volumeMounts": [{"name": "config"}, {"name": "state"}]
        });
        let pod = json!({
            "terminationGracePeriodSeconds": 610, "containers": [container],
            "volumes": [{"name": "config", "configMap": {"name": "voice"}}]
        });
        let set = json!({
            "serviceName": "voice", "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
            "volumeClaimTemplates": [{"metadata": {"name": "state"}}]
        });
        vec![
            json!({"kind": "ConfigMap", "metadata": meta}),
            json!({"kind": "Service", "metadata": meta, "spec": {"selector": labels}}),
            json!({"kind": "PodDisruptionBudget", "spec": {"selector": {"matchLabels": labels}}}),
            json!({"kind": "StatefulSet", "metadata": meta, "spec": set}),
            json!({"kind": "NetworkPolicy", "spec": policy}),
        ]
    }

    #[test]
    fn names_that_fit_are_fine_and_each_that_does_not_is_found() {
        assert_eq!(missing(&manifests()), [""; 0]);
        for (manifest, place, wrong) in [
            (0, "/metadata/name", json!("other")),
            (1, "/metadata/name", json!("other")),
            (1, "/spec/selector", json!({"app": "text"})),
            (2, "/spec/selector/matchLabels", json!({})),
            (3, "/kind", json!("Deployment")),
            (3, "/spec/template/metadata/labels", json!({})),
            (3, "/spec/volumeClaimTemplates", json!([])),
            (3, "/spec/template/spec/terminationGracePeriodSeconds", json!(600)),
            (3, "/spec/template/spec/containers/0/ports/0/protocol", json!("TCP")),
            (3, "/spec/template/spec/containers/0/livenessProbe", json!({"httpGet": {"port": "admin"}})),
            (4, "/spec/podSelector/matchLabels", json!({"app": "text"})),
            (4, "/spec/ingress/0/ports", json!([])),
            (4, "/spec/ingress/1/from", json!([])),
            (3, "/spec/template/spec/containers/0/lifecycle/preStop/exec/command/5", json!("--no-wait")),
            (3, "/spec/template/spec/containers/0/volumeMounts/1/name", json!("stat")),
        ] {
            let mut manifests = manifests();
            *manifests[manifest].pointer_mut(place).unwrap() = wrong;
            assert!(!missing(&manifests).is_empty(), "{place}");
        }
    }
}
