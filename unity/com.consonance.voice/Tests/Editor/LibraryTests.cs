using NUnit.Framework;

namespace Consonance.Unity.Tests
{
    /// <summary>The native library that this editor loads.</summary>
    public sealed class LibraryTests
    {
        [Test]
        public void There_is_a_library_for_this_editor_and_it_fits()
        {
            string why;
            Assert.IsTrue(VoiceLibrary.IsAvailable(out why), why);
        }

        [Test]
        public void The_library_has_three_numbers_as_its_version()
        {
            Assert.AreEqual(3, VoiceLibrary.Version.Split('.').Length, VoiceLibrary.Version);
        }

        [Test]
        public void An_address_that_is_none_is_refused_with_its_text()
        {
            VoiceException refused = Assert.Throws<VoiceException>(
                () => VoiceChat.Start(new VoiceChatSettings("quic:nowhere") { Sound = Sound.Engine }));
            StringAssert.Contains("nowhere", refused.Message);
        }
    }
}
