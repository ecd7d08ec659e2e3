using Consonance.Links;
using UnityEditor;

namespace Consonance.Unity.Editor
{
    /// <summary>
    /// The inspector of <see cref="ConsonanceCommsNetwork"/>. It does not build on the original's own inspector, whose
    /// assembly a package cannot refer to by a name that holds for every version.
    /// </summary>
    [CustomEditor(typeof(ConsonanceCommsNetwork))]
    [CanEditMultipleObjects]
    public sealed class ConsonanceCommsNetworkEditor : LiveEditor<ConsonanceCommsNetwork>
    {
        static readonly string[] fields = { "address", "otherAddress", "connectOnStart", "joinToken", "password" };

        /// <inheritdoc/>
        protected override void DrawFields()
        {
            foreach (string field in fields) Field(field);
        }

        /// <inheritdoc/>
        protected override void FindHints(Hints hints)
        {
            string problem;
            ServerAddress address = ServerAddress.Parse(Inspected.Address, out problem);
            if (address == null) hints.Error("Address: " + problem + ".");
            if (Inspected.OtherAddress.Length > 0 && ServerAddress.Parse(Inspected.OtherAddress, out problem) == null)
            {
                hints.Error("Other Address: " + problem + ".");
            }
            if (Inspected.JoinToken.Length > 0 || Inspected.Password.Length > 0)
            {
                hints.Warning("Every player can read what is written here: let the game set it when it runs.");
            }
            if (address != null && address.Scheme == "quic" && address.WebSocketPort == 0
                && Inspected.OtherAddress.Length == 0)
            {
                hints.Info("Machines without QUIC have no voice: the address has no &wss=, and there is no other one.");
            }
            if (!EditorApplication.isPlaying && !HasSessionName())
            {
                hints.Info("All players are in the session of the address, or of Connect. "
                    + "A Session Name component names it after the room of the game's network.");
            }
        }

        /// <inheritdoc/>
        protected override void DrawLive()
        {
            EditorGUILayout.Space();
            EditorGUILayout.LabelField("Mode", Inspected.Mode.ToString());
            EditorGUILayout.LabelField("Session", Inspected.Session ?? "that of the address, or none");
            EditorGUILayout.LabelField("Link", Inspected.TransportName.Length > 0 ? Inspected.TransportName : "none");
            EditorGUILayout.LabelField("Why", Inspected.TransportReason);
            if (Inspected.LastProblem.Length > 0) EditorGUILayout.LabelField("Last problem", Inspected.LastProblem);
        }

        static bool HasSessionName()
        {
#if UNITY_2023_1_OR_NEWER
            return UnityEngine.Object.FindFirstObjectByType<SessionName>() != null;
#else
            return UnityEngine.Object.FindObjectOfType<SessionName>() != null;
#endif
        }
    }
}
