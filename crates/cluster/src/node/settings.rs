//! What an operator says about one node of a cluster.

use consonance_settings::settings;

use super::NodeInfo;

settings! {
    /// What an operator says about one node of a cluster.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct NodeSettings {
        /// This server's name; by default a random one.
        #[example("fra-1")]
        pub name: Option<String> as node_name = None;
        /// Where this server is; it shares sessions only with its region.
        #[example("eu-central")]
        pub region: Option<String> = None;
        /// Share sessions with all regions that also set this.
        pub spans_regions: bool = false;
        /// `host:port` where other servers' players reach this one when theirs is lost; see docs/cluster.md.
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
