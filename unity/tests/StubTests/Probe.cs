using System;
using System.Collections.Generic;
using UnityEngine;

namespace StubTests
{
    /// <summary>Writes down its messages. Private ones, as most scripts have.</summary>
    internal class Probe : MonoBehaviour
    {
        internal static readonly List<string> Calls = new List<string>();
        internal string Label = "";

        private void Awake()
        {
            Note("Awake");
        }

        private void OnEnable()
        {
            Note("OnEnable");
        }

        private void Start()
        {
            Note("Start");
        }

        private void Update()
        {
            Note("Update");
        }

        private void LateUpdate()
        {
            Note("LateUpdate");
        }

        private void OnApplicationPause(bool paused)
        {
            Note("Pause" + paused);
        }

        private void OnApplicationQuit()
        {
            Note("Quit");
        }

        private void OnDisable()
        {
            Note("OnDisable");
        }

        private void OnDestroy()
        {
            Note("OnDestroy");
        }

        private void OnTriggerEnter(Collider other)
        {
            Note("Enter:" + other.name);
        }

        private void OnTriggerExit(Collider other)
        {
            Note("Exit:" + other.name);
        }

        private void Note(string what)
        {
            Calls.Add(Label + what);
        }

        internal static string Taken()
        {
            var taken = string.Join(" ", Calls.ToArray());
            Calls.Clear();
            return taken;
        }
    }

    [DefaultExecutionOrder(-10)]
    internal sealed class EarlyProbe : Probe
    {
    }

    /// <summary>Starts in two steps.</summary>
    internal sealed class Slow : MonoBehaviour
    {
        internal int Steps;

        private System.Collections.IEnumerator Start()
        {
            Steps++;
            yield return null;
            Steps++;
        }
    }

    /// <summary>Fails in every frame.</summary>
    internal sealed class Faulty : MonoBehaviour
    {
        private void Update()
        {
            throw new InvalidOperationException("on purpose");
        }
    }
}
