using System;
using System.Collections.Generic;
using UnityEngine;

namespace ConsonanceStubs
{
    /// <summary>
    /// One source's playback: reads the clip at the output's rate, applies volume and panning, and keeps what was
    /// played. Everything but the gains runs with <see cref="AudioGraph.Gate"/> held.
    /// </summary>
    internal sealed class SourceVoice
    {
        private const int TapeSeconds = 30;
        private readonly AudioSource _source;
        private readonly List<float> _tape = new List<float>();
        private float[] _last = new float[0];
        private float _left = 1;
        private float _right = 1;
        private ClipCursor _cursor;

        internal SourceVoice(AudioSource source)
        {
            _source = source;
        }

        internal bool IsPlaying { get; private set; }
        internal bool Paused { get; set; }

        internal int Position
        {
            get { return _cursor == null ? 0 : _cursor.Frame; }
        }

        internal void Play(AudioClip clip)
        {
            UpdateGains();
            lock (AudioGraph.Gate)
            {
                _cursor = clip == null ? null : new ClipCursor(clip);
                Paused = false;
                IsPlaying = true;
            }
        }

        internal void Stop()
        {
            lock (AudioGraph.Gate)
            {
                IsPlaying = false;
                _cursor = null;
            }
        }

        internal void Seek(int frame)
        {
            lock (AudioGraph.Gate)
                if (_cursor != null)
                    _cursor.Seek(frame);
        }

        /// <summary>Takes positions over from the scene; the main thread does this once per frame.</summary>
        internal void UpdateGains()
        {
            var pan = _source.panStereo;
            var loudness = _source.mute ? 0 : Mathf.Clamp01(_source.volume);
            var ears = AudioGraph.Listener;
            if (ears != null)
            {
                var offset = ears.transform.InverseTransformPoint(_source.transform.position);
                loudness *= Mathf.Lerp(1, Attenuation(offset.magnitude), _source.spatialBlend);
                pan = Mathf.Clamp(pan + offset.normalized.x * _source.spatialBlend, -1, 1);
            }
            _left = loudness * Mathf.Sqrt(Mathf.Min(1, 1 - pan));
            _right = loudness * Mathf.Sqrt(Mathf.Min(1, 1 + pan));
        }

        /// <summary>Fills a stereo block with the clip; false when there is nothing to play.</summary>
        internal bool Fill(float[] block)
        {
            if (!IsPlaying || Paused || !_source.TurnedOn || AudioListener.pause && !_source.ignoreListenerPause)
                return false;
            Array.Clear(block, 0, block.Length);
            if (_cursor != null && !_cursor.Read(block, _left, _right, _source.loop, _source.pitch))
                IsPlaying = false;
            return true;
        }

        internal void Keep(float[] block)
        {
            _last = (float[])block.Clone();
            _tape.AddRange(block);
            var excess = _tape.Count - TapeSeconds * AudioGraph.SampleRate * AudioGraph.Channels;
            if (excess > 0)
                _tape.RemoveRange(0, excess);
        }

        internal float[] Take()
        {
            var taken = _tape.ToArray();
            _tape.Clear();
            return taken;
        }

        internal void CopyLast(float[] samples, int channel)
        {
            lock (AudioGraph.Gate)
                for (var i = 0; i < samples.Length; i++)
                {
                    var at = i * AudioGraph.Channels + channel;
                    samples[i] = at < _last.Length ? _last[at] : 0;
                }
        }

        private float Attenuation(float distance)
        {
            if (distance <= _source.minDistance)
                return 1;
            if (_source.rolloffMode == AudioRolloffMode.Logarithmic)
                return _source.minDistance / Mathf.Min(distance, _source.maxDistance);
            var range = Mathf.Max(_source.maxDistance - _source.minDistance, 1e-6f);
            return Mathf.Clamp01((_source.maxDistance - distance) / range);
        }
    }

    /// <summary>A reading position in a clip.</summary>
    internal sealed class ClipCursor
    {
        private readonly AudioClip _clip;
        private readonly float[] _chunk;
        private int _chunkFrame;
        private double _fraction;

        internal ClipCursor(AudioClip clip)
        {
            _clip = clip;
            if (clip.Reader == null)
                return;
            _chunk = new float[AudioGraph.ReaderFrames * clip.channels];
            _chunkFrame = AudioGraph.ReaderFrames;
            Seek(0);
        }

        internal int Frame { get; private set; }

        internal void Seek(int frame)
        {
            Frame = frame;
            _chunkFrame = AudioGraph.ReaderFrames;
            if (_clip.SetPosition != null)
                _clip.SetPosition(frame);
        }

        /// <summary>Adds the clip to a stereo block, without interpolation; false when the clip has ended.</summary>
        internal bool Read(float[] block, float left, float right, bool loop, float pitch)
        {
            var step = (double)_clip.frequency * pitch / AudioGraph.SampleRate;
            var channels = AudioGraph.Channels;
            for (var i = 0; i + 1 < block.Length; i += channels)
            {
                block[i] = Sample(0) * left;
                block[i + 1] = Sample(_clip.channels > 1 ? 1 : 0) * right;
                _fraction += step;
                for (; _fraction >= 1; _fraction -= 1)
                    if (!Advance(loop))
                        return false;
            }
            return true;
        }

        private float Sample(int channel)
        {
            if (_chunk == null)
                return _clip.Sample(Frame, channel);
            if (_chunkFrame == AudioGraph.ReaderFrames)
            {
                _clip.Reader(_chunk);
                _chunkFrame = 0;
            }
            return _chunk[_chunkFrame * _clip.channels + channel];
        }

        private bool Advance(bool loop)
        {
            if (_chunk != null && _chunkFrame < AudioGraph.ReaderFrames)
                _chunkFrame++;
            Frame++;
            if (Frame < _clip.samples)
                return true;
            if (loop)
                Seek(0);
            return loop;
        }
    }
}
