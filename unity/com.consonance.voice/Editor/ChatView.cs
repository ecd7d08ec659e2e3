using System;
using UnityEditor;
using UnityEngine;

namespace Consonance.Unity.Editor
{
    /// <summary>A running chat: its connection, the microphone, the players, and the encryption.</summary>
    internal sealed class ChatView
    {
        readonly PlayerRows players = new PlayerRows();
        readonly EncryptionView encryption = new EncryptionView();

        internal void Refresh(ConsonanceVoice voice)
        {
            players.Refresh();
            encryption.Refresh(voice);
        }

        /// <param name="press">Takes what a button is for.</param>
        internal void Draw(ConsonanceVoice voice, Action<Action> press)
        {
            VoiceChat chat = voice.Chat;
            EditorGUILayout.Space();
            EditorGUILayout.LabelField("Connection", chat == null ? "Stopped" : chat.Connection.ToString());
            if (chat == null)
            {
                DrawStopped(voice, press);
                return;
            }
            EditorGUILayout.LabelField("Player", chat.LocalPlayer.Name);
            EditorGUILayout.LabelField("Transport", Transport(voice));
            EditorGUILayout.LabelField("Packet loss", Loss(chat.PacketLoss));
            Meter.Draw(chat.Amplitude, Microphone(voice, chat));
            DrawSwitches(voice, chat, press);
            players.Draw(chat.Players, press);
            encryption.Draw(chat, press);
        }

        static void DrawStopped(ConsonanceVoice voice, Action<Action> press)
        {
            if (!string.IsNullOrEmpty(voice.Problem)) EditorGUILayout.HelpBox(voice.Problem, MessageType.Error);
            EditorGUI.BeginDisabledGroup(!voice.isActiveAndEnabled);
            if (GUILayout.Button("Start")) press(() => voice.StartChat());
            EditorGUI.EndDisabledGroup();
        }

        static void DrawSwitches(ConsonanceVoice voice, VoiceChat chat, Action<Action> press)
        {
            bool isMuted = chat.IsMuted, isDeafened = chat.IsDeafened;
            EditorGUILayout.BeginHorizontal();
            if (GUILayout.Button("Stop")) press(voice.StopChat);
            if (GUILayout.Button(isMuted ? "Unmute me" : "Mute me")) press(() => chat.IsMuted = !isMuted);
            if (GUILayout.Button(isDeafened ? "Hear others" : "Mute all others"))
            {
                press(() => chat.IsDeafened = !isDeafened);
            }
            EditorGUILayout.EndHorizontal();
        }

        static string Transport(ConsonanceVoice voice)
        {
            if (ConsonanceVoiceHints.IsOffline(voice.Address)) return "none: offline";
            string way = voice.Transport == Consonance.Transport.Udp ? "UDP" : "WebSocket";
            return voice.TransportReason.Length == 0 ? way : way + ": " + voice.TransportReason;
        }

        /// <summary>A share of 0 to 1, or less where it is not known.</summary>
        internal static string Loss(float share)
        {
            return share < 0 ? "not known yet" : Mathf.RoundToInt(100 * share) + " %";
        }

        static string Microphone(ConsonanceVoice voice, VoiceChat chat)
        {
            if (voice.Microphone == MicrophoneSource.None) return "No microphone";
            if (chat.IsMuted) return "Microphone: muted";
            if (chat.IsTransmitting) return "Microphone: heard by others";
            return chat.IsVoiceDetected ? "Microphone: speech, not sent" : "Microphone: silent";
        }
    }
}
