namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>Draws of keys in advance: a few are asked for often, most of them hardly ever.</summary>
internal sealed class Zipf
{
    private const int Draws = 1 << 20;
    private const double Exponent = 0.99;

    private readonly int[] _draws = new int[Draws];

    public Zipf(int keys)
    {
        var cumulated = new double[keys];
        var sum = 0.0;
        for (var rank = 0; rank < keys; rank++)
        {
            cumulated[rank] = sum += 1 / Math.Pow(rank + 1, Exponent);
        }

        var random = new FastRandom(42);
        var keyOfRank = Shuffled(keys, ref random);
        for (var i = 0; i < Draws; i++)
        {
            var at = Array.BinarySearch(cumulated, (random.Next() + 0.5) / (1L << 32) * sum);
            _draws[i] = keyOfRank[Math.Min(at < 0 ? ~at : at, keys - 1)];
        }
    }

    public int this[int draw] => _draws[draw & (Draws - 1)];

    private static int[] Shuffled(int count, ref FastRandom random)
    {
        var items = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            var other = random.Below(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }

        return items;
    }
}
