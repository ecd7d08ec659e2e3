using Photon.Pun;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>The room of Photon PUN 2, with its region: rooms of two regions may have one name.</summary>
    [AddComponentMenu("Consonance/Session Names/Photon PUN 2")]
    public sealed class Pun2SessionName : SessionName
    {
        /// <inheritdoc/>
        public override string Value
        {
            get { return PhotonNetwork.InRoom ? Named(PhotonNetwork.CurrentRoom.Name, PhotonNetwork.CloudRegion) : null; }
        }
    }
}
