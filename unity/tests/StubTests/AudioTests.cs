using System;
using System.Collections.Generic;
using System.Threading;
using ConsonanceStubs;
using UnityEngine;

namespace StubTests
{
    /// <summary>Sources, clips, filters, the microphone and the device.</summary>
    internal static class AudioTests
    {
        internal static void AddTo(List<Test> tests)
        {
            tests.Add(new Test("a_streaming_clip_is_asked_for_what_is_played", Streaming));
            tests.Add(new Test("a_streaming_clip_starts_again_at_its_end_when_it_loops", StreamingLoops));
            tests.Add(new Test("a_clip_that_does_not_loop_stops_its_source", ClipEnds));
            tests.Add(new Test("a_filter_comes_after_the_clip_and_its_place", Filters));
            tests.Add(new Test("a_source_at_the_right_is_louder_there_and_fades_with_distance", Places));
            tests.Add(new Test("the_audio_thread_keeps_time_through_a_hitch", KeepsTime));
            tests.Add(new Test("an_exception_of_a_filter_is_logged", FilterThrows));
            tests.Add(new Test("a_new_device_stops_sources_and_tells_the_game", DeviceChange));
            tests.Add(new Test("a_disabled_source_does_not_play", DisabledSource));
            tests.Add(new Test("a_recording_wraps_around_in_its_clip", RecordingWraps));
            tests.Add(new Test("no_microphone_gives_no_recording", NoMicrophone));
        }

        private static void Streaming()
        {
            using (var loop = new PlayerLoop())
            {
                var asked = 0;
                var positions = new List<int>();
                AudioSource source = null;
                loop.Play(() => source = new GameObject().AddComponent<AudioSource>());
                source.clip = AudioClip.Create("voice", 48000, 1, 48000, true, data =>
                {
                    asked += data.Length;
                    for (var i = 0; i < data.Length; i++)
                        data[i] = 0.5f;
                }, positions.Add);
                source.Play();
                loop.RunFrame(0.1);
                var played = loop.Audio.Take(source);
                Check.Equal(4 * 1024 * 2, played.Length, "samples played in 100 ms");
                Check.Equal(4 * 1024, asked, "samples asked for");
                Check.Near(0.5, played[played.Length - 1], 1e-6, "a sample");
                Check.Equal(0, positions[0], "first position");
                source.Stop();
                loop.RunFrame(0.1);
                Check.Equal(0, loop.Audio.Take(source).Length, "samples after the stop");
            }
        }

        private static void StreamingLoops()
        {
            using (var loop = new PlayerLoop())
            {
                var positions = 0;
                var next = 0;
                AudioSource source = null;
                loop.Play(() => source = new GameObject().AddComponent<AudioSource>());
                loop.Audio.ReaderFrames = 100;
                source.loop = true;
                source.clip = AudioClip.Create("ramp", 1000, 1, 48000, true, data =>
                {
                    for (var i = 0; i < data.Length; i++)
                        data[i] = next++ / 1000f;
                }, position =>
                {
                    positions++;
                    next = position;
                });
                source.Play();
                loop.Audio.RenderBlock();
                var played = loop.Audio.Take(source);
                Check.Near(0.999, played[999 * 2], 1e-5, "the last frame of the clip");
                Check.Near(0.001, played[1001 * 2], 1e-5, "goes on at its beginning");
                Check.Equal(2, positions, "positions set");
            }
        }

        private static void ClipEnds()
        {
            using (var loop = new PlayerLoop())
            {
                AudioSource source = null;
                loop.Play(() => source = new GameObject().AddComponent<AudioSource>());
                source.clip = AudioClip.Create("short", 500, 1, 48000, false);
                source.Play();
                Check.That(source.isPlaying, "plays");
                loop.Audio.RenderBlock();
                Check.That(!source.isPlaying, "has ended");
            }
        }

        private static void Filters()
        {
            using (var loop = new PlayerLoop())
            {
                AudioSource source = null;
                loop.Play(() => source = new GameObject().AddComponent<AudioSource>());
                source.gameObject.AddComponent<Times>().Factor = 3;
                source.gameObject.AddComponent<Times>().Factor = 2;
                source.clip = Constant(1);
                source.volume = 0.1f;
                source.loop = true;
                source.Play();
                loop.Audio.RenderBlock();
                Check.Near(0.6, loop.Audio.Take(source)[10], 1e-6, "volume, then both filters");
                source.GetComponents<Times>()[0].enabled = false;
                loop.Audio.RenderBlock();
                Check.Near(0.2, loop.Audio.Take(source)[10], 1e-6, "without the first");
                Check.Near(0.2, loop.Audio.TakeMix()[2048 + 10], 1e-6, "the mix");
            }
        }

        private static void Places()
        {
            using (var loop = new PlayerLoop())
            {
                AudioSource source = null;
                loop.Play(() =>
                {
                    new GameObject().AddComponent<AudioListener>();
                    source = new GameObject().AddComponent<AudioSource>();
                });
                source.clip = Constant(1);
                source.loop = true;
                source.spatialBlend = 1;
                source.transform.position = new Vector3(2, 0, 0);
                source.Play();
                loop.Audio.RenderBlock();
                var near = loop.Audio.Take(source);
                Check.Near(0, near[0], 1e-6, "left");
                Check.Near(0.5, near[1], 1e-6, "right, at two metres");
                source.transform.position = new Vector3(0, 0, 10);
                loop.RunFrame(0.001);
                loop.Audio.RenderBlock();
                var ahead = loop.Audio.Take(source);
                Check.Near(0.1, ahead[0], 1e-6, "left, ten metres ahead");
                Check.Near(0.1, ahead[1], 1e-6, "right, ten metres ahead");
            }
        }

