using Consonance.Unity;
using UnityEngine;

/// <summary>
/// The room of Photon PUN Classic. Rooms of two regions may have one name: give each region a prefix if the game has
/// more than one.
/// </summary>
[AddComponentMenu("Consonance/Session Names/Photon PUN Classic")]
public sealed class PunClassicSessionName : SessionName
{
    public override string Value
    {
        get { return PhotonNetwork.inRoom ? Named(PhotonNetwork.room.Name, null) : null; }
    }
}
