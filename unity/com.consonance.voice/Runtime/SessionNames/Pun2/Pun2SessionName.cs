using UnityEngine;
// PUN Classic, which a project may have beside it, has a class of this name outside of all namespaces.
using Network = Photon.Pun.PhotonNetwork;

namespace Consonance.Unity
{
    /// <summary>The room of Photon PUN 2, with its region: rooms of two regions may have one name.</summary>
    [AddComponentMenu("Consonance/Session Names/Photon PUN 2")]
    public sealed class Pun2SessionName : SessionName
    {
        /// <inheritdoc/>
        public override string Value
        {
            get { return Network.InRoom ? Named(Network.CurrentRoom.Name, Network.CloudRegion) : null; }
        }
    }
}
