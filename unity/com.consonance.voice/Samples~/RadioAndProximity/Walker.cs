using UnityEngine;
#if ENABLE_INPUT_SYSTEM && !ENABLE_LEGACY_INPUT_MANAGER
using UnityEngine.InputSystem;
#endif

namespace Consonance.Samples.Radio
{
    /// <summary>Walks with W and S, and turns with A and D.</summary>
    public sealed class Walker : MonoBehaviour
    {
        const float MetresPerSecond = 4;
        const float DegreesPerSecond = 120;

        void Update()
        {
            float turn = Right() * DegreesPerSecond * Time.deltaTime;
            transform.rotation = transform.rotation * Quaternion.Euler(0, turn, 0);
            transform.position += transform.forward * (Forward() * MetresPerSecond * Time.deltaTime);
        }

#if ENABLE_INPUT_SYSTEM && !ENABLE_LEGACY_INPUT_MANAGER
        static float Forward()
        {
            Keyboard keys = Keyboard.current;
            return keys == null ? 0 : keys.wKey.ReadValue() - keys.sKey.ReadValue();
        }

        static float Right()
        {
            Keyboard keys = Keyboard.current;
            return keys == null ? 0 : keys.dKey.ReadValue() - keys.aKey.ReadValue();
        }
#else
        static float Forward()
        {
            return (Input.GetKey(KeyCode.W) ? 1 : 0) - (Input.GetKey(KeyCode.S) ? 1 : 0);
        }

        static float Right()
        {
            return (Input.GetKey(KeyCode.D) ? 1 : 0) - (Input.GetKey(KeyCode.A) ? 1 : 0);
        }
#endif
    }
}