        private static void KeepsTime()
        {
            using (var loop = new PlayerLoop())
            {
                AudioSource source = null;
                loop.Play(() => source = new GameObject().AddComponent<AudioSource>());
                source.clip = Constant(1);
                source.loop = true;
                source.Play();
                loop.Audio.Start();
                loop.Run(1, 60, 0.3);
                loop.Audio.Stop();
                var seconds = loop.Audio.Take(source).Length / 2 / 48000.0;
                var passed = Time.realtimeSinceStartup;
                Check.That(seconds > passed * 0.5 && seconds < passed * 1.2 + 0.1, seconds + " s of " + passed);
                Check.Near(seconds, AudioSettings.dspTime, 1e-6, "dspTime");
            }
        }

        private static void FilterThrows()
        {
            using (var loop = new PlayerLoop())
            {
                AudioSource source = null;
                loop.Play(() => source = new GameObject().AddComponent<AudioSource>());
                source.gameObject.AddComponent<Times>().Factor = -1;
                source.Play();
                loop.Audio.RenderBlock();
                Check.Equal(1, LogRecord.Errors.Length, "errors");
            }
        }

        private static void DeviceChange()
        {
            using (var loop = new PlayerLoop())
            {
                var told = new List<bool>();
                AudioSettings.AudioConfigurationChangeHandler note = told.Add;
                AudioSettings.OnAudioConfigurationChanged += note;
                AudioSource source = null;
                loop.Play(() => source = new GameObject().AddComponent<AudioSource>());
                source.clip = Constant(1);
                source.loop = true;
                source.Play();
                loop.Audio.ChangeDevice(44100, 512);
                AudioSettings.OnAudioConfigurationChanged -= note;
                Check.That(told.Count == 1 && told[0], "the game is told");
                Check.That(!source.isPlaying, "the source has stopped");
                Check.Equal(44100, AudioSettings.outputSampleRate, "rate");
                Check.Equal(512, AudioSettings.GetConfiguration().dspBufferSize, "block");
                source.Play();
                loop.Audio.RenderBlock();
                Check.Equal(1024, loop.Audio.Take(source).Length, "samples of a block");
            }
        }

        private static void DisabledSource()
        {
            using (var loop = new PlayerLoop())
            {
                AudioSource source = null;
                loop.Play(() => source = new GameObject().AddComponent<AudioSource>());
                source.Play();
                source.enabled = false;
                Check.That(!source.isPlaying, "disabling stops it");
                source.Play();
                Check.That(!source.isPlaying, "refused");
                Check.Equal(1, LogRecord.Warnings.Length, "warnings");
            }
        }

        private static void RecordingWraps()
        {
            using (new PlayerLoop())
            {
                var clip = Microphone.Start(null, true, 1, 16000);
                StubMicrophone.Feed(Ramp(15999));
                Check.Equal(15999, Microphone.GetPosition(null), "position");
                StubMicrophone.Feed(new[] { 7f, 8f, 9f });
                Check.Equal(2, Microphone.GetPosition(null), "position after the end");
                var read = new float[3];
                clip.GetData(read, 15999);
                Check.That(read[0] == 7 && read[1] == 8 && read[2] == 9, "reading wraps, too");
                Check.That(Microphone.IsRecording(""), "records the first device");
                Microphone.End(null);
                Check.That(!Microphone.IsRecording(null), "has ended");
            }
        }

        private static void NoMicrophone()
        {
            using (new PlayerLoop())
            {
                StubApplication.MicrophoneAllowed = false;
                Check.Equal(0, Microphone.devices.Length, "devices without permission");
                Check.That(Microphone.Start(null, true, 1, 48000) == null, "nothing is recorded");
                Application.RequestUserAuthorization(UserAuthorization.Microphone);
                Check.That(Microphone.Start(null, true, 1, 48000) != null, "recorded with permission");
                StubMicrophone.Unplug("Stub microphone");
                Check.That(!Microphone.IsRecording(null), "unplugging ends it");
            }
        }

        private static AudioClip Constant(float value)
        {
            var clip = AudioClip.Create("constant", 4800, 1, 48000, false);
            var data = new float[4800];
            for (var i = 0; i < data.Length; i++)
                data[i] = value;
            clip.SetData(data, 0);
            return clip;
        }

        private static float[] Ramp(int length)
        {
            var ramp = new float[length];
            for (var i = 0; i < length; i++)
                ramp[i] = i;
            return ramp;
        }

        /// <summary>Multiplies; a negative factor throws.</summary>
        private sealed class Times : MonoBehaviour
        {
            internal float Factor;

            private void OnAudioFilterRead(float[] data, int channels)
            {
                if (Factor < 0)
                    throw new InvalidOperationException("on purpose");
                for (var i = 0; i < data.Length; i++)
                    data[i] *= Factor;
            }
        }
    }
}
