using System;
using System.Collections.Generic;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>
    /// Names the session of voice after what the game's network calls its room, so that the players of a room hear each
    /// other. One component of a kind that fits the network does it; a game that knows better calls <see cref="Set"/>.
    /// </summary>
    public abstract class SessionName : MonoBehaviour
    {
        static readonly List<SessionName> enabledNames = new List<SessionName>();
        static string setName;

        [SerializeField]
        [Tooltip("Begins every name, for a server whose sessions on demand have a pattern such as match-*.")]
        string prefix = "";

        string room;
        string region;
        string joined;

        /// <summary>Whether anything names sessions here.</summary>
        public static bool IsProvided
        {
            get { return setName != null || enabledNames.Count > 0; }
        }

        /// <summary>The name now; null while the game is in no room.</summary>
        public static string Current
        {
            get
            {
                if (setName != null) return setName.Length > 0 ? setName : null;
                return enabledNames.Count > 0 ? enabledNames[enabledNames.Count - 1].Value : null;
            }
        }

        /// <summary>Begins every name.</summary>
        public string Prefix
        {
            get { return prefix; }
            set
            {
                prefix = value ?? "";
                room = null;
            }
        }

        /// <summary>The session's name; null while the game is in no room. Read in every frame.</summary>
        public abstract string Value { get; }

        /// <summary>Names the session; empty for none, null to leave it to the components again.</summary>
        public static void Set(string name)
        {
            setName = name;
        }

        /// <summary>
        /// A name of a room and of what else tells rooms apart, or null, without garbage in every frame.
        /// </summary>
        protected string Named(string ofRoom, string ofRegion)
        {
            if (string.IsNullOrEmpty(ofRoom)) return null;
            if (room != ofRoom || region != ofRegion)
            {
                room = ofRoom;
                region = ofRegion;
                joined = prefix + (string.IsNullOrEmpty(ofRegion) ? ofRoom : ofRoom + "@" + ofRegion);
            }
            return joined;
        }

        /// <summary>From now on it counts.</summary>
        protected virtual void OnEnable()
        {
            enabledNames.Add(this);
        }

        /// <summary>From now on it does not count.</summary>
        protected virtual void OnDisable()
        {
            enabledNames.Remove(this);
        }

        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        static void ForgetAll()
        {
            enabledNames.Clear();
            setName = null;
        }
    }
}
