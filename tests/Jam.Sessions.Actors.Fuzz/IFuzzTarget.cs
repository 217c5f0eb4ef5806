namespace Jam.Sessions.Actors.Fuzz;

/// <summary>A reader of untrusted bytes, and what must hold whatever they are.</summary>
internal interface IFuzzTarget
{
    string Name { get; }

    /// <summary>Good and damaged inputs to start from.</summary>
    IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>A changed input made to look right again (checksums, MACs), so that the change reaches what lies behind; or as it is.</summary>
    byte[] Repair(byte[] input, Random random);

    /// <summary>Reads one input.</summary>
    /// <returns>What came of it, without what differs from input to input.</returns>
    /// <exception cref="FuzzFailureException">Something did not hold.</exception>
    string Run(byte[] input);
}

/// <summary>An input that broke a promise.</summary>
internal sealed class FuzzFailureException(string message, Exception? inner = null) : Exception(message, inner);
