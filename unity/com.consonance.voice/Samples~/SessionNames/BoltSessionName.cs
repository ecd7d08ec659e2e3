using Consonance.Unity;
using Photon.Bolt;
using Photon.Bolt.Matchmaking;
using UdpKit;
using UnityEngine;

/// <summary>
/// The session of Photon Bolt. Versions before 1.3 have the namespaces <c>Bolt</c> and <c>Bolt.Matchmaking</c> instead.
/// </summary>
[AddComponentMenu("Consonance/Session Names/Photon Bolt")]
public sealed class BoltSessionName : SessionName
{
    public override string Value
    {
        get
        {
            if (!BoltNetwork.IsRunning) return null;
            UdpSession session = BoltMatchmaking.CurrentSession;
            return session == null ? null : Named(session.HostName, null);
        }
    }
}
