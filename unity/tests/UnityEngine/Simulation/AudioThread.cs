using System;
using System.Diagnostics;
using System.Threading;
using UnityEngine;

namespace ConsonanceStubs
{
    /// <summary>
    /// Plays blocks of 1024 stereo frames at 48 kHz: on a thread of its own in real time after
    /// <see cref="Start"/>, and otherwise as simulated time passes.
    /// </summary>
    public sealed class AudioThread : IDisposable
    {
        private Thread _thread;
        private volatile bool _stop;
        private double _simulated;
        private long _longestTicks;

        /// <summary>Hz.</summary>
        public int SampleRate
        {
            get { return AudioGraph.SampleRate; }
        }

        /// <summary>Frames.</summary>
        public int BlockFrames
        {
            get { return AudioGraph.BlockFrames; }
        }

        public int Channels
        {
            get { return AudioGraph.Channels; }
        }

        /// <summary>Frames for which a streaming clip is asked at once.</summary>
        public int ReaderFrames
        {
            get { return AudioGraph.ReaderFrames; }
            set { AudioGraph.ReaderFrames = value; }
        }

        public bool IsRunning
        {
            get { return _thread != null; }
        }

        /// <summary>Seconds that the slowest block took to make.</summary>
        public double LongestBlock
        {
            get { return (double)Interlocked.Read(ref _longestTicks) / Stopwatch.Frequency; }
        }

        /// <summary>From here on in real time.</summary>
        public void Start()
        {
            if (_thread != null)
                return;
            _stop = false;
            _thread = new Thread(Loop) { Name = "Audio", IsBackground = true, Priority = ThreadPriority.Highest };
            _thread.Start();
        }

        public void Stop()
        {
            if (_thread == null)
                return;
            _stop = true;
            _thread.Join();
            _thread = null;
        }

        public void Dispose()
        {
            Stop();
        }

        /// <summary>Plays one block now, on the calling thread.</summary>
        public void RenderBlock()
        {
            var before = Stopwatch.GetTimestamp();
            AudioGraph.Render();
            var ticks = Stopwatch.GetTimestamp() - before;
            if (ticks > Interlocked.Read(ref _longestTicks))
                Interlocked.Exchange(ref _longestTicks, ticks);
        }

        /// <summary>What a source has played since the last call: interleaved stereo, the last 30 s.</summary>
        public float[] Take(AudioSource source)
        {
            lock (AudioGraph.Gate)
                return source.Voice.Take();
        }

        /// <summary>What all sources have played together, after the listener's filters.</summary>
        public float[] TakeMix()
        {
            return AudioGraph.TakeMix();
        }

        /// <summary>The device changes: every source stops, and the game is told.</summary>
        public void ChangeDevice(int sampleRate, int blockFrames)
        {
            AudioSettings.Apply(sampleRate, blockFrames, true);
        }

        internal void AdvanceSimulated(double seconds)
        {
            if (IsRunning)
                return;
            _simulated += seconds;
            for (; _simulated >= (double)BlockFrames / SampleRate; _simulated -= (double)BlockFrames / SampleRate)
                RenderBlock();
        }

        private void Loop()
        {
            var clock = Stopwatch.StartNew();
            var due = 0.0;
            while (!_stop)
            {
                var ahead = due - clock.Elapsed.TotalSeconds;
                if (ahead > 0)
                {
                    Thread.Sleep(Math.Max(1, (int)(ahead * 1000)));
                    continue;
                }
                RenderBlock();
                // Other threads need the graph's lock between blocks, also on an overloaded machine: the lock is not
                // fair.
                Thread.Sleep(1);
                due = Math.Max(due, clock.Elapsed.TotalSeconds - 1) + (double)BlockFrames / SampleRate;
            }
        }
    }
}
