using System;
using System.IO;
using Consonance.Links;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>
    /// Tells where the voice server is to which a <c>ConsonanceSidecarServer</c> hands voice: as a component in the
    /// scene, by <see cref="Configure"/>, or, for servers without a scene of their own, by the environment:
    /// CONSONANCE_SIDECAR_ADDRESS, CONSONANCE_SIDECAR_SESSION, and CONSONANCE_SIDECAR_SECRET_FILE or
    /// CONSONANCE_SIDECAR_SECRET.
    /// </summary>
    [AddComponentMenu("Consonance/Consonance Sidecar")]
    public sealed class ConsonanceSidecar : MonoBehaviour
    {
        static SidecarSettings configured;

        [SerializeField]
        [Tooltip("HOST:PORT of the voice server's listener for sidecars.")]
        string address = "";

        [SerializeField]
        [Tooltip("The session of all players of this server; empty for the listener's only one.")]
        string session = "";

        [SerializeField]
        [Tooltip("A file with the listener's secret in its first line, on the server only: players must not have it.")]
        string secretFile = "";

        /// <summary>What is configured; null for nothing: then the game's own server of voice does it.</summary>
        /// <exception cref="ArgumentException">The environment has an invalid address.</exception>
        public static SidecarSettings Settings
        {
            get { return configured ?? FromEnvironment(); }
        }

        /// <summary>Hands voice to this listener, from the next start of the game's server on.</summary>
        /// <param name="address">HOST:PORT; null or empty to hand voice to no listener.</param>
        /// <param name="session">The session's name; null for the listener's only one.</param>
        /// <param name="secret">The listener's secret; null for none.</param>
        /// <exception cref="ArgumentException">The address is none.</exception>
        public static void Configure(string address, string session, string secret)
        {
            bool isNothing = string.IsNullOrEmpty(address);
            configured = isNothing ? null : new SidecarSettings(address, session, secret, Application.productName);
        }

        void Awake()
        {
            if (address.Length > 0) Configure(address, session, FirstLine(secretFile));
        }

        static SidecarSettings FromEnvironment()
        {
            string address = Variable("ADDRESS");
            if (address == null) return null;
            string secret = Variable("SECRET") ?? FirstLine(Variable("SECRET_FILE"));
            return new SidecarSettings(address, Variable("SESSION"), secret, Application.productName);
        }

        static string Variable(string name)
        {
            string value = Environment.GetEnvironmentVariable("CONSONANCE_SIDECAR_" + name);
            return string.IsNullOrEmpty(value) ? null : value;
        }

        static string FirstLine(string file)
        {
            if (string.IsNullOrEmpty(file)) return null;
            using (StreamReader reader = new StreamReader(file)) return (reader.ReadLine() ?? "").Trim();
        }

        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        static void Forget()
        {
            configured = null;
        }
    }
}
