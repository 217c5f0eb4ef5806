using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Jam.Sessions.Actors.Cluster.Torture.Machines;

/// <summary>Certificates for nodes that talk by mutual TLS.</summary>
internal static class Certificates
{
    /// <summary>A new certificate that nobody has signed, with its key.</summary>
    public static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));

        // A key that is only in memory is none to all parts of .NET's TLS.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }

    /// <summary>Writes a new one into a file that only its owner may read.</summary>
    public static void Write(string path)
    {
        using var certificate = Create();
        if (OperatingSystem.IsWindows())
        {
            File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12));
            return;
        }

        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        file.Write(certificate.Export(X509ContentType.Pkcs12));
    }
}
