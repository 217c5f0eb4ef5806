using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Jam.Sessions.Actors.Mutants;

/// <summary>One test.</summary>
/// <param name="Class">The full name of its class.</param>
/// <param name="Number">Its place among the tests of the class, from 0, in xunit's order.</param>
/// <param name="Name">What a report calls it.</param>
/// <remarks>xunit's own id of a case is not used: in 2.9.3 it depends on which assemblies the process looked into before.</remarks>
public sealed record TestCase(string Class, int Number, string Name);

/// <summary>Runs tests in this process, one at a time and in the order that it is given; a child of the command does nothing else.</summary>
/// <remarks>
/// Standard input has one line for each test: its class and its number. Standard output has one: how it ended, the seconds that it took, and the numbers of the
/// mutants that it passed, where these are noted. Tests write other lines.
/// </remarks>
public sealed class TestRun
{
    /// <summary>What a child can be told to do: name all tests; run those given until one fails; run all of those given; and note which mutants each passes.</summary>
    public const string List = "list", Try = "try", Measure = "measure", NoteReach = "reach";

    /// <summary>The class in a mutated assembly that switches one mutant on, or notes which ones are passed.</summary>
    public const string Control = "MutantControl";

    /// <summary>What lines begin with that are the run's own.</summary>
    public const string Found = "\u0001found", Passed = "\u0001passed", Failed = "\u0001failed";

    private static readonly Assembly[] s_tests = [typeof(Tests.EngineSpec).Assembly, typeof(Cli.Tests.OnlineSpec).Assembly];

    private readonly XunitTestFramework _framework = new(new Sink(_ => { }));
    private readonly Dictionary<string, List<ITestCase>> _classes = [];

    /// <summary>Names the engine's tests, and those of the operator's tool, for it is the one that asks a running engine.</summary>
    public static void All()
    {
        var run = new TestRun();
        foreach (var type in s_tests.SelectMany(tests => tests.GetExportedTypes()).Where(type => !type.IsAbstract))
        {
            foreach (var (number, test) in run.CasesOf(type.FullName!).Index())
            {
                Console.Out.WriteLine($"{Found}\t{type.FullName}\t{number}\t{test.DisplayName.ReplaceLineEndings(" ").Replace('\t', ' ')}");
            }
        }
    }

    /// <summary>Runs what standard input names.</summary>
    public static void Given(bool untilOneFails, bool notesReach)
    {
        var (run, reach, passed) = (new TestRun(), notesReach ? new Reach() : null, true);
        while ((passed || !untilOneFails) && Console.In.ReadLine()?.Split('\t') is [var type, var number])
        {
            reach?.Take();
            var began = Stopwatch.GetTimestamp();

            // A mutant that hides a test from xunit has not been noticed by it.
            passed = run.CasesOf(type).ElementAtOrDefault(int.Parse(number, CultureInfo.InvariantCulture)) is { } test ? run.Passes(test) : untilOneFails;
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{(passed ? Passed : Failed)}\t{seconds:0.000}\t{string.Join(',', reach?.Take() ?? [])}"));
        }
    }

    private List<ITestCase> CasesOf(string type)
    {
        if (!_classes.TryGetValue(type, out var cases))
        {
            var (found, discovered) = (new List<ITestCase>(), new ManualResetEventSlim());
            _classes[type] = cases = found;
            var sink = new Sink(message =>
            {
                if (message is ITestCaseDiscoveryMessage one)
                {
                    found.Add(one.TestCase);
                }
                else if (message is IDiscoveryCompleteMessage)
                {
                    discovered.Set();
                }
            });
            _framework.GetDiscoverer(Reflector.Wrap(AssemblyOf(type))).Find(type, includeSourceInformation: false, sink, new FrameworkOptions());
            discovered.Wait();
        }

        return cases;
    }

    /// <summary>False also where it is skipped: what is not run notices nothing.</summary>
    private bool Passes(ITestCase test)
    {
        var (passed, done) = (true, new ManualResetEventSlim());
        var sink = new Sink(message =>
        {
            passed &= message is not (ITestFailed or ITestSkipped or IErrorMessage or ITestCleanupFailure or ITestClassCleanupFailure);
            if (message is ITestAssemblyFinished)
            {
                done.Set();
            }
        });
        _framework.GetExecutor(AssemblyOf(test.TestMethod.TestClass.Class.Name).GetName()).RunTests([test], sink, new FrameworkOptions());
        done.Wait();
        return passed;
    }

    private static Assembly AssemblyOf(string type) => s_tests.First(tests => tests.GetType(type) is not null);

    private sealed class Sink(Action<IMessageSinkMessage> seen) : LongLivedMarshalByRefObject, IMessageSink
    {
        public bool OnMessage(IMessageSinkMessage message)
        {
            seen(message);
            return true;
        }
    }

    private sealed class FrameworkOptions : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = new() { ["xunit.execution.DisableParallelization"] = true };

        public TValue? GetValue<TValue>(string name) => _values.TryGetValue(name, out var value) ? (TValue?)value : default;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }

    /// <summary>The mutants that were passed, as the mutated assembly notes them.</summary>
    private sealed class Reach
    {
        private readonly MethodInfo _take;

        public Reach()
        {
            var control = typeof(JamSessionsOptions).Assembly.GetTypes().Single(type => type.Name == Control);
            control.GetField("CaptureCoverage")!.SetValue(null, true);
            _take = control.GetMethod("GetCoverageData")!;
        }

        /// <summary>Since the last time.</summary>
        public IList<int> Take() => ((IList<int>[])_take.Invoke(null, null)!)[0];
    }
}
