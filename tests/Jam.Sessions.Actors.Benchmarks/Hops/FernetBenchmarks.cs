using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Jam.Sessions.Actors.Benchmarks.Workload;
using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.Benchmarks.Hops;

/// <summary>Tokens of a session's data, beside the ciphers that they are made of.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class FernetBenchmarks
{
    private readonly Fernet _fernet = Fernet.FromKey(Convert.ToBase64String(new byte[32]), TimeProvider.System);
    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _iv = new byte[16];
    private readonly byte[] _buffer = new byte[512];
    private readonly byte[] _mac = new byte[32];
    private readonly byte[] _text = Payload.Of(1, 1).Utf8;
    private byte[] _cipher = [];
    private byte[] _token = [];

    [GlobalSetup]
    public void SetUp()
    {
        _cipher = _aes.EncryptCbc(_text, _iv);
        _token = _fernet.Encrypt(_text);
    }

    [Benchmark(Baseline = true), BenchmarkCategory("encrypt")]
    public int AesAndHmac()
    {
        var length = _aes.EncryptCbc(_text, _iv, _buffer);
        return HMACSHA256.HashData(_iv, _buffer.AsSpan(0, length), _mac);
    }

    [Benchmark, BenchmarkCategory("encrypt")]
    public byte[] Encrypt() => _fernet.Encrypt(_text);

    [Benchmark(Baseline = true), BenchmarkCategory("decrypt")]
    public int HmacAndAes()
    {
        HMACSHA256.HashData(_iv, _cipher, _mac);
        return _aes.DecryptCbc(_cipher, _iv, _buffer);
    }

    [Benchmark, BenchmarkCategory("decrypt")]
    public byte[]? Decrypt() => _fernet.TryDecrypt(_token);
}
