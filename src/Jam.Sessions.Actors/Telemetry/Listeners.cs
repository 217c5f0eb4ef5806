namespace Jam.Sessions.Actors.Telemetry;

/// <summary>Those who listen are the host's, and run where the engine is: one that throws must fail no command and no write.</summary>
internal static class Listeners
{
    /// <summary>Tells them something.</summary>
    /// <param name="telling">What is told, and to whom; a static delegate.</param>
    /// <param name="what">What it needs.</param>
    public static void Tell<T>(Action<T> telling, T what)
    {
        try
        {
            telling(what);
        }
        catch (Exception)
        {
            // .NET hands on what a listener throws; that is none of the engine's business.
        }
    }
}
