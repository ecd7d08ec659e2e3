using System.Collections.Generic;
using UnityEngine;

namespace Fusion
{
    public class SessionInfo
    {
        public string Name { get; set; }
        public string Region { get; set; }
        public bool IsValid { get; set; }
    }

    public class NetworkRunner : MonoBehaviour
    {
        public static readonly List<NetworkRunner> StubInstances = new List<NetworkRunner>();

        public static IReadOnlyList<NetworkRunner> Instances
        {
            get { return StubInstances; }
        }

        public bool IsRunning { get; set; }
        public SessionInfo SessionInfo { get; set; }
    }
}
