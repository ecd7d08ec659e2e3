//! What a node has to be allowed at NATS, and nothing else.

use std::fmt;

use crate::nats::error::NatsError;
use crate::nats::subjects::{Subjects, is_cluster_name};

/// The subjects that a node publishes to and subscribes to; an account's user with these permissions can be a node.
///
/// The account must have nothing but the cluster: NATS checks neither where a consumer delivers to nor where an answer
/// goes, so that whoever has these permissions can make it publish to any subject of the account. None of what it can
/// be made to publish is a request to empty, change or delete a stream of the cluster.
///
/// Displayed as in the configuration file of a NATS server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NatsPermissions {
    /// What it publishes to.
    pub publish: Vec<String>,
    /// What it subscribes to.
    pub subscribe: Vec<String>,
}

impl NatsPermissions {
    /// Those of each node of the cluster with this name.
    ///
    /// # Errors
    /// [`NatsError::InvalidClusterName`].
    pub fn of_cluster(cluster: &str) -> Result<Self, NatsError> {
        if !is_cluster_name(cluster) {
            return Err(NatsError::InvalidClusterName { name: cluster.to_owned() });
        }
        let subjects = Subjects::new(cluster, None);
        let messages = || {
            let of_nodes = ["node", "ask"].map(|kind| format!("{}.{kind}.*", subjects.prefix()));
            let of_all = [subjects.beats.to_string(), subjects.owners.to_string()];
            let of_regions = [format!("{}.*", subjects.owners)];
            of_all.into_iter().chain(of_regions).chain(of_nodes)
        };
        let streams = [&subjects.bucket, &subjects.bans].map(|bucket| bucket_stream(bucket));
        let [sessions, bans] = &streams;
        let streams = [sessions, bans, &subjects.log];
        let api = |request: &str| streams.map(|stream| format!("$JS.API.{request}.{stream}"));
        let mut publish: Vec<String> = messages().collect();
        publish.push(subjects.audit.to_string());
        publish.extend([&subjects.bucket, &subjects.bans].map(|bucket| format!("$KV.{bucket}.*")));
        // Sessions of a region.
        publish.push(format!("$KV.{}.*.*", subjects.bucket));
        publish.extend(["STREAM.INFO", "STREAM.CREATE", "CONSUMER.CREATE"].into_iter().flat_map(api));
        // Where a consumer has a name, it is followed by that and by what it is about.
        publish.extend(api("CONSUMER.CREATE").map(|subject| subject + ".>"));
        publish.extend(api("CONSUMER.DELETE").map(|subject| subject + ".*"));
        publish.extend([sessions, bans].map(|bucket| format!("$JS.API.STREAM.MSG.GET.{bucket}")));
        publish.extend(streams.map(|stream| format!("$JS.FC.{stream}.>")));
        let subscribe = messages().chain([format!("{}.>", subjects.inbox())]).collect();
        Ok(Self { publish, subscribe })
    }
}

/// The stream of a bucket.
pub(crate) fn bucket_stream(bucket: &str) -> String {
    format!("KV_{bucket}")
}

impl fmt::Display for NatsPermissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "permissions: {{")?;
        for (kind, subjects) in [("publish", &self.publish), ("subscribe", &self.subscribe)] {
            writeln!(f, "  {kind}: [")?;
            for subject in subjects {
                writeln!(f, "    \"{subject}\"")?;
            }
            writeln!(f, "  ]")?;
        }
        writeln!(f, "}}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_permissions_are_those_of_the_documentation() {
        let page = include_str!("../../../../docs/cluster.md");
        let shown = NatsPermissions::of_cluster("CLUSTER").unwrap().to_string();
        assert!(page.contains(&format!("```text\n{shown}```")), "docs/cluster.md has to show:\n{shown}");
    }

    #[test]
    fn nothing_of_other_clusters_or_programs_is_allowed() {
        let NatsPermissions { publish, subscribe } = NatsPermissions::of_cluster("main").unwrap();
        for subject in publish.iter().chain(&subscribe) {
            let is_ours = ["consonance.v1.main.", "$KV.consonance-v1-main-"].iter();
            let is_ours = is_ours.clone().any(|start| subject.starts_with(start))
                || subject.contains(".consonance-v1-main-audit")
                || subject.contains(".KV_consonance-v1-main-");
            assert!(is_ours, "{subject}");
        }
        // What a direct request is answered may be an empty message, at the subject of a request to delete a stream.
        for request in
            ["DIRECT.GET", "STREAM.PURGE", "STREAM.DELETE", "STREAM.UPDATE", "STREAM.MSG.DELETE", "API.>"]
        {
            assert!(!publish.iter().any(|subject| subject.contains(request)), "{request}");
        }
        assert_eq!(NatsPermissions::of_cluster("a.>").unwrap_err().code(), "invalid-cluster-name");
    }
}
