namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>Decides which operation fails.</summary>
internal interface IFaults
{
    /// <summary>Throws where the operation fails.</summary>
    void Before(string operation, string path);

    /// <summary>How many of these bytes can be written.</summary>
    int RoomFor(string path, int bytes);

    /// <summary>Draws what a failed sync left.</summary>
    Random Random { get; }
}
