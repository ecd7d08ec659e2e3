using System.Collections.Generic;
using Fusion;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>The session of Photon Fusion, with its region, of the first runner that runs.</summary>
    [AddComponentMenu("Consonance/Session Names/Photon Fusion")]
    public sealed class FusionSessionName : SessionName
    {
        /// <inheritdoc/>
        public override string Value
        {
            get
            {
                IReadOnlyList<NetworkRunner> runners = NetworkRunner.Instances;
                for (int index = 0; index < runners.Count; index++)
                {
                    NetworkRunner runner = runners[index];
                    if (runner == null || !runner.IsRunning) continue;
                    SessionInfo session = runner.SessionInfo;
                    return session != null && session.IsValid ? Named(session.Name, session.Region) : null;
                }
                return null;
            }
        }
    }
}
