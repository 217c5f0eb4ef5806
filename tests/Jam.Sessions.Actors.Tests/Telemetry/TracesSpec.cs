using System.Diagnostics;
using Akka.Actor;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Tests.Support;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Jam.Sessions.Actors.Tests.Telemetry;

/// <summary>Spans, as OpenTelemetry's SDK exports them: of each command under its caller's, of a commit with links, of reads none; and no caller's context is touched.</summary>
public sealed class TracesSpec : EngineTest
{
    private const string CallersSource = "the host";

    private readonly ActivitySource _host = new(CallersSource);
    private readonly List<Activity> _exported = [];
    private Func<string, bool> _isSampled = _ => true;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _host.Dispose();
    }

    [Theory]
    [InlineData(Durability.Durable)]
    [InlineData(Durability.Relaxed)]
    public async Task A_command_is_a_span_under_its_callers_and_the_commit_links_to_it(Durability durability)
    {
        ActivityContext caller;
        using (Traced())
        {
            await using var engine = await StartAsync(o => (o.Durability, o.FlushInterval) = (durability, TimeSpan.FromMilliseconds(1)));
            using (var request = _host.StartActivity("request")!)
            {
                caller = request.Context;
                var id = await engine.Client.CreateAsync("ann", Data());
                Assert.Same(request, Activity.Current);
                await engine.Ref.Ask<Akka.Done>(new UpdateSession(id, Data()));
                Assert.Same(request, Activity.Current);
                await engine.Client.GetAsync(id);
                await engine.Ref.Ask<SessionLookup>(new GetSession(id));
            }
        }

        var commands = Named("create", "update");
        Assert.Equal(["jam.sessions create", "jam.sessions update"], commands.Select(span => span.DisplayName));
        Assert.All(commands, span => Assert.Equal((caller.TraceId, caller.SpanId, ActivityKind.Internal), (span.TraceId, span.ParentSpanId, span.Kind)));
        Assert.All(commands, span => Assert.Equal(span.DisplayName["jam.sessions ".Length..], span.GetTagItem(Names.CommandTag)));
        var commits = Named("commit");
        Assert.All(commits, span => Assert.Equal(default, span.ParentSpanId));
        Assert.Equal(commands.Select(span => span.SpanId), commits.SelectMany(span => span.Links).Select(link => link.Context.SpanId));
        Assert.Equal(_exported.Count, 1 + commands.Count + commits.Count);
    }

    [Fact]
    public async Task A_command_that_fails_says_with_what_and_nothing_else()
    {
        using (Traced())
        {
            await using var engine = await StartAsync();
            await Assert.ThrowsAsync<SessionNotFoundException>(() => engine.Client.UpdateAsync("nobody's", Data()));
        }

        var span = Assert.Single(_exported);
        Assert.Equal((ActivityStatusCode.Error, null), (span.Status, span.StatusDescription));
        Assert.Equal(
            [Names.CommandTag, Names.ErrorTag], span.TagObjects.Select(tag => tag.Key));
        Assert.Equal(typeof(SessionNotFoundException).FullName, span.GetTagItem(Names.ErrorTag));
    }

    [Fact]
    public async Task A_commit_without_a_recorded_command_has_no_span_and_one_with_many_links_to_128()
    {
        var disk = new FaultyDisk();
        using var isOpen = new ManualResetEventSlim();
        using var isReached = new ManualResetEventSlim();
        using (Traced())
        {
            await using var engine = await StartOnAsync(disk);
            _isSampled = name => name != "jam.sessions create";
            await engine.Client.CreateAsync("ann", Data());
            Assert.Empty(Named("create", "commit"));

            // The first one keeps the disk busy, and all others come into the next commit.
            _isSampled = _ => true;
            disk.Before = (operation, path) =>
            {
                if (operation == "Sync" && path.Contains(".journal-", StringComparison.Ordinal))
                {
                    isReached.Set();
                    isOpen.Wait();
                }
            };
            var first = engine.Client.CreateAsync("first", Data());
            isReached.Wait();
            var others = Enumerable.Range(0, 200).Select(i => engine.Client.CreateAsync($"user{i}", Data())).ToList();
            isOpen.Set();
            await Task.WhenAll([first, .. others]);
        }

        Assert.Equal([1, Spans.MaxLinks], Named("commit").Select(span => span.Links.Count()));
        Assert.Equal([1, 200], Named("commit").Select(span => span.GetTagItem(Names.CommitChanges)));
    }

    /// <remarks>An activity that ends on another thread makes its parent that thread's current one, unless somebody takes care.</remarks>
    [Fact]
    public async Task No_thread_of_the_engine_has_an_activity_of_a_caller()
    {
        var seen = new System.Collections.Concurrent.ConcurrentBag<Activity?>();
        var disk = new FaultyDisk { Before = (_, _) => seen.Add(Activity.Current) };
        using (Traced())
        {
            await using var engine = await StartOnAsync(disk, o => o.IdFactory = () =>
            {
                seen.Add(Activity.Current);
                return SessionIds.Random256();
            });
            using var request = _host.StartActivity("request");
            for (var i = 0; i < 20; i++)
            {
                await Task.WhenAll(Enumerable.Range(0, 10).Select(user => engine.Client.CreateAsync($"user{user}", Data())));
            }

            Assert.Same(request, Activity.Current);
        }

        Assert.NotEmpty(seen);
        Assert.All(seen, Assert.Null);
    }

    private TracerProvider Traced() => Sdk.CreateTracerProviderBuilder()
        .AddSource(Names.Source, CallersSource)
        .SetSampler(new NamedSampler(name => _isSampled(name)))
        .AddInMemoryExporter(_exported)
        .Build();

    private List<Activity> Named(params string[] names) => _exported.Where(span => names.Any(name => span.DisplayName == $"jam.sessions {name}")).ToList();

    private sealed class NamedSampler(Func<string, bool> isSampled) : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => new(isSampled(samplingParameters.Name));
    }
}
