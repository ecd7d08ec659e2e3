using System;
using Consonance.Links;
using Consonance.Tests;

namespace Consonance.Unity.Tests
{
    /// <summary>A link without a game around it.</summary>
    internal static class LinkRun
    {
        /// <summary>Opens it, and takes what comes until a condition holds.</summary>
        internal static void Until(IPacketLink link, Func<bool> condition)
        {
            link.Open();
            ArraySegment<byte> packet;
            bool isReliable;
            Suite.Until("the link", condition, () => link.TryReceive(out packet, out isReliable));
        }
    }
}
