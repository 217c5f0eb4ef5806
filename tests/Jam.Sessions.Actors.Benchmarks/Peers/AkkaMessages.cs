namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>The messages of the bare Akka shapes; each is answered with a string, and an empty one says that there is no such session.</summary>
internal abstract record Bare
{
    public const string Done = "done";
    public const string None = "";

    public sealed record Create(string Key, string Text) : Bare;

    public sealed record Get(string Id) : Bare;

    public sealed record Update(string Id, string Text) : Bare;

    public sealed record Delete(string Id) : Bare;

    public sealed record Clear(string Key) : Bare;

    public sealed record Rework(string Id) : Bare;
}
