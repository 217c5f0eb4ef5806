using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JamFiles;

/// <summary>The same operations, in the same order, as real jam ran them: the same answers and the same file.</summary>
public sealed class ScriptsSpec : EngineTest
{
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["JamSessionNotFound"] = nameof(SessionNotFoundException),
        ["SessionNotFoundError"] = nameof(SessionNotFoundException),
        ["TypeError"] = nameof(SessionDataException),
    };

    public static IReadOnlyList<object[]> Runs =>
        [.. from name in Script.Names from version in Script.Versions from mode in Script.Modes select new object[] { name, version, mode }];

    [Fact]
    public void No_script_is_missing() => Assert.Equal(7 * 2 * 2, Runs.Count);

    [Fact]
    public void Every_intended_difference_is_met_by_a_script() =>
        Assert.Empty(IntendedDifferences.Unused([.. Runs.Select(run => new Script((string)run[0], (string)run[1], (string)run[2]))]));

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task A_script_gets_jam_s_answers_and_leaves_jam_s_file(string name, string version, string mode)
    {
        var script = new Script(name, version, mode);
        var judge = IntendedDifferences.JudgeOf(script);
        var fixedIds = script.Operations.SelectMany(op => op.Ids).ToHashSet();
        var jamIds = new Dictionary<string, string>();
        await using (var run = new ScriptRun(script, StartAsync))
        {
            foreach (var (op, jam) in script.Operations.Zip(judge.Answers))
            {
                var ours = await run.ExecuteAsync(op);
                var expected = IntendedDifferences.For(script, op, jam) ?? (jam.Error is null ? null : Exceptions[jam.Error]);
                Assert.Equal(expected, (ours as ScriptRun.Refusal)?.Exception);
                if (expected is null && op.Verb == "get")
                {
                    Assert.Equal(jam.Value.Canonical(isOrderFree: true), Value(ours as SessionData));
                }
                else if (expected is null && op.Verb is "create" or "rework")
                {
                    var (id, jamId) = (Plain(script, (string)ours!), judge.PlainIdOf(jam));
                    var isTaken = !script.IsCrypt && jamIds.ContainsKey(jamId);
                    Assert.True(id == jamId || isTaken || !fixedIds.Contains(jamId));
                    jamIds[id] = jamId;
                }
            }
        }

        var final = Final(script).Select(document => document with { PlainId = jamIds[document.PlainId] });
        Assert.Equal(judge.Final(), final);
    }

    [Fact]
    public async Task A_create_that_fails_before_it_begins_takes_no_id_from_the_factory()
    {
        var script = new Script("failing-creates", "v3.2.0", "plain");
        await using (var run = new ScriptRun(script, StartAsync))
        {
            foreach (var op in script.Operations)
            {
                await run.ExecuteAsync(op);
            }
        }

        Assert.Equal([("1", "a"), ("2", "b")], Final(script).Select(document => (document.DocumentId, document.PlainId)));
    }

    private List<FinalDocument> Final(Script script)
    {
        var documents = SessionFile.Load(JsonPath).Documents;
        Assert.All(documents, document => Assert.Equal(
            ["key", "session_id", "data", "created_at"], ((PyJson.Members)document.Value).Values.Select(field => field.Name)));
        return
        [
            .. documents.Select(document => new FinalDocument(
                document.Name,
                document.Value["key"].String,
                Plain(script, document.Value["session_id"].String),
                PyJson.Parse(Plain(script, document.Value["data"].String)).Canonical(isOrderFree: true))),
        ];
    }

    private static string Plain(Script script, string text) => script.IsCrypt ? SessionFile.Decrypt(Script.Fernet, text)! : text;

    private static string Value(SessionData? data) => (data is null ? PyJson.Null : PyJson.Parse(data.Json)).Canonical(isOrderFree: true);
}
