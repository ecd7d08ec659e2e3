using System;
using Dissonance.Networking;
using UnityEditor;

namespace Dissonance.Editor
{
    /// <summary>The inspector of a network component; the doubled n is the original's spelling.</summary>
    public class BaseDissonnanceCommsNetworkEditor<TNet, TServer, TClient, TPeer, TClientParam, TServerParam>
        : UnityEditor.Editor
        where TPeer : struct, IEquatable<TPeer>
        where TServer : BaseServer<TServer, TClient, TPeer>
        where TClient : BaseClient<TServer, TClient, TPeer>
        where TNet : BaseCommsNetwork<TServer, TClient, TPeer, TClientParam, TServerParam>
    {
        public override void OnInspectorGUI()
        {
            var network = (TNet)target;
            EditorGUILayout.LabelField("Mode", network.Mode.ToString());
            EditorGUILayout.LabelField("Connection Status", network.StubStatus.ToString());
        }
    }
}
