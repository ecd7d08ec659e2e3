using System.Collections.Generic;
using Consonance.Unity;
using UnityEngine;
#if ENABLE_INPUT_SYSTEM && !ENABLE_LEGACY_INPUT_MANAGER
using UnityEngine.InputSystem;
#endif

namespace Consonance.Samples.Radio
{
    /// <summary>
    /// Players hear those nearby, and by radio those far away. All of it is made here, for games that have no scene to
    /// put components into.
    /// </summary>
    public sealed class RadioAndProximity : MonoBehaviour
    {
        static readonly Vector3 Begins = new Vector3(0, 1, 0);
        static readonly Vector3 OtherBegins = new Vector3(3, 1, 3);
        static readonly Vector3 Eyes = new Vector3(0, 0.6f, 0);
        // The server's range for its room "world" is likely smaller.
        const float FloorMetres = 200;
        const float PlaneMetres = 10;

        [SerializeField, Tooltip("As the server prints it: consonance serve --proximity world=25")]
        string address = "offline:";
        [SerializeField, Tooltip("The player's name. Empty for a random one.")]
        string playerName = "";
        [SerializeField, Tooltip("The room in which the server decides by distance.")]
        string nearbyRoom = "world";
        [SerializeField, Tooltip("The room of the radio.")]
        string radioRoom = "radio";

        readonly Dictionary<Player, VoicePlayer> others = new Dictionary<Player, VoicePlayer>();
        readonly PlaceTexts places = new PlaceTexts();
        ConsonanceVoice voice;
        VoiceProximity nearby;
        VoiceRoomTrigger radio;
        GameObject body;

        /// <summary>The session's address, before the scene starts.</summary>
        public string Address
        {
            get { return address; }
            set { address = value; }
        }

        void Awake()
        {
            GameObject floor = GameObject.CreatePrimitive(PrimitiveType.Plane);
            floor.transform.localScale = Vector3.one * (FloorMetres / PlaneMetres);
            body = GameObject.CreatePrimitive(PrimitiveType.Capsule);
            body.name = "Me";
            body.transform.position = Begins;
            body.AddComponent<Walker>();
            GameObject eyes = new GameObject("Eyes", typeof(Camera), typeof(AudioListener));
            eyes.transform.SetParent(body.transform, false);
            eyes.transform.localPosition = Eyes;
            AddVoice();
        }

        /// <summary>The chat begins with the frame, so all of it can still be set here.</summary>
        void AddVoice()
        {
            GameObject chat = new GameObject("Voice Chat");
            voice = chat.AddComponent<ConsonanceVoice>();
            voice.Address = address;
            voice.PlayerName = playerName;
            voice.SurvivesSceneChanges = false;
            // The two components below listen and speak.
            voice.ListenRooms.Clear();
            voice.SpeakRooms.Clear();
            voice.ChatStarted += Begin;
            voice.ChatEnded += End;
            nearby = chat.AddComponent<VoiceProximity>();
            nearby.RoomName = nearbyRoom;
            radio = chat.AddComponent<VoiceRoomTrigger>();
            radio.RoomName = radioRoom;
            radio.Key = KeyCode.R;
            radio.Positional = false;
        }

        void Begin(VoiceChat chat)
        {
            chat.PlayerJoined += Meet;
            chat.PlayerLeft += Leave;
            chat.TextReceived += Move;
        }

        void End(string why)
        {
            foreach (VoicePlayer other in others.Values) Remove(other);
            others.Clear();
        }

        void Meet(Player player)
        {
            if (others.ContainsKey(player)) return;
            GameObject capsule = GameObject.CreatePrimitive(PrimitiveType.Capsule);
            capsule.name = player.Name;
            capsule.transform.position = OtherBegins;
            VoicePlayer avatar = capsule.AddComponent<VoicePlayer>();
            avatar.PlayerName = player.Name;
            others.Add(player, avatar);
        }

        void Leave(Player player)
        {
            VoicePlayer gone;
            if (!others.TryGetValue(player, out gone)) return;
            others.Remove(player);
            Remove(gone);
        }

        static void Remove(VoicePlayer gone)
        {
            // Unity may have destroyed it already, with the scene.
            if (gone != null) Destroy(gone.gameObject);
        }

        void Move(TextMessage text)
        {
            Vector3 place;
            VoicePlayer moved;
            bool isPlace = PlaceTexts.TryRead(text.Text, out place);
            if (isPlace && others.TryGetValue(text.From, out moved)) moved.transform.position = place;
        }

        void Update()
        {
#if ENABLE_INPUT_SYSTEM && !ENABLE_LEGACY_INPUT_MANAGER
            radio.IsPressed = Keyboard.current != null && Keyboard.current.rKey.isPressed;
#endif
            // Offline, the other player would repeat the place, too.
            if (voice.Chat == null || address == "offline:") return;
            places.Tell(voice.Chat, radioRoom, body.transform.position);
        }

        void OnGUI()
        {
            VoiceChat chat = voice.Chat;
            string connection = chat == null ? "no voice chat: " + voice.Problem : chat.Connection.ToString();
            string nearbyState = nearby.IsSpeaking ? "heard nearby" : "not heard nearby";
            string radioState = radio.IsSpeaking ? "heard by radio" : "R for the radio";
            GUI.Label(new Rect(10, 10, 600, 20), "W, A, S, D to walk. " + connection);
            GUI.Label(new Rect(10, 30, 600, 20), nearbyState + ", " + radioState);
            int row = 0;
            foreach (VoicePlayer other in others.Values)
            {
                string state = !other.IsSpeaking ? "" : other.Player.IsPositional ? ": nearby" : ": by radio";
                GUI.Label(new Rect(10, 60 + 20 * row++, 600, 20), other.PlayerName + state);
            }
        }
    }
}
