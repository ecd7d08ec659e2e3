using System;
using System.IO;

namespace Consonance.Tests
{
    /// <summary>End-to-end encryption, in sessions of hosts in this process.</summary>
    static class EncryptionTests
    {
        public static void Add(Suite suite)
        {
            suite.Add("members_of_an_encrypted_session_see_the_same_safety_numbers", Members);
            suite.Add("a_verified_member_is_known_in_the_next_chat", Known);
            suite.Add("another_key_of_a_verified_player_is_reported", Changed);
            suite.Add("a_report_is_sealed_and_the_host_that_keeps_none_refuses_it", Reported);
            suite.Add("without_encryption_a_player_that_requires_it_says_nothing", Strict);
            suite.Add("a_player_that_never_encrypts_is_refused_where_it_is_required", Refused);
            suite.Add("keys_that_cannot_be_read_do_not_start", Unreadable);
        }

        static VoiceHost Host(SessionEncryption encryption)
        {
            return VoiceHost.Start(new VoiceHostSettings { Listen = "127.0.0.1:0", Encryption = encryption });
        }

        static Actor Join(VoiceHost host, string name, EncryptionSettings encryption)
        {
            VoiceChatSettings settings = Actor.InLobby(host.Address, name);
            settings.Encryption = encryption;
            return new Actor(settings);
        }

        static EncryptedMember Member(Actor actor, string name)
        {
            foreach (EncryptedMember member in actor.Chat.GetEncryption().Members)
            {
                if (member.Name == name) return member;
            }
            return null;
        }

        static void UntilMembers(Actor[] actors, int count)
        {
            foreach (Actor actor in actors)
            {
                Suite.Until(count + " members", () =>
                {
                    EncryptionStatus status = actor.Chat.GetEncryption();
                    return status.State == EncryptionState.On && status.Members.Count == count;
                }, TalkTests.Together(actors));
            }
        }

        static void Members()
        {
            EncryptionSettings ofBob = new EncryptionSettings { Account = "bob@example.com", Purpose = "recording" };
            ofBob.ConstantRate = true;
            using (VoiceHost host = Host(SessionEncryption.Required))
            using (Actor alice = Join(host, "Alice", null))
            using (Actor bob = Join(host, "Bob", ofBob))
            {
                Actor[] both = { alice, bob };
                EncryptionState? state = null;
                alice.Chat.EncryptionChanged += change => state = change.State ?? state;
                UntilMembers(both, 2);
                bob.ToneHz = 440;
                Suite.Until("Alice hears Bob", () => alice.HeardLeft > 0.1, TalkTests.Together(both));
                Suite.Until("event", () => state == EncryptionState.On, TalkTests.Together(both));
                Suite.Until("confirmed", () => Member(alice, "Bob").IsConfirmed, TalkTests.Together(both));

                EncryptedMember other = Member(alice, "Bob"), own = Member(alice, "Alice");
                Suite.AreEqual("bob@example.com", other.Account, "account");
                Suite.AreEqual("recording", other.Purpose, "purpose");
                Suite.AreEqual(AccountProof.Claimed, other.AccountProof, "account proof");
                Suite.Require(ReferenceEquals(alice.Chat.FindPlayer("Bob"), other.Player), "another player");
                Suite.AreEqual(Member(bob, "Alice").SafetyNumber, other.SafetyNumber, "safety number");
                Suite.AreEqual(6, other.SafetyNumber.Value.Words.Split(' ').Length, "words");
                Suite.AreEqual(35, other.SafetyNumber.Value.Digits.Length, "digits");
                Suite.Require(own.IsLocal && own.Recognition == Recognition.Local && own.SafetyNumber == null, "own");
                Suite.Require(own.Account == null && own.Purpose == null && own.Key != other.Key, "own");
                EncryptionStatus ofAlice = alice.Chat.GetEncryption(), status = bob.Chat.GetEncryption();
                Suite.AreEqual(status.SafetyNumber, ofAlice.SafetyNumber, "the group's number");
                Suite.Require(ofAlice.IsMember && ofAlice.PacketsOpened > 0 && status.PacketsSealed > 0, "packets");
                Suite.AreEqual(0L, ofAlice.PacketsReceivedPlain, "packets without encryption");
                Suite.Require(alice.Chat.Room("lobby").IsEncrypted, "the room is not encrypted");
            }
        }

        /// <summary>Bob's known keys, once he has verified Alice with this key.</summary>
        static byte[] Verified(VoiceHost host, byte[] identity)
        {
            using (Actor alice = Join(host, "Alice", new EncryptionSettings { Identity = identity }))
            using (Actor bob = Join(host, "Bob", null))
            {
                UntilMembers(new[] { alice, bob }, 2);
                Suite.AreEqual(Recognition.New, Member(bob, "Alice").Recognition, "recognition");
                bob.Chat.VerifyMember(Member(bob, "Alice"));
                Suite.AreEqual(Recognition.Verified, Member(bob, "Alice").Recognition, "recognition");
                Suite.Throws(VoiceError.Player, () => bob.Chat.VerifyMember(Member(bob, "Bob")));
                return bob.Chat.GetKnownKeys();
            }
        }

        static void Known()
        {
            byte[] identity = EncryptionSettings.GenerateIdentity();
            Suite.AreEqual(64, identity.Length, "bytes of the key");
            using (VoiceHost host = Host(SessionEncryption.Required))
            {
                byte[] known = Verified(host, identity);
                using (Actor alice = Join(host, "Alice", new EncryptionSettings { Identity = identity }))
                using (Actor bob = Join(host, "Bob", new EncryptionSettings { KnownKeys = known }))
                {
                    UntilMembers(new[] { alice, bob }, 2);
                    Suite.AreEqual(Recognition.Verified, Member(bob, "Alice").Recognition, "recognition");
                }
            }
        }

