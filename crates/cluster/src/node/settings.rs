//! What an operator says about one node of a cluster.

use consonance_settings::settings;

use super::NodeInfo;

settings! {
    /// What an operator says about one node of a cluster.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct NodeSettings {
        /// The name of this server in the cluster, for logs and pages; by default a random one.
        #[example("fra-1")]
        pub name: Option<String> as node_name = None;
        /// Where this server is, for pages; it shares its sessions with servers of the same region only.
        #[example("eu-central")]
        pub region: Option<String> = None;
        /// Share sessions with servers of all regions that also set this; all servers of a cluster should agree.
        pub spans_regions: bool = false;
        /// The address where other servers' players reach this one over QUIC when theirs is lost: `host:port`. By
        /// default `host` with the port of `listen`, or else the address of `listen` if it is a single one of this
        /// machine.
        #[example("voice-1.example.org:7777")]
        pub address: Option<String> = None;
    }
}

impl NodeSettings {
    /// What other nodes are told about this one, of this version, before its
    /// [address](super::ClusterNode::set_address) is known.
    pub fn info(&self, version: &str) -> NodeInfo {
        let text = |text: &Option<String>| text.as_deref().unwrap_or_default().into();
        let (name, region) = (text(&self.name), text(&self.region));
        NodeInfo { name, region, version: version.into(), address: Box::default() }
    }

    /// The region whose nodes alone share sessions with this one; `None` if those of all regions do.
    pub fn closed_region(&self) -> Option<&str> {
        self.region.as_deref().filter(|_| !self.spans_regions)
    }
}
