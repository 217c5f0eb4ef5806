using System.Text;
using Akka.Actor;
using Akka.Event;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>No id, no data and no secret is in anything that a run leaves behind where it has no business to be.</summary>
public sealed class SecretsStaySecretSpec
{
    public static TheoryData<SecretsMode> Modes { get; } = [.. Enum.GetValues<SecretsMode>()];

    private static readonly ArtefactKind[] s_files = [ArtefactKind.JsonFile, ArtefactKind.Journal, ArtefactKind.TemporaryFile];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_run_shows_none_of_them(SecretsMode mode)
    {
        await using var run = await DoneAsync(mode);
        Assert.True(run.Drawn.Count > 3 && run.Issued.Count > 3);
        Assert.Equal(Enum.GetValues<ArtefactKind>(), run.Artefacts.Select(artefact => artefact.Kind).Distinct().Order());
        Assert.Empty(Leaks(run, run.Artefacts, mode));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task One_of_them_planted_in_any_artefact_is_found_there(SecretsMode mode)
    {
        await using var run = await DoneAsync(mode);
        foreach (var artefact in run.Artefacts)
        {
            foreach (var secret in Secrets(run, artefact.Kind, mode))
            {
                var middle = artefact.Content.Length / 2;
                var planted = artefact with { Content = [.. artefact.Content[..middle], .. Encoding.UTF8.GetBytes(secret), .. artefact.Content[middle..]] };
                Assert.Equal([planted], Leaks(run, [planted], mode));
            }
        }
    }

    /// <summary>Real files that hold what they should not: those of an engine without encryption.</summary>
    [Fact]
    public async Task What_is_written_without_encryption_is_found_in_every_file()
    {
        await using var run = await DoneAsync(SecretsMode.Plain);
        Assert.Equal(s_files, Kinds(Leaks(run, run.Artefacts, SecretsMode.Fernet)));
        var last = run.Artefacts.Last(artefact => artefact.Kind == ArtefactKind.JsonFile);
        Assert.Contains(run.Issued[^1], Encoding.UTF8.GetString(last.Content), StringComparison.Ordinal);
    }

    /// <summary>Real lines of the log: from somebody careless in the same actor system.</summary>
    [Fact]
    public async Task What_is_logged_or_ends_as_a_dead_letter_is_found()
    {
        await using var run = await DoneAsync(SecretsMode.Fernet, (system, id) =>
        {
            system.Log.Debug("careless {0}", id);
            system.Log.Error(new InvalidOperationException(SecretsRun.Marker), "careless");
            system.DeadLetters.Tell(new Careless(SecretsRun.Secret));
        });
        Assert.Equal([ArtefactKind.Log, ArtefactKind.DebugLog, ArtefactKind.DeadLetter], Kinds(Leaks(run, run.Artefacts, SecretsMode.Fernet)));
    }

    [Fact]
    public async Task No_message_and_no_exception_is_left_out()
    {
        await using var crypt = await DoneAsync(SecretsMode.Fernet);
        await using var plain = await DoneAsync(SecretsMode.Plain);
        var types = typeof(JamSessions).Assembly.GetTypes().Where(type => !type.IsAbstract && !type.IsNestedPrivate);
        var expected = types.Where(type => type.IsAssignableTo(typeof(JamSessionsException)) || IsMessage(type));
        Assert.Empty(expected.Except(crypt.Seen).Except(plain.Seen));
    }

    private static async Task<SecretsRun> DoneAsync(SecretsMode mode, Action<ActorSystem, string>? beside = null)
    {
        var run = new SecretsRun(mode);
        try
        {
            await run.RunAsync(beside);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>The artefacts that show something.</summary>
    private static IEnumerable<Artefact> Leaks(SecretsRun run, IEnumerable<Artefact> artefacts, SecretsMode mode) => artefacts.Where(artefact =>
        Secrets(run, artefact.Kind, mode).Any(secret => artefact.Content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0));

    /// <summary>What must not be there. Files hold the ids that were issued, unless they are hashed; with jam's encryption these are tokens.</summary>
    private static string[] Secrets(SecretsRun run, ArtefactKind kind, SecretsMode mode) =>
        !s_files.Contains(kind) ? [SecretsRun.Secret[..20], SecretsRun.Marker, .. run.Drawn, .. run.Issued]
        : mode switch
        {
            SecretsMode.Plain => [SecretsRun.Secret[..20]],
            SecretsMode.Fernet => [SecretsRun.Secret[..20], SecretsRun.Marker, .. run.Drawn],
            SecretsMode.Hashed => [SecretsRun.Secret[..20], .. run.Drawn, .. run.Issued],
            _ => [SecretsRun.Secret[..20], SecretsRun.Marker, .. run.Drawn, .. run.Issued],
        };

    private static IEnumerable<ArtefactKind> Kinds(IEnumerable<Artefact> artefacts) => artefacts.Select(artefact => artefact.Kind).Distinct().Order();

    /// <summary>What actors tell each other, and what it is made of.</summary>
    private static bool IsMessage(Type type) =>
        type.GetMethod("PrintMembers", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance) is not null
        && type.Namespace is not ("Jam.Sessions.Actors.JsonFile" or "Jam.Sessions.Actors.Disk");

    private sealed record Careless(string What);
}