        static void Changed()
        {
            using (VoiceHost host = Host(SessionEncryption.Required))
            {
                byte[] known = Verified(host, EncryptionSettings.GenerateIdentity());
                using (Actor alice = Join(host, "Alice", null))
                using (Actor bob = Join(host, "Bob", new EncryptionSettings { KnownKeys = known }))
                {
                    EncryptionChange? changed = null;
                    bob.Chat.EncryptionChanged += change =>
                    {
                        if (change.Kind == EncryptionChangeKind.KeyChanged) changed = change;
                    };
                    Suite.Until("event", () => changed.HasValue, TalkTests.Together(alice, bob));
                    Suite.Require(changed.Value.WasVerified && changed.Value.State == null, "not verified before");
                    Suite.AreEqual("Alice", changed.Value.Player.Name, "player");
                    Suite.Require(changed.Value.Text.Contains("Alice"), changed.Value.Text);
                    EncryptedMember member = Member(bob, "Alice");
                    Suite.Require(member.Recognition == Recognition.Changed && member.WasVerified, "recognition");
                }
            }
        }

        static void Reported()
        {
            string log = Path.GetTempFileName();
            // The public key of RFC 7748, section 6.1.
            const string Key = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
            EncryptionSettings ofAlice = new EncryptionSettings { ModeratorsKey = Key, KeyLog = log };
            using (VoiceHost host = Host(SessionEncryption.Required))
            using (Actor alice = Join(host, "Alice", ofAlice))
            using (Actor bob = Join(host, "Bob", new EncryptionSettings { SignSpeech = true }))
            {
                Actor[] both = { alice, bob };
                EncryptionChange? outcome = null;
                alice.Chat.EncryptionChanged += change =>
                {
                    if (change.Kind == EncryptionChangeKind.ReportRefused) outcome = change;
                };
                UntilMembers(both, 2);
                bob.ToneHz = 440;
                Suite.Until("Alice hears Bob", () => alice.HeardLeft > 0.1, TalkTests.Together(both));
                Player other = alice.Chat.FindPlayer("Bob");
                Suite.Throws(VoiceError.Value, () => bob.Chat.Report("shouting"));
                Suite.Throws(VoiceError.Value, () => alice.Chat.Report(new string('x', 1001), other));
                alice.Chat.Report("shouting", other);
                Suite.Until("outcome", () => outcome.HasValue, TalkTests.Together(both));
                Suite.Require(outcome.Value.Text.Contains("takes no reports"), outcome.Value.Text);
            }
            Suite.Require(File.ReadAllText(log).Contains("\n"), "no keys were logged");
            File.Delete(log);
        }

        static void Strict()
        {
            EncryptionSettings strict = new EncryptionSettings { Policy = EncryptionPolicy.Required };
            using (VoiceHost host = Host(SessionEncryption.Off))
            using (Actor alice = Join(host, "Alice", strict))
            using (Actor bob = Join(host, "Bob", null))
            {
                Action frame = TalkTests.Together(alice, bob);
                EncryptionChange? withheld = null;
                alice.Chat.EncryptionChanged += change =>
                {
                    if (change.Kind == EncryptionChangeKind.Withheld) withheld = change;
                };
                Suite.Until("Bob is here", () => alice.Chat.Players.Count == 1, frame);
                alice.ToneHz = 440;
                Suite.Until("event", () => withheld.HasValue, frame);
                Suite.Require(withheld.Value.Player == null && withheld.Value.Text.Length > 0, "event");
                Suite.Until("dropped", () => alice.Chat.GetEncryption().PacketsWithoutKeys > 50, frame);
                Suite.AreEqual(EncryptionState.Waiting, alice.Chat.GetEncryption().State, "state");
                Suite.AreEqual(0L, alice.Chat.GetEncryption().PacketsSentPlain, "packets without encryption");
                Suite.AreEqual(0f, bob.HeardLeft, "heard");
                EncryptionStatus status = bob.Chat.GetEncryption();
                Suite.Require(status.State == EncryptionState.Off && !status.IsMember, "Bob encrypts");
                Suite.Require(status.SafetyNumber == null && status.Members.Count == 0, "Bob has members");
                Suite.Require(!bob.Chat.Room("lobby").IsEncrypted, "the room is encrypted");
            }
        }

        static void Refused()
        {
            EncryptionSettings never = new EncryptionSettings { Policy = EncryptionPolicy.Never };
            using (VoiceHost host = Host(SessionEncryption.Required))
            using (Actor alice = Join(host, "Alice", never))
            {
                Suite.Until("ended", () => alice.Chat.Connection == ConnectionState.Ended, alice.Frame);
            }
        }

        static void Unreadable()
        {
            VoiceChatSettings settings = new VoiceChatSettings("offline:") { Sound = Sound.None };
            foreach (EncryptionSettings encryption in new[]
            {
                new EncryptionSettings { Identity = new byte[63] },
                new EncryptionSettings { KnownKeys = new byte[] { 65 } },
                new EncryptionSettings { AttestationKeys = "{}" },
                new EncryptionSettings { Policy = (EncryptionPolicy)3 },
            })
            {
                settings.Encryption = encryption;
                Suite.Throws(VoiceError.Value, () => VoiceChat.Start(settings));
            }
        }
    }
}
