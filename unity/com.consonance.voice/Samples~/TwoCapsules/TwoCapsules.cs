using System.Collections.Generic;
using Consonance.Unity;
using UnityEngine;

namespace Consonance.Samples.Capsules
{
    /// <summary>A capsule for each player of the session; the one of this machine walks.</summary>
    public sealed class TwoCapsules : MonoBehaviour
    {
        static readonly Vector3 Begins = new Vector3(0, 1, 0);
        static readonly Vector3 OtherBegins = new Vector3(3, 1, 3);
        static readonly Vector3 Eyes = new Vector3(0, 0.6f, 0);

        [SerializeField, Tooltip("What players look like, with a Voice Player.")]
        CapsuleAvatar avatar;
        [SerializeField, Tooltip("The room that they talk in.")]
        VoiceRoomTrigger room;
        [SerializeField, Tooltip("The camera with the AudioListener.")]
        Transform eyes;

        readonly Dictionary<Player, CapsuleAvatar> others = new Dictionary<Player, CapsuleAvatar>();
        readonly PlaceTexts places = new PlaceTexts();
        VoiceChat chat;
        CapsuleAvatar own;

        void Start()
        {
            GameObject.CreatePrimitive(PrimitiveType.Plane).name = "Floor";
            ConsonanceVoice voice = ConsonanceVoice.Current;
            voice.ChatStarted += Begin;
            voice.ChatEnded += End;
            if (voice.Chat != null) Begin(voice.Chat);
        }

        void OnDestroy()
        {
            End("");
            ConsonanceVoice voice = ConsonanceVoice.Current;
            if (voice == null) return;
            voice.ChatStarted -= Begin;
            voice.ChatEnded -= End;
        }

        void Begin(VoiceChat started)
        {
            chat = started;
            own = Add(chat.LocalPlayer, Begins);
            own.gameObject.AddComponent<Walker>();
            eyes.SetParent(own.transform, false);
            eyes.localPosition = Eyes;
            foreach (Player player in chat.Players) Meet(player);
            chat.PlayerJoined += Meet;
            chat.PlayerLeft += Leave;
            chat.TextReceived += Move;
        }

        /// <summary>The chat has ended, or this scene does, over which the chat goes on.</summary>
        void End(string why)
        {
            if (chat == null) return;
            chat.PlayerJoined -= Meet;
            chat.PlayerLeft -= Leave;
            chat.TextReceived -= Move;
            chat = null;
            if (eyes != null) eyes.SetParent(null, true);
            Remove(own);
            foreach (CapsuleAvatar other in others.Values) Remove(other);
            others.Clear();
        }

        void Meet(Player player)
        {
            if (!others.ContainsKey(player)) others.Add(player, Add(player, OtherBegins));
        }

        void Leave(Player player)
        {
            CapsuleAvatar gone;
            if (!others.TryGetValue(player, out gone)) return;
            others.Remove(player);
            Remove(gone);
        }

        CapsuleAvatar Add(Player player, Vector3 place)
        {
            CapsuleAvatar added = Instantiate(avatar);
            added.Begin(player.Name, place);
            return added;
        }

        static void Remove(CapsuleAvatar gone)
        {
            // Unity may have destroyed it already, with the scene.
            if (gone != null) Destroy(gone.gameObject);
        }

        void Move(TextMessage text)
        {
            Vector3 place;
            CapsuleAvatar moved;
            if (PlaceTexts.TryRead(text.Text, out place) && others.TryGetValue(text.From, out moved)) moved.GoTo(place);
        }

        void Update()
        {
            // Offline, the other player would repeat the place, too.
            bool isOffline = chat == null || ConsonanceVoice.Current.Address == "offline:";
            if (!isOffline) places.Tell(chat, room.RoomName, own.transform.position);
        }

        void OnGUI()
        {
            string state = chat == null ? "no voice chat" : chat.Connection + ", " + others.Count + " others";
            GUI.Label(new Rect(10, 10, 600, 20), "W, A, S, D to walk. " + state);
        }
    }
}
