using System;
using System.Collections;
using System.Reflection;
using UnityEngine;

namespace ConsonanceStubs
{
    /// <summary>Finds messages by name and calls them as Unity does: an exception is logged, no more.</summary>
    internal static class Messages
    {
        /// <summary>A delegate of the most derived method with this name and T's parameters, or null.</summary>
        internal static T Bind<T>(object target, string name) where T : class
        {
            var parameters = typeof(T).GetMethod("Invoke").GetParameters();
            var types = new Type[parameters.Length];
            for (var i = 0; i < types.Length; i++)
                types[i] = parameters[i].ParameterType;
            const BindingFlags own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic |
                BindingFlags.DeclaredOnly;
            for (var type = target.GetType(); type != null; type = type.BaseType)
            {
                var method = type.GetMethod(name, own, null, types, null);
                if (method != null)
                    return Delegate.CreateDelegate(typeof(T), target, method, false) as T;
            }
            return null;
        }

        /// <summary>False when the call threw.</summary>
        internal static bool Call(Action message, UnityEngine.Object context)
        {
            if (message == null)
                return true;
            try
            {
                message();
                return true;
            }
            catch (Exception exception)
            {
                Debug.LogException(exception, context);
                return false;
            }
        }

        internal static void Call<T>(Action<T> message, T argument, UnityEngine.Object context)
        {
            try
            {
                if (message != null)
                    message(argument);
            }
            catch (Exception exception)
            {
                Debug.LogException(exception, context);
            }
        }
    }

    /// <summary>The messages of one script and how far it has come.</summary>
    internal sealed class BehaviourState
    {
        internal bool Awoken;
        internal bool Started;
        internal int ExecutionOrder;
        internal Action Awake;
        internal Action OnEnable;
        internal Action Start;
        internal Func<IEnumerator> StartAsCoroutine;
        internal Action Update;
        internal Action LateUpdate;
        internal Action OnDisable;
        internal Action OnDestroy;
        internal Action OnApplicationQuit;
        internal Action<bool> OnApplicationPause;
        internal Action<bool> OnApplicationFocus;
        internal Action<Collider> OnTriggerEnter;
        internal Action<Collider> OnTriggerStay;
        internal Action<Collider> OnTriggerExit;
        internal Action<float[], int> OnAudioFilterRead;

        internal void Bind(MonoBehaviour script)
        {
            Awake = Messages.Bind<Action>(script, "Awake");
            OnEnable = Messages.Bind<Action>(script, "OnEnable");
            Start = Messages.Bind<Action>(script, "Start");
            StartAsCoroutine = Messages.Bind<Func<IEnumerator>>(script, "Start");
            Update = Messages.Bind<Action>(script, "Update");
            LateUpdate = Messages.Bind<Action>(script, "LateUpdate");
            OnDisable = Messages.Bind<Action>(script, "OnDisable");
            OnDestroy = Messages.Bind<Action>(script, "OnDestroy");
            OnApplicationQuit = Messages.Bind<Action>(script, "OnApplicationQuit");
            OnApplicationPause = Messages.Bind<Action<bool>>(script, "OnApplicationPause");
            OnApplicationFocus = Messages.Bind<Action<bool>>(script, "OnApplicationFocus");
            OnTriggerEnter = Messages.Bind<Action<Collider>>(script, "OnTriggerEnter");
            OnTriggerStay = Messages.Bind<Action<Collider>>(script, "OnTriggerStay");
            OnTriggerExit = Messages.Bind<Action<Collider>>(script, "OnTriggerExit");
            OnAudioFilterRead = Messages.Bind<Action<float[], int>>(script, "OnAudioFilterRead");
            var order = (DefaultExecutionOrder)Attribute.GetCustomAttribute(script.GetType(),
                typeof(DefaultExecutionOrder));
            ExecutionOrder = order == null ? 0 : order.order;
        }
    }
}
