using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Cli.Stores;

/// <summary>The keys of a store. The first comes from the file that the command line names, else from who was asked, the host's options, or the environment.</summary>
internal sealed class StoreSecrets
{
    private readonly StoreArguments _arguments;
    private readonly string? _answer;

    /// <param name="arguments">What the command line says.</param>
    /// <param name="answer">The secret that was asked for; null: nobody was asked yet.</param>
    public StoreSecrets(StoreArguments arguments, string? answer)
    {
        (_arguments, _answer) = (arguments, answer);
        foreach (var file in (string?[])[arguments.SecretFile, .. arguments.PreviousSecretFiles])
        {
            if (file is not null && !File.Exists(file))
            {
                throw new AdminRefusal(AdminRefusalKind.BadRequest, $"There is no secret file {Path.GetFullPath(file)}, or this user may not see it.");
            }
        }
    }

    /// <summary>A key to come before all others; null: none.</summary>
    public string? NewKey { get; set; }

    /// <summary>All of them, the one that writes first; none where none is known.</summary>
    /// <exception cref="SessionSecretException">A file cannot be read.</exception>
    public IReadOnlyList<string> KeysOf(ResolvedOptions options)
    {
        string?[] keys =
        [
            NewKey,
            _arguments.SecretFile is { } file ? Secrets.TextOf(file, "--secret-file") : _answer ?? Secrets.FirstOf(options),
            .. _arguments.PreviousSecretFiles.Select(previous => Secrets.TextOf(previous, "--previous-secret-file")),
            .. Secrets.PreviousOf(options),
        ];
        return [.. keys.OfType<string>().Where(key => !string.IsNullOrWhiteSpace(key))];
    }
}
