using Consonance.Unity;
using UnityEngine;

namespace Consonance.Samples.Capsules
{
    /// <summary>A player's capsule: its voice comes from here, and it is green while the player speaks.</summary>
    [RequireComponent(typeof(VoicePlayer))]
    public sealed class CapsuleAvatar : MonoBehaviour
    {
        const float MetresPerSecond = 6;

        VoicePlayer voice;
        Material material;
        Vector3 goal;

        /// <summary>Becomes the avatar of a player, at a place.</summary>
        public void Begin(string player, Vector3 place)
        {
            // The name is all that the voice needs.
            voice = GetComponent<VoicePlayer>();
            voice.PlayerName = player;
            name = player;
            transform.position = goal = place;
        }

        /// <summary>Walks there.</summary>
        public void GoTo(Vector3 place)
        {
            goal = place;
        }

        void Start()
        {
            material = GetComponent<Renderer>().material;
        }

        void Update()
        {
            material.color = voice.IsSpeaking ? Color.green : Color.white;
            if (voice.IsLocal) return;
            Vector3 way = goal - transform.position;
            float step = MetresPerSecond * Time.deltaTime;
            transform.position = way.magnitude <= step ? goal : transform.position + way.normalized * step;
        }
    }
}
